"""The kept drawings of two windows that share a file: nothing that one does is undone by the other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from models.base import DataError
from models.data.drawing.strokes import Drawing
from playground.engine import drawings
from playground.engine.drawings import Example, from_picture, read_examples, write_examples
from ui.tryout import my_drawings
from ui.tryout.my_drawings import MyDrawings


def picture(label: str, ink: int = 99) -> Example:
    return from_picture(label, np.full((8, 8), ink, np.uint8))


def strokes(label: str, x: float) -> Example:
    return Example(label, Drawing((np.array([[x, 0.1], [x, 7.7]], np.float32),), 28, 28))


def labels(kept: MyDrawings) -> list[str]:
    return [example.label for example in kept.examples]


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "drawings" / "digits.json"


@pytest.fixture
def pair(qapp, path) -> tuple[MyDrawings, MyDrawings]:
    """Two windows that have both read the file when it was empty."""
    first, second = MyDrawings(path), MyDrawings(path)
    assert first.examples == second.examples == ()
    return first, second


def test_both_windows_add(pair, path):
    first, second = pair
    first.add([picture("1")])
    first.add([picture("2")])
    second.add([picture("3")])
    assert labels(second) == labels(MyDrawings(path)) == ["1", "2", "3"]
    first.refresh()
    assert labels(first) == ["1", "2", "3"]


def test_delete_and_relabel_mean_the_drawing_not_its_place(pair, path):
    first, second = pair
    first.add([strokes("1", 1.1), strokes("2", 2.2), picture("3", 30), picture("4", 40)])
    second.refresh()
    first.delete(0)
    second.delete(2)
    second.relabel(0, "two")  # its place is another one by now
    assert labels(MyDrawings(path)) == labels(second) == ["two", "4"]
    first.delete(1)  # “3”, which is there no more
    assert labels(MyDrawings(path)) == ["two", "4"]
    first.delete(0)
    second.relabel(0, "2")  # deleted by the other window
    assert labels(MyDrawings(path)) == labels(second) == ["4"]


def test_of_two_that_look_the_same_the_one_with_that_label_is_meant(pair, path):
    first, second = pair
    first.add([picture("1"), picture("2")])
    second.refresh()
    first.add([picture("3", 30)])
    second.delete(1)
    assert labels(MyDrawings(path)) == ["1", "3"]
    first.relabel(0, "one")
    second.delete(0)  # called “1” there, but it is the same drawing
    assert labels(MyDrawings(path)) == ["3"]


def test_a_drawing_is_kept_once_under_a_name(pair, path):
    first, second = pair
    assert first.add([strokes("1", 1.1), picture("1"), strokes("1", 1.1)]) == 2
    assert second.add([picture("1"), strokes("1", 1.1), picture("2")]) == 1
    assert labels(MyDrawings(path)) == labels(second) == ["1", "1", "2"]
    second.relabel(2, "1")  # now it is what another one is
    assert labels(MyDrawings(path)) == ["1", "1"]


def test_the_last_name_of_a_drawing_counts(pair, path):
    first, second = pair
    assert first.keep(picture("1")) is None
    assert first.keep(picture("2")) == "1"
    assert first.keep(picture("2")) == "2"
    second.keep(picture("3"))  # this window has not looked since the other one kept it
    second.keep(picture("4", 40))
    assert labels(MyDrawings(path)) == labels(second) == ["3", "4"]


def test_copies_kept_by_an_earlier_version_count_once(path, qapp):
    path.parent.mkdir()
    write_examples(path, [picture("1"), picture("1"), picture("2")])
    assert labels(MyDrawings(path)) == ["1", "2"]


def test_copies_need_no_room(pair, path, monkeypatch):
    monkeypatch.setattr(drawings, "MOST", 2)
    first, _ = pair
    first.add([picture("1"), picture("2")])
    assert first.add([picture("1"), picture("2")]) == 0


def test_room_is_what_the_file_has(pair, path, monkeypatch, qtbot):
    monkeypatch.setattr(drawings, "MOST", 3)
    first, second = pair
    first.add([picture("1"), picture("2")])
    with qtbot.waitSignal(second.changed), pytest.raises(DataError, match="room for 3"):
        second.add([picture("3"), picture("4")])
    assert labels(second) == labels(MyDrawings(path)) == ["1", "2"]


def test_a_window_that_is_looked_at_again_shows_what_the_other_did(pair, qtbot):
    first, second = pair
    first.add([picture("1")])
    looked_at = QGuiApplication.instance().applicationStateChanged
    with qtbot.waitSignal(second.changed):
        looked_at.emit(Qt.ApplicationState.ApplicationActive)
    assert labels(second) == ["1"]
    with qtbot.assertNotEmitted(second.changed):
        looked_at.emit(Qt.ApplicationState.ApplicationActive)


def test_what_could_not_be_written_is_written_with_the_next_change(pair, path, qtbot, monkeypatch):
    first, second = pair
    first.add([picture("1"), picture("2", 20)])
    second.refresh()

    def full(*_args):
        raise DataError("No space left.")

    monkeypatch.setattr(my_drawings, "write_examples", full)
    with qtbot.waitSignal(second.failed) as failed:
        second.add([picture("3")])
    assert "No space left" in failed.args[0]
    with qtbot.waitSignal(second.failed):
        second.delete(0)
    assert labels(second) == ["2", "3"]
    monkeypatch.undo()
    first.add([picture("4")])
    second.relabel(0, "two")
    assert labels(second) == labels(MyDrawings(path)) == ["two", "4", "3"]


def test_a_folder_that_is_gone_is_made_again(pair, path):
    first, _ = pair
    first.add([picture("1")])
    for file in path.parent.iterdir():
        file.unlink()
    path.parent.rmdir()
    first.refresh()
    first.add([picture("2")])
    assert labels(MyDrawings(path)) == ["1", "2"]


def test_a_folder_that_cannot_be_used(tmp_path, qapp, qtbot):
    (tmp_path / "file").touch()
    kept = MyDrawings(tmp_path / "file" / "digits.json")
    with qtbot.waitSignal(kept.failed) as failed:
        kept.add([picture("1")])
    assert "could not be kept" in failed.args[0]
    assert labels(kept) == ["1"]


def test_a_damaged_file_is_put_aside_and_costs_nothing_that_is_known(pair, path, qtbot):
    first, _ = pair
    first.add([picture("1")])
    path.write_bytes(b"half a fi")
    with qtbot.waitSignal(first.failed) as failed:
        first.add([picture("2")])
    assert "digits.damaged" in failed.args[0]
    assert path.with_suffix(".damaged").read_bytes() == b"half a fi"
    assert [example.label for example in read_examples(path)] == ["1", "2"]


ADD = """
import sys
from pathlib import Path
import numpy as np
from playground.engine.drawings import from_picture
from ui.tryout.my_drawings import MyDrawings
kept = MyDrawings(Path(sys.argv[1]))
for number in range(20):
    kept.add([from_picture(f"{sys.argv[2]}{number}", np.full((8, 8), 99, np.uint8))])
"""


def test_two_processes_at_the_same_time(path, qapp):
    path.parent.mkdir()
    write_examples(path, [picture("old")])
    root = Path(__file__).parents[3]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    processes = [
        subprocess.Popen([sys.executable, "-c", ADD, str(path), name], cwd=root, env=environment) for name in "ab"
    ]
    assert [process.wait(timeout=120) for process in processes] == [0, 0]
    found = labels(MyDrawings(path))
    assert found[0] == "old"
    for name in "ab":
        assert [label for label in found[1:] if label[0] == name] == [f"{name}{number}" for number in range(20)]
