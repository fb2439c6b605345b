"""An experiment file holds one run completely: open it and the run goes on as if it had never been away.

It is a NumPy `.npz` archive: a piece of JSON (settings, version, what the arrays are) and plain arrays. Files come from
other people, so nothing in them is ever executed (no pickle), and sizes, names, types and settings are checked before
anything is built. Writing is atomic: a temporary file beside the target, then a rename.
"""

from __future__ import annotations

import json
import math
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.base import DataError, Model
from models.config import Config, explain
from models.registry import MODELS, get_model
from playground.history import HistoryRows
from playground.run import Recording
from playground.timeline import Change, Checkpoint

FORMAT = "playground-experiment"
VERSION = 1
SUFFIX = ".npz"
LARGEST = 2**30
"""Bytes that the unpacked arrays of one file may take."""
MOST_ARRAYS = 20_000
CHECKPOINT_BYTES = 8 * 2**20
"""Checkpoints saved with an experiment, so that scrubbing is quick after opening it; the rest is replayed."""

Arrays = dict[str, NDArray[Any]]


class DataOrigin(BaseModel):
    """Where a run's data came from, so that the file need not hold them.

    Attributes:
        name: what the user reads.
        digest: SHA-256 of the data, "" for data made from the config alone.
        files: the user's own files, in the order in which they were opened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(default="", max_length=500)
    digest: str = Field(default="", max_length=128)
    files: tuple[str, ...] = Field(default=(), max_length=16)


@dataclass(frozen=True)
class Experiment:
    """One run, ready to be written or just read.

    Attributes:
        model: the registry's entry.
        recording: the run at rest.
        origin: where its data came from.
        drawings: what is on the tab's canvas and in its gallery, as JSON (the drawing file's form).
    """

    model: Model
    recording: Recording
    origin: DataOrigin = DataOrigin()  # noqa: RUF009 - frozen
    drawings: Mapping[str, Any] = field(default_factory=dict)


class _ChangeInfo(BaseModel):
    model_config = ConfigDict(extra="forbid")
    step: int = Field(ge=0)
    config: dict[str, Any]


class _CheckpointInfo(BaseModel):
    model_config = ConfigDict(extra="forbid")
    step: int = Field(ge=0)
    pinned: bool


class _RowsInfo(BaseModel):
    model_config = ConfigDict(extra="forbid")
    branch: int = Field(ge=0)
    start: int = Field(ge=0)


class _Metadata(BaseModel):
    """The JSON part of the file."""

    model_config = ConfigDict(extra="forbid")
    format: str
    version: int
    model: str
    step: int = Field(ge=0)
    changes: list[_ChangeInfo] = Field(min_length=1, max_length=100_000)
    edits: list[int] = Field(max_length=1_000_000)
    checkpoints: list[_CheckpointInfo] = Field(max_length=1000)
    history: _RowsInfo
    futures: list[_RowsInfo] = Field(max_length=16)
    origin: DataOrigin
    drawings: dict[str, Any]


def write(path: Path, experiment: Experiment) -> None:
    """Write an experiment file; either the whole new file is there afterwards or the old one is untouched.

    Raises DataError when it cannot be written (full or read-only disk, missing folder).
    """
    recording = experiment.recording
    arrays: Arrays = {f"state/{name}": array for name, array in recording.state.items()}
    arrays |= _pack_rows("history", recording.history)
    for index, checkpoint in enumerate(recording.checkpoints):
        arrays |= {f"checkpoint/{index}/{name}": array for name, array in checkpoint.state.items()}
    for index, future in enumerate(recording.futures):
        arrays |= _pack_rows(f"future/{index}", future)
    metadata = _Metadata(
        format=FORMAT,
        version=VERSION,
        model=experiment.model.name,
        step=recording.step,
        changes=[_ChangeInfo(step=c.step, config=c.config.model_dump(mode="json")) for c in recording.changes],
        edits=list(recording.edits),
        checkpoints=[_CheckpointInfo(step=c.step, pinned=c.pinned) for c in recording.checkpoints],
        history=_RowsInfo(branch=recording.history.branch, start=recording.history.start),
        futures=[_RowsInfo(branch=f.branch, start=f.start) for f in recording.futures],
        origin=experiment.origin,
        drawings=dict(experiment.drawings),
    )
    text = metadata.model_dump_json().encode()
    with atomically(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in {"metadata": np.frombuffer(text, dtype=np.uint8), **arrays}.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.asanyarray(array), allow_pickle=False)


def read(path: Path) -> Experiment:
    """Read and check an experiment file; raises DataError naming what is wrong with it."""
    arrays = _read_arrays(path)
    metadata = _metadata(path, arrays)
    try:
        model = get_model(metadata.model)
        changes = tuple(Change(info.step, read_config(model, info.config)) for info in metadata.changes)
    except ValidationError as error:
        raise DataError(f"The settings in {path.name} cannot be used: {explain(error)}") from error
    steps = [change.step for change in changes]
    if steps[0] != 0 or steps != sorted(set(steps)):
        raise _damaged(path, "its changes of settings are out of order")
    history = _unpack_rows(path, "history", metadata.history, arrays)
    recording = Recording(
        step=metadata.step,
        state=_below("state/", arrays),
        history=history,
        changes=changes,
        edits=tuple(sorted(metadata.edits)),
        checkpoints=tuple(
            Checkpoint(info.step, _below(f"checkpoint/{index}/", arrays), info.pinned)
            for index, info in enumerate(metadata.checkpoints)
        ),
        futures=tuple(
            _unpack_rows(path, f"future/{index}", info, arrays) for index, info in enumerate(metadata.futures)
        ),
    )
    if not recording.state:
        raise _damaged(path, "it holds no state")
    if history.start != 0 or history.end < metadata.step:
        raise _damaged(path, f"its history ends at step {history.end}, its state is at step {metadata.step}")
    if any(not 0 < checkpoint.step <= history.end for checkpoint in recording.checkpoints):
        raise _damaged(path, "a checkpoint lies outside its history")
    return Experiment(model, recording, metadata.origin, metadata.drawings)


def read_config(model: Model, values: Mapping[str, Any]) -> Config:
    """The model's Config from JSON values; raises pydantic's ValidationError."""
    return model.config.model_validate_json(json.dumps(values))


def model_of(path: Path) -> str:
    """Name of the model that an experiment file belongs to, without reading the arrays; raises DataError."""
    return _metadata(path, _read_arrays(path, only=("metadata",))).model


def origin_of(data: Any) -> DataOrigin:
    """Where data came from, as far as they tell (attributes `name`, `digest`, `files`)."""
    files = tuple(str(file) for file in getattr(data, "files", ()))
    return DataOrigin(name=str(getattr(data, "name", "")), digest=str(getattr(data, "digest", "")), files=files)


def data_of(experiment: Experiment) -> Any:
    """The data that an experiment was trained on; raises DataError when they are not the same any more."""
    model, origin = experiment.model, experiment.origin
    if not origin.files:
        data = model.load(experiment.recording.config)
    elif model.open_data is not None:
        try:
            data = model.open_data([Path(file) for file in origin.files])
        except DataError as error:
            raise DataError(
                f"This run was trained on your own data ({', '.join(origin.files)}), which cannot be read now: {error}"
            ) from error
    else:
        raise DataError(f"{model.title} cannot be trained on files of your own; this experiment file is damaged.")
    if origin.digest and origin_of(data).digest != origin.digest:
        raise DataError(
            f"This run was trained on other data than {origin.name or 'those of this version'} now: the checksums "
            "differ. Put the original data back in their place and open the experiment again."
        )
    return data


@contextmanager
def atomically(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that replaces `path` only when everything has been written.

    Raises DataError (cause and remedy) when it cannot be written; the old file is then untouched.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise DataError(
            f"{path} could not be written: {error.strerror or error}. "
            "Nothing was changed; choose another folder or make room."
        ) from error
    finally:
        with suppress(OSError):  # gone after the rename; where it cannot be removed, the first error says more
            temporary.unlink()


def _read_arrays(path: Path, only: Iterable[str] | None = None) -> Arrays:
    """All arrays of an archive, with every size checked against the file before memory is taken."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [
                entry for entry in archive.infolist() if only is None or entry.filename.removesuffix(".npy") in only
            ]
            if len(entries) > MOST_ARRAYS or sum(entry.file_size for entry in entries) > LARGEST:
                raise DataError(f"{path.name} is too large: an experiment holds at most {LARGEST >> 20} MB of arrays.")
            return {entry.filename.removesuffix(".npy"): _read_array(path, archive, entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise DataError(
            f"{path.name} is not an experiment file, or it is damaged or incomplete ({error}). "
            "Open a file that was saved with File → Save experiment."
        ) from error
    except OSError as error:
        raise DataError(f"{path} could not be read: {error.strerror or error}.") from error


def _read_array(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    with archive.open(entry) as file:
        content = file.read(entry.file_size + 1)
    stream = BytesIO(content)
    try:
        version = np.lib.format.read_magic(stream)
        read_header = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[
            version
        ]
        shape, fortran, dtype = read_header(stream)
    except (ValueError, KeyError) as error:
        raise _damaged(path, f"“{entry.filename}” is not a NumPy array") from error
    if dtype.hasobject or dtype.kind not in "biuf":
        raise _damaged(path, f"“{entry.filename}” does not hold numbers (pickled objects are never loaded)")
    data = content[stream.tell() :]
    if math.prod(shape) * dtype.itemsize != len(data):
        raise _damaged(path, f"“{entry.filename}” announces {shape} numbers but holds {len(data)} bytes")
    array = np.frombuffer(data, dtype=dtype).copy()
    return array.reshape(shape, order="F" if fortran else "C")


def _metadata(path: Path, arrays: Arrays) -> _Metadata:
    if "metadata" not in arrays:
        raise DataError(f"{path.name} is a NumPy archive, but not an experiment: it has no metadata.")
    text = arrays["metadata"].tobytes()
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise DataError(f"{path.name} is not an experiment of the playground.")
        if values.get("version") != VERSION:
            raise DataError(
                f"{path.name} has format version {values.get('version')}; this program reads version {VERSION}. "
                "Open it with the version of the playground that wrote it."
            )
        if values.get("model") not in MODELS:
            raise DataError(f"{path.name} belongs to a model called “{values.get('model')}”, which this version lacks.")
        return _Metadata.model_validate(values)
    except ValidationError as error:
        raise _damaged(path, explain(error)) from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path, "its metadata is not JSON") from error


def _pack_rows(prefix: str, rows: HistoryRows) -> Arrays:
    arrays: Arrays = {f"{prefix}/column/{name}": values for name, values in rows.columns.items()}
    for name, (steps, values) in rows.evaluations.items():
        arrays[f"{prefix}/evaluation/{name}/steps"] = steps
        arrays[f"{prefix}/evaluation/{name}/values"] = values
    return arrays


def _unpack_rows(path: Path, prefix: str, info: _RowsInfo, arrays: Arrays) -> HistoryRows:
    columns = {name: np.asarray(array, dtype=np.float64) for name, array in _below(f"{prefix}/column/", arrays).items()}
    evaluations = {}
    found = _below(f"{prefix}/evaluation/", arrays)
    for name in {key.rpartition("/")[0] for key in found}:
        steps, values = found.get(f"{name}/steps"), found.get(f"{name}/values")
        if steps is None or values is None or steps.ndim != 1 or steps.shape != values.shape or steps.dtype.kind != "i":
            raise _damaged(path, f"its held-out record “{name}” is incomplete")
        evaluations[name] = (steps.astype(np.int64), values.astype(np.float64))
    if any(column.ndim != 1 for column in columns.values()) or len({len(column) for column in columns.values()}) > 1:
        raise _damaged(path, "the columns of its history differ in length")
    return HistoryRows(info.branch, info.start, columns, evaluations)


def _below(prefix: str, arrays: Arrays) -> Arrays:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _damaged(path: Path, what: str) -> DataError:
    return DataError(f"{path.name} is damaged: {what}. Open another copy of the file.")
