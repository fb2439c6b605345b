"""Every grid of cells does what every other does: pointer, keys, focus, words, picking, and taking numbers along."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QVBoxLayout, QWidget

from models.bits.truth_table import logic_table
from ui.plots.grids.cell_widget import CellWidget
from ui.plots.grids.confusion_matrix import ConfusionMatrix
from ui.plots.grids.heat_map import HeatMap
from ui.plots.grids.image_gallery import ImageGallery
from ui.plots.grids.image_tiles import ImageTiles
from ui.plots.networks.activation_strip import ActivationStrip
from ui.plots.probability_bars import ProbabilityBars
from ui.plots.signed_bars import SignedBars
from ui.tabs.bits.bars import WeightBars
from ui.tabs.bits.table import BitTable

LEFT = Qt.MouseButton.LeftButton


def matrix() -> CellWidget:
    grid = ConfusionMatrix(("a", "b", "c"))
    grid.set_counts(np.arange(9).reshape(3, 3))
    return grid


def heat() -> CellWidget:
    grid = HeatMap()
    grid.set_values(np.arange(12.0).reshape(3, 4))
    return grid


def tiles() -> CellWidget:
    grid = ImageTiles(enlarge=False)
    grid.set_images(np.arange(6 * 16, dtype=np.float32).reshape(6, 4, 4))
    return grid


def gallery() -> CellWidget:
    grid = ImageGallery()
    grid.set_images(np.zeros((9, 8, 8), np.uint8), [f"picture {i}" for i in range(9)])
    return grid


def table() -> CellWidget:
    grid = BitTable("table")
    rows = logic_table("parity", 3)
    grid.show_rows(rows, np.zeros(len(rows)), ["x₁", "x₂", "x₃"], close=0.5, places=2)
    return grid


def signed() -> CellWidget:
    grid = SignedBars("overlap")
    grid.set_values(np.array([0.5, -0.5, 0.1]), ["a", "b", "c"])
    return grid


def strip() -> CellWidget:
    grid = ActivationStrip()
    grid.set_activations([np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.5, 0.6])], ["layer 1", "layer 2"])
    return grid


def probabilities() -> CellWidget:
    grid = ProbabilityBars(["a", "b", "c"])
    grid.set_probabilities(np.array([0.7, 0.2, 0.1]))
    grid.set_clickable("Click the right one")
    return grid


def weight_bars() -> CellWidget:
    grid = WeightBars()
    grid.show_weights(np.array([3.0, 2.0, 1.0]), np.array([4.0, 2.0, 1.0]))
    return grid


GRIDS = (matrix, heat, tiles, gallery, table, signed, strip, probabilities, weight_bars)


class Page(QWidget):
    """A grid below a field, as in a window."""

    def __init__(self, grid: CellWidget) -> None:
        super().__init__()
        self.before, self.grid = QLineEdit(), grid
        layout = QVBoxLayout(self)
        layout.addWidget(self.before)
        layout.addWidget(grid, 1)
        self.resize(520, 460)


@pytest.fixture(params=GRIDS, ids=lambda make: make.__name__)
def page(request, qtbot):
    page = Page(request.param())
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    page.before.setFocus()
    return page


@pytest.fixture
def grid(page) -> CellWidget:
    return page.grid


def middle(grid: CellWidget, index: int) -> QPoint:
    return grid.box(index).center().toPoint()


def test_the_pointer_is_read_out_and_leaves_nothing_behind(grid, qtbot):
    told, places = [], []
    grid.readout_changed.connect(told.append)
    grid.hovered.connect(places.append)
    qtbot.mouseMove(grid, middle(grid, 1))
    assert grid.readout
    assert told == [grid.readout] == [grid.accessibleDescription()]
    first = grid.readout
    qtbot.mouseMove(grid, middle(grid, 2))
    assert grid.readout != first
    QApplication.sendEvent(grid, QEvent(QEvent.Type.Leave))
    assert grid.readout == told[-1] == ""
    assert places == [grid.place(1), grid.place(2), None]


def test_a_click_picks_the_cell_and_gives_its_place(grid, qtbot):
    with qtbot.waitSignal(grid.picked) as caught:
        qtbot.mouseClick(grid, LEFT, pos=middle(grid, 1))
    assert caught.args == [grid.place(1)]
    assert grid.current == 1
    with qtbot.assertNotEmitted(grid.picked):
        qtbot.mouseClick(grid, Qt.MouseButton.RightButton, pos=middle(grid, 2))


@pytest.mark.parametrize("make", [signed, strip, weight_bars])
def test_where_a_click_means_something_else_the_arrows_go_on_stepping_the_run(make, qtbot):
    page = Page(make())
    qtbot.addWidget(page)
    steps = []
    QShortcut(QKeySequence(Qt.Key.Key_Right), page).activated.connect(lambda: steps.append(1))
    with qtbot.waitExposed(page):
        page.show()
    page.setFocus()
    qtbot.mouseClick(page.grid, LEFT, pos=middle(page.grid, 1))
    for typed in page.grid.findChildren(QLineEdit):
        qtbot.keyClicks(typed, "7")
        qtbot.keyClick(typed, Qt.Key.Key_Return)
        assert typed.isHidden()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert (steps, page.grid.current) == ([1], 1)
    page.before.setFocus()
    qtbot.keyClick(page.before, Qt.Key.Key_Tab)  # who comes by key walks
    assert page.grid.hasFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    assert (steps, page.grid.current) == ([1], 2)


def test_tab_reaches_it_and_says_and_shows_where_the_keys_act(page, grid, qtbot):
    assert grid.accessibleName()
    before = grid.grab().toImage()
    qtbot.keyClick(page.before, Qt.Key.Key_Tab)
    assert grid.hasFocus()
    assert grid.readout == grid.words_about(0) == grid.accessibleDescription()
    assert grid.grab().toImage() != before
    grid.clearFocus()
    assert grid.readout == ""
    assert grid.grab().toImage() == before


def test_arrows_home_and_end_walk_and_enter_picks(page, grid, qtbot):
    qtbot.keyClick(page.before, Qt.Key.Key_Tab)
    last = grid.count - 1
    walked = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_End, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(grid, key)
        walked.append(grid.current)
    assert walked == [1, 0, 0, last, last, last]
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert (grid.current, grid.readout) == (0, grid.words_about(0))
    if grid.columns < grid.count:
        qtbot.keyClick(grid, Qt.Key.Key_Down)
        assert grid.current == grid.columns
        qtbot.keyClick(grid, Qt.Key.Key_Up)
        assert grid.current == 0
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    with qtbot.waitSignal(grid.picked) as caught:
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert caught.args == [grid.place(1)]


def test_its_keys_are_kept_from_the_windows_shortcuts_and_no_others(page, grid, qtbot):
    qtbot.keyClick(page.before, Qt.Key.Key_Tab)

    def claims(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, modifier)
        event.ignore()
        QApplication.sendEvent(grid, event)
        return event.isAccepted()

    keys = ("Left", "Right", "Up", "Down", "Home", "End", "Return", "Enter")
    assert all(claims(Qt.Key[f"Key_{name}"]) for name in keys)
    assert not claims(Qt.Key.Key_S)
    assert not claims(Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)


def test_the_menu_takes_picture_and_numbers_along(grid, tmp_path, monkeypatch):
    monkeypatch.setattr(QMenu, "popup", lambda *_: None)  # the offscreen platform warns of every menu
    at = middle(grid, 0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, grid.mapToGlobal(at))
    QApplication.sendEvent(grid, event)
    menu = grid.findChild(QMenu)
    assert [action.text() for action in menu.actions()] == ["Copy image", "Save image…", "Save numbers as CSV…"]
    menu.actions()[0].trigger()
    assert QApplication.clipboard().pixmap().size() == grid.grab().size()
    menu.deleteLater()
    grid.export.save_csv(tmp_path / "numbers.csv")
    with open(tmp_path / "numbers.csv", newline="") as file:
        heading, *rows = csv.reader(file)
    assert rows
    assert {len(row) for row in rows} == {len(heading)}


def test_what_is_said_follows_the_numbers_under_a_resting_pointer(qtbot):
    grid = HeatMap()
    qtbot.addWidget(grid)
    grid.resize(300, 300)
    grid.show()
    grid.set_values(np.zeros((2, 2)))
    qtbot.mouseMove(grid, middle(grid, 3))
    assert grid.readout == "row 1, column 1: value 0.0000"
    grid.set_values(np.ones((2, 2)))
    assert grid.readout == "row 1, column 1: value 1.0000"
    grid.set_values(np.ones((1, 1)))  # there is another cell under the pointer
    assert grid.readout == "row 0, column 0: value 1.0000"
    grid.clear()
    assert grid.readout == ""
