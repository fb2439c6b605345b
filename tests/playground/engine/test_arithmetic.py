"""A file says what made its numbers: exact where that agrees with this computer, else close, and that is said."""

from __future__ import annotations

import json

import numpy as np
import pytest
from toy import MODEL, ToyConfig, ToyTrainer

from models.base import DataError
from models.registry import MODELS
from playground.engine import arithmetic
from playground.engine.arithmetic import UNKNOWN, Arithmetic, about, here, repeats, with_here
from playground.engine.experiment import DataOrigin, Experiment, read, resume, write
from playground.engine.run import train

OTHER = here().model_copy(update={"kernel": "Abacus"})


@pytest.fixture
def path(monkeypatch, tmp_path):
    monkeypatch.setitem(MODELS, "toy", "toy")
    run, _ = train(ToyTrainer(ToyConfig(steps=80), None))
    write(tmp_path / "run.npz", Experiment(MODEL, run.recording(10_000), DataOrigin()))
    return tmp_path / "run.npz"


def forge(path, made_with):
    """Say that a file was made with something else; None: say nothing, as early files do."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    metadata = json.loads(arrays["metadata"].tobytes())
    if made_with is None:
        metadata.pop("made_with")
        metadata["version"] = 1
    else:
        metadata["made_with"] = made_with
    arrays["metadata"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    np.savez(path, **arrays)


def test_this_process_knows_its_arithmetic():
    assert here().numpy == np.__version__
    assert here().machine
    assert here().blas


def test_a_file_made_here_repeats_exactly(path):
    recording = read(path).recording
    assert recording.made_with == (here(),)
    assert repeats(recording.made_with) == "exactly"
    assert "the same bits" in about(recording.made_with)


def test_a_file_of_another_processor_repeats_closely_and_is_not_called_damaged(path):
    forge(path, [OTHER.model_dump()])
    opened = read(path)
    assert repeats(opened.recording.made_with) == "closely"
    assert "Abacus" in about(opened.recording.made_with)
    assert "about the 4th digit" in about(opened.recording.made_with)
    run = resume(opened, None)  # last bits that differ are no damage: the states are as they were saved
    write(path, Experiment(MODEL, run.recording(), DataOrigin()))
    assert read(path).recording.made_with == (OTHER, here())  # part of it was made elsewhere, for ever
    assert repeats(read(path).recording.made_with) == "closely"


def test_a_record_that_is_off_in_its_last_bits_is_no_damage(path):
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    loss = arrays["history/column/loss"]
    arrays["history/column/loss"] = np.nextafter(loss, np.inf)
    np.savez(path, **arrays)
    run = resume(read(path), None)
    run.seek(40)
    while run.work(1.0):
        pass
    assert run.position == 40
    assert run.failure is None


def test_an_early_file_does_not_say_it(path):
    forge(path, None)
    opened = read(path)
    assert opened.recording.made_with == (UNKNOWN,)
    assert repeats(opened.recording.made_with) == "unknown"
    assert "does not say" in about(opened.recording.made_with)


def test_a_file_that_names_nothing_does_not_claim_to_be_exact(path):
    forge(path, [])
    assert repeats(read(path).recording.made_with) == "unknown"


def test_what_a_file_says_of_its_origin_is_shown_without_mark_up(path):
    forge(path, [{"numpy": "<img src=x>1\n\x1b[31m", "kernel": "A&amp;B"}])
    said = about(read(path).recording.made_with)
    assert "NumPy img src=x1[31m" in said
    assert not set("<>&\n\x1b") & set(said)


def test_what_a_run_remembers_has_an_end():
    many = [Arithmetic(kernel=str(k)) for k in range(20)]
    kept = with_here(many)
    assert len(kept) == arithmetic.MOST
    assert kept[-1] == here()
    assert with_here(kept) == kept


@pytest.mark.parametrize("bad", ["x", [{"numpy": "1" * 101}], [{"cpu": "x"}], [{}] * 9, [None]])
def test_nonsense_is_refused(path, bad):
    forge(path, bad)
    with pytest.raises(DataError):
        read(path)
