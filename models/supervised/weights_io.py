"""Weights out and in: to a `.npz` for NumPy or a `.safetensors` for other tools, and back after everything has been
checked.

Both formats hold plain numbers with names; nothing in them is ever executed (no pickle). Names count the layers that
have weights: "layer1.weight" (inputs, units), "layer1.bias" (units,), "layer2.weight", … PyTorch keeps the weights of
a linear layer the other way round: transpose them there.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.errors import short, unreadable
from models.limits import check_json
from models.nn.layer import Array
from models.nn.network import Network
from models.npz import Kind, read_arrays
from models.whole_file import atomically

SUFFIXES = (".npz", ".safetensors")
LARGEST = 128 * 2**20
"""Bytes that one file may hold, unpacked: more than the weights of any network that can be set here."""

MOST_ARRAYS = 1000
LONGEST_HEADER = 2**20
REMEDY = "Open a file that was saved with File → Save weights."
DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1"}
"""What a .safetensors file calls its numbers → what NumPy calls them."""

Weights = dict[str, NDArray[Any]]


def named_weights(network: Network) -> Weights:
    """Name → weights of every layer that has some, in the order of the network's flat vector (views, not copies)."""
    return dict(_names(network))


def _names(network: Network) -> Iterator[tuple[str, Array]]:
    number = 0
    for layer in network.layers:
        number += bool(layer.parameters)
        for name, array in layer.parameters.items():
            yield f"layer{number}.{name}", array


def flat(weights: Mapping[str, NDArray[Any]], network: Network) -> Array:
    """The weights as one vector (P,) in the network's order; they must be checked already (`load_weights`)."""
    parts = [weights[name].ravel() for name in named_weights(network)]
    dtype = network.parameters.dtype
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype)


def save_weights(path: Path, weights: Mapping[str, NDArray[Any]], about: Mapping[str, str] | None = None) -> None:
    """Write named weights; the file appears complete or not at all.

    Args:
        path: ends in .npz or .safetensors, which decides the format.
        weights: name → numbers.
        about: remarks by name ("model", "layers"); kept by .safetensors, and by .npz as an array of JSON text.

    Raises:
        DataError: another ending, numbers that are not finite, or a place that cannot be written to.
    """
    suffix = _suffix(path)
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise DataError(f"“{name}” holds values that are not numbers: go back to an earlier step before saving.")
    if suffix == ".safetensors":
        from safetensors.numpy import save

        content = save({name: np.ascontiguousarray(array) for name, array in weights.items()}, dict(about or {}))
    else:
        stream = BytesIO()
        text = np.frombuffer(json.dumps(dict(about or {})).encode(), dtype=np.uint8)
        np.savez(stream, **{**weights, "about": text})  # type: ignore[arg-type]  # names are not options
        content = stream.getvalue()
    with atomically(path) as file:
        file.write(content)


def load_weights(path: Path, like: Mapping[str, NDArray[Any]]) -> Weights:
    """Read the weights that a network needs, checked against the ones it has.

    Args:
        path: a .npz or .safetensors file.
        like: what `named_weights` says of the network that they are meant for: same names, same shapes.

    Returns:
        name → array of the dtype that `like` has.

    Raises:
        DataError: the file cannot be read, or names, shapes or numbers do not fit; the message says which.
    """
    read = _read_safetensors if _suffix(path) == ".safetensors" else _read_npz
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise DataError(f"{path} is a folder or a device, not a file: choose a file of weights.")
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path.name} is too large for a file of weights (at most {LARGEST >> 20} MB).")
        found = read(path)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise unreadable(path, error) from error
    found.pop("about", None)
    missing, foreign = like.keys() - found.keys(), found.keys() - like.keys()
    if missing or foreign:
        raise DataError(
            f"{path.name} holds {_listed(found)}, but this network has {_listed(like)}: "
            "it was saved from a network with other layers. Nothing was changed."
        )
    for name, wanted in like.items():  # in the network's order, whatever the file's
        array = found[name]
        if array.shape != wanted.shape:
            raise DataError(
                f"“{name}” in {path.name} is {_size(array)}, but {_size(wanted)} in this network: set the layers to "
                "the same sizes first. Nothing was changed."
            )
        if array.dtype.kind not in "iuf":
            raise DataError(f"“{name}” in {path.name} does not hold numbers ({array.dtype}).")
        with np.errstate(over="ignore"):
            found[name] = array.astype(wanted.dtype)
        if not np.isfinite(found[name]).all():
            raise DataError(f"“{name}” in {path.name} holds values that are not finite numbers.")
    return {name: found[name] for name in like}


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise DataError(f"Weights are kept in files that end in {' or '.join(SUFFIXES)}, not in “{path.name}”.")
    return suffix


def _size(array: NDArray[Any]) -> str:
    return " × ".join(str(size) for size in array.shape) or "a single number"


def _listed(names: Mapping[str, Any], most: int = 8) -> str:
    words = [short(name, 40) for name in sorted(names)[:most]]
    return ", ".join(words) + (" …" if len(names) > most else "") if words else "nothing"


def _read_npz(path: Path) -> Weights:
    return read_arrays(
        path, Kind("a NumPy archive of plain numbers", "a file of weights", REMEDY, LARGEST, MOST_ARRAYS)
    )


def _read_safetensors(path: Path) -> Weights:
    """The arrays of a .safetensors file: the length of a JSON header (8 bytes), the header, then nothing but numbers.

    Source: https://github.com/huggingface/safetensors ("Format").
    """
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    if len(content) < 8 or not 2 <= length <= min(len(content) - 8, LONGEST_HEADER):
        raise _no_safetensors(path, "its header does not fit")
    check_json(content[8 : 8 + length], path.name)
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError) as error:
        raise _no_safetensors(path, "its header is not JSON") from error
    if not isinstance(header, dict) or len(header) > MOST_ARRAYS:
        raise _no_safetensors(path, "its header does not list arrays")
    numbers, found = content[8 + length :], {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        try:
            dtype, shape, (begin, end) = np.dtype(DTYPES[entry["dtype"]]), tuple(entry["shape"]), entry["data_offsets"]
            whole = all(type(each) is int and each >= 0 for each in (*shape, begin, end))
            if not whole or end > len(numbers) or end - begin != math.prod(shape) * dtype.itemsize:
                raise ValueError(name)
            found[name] = np.frombuffer(numbers[begin:end], dtype).reshape(shape)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            raise _no_safetensors(path, f"“{short(str(name), 60)}” does not hold the numbers it announces") from error
    return found


def _no_safetensors(path: Path, what: str) -> DataError:
    return DataError(f"{short(path.name, 100)} is not a safetensors file, or it is damaged: {what}. {REMEDY}")
