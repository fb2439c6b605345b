from __future__ import annotations

from importlib.resources import files

import pytest

from models.base import DataError
from models.data.shipped_file import digest_of, shipped_file
from models.data.text import shipped as module
from models.data.text.made import PAIRS, brackets
from models.data.text.shipped import COUNTRIES, FILES, SHA256, shipped


@pytest.mark.parametrize("name", FILES)
def test_the_texts_are_those_that_were_frozen(name):
    text = shipped(name)
    assert text.origin().digest == SHA256[name]
    assert not text.own
    assert text.train_count < len(text.codes)


def test_the_sums_are_listed_beside_the_files():
    for folder in ("text", "series"):
        place = files("resources") / folder
        listed = dict(line.split()[::-1] for line in (place / "SHA256SUMS").read_text().splitlines())
        found = {file.name for file in place.iterdir()} - {"README.md", "SHA256SUMS"}
        assert listed == {name: digest_of((place / name).read_bytes()) for name in found}
        readme = (place / "README.md").read_text(encoding="utf-8")
        assert all(f"`{name}`" in readme for name in found)


def test_a_file_that_was_changed_is_refused(monkeypatch):
    monkeypatch.setitem(module.SHA256, "towns", "0" * 64)
    with pytest.raises(DataError, match="not the file that was shipped"):
        shipped("towns", "FR")


def test_a_file_that_is_missing_is_refused_in_a_sentence():
    with pytest.raises(DataError, match=r"resources/series/gone\.csv is missing: install the playground again"):
        shipped_file("series", "gone.csv", "")


def test_towns_are_of_one_country_and_languages_are_labels():
    assert "Aachen" in shipped("towns", "DE").content.split("\n")
    assert all(shipped("towns", country).lines for country in COUNTRIES)
    text = shipped("languages")
    names = text.content.splitlines()
    assert len(names) == len(text.labels) == len(set(names))
    assert len(set(text.labels)) == 12


def test_every_bracket_is_closed_in_its_turn():
    closing = dict(PAIRS)
    for line in brackets().content.splitlines():
        waiting = []
        for letter in line:
            if letter in closing:
                waiting.append(closing[letter])
            elif letter in closing.values():
                assert letter == waiting.pop()
        assert not waiting
