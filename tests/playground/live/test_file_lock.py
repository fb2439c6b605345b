"""One holds a lock at a time; the system lets go of it with the file."""

from __future__ import annotations

import threading

import pytest

from playground.live.file_lock import in_use, lock


def test_one_at_a_time(tmp_path):
    path = tmp_path / "lock"
    assert not in_use(path)
    assert not path.exists()  # looking leaves no trace
    held = lock(path)
    assert in_use(path)
    with pytest.raises(BlockingIOError):
        lock(path)
    held.close()
    assert not in_use(path)
    lock(path).close()


def test_waiting_for_another_one(tmp_path):
    held = lock(tmp_path / "lock")
    threading.Timer(0.05, held.close).start()
    lock(tmp_path / "lock", wait=30.0).close()
    assert held.closed


def test_where_there_can_be_no_lock(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        lock(tmp_path / "file" / "lock")
    assert in_use(tmp_path / "file" / "lock")  # it cannot be told: better leave it alone
