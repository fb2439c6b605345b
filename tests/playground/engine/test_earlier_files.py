"""Experiment files that earlier versions wrote: each opens, shows every recorded moment, and goes on to the same bits.

Beside each file stands what the version that wrote it did next (`metrics`, digests of the state). A file is added when
the form of files changes, and never changed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from playground.engine.experiment import data_of, read, resume

FILES = sorted((Path(__file__).parents[2] / "data" / "before").glob("*.npz"))


def same_kernel(record):
    """Whether this machine multiplies matrices as the one that wrote the file: another kernel adds in another order."""
    return any(library.get("architecture") == record["made_with"]["kernel"] for library in threadpool_info())


def digest(array):
    """Type, shape and content of an array, as the files' records have it."""
    array = np.ascontiguousarray(array)
    return f"{array.dtype.str}{list(array.shape)} " + hashlib.sha256(array.tobytes()).hexdigest()[:16]


def finish(run):
    while run.work(10):
        pass


def check_state(record, trainer, wanted):
    if same_kernel(record):
        state = trainer.state()
        assert {name: digest(state[name]) for name in wanted} == wanted


def check_numbers(record, found, wanted):
    if same_kernel(record):
        assert found == wanted
    else:
        assert found == pytest.approx(wanted, rel=1e-4, abs=1e-4)


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def opened(request):
    experiment = read(request.param)
    data = data_of(experiment)
    record = json.loads(request.param.with_suffix(".json").read_text())
    return (lambda: resume(experiment, data)), record


def test_every_recorded_moment_can_be_shown(opened):
    open_again, record = opened
    run = open_again()
    assert (run.position, run.head) == (record["position"], record["head"])
    assert {name: digest(column) for name, column in run.history.rows().columns.items()} == record["history"]
    for step, moment in record["moments"].items():
        run.seek(int(step))
        finish(run)
        assert run.position == moment["at"]
        check_state(record, run.trainer, moment["state"])
        check_numbers(record, run.history.at(run.position), moment["metrics"])


def test_it_goes_on_to_the_same_bits(opened):
    open_again, record = opened
    run = open_again()
    if run.position < run.head:
        run.seek(run.head)
        finish(run)
    head = run.head
    run.advance(25)
    finish(run)
    wanted = record["continued"]
    assert run.head == wanted["head"]
    for name, column in run.history.rows(head).columns.items():
        check_numbers(record, list(column), wanted["rows"][name])
    check_state(record, run.trainer, wanted["state"])


def test_the_files_cover_what_can_be_in_one():
    experiments = [read(path) for path in FILES]
    assert {experiment.model.name for experiment in experiments} >= {
        "digits", "boundary", "bits", "cnn", "hopfield", "mixture",
    }  # fmt: skip
    assert any(experiment.recording.futures for experiment in experiments)
    assert any(experiment.recording.edits for experiment in experiments)
    assert any(experiment.origin.name for experiment in experiments)
    assert all(path.stat().st_size <= 300_000 for path in FILES)
