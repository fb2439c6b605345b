"""All that is saved is written in the same way: whole, through links, readable by others, never over a device."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from models.base import DataError
from models.data.drawing.strokes import Drawing, write_drawings
from models.data.points.sets import PointSet
from models.data.points.tables import write_points
from models.errors import short
from models.supervised.weights_io import save_weights
from models.whole_file import atomically


def write_csv(path: Path) -> None:
    write_points(path, PointSet(np.array([[1.0, 2.0], [3.0, 4.0]])))


def write_strokes(path: Path) -> None:
    write_drawings(path, [Drawing((np.array([[1, 2], [3, 4]], np.float32),), 10, 10)])


def write_weights(path: Path) -> None:
    save_weights(path, {"weight": np.ones(3)})


WRITERS = [(write_csv, "points.csv"), (write_strokes, "strokes.json"), (write_weights, "weights.npz")]


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_a_link_stays_a_link_and_others_may_read(write, name, tmp_path):
    (tmp_path / "far").mkdir()
    target, link = tmp_path / "far" / name, tmp_path / name
    link.symlink_to(target)
    before = os.umask(0o022)
    try:
        write(link)
    finally:
        os.umask(before)
    assert link.is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert target.stat().st_size > 10
    assert sorted(path.name for path in target.parent.iterdir()) == [name]


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_what_is_no_file_is_not_replaced(write, name, tmp_path):
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match="choose another name"):
        write(tmp_path / name)
    assert (tmp_path / name).is_dir()


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666])
@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_who_may_read_a_file_stays_as_it_was(write, name, mode, tmp_path):
    target = tmp_path / name
    target.write_bytes(b"before")
    target.chmod(mode)
    write(target)
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.stat().st_size > 10


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only the administrator may give files away")
def test_the_owner_stays_where_that_is_allowed(tmp_path):
    target = tmp_path / "points.csv"
    target.write_bytes(b"before")
    os.chown(target, 1234, 2345)
    write_csv(target)
    assert (target.stat().st_uid, target.stat().st_gid) == (1234, 2345)


def test_a_private_file_is_private_while_it_is_written(tmp_path):
    target = tmp_path / "points.csv"
    target.write_bytes(b"before")
    target.chmod(0o600)
    with atomically(target) as file:
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
        file.write(b"after")
    assert target.read_bytes() == b"after"


KILLED = """
import os, signal, sys
from pathlib import Path
from models.whole_file import atomically
with atomically(Path(sys.argv[1])) as file:
    file.write(b"half")
    file.flush()
    print("there", flush=True)
    sys.stdin.readline()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@contextmanager
def writing(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that is in the middle of saving, and is killed as soon as it is told so."""
    command = [sys.executable, "-c", KILLED, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "there\n"
        yield process
        if process.poll() is None:
            process.communicate("now\n")


def parts(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.endswith(".part")]


def test_what_a_killed_save_left_behind_goes_with_the_next(tmp_path):
    with writing(tmp_path / "run.npz") as process:
        assert len(parts(tmp_path)) == 1
        write_csv(tmp_path / "other.csv")
        assert len(parts(tmp_path)) == 1  # somebody is still writing it
        process.communicate("now\n")
    assert len(parts(tmp_path)) == 1
    write_csv(tmp_path / "other.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.csv"]


def test_two_saves_at_once_do_not_clear_each_other_away(tmp_path):
    with atomically(tmp_path / "first") as first:
        first.write(b"1")
        with atomically(tmp_path / "second") as second:
            second.write(b"2")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"first": b"1", "second": b"2"}


def test_only_our_own_leftovers_are_cleared_away(tmp_path):
    others = ["film.part", ".film.part", ".0123456789ABCDEF.part", "0123456789abcdef.part"]
    for name in others:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / ".00112233445566ff.part").mkdir()
    (tmp_path / ".00112233445566ee.part").symlink_to(tmp_path / "film.part")
    (tmp_path / ".00112233445566dd.part").write_bytes(b"")
    write_csv(tmp_path / "points.csv")
    left = {".00112233445566ff.part", ".00112233445566ee.part"}
    assert {path.name for path in tmp_path.iterdir()} == {*others, *left, "points.csv"}


@pytest.mark.parametrize("text", ["a" * 10_000, "“" + "\udc80" * 500 + "” is bad: do better.", "a\0b", "x\x1b[31m"])
def test_messages_are_short_and_can_be_printed(text):
    for message in (short(text), str(DataError(text))):
        assert len(message) <= 300
        assert message.isprintable()
        message.encode()


def test_of_a_long_message_the_middle_goes():
    message = str(DataError(f"“{'n' * 5000}” has no points: write one in every line."))
    assert message.startswith("“nnn")
    assert message.endswith("nnn” has no points: write one in every line.")
    assert str(DataError("one\ntwo")) == "one\ntwo"
