"""An experiment file holds one run completely: open it and the run goes on as if it had never been away.

It is a NumPy `.npz` archive: a piece of JSON (settings, version, what the arrays are) and plain arrays. Files come from
other people, so nothing in them is ever executed (no pickle), and sizes, names, types and settings are checked before
anything is built. Writing is atomic: a temporary file beside the target, then a rename.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.base import DataError, Model, PlaygroundError, State, Trainer, TrainingError, origin_of
from models.config import Config, explain
from models.errors import short
from models.npz import HEADER, LONGEST_HEADER, MAGIC, Arrays, Kind, damaged, has_unknown_characters, read_arrays
from models.registry import MODELS, get_model
from models.whole_file import atomically
from playground.engine.arithmetic import MOST, UNKNOWN, Arithmetic
from playground.engine.history import HistoryRows
from playground.engine.run import Recording, Run
from playground.engine.timeline import Change, Checkpoint

FORMAT = "playground-experiment"
VERSION = 2
READABLE = (1, 2)
"""Versions that are read. The first kept the user's own data in every state; it did not say what it was made with."""
SUFFIX = ".npz"
LARGEST = 192 * 2**20
"""Bytes that the unpacked arrays of one file may take."""
LARGEST_METADATA = 16 * 2**20
MOST_VALUES = 2**20
"""Lists, objects and values in the metadata: unpacked, `[],` takes thirty times its own room."""
MOST_ARRAYS = 20_000
MOST_CHECKPOINTS = 1000
MOST_FUTURES = 16
MOST_DATA = 100
"""Arrays of the user's own data in one state."""
LAST_STEP = 2**53
"""No run is longer: steps up to here are exact in every number type that they are shown or plotted with."""
CHECKPOINT_BYTES = 8 * 2**20
"""Checkpoints saved with an experiment, so that scrubbing is quick after opening it; the rest is replayed."""

SAVED = "Open a file that was saved with File → Save experiment."
NEWER = "Open it with the version of the playground that wrote it."

DataNumbers = Annotated[list[Annotated[int, Field(ge=0, le=MOST_ARRAYS)]], Field(max_length=MOST_DATA)]
"""Which arrays of the user's own data belong to a state: `data/3/points` is number 3."""
Step = Annotated[int, Field(ge=0, le=LAST_STEP)]


class DataOrigin(BaseModel):
    """Where a run's data came from, so that the file need not hold them.

    Attributes:
        name: what the user reads.
        digest: SHA-256 of the data, "" for data made from the config alone.
        files: the user's own files, in the order in which they were opened.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
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
    model_config = ConfigDict(extra="forbid", defer_build=True)
    step: Step
    config: dict[str, Any]


class _CheckpointInfo(BaseModel):
    model_config = ConfigDict(extra="forbid", defer_build=True)
    step: Step
    pinned: bool
    data: DataNumbers = []


class _RowsInfo(BaseModel):
    """A stretch of history; the names are in the order of the metrics, which the order in the archive need not be."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    branch: Step
    start: Step
    columns: list[str] | None = None
    evaluations: list[str] | None = None


class _Metadata(BaseModel):
    """The JSON part of the file.

    Attributes:
        data: the user's own data at `step`; a checkpoint has such numbers as well.
        evaluation_pieces, made_with: see `Recording`.
    """

    model_config = ConfigDict(extra="forbid", defer_build=True)
    format: str
    version: int
    model: str
    step: Step
    data: DataNumbers = []
    evaluation_pieces: int = Field(default=0, ge=0, le=LAST_STEP)
    made_with: list[Arithmetic] = Field(default=[UNKNOWN], max_length=MOST)
    changes: list[_ChangeInfo] = Field(min_length=1, max_length=100_000)
    edits: list[Step] = Field(max_length=1_000_000)
    checkpoints: list[_CheckpointInfo] = Field(max_length=MOST_CHECKPOINTS)
    history: _RowsInfo
    futures: list[_RowsInfo] = Field(max_length=MOST_FUTURES)
    origin: DataOrigin
    drawings: dict[str, Any]


