"""The shared plot: a read-out in a fixed place, a range that stays, export, and the colours of the theme."""

from __future__ import annotations

import csv
import errno
import os

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QWidget

from ui.plots.export import Export
from ui.plots.plot_base import Axis, Plot
from ui.widgets import theme
from ui.widgets.banner import Banner


@pytest.fixture
def plot(qtbot):
    widget = Plot("feature 1", "feature 2", name="points", zoom=True)
    qtbot.addWidget(widget)
    widget.resize(400, 300)
    widget.set_range((-3, 3), (-2, 2))
    widget.addItem(pg.PlotCurveItem(np.arange(4.0), np.arange(4.0) ** 2, name="square"))
    with qtbot.waitExposed(widget):
        widget.show()
    widget.grab()
    return widget


def pixel(plot: Plot, x: float, y: float) -> QPoint:
    return plot.mapFromScene(plot.view_box.mapViewToScene(QPointF(x, y)))


def test_pointer_is_read_out_where_it_is(plot, qtbot):
    with qtbot.waitSignal(plot.hovered) as caught:
        qtbot.mouseMove(plot.viewport(), pixel(plot, 1.0, -0.5))
    assert caught.args[0] == pytest.approx((1.0, -0.5), abs=0.05)
    assert plot.readout.startswith("feature 1 ")
    qtbot.mouseMove(plot.viewport(), pixel(plot, -2.0, 1.5))
    assert "feature 2 1." in plot.readout
    right = plot.findChild(QLabel).geometry().right()
    qtbot.mouseMove(plot.viewport(), pixel(plot, 0.5, 0.5))
    assert plot.findChild(QLabel).geometry().right() == right


def test_press_reports_the_place(plot, qtbot):
    with qtbot.waitSignal(plot.pressed) as caught:
        qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=pixel(plot, 2.0, 1.0))
    assert caught.args[0] == pytest.approx((2.0, 1.0), abs=0.05)


def test_range_stays_until_asked(plot):
    before = plot.view_box.viewRange()
    plot.addItem(pg.PlotCurveItem(np.array([0.0, 100.0]), np.array([0.0, 100.0])))
    plot.grab()
    assert plot.view_box.viewRange() == before
    plot.view_box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
    plot.show_everything()
    assert np.allclose(plot.view_box.viewRange(), before)


def test_export(plot, tmp_path):
    plot.export.save_csv(tmp_path / "points.csv")
    with open(tmp_path / "points.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["curve", "feature 1", "feature 2"]
    assert rows[3] == ["square", "2.0", "4.0"]
    plot.export.save_image(tmp_path / "points.png")
    assert (tmp_path / "points.png").exists()


def test_an_export_that_fails_leaves_the_old_file_and_says_why_in_the_banner(plot, qtbot, tmp_path, monkeypatch):
    tab, inside = QWidget(), QWidget()
    qtbot.addWidget(tab)
    inside.setParent(tab)
    banner = Banner(tab)
    plot.setParent(inside)
    for ask, name in ((plot.export.ask_image, "points.png"), (plot.export.ask_csv, "points.csv")):
        (tmp_path / name).write_text("old")
        banner.clear()
        with monkeypatch.context() as patch:
            patch.setattr(QFileDialog, "getSaveFileName", lambda *_, name=name: (str(tmp_path / name), ""))
            patch.setattr(os, "fsync", full_disk)
            ask()
        assert "not saved: " in banner.text
        assert "No space left" in banner.text
        assert "make room" in banner.text
        assert (tmp_path / name).read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["points.csv", "points.png"]
    plot.setParent(None)


def full_disk(_file):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_the_suffix_is_added_to_a_name_that_has_dots(plot, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "rate 0.5"), ""))
    plot.export.ask_csv()
    assert (tmp_path / "rate 0.5.csv").exists()


def test_menu_offers_only_what_makes_sense(plot):
    assert [action.text() for action in plot.export.actions()] == [
        "Copy image",
        "Save image…",
        "Save numbers as CSV…",
    ]
    assert len(Export(plot).actions()) == 2  # no table, no CSV


def test_tick_texts():
    percent = Axis("left", unit="%")
    assert percent.tickStrings([0.0, 0.5, 1.0], 1, 0.5) == ["0", "50", "100"]
    assert percent.tickStrings([0.985], 1, 0.005) == ["98.5"]
    steps = Axis("bottom", "step")
    assert steps.tickStrings([0, 20_000], 1, 20_000) == ["0", "20k"]


def test_theme(plot, qapp):
    before = theme.manager().choice
    plot.add_legend()
    theme.apply(qapp, "light")
    assert plot.backgroundBrush().color() == theme.LIGHT.surface
    theme.apply(qapp, "dark")
    assert plot.backgroundBrush().color() == theme.DARK.surface
    assert not plot.grab().isNull()
    theme.apply(qapp, before)


class Late(Plot):
    """A plot that makes its only curve after the base class has been built."""

    def __init__(self) -> None:
        super().__init__("x", "y", name="late")
        self.curve = self.plot([0.0, 1.0], [0.0, 1.0])

    def restyle(self, colors: theme.Theme) -> None:
        """One colour."""
        self.curve.setPen(pg.mkPen(colors.accent))


def test_a_plot_is_coloured_when_all_of_it_has_been_built_and_before_it_is_seen(qtbot, qapp):
    theme.apply(qapp, "light")
    late = Late()
    qtbot.addWidget(late)
    with qtbot.waitExposed(late):
        late.show()
    assert late.curve.opts["pen"].color() == theme.LIGHT.accent
    theme.apply(qapp, "dark")
    assert late.curve.opts["pen"].color() == theme.DARK.accent
    theme.apply(qapp, "light")
