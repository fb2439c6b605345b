"""A user who presses everything, in any order, at any moment; and what must hold afterwards all the same."""

from __future__ import annotations

import csv
import errno
import gzip
import os
import random

import numpy as np
import pytest
from hands import change
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QFileDialog,
    QPushButton,
    QWidget,
)
from waiting import settle, settled

from models.data.pictures import mnist
from models.digits import DigitsTrainer
from playground.engine.experiment import read
from ui.widgets import theme

Key = Qt.Key

# What the offscreen platform says when a key opens a list.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support (raise|grabbing)", extend=True)


@pytest.fixture
def own_pair(tmp_path):
    """Three hundred of MNIST's digits as the user's own IDX files; an epoch of them takes a moment."""
    data = mnist.load()
    paths = [tmp_path / "my-images.gz", tmp_path / "my-labels.gz"]
    for path, array in zip(paths, (data.train_images[:300], data.train_labels[:300]), strict=True):
        header = bytes([0, 0, 8, array.ndim]) + b"".join(length.to_bytes(4, "big") for length in array.shape)
        path.write_bytes(gzip.compress(header + array.tobytes()))
    return paths


def save(qtbot, tab, file) -> None:
    with qtbot.waitSignal(tab.session.saved, check_params_cb=lambda saved: saved.path == file):
        tab.save_experiment(file)


def the_same_as_a_straight_replay(qtbot, tab, file) -> None:
    """Save the run, repeat what the file says was decided on a fresh trainer, and compare every number."""
    save(qtbot, tab, file)
    recording = read(file).recording
    trainer = DigitsTrainer(recording.changes[0].config, tab.data)
    changes = {change.step: change.config for change in recording.changes}
    losses = []
    for step in range(recording.history.end + 1):
        if step:
            losses.append(trainer.step()["loss"])
        if step in changes:
            trainer.configure(changes[step])
        if step == recording.step:
            assert np.array_equal(recording.state["parameters"], trainer.network.parameters)
            assert np.array_equal(tab.session.snapshot.parameters, trainer.network.parameters)
    if losses:
        assert np.array_equal(recording.history.columns["loss"], losses)
        assert np.array_equal(tab.session.history.column("loss"), losses)


