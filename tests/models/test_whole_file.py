"""All that is saved is written in the same way: whole, through links, readable by others, never over a device."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import numpy as np
import pytest

from models.base import DataError
from models.data.drawing.strokes import Drawing, write_drawings
from models.data.points.sets import PointSet
from models.data.points.tables import write_points
from models.supervised.weights_io import save_weights


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
