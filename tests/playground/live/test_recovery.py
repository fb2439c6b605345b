"""A window that is killed leaves its runs to the next one; a window that lives, or was closed, leaves nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from models import digits
from models.base import DataError
from playground.engine import experiment
from playground.engine.experiment import Experiment
from playground.engine.run import Run
from playground.live import recovery
from playground.live.file_lock import in_use, lock
from playground.live.recovery import LOCK, Autosaves, Leftover
from ui.window.main_window import MainWindow

ROOT = Path(__file__).parents[3]
SMALL = digits.DigitsConfig(hidden=(8,), batch_size=500, epochs=50)

WINDOW = """
import os, sys
from pathlib import Path
from playground.app import make_application
app = make_application(screen=False)
from models.digits import DigitsConfig
from playground.live.recovery import Autosaves
from ui.window.main_window import MainWindow
window = MainWindow(None, Autosaves(Path(sys.argv[1])))
window.show()
tab = window.show_tab("digits")
def trained(status):
    if status.phase == "paused" and status.position == 60:
        window.autosave()
def saved(saved):
    print("saved", saved.step, flush=True)
    tab.session.play()
tab.session.status_changed.connect(trained)
tab.session.saved.connect(saved)
tab.session.reset(DigitsConfig.model_validate_json(sys.argv[2]))
tab.session.step(60)
app.exec()
"""


def open_window(folder: Path) -> subprocess.Popen[str]:
    """A process with a window that trains 60 steps, autosaves, says so, and trains on."""
    command = [sys.executable, "-c", WINDOW, str(folder), SMALL.model_dump_json()]
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "saved 60\n"
    return process


def straight(steps: int) -> digits.DigitsTrainer:
    trainer = digits.DigitsTrainer(SMALL, digits.MODEL.load(SMALL))
    for _ in range(steps):
        trainer.step()
    return trainer


def test_a_killed_window_is_recovered_to_the_same_bits(tmp_path, qapp, qtbot):
    first, second = open_window(tmp_path), open_window(tmp_path)
    autosaves = Autosaves(tmp_path)
    try:
        assert autosaves.leftovers() == []  # both live: nobody is offered the other's run
        first.send_signal(signal.SIGKILL)
        first.wait()
        (left,) = autosaves.leftovers()
        assert (left.model, left.path.parent.parent) == ("digits", tmp_path / "autosave")
        assert time.time() - left.modified < 60
    finally:
        for process in (first, second):
            process.kill()
            process.communicate()
    assert len(autosaves.leftovers()) == 2

    window = MainWindow(None, autosaves)
    qtbot.addWidget(window)
    window.show()
    window.offer_recovery()
    assert "1 more" in window.current.banner.text
    session = window.show_tab("digits").session
    with qtbot.waitSignal(session.opened):
        window.recovery.recover()
    qtbot.waitUntil(lambda: session.snapshot is not None and session.snapshot.step == 60)
    assert (session.status.position, session.status.head) == (60, 60)
    assert np.array_equal(session.snapshot.parameters, straight(60).network.parameters)
    session.step(7)
    qtbot.waitUntil(lambda: session.snapshot is not None and session.snapshot.step == 67)
    assert np.array_equal(session.snapshot.parameters, straight(67).network.parameters)
    assert len(autosaves.leftovers()) == 1  # the other one is still to be had
    window.close()


def write_run(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    experiment.write(path, Experiment(digits.MODEL, Run(straight(0)).recording()))


def test_a_closed_window_leaves_nothing(tmp_path):
    autosaves = Autosaves(tmp_path)
    assert autosaves.leftovers() == []
    assert not (tmp_path / "autosave").exists()  # asking makes nothing
    path = autosaves.path("digits")
    assert autosaves.path("digits") == path
    assert autosaves.path("hopfield").parent == path.parent
    write_run(path)
    other = Autosaves(tmp_path)
    assert other.leftovers() == autosaves.leftovers() == []
    assert other.path("digits").parent != path.parent
    autosaves.close()
    autosaves.close()
    assert not path.parent.exists()
    other.close()
    assert list((tmp_path / "autosave").iterdir()) == []


def test_a_new_process_with_the_old_number_is_not_the_old_process(tmp_path):
    """In a container every start may get the same number; the lock, not the number, tells who lives."""
    old = tmp_path / "autosave" / str(os.getpid())
    write_run(old / "digits.npz")
    (old / LOCK).write_text(f"{os.getpid()}\npython\nhost\n")
    assert [left.path for left in Autosaves(tmp_path).leftovers()] == [old / "digits.npz"]


def test_the_newest_is_offered_first_and_folders_go_when_they_are_empty(tmp_path):
    for age, name in ((30, "a"), (10, "b"), (20, "c")):
        for model in ("digits", "mixture"):
            path = tmp_path / "autosave" / name / f"{model}.npz"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            os.utime(path, (time.time() - age, time.time() - age))
    autosaves = Autosaves(tmp_path)
    found = autosaves.leftovers()
    assert [left.path.parent.name for left in found] == ["b", "b", "c", "c", "a", "a"]
    autosaves.discard(found[0])
    assert found[1].path.exists()
    autosaves.discard(found[1])
    autosaves.discard(found[1])  # twice does no harm
    assert not found[1].path.parent.exists()
    assert len(autosaves.leftovers()) == 4


def test_stale_folders_are_cleared_away(tmp_path):
    folders = [tmp_path / "autosave" / name for name in ("empty", "half", "new", "run")]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / LOCK).touch()
    (folders[1] / ".0123456789abcdef.part").write_bytes(b"killed while it was being written")
    (folders[3] / "digits.npz").touch()
    (tmp_path / "autosave" / "a file").touch()
    long_ago = time.time() - 3600
    for folder in (folders[0], folders[1], folders[3]):
        os.utime(folder, (long_ago, long_ago))
    assert [left.path for left in Autosaves(tmp_path).leftovers()] == [folders[3] / "digits.npz"]
    assert [folder.exists() for folder in folders] == [False, False, True, True]


def test_a_reopened_run_stays_safe_until_the_next_autosave(tmp_path):
    old = tmp_path / "autosave" / "old" / "digits.npz"
    write_run(old)
    content = old.read_bytes()
    window = Autosaves(tmp_path)
    window.adopt(window.leftovers()[0])
    assert not old.parent.exists()
    assert window.leftovers() == []
    assert window.path("digits").read_bytes() == content
    window._lock.close()  # it is killed as well
    (left,) = Autosaves(tmp_path).leftovers()
    assert left.path.read_bytes() == content


def folder_that_cannot_be_used(tmp_path: Path) -> Path:
    """Below a file: no folder can be made there, not even by root."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "data"


