"""Looking inside: what is shown is what the network does, and blame is what differences say."""

from __future__ import annotations

import numpy as np
import pytest

from models.nn.activations import Softmax
from models.sequence.alike import Alike, search, stretches, units_on
from models.sequence.config import CELLS, SequenceConfig
from models.sequence.data import load, own_series
from models.sequence.inspect import blame_through_time, driving, read_closely, worked_out
from models.sequence.network import read
from models.sequence.reach import by_gap
from models.sequence.series import forecast, free_run, usual_error
from models.sequence.trainer import SequenceTrainer
from models.sequence.writing import copied, judged, samples

SMALL = {"updates": 60, "units": 8, "window": 12, "batch_size": 4}


def snapshot(steps=5, data=None, **settings):
    config = SequenceConfig(**(SMALL | settings))
    run = SequenceTrainer(config, load(config) if data is None else data)
    for _ in range(steps):
        run.step()
    return run.snapshot()


@pytest.mark.parametrize("cell", CELLS)
def test_a_reading_and_its_numbers_are_those_of_the_network(cell):
    shot = snapshot(text="abracadabra", cell=cell, layers=2)
    codes = shot.task.text.codes
    right = np.append(codes[1:], -1)
    weights = shot.cells[0]
    reading = read_closely(weights, shot.config, shot.task, codes, right, tuple("abracadabra"))
    outputs, _ = read(shot.network(), codes[None])
    assert np.allclose(reading.answers, Softmax.function(outputs[0]), atol=1e-6)
    assert reading.losses[3] == pytest.approx(-np.log2(reading.answers[3, codes[4]]), rel=1e-4)
    assert np.isnan(reading.losses[-1])
    for layer in (0, 1):
        found = worked_out(weights, shot.config, shot.task, codes, layer, 5, 6)
        assert found.after[0] == pytest.approx(float(reading.hidden[layer][6, 5]), abs=1e-5)
        assert found.before[0] == pytest.approx(float(reading.hidden[layer][5, 5]), abs=1e-5)
        for name, (given, memory, bias, value) in found.gates.items():
            if name in ("state", "input", "forget", "output", "reset", "update"):
                squash = np.tanh if name == "state" else lambda a: 1 / (1 + np.exp(-a))
                assert squash(given + memory + bias) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("embedding", [0, 3])
def test_what_drives_an_answer_is_the_gradient_times_the_input(cell, embedding):
    """To first order it is what the answer loses when the letter's vector is made a little shorter."""
    shot = snapshot(text="abracadabra", cell=cell, embedding=embedding)
    codes, weights = shot.task.text.codes, shot.cells[0]
    answer = int(codes[8])
    found = driving(weights, shot.config, shot.task, codes[:8], answer)
    network = shot.network()
    first = network.layers[0]
    table = first.parameters["weight"].astype(np.float64)
    layer = network.layers[1] if embedding else first

    def log_p(scale, place):
        h = np.zeros((1, shot.config.units))
        start = (h,) * len(layer.state_names)
        parameters = {name: array.astype(np.float64) for name, array in layer.parameters.items()}
        kept, layer.parameters = layer.parameters, parameters
        vectors = table[codes[:8]].copy()
        vectors[place] *= scale
        sums = (vectors @ parameters["weight"] if embedding else vectors) + parameters["bias"]
        hidden, _ = layer.run(sums[:, None].copy(), start, training=False)
        layer.parameters = kept
        last = network.layers[-1].parameters
        outputs = hidden[-1, 0] @ last["weight"].astype(np.float64) + last["bias"]
        return np.log(Softmax.function(outputs)[answer])

    for place in (0, 4, 7):
        slope = (log_p(1 + 1e-5, place) - log_p(1 - 1e-5, place)) / 2e-5
        assert found[place] == pytest.approx(slope, abs=2e-4, rel=2e-3)


def test_blame_fades_in_a_plain_cell_and_stays_in_gated_ones():
    shot = snapshot(steps=0, dataset="adding", delay=40, cell="all", units=32, remember="chrono")
    left = {}
    for weights in shot.cells:
        lengths = blame_through_time(weights, shot.config, shot.task)
        assert lengths.shape == (40,)
        left[weights.cell] = lengths[0] / lengths[-1]
    assert left["gru"] > 3 * left["rnn"]
    gaps = list(by_gap(shot.cells, shot.config, shot.task))
    assert {each.cell for each in gaps} == set(CELLS)
    assert min(each.gap for each in gaps) == 4
    assert max(each.gap for each in gaps) == 120


def test_units_that_are_on_over_a_stretch_and_nowhere_around():
    states = np.full((10, 5), -0.9)
    states[3:6, 1] = states[3:6, 3] = 0.9
    states[2:6, 2] = 0.9  # already before
    units, threshold = units_on(states, slice(3, 6), 0.3)
    assert units.tolist() == [1, 3]
    assert threshold == 0.3
    chosen, level = units_on(states, slice(3, 6))
    assert -0.8 <= level <= 0.9
    assert {1, 3} <= set(chosen)
    share = np.array([0, 1, 1, 0, 1, 0, 0.8, 0.9, 0.7, 1, 1, 1])
    assert stretches(share, 2) == [(1, 3), (6, 8), (4, 5), (9, 12)]


def test_the_search_reads_straight_on():
    shot = snapshot(dataset="brackets", cell="gru")
    weights, task = shot.cells[0], shot.task
    states = shot.network().layers[0].forward(task.text.codes[None, :600])[0]
    *_, found = search(weights, shot.config, task, states, (20, 24), 0.0)
    assert isinstance(found, Alike)
    expected = (states[:, found.units] > 0.0).mean(axis=1)
    np.testing.assert_allclose(found.share[:600], expected)


def test_stretches_that_are_copied():
    assert copied("the quick brown fox", "a quick brown cat", 6) == [(1, 14)]
    assert copied("abcabc", "xyz", 2) == []
    shot = snapshot(dataset="towns", cell="gru")
    text = shot.task.text
    line = text.content.splitlines()[0]
    assert judged(text, line).known
    assert not judged(text, line + "qx").known
    one, two = (list(samples(shot.network(), text, "Bad", 12, 0.9, seed, 3))[-1] for seed in (1, 1))
    assert one == two
    assert all(sample.text.startswith("Bad") for sample in one)


def test_a_free_run_reads_its_own_foretelling_and_its_error_grows():
    series = own_series(np.sin(np.arange(300) / 4))
    shot = snapshot(steps=60, data=series, dataset="own", cell="gru", learning_rate=0.02)
    network, values = shot.network(), series.standard
    free = free_run(network, values[:240], 20)
    grown = values[:240]
    for step in range(3):
        outputs, _ = read(network, grown[None, :, None])
        assert outputs[0, -1, 0] == pytest.approx(free[step], abs=1e-4)
        grown = np.append(grown, outputs[0, -1, 0])
    error = usual_error(network, values, series.train_count, 20)
    assert error.shape == (20,)
    assert error[:3].mean() < error[10:].mean()
    found = forecast(network, series, 240, 100)
    assert np.isnan(found.one_step[0])
    assert len(found.one_step) == 300
    assert len(found.free) == len(found.error) == 100
    assert forecast(network, series, 300, 10).free[0] == pytest.approx(np.sin(300 / 4), abs=0.6)
