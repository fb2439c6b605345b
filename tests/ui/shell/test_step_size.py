"""The step size of this moment, and its curve over the run, stand below the schedule of every model that has one."""

from __future__ import annotations

from math import cos, pi

import pytest
from hands import change
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from waiting import settle

from models.boundary.config import BoundaryConfig
from models.nn.optimizers import Adam
from models.registry import MODELS, get_model
from ui.widgets import theme

SMALL = BoundaryConfig(dataset="circles", points_per_class=20, hidden=(4,), learning_rate=0.02, epochs=100)


def begin(tab, qtbot, **settings) -> int:
    """A new run; returns how many steps it will take."""
    change(tab, **(SMALL.model_dump() | settings))
    tab.reset()
    settle(tab, qtbot, "untrained")
    return tab.session.status.total


def step(tab, qtbot, count: int = 1) -> None:
    tab.session.step(count)
    settle(tab, qtbot)


def test_the_step_size_follows_the_run_and_its_past(make, qtbot):
    tab = make("boundary")
    total = begin(tab, qtbot, schedule="cosine")
    curve = tab.step_size
    assert curve.isVisible()
    assert tab.form.rows["schedule"].isAncestorOf(curve)
    assert curve.words == "step size now 0.02"
    step(tab, qtbot, total // 2)
    assert curve.words == f"step size now {0.02 * 0.5 * (1 + cos(pi * (total // 2) / total)):.2g}"
    assert f"at step {total // 2} of {total}" in curve.accessibleDescription()
    tab.session.seek(3)
    settle(tab, qtbot)
    assert f"at step 3 of {total}" in curve.accessibleDescription()
    tab.session.seek(total // 2)
    settle(tab, qtbot)
    field = tab.form.rows["learning_rate"].control.head
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "0.04")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle(tab, qtbot)
    qtbot.waitUntil(lambda: curve.words == "step size now 0.02")  # twice the half of the half


def test_it_is_what_the_optimizer_gets(make, qtbot, monkeypatch):
    tab = make("boundary")
    used = []
    update = Adam.update

    def spy(self, parameters, gradients, learning_rate):
        used.append(learning_rate)
        update(self, parameters, gradients, learning_rate)

    monkeypatch.setattr(Adam, "update", spy)
    begin(tab, qtbot, schedule="one_cycle", optimizer="adam", epochs=4)
    curve = tab.step_size
    said = []
    while tab.session.status.phase != "finished":
        said.append(curve.words)
        step(tab, qtbot)
    assert said[0] != said[len(said) // 3]
    for words, rate in zip(said, used, strict=True):
        number = float(words.removeprefix("step size now ").replace("\N{MINUS SIGN}", "-"))
        assert number == pytest.approx(rate, rel=0.05)
    assert curve.words == said[-1]  # at the end, that of the last step


def test_a_constant_step_size_is_said_to_be_one(make, qtbot):
    tab = make("boundary")
    begin(tab, qtbot, schedule="constant")
    step(tab, qtbot, 5)
    assert tab.step_size.words == "step size always 0.02"
    assert "constant" in tab.step_size.toolTip()


def test_what_is_only_chosen_for_the_next_run_is_not_shown(make, qtbot):
    tab = make("boundary")
    begin(tab, qtbot, schedule="constant")
    step(tab, qtbot, 5)
    change(tab, schedule="cosine")
    settle(tab, qtbot)
    assert "schedule" in tab.session.pending
    assert tab.step_size.words == "step size always 0.02"
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert tab.step_size.words == "step size now 0.02"


@pytest.mark.parametrize("name", MODELS)
def test_every_model_with_a_schedule_has_it(make, name):
    tab = make(name)
    has = "schedule" in get_model(name).config.model_fields
    assert tab.form.isAncestorOf(tab.step_size) == has
    assert tab.step_size.isHidden() != has


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_mark_moves_along_the_curve(make, qtbot, qapp, mode):
    before = theme.current().name
    theme.apply(qapp, mode)
    try:
        tab = make("boundary")
        total = begin(tab, qtbot, schedule="cosine")
        tab.form.reveal("schedule")

        def mark() -> float:
            picture = tab.step_size.grab().toImage()
            accent = theme.current().accent.rgb()
            places = [
                x for x in range(picture.width()) for y in range(picture.height()) if picture.pixel(x, y) == accent
            ]
            assert places, "there is no mark"
            return sum(places) / len(places) / picture.width()

        first = mark()
        step(tab, qtbot, total // 2)
        middle = mark()
        step(tab, qtbot, total - total // 2)
        last = mark()
        assert middle - first == pytest.approx(last - middle, abs=0.03)
        assert 0.5 < first < 0.7 < last
    finally:
        theme.apply(qapp, before)
