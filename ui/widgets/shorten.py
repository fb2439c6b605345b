"""Names too long for their room are cut where they are alike: “Iris-setosa” and “Iris-virginica” stay two names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

WAYS = (Qt.TextElideMode.ElideRight, Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideLeft)
"""Where a name may be cut, the most usual first."""


def told_apart(names: Sequence[str], metrics: QFontMetrics, room: float) -> list[str]:
    """The names that stand side by side, each in so many pixels.

    All are cut at the same place: at the end, unless more of them differ when the middle or the beginning is left out.
    """
    ways = [[metrics.elidedText(name, way, max(int(room), 0)) for name in names] for way in WAYS]
    return max(ways, key=lambda cut: len(set(cut)))  # the first of equals
