"""Weights go out and come back unchanged; what does not fit is refused in words."""

from __future__ import annotations

import os

import numpy as np
import pytest

from models.base import DataError
from models.boundary.data import load_points
from models.boundary.edits import SetParameters
from models.boundary.model import PRESETS
from models.boundary.trainer import BoundaryTrainer
from models.supervised.weights_io import flat, load_weights, named_weights, save_weights


def trainer_of(**changes):
    config = PRESETS["circles"].config.model_copy(update=changes)
    return BoundaryTrainer(config, load_points(config))


@pytest.mark.parametrize("name", ["w.npz", "w.safetensors", "W.NPZ"])
def test_there_and_back(tmp_path, name):
    trained, fresh = trainer_of(), trainer_of(seed=1, dropout=0.2)
    for _ in range(20):
        trained.step()
    save_weights(tmp_path / name, named_weights(trained.network), {"model": "boundary"})
    assert [path.name for path in tmp_path.iterdir()] == [name]
    found = load_weights(tmp_path / name, named_weights(fresh.network))
    assert list(found) == ["layer1.weight", "layer1.bias", "layer2.weight", "layer2.bias"]
    fresh.edit(SetParameters(flat(found, fresh.network)))
    np.testing.assert_array_equal(fresh.network.parameters, trained.network.parameters)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_another_shape_is_refused(tmp_path, suffix):
    path = tmp_path / f"w{suffix}"
    save_weights(path, named_weights(trainer_of().network))
    with pytest.raises(DataError, match=r"“layer1.weight” in w\S+ is 2 × 8, but 2 × 5 in this network"):
        load_weights(path, named_weights(trainer_of(hidden=(5,)).network))
    with pytest.raises(DataError, match="other layers"):
        load_weights(path, named_weights(trainer_of(hidden=(8, 8)).network))


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff" * 1000, b"PK\x03\x04" + b"\0" * 50])
def test_damaged_files_are_refused(tmp_path, suffix, content):
    path = tmp_path / f"w{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError, match="damaged"):
        load_weights(path, named_weights(trainer_of().network))


def test_nothing_pickled_is_ever_loaded(tmp_path):
    path = tmp_path / "w.npz"
    np.savez(path, **{"layer1.weight": np.array([{}], dtype=object)})
    with pytest.raises(DataError, match="plain numbers"):
        load_weights(path, named_weights(trainer_of().network))


def test_other_trouble_is_said_in_words(tmp_path):
    weights = {name: array.copy() for name, array in named_weights(trainer_of().network).items()}
    with pytest.raises(DataError, match=r"\.npz or \.safetensors"):
        save_weights(tmp_path / "w.pkl", weights)
    with pytest.raises(DataError, match=r"cannot be read: .*\. Check its name and place"):
        load_weights(tmp_path / "missing.npz", weights)
    with pytest.raises(DataError, match="could not be written"):
        save_weights(tmp_path / "missing" / "w.npz", weights)
    np.savez(tmp_path / "text.npz", **weights | {"layer1.bias": np.array(["a"] * 8)})
    with pytest.raises(DataError, match="does not hold numbers"):
        load_weights(tmp_path / "text.npz", weights)
    np.savez(tmp_path / "inf.npz", **weights | {"layer1.bias": np.full(8, 1e300)})
    with pytest.raises(DataError, match="not finite"):
        load_weights(tmp_path / "inf.npz", weights)
    weights["layer1.bias"][0] = np.nan
    with pytest.raises(DataError, match="not numbers"):
        save_weights(tmp_path / "w.npz", weights)


def test_what_is_no_plain_file_is_refused(tmp_path):
    pipe = tmp_path / "pipe.npz"
    os.mkfifo(pipe)  # opening it would wait for somebody who writes
    with pytest.raises(DataError, match="not a file"):
        load_weights(pipe, named_weights(trainer_of().network))