class _FlawError(Exception):
    """Why something cannot be an experiment file, as the end of a sentence about “it”.

    Args:
        remedy: what to open instead, when the file is not just damaged.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy

    def about(self, path: Path) -> DataError:
        """The error with which a file is refused."""
        if self.remedy:
            return DataError(f"{path.name} cannot be opened: {self}. {self.remedy}")
        return damaged(path, str(self))


def write(path: Path, experiment: Experiment) -> None:
    """Write an experiment file; either the whole new file is there afterwards or the old one is untouched.

    What is written can be read again: the same checks are made first. Where the run is too large for a file, its oldest
    futures are left out, then checkpoints that a replay can do without. Raises DataError when that is not enough, and
    when the file cannot be written (full or read-only disk, missing folder).
    """
    try:
        arrays = _fitting(experiment)
        _assembled(arrays)
    except _FlawError as flaw:
        raise DataError(
            f"The run was not saved in {path}: {flaw}. Go back and continue from an earlier step, or start a new run."
        ) from flaw
    with atomically(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _fitting(experiment: Experiment) -> Arrays:
    """The arrays of a file that is not too large to be read; raises _FlawError when there is none."""
    recording = experiment.recording
    while True:
        arrays = _packed(replace(experiment, recording=recording))
        excess = _excess(recording, arrays)
        if not excess:
            return arrays
        spare = _spare(experiment.model, recording)
        if recording.futures:
            recording = replace(recording, futures=recording.futures[1:])
        elif spare:  # every second one, so that the others stay evenly spread; the newest goes last
            gone = set(spare[:-1:2] or spare)
            kept = [checkpoint for index, checkpoint in enumerate(recording.checkpoints) if index not in gone]
            recording = replace(recording, checkpoints=tuple(kept))
        else:
            raise _FlawError(excess)


def _packed(experiment: Experiment) -> Arrays:
    """All that a file holds, as arrays by name."""
    recording = experiment.recording
    states, numbers = _pack_states(recording)
    here, *others = numbers
    metadata = {
        "format": FORMAT,
        "version": VERSION,
        "model": experiment.model.name,
        "step": recording.step,
        "data": here,
        "evaluation_pieces": recording.evaluation_pieces,
        "made_with": [each.model_dump() for each in recording.made_with],
        "changes": [{"step": c.step, "config": c.config.model_dump(mode="json")} for c in recording.changes],
        "edits": list(recording.edits),
        "checkpoints": [
            {"step": checkpoint.step, "pinned": checkpoint.pinned, "data": data}
            for checkpoint, data in zip(recording.checkpoints, others, strict=True)
        ],
        "history": _rows_info(recording.history),
        "futures": [_rows_info(future) for future in recording.futures],
        "origin": experiment.origin.model_dump(),
        "drawings": dict(experiment.drawings),
    }
    try:
        text = json.dumps(metadata).encode()  # ASCII, in which file names of any bytes can be written
    except (TypeError, ValueError, RecursionError) as error:
        raise _FlawError(f"its settings or drawings are not JSON ({short(str(error), 100)})") from error
    arrays: Arrays = {"metadata": np.frombuffer(text, dtype=np.uint8)} | states
    arrays |= _pack_rows("history", recording.history)
    for index, future in enumerate(recording.futures):
        arrays |= _pack_rows(f"future/{index}", future)
    return {name: np.asarray(array) for name, array in arrays.items()}


def _excess(recording: Recording, arrays: Arrays) -> str:
    """What of a recording is more than `read` takes, in words; "" when nothing is."""
    if len(recording.futures) > MOST_FUTURES or len(recording.checkpoints) > MOST_CHECKPOINTS:
        return f"it has more than {MOST_FUTURES} futures or {MOST_CHECKPOINTS} checkpoints"
    if _size_of_states(recording) > LARGEST:
        return f"its states take more than {LARGEST >> 20} MB"
    if arrays["metadata"].nbytes > LARGEST_METADATA:
        return f"its settings, edits and drawings take more than {LARGEST_METADATA >> 20} MB"
    size = sum(_stored_size(name, array) for name, array in arrays.items())
    if len(arrays) > MOST_ARRAYS or size > LARGEST:
        largest = f"{MOST_ARRAYS} arrays and {LARGEST >> 20} MB"
        return f"an experiment file holds at most {largest}, this run takes {len(arrays)} arrays and {size >> 20} MB"
    return ""


def _pack_states(recording: Recording) -> tuple[Arrays, list[list[int]]]:
    """All states, and for each of them which arrays of the user's own data belong to it.

    The latter are stored once, however many states share them: they hardly ever change, and may be the larger part.
    """
    arrays: Arrays = {}
    numbers: dict[tuple[str, bytes], int] = {}
    known: dict[int, bytes] = {}  # what was summed up already: states share their arrays
    belonging = []
    places = ["state", *(f"checkpoint/{index}" for index in range(len(recording.checkpoints)))]
    states = [recording.state, *(checkpoint.state for checkpoint in recording.checkpoints)]
    for place, state in zip(places, states, strict=True):
        own = []
        for name, array in state.items():
            if name not in recording.data:
                arrays[f"{place}/{name}"] = array
                continue
            if id(array) not in known:
                head = f"{array.dtype.str}{array.shape}".encode()
                known[id(array)] = hashlib.sha256(head + np.ascontiguousarray(array).tobytes()).digest()
            number = numbers.setdefault((name, known[id(array)]), len(numbers))
            arrays[f"data/{number}/{name}"] = array
            own.append(number)
        belonging.append(own)
    return arrays, belonging


def _size_of_states(recording: Recording) -> int:
    """Bytes of all states together if none shared anything: what going through them one after the other costs."""
    return sum(Checkpoint(0, state).size for state in (recording.state, *(c.state for c in recording.checkpoints)))


def _stored_size(name: str, array: NDArray[Any]) -> int:
    """Bytes that an array takes in an archive; raises _FlawError when it is none that `_read_array` accepts."""
    header = BytesIO()
    np.lib.format.write_array_header_1_0(header, np.lib.format.header_data_from_array_1_0(array))
    text = header.getvalue()[len(MAGIC) + 2 :].decode("latin-1")
    if not HEADER.fullmatch(text) or has_unknown_characters(array) or not name.isprintable() or len(name) > 1000:
        raise _FlawError(f"“{short(name, 60)}” cannot be stored as plain numbers or texts ({array.dtype})")
    return len(header.getvalue()) + array.nbytes


def _spare(model: Model, recording: Recording) -> list[int]:
    """Which checkpoints (by index) only shorten the way: a replay leads there from what is saved before them.

    A replay cannot cross an edit, so the first state behind each is needed. So is the first of all where the data that
    a run began with are only found in its states.
    """

    def edits_before(checkpoint: Checkpoint) -> int:
        find = bisect_right if checkpoint.pinned else bisect_left
        return find(recording.edits, checkpoint.step)

    position = Checkpoint(recording.step, recording.state, pinned=recording.step in recording.edits)
    reached = {0} if model.trainer.data_in(recording.changes[0].config, recording.state) is None else set()
    spare = []
    saved = [*enumerate(recording.checkpoints), (-1, position)]
    for index, checkpoint in sorted(saved, key=lambda each: (each[1].step, each[0])):
        stretch = edits_before(checkpoint)
        if stretch in reached and index >= 0:
            spare.append(index)
        reached.add(stretch)
    return spare


def read(path: Path) -> Experiment:
    """Read and check an experiment file; raises DataError naming what is wrong with it.

    What only the model can judge, its states, is checked by `resume`.
    """
    arrays = _read_arrays(path)
    try:
        return _assembled(arrays)
    except _FlawError as flaw:
        raise flaw.about(path) from flaw


def _assembled(arrays: Arrays) -> Experiment:
    """The experiment that the arrays of a file hold; raises _FlawError."""
    metadata = _metadata(arrays)
    model = get_model(metadata.model)
    try:
        changes = tuple(Change(info.step, read_config(model, info.config)) for info in metadata.changes)
    except ValidationError as error:
        raise _FlawError(
            f"its settings cannot be used: {short(explain(error, model.config)).rstrip('.')}",
            "Open another copy of the file, or one that this version of the playground wrote.",
        ) from error
    sections: dict[str, Arrays] = {}
    for name, array in arrays.items():
        section, _, rest = name.partition("/")
        if section in ("checkpoint", "future", "data"):
            index, _, rest = rest.partition("/")
            section = f"{section}/{index}"
        sections.setdefault(section, {})[rest] = array
    recording = Recording(
        step=metadata.step,
        state=_state("state", metadata.data, sections),
        history=_unpack_rows(metadata.history, sections.get("history", {})),
        changes=changes,
        edits=tuple(sorted(set(metadata.edits))),
        checkpoints=tuple(
            Checkpoint(info.step, _state(f"checkpoint/{index}", info.data, sections), info.pinned)
            for index, info in enumerate(metadata.checkpoints)
        ),
        futures=tuple(
            _unpack_rows(info, sections.get(f"future/{index}", {})) for index, info in enumerate(metadata.futures)
        ),
        data=frozenset(name for section, held in sections.items() if section.startswith("data/") for name in held),
        evaluation_pieces=metadata.evaluation_pieces,
        made_with=tuple(metadata.made_with) or (UNKNOWN,),
    )
    if problem := _contradiction(model, recording):
        raise _FlawError(problem)
    return Experiment(model, recording, metadata.origin, metadata.drawings)


def _state(section: str, data: Iterable[int], sections: Mapping[str, Arrays]) -> State:
    """One state, with its part of the user's own data; raises _FlawError when the file does not hold that."""
    state = dict(sections.get(section, {}))
    for number in data:
        held = sections.get(f"data/{number}", {})
        if len(held) != 1:
            raise _FlawError(f"a state refers to your own data number {number}, of which the file holds {len(held)}")
        ((name, array),) = held.items()
        if name in state:
            raise _FlawError(f"it holds “{short(name, 60)}” of one state twice")
        array.flags.writeable = False  # shared from now on
        state[name] = array
    return state


