"""An experiment file brings back everything, and whatever else is found in its place is refused with a sentence."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from toy import MODEL, Shift, ToyConfig, ToyTrainer

from models.base import Data, DataError, Origin, State, TrainingError
from models.registry import MODELS, get_model
from playground.engine import experiment
from playground.engine.experiment import DataOrigin, Experiment, read, resume, write
from playground.engine.history import HistoryRows
from playground.engine.run import Recording, Run
from playground.engine.timeline import Change, Checkpoint
from playground.live.session import Session


@pytest.fixture(autouse=True)
def _toy(monkeypatch):
    monkeypatch.setitem(MODELS, "toy", "toy")


def busy_run() -> Run:
    """A run with everything that a file can hold: changes, an edit, two futures, a position in the past."""
    run = Run(ToyTrainer(ToyConfig(steps=120), None))

    def go(step: int) -> None:
        run.advance(step - run.position)
        while run.work(1.0):
            pass

    go(60)
    run.seek(40)
    run.work(1.0)
    run.branch()
    run.configure(run.trainer.config.model_copy(update={"learning_rate": 0.02}))
    go(70)
    run.edit(Shift(0.5))
    go(90)
    run.seek(80)
    run.work(1.0)
    run.branch()
    go(100)
    run.seek(95)
    while run.work(1.0):
        pass
    return run


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> bytes:
    """The bytes of a good file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(MODELS, "toy", "toy")
        path = tmp_path_factory.mktemp("experiments") / "good.npz"
        origin = DataOrigin(name="noise", digest="12ab")
        drawings = {"gallery": [{"strokes": [[[0, 1.5]]], "label": "ß"}], "note": None}
        write(path, Experiment(MODEL, busy_run().recording(experiment.CHECKPOINT_BYTES), origin, drawings))
        return path.read_bytes()


@pytest.fixture
def good(saved, tmp_path) -> Path:
    path = tmp_path / "run.npz"
    path.write_bytes(saved)
    return path


