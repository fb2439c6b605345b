"""The layers of a convolutional network are chips: numbers are typed one by one, and what fits nowhere is grey."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QLineEdit

from models.cnn.config import CnnConfig
from models.cnn.entries import read, write
from models.registry import get_model
from ui.form.controls import Entries
from ui.form.form import ConfigForm

LEFT = Qt.MouseButton.LeftButton
MOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
ALL = "conv 3 5x3 pad 1 stride 2 each map, batchnorm, average pool 2, pool 2, dropout 0.125, dense 7"  # every kind once


@pytest.fixture
def form(qtbot) -> ConfigForm:
    model = get_model("cnn")
    form = ConfigForm(CnnConfig(), layers_of=lambda config: model.layers_of(config, None))
    qtbot.addWidget(form)
    form.resize(268, 900)
    form.show()
    return form


def layers_of(form: ConfigForm) -> Entries:
    control = form.rows["layers"].control
    assert isinstance(control, Entries)
    return control


def field(form: ConfigForm, words: str) -> QLineEdit | QCheckBox:
    """The field that a screen reader calls so."""
    (found,) = [
        each for kind in (QLineEdit, QCheckBox) for each in form.findChildren(kind) if each.accessibleName() == words
    ]
    return found


def type_into(form: ConfigForm, words: str, text: str) -> None:
    line = field(form, words)
    assert line.isVisible()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def choose(form: ConfigForm, kind: str) -> None:
    """Choose from the menu of +; the menu itself would grab the keyboard, which no offscreen window can."""
    control = layers_of(form)
    menu = control.more.menu()
    menu.aboutToShow.emit()
    action = next(each for each in menu.actions() if each.text() == kind)
    assert action.isEnabled()
    action.trigger()


@pytest.mark.parametrize("line", [ALL, *(preset.config.layers for preset in get_model("cnn").presets.values())])
def test_every_entry_is_written_as_it_was_read(line):
    assert ", ".join(map(write, read(line))) == line


def test_numbers_are_typed_without_the_text(form):
    type_into(form, "Filters, layer 1", "12")
    assert form.config().layers == "conv 12 5x5, pool 2, conv 16 5x5, pool 2"
    type_into(form, "Columns of a filter, in pixels, layer 3", "3")
    assert form.config().layers == "conv 12 5x5, pool 2, conv 16 5x3, pool 2"
    assert layers_of(form).chips[0].note.text() == "28×28×1→24×24×12 · 312"


def test_what_is_rare_is_behind_a_button_and_never_hidden_while_it_says_something(form):
    padding = field(form, "Pixels of padding around the picture, layer 1")
    assert not padding.isVisible()
    QTest.mouseClick(layers_of(form).items[0].fold, LEFT)
    type_into(form, "Pixels of padding around the picture, layer 1", "2")
    QTest.mouseClick(field(form, "Looks at every map by itself, layer 1"), LEFT, pos=QPoint(6, 8))
    assert form.config().layers == "conv 8 5x5 pad 2 each map, pool 2, conv 16 5x5, pool 2"
    form.set_config(CnnConfig(layers="conv 8 5x5, pool 2, conv 4 3x3 stride 2"))
    assert field(form, "Pixels from one place to the next, layer 3").isVisible()


def test_plus_offers_only_what_fits_and_puts_it_where_it_fits(form):
    choose(form, "dense")
    assert form.config().layers == "conv 8 5x5, pool 2, conv 16 5x5, pool 2, dense 64"
    choose(form, "conv")
    assert form.config().layers.endswith("pool 2, conv 16 3x3, dense 64"), "5×5 does not fit on 4×4"
    form.set_config(CnnConfig(layers="dense 4096"))
    menu = layers_of(form).more.menu()
    menu.aboutToShow.emit()
    enabled = {action.text(): action.isEnabled() for action in menu.actions()}
    assert enabled["dropout"]
    assert not enabled["conv"], "in front of so many neurons it would be too many weights"


def test_entries_are_moved_and_removed(form):
    chips = layers_of(form).chips
    QTest.mouseClick(chips[1].close_button, LEFT)
    assert form.config().layers == "conv 8 5x5, conv 16 5x5, pool 2"
    filters = field(form, "Filters, layer 1")
    filters.setFocus()
    QTest.keyClick(filters, Qt.Key.Key_Right, MOVE)
    assert form.config().layers == "conv 16 5x5, conv 8 5x5, pool 2"
    assert form.focusWidget() is field(form, "Filters, layer 2")
    grip = layers_of(form).chips[2].grip
    target = grip.mapFromGlobal(layers_of(form).chips[0].mapToGlobal(QPoint(30, 5)))
    QTest.mousePress(grip, LEFT, pos=QPoint(2, 5))
    QTest.mouseRelease(grip, LEFT, pos=target)
    assert form.config().layers == "pool 2, conv 16 5x5, conv 8 5x5"


def test_the_text_stays_as_another_way(form):
    control = layers_of(form)
    QTest.mouseClick(control.as_text, LEFT)
    assert control.head.isVisible()
    assert not any(chip.isVisible() for chip in control.chips)
    control.head.selectAll()
    QTest.keyClicks(control.head, "conv 4 3x3, batchnorm")
    QTest.keyClick(control.head, Qt.Key.Key_Return)
    assert form.config().layers == "conv 4 3x3, batchnorm"
    QTest.mouseClick(control.as_text, LEFT)
    assert [chip.isVisible() for chip in control.chips] == [True, True]


@pytest.mark.parametrize("text", ["conv", "dense 4, conv 3 3x3"])
def test_what_does_not_fit_is_said_and_the_last_network_stays(form, text):
    control = layers_of(form)
    QTest.mouseClick(control.as_text, LEFT)
    control.head.selectAll()
    QTest.keyClicks(control.head, text)
    QTest.keyClick(control.head, Qt.Key.Key_Return)
    assert form.config() == CnnConfig()
    assert form.refused()[1]
    assert control.head.text() == text


@pytest.mark.parametrize("width", [240, 268])
def test_a_narrow_form_is_wide_enough(form, qtbot, width):
    form.set_config(CnnConfig(layers=ALL))
    form.resize(width, 900)
    qtbot.waitUntil(lambda: form.area.widget().width() == form.area.viewport().width())
    for chip in layers_of(form).chips:
        right = chip.close_button.mapTo(form, QPoint(chip.close_button.width(), 0)).x()
        assert right <= form.area.viewport().width()
