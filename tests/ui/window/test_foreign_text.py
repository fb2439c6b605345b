"""Names of files, columns, classes, models and drawings that look like HTML are seen letter for letter."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hands import draw
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QMimeData, Qt, QUrl
from PySide6.QtGui import Qt as QtGuiQt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGraphicsTextItem,
    QGraphicsView,
    QLabel,
    QWidget,
)
from waiting import settle, settled

from models.hopfield.edits import StorePattern
from ui.widgets.plain import MarkupLabel
from ui.window.registry import TABS

IMAGE = "<img src='nowhere.png'>"
BOLD = "<b>x</b>"
HOSTILE = (IMAGE, BOLD)


def culprits(root: QWidget) -> list[str]:
    """Every widget in which a hostile text is, or would be, taken for markup."""
    found = []
    for widget in (root, *root.findChildren(QWidget)):
        name = f"{type(widget).__name__} {widget.accessibleName()!r}"
        if any(words in widget.toolTip() for words in HOSTILE):
            found.append(f"{name}: tooltip {widget.toolTip()!r}")
        if isinstance(widget, QLabel):
            marked = isinstance(widget, MarkupLabel) and any(words in widget.text() for words in HOSTILE)
            guessed = widget.textFormat() == Qt.TextFormat.AutoText and QtGuiQt.mightBeRichText(widget.text())
            if marked or guessed:
                found.append(f"{name}: text {widget.text()!r}")
        if isinstance(widget, QComboBox | QAbstractItemView) and (model := widget.model()) is not None:
            found += [f"{name}: an entry's tooltip {tip!r}" for tip in _tips(model)]
        if isinstance(widget, QGraphicsView) and widget.scene() is not None:
            texts = [item for item in widget.scene().items() if isinstance(item, QGraphicsTextItem)]
            found += [f"{name}: {item.toHtml()[-200:]}" for item in texts if "\ufffc" in item.toPlainText()]
            found += [
                f"{name}: {item.toHtml()[-200:]}" for item in texts if re.search("font-weight:[67]00", item.toHtml())
            ]
    return found


def _tips(model: QAbstractItemModel) -> list[str]:
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount()
    cells = [model.index(row, column) for row in range(model.rowCount()) for column in range(columns)]
    tips = [str(cell.data(Qt.ItemDataRole.ToolTipRole) or "") for cell in cells]
    sides = ((Qt.Orientation.Horizontal, columns), (Qt.Orientation.Vertical, model.rowCount()))
    role = Qt.ItemDataRole.ToolTipRole
    tips += [str(model.headerData(i, side, role) or "") for side, count in sides for i in range(count)]
    return [tip for tip in tips if any(words in tip for words in HOSTILE)]


def shown_somewhere(root: QWidget, words: str) -> bool:
    """Whether the hostile text is there at all: else nothing would have been tried."""
    labels = [label.text() for label in root.findChildren(QLabel)]
    plots = [
        item.toPlainText()
        for view in root.findChildren(QGraphicsView)
        if view.scene() is not None
        for item in view.scene().items()
        if isinstance(item, QGraphicsTextItem)
    ]
    names = [widget.accessibleDescription() for widget in root.findChildren(QWidget)]
    return any(words in text for text in (*labels, *plots, *names))


@pytest.fixture
def hostile_table(tmp_path):
    """A table whose name, columns and classes are hostile."""
    rng = np.random.default_rng(1)
    rows = [f"{x:.3f},{y:.3f},{(IMAGE, BOLD)[k % 2]}" for k, (x, y) in enumerate(rng.normal(0, 1, (40, 2)))]
    path = tmp_path / "<b>x<i>.csv"
    path.write_text("\n".join([f"{IMAGE},{BOLD},{IMAGE}!", *rows]))
    return path


@pytest.mark.parametrize("name", ["boundary", "mixture"])
def test_points_from_a_hostile_table(window, qtbot, hostile_table, name):
    window.pages.bring(name)
    tab = window.current
    settle(tab, qtbot)
    tab.open_data([hostile_table])
    qtbot.waitUntil(lambda: tab.panel.dialog is not None)
    dialog = tab.panel.dialog
    assert shown_somewhere(dialog, "<b>x<i>.csv")
    assert not culprits(dialog)
    dialog.accept()
    settle(tab, qtbot)
    tab.session.step(3)
    qtbot.waitUntil(settled(tab, "paused", "finished"))
    QApplication.processEvents()
    assert shown_somewhere(tab, IMAGE)
    assert not culprits(window)


def test_patterns_of_a_hopfield_memory(window, qtbot):
    window.pages.bring("hopfield")
    tab = window.current
    settle(tab, qtbot)
    side = tab.session.snapshot.shape[0]
    for label, seed in ((IMAGE, 1), (BOLD, 2)):
        pixels = np.where(np.random.default_rng(seed).random(tab.session.snapshot.shape) > 0.5, 1, -1)
        tab.session.edit(StorePattern(pixels.astype(np.int8).reshape(side, -1), label))
        qtbot.waitUntil(lambda label=label: label in tab.session.snapshot.labels)
    settle(tab, qtbot)
    assert not culprits(window)


@pytest.mark.parametrize("name", ["digits", "cnn"])
def test_a_drawing_with_a_hostile_label(window, qtbot, tmp_path, name):
    window.pages.bring(name)
    tab = window.current
    settle(tab, qtbot)
    draw(tab.try_panel.canvas, (0.3, 0.2), (0.5, 0.8))
    path = tmp_path / "<b>x<i>.json"
    tab.save_drawing(path)
    drawing = json.loads(path.read_text())
    path.write_text(json.dumps({**drawing, "label": IMAGE}))
    tab.open_drawing(path)
    tab.session.step(2)
    qtbot.waitUntil(settled(tab, "paused", "finished"))
    QApplication.processEvents()
    assert not culprits(window)


@pytest.mark.parametrize("name", TABS)
def test_every_page_refuses_hostile_files_in_plain_words(window, qtbot, tmp_path, name):
    window.pages.bring(name)
    page = window.current
    page.show()
    for suffix in (".npz", ".csv", ".json", ".png", ".idx"):
        path = tmp_path / f"{BOLD.replace('/', '')}{suffix}"
        path.write_text(f"{IMAGE},{BOLD}\n{IMAGE}")
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        window.files.drop(mime)
        QApplication.processEvents()
        assert not culprits(window), suffix


def test_an_experiment_of_a_hostile_model(window, tmp_path):
    path = tmp_path / "run.npz"
    metadata = {"format": "playground-experiment", "version": 2, "model": IMAGE}
    np.savez(path, metadata=np.frombuffer(json.dumps(metadata).encode(), np.uint8))
    window.open_experiment(Path(path))
    assert IMAGE in window.current.banner.text
    assert not culprits(window)
