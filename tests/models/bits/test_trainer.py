"""Place values and the first network: what they learn, what linear algebra says about it, and changes by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError, DataError, TrainingError
from models.bits.config import BitsConfig
from models.bits.edits import DropRow, ReverseBits, SetCell, SetTable, SetTarget, SetWeight, SlideWeights
from models.bits.model import MODEL, PRESETS, load_table, report
from models.bits.snapshot import predict, predict_number
from models.bits.trainer import BitsTrainer
from models.bits.truth_table import EIGHT_NUMBERS, TruthTable, bits_of, logic_table, place_value_table, place_values
from models.bits.updates import answers, linear_update, sigmoid_update
from models.nn.gradient_check import numerical_gradient, relative_error


def trainer_of(**settings):
    config = BitsConfig(**settings)
    return BitsTrainer(config, load_table(config))


def run(trainer):
    while not trainer.done:
        metrics = trainer.step()
    return metrics


# The tables


def test_the_eight_rows_are_the_originals_numbers():
    table = place_value_table(8)
    assert tuple(table.targets) == EIGHT_NUMBERS
    np.testing.assert_array_equal(table.rows @ place_values(8), table.targets)
    assert table.rank == 8
    assert table.unique


@pytest.mark.parametrize("bits", range(2, 13))
def test_generated_rows_determine_the_weights(bits):
    table = place_value_table(bits)
    assert table.rows.shape == (bits, bits)
    assert table.unique
    np.testing.assert_allclose(table.solution(), place_values(bits))


def test_logic_tables():
    assert logic_table("and", 3).targets.tolist() == [0] * 7 + [1]
    assert logic_table("or", 2).targets.tolist() == [0, 1, 1, 1]
    np.testing.assert_array_equal(logic_table("xor", 2).targets, logic_table("parity", 2).targets)
    assert logic_table("parity", 3).targets.tolist() == [0, 1, 1, 0, 1, 0, 0, 1]
    original = logic_table("original", 2)
    assert original.rows.tolist() == [[1, 1, 1, 1], [1, 0, 0, 1], [1, 0, 0, 1], [1, 1, 1, 1]]
    assert original.targets.tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("rows", "targets", "words"),
    [
        ([[0, 2]], [0], "0 or 1"),
        ([[0, 1]], [0, 1], "every row needs one"),
        ([[0, 1]], [np.nan], "must be a number"),
        (np.zeros((0, 2)), [], "1 to 64 rows"),
        ([["a", "b"]], [0], "bits and numbers only"),
    ],
)
def test_bad_tables_are_refused_in_words(rows, targets, words):
    with pytest.raises(DataError, match=words):
        TruthTable(rows, targets)


# The two algorithms are gradient descent on the sum of squares


def test_linear_update_descends_the_sum_of_squares():
    rng = np.random.default_rng(0)
    rows, targets, weights = rng.integers(0, 2, (5, 4)).astype(float), rng.normal(size=5), rng.normal(size=4)
    probe = weights.copy()
    gradient = numerical_gradient(lambda: 0.5 * float(((rows @ probe - targets) ** 2).sum()), probe)
    after = weights.copy()
    linear_update(rows, targets, after, 0.1)
    assert relative_error(weights - after, 0.1 * gradient) < 1e-8
    ones = rows.sum(axis=1)
    gradient = numerical_gradient(lambda: 0.5 * float((ones * (rows @ probe - targets) ** 2).sum()), probe)
    flawed = weights.copy()
    linear_update(rows, targets, flawed, 0.1, flaw=True)
    assert relative_error(weights - flawed, 0.1 * gradient) < 1e-8


@pytest.mark.parametrize("bias", [False, True])
def test_sigmoid_update_descends_the_sum_of_squares(bias):
    rng = np.random.default_rng(1)
    bits, targets = rng.integers(0, 2, (6, 3)).astype(float), rng.uniform(size=6)
    first, second = rng.normal(size=(3 + bias, 4)), rng.normal(size=4 + bias)
    rows = np.concatenate([bits, np.ones((6, 1))], axis=1) if bias else bits

    def loss():
        return 0.5 * float(((answers((first, second), bits, bias) - targets) ** 2).sum())

    expected = [numerical_gradient(loss, array) for array in (first, second)]
    after = first.copy(), second.copy()
    sigmoid_update(rows, targets, *after, 0.1, bias)
    for before, now, gradient in zip((first, second), after, expected, strict=True):
        assert relative_error(before - now, 0.1 * gradient) < 1e-8


# What they learn


@pytest.mark.parametrize("preset", ["place-values", "place-values-original"])
def test_place_values_are_found(preset):
    config = PRESETS[preset].config
    trainer = BitsTrainer(config, load_table(config))
    assert run(trainer)["max_weight_error"] <= 0.01
    assert trainer.updates == 10_000
    found = report(trainer)
    assert found.columns == ("bits", "target", "answer", "error")
    assert {len(row) for row in found.rows} == {4}
    metrics = found.metrics
    assert metrics["max_weight_error"] <= 0.01
    np.testing.assert_allclose(metrics["weights"], place_values(8), atol=0.01)
    assert metrics["unique"] is True
    assert dict(zip(found.columns, found.rows[0], strict=True)) == {
        "bits": "10001111",
        "target": 143,
        "answer": pytest.approx(143, abs=0.05),
        "error": pytest.approx(0, abs=0.05),
    }
    (weights,) = found.further
    assert dict(zip(weights.columns, weights.rows[0], strict=True)) == {
        "": "weight 1",
        "worth": 128,
        "found": pytest.approx(128, abs=0.01),
        "error": pytest.approx(0, abs=0.01),
    }
    assert len(weights.rows) == 9
    assert "rank 8" in weights.rows[8][0]
    assert predict_number(trainer.snapshot(), 200) == pytest.approx(200, abs=0.05)


def test_first_network_learns_what_the_original_could_not():
    metrics = run(trainer_of(**PRESETS["first-network"].config.model_dump() | {"updates": 20_000}))
    assert metrics["max_output_error"] <= 0.01
    flawed = run(trainer_of(**PRESETS["first-network-original"].config.model_dump() | {"updates": 20_000}))
    assert flawed["max_output_error"] > 0.3


def test_gates_are_learnt():
    for name in ("and", "or", "xor"):
        config = PRESETS[name].config
        assert run(BitsTrainer(config, load_table(config)))["max_output_error"] < 0.02, name


def test_every_preset_begins():
    for preset in PRESETS.values():
        trainer = MODEL.trainer(preset.config, MODEL.load(preset.config))
        assert set(trainer.step()) <= {spec.name for spec in MODEL.metrics}


def test_too_large_a_step_is_refused_and_nothing_is_lost():
    trainer = trainer_of(learning_rate=5.0)
    with pytest.raises(TrainingError, match="step size of 5 is too large"):
        run(trainer)
    before = trainer.snapshot()
    assert np.isfinite(before.parameters[0]).all()
    trainer.configure(trainer.config.model_copy(update={"learning_rate": 0.01}))
    assert trainer.step()["loss"] < 1e9


# Changes by hand


def test_reversed_bits_make_the_weights_change_places():
    trainer = trainer_of()
    run(trainer)
    trainer.edit(ReverseBits())
    assert trainer.snapshot().max_weight_error > 100
    trainer.configure(trainer.config.model_copy(update={"updates": 20_000}))
    assert run(trainer)["max_weight_error"] <= 0.01
    seen = trainer.snapshot()
    np.testing.assert_allclose(seen.parameters[0], place_values(8)[::-1], atol=0.01)
    assert predict_number(seen, 200) == pytest.approx(200, abs=0.05)
    trainer.edit(ReverseBits())
    np.testing.assert_array_equal(trainer.snapshot().true_weights, place_values(8))


def test_without_a_row_the_solution_is_not_unique():
    trainer = trainer_of()
    trainer.edit(DropRow(3))
    seen = trainer.snapshot()
    assert (seen.rank, seen.unique, len(seen.null_space)) == (7, False, 1)
    assert "not unique" in seen.about_solution()
    metrics = run(trainer)
    assert metrics["max_output_error"] < 0.5
    assert metrics["max_weight_error"] > 0.1
    seen = trainer.snapshot()
    moved = seen.parameters[0] + 10 * seen.null_space[0]
    np.testing.assert_allclose(seen.table.rows @ moved, seen.outputs, atol=1e-9)
    trainer.edit(SetTable(place_value_table(8)))
    assert trainer.snapshot().unique


def test_a_weight_that_was_set_far_off_is_learned_back():
    trainer = BitsTrainer(BitsConfig(), load_table(BitsConfig()))
    trainer.edit(SetWeight(0, (0,), 1e6))  # an error of 10¹², but it falls: nothing explodes
    while not trainer.done:
        trainer.step()
    assert trainer.snapshot().max_weight_error < 10


@pytest.mark.filterwarnings("error")
def test_an_error_too_large_for_a_number_is_no_progress():
    trainer = BitsTrainer(BitsConfig(), load_table(BitsConfig()))
    trainer.restore(trainer.state() | {"layer1": np.full(8, 1e300)})
    with pytest.raises(TrainingError, match="The weights exploded at update 1"):
        trainer.step()
    assert trainer.step_count == 0
    np.testing.assert_array_equal(trainer.state()["layer1"], np.full(8, 1e300))


def test_weights_slide_where_no_row_notices():
    trainer = BitsTrainer(BitsConfig(), load_table(BitsConfig()))
    trainer.edit(DropRow(3))
    before = trainer.snapshot()
    trainer.edit(SlideWeights(40 * before.null_space[0]))
    after = trainer.snapshot()
    np.testing.assert_array_equal(after.parameters[0], before.parameters[0] + 40 * before.null_space[0])
    np.testing.assert_allclose(after.outputs, before.outputs, atol=1e-12)


def test_cells_targets_and_weights_can_be_set():
    trainer = trainer_of(network="first-network", table="xor", inputs=3, bias=True)
    trainer.edit(SetCell(0, 2, 1))
    trainer.edit(SetTarget(1, 0.5))
    trainer.edit(SetWeight(0, (3, 1), 2.5))
    trainer.edit(SetWeight(1, (4,), -1.5))
    seen = trainer.snapshot()
    assert seen.table.rows[0, 2] == 1
    assert seen.table.targets[1] == 0.5
    assert seen.parameters[0][3, 1] == 2.5
    assert seen.parameters[1][4] == -1.5
    np.testing.assert_array_equal(predict(seen, seen.table.rows), seen.outputs)


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (SetCell(0, 0, 2), "0 or 1"),
        (SetCell(0, 8, 1), "8 bits"),
        (SetCell(8, 0, 1), "8 rows"),
        (SetTarget(0, np.nan), "must be a number"),
        (SetWeight(0, (0,), np.inf), "must be a number"),
        (SetWeight(0, (0, 0), 1.0), "no weight"),
        (SetWeight(1, (0,), 1.0), "layers of weights"),
        (SlideWeights(np.ones(7)), "7 weights"),
        (SlideWeights(np.full(8, 1e7)), "less far"),
        (SlideWeights(np.full(8, np.nan)), "less far"),
        (SetTable(place_value_table(5)), "start a new run"),
    ],
)
def test_edits_that_do_not_fit_change_nothing(edit, words):
    trainer = trainer_of()
    before = trainer.state()
    with pytest.raises(ConfigError, match=words):
        trainer.edit(edit)
    for name, array in trainer.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_the_last_row_stays():
    trainer = trainer_of(bits=2)
    trainer.edit(DropRow(0))
    with pytest.raises(ConfigError, match="One row must stay"):
        trainer.edit(DropRow(0))


@pytest.mark.parametrize("network", ["place-values", "first-network"])
def test_restored_run_is_the_straight_run_bit_for_bit(network):
    trainer = trainer_of(network=network, updates_per_step=3)
    for _ in range(5):
        trainer.step()
    trainer.edit(DropRow(1))
    trainer.edit(ReverseBits())
    state = trainer.state()
    expected = [trainer.step() for _ in range(5)]
    other = trainer_of(network=network, updates_per_step=3)
    other.restore(state)
    assert [other.step() for _ in range(5)] == expected
    assert other.updates == 30
    with pytest.raises(DataError, match="layer1"):
        other.restore({name: array for name, array in state.items() if name != "layer1"})
    with pytest.raises(DataError, match="0 or 1"):
        other.restore(state | {"rows": state["rows"] + 0.5})


@pytest.mark.parametrize("bias", [True, False])
def test_the_weights_of_the_first_network_stand_under_headings_of_their_own(bias):
    trainer = trainer_of(network="first-network", table="xor", inputs=2, hidden=6, bias=bias)
    found = report(trainer)
    first, second = trainer.snapshot().parameters
    assert found.columns == ("bits", "target", "answer", "error")
    assert [row[0] for row in found.rows] == ["00", "01", "10", "11"]
    one, two = found.further
    assert one.columns == ("layer 1", *(f"to {k}" for k in range(1, 7)))
    assert one.rows[:2] == (("from 1", *first[0]), ("from 2", *first[1]))
    assert one.rows[2:] == ((("bias", *first[2]),) if bias else ())
    assert two.columns == ("layer 2", "to 1")
    names = [*(f"from {k}" for k in range(1, 7)), *["bias"] * bias]
    assert two.rows == tuple(zip(names, second, strict=True))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"targets": np.zeros(7)}, "every row needs one"),
        ({"rows": np.zeros((8, 7))}, "rows"),
        ({"rows": np.zeros((0, 8)), "targets": np.zeros(0)}, "1 to 64 rows"),
        ({"targets": np.full(8, np.inf)}, "finite"),
        ({"layer1": np.full(8, np.nan)}, "finite"),
        ({"step_count": np.array(-1)}, "step_count"),
        ({"reversed": np.array(2)}, "reversed"),
        ({"rows": None}, "no “rows”"),
    ],
)
def test_damaged_states_are_refused_and_nothing_changes(damage, words):
    trainer = trainer_of()
    for _ in range(5):
        trainer.step()
    before = trainer.state()
    with pytest.raises(DataError, match=words):
        trainer.restore({name: array for name, array in (before | damage).items() if array is not None})
    for name, array in trainer.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_numbers_as_bits():
    assert bits_of([5], 4).tolist() == [[0, 1, 0, 1]]
    with pytest.raises(ConfigError, match="from 0 to 15"):
        bits_of([16], 4)