def test_a_data_folder_that_cannot_be_used(tmp_path, qapp, qtbot):
    autosaves = Autosaves(folder_that_cannot_be_used(tmp_path))
    assert autosaves.leftovers() == []
    with pytest.raises(OSError, match="Not a directory"):
        autosaves.path("digits")
    missing = Leftover(tmp_path / "file" / "data" / "x" / "digits.npz", "digits", 0.0)
    autosaves.discard(missing)
    autosaves.adopt(missing)
    window = MainWindow(None, autosaves)
    qtbot.addWidget(window)
    window.show()
    window.offer_recovery()
    session = window.show_tab("digits").session
    session.reset(SMALL)
    session.step(5)
    qtbot.waitUntil(lambda: session.status.head == 5)
    window.autosave()
    assert "Autosave is off" in window.current.banner.text
    session.step(5)
    qtbot.waitUntil(lambda: session.status.head == 10)
    window.close()


def test_a_folder_that_may_not_be_read(tmp_path, monkeypatch):
    write_run(tmp_path / "autosave" / "old" / "digits.npz")

    def denied(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    autosaves = Autosaves(tmp_path)
    monkeypatch.setattr(Path, "glob", denied)
    assert autosaves.leftovers() == []
    monkeypatch.setattr(Path, "iterdir", denied)
    assert autosaves.leftovers() == []


def test_a_damaged_leftover_is_refused_and_can_be_discarded(tmp_path, qapp, qtbot):
    path = tmp_path / "autosave" / "old" / "digits.npz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half a file")
    window = MainWindow(None, Autosaves(tmp_path))
    qtbot.addWidget(window)
    window.show()
    window.offer_recovery()
    with qtbot.waitSignal(window.current.session.failed) as failed:
        window.recovery.recover()
    assert "not an experiment file" in failed.args[0].message
    window.recovery.discard()
    assert not path.parent.exists()
    window.close()


def test_a_window_opened_with_a_file(tmp_path, qapp, qtbot):
    """`playground FILE`: the file comes before the first paint, which must not build an untrained run over it."""
    path = tmp_path / "run.npz"
    run = Run(straight(0))
    run.advance(20)
    while run.work(1.0):
        pass
    experiment.write(path, Experiment(digits.MODEL, run.recording()))
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.open_experiment(path)
    session = window.show_tab("digits").session
    qtbot.waitUntil(lambda: session.snapshot is not None and session.snapshot.step == 20)
    session.step(5)
    qtbot.waitUntil(lambda: session.status.position == 25)
    window.close()


def test_a_window_opened_with_a_damaged_file(tmp_path, qapp, qtbot):
    path = tmp_path / "run.npz"
    write_run(path)
    content = path.read_bytes()
    path.write_bytes(content[:-2000].replace(b"state/parameters", b"state/paramaters"))
    window = MainWindow()
    qtbot.addWidget(window)
    window.show()
    window.open_experiment(path)
    assert "could not be opened" in window.current.banner.text
    path.write_bytes(content.replace(b"state/parameters", b"state/paramaters"))
    session = window.show_tab("digits").session
    with qtbot.waitSignal(session.failed) as failed:
        window.open_experiment(path)
    assert "parameters" in failed.args[0].message
    qtbot.waitUntil(lambda: session.status.phase == "untrained")
    window.close()