@pytest.mark.parametrize("seed", range(int(os.environ.get("STORMS", "2"))))
def test_a_storm_of_everything(window, qtbot, qapp, tmp_path, monkeypatch, seed):
    for dialog in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, dialog, lambda *_: ("", ""))  # a key on a button may ask for a file
    dice = random.Random(seed)
    tab = window.current
    small = tab.form.config().model_copy(update={"hidden": (6,), "seed": seed})
    file = tmp_path / "run.npz"

    def live_change() -> None:
        rate = dice.choice([0.001, 0.01, 0.03])
        change(tab, learning_rate=rate, epochs=dice.choice([1, 3, 5]))

    def reopen() -> None:
        if file.exists():
            window.open_experiment(file)

    def press(key, modifier=Qt.KeyboardModifier.NoModifier):
        return lambda: qtbot.keyClick(window.focusWidget() or window, key, modifier)

    def focus() -> None:
        widgets = [w for w in window.findChildren(QWidget) if w.isVisible() and w.focusPolicy()]
        dice.choice(widgets).setFocus()

    control = Qt.KeyboardModifier.ControlModifier
    actions = [
        *(3 * [tab.toggle]),
        tab.step,
        tab.session.step_back,
        tab.branch,
        lambda: tab.session.branch(play=False),
        lambda: tab.session.seek(dice.randint(0, max(tab.session.status.head, 1))),
        lambda: tab.session.seek(dice.randint(0, max(tab.session.status.head, 1))),
        lambda: tab.timeline.slider.setValue(dice.randint(0, max(tab.timeline.slider.maximum(), 1))),
        live_change,
        live_change,
        lambda: tab.session.set_pace(dice.choice([None, 5.0, 300.0])),
        lambda: tab.save_experiment(file),
        reopen,
        window.autosave,
        lambda: tab.export_metrics(tmp_path / "metrics.csv"),
        lambda: theme.apply(qapp, dice.choice(["light", "dark"])),
        window.actions_by_name["view.next"].trigger,
        window.actions_by_name["view.previous"].trigger,
        tab.give_test_picture,
        tab.show_off,
        focus,
        press(Key.Key_Left),
        press(Key.Key_Right),
        press(Key.Key_Home),
        press(Key.Key_End),
        press(Key.Key_Delete),
        press(Key.Key_Space),
        press(Key.Key_Z, control),
        press(Key.Key_B, control),
        lambda: window.resize(dice.randint(960, 1300), dice.randint(600, 800)),
        lambda: tab.session.reset(small, play=True),
    ]
    tab.session.reset(small, play=True)
    for _ in range(120):
        dice.choice(actions)()
        if dice.random() < 0.5:
            QApplication.processEvents()
        if dice.random() < 0.1:
            qtbot.wait(dice.randint(1, 20))
    window.show_tab("digits")
    tab.session.set_pace(None)
    tab.session.pause()
    settle(tab, qtbot)
    save(qtbot, tab, tmp_path / "last.npz")  # all that was asked for before has been done now
    settle(tab, qtbot)
    the_same_as_a_straight_replay(qtbot, tab, tmp_path / "after.npz")
    tab.session.seek(tab.session.status.head // 2)
    settle(tab, qtbot)
    the_same_as_a_straight_replay(qtbot, tab, tmp_path / "past.npz")


def test_a_key_does_one_thing_whatever_has_the_focus(window, qtbot):
    """Space presses a button or trains, an arrow moves a slider or goes a step; never both."""
    tab = window.current
    tab.session.step(20)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 20)
    triggered: list[int] = []
    keys = (Key.Key_Space, Key.Key_Left, Key.Key_Right, Key.Key_Home, Key.Key_End)
    for action in window.findChildren(QAction):
        if not action.shortcut().isEmpty() and action.shortcut()[0].key() in keys:
            action.triggered.disconnect()
            action.triggered.connect(lambda: triggered.append(1))
    widgets = [w for w in tab.findChildren(QWidget) if w.isVisible() and w.isEnabled() and w.focusPolicy()]
    assert len(widgets) > 20
    for widget in widgets:
        for key in keys:
            if not tab.timeline.back.isEnabled():  # a key has gone back or started a new run
                tab.session.step(20)
                qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.position >= 20)
            widget.setFocus()
            triggered.clear()
            if isinstance(widget, QAbstractButton):
                qtbot.keyPress(widget, key)
                assert widget.isDown() == (key == Key.Key_Space)
                if widget.group() is None:
                    assert len(triggered) == (key != Key.Key_Space)
                else:  # arrows, Home and End choose within a group of buttons
                    assert not triggered
                widget.setDown(False)  # some would open a dialog
                continue
            if isinstance(widget, QComboBox) and key == Key.Key_Space:
                continue  # opens its list, which then has all the keys
            qtbot.keyClick(widget, key)
            assert len(triggered) <= 1
            if isinstance(widget, QAbstractSlider):
                assert len(triggered) == (key == Key.Key_Space)


def test_space_trains_after_a_click_on_a_button(window, qtbot):
    tab = window.current
    tab.session.step(5)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 5)
    qtbot.mouseClick(tab.run_bar.reset_button, Qt.MouseButton.LeftButton)
    settle(tab, qtbot, "untrained")
    qtbot.keyClick(window.focusWidget() or window, Key.Key_Space)
    qtbot.waitUntil(lambda: tab.session.status.head > 0)


