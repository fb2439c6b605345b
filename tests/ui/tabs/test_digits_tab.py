"""Teaching in the Digits tab: correct with a click, teach, see it, take it back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from waiting import settle

from models.registry import get_model
from ui import my_drawings as kept
from ui.tabs.digits_tab import DigitsTab

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def tab(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "data_folder", lambda: tmp_path / "data")
    kept.my_drawings.cache_clear()
    tab = DigitsTab(get_model("digits"))
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    yield tab
    tab.shutdown()
    tab.close()
    kept.my_drawings.cache_clear()


def draw(tab, qtbot, lean):
    """A stroke down the middle, with real events."""
    canvas = tab.try_panel.pen_canvas
    canvas.clear()
    middle = canvas._sheet_rect().center().toPoint()
    qtbot.mousePress(canvas, LEFT, pos=middle - QPoint(0, 50))
    for y in range(-40, 50, 10):
        qtbot.mouseMove(canvas, middle + QPoint(lean * y // 10, y))
    qtbot.mouseRelease(canvas, LEFT, pos=middle + QPoint(5 * lean, 50))
    tab.try_panel.refresh()


def test_correct_teach_undo(tab, qtbot):
    tab.session.step(60)
    settle(tab, qtbot, "paused")
    bars, panel = tab.try_panel.bars, tab.try_panel.teach
    for lean in (-2, -1, 0, 1):  # I write my nines as others write ones
        draw(tab, qtbot, lean)
        top, row = bars._rows()
        qtbot.mouseClick(bars, LEFT, pos=QPoint(100, round(top + 9.5 * row)))
    assert [example.label for example in panel.examples] == ["9"] * 4
    assert bars._values.argmax() != 9
    before = tab.session.snapshot.parameters
    qtbot.mouseClick(panel.teach_button, LEFT)
    qtbot.waitUntil(lambda: not tab.teaching.busy)
    qtbot.waitUntil(lambda: not np.array_equal(tab.session.snapshot.parameters, before))
    assert bars._values.argmax() == 9
    assert "other half judged: 0 %" in panel.report.text()
    assert tab.session.snapshot.step == 60
    qtbot.mouseClick(panel.undo_button, LEFT)
    qtbot.waitUntil(lambda: np.array_equal(tab.session.snapshot.parameters, before))