def test_a_window_that_closes_is_not_taken_for_a_crash(tmp_path, monkeypatch):
    """Whatever another window sees at any moment of closing, it is nothing to recover."""
    autosaves, other = Autosaves(tmp_path), Autosaves(tmp_path)
    write_run(autosaves.path("digits"))
    write_run(autosaves.path("mixture"))
    seen = []

    def looking(real):
        def look(*args, **options):
            seen.append(other.leftovers())
            result = real(*args, **options)
            seen.append(other.leftovers())
            return result

        return look

    monkeypatch.setattr(shutil, "rmtree", looking(shutil.rmtree))
    monkeypatch.setattr(Path, "unlink", looking(Path.unlink))
    autosaves.close()
    assert seen
    assert not any(seen)
    assert list((tmp_path / "autosave").iterdir()) == []


def test_a_look_at_the_wrong_moment_does_no_harm(tmp_path, monkeypatch):
    """Another window that looks holds the new folder's lock for an instant: it is waited for."""
    make = tempfile.mkdtemp

    def looked_at(**options):
        folder = make(**options)
        held = lock(Path(folder) / LOCK)
        threading.Timer(0.05, held.close).start()
        return folder

    monkeypatch.setattr(tempfile, "mkdtemp", looked_at)
    autosaves = Autosaves(tmp_path)
    assert autosaves.path("digits").parent.exists()
    assert in_use(autosaves.path("digits").parent / LOCK)
    autosaves.close()
    assert list((tmp_path / "autosave").iterdir()) == []


def test_a_folder_that_cannot_be_locked_is_not_left_behind(tmp_path, monkeypatch):
    def denied(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(recovery, "lock", denied)
    with pytest.raises(PermissionError):
        Autosaves(tmp_path).path("digits")
    assert list((tmp_path / "autosave").iterdir()) == []


def test_a_look_at_a_folder_being_made_finds_nothing_to_recover(tmp_path, monkeypatch):
    """It is locked, and its first run is written, right after another window has found it unlocked."""
    own = tmp_path / "autosave" / "run-new"
    own.mkdir(parents=True)
    held = []
    glob = Path.glob

    def made_meanwhile(folder, pattern):
        if folder == own and not held:
            held.append(lock(own / LOCK))
            (own / "digits.npz").touch()
        return glob(folder, pattern)

    monkeypatch.setattr(Path, "glob", made_meanwhile)
    assert Autosaves(tmp_path).leftovers() == []
    held[0].close()


def test_a_folder_that_was_removed_is_made_again(tmp_path):
    autosaves = Autosaves(tmp_path)
    first = autosaves.path("digits").parent
    shutil.rmtree(tmp_path / "autosave")
    second = autosaves.path("digits").parent
    assert second != first
    assert in_use(second / LOCK)
    autosaves.close()
    assert list((tmp_path / "autosave").iterdir()) == []


@pytest.fixture
def rested(tmp_path, qapp, qtbot):
    """A window with a small run at rest at step 20, and its data folder."""
    window = MainWindow(None, Autosaves(tmp_path / "data"))
    qtbot.addWidget(window)
    window.show()
    session = window.show_tab("digits").session
    session.reset(SMALL)
    session.step(20)
    qtbot.waitUntil(lambda: session.settled and session.status.position == 20)
    yield window, tmp_path / "data"
    window.close()


def test_an_autosave_that_failed_is_tried_again(rested, qtbot, monkeypatch):
    window, folder = rested
    session = window.current.session

    def full(*_args):
        raise DataError("No space left.")

    monkeypatch.setattr(experiment, "write", full)
    with qtbot.waitSignal(session.failed):
        window.autosave()
    monkeypatch.undo()
    assert not list(folder.rglob("*.npz"))
    with qtbot.waitSignal(session.saved):
        window.autosave()
    (saved,) = folder.rglob("*.npz")
    written = saved.stat().st_mtime_ns
    window.autosave()
    qtbot.waitUntil(lambda: session.settled)
    assert saved.stat().st_mtime_ns == written  # it has not moved, and it is known to be there


def test_an_autosave_folder_that_was_removed_is_made_again(rested, qtbot):
    window, folder = rested
    session = window.current.session
    with qtbot.waitSignal(session.saved):
        window.autosave()
    shutil.rmtree(folder)
    with qtbot.waitSignal(session.saved):
        window.autosave()
    assert len(list(folder.rglob("*.npz"))) == 1
    assert not window.current.banner.text


def test_autosave_comes_back_when_the_folder_does(rested, qtbot):
    window, folder = rested
    folder.touch()  # a file where the folder should be
    window.autosave()
    assert "Autosave is off" in window.current.banner.text
    window.current.banner.clear()
    window.autosave()
    assert not window.current.banner.text  # once is enough
    folder.unlink()
    with qtbot.waitSignal(window.current.session.saved):
        window.autosave()
    assert len(list(folder.rglob("*.npz"))) == 1