def _contradiction(model: Model, recording: Recording) -> str:
    """What in a recording does not fit together, in words; "" when all does."""
    history, end = recording.history, recording.history.end
    steps = [change.step for change in recording.changes]
    moments = [*steps, *recording.edits, *(checkpoint.step for checkpoint in recording.checkpoints)]
    reported = {spec.name for spec in model.metrics if not spec.evaluated}
    measured = {spec.name for spec in model.metrics if spec.evaluated}
    if not recording.state:
        return "it holds no state"
    if _size_of_states(recording) > LARGEST:
        return f"its states take more than {LARGEST >> 20} MB"
    if history.start != 0 or end < recording.step:
        return f"its history ends at step {end}, its state is at step {recording.step}"
    if steps[0] != 0 or steps != sorted(set(steps)):
        return "its changes of settings are out of order"
    if max(moments) > end or any(
        checkpoint.step == 0 and not checkpoint.pinned for checkpoint in recording.checkpoints
    ):
        return "a checkpoint, an edit or a change of settings lies outside its history"
    for earlier, later in pairwise(recording.changes):
        if fixed := earlier.config.needs_rebuild(later.config):
            return f"it changes {', '.join(sorted(fixed))} in the middle of the run, which is not possible"
    for rows in (history, *recording.futures):
        if unknown := set(rows.columns) - reported:
            return f"its history has a column “{short(min(unknown), 60)}”, which {model.title} does not report"
        if unknown := set(rows.evaluations) - measured:
            return f"it has a held-out record “{short(min(unknown), 60)}”, which {model.title} does not measure"
        if any(not np.isfinite(values).all() for values in rows.columns.values()):
            return "its history holds values that are not finite numbers"
    for left, taken in pairwise((*recording.futures, history)):
        if left.start > taken.end:  # what was left behind branched off from a step that the next way still had
            return f"a future begins at step {left.start}, which the run never reached"
    return ""