def arrays_of(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def rewrite(path: Path, change: Callable[[dict[str, Any], dict[str, np.ndarray]], object]) -> None:
    """Change the metadata and the arrays of a file; the result is a sound archive."""
    arrays = arrays_of(path)
    metadata = json.loads(arrays.pop("metadata").tobytes())
    change(metadata, arrays)
    arrays["metadata"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    np.savez(path, **arrays)


def refused(path: Path) -> str:
    """The sentence with which a file is refused; no other exception, and nothing opened by halves."""
    with pytest.raises(DataError) as caught:
        resume(read(path), None)
    sentence = str(caught.value)
    assert len(sentence) < 700
    assert sentence.isprintable()
    assert sentence.endswith(".")
    return sentence


# What is saved comes back ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint_bytes", [0, experiment.CHECKPOINT_BYTES])
def test_an_edit_before_the_first_step_comes_back(tmp_path, checkpoint_bytes):
    before = Run(ToyTrainer(ToyConfig(steps=120), None))
    before.edit(Shift(2.0))
    before.advance(50)
    while before.work(1.0):
        pass
    file = tmp_path / "edited.npz"
    write(file, Experiment(get_model("toy"), before.recording(checkpoint_bytes), DataOrigin(), {}))
    after = resume(read(file), None)
    for step in (0, 30, 50):
        for run in (before, after):
            run.seek(step)
            while run.work(1.0):
                pass
        assert np.array_equal(before.trainer.weights, after.trainer.weights)


def test_everything_comes_back(good):
    before = busy_run()
    opened = read(good)
    recording = before.recording(experiment.CHECKPOINT_BYTES)
    assert opened.model is get_model("toy")
    assert opened.origin == DataOrigin(name="noise", digest="12ab")
    assert opened.drawings == {"gallery": [{"strokes": [[[0, 1.5]]], "label": "ß"}], "note": None}
    assert (opened.recording.step, opened.recording.edits) == (95, (70,))
    assert opened.recording.changes == recording.changes
    assert len(opened.recording.checkpoints) >= 1
    pairs = [(opened.recording.history, recording.history)]
    pairs += zip(opened.recording.futures, recording.futures, strict=True)
    for new, old in pairs:
        assert (new.branch, new.start, new.end) == (old.branch, old.start, old.end)
        assert new.columns.keys() == old.columns.keys()
        assert all(np.array_equal(new.columns[name], old.columns[name]) for name in old.columns)
        assert new.evaluations.keys() == old.evaluations.keys()
        for name, (steps, values) in old.evaluations.items():
            assert np.array_equal(new.evaluations[name], (steps, values))
    after = resume(opened, None)
    for step in (95, 72, 40, 0, 100):
        for run in (before, after):
            run.seek(step)
            while run.work(1.0):
                pass
        assert (before.position, before.head) == (after.position, after.head) == (step, 100)
        assert np.array_equal(before.trainer.weights, after.trainer.weights)
    for run in (before, after):
        run.play()
        while run.work(1.0):
            pass
    assert np.array_equal(before.trainer.velocity, after.trainer.velocity)
    assert np.array_equal(before.history.column("loss"), after.history.column("loss"))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_each_model_survives_a_round_trip(name, tmp_path):
    model = get_model(name)
    config = model.presets[{"cnn": "faces-8"}.get(name, model.default_preset)].config
    data = model.load(config)
    run = Run(model.trainer(config, data))
    run.advance(3)
    while run.work(1.0):
        pass
    path = tmp_path / "run.npz"
    write(path, Experiment(model, run.recording(experiment.CHECKPOINT_BYTES), experiment.saved_origin(data)))
    opened = read(path)
    again = resume(opened, experiment.data_of(opened))
    assert again.position == run.position
    for each in (run, again):
        each.advance(3)
        while each.work(1.0):
            pass
    before, after = run.trainer.state(), again.trainer.state()
    assert before.keys() == after.keys()
    assert all(before[key].tobytes() == after[key].tobytes() for key in before)


def test_an_untrained_run_can_be_saved(tmp_path):
    path = tmp_path / "new.npz"
    write(path, Experiment(MODEL, Run(ToyTrainer(ToyConfig(), None)).recording()))
    run = resume(read(path), None)
    assert (run.position, run.head) == (0, 0)


def test_texts_arrays_of_any_shape_and_order_come_back(tmp_path):
    run = Run(ToyTrainer(ToyConfig(), None))
    extra = {
        "names": np.array(["a", "zwölf", "🙂"]),
        "none": np.zeros((0, 3), np.float32),
        "scalar": np.array(2.5),
        "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "flags": np.array([True, False]),
        "half": np.array([1.5], ">f2"),
    }
    run.trainer.state = lambda: ToyTrainer.state(run.trainer) | extra
    path = tmp_path / "texts.npz"
    write(path, Experiment(MODEL, run.recording()))
    state = read(path).recording.state
    for name, array in extra.items():
        assert state[name].dtype == array.dtype
        assert np.array_equal(state[name], array)


def test_packing_by_another_tool_does_no_harm(good):
    """Metrics stay in their order: the first column is the first metric, wherever it lies in the archive."""
    before = read(good).recording.history
    for arrange in (sorted, reversed):
        arrays = arrays_of(good)
        np.savez_compressed(good, **{name: arrays[name] for name in arrange(list(arrays))})
        assert list(read(good).recording.history.columns) == list(before.columns) == ["loss", "first"]
        assert resume(read(good), None).history.names == ("loss", "first")


def test_files_without_a_list_of_their_metrics_are_read(good):
    def forget(metadata, _arrays):
        for info in (metadata["history"], *metadata["futures"]):
            del info["columns"], info["evaluations"]

    rewrite(good, forget)
    assert resume(read(good), None).history.names == ("loss", "first")


# What is not an experiment is refused ------------------------------------------------------------------------------


def test_cut_off_at_any_byte(saved, tmp_path):
    path = tmp_path / "cut.npz"
    for length in [*range(0, len(saved), 61), *range(len(saved) - 60, len(saved))]:
        path.write_bytes(saved[:length])
        assert "cut.npz is not an experiment file" in refused(path)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_flipped_and_foreign_bytes(saved, tmp_path, data):
    place = data.draw(st.integers(0, len(saved) - 1) | st.integers(len(saved) - 4000, len(saved) - 1))
    inserted = data.draw(st.binary(min_size=1, max_size=8))
    path = tmp_path / "flipped.npz"
    path.write_bytes(saved[:place] + inserted + saved[place + len(inserted) :])
    try:
        run = resume(read(path), None)
    except DataError:
        return
    assert run.position == 95  # bytes that mean nothing, such as an entry's date


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), start=st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", b"\x93NUMPY"]))
def test_any_other_file(tmp_path, content, start):
    path = tmp_path / "other.npz"
    path.write_bytes(start + content)
    assert "other.npz" in refused(path)


def test_what_is_no_file(tmp_path):
    assert "does not exist" in refused(tmp_path / "none.npz")
    assert "is a folder" in refused(tmp_path)
    with pytest.raises(DataError, match="does not exist"):
        read(tmp_path / "a\0b")
    assert "n" * 50 in refused(tmp_path / ("n" * 300))
    pipe = tmp_path / "pipe.npz"
    os.mkfifo(pipe)
    assert "not a plain file" in refused(pipe)


def test_a_file_that_may_not_be_read(good, monkeypatch):
    def denied(*_args, **_options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(experiment.zipfile, "ZipFile", denied)
    assert "run.npz could not be read: Permission denied. Check that you may open it" in refused(good)


def test_archives_of_something_else(tmp_path):
    path = tmp_path / "weights.npz"
    np.savez(path, weights=np.ones(3))
    assert "has no metadata" in refused(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil.txt", "hello")
    assert "weights.npz is damaged" in refused(path)
    with zipfile.ZipFile(path, "w"):
        pass
    assert "has no metadata" in refused(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("metadata.npy", "x" * 500)
    assert "packed in a way" in refused(path)


class Evil:
    """Unpickling it would leave a file behind."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.trace),)


def test_pickles_are_never_loaded(good, tmp_path):
    trace = tmp_path / "executed"
    for name in ("metadata", "state/weights", "anything"):
        arrays = arrays_of(good)
        arrays[name] = np.array([Evil(trace)], dtype=object)
        path = tmp_path / "evil.npz"
        np.savez(path, **arrays)
        assert "pickled objects are never loaded" in refused(path)
        assert not trace.exists()
    np.load(path, allow_pickle=True)["anything"]
    assert trace.exists()  # the trap was armed


def raw_array(header: str, data: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    text = header.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"\x93NUMPY\x01\x00\xff\xff",
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 1000000000000000000000), }"),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4611686018427387904, 8), }"),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -4), }", bytes(16)),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "1, " * 80 + "), }", bytes(4)),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (" + "9" * 5000 + ",), }"),
        raw_array("{'descr': '<f3', 'fortran_order': False, 'shape': (4,), }", bytes(12)),
        raw_array("{'descr': '<U0', 'fortran_order': False, 'shape': (4,), }"),
        raw_array("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", b"\xff\xff\xff\x7f"),
        raw_array("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", b"\x00\xd8\x00\x00"),
        raw_array("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        raw_array("{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        raw_array("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        raw_array("{'descr': '<M8[s]', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': [].append(1), }", bytes(4)),
        raw_array("(" * 5000),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", bytes(4), b"\x03\x00"),
    ],
)
def test_arrays_that_are_none(good, content):
    with zipfile.ZipFile(good, "a") as archive:
        archive.writestr("state/more.npy", content)
    assert "run.npz is damaged: “state/more.npy”" in refused(good)


def test_bombs_are_refused_before_they_unpack(good, monkeypatch):
    monkeypatch.setattr(experiment, "LARGEST", 2**20)
    with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state/bomb.npy", raw_array("x", bytes(2**21)))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    assert "too large" in refused(good)


def test_metadata_that_would_fill_the_memory_are_not_unpacked(good, monkeypatch):
    """The window itself looks which model a file belongs to: it must not wait for a bomb."""
    monkeypatch.setattr(experiment, "LARGEST_METADATA", 2**20)
    size = experiment.LARGEST_METADATA + experiment.LONGEST_HEADER
    arrays = arrays_of(good)
    arrays["metadata"] = np.full(size, ord(" "), np.uint8)
    np.savez_compressed(good, **arrays)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("unpacked"))
    for look in (experiment.model_of, read):
        with pytest.raises(DataError, match="too large: its metadata may take 1 MB at most"):
            look(good)


def test_metadata_that_would_fill_the_memory_once_parsed_are_not_parsed(good, monkeypatch):
    arrays = arrays_of(good)
    bomb = arrays["metadata"].tobytes()[:-1] + b', "more": [' + b"[]," * experiment.MOST_VALUES + b"0]}"
    np.savez_compressed(good, **arrays | {"metadata": np.frombuffer(bomb, np.uint8)})
    monkeypatch.setattr(json, "loads", lambda _text: pytest.fail("parsed"))
    with pytest.raises(DataError, match="more than 1,048,576 settings"):
        experiment.model_of(good)


def test_a_size_that_lies_is_not_believed(good):
    """The directory says 10 bytes, the packed data go on: no more than announced is ever unpacked."""
    content = raw_array("{'descr': '<f4', 'fortran_order': False, 'shape': (262144,), }", bytes(2**20))
    with zipfile.ZipFile(good, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("state/bomb.npy", content)
    bytes_of = good.read_bytes()
    true_size = len(content).to_bytes(4, "little")
    assert bytes_of.count(true_size) == 2
    good.write_bytes(bytes_of.replace(true_size, (200).to_bytes(4, "little")))
    assert "state/bomb.npy" in refused(good)


def test_a_multitude_of_arrays(good):
    with zipfile.ZipFile(good, "a") as archive:
        for index in range(experiment.MOST_ARRAYS):
            archive.writestr(f"{index}.npy", b"")
    assert "at most 20000 arrays" in refused(good)


def test_two_arrays_of_one_name(good):
    content = BytesIO()
    np.lib.format.write_array(content, np.zeros(3))
    for name in ("state/weights.npy", "state/weights"):
        with zipfile.ZipFile(good, "a") as archive, pytest.MonkeyPatch.context() as patch:
            patch.setattr("warnings.warn", lambda *_args, **_options: None)
            archive.writestr(name, content.getvalue())
        assert "two arrays of the same name" in refused(good)


def test_an_encrypted_archive(good):
    content = bytearray(good.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(magic)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(magic, place + 4)
    good.write_bytes(content)
    assert "not an experiment file" in refused(good)


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff\xfe\xff",
        b"\xc3(",
        b"{",
        b"[]",
        b"null",
        b'{"format": "playground-experiment"}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b'"\\ud800"',
        b'{"format": "playground-experiment", "version": 1, "model": "toy", "step": NaN}',
    ],
)
def test_metadata_that_is_none(good, text):
    arrays = arrays_of(good)
    arrays["metadata"] = np.frombuffer(text, np.uint8)
    np.savez(good, **arrays)
    assert "run.npz" in refused(good)


METADATA_CHANGES = {
    "format": lambda m: m.update(format="x"),
    "version 3": lambda m: m.update(version=3),
    "version true": lambda m: m.update(version=True),
    "version text": lambda m: m.update(version="1" * 1000),
    "unknown model": lambda m: m.update(model="perceptron"),
    "model is a list": lambda m: m.update(model=["toy"]),
    "model is endless": lambda m: m.update(model="\n" * 100_000),
    "another model": lambda m: m.update(model="digits"),
    "step negative": lambda m: m.update(step=-1),
    "step absurd": lambda m: m.update(step=10**400),
    "step large": lambda m: m.update(step=10**12),
    "step fraction": lambda m: m.update(step=1.5),
    "step behind its state": lambda m: m.update(step=94),
    "no changes": lambda m: m.update(changes=[]),
    "changes not from 0": lambda m: m["changes"][0].update(step=3),
    "changes out of order": lambda m: m["changes"].reverse(),
    "changes later than all": lambda m: m["changes"][-1].update(step=101),
    "changes of the architecture": lambda m: m["changes"][-1]["config"].update(size=4),
    "setting out of range": lambda m: m["changes"][0]["config"].update(learning_rate=-1),
    "setting infinite": lambda m: m["changes"][0]["config"].update(learning_rate=float("inf")),
    "setting unknown": lambda m: m["changes"][0]["config"].update(hidden=3),
    "setting is an object": lambda m: m["changes"][0]["config"].update(size=nested(300)),
    "setting is a huge text": lambda m: m["changes"][0]["config"].update(size="x" * 100_000),
    "settings missing": lambda m: m["changes"][0].pop("config"),
    "settings of another size": lambda m: [change["config"].update(size=9) for change in m["changes"]],
    "edits negative": lambda m: m.update(edits=[-5]),
    "edits later than all": lambda m: m.update(edits=[10**9]),
    "edits are texts": lambda m: m.update(edits=["x"] * 10_000),
    "checkpoint negative": lambda m: m["checkpoints"][0].update(step=-1),
    "checkpoint at 0": lambda m: m["checkpoints"][0].update(step=0),
    "checkpoint beyond": lambda m: m["checkpoints"][0].update(step=10**6),
    "checkpoint elsewhere": lambda m: m["checkpoints"][0].update(step=m["checkpoints"][0]["step"] + 1),
    "a checkpoint too many": lambda m: m["checkpoints"].append({"step": 10, "pinned": False}),
    "history begins later": lambda m: m["history"].update(start=1),
    "branch negative": lambda m: m["history"].update(branch=-1),
    "branch absurd": lambda m: m["history"].update(branch=2**80),
    "future absurd": lambda m: m["futures"][0].update(start=2**70),
    "a metric too many": lambda m: m["history"]["columns"].append("joy"),
    "a metric too few": lambda m: m["history"]["columns"].pop(),
    "a metric twice": lambda m: m["history"].update(columns=["loss", "loss"]),
    "a held-out metric too few": lambda m: m["history"]["evaluations"].pop(),
    "futures without end": lambda m: m.update(futures=[{"branch": 0, "start": 0}] * 1000),
    "origin unknown": lambda m: m["origin"].update(url="http://x"),
    "origin endless": lambda m: m["origin"].update(name="x" * 10_000),
    "files endless": lambda m: m["origin"].update(files=["x"] * 100),
    "drawings a list": lambda m: m.update(drawings=[1]),
    "one more key": lambda m: m.update({"\x1b[31m" * 1000: 1}),
    "nothing": lambda m: m.clear(),
}


@pytest.mark.parametrize("change", METADATA_CHANGES.values(), ids=METADATA_CHANGES.keys())
def test_metadata_that_cannot_be(good, change):
    rewrite(good, lambda metadata, _arrays: change(metadata))
    refused(good)


def shifted(name: str) -> Callable[[dict[str, np.ndarray]], object]:
    return lambda a: a.update({name: a[name] + 10**6})


def without(part: str) -> Callable[[dict[str, np.ndarray]], object]:
    return lambda a: [a.pop(name) for name in list(a) if part in name]


EVALUATION = "history/evaluation/held_out"
ARRAY_CHANGES = {
    "no state": without("state/"),
    "no weights": without("weights"),
    "no generator": without("state/rng"),
    "no history": without("history/"),
    "no steps of evaluations": without("evaluation/held_out/steps"),
    "no values of evaluations": without("evaluation/held_out/values"),
    "another shape": lambda a: a.update({"state/weights": np.zeros(4)}),
    "another type": lambda a: a.update({"state/weights": np.zeros(3, np.float32)}),
    "another byte order": lambda a: a.update({"state/weights": np.zeros(3, ">f8")}),
    "texts for weights": lambda a: a.update({"state/weights": np.array(["a", "b", "c"])}),
    "damaged generator": lambda a: a.update({"state/rng": np.zeros(5, np.uint64)}),
    "state of another step": lambda a: a.update({"state/step": np.array(7)}),
    "state of a negative step": lambda a: a.update({"state/step": np.array(-7)}),
    "checkpoint of another shape": lambda a: a.update({"checkpoint/0/weights": np.zeros(4)}),
    "checkpoint of another step": lambda a: a.update({"checkpoint/0/step": np.array(1)}),
    "ragged history": lambda a: a.update({"history/column/loss": np.zeros(99)}),
    "short history": lambda a: a.update({f"history/column/{n}": np.zeros(90) for n in ("loss", "first")}),
    "history of a table": lambda a: a.update({f"history/column/{n}": np.zeros((100, 1)) for n in ("loss", "first")}),
    "history of texts": lambda a: a.update({f"history/column/{n}": np.array(["x"] * 100) for n in ("loss", "first")}),
    "a foreign column": lambda a: a.update({"history/column/joy": np.zeros(100)}),
    "a foreign column in a future": lambda a: a.update({"future/0/column/joy": a["future/0/column/loss"]}),
    "evaluations of the future": shifted(f"{EVALUATION}/steps"),
    "evaluations out of order": lambda a: a.update({f"{EVALUATION}/steps": a[f"{EVALUATION}/steps"][::-1]}),
    "evaluations at half steps": lambda a: a.update({f"{EVALUATION}/steps": a[f"{EVALUATION}/steps"] + 0.5}),
    "evaluations in words": lambda a: a.update({f"{EVALUATION}/values": a[f"{EVALUATION}/values"].astype(str)}),
    "no column of losses": without("column/loss"),
    "history of truth values": lambda a: a.update({"history/column/loss": np.ones(100, bool)}),
    "history of whole numbers": lambda a: a.update({"history/column/loss": np.ones(100, int)}),
    "history of no numbers": lambda a: a.update({"history/column/loss": np.full(100, np.nan)}),
    "an infinite future": lambda a: a["future/0/column/loss"].__setitem__(3, np.inf),
    "evaluations in truth values": lambda a: a.update({f"{EVALUATION}/values": a[f"{EVALUATION}/values"] > 0}),
    "more evaluations than steps": lambda a: a.update({f"{EVALUATION}/values": np.zeros(77)}),
}  # fmt: skip


@pytest.mark.parametrize("change", ARRAY_CHANGES.values(), ids=ARRAY_CHANGES.keys())
def test_arrays_that_cannot_be(good, change):
    rewrite(good, lambda _metadata, arrays: change(arrays))
    refused(good)


@pytest.mark.parametrize("part", ["column/loss", "column/first"])
def test_a_history_that_lacks_what_the_model_reports(good, part):
    """Metadata and arrays agree, so only the model can tell: the next step would report more than there is room for."""

    def forget(metadata, arrays):
        without(part)(arrays)
        for info in (metadata["history"], *metadata["futures"]):
            info["columns"].remove(part.removeprefix("column/"))

    rewrite(good, forget)
    assert "other metrics than the model reports" in refused(good)


@pytest.mark.parametrize(("future", "start"), [(0, 2**53 - 10), (0, 91), (-1, 101)])
def test_a_future_that_begins_where_the_run_never_was(good, future, start):
    """A future begins where the next one, or the present, still went on: here at 40 (to 60) and 80 (to 90) of 100."""

    def move(metadata, arrays):
        without("evaluation")(arrays)
        for info in (metadata["history"], *metadata["futures"]):
            info["evaluations"].clear()
        metadata["futures"][future].update(start=start)

    rewrite(good, move)
    assert f"a future begins at step {start}, which the run never reached" in refused(good)


def test_a_held_out_record_that_nothing_measures(good):
    def invent(metadata, arrays):
        metadata["history"]["evaluations"].append("zzz")
        arrays |= {"history/evaluation/zzz/steps": np.array([1]), "history/evaluation/zzz/values": np.array([1.0])}

    rewrite(good, invent)
    assert "held-out record “zzz”, which Toy does not measure" in refused(good)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_parameters_that_are_not_numbers(bad, tmp_path):
    """The network's own check; it speaks through the same sentence."""
    model = get_model("digits")
    config = model.presets["default"].config.model_copy(update={"hidden": (4,), "batch_size": 10_000})
    data = model.load(config)
    path = tmp_path / "digits.npz"
    write(path, Experiment(model, Run(model.trainer(config, data)).recording(), experiment.saved_origin(data)))
    rewrite(path, lambda _m, arrays: arrays["state/parameters"].__setitem__(17, bad))
    with pytest.raises(DataError, match=r"not all finite numbers.*open another copy"):
        resume(read(path), data)


def test_the_data_must_be_the_same(good):
    opened = read(good)
    with pytest.raises(DataError, match=r"noise.*checksums differ.*Put the original data back"):
        experiment.data_of(opened)
    rewrite(good, lambda metadata, _: metadata["origin"].update(files=["/nowhere/points.csv"]))
    with pytest.raises(DataError, match="cannot be trained on files of your own"):
        experiment.data_of(read(good))


def test_data_files_of_any_name(good):
    class Odd(Data):
        def __init__(self, *files: str) -> None:
            self.files = files

        def origin(self) -> Origin:
            return Origin("own", files=self.files)

    odd = Odd(os.fsdecode(b"/data/\xff points.csv"))
    opened = read(good)
    write(good, Experiment(MODEL, opened.recording, experiment.saved_origin(odd)))
    assert read(good).origin.files == odd.files
    with pytest.raises(DataError, match="fewer files"):
        experiment.saved_origin(Odd(*["x"] * 100))


def test_the_present_run_stays(good, tmp_path, qapp, qtbot):
    session = Session(MODEL)
    session.set_visible(True)
    try:
        session.step(20)
        qtbot.waitUntil(lambda: session.status.position == 20)
        for change in (
            lambda metadata, _: metadata.update(step=10**12),
            lambda metadata, _: metadata.update(model="perceptron"),
            lambda _, arrays: arrays.update({"state/weights": np.zeros(4)}),
            lambda _, arrays: arrays.pop("state/rng"),
            lambda _, arrays: arrays.update({"checkpoint/0/step": np.array(1)}),
        ):
            bad = tmp_path / "bad.npz"
            bad.write_bytes(good.read_bytes())
            rewrite(bad, change)
            with qtbot.waitSignal(session.failed) as failed:
                session.open(bad)
            assert "unexpected" not in failed.args[0].message
            assert session.status.head == 20
        session.step(5)
        qtbot.waitUntil(lambda: session.status.position == 25)
    finally:
        session.shutdown()
        session.deleteLater()


# What is written can be read ---------------------------------------------------------------------------------------


def full_size(recording: Recording) -> int:
    """Bytes of all the arrays, as they are counted when the file is read."""
    arrays = experiment._packed(Experiment(MODEL, recording))
    return sum(experiment._stored_size(name, array) for name, array in arrays.items())


def reached(run: Run) -> list[int]:
    """Where a wish for each step leads."""
    found = []
    for step in range(run.head + 1):
        run.seek(step)
        while run.work(1.0):
            pass
        found.append(run.position)
    return found


def test_the_size_is_known_before_anything_is_written(tmp_path):
    recording = busy_run().recording(experiment.CHECKPOINT_BYTES)
    write(tmp_path / "run.npz", Experiment(MODEL, recording))
    with zipfile.ZipFile(tmp_path / "run.npz") as archive:
        assert sum(entry.file_size for entry in archive.infolist()) == full_size(recording)


@pytest.mark.parametrize("limit", ["LARGEST", "MOST_ARRAYS"])
def test_what_is_too_large_is_saved_without_what_can_be_missed(tmp_path, monkeypatch, limit):
    """Oldest futures first, then checkpoints; never one without which a step is out of reach."""
    run = busy_run()
    recording = run.recording(experiment.CHECKPOINT_BYTES)
    more = [Checkpoint(step, straight_state(run, step)) for step in (10, 20, 30, 75, 85, 92)]
    known = {checkpoint.step: checkpoint for checkpoint in (*more, *recording.checkpoints)}
    recording = replace(recording, checkpoints=tuple(known[step] for step in sorted(known)))
    path = tmp_path / "run.npz"
    whole = Experiment(MODEL, recording)
    write(path, whole)
    everywhere = reached(resume(read(path), None))
    arrays = experiment._packed(whole)
    most = full_size(recording) if limit == "LARGEST" else len(arrays)
    branches = [future.branch for future in recording.futures]
    kept = []
    for allowed in np.linspace(most, 0, 40).astype(int):
        monkeypatch.setattr(experiment, limit, allowed)
        refusal = None
        try:
            write(path, whole)
        except DataError as error:
            refusal = str(error)
            break
        again = read(path).recording
        assert not again.futures or len(again.checkpoints) == len(recording.checkpoints)
        assert [future.branch for future in again.futures] == branches[len(branches) - len(again.futures) :]
        assert reached(resume(read(path), None)) == everywhere
        kept.append((len(again.futures), len(again.checkpoints)))
    assert f"not saved in {path}: an experiment file holds at most" in refusal
    assert "continue from an earlier step, or start a new run." in refusal
    assert kept == sorted(kept, reverse=True)
    assert kept[0] == (2, len(recording.checkpoints))
    assert kept[-1][0] == 0
    assert [checkpoint.step for checkpoint in again.checkpoints] == [70]  # right behind the edit: no replay leads there
    assert allowed > 0


def straight_state(run: Run, step: int) -> State:
    """The state of a run at a step, and the run back where it was."""
    position = run.position
    for target in (step, position):
        run.seek(target)
        while run.work(1.0):
            pass
        if target == step:
            state = run.trainer.state()
    return state


@pytest.mark.parametrize("drawings", [{"a": {1, 2}}, {"a": nested(100_000)}, {"a": 10**5000}])
def test_drawings_that_are_not_json_are_not_written(present, drawings):
    with pytest.raises(DataError, match="not saved"):
        write(present, Experiment(MODEL, busy_run().recording(), drawings=drawings))
    assert untouched(present)


def test_metadata_too_large_to_be_read_are_not_written(present, monkeypatch):
    monkeypatch.setattr(experiment, "LARGEST_METADATA", 2**20)
    with pytest.raises(DataError, match=r"not saved.*drawings take more than 1 MB"):
        write(present, Experiment(MODEL, busy_run().recording(), drawings={"gallery": "x" * 2**20}))
    assert untouched(present)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: replace(r, edits=tuple(range(1_000_001))),
        lambda r: replace(r, changes=tuple(r.changes[:1]) * 2),
        lambda r: replace(r, changes=(Change(0, r.config.model_copy(update={"learning_rate": -1.0})),)),
        lambda r: replace(r, step=10_000),
        lambda r: replace(r, history=replace(r.history, branch=-1)),
        lambda r: replace(r, futures=(replace(r.futures[0], start=2**60),)),
        lambda r: replace(r, history=replace(r.history, columns={"loss": np.full(100, np.nan), "first": np.ones(100)})),
        lambda r: replace(r, state=r.state | {"objects": np.array([None])}),
        lambda r: replace(r, state=r.state | {"complex": np.array([1j])}),
        lambda r: replace(r, state=r.state | {"bytes": np.array([b"x"])}),
        lambda r: replace(r, state=r.state | {"half a character": np.array(["\ud800"])}),
        lambda r: replace(r, state=r.state | {"a\0b": np.array([1.0])}),
        lambda r: replace(r, state={}),
    ],
)
def test_what_would_be_refused_is_not_written(present, change):
    with pytest.raises(DataError, match=r"was not saved in .*run\.npz: .*start a new run\."):
        write(present, Experiment(MODEL, change(busy_run().recording())))
    assert untouched(present)


def test_more_checkpoints_than_may_be(tmp_path):
    run = busy_run()
    recording = run.recording()
    many = tuple(Checkpoint(1 + index % 60, recording.state) for index in range(1500))
    write(
        tmp_path / "run.npz",
        Experiment(MODEL, replace(recording, checkpoints=many, futures=recording.futures[:1] * 20)),
    )
    assert len(read(tmp_path / "run.npz").recording.checkpoints) <= 1000


DTYPES = ["?", "i1", "u8", ">i4", "f2", "f4", ">f8", "f8", "U3"]
ODD_DTYPES = [">U2", "c8", "S4", "M8[s]", "O", "V3"]


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    """Runs at rest of any length, with arrays, names and numbers that a model may come to have, or may not."""
    odd = draw(st.sampled_from([False, False, False, True]))
    steps = draw(st.integers(1, 12))
    numbers = st.floats(allow_nan=odd, allow_infinity=odd)
    dtypes = st.sampled_from(DTYPES + odd * ODD_DTYPES)
    names = st.sampled_from(["a", "a/b", "x.npy", "../x", "", "steps", "größe"]) | st.text(max_size=5 * odd)

    def rows(start: int, length: int, branch: int) -> HistoryRows:
        columns = {
            name: np.array(draw(st.lists(numbers, min_size=length, max_size=length)))
            for name in draw(st.permutations(["loss", "first"]))
        }
        at = sorted(draw(st.sets(st.integers(start, start + length), max_size=3)))
        values = np.array(draw(st.lists(st.floats(), min_size=len(at), max_size=len(at))), np.float64)
        name = draw(st.sampled_from(["held_out", "other"])) if odd else "held_out"
        return HistoryRows(branch, start, columns, {name: (np.array(at, np.int64), values)})

    def state() -> State:
        shapes = st.lists(st.integers(0, 3), max_size=3)
        chosen = draw(st.lists(names, max_size=2, unique=True))
        return {"weights": np.ones(2)} | {name: np.zeros(draw(shapes), draw(dtypes)) for name in chosen}

    step = st.integers(0, steps + odd)
    edits = draw(st.sets(step, max_size=3))
    moments = sorted(draw(st.sets(step, max_size=2)) | {0})
    return Recording(
        step=draw(step),
        state=state(),
        history=rows(0, steps, 9),
        changes=tuple(Change(at, ToyConfig(learning_rate=draw(st.floats(0.01, 1)))) for at in moments),
        edits=tuple(sorted(edits)),
        checkpoints=tuple(
            Checkpoint(at, state(), at in edits or at == 0) for at in sorted(draw(st.sets(step, max_size=3)))
        ),
        futures=tuple(
            rows(draw(st.integers(0, steps)), draw(st.integers(1, 3)), index)
            for index in range(draw(st.integers(0, 3)))
        ),
    )


def same_rows(a: HistoryRows, b: HistoryRows) -> bool:
    assert list(a.columns) == list(b.columns)
    assert list(a.evaluations) == list(b.evaluations)
    pairs = [(a.columns[name], b.columns[name]) for name in a.columns]
    pairs += [pair for name in a.evaluations for pair in zip(a.evaluations[name], b.evaluations[name], strict=True)]
    return (a.branch, a.start) == (b.branch, b.start) and all(x.tobytes() == y.tobytes() for x, y in pairs)


def same_state(a: State, b: State) -> bool:
    return list(a) == list(b) and all(
        a[name].dtype == b[name].dtype and a[name].shape == b[name].shape and a[name].tobytes() == b[name].tobytes()
        for name in a
    )


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    recording=recordings(), largest=st.just(2**30) | st.integers(3000, 9000), arrays=st.just(100) | st.integers(8, 40)
)
def test_whatever_is_written_is_read(tmp_path, recording, largest, arrays):
    path = tmp_path / "any.npz"
    path.unlink(missing_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "LARGEST", largest)
        patch.setattr(experiment, "MOST_ARRAYS", arrays)
        try:
            write(path, Experiment(MODEL, recording))
        except DataError:
            assert not path.exists()
            return
        again = read(path).recording
    assert (again.step, again.changes, again.edits) == (recording.step, recording.changes, recording.edits)
    assert same_state(again.state, recording.state)
    assert same_rows(again.history, recording.history)
    left_out = len(recording.futures) - len(again.futures)
    assert all(same_rows(a, b) for a, b in zip(again.futures, recording.futures[left_out:], strict=True))
    known = {checkpoint.step: checkpoint for checkpoint in recording.checkpoints}
    for checkpoint in again.checkpoints:
        assert checkpoint.pinned == known[checkpoint.step].pinned
        assert same_state(checkpoint.state, known[checkpoint.step].state)
    assert not again.futures or len(again.checkpoints) == len(recording.checkpoints)


# A run that was saved while the past was looked at --------------------------------------------------------------------


@pytest.mark.parametrize("checkpoint_bytes", [0, experiment.CHECKPOINT_BYTES])
def test_the_present_is_in_the_file_even_where_replaying_fails(tmp_path, monkeypatch, checkpoint_bytes):
    """On another computer the last bits may differ, and a repeated step may fail."""
    run = Run(ToyTrainer(ToyConfig(steps=120), None))
    for move in (lambda: run.advance(100), lambda: run.seek(40)):
        move()
        while run.work(1.0):
            pass
    path = tmp_path / "past.npz"
    write(path, Experiment(MODEL, run.recording(checkpoint_bytes)))
    again = resume(read(path), None)
    assert (again.position, again.head) == (40, 100)

    def fails(_trainer):
        raise TrainingError("The loss overflowed: choose a smaller step size.")

    with monkeypatch.context() as patch:
        patch.setattr(ToyTrainer, "step", fails)
        again.seek(100)
        while again.work(1.0):
            pass
    assert again.position == 100
    run.seek(100)
    while run.work(1.0):
        pass
    assert np.array_equal(again.trainer.weights, run.trainer.weights)


def test_at_the_head_no_further_state_is_saved():
    run = Run(ToyTrainer(ToyConfig(steps=120), None))
    run.advance(100)
    while run.work(1.0):
        pass
    assert run.recording(0).checkpoints == ()


# Writing is all or nothing -----------------------------------------------------------------------------------------


@pytest.fixture
def present(tmp_path) -> Path:
    folder = tmp_path / "saves"
    folder.mkdir()
    path = folder / "run.npz"
    path.write_bytes(b"the old file")
    return path


def untouched(path: Path) -> bool:
    return path.read_bytes() == b"the old file" and os.listdir(path.parent) == [path.name]


def test_a_full_disk_leaves_the_old_file(good, present):
    """A limit on the size of files stands for the full disk; every length of what fits is tried in one process."""
    script = """
import resource, signal, sys
from pathlib import Path
sys.path[:0] = [sys.argv[3], "."]
from models.base import DataError
from models.registry import MODELS
MODELS["toy"] = "toy"
from playground.engine import experiment
opened, target = experiment.read(Path(sys.argv[1])), Path(sys.argv[2])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
for size in (0, 1, 500, 4000, Path(sys.argv[1]).stat().st_size - 1):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        experiment.write(target, opened)
    except DataError as error:
        assert "could not be written: File too large. Nothing was changed" in str(error), error
    else:
        raise SystemExit("was written")
"""
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", script, str(good), str(present), str(Path(__file__).parents[1])]
    subprocess.run(command, check=True, cwd=root, timeout=60)
    assert untouched(present)


@pytest.mark.parametrize("number", [28, 30, 5])
def test_any_trouble_while_writing_leaves_the_old_file(good, present, monkeypatch, number):
    def refuse(_descriptor):
        raise OSError(number, os.strerror(number))

    opened = read(good)
    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(DataError, match=rf"run.npz could not be written: {os.strerror(number)}"):
        write(present, opened)
    assert untouched(present)


def test_an_interrupt_while_writing_leaves_the_old_file(good, present, monkeypatch):
    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    opened = read(good)
    monkeypatch.setattr(np.lib.format, "write_array", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(present, opened)
    assert untouched(present)


def test_places_that_cannot_be_written_to(good, present):
    opened = read(good)
    for path in (
        present.parent / "no" / "folder.npz",
        present / "below-a-file.npz",
        Path("/proc/run.npz"),
        present.parent,
        Path("/"),
        Path("."),
        Path("/dev/null"),  # as root, replacing it would succeed
        present.parent / "a\0b",
        present.parent / ("n" * 300),
    ):
        with pytest.raises(DataError, match=r"choose another (folder|name)"):
            write(path, opened)
    assert untouched(present)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_the_new_file_is_as_the_user_wants_files_to_be(good, present):
    opened = read(good)
    was = stat.S_IMODE(present.stat().st_mode)
    for mask in (0o022, 0o077):
        new = present.with_name(f"{mask}.npz")
        before = os.umask(mask)
        try:
            write(new, opened)
            write(present, opened)
        finally:
            os.umask(before)
        assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~mask
        assert stat.S_IMODE(present.stat().st_mode) == was  # who may read a file that was there is settled
    assert read(present).recording.step == 95


def test_the_longest_name_and_a_link(good, present):
    opened = read(good)
    longest = present.with_name("n" * 251 + ".npz")
    write(longest, opened)
    link = present.with_name("link.npz")
    link.symlink_to(present)
    write(link, opened)
    assert link.is_symlink()
    assert read(present).recording.step == read(longest).recording.step == 95
