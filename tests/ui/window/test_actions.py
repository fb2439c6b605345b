"""The table of actions: every action has a name, its key is listed under F1, and a lesson can lock it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QMessageBox
from waiting import settle


def test_the_menus_hold_exactly_the_table(window):
    named = [
        action
        for menu in window.menuBar().findChildren(QMenu)
        for action in menu.actions()
        if not action.isSeparator() and action.menu() is None
    ]
    assert {action.objectName() for action in named} == set(window.actions_by_name)
    assert len(named) == len(window.actions_by_name)
    titles = [action.text() for action in window.menuBar().actions()]
    assert titles == ["&File", "&Edit", "&Run", "&View", "&Help"]
    assert all(name.partition(".")[0] in "file edit run view help" for name in window.actions_by_name)


def test_no_key_means_two_things_and_all_are_listed(window, qtbot):
    keys = [action.shortcut() for action in window.actions_by_name.values() if not action.shortcut().isEmpty()]
    assert len({key.toString() for key in keys}) == len(keys)
    window.actions_by_name["help.keys"].trigger()
    (box,) = window.findChildren(QMessageBox)
    for action in window.actions_by_name.values():
        if not action.shortcut().isEmpty():
            native = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            assert f"<b>{native}</b>&nbsp;&nbsp;</td><td>{action.text().replace('&', '')}</td>" in box.text()
    assert box.text().count("<tr>") == len(keys)
    box.close()


def test_what_is_locked_rests_on_the_keyboard_too(window, qtbot):
    tab = window.current
    settle(tab, qtbot)
    step = window.actions_by_name["run.step"]
    window.choices.lock({"run.step"})
    assert not step.isEnabled()
    tab.plots.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    window.show_tab("bits")
    window.show_tab("digits")
    assert not step.isEnabled()
    settle(tab, qtbot)
    assert tab.session.status.head == 0
    window.choices.lock(())
    assert step.isEnabled()
    tab.plots.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: tab.session.status.head == 1)


def test_a_name_that_nobody_knows_cannot_be_locked(window):
    with pytest.raises(KeyError, match=r"run\.fly"):
        window.choices.lock({"run.fly"})


def test_one_theme_is_chosen(window, qapp):
    dark, light = (window.actions_by_name[f"view.theme-{name}"] for name in ("dark", "light"))
    dark.trigger()
    assert dark.isChecked()
    assert not light.isChecked()
    assert window.grab().toImage().pixelColor(5, 5).lightnessF() < 0.4
    light.trigger()
    assert not dark.isChecked()
    assert window.grab().toImage().pixelColor(5, 5).lightnessF() > 0.6