def resume(experiment: Experiment, data: Any) -> Run:
    """The run that an experiment holds, ready to go on; `data` is what `data_of` returns.

    Every saved state is tried on the model, so that nothing can go wrong later. Raises DataError when one does not fit.
    """
    recording = experiment.recording
    remedy = "The experiment file is damaged: open another copy of it."
    try:
        trainer = experiment.model.trainer(recording.changes[0].config, data)
        untrained = trainer.state()
        for saved in (*recording.checkpoints, Checkpoint(recording.step, recording.state)):
            trainer.restore(saved.state)
            if trainer.step_count != saved.step:
                raise DataError(f"The state saved for step {saved.step} says that it is of step {trainer.step_count}.")
        trainer.restore(untrained)
        _check_columns(trainer, recording.history)
        trainer.restore(untrained)
        run = Run.resume(trainer, recording, metrics=experiment.model.metrics)
        if (
            _own_data(experiment) is not None and 0 not in run.timeline.edits
        ):  # only the state at step 0 has them once they change
            run.timeline.add(Checkpoint(0, untrained, pinned=True))
        run.snapshot()
        return run
    except PlaygroundError as error:
        raise DataError(f"{error} {remedy}") from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:  # numbers that the model never expected
        raise DataError(f"{experiment.model.title} cannot go on from the saved state ({error}). {remedy}") from error


