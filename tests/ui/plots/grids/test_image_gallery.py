"""The gallery finds the image under the pointer, also after scrolling, and draws only what is in view."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from ui.plots.grids.image_gallery import ImageGallery


@pytest.fixture
def gallery(qtbot):
    widget = ImageGallery()
    qtbot.addWidget(widget)
    widget.resize(320, 260)
    with qtbot.waitExposed(widget):
        widget.show()
    images = np.random.default_rng(0).integers(0, 256, (5000, 28, 28), dtype=np.uint8)
    widget.set_images(images, lambda index: f"{index % 10} → {index % 7}")
    return widget


@pytest.fixture
def said(monkeypatch):
    """Every text that is painted."""
    texts, draw = [], QPainter.drawText
    monkeypatch.setattr(QPainter, "drawText", lambda *args: (texts.append(args[-1]), draw(*args)))
    return texts


def test_only_images_in_view_are_drawn(gallery):
    drawn = []
    gallery.set_images(np.zeros((5000, 28, 28), np.uint8), lambda index: (drawn.append(index), "a")[1])
    drawn.clear()
    gallery.repaint()
    assert 0 < len(drawn) <= 6 * gallery.columns
    drawn.clear()
    gallery.bar.setValue(gallery.bar.maximum())
    gallery.repaint()
    assert drawn[-1] == 4999
    assert len(drawn) <= 6 * gallery.columns


@pytest.mark.parametrize("offset", [0, 777])
def test_click_finds_the_image_under_the_pointer(gallery, qtbot, offset):
    gallery.bar.setValue(offset)
    at = QPoint(100, 120)
    index = gallery.index_at(at.toPointF())
    assert gallery.box(index).contains(at.toPointF())
    with qtbot.waitSignal(gallery.picked) as caught:
        qtbot.mouseClick(gallery, Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == [index]
    assert gallery.current == index


def test_read_out(gallery, qtbot):
    with qtbot.waitSignal(gallery.readout_changed):
        qtbot.mouseMove(gallery, gallery.box(2).center().toPoint())
    assert gallery.readout == "image 3 of 5000 · 2 → 2"


def test_keys_scroll_to_what_they_reach(gallery, qtbot):
    gallery.setFocus()
    qtbot.keyClick(gallery, Qt.Key.Key_End)
    qtbot.keyClick(gallery, Qt.Key.Key_End)
    assert gallery.current == 4999
    assert gallery.rect().intersects(gallery.box(4999).toRect())
    with qtbot.waitSignal(gallery.picked) as caught:
        qtbot.keyClick(gallery, Qt.Key.Key_Return)
    assert caught.args == [4999]


def test_empty_floats_and_wrong_shapes(gallery):
    gallery.set_images(np.zeros((0, 28, 28), np.uint8))
    assert gallery.index_at(QPoint(50, 50).toPointF()) is None
    assert not gallery.grab().isNull()
    gallery.set_images(np.random.default_rng(0).random((3, 8, 8), dtype=np.float32), ["a", "b", "c"])
    gallery.set_highlight([1])
    assert gallery.caption(2) == "c"
    assert not gallery.grab().isNull()
    with pytest.raises(ValueError, match="shape"):
        gallery.set_images(np.zeros((3, 8)))


def test_what_a_picture_was_taken_for_can_be_read(qtbot, said):
    gallery = ImageGallery(cell=44)
    qtbot.addWidget(gallery)
    gallery.resize(300, 200)
    advance = gallery.fontMetrics().horizontalAdvance
    gallery.set_images(np.zeros((3, 8, 8), np.uint8), ["5 → 4"] * 3)
    usual = gallery.box(0).size()
    gallery.grab()
    assert said == ["5 → 4"] * 3
    said.clear()
    gallery.set_images(np.zeros((3, 8, 8), np.uint8), ["smiling → neutral", "neutral → smiling", "sad → neutral"])
    gallery.grab()
    assert said == ["smiling\n→ neutral", "neutral\n→ smiling", "sad\n→ neutral"]
    cell = gallery.box(0)
    assert cell.height() - usual.height() == gallery.fontMetrics().height()
    assert all(advance(line) <= cell.width() - 2 for words in said for line in words.split("\n"))
    gallery.set_images(np.zeros((3, 8, 8), np.uint8), ["✓ drawing 12"] * 3)
    assert advance("✓ drawing 12") <= gallery.box(0).width() - 2
    assert gallery.index_at(gallery.box(2).center()) == 2
    gallery.set_images(np.zeros((3, 8, 8), np.uint8), ["5 → 4"] * 3)
    assert gallery.box(0).size() == usual


def test_wheel_and_page_keys_scroll_and_what_comes_under_the_pointer_is_read_out(gallery, qtbot):
    at = gallery.box(1).center()
    qtbot.mouseMove(gallery, at.toPoint())
    assert gallery.readout == "image 2 of 5000 · 1 → 1"
    wheel = QWheelEvent(
        at, gallery.mapToGlobal(at), QPoint(), QPoint(0, -1200), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(gallery, wheel)
    scrolled = gallery.bar.value()
    assert scrolled > 0
    assert gallery.readout == gallery.words_about(gallery.index_at(at)) != "image 2 of 5000 · 1 → 1"
    gallery.setFocus()
    qtbot.keyClick(gallery, Qt.Key.Key_PageDown)
    assert gallery.bar.value() > scrolled
    qtbot.keyClick(gallery, Qt.Key.Key_PageUp)
    assert gallery.bar.value() == scrolled


def test_the_scroll_bar_is_there_only_when_there_is_something_to_scroll(gallery):
    assert gallery.bar.isVisible()
    assert gallery.index_at(QPointF(gallery.bar.geometry().center())) is None
    gallery.set_images(np.zeros((2, 8, 8), np.uint8))
    assert not gallery.bar.isVisible()
    last = gallery.box(1)
    assert gallery.rect().contains(last.toRect())
