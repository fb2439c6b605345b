from __future__ import annotations

import numpy as np
import pytest

from models.base import DataError
from models.data.text.letters import MOST_LETTERS, OTHER, Text


def test_a_text_is_numbers_and_back():
    text = Text("na\u0301na")
    assert text.alphabet == ("a", "n", "á")
    assert text.codes.tolist() == [1, 2, 1, 0]
    assert not text.codes.flags.writeable
    assert text.unknown("anx!x") == ("x", "!")
    assert text.train_count == 4, "a short text is learnt by heart"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "no text"),
        (" \n\t", "no text"),
        ("a", "One letter alone"),
        ("e\u0301", "One letter alone"),
        ("aaaaaa", "one letter only, “a”"),
        ("\ud83d\ud83d", "halves of pairs"),
        ("ab" * (3 * 2**20), "at most 4 MB"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_a_sentence(content, why):
    with pytest.raises(DataError, match=why) as caught:
        Text(content)
    assert len(str(caught.value)) <= 300


def test_the_rarest_of_very_many_letters_are_read_as_one():
    signs = "".join(chr(0x4E00 + index) * (2 if index < 300 else 1) for index in range(600))
    text = Text(signs)
    assert len(text.alphabet) == MOST_LETTERS
    assert text.alphabet[-1] == OTHER
    assert text.codes.max() == MOST_LETTERS - 1
    assert "600 the rarest" in text.about


def test_the_last_tenth_is_held_out_and_a_list_is_cut_between_lines():
    long = Text("abcdefghij" * 100)
    assert long.train_count == 900
    names = Text("anna\nbertram\n" * 80, lines=True)
    assert names.content[names.train_count - 1] == "\n"
    assert 0.85 < names.train_count / len(names.codes) <= 0.9
    assert Text("abcdefghij" * 100, holds_out=False).train_count == 1000


def test_right_to_left_and_pictures_are_letters_like_others():
    text = Text("שלום שלום 👩‍🚀🇫🇷")
    assert {"👩‍🚀", "🇫🇷", "ש"} <= set(text.alphabet)
    assert np.array_equal(text.encode(list(text._letters)), text.codes)
