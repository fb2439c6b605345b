"""A recurrent network in training: what it learns, and that every run is the same again."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError, DataError, TrainingError
from models.registry import get_model
from models.sequence.config import CELLS, SequenceConfig
from models.sequence.data import load, own_series, own_text
from models.sequence.edits import HoldUnit
from models.sequence.generate import generate
from models.sequence.model import HELLO, PRESETS, fitted_to, report, suited
from models.sequence.network import read
from models.sequence.trainer import SequenceTrainer
from playground.engine import experiment
from playground.engine.experiment import Experiment
from playground.engine.run import Run, train

MODEL = get_model("sequence")
FAMILY = "👨\u200d👩\u200d👧\u200d👦"
SMALL = {"updates": 40, "units": 8, "window": 8, "batch_size": 4}


def trainer(data=None, **settings):
    config = SequenceConfig(**settings)
    return SequenceTrainer(config, load(config) if data is None else data)


def says(run):
    text = run.task.text
    network = run.learners[run.config.cells[-1]].network
    written = generate(network, text.codes[:1], len(text.codes) - 1)[0]
    return "".join(text.alphabet[code] for code in (text.codes[0], *written))


@pytest.mark.parametrize("seed", range(5))
def test_it_says_hello(seed):
    config = HELLO.model_copy(update={"seed": seed})
    run, _ = train(SequenceTrainer(config, load(config)), metrics=MODEL.metrics)
    assert says(run.trainer) == "hello"
    assert run.history.at(run.position)["says"] == 1.0


@pytest.mark.parametrize(
    "word",
    ["mississippi", "abracadabra", "barbarbarian", "नमस्ते", "caf\u0065\u0301", f"a{FAMILY}b{FAMILY}", "שלום עולם"],
)
@pytest.mark.parametrize("seed", [0, 1])
def test_it_says_any_word(word, seed):
    config = PRESETS["any-word"].config.model_copy(update={"text": word, "seed": seed})
    run, _ = train(SequenceTrainer(config, load(config)))
    assert says(run.trainer) == run.trainer.task.text.content


def test_a_memory_is_learnt_by_gru_and_lstm():
    for cell in ("gru", "lstm"):
        run = trainer(dataset="recall", cell=cell, units=32, delay=15, remember="chrono", updates=250)
        done, _ = train(run, metrics=MODEL.metrics)
        assert done.history.at(250)["test_accuracy"] >= 0.99


def test_the_three_cells_read_the_same_batches_and_never_hear_of_each_other():
    together = trainer(dataset="adding", cell="all", delay=8, **SMALL)
    alone = {cell: trainer(dataset="adding", cell=cell, delay=8, **SMALL) for cell in CELLS}
    for _ in range(6):
        metrics = together.step()
        assert metrics == {f"{cell}_loss": run.step()["loss"] for cell, run in alone.items()}
    for cell, run in alone.items():
        ours, theirs = together.learners[cell].network.parameters, run.learners[cell].network.parameters
        assert np.array_equal(ours, theirs)


KINDS = {
    "word": {"text": "abracadabra"},
    "text": {"dataset": "brackets", "cell": "gru"},
    "lstm": {"dataset": "names", "cell": "lstm", "layers": 2, "embedding": 3},
    "languages": {"dataset": "languages", "cell": "gru"},
    "series": {"dataset": "sunspots", "noise": 0.1},
    "three": {"dataset": "adding", "cell": "all", "delay": 6},
    "recall": {"dataset": "recall", "delay": 6, "cell": "lstm"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_scrubbed_branched_saved_and_reopened_to_the_same_bits(kind, tmp_path):
    config = SequenceConfig(**(SMALL | KINDS[kind]))
    straight = SequenceTrainer(config, load(config))
    rows = [straight.step() for _ in range(30)]
    run = Run(SequenceTrainer(config, load(config)), metrics=MODEL.metrics)
    go(run, 30)
    run.seek(7)
    rest(run)
    run.seek(30)
    rest(run)
    same(run.trainer.state(), straight.state())
    assert [run.history.at(step)["loss" if kind != "three" else "rnn_loss"] for step in (1, 30)] == [
        rows[step]["loss" if kind != "three" else "rnn_loss"] for step in (0, 29)
    ]
    path = tmp_path / "run.npz"
    experiment.write(path, Experiment(MODEL, run.recording(2**20), experiment.saved_origin(load(config)), {}))
    opened = experiment.read(path)
    again = experiment.resume(opened, experiment.data_of(opened))
    for each in (run, again):
        go(each, 40)
    for _ in range(10):
        straight.step()
    same(run.trainer.state(), straight.state())
    same(again.trainer.state(), straight.state())


def rest(run):
    while run.work(1.0):
        pass


def go(run, step):
    run.advance(step - run.position)
    rest(run)


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(found[name], array, err_msg=name)


@pytest.mark.parametrize("kind", ["text", "series"])
def test_own_data_stand_in_a_file_once_and_need_no_other(kind, tmp_path):
    data = (
        own_text("the quick brown fox " * 80, "fox") if kind == "text" else own_series(np.sin(np.arange(300) / 5), "s")
    )
    config = SequenceConfig(dataset="own", **SMALL)
    run = Run(SequenceTrainer(config, data), own_data=True, metrics=MODEL.metrics)
    go(run, 20)
    path = tmp_path / "own.npz"
    experiment.write(path, Experiment(MODEL, run.recording(2**22), experiment.saved_origin(data), {}))
    with np.load(path) as file:
        held = [name for name in file.files if name.endswith(f"/{kind}")]
    assert len(held) == 1
    opened = experiment.read(path)
    found = experiment.data_of(opened)
    assert found.name == data.name
    again = experiment.resume(opened, found)
    go(run, 40)
    go(again, 40)
    same(again.trainer.state(), run.trainer.state())
    damaged = run.trainer.state()
    damaged[kind] = damaged[kind][:-1]
    with pytest.raises(DataError, match="damaged"):
        run.trainer.restore(damaged)


def test_a_text_begins_again_with_nothing_carried():
    run = trainer(dataset="own", data=own_text("abcd" * 300), cell="gru", **SMALL)
    pieces = run.task._pieces
    carried = run.learners["gru"].network.buffers()["0.carried_h"]
    for step in range(1, pieces + 1):
        run.step()
        assert carried.any() == (step < pieces)


@pytest.mark.parametrize("cell", ["rnn", "all"])
def test_a_step_that_explodes_leaves_everything_and_names_the_remedy(cell):
    run = trainer(dataset="adding", cell=cell, delay=8, clip="none", optimizer="sgd", learning_rate=10.0, **SMALL)
    before, error = until_it_fails(run)
    assert "clipping on" in str(error)
    assert len(str(error)) <= 300
    same(run.state(), before)


def until_it_fails(run):
    """The state before the step that failed, and why it did."""
    for _ in range(200):
        before = run.state()
        try:
            run.step()
        except TrainingError as error:
            return before, error
    raise AssertionError("it did not fail")


def test_clipping_keeps_the_same_run_together():
    settings = {"dataset": "adding", "delay": 8, "optimizer": "sgd", "learning_rate": 1.0, **SMALL}
    until_it_fails(trainer(clip="none", **settings))
    clipped = trainer(clip="norm", clip_at=0.1, **settings)
    losses = [clipped.step()["loss"] for _ in range(200)]
    assert np.mean(losses[-50:]) < 1.0


def test_units_can_be_held_and_the_hold_is_part_of_the_state():
    run = trainer(text="hello", **SMALL)
    run.step()
    run.edit(HoldUnit("rnn", 0, 3, 0.5))
    outputs = run.snapshot().network().layers[0].forward(run.task.text.codes[None])
    assert (outputs[:, :, 3] == 0.5).all()
    state = run.state()
    run.edit(HoldUnit("rnn", 0, 3, None))
    assert not (run.snapshot().network().layers[0].forward(run.task.text.codes[None])[:, :, 3] == 0.5).all()
    run.restore(state)
    run.step()
    assert (run.snapshot().network().layers[0].forward(run.task.text.codes[None])[:, :, 3] == 0.5).all()
    for edit, why in (
        (HoldUnit("lstm", 0, 0), "no LSTM"),
        (HoldUnit("rnn", 0, 99), "no unit 100"),
        (HoldUnit("rnn", 1, 0), "layer 2"),
        (HoldUnit("rnn", 0, 0, 3.0), "from −1 to 1"),
    ):
        with pytest.raises(ConfigError, match=why):
            run.edit(edit)
    damaged = run.state()
    damaged["rnn.buffer.0.free"] = damaged["rnn.buffer.0.free"] + 0.5
    with pytest.raises(DataError, match="which units are held"):
        run.restore(damaged)


def test_held_out_bits_are_those_of_reading_straight_on():
    text = own_text("the quick brown fox jumps over the lazy dog. " * 60)
    run = trainer(dataset="own", data=text, cell="gru", **SMALL)
    for _ in range(20):
        run.step()
    *_, found = exhaust(run.evaluate())
    network = run.learners["gru"].network
    codes = text.codes
    outputs, _ = read(network, codes[None, text.train_count - 1 : -1])
    p = outputs[0] - np.log(np.exp(outputs[0]).sum(axis=1, keepdims=True))
    bits = -np.log2(np.e) * p[np.arange(len(p)), codes[text.train_count :]].mean()
    assert found["bits_per_letter"] == pytest.approx(bits, abs=0.1)  # each row of it begins with nothing remembered
    assert 0 < found["test_accuracy"] < 1


def exhaust(work):
    while True:
        try:
            yield next(work)
        except StopIteration as end:
            yield end.value
            return


def test_settings_that_fit_the_data():
    config, why = suited(HELLO, own=True, asked=())
    assert (config.dataset, config.cell) == ("own", "lstm")
    assert why
    assert suited(HELLO, own=True, asked={"cell"})[0].cell == "rnn"
    with pytest.raises(ConfigError, match="two sets of data"):
        suited(HELLO, own=True, asked={"text"})
    names = PRESETS["names"].config
    assert suited(names, own=False, asked={"text"})[0].dataset == "text"
    assert suited(names.model_copy(update={"dataset": "own"}), own=False, asked=())[0].dataset == "text"
    assert suited(names, own=False, asked=()) == (names, "")
    long, short = own_text("ab " * 500), own_text("banana")
    assert fitted_to(HELLO, long).cell == "lstm"
    assert fitted_to(HELLO, short).weights == "uniform"
    assert fitted_to(names, long).model_copy(update={"dataset": "names"}) == names
    assert fitted_to(HELLO, own_series(np.arange(100.0))).noise > 0


def test_the_report_writes_and_counts():
    run, _ = train(trainer(text="banana", **(SMALL | {"updates": 2})))
    assert len(report(run.trainer).results["generated"]) == 6
    towns = trainer(dataset="towns", **SMALL)
    found = report(towns)
    assert found.metrics["counting_3"] == pytest.approx(2.73, abs=0.05)
    assert "\n" in found.results["generated"]
    assert report(trainer(dataset="adding", **SMALL)).rows == ()


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_has_the_same_bits_after_a_scrub_and_from_a_file(name, tmp_path):
    config = PRESETS[name].config
    data = load(config)
    run = Run(SequenceTrainer(config, data), metrics=MODEL.metrics)
    go(run, 4)
    path = tmp_path / "run.npz"
    experiment.write(path, Experiment(MODEL, run.recording(2**20), experiment.saved_origin(data), {}))
    run.seek(1)
    rest(run)
    opened = experiment.read(path)
    again = experiment.resume(opened, experiment.data_of(opened))
    for each in (run, again):
        each.seek(4)
        rest(each)
        go(each, 6)
    same(again.trainer.state(), run.trainer.state())
    straight = SequenceTrainer(config, data)
    for _ in range(6):
        straight.step()
    same(run.trainer.state(), straight.state())
