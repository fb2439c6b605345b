"""The walk through a new model in docs/ADDING_A_MODEL.md works as it stands: in the shell, the window and the files."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from models import registry
from models.data.points.edits import MovePoint
from playground import cli
from playground.engine import experiment
from playground.engine.run import Run
from ui.window import registry as tabs

PAGE = Path(__file__).parents[1] / "docs" / "ADDING_A_MODEL.md"
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
LINES = re.findall(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def put_in_place(monkeypatch, folder, example, name):
    """The modules of one example (files whose name has `name` in it), as if they stood in the project."""
    modules = {}
    for file, source in FILES.items():
        if name not in file:
            continue
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        module = file.removesuffix(".py").replace("/", ".")
        package = module.rpartition(".")[0]
        if package not in sys.modules and importlib.util.find_spec(package.partition(".")[0]):
            with contextlib.suppress(ModuleNotFoundError):
                importlib.import_module(package)
        if package not in sys.modules:  # the example's own folder
            monkeypatch.setitem(sys.modules, package, types.ModuleType(package))
            sys.modules[package].__path__ = [str(path.parent)]
        spec = importlib.util.spec_from_file_location(module, path)
        modules[module] = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, module, modules[module])
        monkeypatch.setattr(sys.modules[package], module.rpartition(".")[2], modules[module], raising=False)
        spec.loader.exec_module(modules[module])
    for table, entry in zip((registry.MODELS, tabs.TABS), LINES[example].splitlines(), strict=True):
        monkeypatch.setitem(table, name, ast.literal_eval(f"{{{entry}}}")[name])
    return modules


@pytest.fixture
def line(tmp_path, monkeypatch):
    """The first example: one file for the model, one for its tab."""
    return put_in_place(monkeypatch, tmp_path, 0, "line")


@pytest.fixture
def gas(tmp_path, monkeypatch):
    """The second: a folder each, on points."""
    return put_in_place(monkeypatch, tmp_path, 1, "gas")


def test_the_page_has_a_model_a_tab_and_tests():
    assert list(FILES) == [
        "models/line.py",
        "ui/tabs/line_tab.py",
        "tests/models/test_line.py",
        "models/gas/config.py",
        "models/gas/trainer.py",
        "models/gas/model.py",
        "ui/tabs/gas/tab.py",
    ]


def test_the_second_example_is_short_and_uses_nothing_private():
    sources = [source for file, source in FILES.items() if "gas" in file]
    assert sum(len(source.splitlines()) for source in sources) <= 250
    for source in sources:
        names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute)]
        private = [node.attr for node in names if node.attr.startswith("_") and not node.attr.startswith("__")]
        assert all(f"self.{name} = " in source or f"def {name}(" in source for name in private), private


def test_the_code_on_the_page_passes_the_checks_that_it_will_meet(tmp_path):
    pytest.importorskip("ruff")
    for file, source in FILES.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").write_text('"""A folder."""\n', encoding="utf-8")
        path.write_text(source, encoding="utf-8")
    shutil.copy(PAGE.parents[1] / "pyproject.toml", tmp_path)
    ours = 'lint.isort.known-first-party = ["models", "playground", "ui"]'  # most of which is not beside it here
    for words in ("check", "format --check"):
        command = [sys.executable, "-m", "ruff", *words.split(), "--no-cache", "--config", ours, "."]
        ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stdout


def test_its_tests_pass(line):
    tests = [value for name, value in vars(line["tests.models.test_line"]).items() if name.startswith("test_")]
    assert len(tests) == 3
    for test in tests:
        test()


def test_the_command_line_trains_and_saves_it(line, tmp_path, capsys):
    file = tmp_path / "line.npz"
    assert cli.main(["run", "line", "--learning-rate", "0.1", "--json", "--save", str(file)]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["steps"] == 500
    assert result["metrics"]["test_loss"] < 0.1
    opened = experiment.read(file)
    assert opened.model.name == "line"
    assert opened.recording.config.learning_rate == 0.1


def test_its_tab_trains_in_the_window(line, qtbot):
    tab = tabs.make_tab("line")
    qtbot.addWidget(tab)
    tab.show()
    try:
        qtbot.waitUntil(lambda: tab.session.status.phase == "untrained")
        tab.toggle()
        qtbot.waitUntil(lambda: tab.session.status.phase == "finished")
        qtbot.waitUntil(lambda: tab.session.snapshot.step == 500)
        xs, ys = tab.plot.line.getData()
        assert np.polyfit(xs, ys, 1) == pytest.approx([1.5, -0.5], abs=0.3)
    finally:
        tab.shutdown()


def test_the_points_of_the_second_stay_with_its_run(gas, tmp_path):
    """Edits, scrubbing, saving, reopening without the table, going on: to the same bits."""
    table = tmp_path / "points.csv"
    dice = np.random.default_rng(0)
    table.write_text("x,y\n" + "".join(f"{x:.3f},{y:.3f}\n" for x, y in dice.normal(size=(60, 2))))
    model = registry.get_model("gas")
    run = Run(model.trainer(model.presets["ring"].config, model.open_data([table])), own_data=True)
    run.advance(50)
    while run.work(1):
        pass
    run.edit(MovePoint(3, 2.0, -2.0))
    run.advance(50)
    while run.work(1):
        pass
    file = tmp_path / "gas.npz"
    origin = experiment.saved_origin(model.open_data([table]))
    experiment.write(file, experiment.Experiment(model, run.recording(2**20), origin))
    table.unlink()
    opened = experiment.read(file)
    again = experiment.resume(opened, experiment.data_of(opened))
    for step in (0, 30, 50, 70, 100):
        for each in (run, again):
            each.seek(step)
            while each.work(1):
                pass
        states = run.trainer.state(), again.trainer.state()
        assert all(np.array_equal(array, states[1][name]) for name, array in states[0].items())
    for each in (run, again):
        each.advance(20)
        while each.work(1):
            pass
    assert np.array_equal(run.snapshot().units, again.snapshot().units)


def test_the_tab_of_the_second_has_points_to_take_in_hand(gas, qtbot):
    tab = tabs.make_tab("gas")
    qtbot.addWidget(tab)
    tab.resize(1000, 700)
    tab.show()
    try:
        qtbot.waitUntil(lambda: tab.session.status.phase == "untrained" and tab.shown is not None)
        before = len(tab.editor.points)
        tab.view.set_tool("add")
        qtbot.mouseClick(tab.view.viewport(), Qt.MouseButton.LeftButton, pos=tab.view.viewport().rect().center())
        qtbot.waitUntil(lambda: len(tab.session.snapshot.data) == before + 1)
        tab.toggle()
        qtbot.waitUntil(lambda: tab.session.snapshot.step > 0)
        tab.session.pause()
        units = tab.view.units.getData()
        assert len(units[0]) == 20
    finally:
        tab.shutdown()