def _check_columns(trainer: Trainer[Any, Any], history: HistoryRows) -> None:
    """Try one step: what it reports must be what the history holds; raises DataError."""
    if not history.length or trainer.done:
        return
    try:
        reported = trainer.step()
    except TrainingError:  # it goes on from another state, perhaps with other settings
        return
    if reported.keys() != history.columns.keys():
        missing = ", ".join(sorted(reported.keys() ^ history.columns.keys()))
        raise DataError(f"The history holds other metrics than the model reports ({short(missing, 100)}).")


def read_config(model: Model, values: Mapping[str, Any]) -> Config:
    """The model's Config from JSON values; raises pydantic's ValidationError."""
    return model.config.model_validate_json(json.dumps(values))


def model_of(path: Path) -> str:
    """Name of the model that an experiment file belongs to, without reading the arrays; raises DataError."""
    try:
        return _metadata(_read_arrays(path, only=("metadata",))).model
    except _FlawError as flaw:
        raise flaw.about(path) from flaw


def saved_origin(data: Any) -> DataOrigin:
    """Where data came from, as far as they tell (see `Data`)."""
    known = origin_of(data)
    try:
        return DataOrigin(name=known.name, digest=known.digest, files=known.files)
    except ValidationError as error:  # too many, or endless
        raise DataError(
            "The names of your data files cannot be stored: use fewer files, with shorter names."
        ) from error


def _own_data(experiment: Experiment) -> Any:
    """The user's own data in the earliest saved state; None if they are not part of it.

    A trainer whose data the user may change by hand has them in its state (see `Trainer.data_in`). Where a run began
    with data made from the settings, these are made again instead.
    """
    if not experiment.origin.name:
        return None
    recording = experiment.recording
    saved = (*recording.checkpoints, Checkpoint(recording.step, recording.state))
    first = min(saved, key=lambda checkpoint: checkpoint.step)
    return experiment.model.trainer.data_in(recording.changes[0].config, first.state)


def data_of(experiment: Experiment) -> Any:
    """The data that an experiment was trained on, as they were at its first step.

    Own data that are part of the state need no file any more. Raises DataError when others are not the same now.
    """
    model, origin = experiment.model, experiment.origin
    if (own := _own_data(experiment)) is not None:
        return own
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
    if origin.digest and saved_origin(data).digest != origin.digest:
        raise DataError(
            f"This run was trained on other data than {origin.name or 'those of this version'} now: the checksums "
            "differ. Put the original data back in their place and open the experiment again."
        )
    return data


def _read_arrays(path: Path, only: Iterable[str] | None = None) -> Arrays:
    """All arrays of an archive, with every size checked against the file before memory is taken."""
    most = f"its metadata may take {LARGEST_METADATA >> 20} MB at most"
    largest = {"metadata": (LARGEST_METADATA + LONGEST_HEADER, most)}
    kind = Kind("an experiment file", "an experiment", SAVED, LARGEST, MOST_ARRAYS, largest)
    return read_arrays(path, kind, only)


