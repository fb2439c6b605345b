"""A run that was left behind is opened where it belongs, or refused in a sentence, whatever its file is called."""

from __future__ import annotations

import shutil

import pytest
from waiting import settle

from models.registry import get_model
from playground.engine.experiment import Experiment, write
from playground.engine.run import Run


def saved(path, name="mixture"):
    model = get_model(name)
    config = model.presets[model.default_preset].config
    run = Run(model.trainer(config, model.load(config)), metrics=model.metrics)
    run.advance(2)
    while run.work(1.0):
        pass
    write(path, Experiment(model, run.recording()))
    return path


@pytest.fixture
def offer(window, tmp_path):
    """Leaves a file behind under another model's name, and starts."""

    def leave(source, name):
        folder = tmp_path / "data" / "autosave" / "run-left"
        folder.mkdir(parents=True)
        shutil.copy(source, folder / f"{name}.npz")
        window.offer_recovery()
        assert "ended unexpectedly" in window.current.banner.text
        window.recovery.recover()
        return folder / f"{name}.npz"

    return leave


def test_it_is_opened_in_its_own_tab(window, qtbot, tmp_path, offer):
    offer(saved(tmp_path / "run.npz"), "boundary")
    tab = window.current
    assert tab.name == "mixture"
    qtbot.waitUntil(lambda: tab.session.status.position == 2)
    settle(tab, qtbot)


def test_a_tab_takes_only_its_own_runs(window, qtbot, tmp_path):
    tab = window.current
    tab.open_experiment(saved(tmp_path / "run.npz"))
    qtbot.waitUntil(lambda: "holds a Mixture run" in tab.banner.text)
    settle(tab, qtbot)
    assert tab.session.status.position == 0
