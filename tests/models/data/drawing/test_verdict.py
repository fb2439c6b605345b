import numpy as np
import pytest

from models.data.drawing.verdict import UNSURE_BELOW, contenders, verdict


def spread(winner: float, n: int = 10) -> np.ndarray:
    probabilities = np.full(n, (1 - winner) / (n - 1), dtype=np.float32)
    probabilities[3] = winner
    return probabilities


@pytest.mark.parametrize(
    ("winner", "expected"),
    [(0.99, "ok"), (UNSURE_BELOW + 0.01, "ok"), (UNSURE_BELOW - 0.01, "unsure"), (0.1, "unsure")],
)
def test_the_threshold_decides_between_an_answer_and_a_doubt(winner, expected):
    assert verdict(spread(winner), empty=False) == expected


def test_a_blank_page_is_empty_however_sure_the_network_is():
    assert verdict(spread(0.99), empty=True) == "empty"


def test_not_a_number_is_no_answer():
    assert verdict(np.full(10, np.nan), empty=False) == "unsure"
    assert contenders(np.full(10, np.nan)) == ()


def test_contenders_are_sorted_and_include_every_serious_rival():
    assert contenders(np.array([0.02, 0.40, 0.03, 0.55])) == (3, 1)
    assert contenders(np.array([0.3, 0.4, 0.3])) == (1, 0, 2)
    assert contenders(np.array([0.9, 0.01, 0.09])) == (0, 2), "the runner-up is always named"
    assert len(contenders(np.full(10, 0.1))) == 10
