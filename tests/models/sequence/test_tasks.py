from __future__ import annotations

import numpy as np
import pytest

from models.base import DataError
from models.data.text.letters import Text
from models.sequence.config import SequenceConfig
from models.sequence.data import load, open_data, own_text
from models.sequence.tasks import NextLetter, make_task, shuffled_lines

RNG = np.random.default_rng(0)


def task(**settings):
    config = SequenceConfig(**settings)
    return make_task(config, load(config))


def test_every_letter_asks_for_the_next_and_a_word_is_read_whole():
    hello = task(text="hello")
    x, targets, weights = hello.batch(3, RNG)
    assert ["".join(hello.names[code] for code in row) for row in x] == ["hell"]
    assert "".join(hello.names[code] for code in targets[0].argmax(axis=1)) == "ello"
    assert weights is None
    assert (hello.rows, hello.streams) == (1, 0)


def test_a_long_text_is_read_in_rows_that_go_on_from_batch_to_batch():
    text = Text("".join(np.random.default_rng(1).choice(list("abcd"), 5000)))
    read = NextLetter(text, SequenceConfig(window=16, batch_size=8))
    assert (read.rows, read.moments, read.streams) == (8, 16, 8)
    first, second = read.batch(0, RNG), read.batch(1, RNG)
    assert np.array_equal(first[1].argmax(axis=-1)[:, -1], second[0][:, 0]), "what comes next begins the next batch"
    seen = np.concatenate([read.batch(step, RNG)[0][0] for step in range(read._pieces)])
    assert np.array_equal(seen, text.codes[: len(seen)])
    assert read.begins_anew(0)
    assert not read.begins_anew(1)
    assert np.array_equal(read.batch(read._pieces, RNG)[0], first[0])
    pieces = list(read.held_out())
    covered = sum(piece[0].size for piece in pieces)
    assert 0.9 * read.held_out_moments <= covered <= read.held_out_moments
    assert pieces[0][0][0, 0] == text.codes[text.train_count - 1]
    assert NextLetter(text, SequenceConfig(carry=False)).streams == 0


def test_the_lines_of_a_list_are_shuffled_for_every_pass():
    names = task(dataset="towns", window=16, batch_size=8)
    text, pieces = names.text, names._pieces
    learnt = text.content[: text.train_count]
    orders = set()
    for number in (1, 2):
        codes = shuffled_lines(text, np.random.default_rng((number, 3)))
        lines = "".join(text.alphabet[code] for code in codes)
        assert sorted(lines.splitlines()) == sorted(learnt.splitlines())
        orders.add(lines)
        seen = np.concatenate([names.batch(number * pieces + step, RNG)[0][0] for step in range(pieces)])
        assert np.array_equal(seen, codes[: len(seen)])
    assert len(orders) == 2
    assert np.array_equal(names.batch(3, RNG)[0], names.batch(3, RNG)[0])


def test_a_language_is_asked_for_at_the_end_of_a_name():
    languages = task(dataset="languages", batch_size=16)
    x, targets, weights = languages.batch(0, np.random.default_rng(3))
    end = languages.text.alphabet.index("\n")
    assert (weights.sum(axis=1) == 1).all()
    for row, counted in zip(x, weights, strict=True):
        place = int(counted.argmax())
        assert row[place] == end
        assert (row[:place] != end).all()
    assert (targets == targets[:, :1]).all()
    assert sum(len(piece[0]) for piece in languages.held_out()) == len(languages.text.labels) // 10


def test_recall_asks_for_what_was_shown_and_adding_for_the_sum_of_two():
    recall = task(dataset="recall", delay=5, items=2)
    x, targets, weights = recall.batch(0, np.random.default_rng(0))
    assert x.shape == (32, 9)
    assert (x[:, 2:7] == 8).all()
    assert (x[:, 7:] == 9).all()
    assert np.array_equal(targets[:, 7:].argmax(axis=-1), x[:, :2])
    assert (weights == [0] * 7 + [1, 1]).all()
    adding = task(dataset="adding", delay=10)
    x, targets, weights = adding.batch(0, np.random.default_rng(0))
    assert (x[:, :5, 1].sum(axis=1) == 1).all()
    assert (x[:, 5:, 1].sum(axis=1) == 1).all()
    assert np.allclose((x[:, :, 0] * x[:, :, 1]).sum(axis=1), targets[:, -1, 0])
    assert (weights[:, :-1] == 0).all()


def test_the_next_value_is_asked_for_and_noise_is_on_what_is_read_alone():
    quiet, noisy = task(dataset="sine", window=20), task(dataset="sine", window=20, noise=0.5)
    x, targets, _ = quiet.batch(0, np.random.default_rng(5))
    assert np.array_equal(x[:, 1:], targets[:, :-1])
    heard, wanted, _ = noisy.batch(0, np.random.default_rng(5))
    assert np.array_equal(wanted, targets)
    assert 0.4 < (heard - x).std() < 0.6
    assert task(dataset="passengers", window=400).moments < 100, "a short series is read in shorter pieces"


def test_own_data_that_are_not_there_are_asked_for():
    with pytest.raises(DataError, match="no data of your own yet"):
        task(dataset="own")


# Files ---------------------------------------------------------------------------------------------------------------


def write(path, content):
    path.write_bytes(content)
    return [path]


def test_texts_are_read_with_mark_and_line_ends_of_other_systems(tmp_path):
    text = open_data(write(tmp_path / "a.txt", b"\xef\xbb\xbfeins\r\nzwei e\xcc\x81\r"))
    assert text.content == "eins\nzwei é\n"
    assert text.own
    assert text.name == "a.txt"
    assert open_data(write(tmp_path / "b.txt", "grün".encode("utf-16"))).content == "grün"
    assert open_data(write(tmp_path / "c.txt", "grün".encode("cp1252")), "cp1252").content == "grün"


def test_a_column_of_numbers_is_a_series(tmp_path):
    rows = "year,sales,shop\n" + "".join(f"{1900 + i},{i % 7},north\n" for i in range(60))
    series = open_data(write(tmp_path / "a.csv", rows.encode()))
    assert series.values[:8].tolist() == [0, 1, 2, 3, 4, 5, 6, 0]
    assert open_data([tmp_path / "a.csv"], column="year").values[0] == 1900


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.txt", b"", "no text"),
        ("a.txt", b"a", "One letter alone"),
        ("a.txt", b"aaaa", "one letter only"),
        ("a.txt", bytes(range(128, 256)), "no text in UTF-8"),
        ("a.txt", b"PK\x03\x04\x00\x00\x01", "bytes that no letter has"),
        ("a.csv", b"name,town\nanna,rome\n", "no column of numbers"),
        ("a.csv", b"value\n" + b"3\n" * 50, "constant"),
        ("a.csv", b"value\n1\n2\n3\n", "at least 24 values"),
        ("a.csv", b"", "no lines"),
    ],
)
def test_bad_files_get_a_sentence(tmp_path, name, content, why):
    with pytest.raises(DataError, match=why) as caught:
        open_data(write(tmp_path / name, content))
    assert len(str(caught.value)) <= 300


def test_a_very_large_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(DataError, match="100 MB; at most 4 MB"):
        open_data([path])
    with pytest.raises(DataError, match="folder"):
        open_data([tmp_path])
    with pytest.raises(DataError, match="cannot be read"):
        open_data([tmp_path / "none.txt"])
    with pytest.raises(DataError, match="one file"):
        open_data([path, path])


def test_a_text_of_ones_own_has_no_endless_name():
    assert len(own_text("ab", "x" * 999).name) == 255
