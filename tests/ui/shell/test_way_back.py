"""Nothing is lost without a way back: whatever took the place of a run, one click brings it back."""

from __future__ import annotations

import numpy as np
import pytest
from hands import button, change, press
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from waiting import settle

from ui.shell.transport import PREVIOUS
from ui.window.registry import TABS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
BACK = PREVIOUS
WRAP = int(Qt.TextFlag.TextWordWrap)


def seen(within: QWidget, words: str) -> bool:
    return any(each.isVisible() for each in within.findChildren(QPushButton) if each.text() == words)


def steps(tab, qtbot, count: int):
    tab.session.step(count)
    settle(tab, qtbot)
    return tab.session.history.rows()


def back(tab, qtbot) -> None:
    press(tab.timeline, BACK)
    settle(tab, qtbot)


def same(tab, rows, config) -> None:
    """The run that is shown has this record and these settings."""
    now = tab.session.history.rows()
    assert now.length == rows.length
    for name, column in rows.columns.items():
        np.testing.assert_array_equal(now.columns[name], column)
    assert tab.session.status.config == tab.form.config() == config
    assert not tab.session.pending


@pytest.mark.parametrize("name", list(TABS))
def test_a_preset_a_seed_and_reset_lead_back(make, qtbot, name):
    tab = make(name)
    assert not tab.timeline.previous.isEnabled()
    rows, config = steps(tab, qtbot, 3), tab.session.config
    other = list(tab.model.presets)[1]
    ways = [tab.reset, lambda: tab.run_bar.dice.click(), lambda: tab.choose_preset(other)]
    for way in ways:
        way()
        settle(tab, qtbot)
        assert tab.session.status.head == 0
        assert f"at step {3}" in tab.timeline.previous.toolTip()
        back(tab, qtbot)
        same(tab, rows, config)
        assert tab.run_bar.presets.currentData() == tab.model.default_preset


