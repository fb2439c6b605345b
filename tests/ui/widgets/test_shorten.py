"""Names that begin alike are not cut so that they look alike."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont, QFontMetrics

from ui.widgets.shorten import told_apart

IRIS = ("Iris-setosa", "Iris-versicolor", "Iris-virginica")


@pytest.fixture
def metrics(qapp):
    return QFontMetrics(QFont())


def test_there_is_room_for_all(metrics):
    assert told_apart(IRIS, metrics, 1000) == list(IRIS)
    assert told_apart((), metrics, 10) == []


def test_the_end_is_cut_where_the_beginnings_differ(metrics):
    names = ("setosa of Iris", "versicolor of Iris")
    cut = told_apart(names, metrics, metrics.horizontalAdvance("setosa…") + 2)
    assert [name[:3] for name in cut] == ["set", "ver"]
    assert all(name.endswith("…") for name in cut)


@pytest.mark.parametrize("letters", [4, 5, 7])  # with fewer, no way of cutting would do
def test_names_that_begin_alike_stay_different(metrics, letters):
    room = metrics.horizontalAdvance("Iris-versic"[:letters] + "…")
    cut = told_apart(IRIS, metrics, room)
    assert len(set(cut)) == 3, cut
    assert all(metrics.horizontalAdvance(name) <= room for name in cut)


def test_names_that_are_the_same_are_cut_at_the_end(metrics):
    cut = told_apart(("one long name", "one long name"), metrics, metrics.horizontalAdvance("one lo…"))
    assert cut[0] == cut[1]
    assert cut[0].startswith("one")
    assert cut[0].endswith("…")
