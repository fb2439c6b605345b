"""The walk through a new model in docs/ADDING_A_MODEL.md works as it stands: in the shell, the window and the files."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from models import registry
from playground import cli
from playground.engine import experiment
from ui.window import registry as tabs

PAGE = Path(__file__).parents[1] / "docs" / "ADDING_A_MODEL.md"
FILES = dict(re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL))
LINES = re.search(r"```text\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


@pytest.fixture
def line(tmp_path, monkeypatch):
    """The modules of the page, in place as if their files stood in the project."""
    modules = {}
    for file, source in FILES.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
        name = file.removesuffix(".py").replace("/", ".")
        spec = importlib.util.spec_from_file_location(name, path)
        modules[name] = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, modules[name])
        package = sys.modules.get(name.rpartition(".")[0])
        if package is not None:
            monkeypatch.setattr(package, name.rpartition(".")[2], modules[name], raising=False)
        spec.loader.exec_module(modules[name])
    for table, entry in zip((registry.MODELS, tabs.TABS), LINES.splitlines(), strict=True):
        monkeypatch.setitem(table, "line", ast.literal_eval(f"{{{entry}}}")["line"])
    return modules


def test_the_page_has_a_model_a_tab_and_tests():
    assert list(FILES) == ["models/line.py", "ui/tabs/line_tab.py", "tests/models/test_line.py"]


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
