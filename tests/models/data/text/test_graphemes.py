from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.text.graphemes import graphemes, normal

FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", []),
        ("hello", ["h", "e", "l", "l", "o"]),
        ("e\u0301a", ["é", "a"]),
        ("x\u0331\u0301y", ["x\u0331\u0301", "y"]),
        ("नमस्ते", ["न", "म", "स्ते"]),
        (f"a{FAMILY}b", ["a", FAMILY, "b"]),
        ("🇩🇪🇫🇷🇮", ["🇩🇪", "🇫🇷", "🇮"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("❤\ufe0f!", ["❤\ufe0f", "!"]),
        ("שלום", ["ש", "ל", "ו", "ם"]),
        ("각각", ["각", "각"]),
        ("a\r\nb\rc", ["a", "\n", "b", "\n", "c"]),
        ("\ufeffab", ["a", "b"]),
        ("a\n\u0301", ["a", "\n", "\u0301"]),
    ],
)
def test_what_a_reader_takes_for_one_letter_is_one(text, letters):
    assert graphemes(normal(text)) == letters


@given(st.text())
def test_joined_they_are_the_text_again(text):
    letters = graphemes(text)
    assert "".join(letters) == text
    assert all(letters)
