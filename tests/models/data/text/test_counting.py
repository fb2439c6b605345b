from __future__ import annotations

import numpy as np
import pytest

from models.data.text.counting import counting_bits
from models.data.text.letters import Text
from models.data.text.shipped import shipped


def test_with_no_memory_it_is_the_entropy_of_the_letters():
    text = Text("".join(np.random.default_rng(0).choice(list("aab"), 20_000)))
    h = -(2 / 3) * np.log2(2 / 3) - (1 / 3) * np.log2(1 / 3)
    assert counting_bits(text)[0] == pytest.approx(h, abs=0.02)
    assert (counting_bits(text) > h - 0.02).all(), "nothing can be foretold of what is thrown with dice"


def test_a_memory_of_two_letters_knows_what_one_cannot():
    bits = counting_bits(Text("abcacb" * 400))  # after a both b and c, after ca always c, after ba always b
    assert bits[1] > 0.7
    assert bits[2] < 0.01


def test_probabilities_add_up_to_one():
    """What it gives away to letters seldom seen it takes from the others."""
    base = "abracadabra simsalabim " * 30
    for memory in (0, 1, 3):
        total = 0.0
        for letter in sorted(set(base)):
            text = Text(base + "abr" + letter)
            cut = len(text.codes) - 1
            alone = type("Cut", (Text,), {"train_count": property(lambda self, cut=cut: cut)})(text.content)
            total += 2 ** -counting_bits(alone, (memory,))[0]
        assert total == pytest.approx(1.0)


def test_on_given_names_a_memory_of_four_letters_is_best():
    bits = counting_bits(shipped("names"))
    assert bits.argmin() == 4
    assert bits[4] == pytest.approx(3.01, abs=0.02)
    assert len(counting_bits(Text("hello"))) == 0


def test_names_are_judged_each_by_itself():
    lines = "".join(f"{'ab' if index % 2 else 'cd'}\n" for index in range(400))
    as_list, as_text = (counting_bits(Text(lines, lines=flag)) for flag in (True, False))
    assert as_list[3] > 0.25, "what stands in the line before is not known"
    assert as_text[4] < 0.05
