"""A made-up language whose rule is known: brackets of three kinds, each closed in its turn.

To know which bracket comes next, one has to remember all that are open: what a counting model never can.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from models.data.text.letters import Text

PAIRS = (("(", ")"), ("[", "]"), ("{", "}"))
DEEPEST = 6
LINES = 1500


@lru_cache(maxsize=1)
def brackets() -> Text:
    """Lines such as “(ab[c]{})”; always the same ones."""
    rng = np.random.default_rng(1959)  # N. Chomsky and M.-P. Schützenberger describe such languages
    return Text("".join(_line(rng) for _ in range(LINES)), "brackets", lines=True)


def _line(rng: np.random.Generator) -> str:
    letters: list[str] = []
    waiting: list[str] = []
    for _ in range(int(rng.integers(6, 30))):
        draw = rng.random()
        if draw < 0.35 and len(waiting) < DEEPEST:
            opening, closing = PAIRS[rng.integers(3)]
            letters.append(opening)
            waiting.append(closing)
        elif draw < 0.65 and waiting:
            letters.append(waiting.pop())
        else:
            letters.append("abc"[rng.integers(3)])
    return "".join(letters + waiting[::-1]) + "\n"
