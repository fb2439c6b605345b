"""What a row of class probabilities amounts to, in one word: an answer, a doubt, or nothing to answer.

A classifier always names a winner, even for a blank page. The window and the command line share these rules, so that
both say "unsure" about the same drawings.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Verdict = Literal["ok", "unsure", "empty", "several", "unlike"]

UNSURE_BELOW = 0.6
"""A winner with less than this probability is a doubt: all the others together reach more than two thirds of it."""

RIVAL_SHARE = 0.3
"""A class is a rival of the winner when it has at least this share of the winner's probability."""


def verdict(probabilities: NDArray[Any], empty: bool, *, several: bool = False, unlike: bool = False) -> Verdict:
    """Judge one prediction.

    Args:
        probabilities: (n,), each in [0, 1], together 1.
        empty: whether there was no ink to judge (`Preparation.empty`); probabilities are then not looked at.
        several: whether there is more than one digit (`Preparation.several`).
        unlike: whether it is unlike anything that the model has learnt.

    Returns:
        The first that holds: "empty" without ink; "several"; "unlike"; "unsure" when the largest probability is below
        `UNSURE_BELOW` or not a number; else "ok".
    """
    if empty:
        return "empty"
    if several:
        return "several"
    if unlike:
        return "unlike"
    # Not `< UNSURE_BELOW`: a comparison with NaN is false, and NaN is no answer either.
    return "ok" if probabilities.size and float(np.max(probabilities)) >= UNSURE_BELOW else "unsure"


def contenders(probabilities: NDArray[Any]) -> tuple[int, ...]:
    """The classes between which the doubt lies, most probable first: the winner, the runner-up and further rivals.

    A class counts from `RIVAL_SHARE` of the winner's probability on; the runner-up always does. Returns indices into
    `probabilities` (n,); empty when they are not numbers, since there is then nothing to choose from.
    """
    if not np.isfinite(probabilities).all():
        return ()
    order = np.argsort(-probabilities, kind="stable")
    rivals = int(np.count_nonzero(probabilities >= RIVAL_SHARE * probabilities.max(initial=0.0)))
    return tuple(int(index) for index in order[: max(2, rivals)])
