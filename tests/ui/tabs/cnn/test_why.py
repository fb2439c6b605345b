"""What the explanations say in words."""

from __future__ import annotations

import pytest

from ui.tabs.cnn.why import ink_amount


@pytest.mark.parametrize(
    ("pixels", "words"),
    [
        (1 / 255, "less than 0.1 pixels of ink"),
        (0.4, "0.4 pixels of ink"),
        (0.98, "1 pixel of ink"),
        (1.4, "1 pixel of ink"),
        (24.6, "25 pixels of ink"),
    ],
)
def test_a_change_is_never_said_to_cost_nothing(pixels, words):
    assert ink_amount(pixels) == words
