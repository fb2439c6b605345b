"""Colours from tables: every way to write them, and a sentence for everything that is none."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import DataError
from models.data.colours.sets import kept_back, numbered
from models.data.colours.survey import BASIC, basic_terms, survey
from models.data.colours.tables import open_colours, parse_colours, parse_hex

RED_AND_TEAL = [[255, 0, 0], [0, 179, 159]]


@pytest.mark.parametrize(
    "text",
    [
        "r,g,b,name\n255,0,0,red\n0,179,159,teal\n",
        "Red;Green;Blue;Label\n255;0;0;red\n0;179;159;teal\n",
        "name,hex\nred,#ff0000\nteal,00b39f\n",
        "hex,name\n#f00,red\n#00b39f,teal\n",
        "#ff0000,red\n#00b39f,teal\n",
        "255,0,0,red\n0,179,159,teal\n",
        "r,g,b,term\n1,0,0,red\n0,0.70196,0.62353,teal\n",
        "name\tr\tg\tb\nred\t255\t0\t0\nteal\t0\t179\t159\n",
    ],
)
def test_colours_can_be_written_in_many_ways(text):
    found = parse_colours(text, "mine.csv")
    assert found.colours.tolist() == RED_AND_TEAL
    assert found.words == ("red", "teal")


def test_a_term_counts_more_than_a_longer_name_and_names_may_be_missing():
    found = parse_colours("name,r,g,b,term\nfire,250,0,0,red\nsky,0,0,250,blue\n", "mine.csv")
    assert found.words == ("red", "blue")
    assert parse_colours("r,g,b\n250,0,0\n", "mine.csv").words is None
    assert parse_colours("hex\n#123456\n", "mine.csv").colours.tolist() == [[0x12, 0x34, 0x56]]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x,y,name\n1,2,a\n3,4,b\n", "needs columns called r, g and b"),
        ("hex,name\n#12345,a\n#000000,b\n", "Line 2 of mine.csv: “#12345” is no colour"),
        ("#ff0000,a\n#12345,b\n", "Line 2 of mine.csv: “#12345” is no colour"),
        ("r,g,b,name\n0.5,0.2,0.1,a\n120,3,4,b\n", "Line 2 of mine.csv has fractions"),
        ("r,g,b,name\n1,2,256,a\n", "Line 2 of mine.csv is no colour: red, green and blue are numbers from 0 to 255"),
        ("r,g,b,name\n1,2,x,a\n1,2,3,b\n1,2,3,b\n", "“x”"),
    ],
)
def test_what_is_no_colour_is_said_in_a_sentence(text, says):
    with pytest.raises(DataError) as error:
        parse_colours(text, "mine.csv")
    assert says in str(error.value)
    assert len(str(error.value)) <= 300


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["r,g,b,name", "1,2,3,a", "4,5,6,a", "7,8,200,A"], "with one name only"),
        (["r,g,b,name", "1,2,3,a", "4,5,6,b"], "There are only 2 colours"),
        (["r,g,b,name", "1,2,3,a"], "There is one colour only"),
        (["r,g,b", "1,2,3", "4,5,6", "7,8,9"], "no names"),
        (["r,g,b,name", "1,2,3,a", "4,5,6,", "7,8,9,b"], "Colour 2 of mine.csv has no name"),
        (["r,g,b,name", *(f"1,2,{k},n{k}" for k in range(30))], "room for 24"),
        (["r,g,b,name", "1,2,3,a", "4,5,6,b", f"7,8,9,{'x' * 99}"], "at most 40 letters"),
    ],
)
def test_what_cannot_be_learnt_is_said_in_a_sentence(tmp_path, lines, says):
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(lines))
    with pytest.raises(DataError) as error:
        open_colours([path])
    assert says in str(error.value)
    assert len(str(error.value)) <= 300


def test_words_are_composed_and_capitals_make_no_difference():
    names, labels = numbered(["gru\u0308n", "BLAU", "grün", " blau ", "Grün"])
    assert names == ("grün", "BLAU")
    assert labels.tolist() == [0, 1, 0, 1, 0]


def test_hex_is_read_with_and_without_a_hash():
    assert parse_hex("#00B39f") == parse_hex("00b39f") == (0, 179, 159)
    assert parse_hex("#0af") == (0, 170, 255)
    for wrong in ("", "#", "#12345", "#1234567", "red", "#gg0000"):
        with pytest.raises(DataError, match="is no colour"):
            parse_hex(wrong)


def test_the_survey_has_516_names_of_eleven_terms():
    colours, called, words = survey()
    assert colours.shape == (516, 3)
    assert len(set(called)) == 516
    assert set(words) == set(BASIC)


def test_a_share_of_every_name_is_held_out_and_never_all_of_one():
    data = basic_terms(BASIC, 0.2, 0)
    assert len(data.test) == 102
    assert set(data.labels[data.train]) == set(range(11))
    assert not np.array_equal(data.held_out, basic_terms(BASIC, 0.2, 1).held_out)
    assert kept_back(np.array([0, 0, 1]), 0.5, 0).tolist().count(True) == 1
