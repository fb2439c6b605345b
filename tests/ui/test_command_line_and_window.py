"""The command line and the window are two ways to one run: same settings, same steps, same numbers, to the last bit."""

from __future__ import annotations

import json

import pytest
from hands import change
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from waiting import settle

from models.registry import MODELS, get_model
from playground.cli import main
from ui.shell.transport import say
from ui.window.registry import make_tab

SHORT = {
    "digits": ("default", {"hidden": (8,), "batch_size": 2000, "epochs": 1}),
    "boundary": ("circles", {"epochs": 20}),
    "bits": ("xor", {}),
    "cnn": ("faces-8", {"epochs": 5}),
    "hopfield": ("ten-digits", {}),
    "mixture": ("k-means++", {}),
    "colours": ("no-hidden", {"epochs": 5}),
    "sequence": ("any-word", {}),
}
"""A preset of each model, and what makes a run of it short."""

SEED = 3


@pytest.fixture
def tab(request, qtbot):
    tab = make_tab(request.param)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.shutdown())
    tab.resize(1280, 660)
    with qtbot.waitExposed(tab):
        tab.show()
    settle(tab, qtbot)
    tab.session.set_pace(None)
    return tab


def choose(tab, qtbot, preset, settings) -> None:
    """Preset, settings and seed, as a hand would."""
    box = tab.run_bar.presets
    if tab.run_bar.preset != preset:
        box.setCurrentIndex(box.findData(preset) - 1)  # no preset is the first but the one that a tab begins with
        QTest.keyClick(box, Qt.Key.Key_Down)
        settle(tab, qtbot)
    if settings:
        change(tab, **settings)
        settle(tab, qtbot)
    seed = tab.run_bar.seed
    seed.setFocus()
    seed.selectAll()
    QTest.keyClicks(seed, str(SEED))
    QTest.keyClick(seed, Qt.Key.Key_Return)
    settle(tab, qtbot)


def printed(capsys, name, preset, settings):
    """What the command line prints of the same run."""
    options = [
        word
        for setting, value in settings.items()
        for word in (f"--{setting.replace('_', '-')}", *map(str, value if isinstance(value, tuple) else (value,)))
    ]
    capsys.readouterr()
    assert main(["run", name, "--preset", preset, *options, "--seed", str(SEED), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("tab", MODELS, indirect=True)
def test_json_and_the_window_agree(tab, qtbot, capsys):
    name = tab.model.name
    preset, settings = SHORT[name]
    choose(tab, qtbot, preset, settings)
    tab.toggle()
    settle(tab, qtbot, "finished")
    session, result = tab.session, printed(capsys, name, preset, settings)
    assert result["config"] == session.config.model_dump(mode="json")
    assert result["config"] == session.status.config.model_dump(mode="json")
    assert (result["steps"], result["epochs"]) == (session.status.position, session.status.epoch)
    recorded = session.history.at(session.status.position)
    assert recorded
    assert {metric: result["metrics"][metric] for metric in recorded} == recorded
    shown = {metric: reading.value for metric, reading in tab.record.known.items() if reading.value == reading.value}
    assert shown
    for metric, value in shown.items():
        assert value == pytest.approx(result["metrics"][metric], rel=1e-6), metric
    reported = [spec for spec in tab.model.metrics if spec.name in shown]  # not every preset has everything
    first = next(iter([spec for spec in reported if spec.held_out] or reported))
    assert tab.run_bar.headline.text() == say(first, result["metrics"][first.name])


def test_every_model_is_compared():
    assert set(SHORT) == set(MODELS)
    assert all(preset in get_model(name).presets for name, (preset, _) in SHORT.items())
