"""A name that gets its suffix only afterwards replaces no file unasked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from ui.widgets.save_dialog import ask_target, with_suffix

YES, NO = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No


@pytest.fixture
def asked(qtbot, tmp_path, monkeypatch):
    """Ask for a target; the user types these names and gives these answers. Returns (path, folder's questions)."""
    parent = QWidget()
    qtbot.addWidget(parent)

    def ask(kinds: str, suggestion: str, names: list[str], answers: list[QMessageBox.StandardButton]):
        typed, given, questions, suggested = iter(names), iter(answers), [], []

        def dialog(_parent, _title, suggestion, _kinds):
            suggested.append(Path(suggestion).name)
            name = next(typed)
            return (str(tmp_path / name) if name else "", "")

        def question(_parent, _title, text, *_):
            questions.append(text.splitlines()[0])
            return next(given)

        monkeypatch.setattr(QFileDialog, "getSaveFileName", dialog)
        monkeypatch.setattr(QMessageBox, "question", question)
        path = ask_target(parent, "Save", tmp_path / suggestion, kinds)
        return path and path.name, questions, suggested

    return ask


def test_a_name_without_suffix_asks_before_it_replaces(asked, tmp_path):
    kinds = "Experiments (*.npz)"
    assert asked(kinds, "digits.npz", ["run"], []) == ("run.npz", [], ["digits.npz"])
    (tmp_path / "run.npz").touch()
    exists = "run.npz already exists in this folder."
    assert asked(kinds, "digits.npz", ["run"], [YES]) == ("run.npz", [exists], ["digits.npz"])
    assert asked(kinds, "digits.npz", ["run", "new"], [NO]) == ("new.npz", [exists], ["digits.npz", "run.npz"])
    assert asked(kinds, "digits.npz", ["run", ""], [NO]) == (None, [exists], ["digits.npz", "run.npz"])
    assert asked(kinds, "digits.npz", ["run.npz"], []) == ("run.npz", [], ["digits.npz"])  # the dialog has asked


def test_suffixes():
    experiments, weights, drawings = "Experiments (*.npz)", "W (*.npz *.safetensors)", "D (*.json *.json.gz)"
    for name, kinds, suffix, expected in (
        ("run", experiments, ".npz", "run.npz"),
        ("run.v1", experiments, ".npz", "run.v1.npz"),
        ("rate 0.5", experiments, ".npz", "rate 0.5.npz"),
        ("RUN.NPZ", experiments, ".npz", "RUN.NPZ"),
        ("w.safetensors", weights, ".npz", "w.safetensors"),
        ("w.json", weights, ".npz", "w.json.npz"),
        ("d.json.gz", drawings, ".json", "d.json.gz"),
        ("d.gz", drawings, ".json", "d.gz.json"),
    ):
        assert with_suffix(name, kinds, suffix) == Path(expected)