def test_home_after_choosing_a_preset_is_the_beginning_of_the_run(window, qtbot):
    tab = window.show_tab("boundary")
    settle(tab, qtbot)
    tab.session.set_pace(None)
    box = tab.run_bar.presets
    QTest.mouseClick(box, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(box.view(), key)
    settle(tab, qtbot)
    assert box.currentText() == list(tab.model.presets)[2]
    window.activateWindow()  # no window manager does it here when the list has gone
    assert window.focusWidget() is not box
    steps(tab, qtbot, 20)
    QTest.keyClick(window, Qt.Key.Key_Home)
    settle(tab, qtbot)
    assert (tab.session.status.position, tab.session.status.head) == (0, 20)
    box.setFocus()  # also for those who came here with Tab
    QTest.keyClick(box, Qt.Key.Key_End)
    settle(tab, qtbot)
    assert (tab.session.status.position, tab.session.status.head) == (20, 20)
    assert box.currentText() == list(tab.model.presets)[2]


def test_the_key_leads_back_too(window, qtbot):
    tab = window.show_tab("boundary")
    settle(tab, qtbot)
    tab.session.set_pace(None)
    steps(tab, qtbot, 7)
    tab.reset()
    settle(tab, qtbot)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    settle(tab, qtbot)
    assert tab.session.status.head == 7


def test_a_change_made_in_the_past_is_announced_with_the_way_back(make, qtbot):
    tab = make("boundary")
    rows = steps(tab, qtbot, 60)
    tab.session.seek(20)
    settle(tab, qtbot)
    config = tab.session.config
    change(tab, learning_rate=0.011)
    settle(tab, qtbot)
    assert tab.session.status.head == 20
    assert "Another way from step 20" in tab.banner.text
    assert "step 60" in tab.banner.text
    press(tab.banner, BACK)
    settle(tab, qtbot)
    assert not tab.banner.text
    assert tab.session.status.position == 20
    same(tab, rows, config)


def test_continue_from_here_needs_no_banner_and_leads_back(make, qtbot):
    tab = make("boundary")
    rows = steps(tab, qtbot, 60)
    tab.session.seek(20)
    settle(tab, qtbot)
    press(tab.timeline, "Continue from here")
    tab.session.pause()
    settle(tab, qtbot)
    assert not tab.banner.text
    back(tab, qtbot)
    assert tab.session.history.rows().length == rows.length


def test_own_points_outlive_a_preset(make, qtbot):
    tab = make("boundary")
    tab.view.editor.add([(0.1, 0.2), (0.3, 0.4)], 1)
    settle(tab, qtbot)
    mine = tab.shown.points.copy()
    tab.choose_preset("xor")
    settle(tab, qtbot)
    assert len(tab.shown.points) != len(mine)
    assert "kept" in tab.banner.text
    press(tab.banner, "Use my points")
    settle(tab, qtbot)
    np.testing.assert_array_equal(tab.shown.points, mine)
    assert tab.session.status.config.hidden == tab.model.presets["xor"].config.hidden
    assert tab.back_button.isVisible()
    tab.choose_preset("xor")
    settle(tab, qtbot)
    press(tab.banner, BACK)
    settle(tab, qtbot)
    np.testing.assert_array_equal(tab.shown.points, mine)
    steps(tab, qtbot, 5)
    tab.reset()
    settle(tab, qtbot)
    np.testing.assert_array_equal(tab.shown.points, mine)


def test_a_field_that_holds_nonsense_keeps_its_run(make, qtbot):
    tab = make("boundary")
    steps(tab, qtbot, 9)
    field = tab.form.rows["learning_rate"].control.head
    for way in (lambda: press(tab.run_bar, "Reset"), lambda: press(tab.run_bar, "next seed")):
        field.setText("much")
        way()
        settle(tab, qtbot)
        assert tab.session.status.head == 9
        assert "No new run" in tab.banner.text
        assert tab.run_bar.seed.value() == 0
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    press(tab.run_bar, "Reset")
    settle(tab, qtbot)
    assert tab.session.status.head == 0


def test_settings_that_build_no_run_lead_back(make, qtbot):
    tab = make("boundary")
    tab.choose_preset("regression")
    settle(tab, qtbot)
    rows = steps(tab, qtbot, 9)
    change(tab, loss="cross_entropy")
    press(tab.run_bar, "Reset to apply")
    qtbot.waitUntil(lambda: tab.session.status.phase == "empty")
    press(tab.banner, BACK)
    settle(tab, qtbot)
    same(tab, rows, tab.model.presets["regression"].config)


def test_pause_does_not_become_train_on_under_the_pointer(make, qtbot):
    tab = make("boundary")
    change(tab, epochs=1)
    settle(tab, qtbot)
    main = tab.run_bar.train_button
    QTest.mouseMove(main, main.rect().center())
    QTest.mouseClick(main, Qt.MouseButton.LeftButton)
    settle(tab, qtbot, "finished")
    QTest.mouseClick(main, Qt.MouseButton.LeftButton)  # who was about to pause
    settle(tab, qtbot, "finished")
    assert tab.session.status.config.epochs == 1
    qtbot.waitUntil(main.isEnabled)
    assert button(tab.run_bar, "Train on") is main
    QTest.mouseClick(main, Qt.MouseButton.LeftButton)
    settle(tab, qtbot, "finished")
    assert tab.session.status.config.epochs == 2


def test_a_double_click_is_one_click(make, qtbot):
    tab = make("boundary")
    change(tab, epochs=100_000)
    settle(tab, qtbot)
    main = tab.run_bar.train_button
    QTest.mousePress(main, Qt.MouseButton.LeftButton)
    QTest.mouseRelease(main, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(main, Qt.MouseButton.LeftButton)
    assert tab.session.training
    tab.session.pause()
    settle(tab, qtbot)


def test_the_remedy_of_a_failure_is_one_button_after_which_training_succeeds(make, qtbot):
    tab = make("boundary")
    tab.choose_preset("step-too-large")
    settle(tab, qtbot)
    press(tab.run_bar, "Train")
    qtbot.waitUntil(lambda: tab.session.status.remedy is not None)
    rate = tab.session.status.remedy.changes["learning_rate"]
    words = f"Back to step 0 with step size {rate:g}"
    qtbot.waitUntil(lambda: seen(tab.banner, words))
    press(tab.banner, words)
    settle(tab, qtbot)
    assert (tab.session.status.position, tab.form.config().learning_rate) == (0, rate)
    assert not tab.banner.text
    press(tab.run_bar, "Train")
    settle(tab, qtbot, "finished")
    assert tab.session.history.column("loss")[-20:].mean() < 0.5
    back(tab, qtbot)  # not even the failure is lost
    assert tab.session.status.head == 4


def test_typing_a_value_takes_no_way_back_away(make, qtbot):
    tab = make("boundary")
    tab.choose_preset("step-too-large")
    settle(tab, qtbot)
    press(tab.run_bar, "Train")
    qtbot.waitUntil(lambda: tab.session.status.remedy is not None)
    words = f"Back to step 0 with step size {tab.session.status.remedy.changes['learning_rate']:g}"
    change(tab, learning_rate=2.9)
    settle(tab, qtbot)
    assert tab.session.status.phase == "paused"
    qtbot.waitUntil(lambda: seen(tab.banner, words))
    press(tab.banner, words)
    settle(tab, qtbot)
    assert tab.session.status.position == 0
    assert tab.session.status.config.learning_rate == tab.form.config().learning_rate < 2.9


@pytest.mark.parametrize("name", list(TABS))
def test_each_preset_says_below_its_name_what_it_shows(make, qtbot, name):
    tab = make(name)
    box = tab.run_bar.presets
    box.showPopup()
    view = box.view()
    line = view.fontMetrics().lineSpacing()
    for row, preset in enumerate(tab.model.presets.values()):
        assert box.itemData(row, Qt.ItemDataRole.ToolTipRole) == preset.description
        text = view.fontMetrics().boundingRect(0, 0, view.viewport().width() - 12, 1000, WRAP, preset.description)
        assert view.sizeHintForRow(row) >= text.height() + line
    box.hidePopup()