def test_own_data_there_and_back_again(window, qtbot, tmp_path, own_pair):
    tab = window.current
    small = tab.form.config().model_copy(update={"hidden": (6,), "epochs": 3})
    tab.form.set_config(small)
    tab.session.config = small
    tab.open_data(own_pair)
    settle(tab, qtbot, "untrained")
    tab.toggle()
    settle(tab, qtbot, "finished")
    assert set(tab.session.history.evaluation_names) == {"test_loss", "test_accuracy"}
    the_same_as_a_straight_replay(qtbot, tab, tmp_path / "own.npz")
    weights, head = tab.session.snapshot.parameters, tab.session.status.head
    window.menuBar().actions()[0].menu().aboutToShow.emit()  # as when it is opened
    window.actions_by_name["file.use-data-set"].trigger()
    settle(tab, qtbot, "untrained")
    assert tab.data is mnist.load()
    with qtbot.waitSignal(tab.session.opened):
        window.open_experiment(tmp_path / "own.npz")
    settle(tab, qtbot, "finished")
    assert tab.data.files
    assert tab.session.status.head == head
    assert np.array_equal(tab.session.snapshot.parameters, weights)
    tab.reset()  # stays with the data of the file
    settle(tab, qtbot, "untrained")
    assert tab.data.files
    own_pair[0].unlink()
    with qtbot.waitSignal(tab.session.failed):
        window.open_experiment(tmp_path / "own.npz")
    assert own_pair[0].name in tab.banner.text
    tab.step()
    qtbot.waitUntil(lambda: tab.session.status.head == 1)


def test_own_data_are_named_above_the_settings_with_the_way_back(window, qtbot, own_pair, tmp_path):
    tab = window.current
    assert not tab.leave_button.isVisible()
    tab.open_data(own_pair)
    settle(tab, qtbot, "untrained")
    assert tab.leave_button.isVisible()
    assert "my-images" in tab.leave_button.text()
    assert window.said == "Data opened: my-images. Press Train (Space) to begin."
    save(qtbot, tab, tmp_path / "own.npz")
    qtbot.mouseClick(tab.leave_button, Qt.MouseButton.LeftButton)
    settle(tab, qtbot, "untrained")
    assert tab.data is mnist.load()
    assert not tab.leave_button.isVisible()
    with qtbot.waitSignal(tab.session.opened):
        window.open_experiment(tmp_path / "own.npz")
    settle(tab, qtbot, "untrained")
    assert tab.leave_button.isVisible()


def test_a_finished_run_goes_on_when_it_is_given_more_epochs(window, qtbot, own_pair, tmp_path):
    tab = window.current
    config = tab.form.config().model_copy(update={"hidden": (6,), "epochs": 2})
    tab.form.set_config(config)
    tab.session.config = config
    tab.open_data(own_pair)
    tab.toggle()
    settle(tab, qtbot, "finished")
    head = tab.session.status.head
    for _ in range(5):
        tab.step()  # there is nothing to do, now or later
    change(tab, epochs=4)
    qtbot.waitUntil(settled(tab, "paused"))
    qtbot.wait(30)
    assert tab.session.status.head == head
    assert tab.run_bar.train_button.isEnabled()
    tab.toggle()
    settle(tab, qtbot, "finished")
    assert tab.session.status.head == 2 * head
    the_same_as_a_straight_replay(qtbot, tab, tmp_path / "more.npz")


def test_a_full_disk_leaves_the_old_file_and_the_run(window, qtbot, tmp_path, monkeypatch):
    tab = window.current
    tab.session.step(10)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 10)
    file = tmp_path / "run.npz"
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(file)
    old = file.read_bytes()

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.head > 20)
    monkeypatch.setattr(os, "fsync", full)
    with qtbot.waitSignal(tab.session.failed):
        tab.save_experiment(file)
    assert "No space left" in tab.banner.text
    assert tab.session.status.phase == "running"
    with qtbot.waitSignal(tab.session.failed):
        window.autosave()
    monkeypatch.undo()
    assert file.read_bytes() == old
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.endswith(".part")) == []