def _metadata(arrays: Arrays) -> _Metadata:
    if "metadata" not in arrays:
        raise _FlawError("it has no metadata", SAVED)
    text = arrays["metadata"].tobytes()
    if sum(text.count(mark) for mark in (b"[", b"{", b",")) > MOST_VALUES:
        raise _FlawError(f"it has more than {MOST_VALUES:,} settings, edits and strokes", SAVED)
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise _FlawError("it is not an experiment of the playground", SAVED)
        version, name = values.get("version"), values.get("model")
        if type(version) is not int or version not in READABLE:
            what = f"it has format version {short(str(version), 20)}; this program reads versions up to {VERSION}"
            raise _FlawError(what, NEWER)
        if not isinstance(name, str) or name not in MODELS:
            what = f"it belongs to a model called “{short(str(name), 40)}”, which this version lacks"
            raise _FlawError(what, NEWER)
        return _Metadata.model_validate(values)
    except ValidationError as error:
        raise _FlawError(short(explain(error)).rstrip(".")) from error
    except (ValueError, RecursionError) as error:
        raise _FlawError("its metadata is not JSON") from error


def _rows_info(rows: HistoryRows) -> dict[str, Any]:
    """What the metadata say about a stretch of history (see `_RowsInfo`)."""
    names = {"columns": list(rows.columns), "evaluations": list(rows.evaluations)}
    return {"branch": rows.branch, "start": rows.start, **names}


def _pack_rows(prefix: str, rows: HistoryRows) -> Arrays:
    arrays: Arrays = {f"{prefix}/column/{name}": values for name, values in rows.columns.items()}
    for name, (steps, values) in rows.evaluations.items():
        arrays[f"{prefix}/evaluation/{name}/steps"] = steps
        arrays[f"{prefix}/evaluation/{name}/values"] = values
    return arrays


def _unpack_rows(info: _RowsInfo, arrays: Arrays) -> HistoryRows:
    """A stretch of history from its arrays; raises _FlawError when they are not what its metadata say."""
    columns: Arrays = {}
    records: dict[str, Arrays] = {}
    for name, array in arrays.items():
        part, _, rest = name.partition("/")
        if part == "column":
            columns[rest] = array
        elif part == "evaluation":
            record, _, which = rest.rpartition("/")
            records.setdefault(record, {})[which] = array
    columns = _listed(info.columns, columns)
    if (
        any(c.ndim != 1 or not _holds_floats(c) for c in columns.values())
        or len({len(c) for c in columns.values()}) > 1
    ):
        raise _FlawError("the columns of its history are not numbers, or differ in length")
    evaluations = {}
    for name, record in _listed(info.evaluations, records).items():
        said = f"its held-out record “{short(name, 60)}”"
        steps, values = record.get("steps"), record.get("values")
        if steps is None or values is None or steps.ndim != 1 or steps.shape != values.shape:
            raise _FlawError(f"{said} is incomplete")
        if steps.dtype.kind != "i" or not _holds_floats(values) or (steps[1:] <= steps[:-1]).any():
            raise _FlawError(f"{said} holds no numbers, or its steps are out of order")
        evaluations[name] = (steps.astype(np.int64, copy=False), values.astype(np.float64, copy=False))
    numbers = {name: column.astype(np.float64, copy=False) for name, column in columns.items()}
    rows = HistoryRows(info.branch, info.start, numbers, evaluations)
    if any(steps.size and not rows.start <= steps[0] <= steps[-1] <= rows.end for steps, _ in evaluations.values()):
        raise _FlawError("a held-out record lies outside its history")
    return rows


def _listed(names: list[str] | None, found: dict[str, Any]) -> dict[str, Any]:
    """What was found in an archive, in the order of the metrics; raises _FlawError if it is not what is listed."""
    if names is None:  # an early file: the archive's own order
        return found
    if missing := sorted(set(names) - found.keys()):
        raise _FlawError(f"its history lacks “{short(missing[0], 60)}”")
    if len(names) != len(found):
        raise _FlawError("its history holds other metrics than its metadata list")
    return {name: found[name] for name in names}


def _holds_floats(array: NDArray[Any]) -> bool:
    return array.dtype.kind == "f" and array.dtype.itemsize <= 8
