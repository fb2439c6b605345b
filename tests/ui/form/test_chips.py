"""Entries of a list are chips: added, removed and moved by mouse and by keys; offered is what fits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from models.boundary.config import BoundaryConfig
from models.config import LISTS, settings_of
from models.registry import MODELS, get_model
from ui.form.controls import List
from ui.form.form import ConfigForm

LEFT = Qt.MouseButton.LeftButton
MOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def form(qtbot) -> ConfigForm:
    form = ConfigForm(BoundaryConfig(hidden=(8, 4, 2)))
    qtbot.addWidget(form)
    form.resize(268, 900)
    form.show()
    return form


def chips_of(form: ConfigForm, name: str) -> List:
    control = form.rows[name].control
    assert isinstance(control, List)
    return control


def test_the_cross_removes_its_own_entry(form):
    QTest.mouseClick(chips_of(form, "hidden").chips[1].close_button, LEFT)
    assert form.config().hidden == (8, 2)


def test_a_chip_is_dragged_to_another_place(form):
    chips = chips_of(form, "hidden").chips
    grip = chips[0].grip
    target = grip.mapFromGlobal(chips[2].mapToGlobal(chips[2].rect().center()))
    QTest.mousePress(grip, LEFT, pos=QPoint(2, 5))
    QTest.mouseRelease(grip, LEFT, pos=target)
    assert form.config().hidden == (4, 2, 8)


def test_keys_move_and_remove_an_entry_and_keep_the_focus_with_it(form, qtbot):
    hidden = chips_of(form, "hidden")
    hidden.items[0].setFocus()
    QTest.keyClick(hidden.items[0], Qt.Key.Key_Right, MOVE)
    assert form.config().hidden == (4, 8, 2)
    assert form.focusWidget() is hidden.items[1]
    QTest.keyClick(hidden.items[1], Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)
    assert form.config().hidden == (4, 2)
    QTest.keyClick(hidden.items[0], Qt.Key.Key_Left, MOVE)
    assert form.config().hidden == (4, 2)


def test_no_value_stands_there_twice(form):
    hidden = chips_of(form, "hidden")
    assert hidden.head.isHidden()
    QTest.mouseClick(hidden.as_text, LEFT)
    assert hidden.head.isVisible()
    assert not any(chip.isVisible() for chip in hidden.chips)
    hidden.head.selectAll()
    QTest.keyClicks(hidden.head, "16 8")
    QTest.keyClick(hidden.head, Qt.Key.Key_Return)
    QTest.mouseClick(hidden.as_text, LEFT)
    assert form.config().hidden == (16, 8)
    assert [item.text() for item in hidden.items] == ["16", "8"]


def test_inputs_offer_only_what_is_not_in_the_list(form):
    inputs = chips_of(form, "inputs")
    for _ in range(5):
        QTest.mouseClick(inputs.more, LEFT)
    assert sorted(form.config().inputs) == sorted(inputs.setting.values)
    assert not inputs.more.isEnabled()
    QTest.mouseClick(inputs.chips[0].close_button, LEFT)
    model = inputs.items[0].model()
    free = [inputs.items[0].itemData(row) for row in range(7) if model.item(row).isEnabled()]
    assert sorted(free) == sorted({"x", form.config().inputs[0]})


def test_an_activation_for_all_layers_or_one_for_each(form):
    activation = chips_of(form, "activation")
    QTest.mouseClick(activation.more, LEFT)
    assert form.config().activation == ("tanh", "tanh", "tanh")
    assert not activation.more.isEnabled()
    QTest.mouseClick(chips_of(form, "hidden").fewer, LEFT)
    assert form.config().activation == ("tanh", "tanh")
    assert not form.complaint.text()
    QTest.mouseClick(activation.fewer, LEFT)
    assert form.config().activation == ("tanh",)
    for _ in range(2):
        QTest.mouseClick(chips_of(form, "hidden").fewer, LEFT)
    assert not activation.more.isEnabled(), "without hidden layers there is nothing to be one for each"


@pytest.mark.parametrize("name", MODELS)
def test_every_list_of_every_model_has_chips(qtbot, name):
    form = ConfigForm(get_model(name).config)
    qtbot.addWidget(form)
    for setting in settings_of(get_model(name).config):
        if setting.kind in LISTS and setting.name in form.rows:
            control = chips_of(form, setting.name)
            assert len(control.chips) == len(control.value)
            for chip in control.chips:
                assert chip.close_button.accessibleName()
                assert chip.field.accessibleName()
