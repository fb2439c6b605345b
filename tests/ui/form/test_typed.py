"""What is being typed counts when a button or a shortcut is pressed, and what is scrolled past changes nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from waiting import settle

from ui.form.form import ConfigForm
from ui.window.registry import make_tab

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def tab(qtbot):
    tab = make_tab("bits")
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    with qtbot.waitExposed(tab):
        tab.show()
    settle(tab, qtbot)
    qtbot.waitUntil(lambda: tab.findChild(ConfigForm) is not None)
    yield tab
    tab.shutdown()
    tab.close()


def type_seed(tab, qtbot, seed):
    qtbot.mouseDClick(tab.run_bar.seed.lineEdit(), LEFT)
    tab.run_bar.seed.selectAll()
    qtbot.keyClicks(tab.run_bar.seed, str(seed))


def type_step_size(tab, qtbot, value):
    entry = tab.form.rows["learning_rate"].control.head
    qtbot.mouseClick(entry, LEFT)
    entry.selectAll()
    qtbot.keyClicks(entry, str(value))


def test_a_typed_seed_is_that_of_the_run(tab, qtbot):
    type_seed(tab, qtbot, 5)
    qtbot.mouseClick(tab.run_bar.step_button, LEFT)
    settle(tab, qtbot)
    assert (tab.session.status.config.seed, tab.session.status.head) == (5, 1)
    tab.form.setFocus()  # what was typed has been taken over: leaving the field changes nothing any more
    settle(tab, qtbot)
    assert tab.session.status.head == 1
    type_seed(tab, qtbot, 9)
    qtbot.mouseClick(tab.run_bar.reset_button, LEFT)
    settle(tab, qtbot)
    assert (tab.session.status.config.seed, tab.session.status.head) == (9, 0)


def test_a_seed_that_is_being_typed_does_not_throw_away_a_run_that_is_paused(tab, qtbot):
    tab.session.set_pace(20)
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.head > 2)
    type_seed(tab, qtbot, 7)
    qtbot.mouseClick(tab.run_bar.train_button, LEFT)
    settle(tab, qtbot)
    assert (tab.session.status.phase, tab.session.status.config.seed) == ("paused", 0)
    assert tab.session.status.head > 2


def test_another_seed_and_continue_take_over_what_stands_in_the_form(tab, qtbot):
    type_step_size(tab, qtbot, 0.02)
    qtbot.mouseClick(tab.run_bar.dice, LEFT)
    settle(tab, qtbot)
    assert (tab.session.status.config.seed, tab.session.status.config.learning_rate) == (1, 0.02)
    tab.session.set_pace(None)
    tab.session.step(30)
    settle(tab, qtbot)
    tab.session.seek(10)
    settle(tab, qtbot)
    tab.session.set_pace(20)
    type_step_size(tab, qtbot, 0.03)
    qtbot.mouseClick(tab.timeline.branch, LEFT)
    qtbot.waitUntil(lambda: getattr(tab.session.status.config, "learning_rate", None) == 0.03)
    tab.session.pause()
    settle(tab, qtbot)
    assert tab.session.status.config.learning_rate == 0.03
    assert tab.session.status.head < 30


@pytest.mark.parametrize("focused", [False, True])
@pytest.mark.parametrize("name", ["seed", "presets"])
def test_the_wheel_changes_no_field(tab, qtbot, name, focused):
    tab.session.step(5)
    settle(tab, qtbot)
    field = getattr(tab.run_bar, name)
    (field if focused else tab).setFocus()
    at = QPointF(field.rect().center())
    wheel = QWheelEvent(
        at, field.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(field, wheel)
    settle(tab, qtbot)
    assert (tab.session.status.head, tab.session.status.config.seed) == (5, 0)
    assert tab.run_bar.presets.currentText() == tab.model.default_preset
