"""Numbers are read as people type them."""

from __future__ import annotations

import pytest

from ui.form.typed_number import pointed


@pytest.mark.parametrize(
    ("text", "number"),
    [("0,5", 0.5), (" −2 ", -2.0), ("1e−3", 0.001), ("-1.5", -1.5)],
    ids=["0.5", "-2", "1e-3", "-1.5"],
)
def test_a_comma_and_a_true_minus_are_read(text, number):
    assert float(pointed(text)) == number