def test_a_hidden_tab_trains_unseen_and_is_saved(window, qtbot):
    tab = window.current
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.head > 50)
    frames: list[int] = []
    tab.session.frame.connect(lambda: frames.append(1))
    window.show_tab("mixture")
    QApplication.processEvents()
    frames.clear()
    steps: list[int] = []
    while len(set(steps)) < 2:  # it moves, though nobody is told
        with qtbot.waitSignal(tab.session.saved) as saved:
            window.autosave()
        steps.append(saved.args[0].step)
        qtbot.wait(30)
    assert not frames
    assert not any(timer.isActive() for timer in tab.session.findChildren(QTimer))
    window.show_tab("digits")
    qtbot.waitUntil(lambda: bool(frames) and len(tab.session.history) > steps[-1])
    tab.session.pause()
    settle(tab, qtbot)
    assert len(tab.session.history.column("loss")) == tab.session.status.head


def test_slow_motion_does_not_hold_up_single_steps_or_the_past(window, qtbot):
    tab = window.current
    tab.session.set_pace(0.2)
    tab.session.step(40)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 40)
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.phase == "running")
    tab.session.seek(7)
    settle(tab, qtbot)
    assert tab.session.status.position == 7
    tab.toggle()
    qtbot.wait(60)
    tab.session.pause()
    settle(tab, qtbot)
    assert 7 <= tab.session.status.position <= 9
    assert tab.session.status.head <= 41


def test_a_failure_offers_a_way_back_and_says_no_more_once_it_is_taken(window, qtbot):
    tab = window.current
    config = tab.form.config().model_copy(
        update={"hidden": (6,), "optimizer": "sgd", "learning_rate": 10.0, "loss": "mse_sum", "schedule": "constant"}
    )
    tab.form.set_config(config)
    tab.session.reset(config, play=True)
    qtbot.waitUntil(lambda: tab.session.status.phase == "failed")
    assert tab.banner.isVisible()
    (back,) = (each for each in tab.banner.findChildren(QPushButton) if each.text().startswith("Go back to step"))
    qtbot.mouseClick(back, Qt.MouseButton.LeftButton)
    settle(tab, qtbot)
    assert not tab.banner.isVisible()
    change(tab, learning_rate=1e-4)
    phases: list[str] = []
    tab.session.status_changed.connect(lambda status: phases.append(status.phase))
    tab.toggle()
    qtbot.waitUntil(lambda: "running" in phases)  # on a busy machine it may be over before one looks


def test_the_form_shows_the_settings_of_the_step_that_is_shown(window, qtbot):
    tab = window.current
    first = tab.form.config().learning_rate
    tab.plots.setFocus()
    tab.session.step(10)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 10)
    change(tab, learning_rate=0.02)
    tab.session.step(10)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 20)
    qtbot.keyClick(window, Key.Key_Home)
    settle(tab, qtbot)
    assert tab.form.config().learning_rate == first
    qtbot.keyClick(window, Key.Key_End)
    settle(tab, qtbot)
    assert tab.form.config().learning_rate == 0.02


def test_the_exported_table_is_the_whole_record(window, qtbot, tmp_path):
    tab = window.current
    tab.session.step(60)
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 60)
    qtbot.waitUntil(lambda: 60 in tab.session.history.evaluation("test_accuracy")[0])
    tab.session.seek(20)  # looking at the past takes nothing away
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.position == 20)
    tab.export_metrics(tmp_path / "metrics.csv")
    with (tmp_path / "metrics.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["step"]) for row in rows] == list(range(61))  # with the look at the untrained network
    history = tab.session.history
    for name in history.names:
        assert [float(row[name]) for row in rows[1:]] == history.column(name).tolist()
        assert rows[0][name] == ""
    for name in history.evaluation_names:
        measured = [(int(row["step"]), float(row[name])) for row in rows if row[name]]
        assert measured == list(zip(*(each.tolist() for each in history.evaluation(name)), strict=True))
