"""The Boundary tab's model: it learns, it can be changed by hand at any time, and every change survives a restore."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from models.base import ConfigError, DataError, TrainingError
from models.boundary.config import BoundaryConfig
from models.boundary.data import (
    FEATURES,
    bayes_accuracy,
    features,
    fresh_points,
    input_names,
    load_points,
    open_points,
    own_points,
)
from models.boundary.edits import SetParameters, SetWeight, SwitchNeuron
from models.boundary.maps import (
    confusion_counts,
    decision_grid,
    grid_points,
    hidden_space,
    layer_outputs,
    misclassified,
    neuron_maps,
    predict,
    view_box,
)
from models.boundary.model import MODEL, PRESETS, report
from models.boundary.neuron import inspect_neuron
from models.boundary.trainer import BoundaryTrainer
from models.data.points.edits import AddPoint, MovePoint, Relabel, RemovePoints, SetPoints
from models.data.points.own import OwnPoints, same_points
from models.data.points.sets import PointSet
from models.data.tables.reading import parse_table
from models.nn.gradient_check import gradient_check
from models.nn.linear import Linear
from models.nn.losses import MeanSquaredError
from models.nn.network import Network
from models.nn.switch import Switch
from models.supervised.trainer import run_evaluation
from playground.engine.run import Run


def trainer_of(**changes):
    config = BoundaryConfig(**{"dataset": "xor", "hidden": (4, 2), "points_per_class": 20} | changes)
    return BoundaryTrainer(config, load_points(config))


def steps(trainer, count):
    return [trainer.step() for _ in range(count)]


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_a_batch_late_in_the_order_is_no_larger_than_the_others(monkeypatch):
    monkeypatch.setattr("models.supervised.trainer.LARGEST_CHUNK", 40)
    for batch_size in (30, 50):  # in one part and in two
        trainer = trainer_of(points_per_class=100, batch_size=batch_size)
        trainer.step()  # shuffles the points
        trainer.step_count = 2
        before = trainer.network.parameters.copy()
        trainer.step()
        gradients = trainer.network.gradients.copy()
        trainer.network.parameters[...] = before
        late = slice(2 * batch_size, 3 * batch_size)
        outputs = trainer.network.forward(trainer._shuffled_inputs[late], training=True)
        trainer.network.backward(trainer.learner.loss(outputs, trainer._shuffled_targets[late])[1])
        np.testing.assert_allclose(gradients, trainer.network.gradients, rtol=1e-4, atol=1e-6)


# It learns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("preset", "least"), [("circles", 0.98), ("xor", 0.98), ("blobs", 0.97), ("regression", 0.9)])
def test_presets_converge_with_their_seed(preset, least):
    config = PRESETS[preset].config
    trainer = BoundaryTrainer(config, load_points(config))
    while not trainer.done:
        trainer.step()
    metrics = report(trainer).metrics
    assert metrics["test_points"] >= 20_000
    assert metrics["test_source"] == "fresh points"
    assert metrics.get("test_accuracy", metrics.get("test_r2")) >= least


def test_two_gaussians_come_close_to_the_best_possible():
    config = PRESETS["two-gaussians"].config
    trainer = BoundaryTrainer(config, load_points(config))
    while not trainer.done:
        metrics = trainer.step()
    assert metrics.keys() == {"loss", "accuracy"}
    reported = report(trainer)
    found = reported.metrics
    assert 0.97 <= found["test_accuracy"] <= found["bayes_accuracy"] + 0.002
    assert found["bayes_accuracy"] == pytest.approx(0.978, abs=0.003)
    assert np.sum(found["confusion"]) == 20_000
    assert reported.columns == ("true / answer", "A", "B")
    assert reported.rows == (("A", *found["confusion"][0]), ("B", *found["confusion"][1]))
    (shares,) = reported.further  # a share of all points is of no class
    assert shares.columns == ("", "share")
    words = dict(shares.rows)
    assert words["accuracy on 20,000 fresh points"] == f"{100 * found['test_accuracy']:.2f} %"
    assert words["best possible on these (Bayes’ rule)"] == f"{100 * found['bayes_accuracy']:.2f} %"
    assert trainer.stop_reason in words


def test_two_presets_fail_instructively():
    config = PRESETS["linear-on-xor"].config
    trainer = BoundaryTrainer(config, load_points(config))
    steps(trainer, 500)
    assert run_evaluation(trainer)["held_out_accuracy"] < 0.7
    with_product = BoundaryTrainer(config.model_copy(update={"inputs": ("x", "y", "xy")}), load_points(config))
    steps(with_product, 1500)
    assert run_evaluation(with_product)["held_out_accuracy"] > 0.95
    config = PRESETS["step-too-large"].config
    trainer = BoundaryTrainer(config, load_points(config))
    with pytest.raises(TrainingError, match="step size of 3 is too large"):
        steps(trainer, 200)
    assert np.isfinite(trainer.snapshot().parameters).all()


def test_every_preset_is_among_the_metrics_and_deals_out_its_points():
    for name, preset in PRESETS.items():
        trainer = MODEL.trainer(preset.config, MODEL.load(preset.config))
        known = {spec.name for spec in MODEL.metrics}
        assert set(trainer.step()) <= known, name
        assert set(run_evaluation(trainer)) <= known, name
        assert trainer.train_count == pytest.approx(3 * trainer.test_count, rel=0.05)


@pytest.mark.parametrize("loss", ["cross_entropy", "mse", "mse_sum"])
@pytest.mark.parametrize("classes", [2, 3])
def test_answers_are_probabilities(loss, classes):
    trainer = trainer_of(dataset="blobs", classes=classes, loss=loss, output_activation="sigmoid", learning_rate=0.003)
    steps(trainer, 20)
    seen = trainer.snapshot()
    answer = predict(seen, seen.points)
    assert answer.shape == (len(seen.points), classes)
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
    assert (answer >= 0).all()
    np.testing.assert_array_equal(answer.argmax(axis=1), seen.predictions)


def test_bayes_rule_is_perfect_without_noise():
    data = fresh_points(BoundaryConfig(dataset="two-gaussians"), 1000)
    assert 0.96 < bayes_accuracy(data, 1.0) < 0.99
    assert bayes_accuracy(data, 0.0) == 1.0


@pytest.mark.parametrize("noise", [0.0, 1e-200, 1e-7, 1e-5])
def test_bayes_rule_is_perfect_with_next_to_no_noise(noise):
    config = BoundaryConfig(dataset="two-gaussians", noise=noise)
    assert bayes_accuracy(load_points(config), noise) == 1.0


def test_fresh_points_are_not_the_points_trained_on():
    config = BoundaryConfig(dataset="circles")
    fresh, known = fresh_points(config, 1000), load_points(config)
    assert not set(map(tuple, fresh.points)) & set(map(tuple, known.points))


def test_features_are_what_they_say():
    points = np.array([[0.5, -2.0]])
    expected = [0.5, -2, 0.25, 4, -1, 1, 0]
    np.testing.assert_allclose(features(points, tuple(FEATURES))[0], expected, atol=1e-6)


def test_settings_that_do_not_fit_are_refused():
    with pytest.raises(ValidationError, match="choose the loss mse"):
        BoundaryConfig(dataset="hills", loss="cross_entropy")
    for wrong in (
        {"hidden": (33,)},
        {"hidden": (2,) * 7},
        {"inputs": ()},
        {"hidden": (2, 2), "activation": ("relu",) * 3},
    ):
        with pytest.raises(ValidationError):
            BoundaryConfig(**wrong)
    values = PointSet(np.zeros((4, 2)), targets=np.arange(4.0))
    with pytest.raises(ConfigError, match="choose the loss mse"):
        BoundaryTrainer(BoundaryConfig(), values)


# The stop rule ------------------------------------------------------------------------------------------------------


def test_patience_resets_and_then_stops_with_a_reason():
    trainer = trainer_of(patience=3, improvement=0.0, batch_size=1000, epochs=10_000, learning_rate=0.01)
    losses = []
    while not trainer.done:
        trainer.step()
        losses.append(trainer.measure(trainer.held_out_points)["loss"])
    best = np.minimum.accumulate(losses)
    waiting = longest_before = 0
    for step in range(1, len(losses)):
        waiting = 0 if losses[step] < best[step - 1] else waiting + 1
        if step < len(losses) - 1:
            longest_before = max(longest_before, waiting)
    assert waiting == 3
    assert longest_before < 3
    assert "Stopped early" in trainer.snapshot().stop_reason
    trainer.configure(trainer.config.model_copy(update={"patience": 5}))
    assert not trainer.done
    trainer.step()


def test_all_epochs_are_a_reason_too():
    trainer = trainer_of(epochs=1)
    while not trainer.done:
        assert trainer.stop_reason == ""
        trainer.step()
    assert trainer.stop_reason == "All 1 epochs are done."
    trainer.configure(trainer.config.model_copy(update={"epochs": 2}))
    assert not trainer.done


def test_a_change_by_hand_lets_a_stopped_run_go_on():
    trainer = trainer_of(patience=1, improvement=1.0)
    while not trainer.done:
        trainer.step()
    trainer.edit(SetWeight(0, 0, 0, 1.0))
    assert not trainer.done


# Changes by hand ----------------------------------------------------------------------------------------------------


def test_points_come_go_move_and_change_sides():
    trainer = trainer_of()
    steps(trainer, 7)
    epoch = trainer.epoch
    trainer.edit(AddPoint(0.25, -0.5, 1))
    trainer.edit(AddPoint(9.0, 9.0, 0, held_out=True))
    seen = trainer.snapshot()
    assert len(seen.points) == 42
    assert seen.points[-2].tolist() == [0.25, -0.5]
    assert seen.labels[-2:].tolist() == [1, 0]
    assert seen.held_out[-2:].tolist() == [False, True]
    assert trainer.epoch == pytest.approx(epoch)
    trainer.edit(MovePoint(40, 0.75, 0.5))
    trainer.edit(Relabel((40, 41), 0))
    trainer.edit(RemovePoints((0, 1, 2)))
    seen = trainer.snapshot()
    assert len(seen.points) == 39
    assert seen.points[-2].tolist() == [0.75, 0.5]
    assert seen.labels[-2:].tolist() == [0, 0]
    assert len(seen.predictions) == 39
    steps(trainer, 50)
    assert trainer.epoch > epoch


def test_the_run_is_as_long_as_asked_for_when_points_come():
    trainer = trainer_of(epochs=10, points_per_class=40, batch_size=10)
    steps(trainer, 25)
    for _ in range(30):
        trainer.edit(AddPoint(0.5, 0.5, 0))
    while not trainer.done:
        trainer.step()
    assert trainer.epoch == pytest.approx(10, abs=0.12)


def test_points_that_change_sides_are_learnt_anew():
    trainer = trainer_of(dataset="own", classes=2, batch_size=4, learning_rate=0.05)
    for x, y, label in ((-1, 0, 0), (1, 0, 1), (-1, 0.5, 0), (1, 0.5, 1)):
        trainer.edit(AddPoint(x, y, label))
    steps(trainer, 30)
    assert predict(trainer.snapshot(), [(1, 0)])[0, 1] > 0.9
    trainer.edit(Relabel((0, 2), 1))
    trainer.edit(Relabel((1, 3), 0))
    steps(trainer, 150)
    assert predict(trainer.snapshot(), [(1, 0)])[0, 0] > 0.9


def test_values_of_a_surface_can_be_changed():
    trainer = trainer_of(dataset="plane", loss="mse")
    trainer.edit(AddPoint(0, 0, 0.5))
    trainer.edit(Relabel((0,), -2.5))
    seen = trainer.snapshot()
    assert seen.regression
    assert seen.targets[[0, -1]].tolist() == [-2.5, 0.5]
    assert trainer.step().keys() == {"loss"}
    assert run_evaluation(trainer).keys() == {"held_out_loss"}
    assert not misclassified(seen).any()
    with pytest.raises(ConfigError, match="no classes"):
        confusion_counts(seen)


@pytest.mark.parametrize("held_out_too", [True, False])
def test_no_points_left_is_said_and_nothing_is_lost(held_out_too):
    trainer = trainer_of()
    run = Run(trainer)
    run.advance(10)
    while run.work(1.0):
        pass
    gone = np.flatnonzero(~trainer.snapshot().held_out) if not held_out_too else np.arange(40)
    before = trainer.network.parameters.copy()
    run.edit(RemovePoints(tuple(gone)))
    run.play()
    with pytest.raises(TrainingError, match="no points to train on"):
        run.work(1.0)
    assert "no points" in run.failure
    seen = run.snapshot()
    assert "no points" in seen.stop_reason
    assert len(seen.predictions) == 40 - len(gone)
    assert decision_grid(seen, resolution=5).shape == (5, 5, 2)
    assert len(view_box(seen)) == 4
    np.testing.assert_array_equal(trainer.network.parameters, before)
    assert report(trainer).metrics["test_accuracy"] >= 0
    other = trainer_of()
    other.restore(trainer.state())
    run.edit(AddPoint(0.5, 0.5, 0))
    run.advance(5)
    while run.work(1.0):
        pass
    assert run.position == 15


def test_one_class_left_is_no_crash():
    trainer = trainer_of()
    trainer.edit(RemovePoints(tuple(np.flatnonzero(trainer.snapshot().labels == 0))))
    steps(trainer, 20)
    assert confusion_counts(trainer.snapshot()).sum() == trainer.test_count


def test_weights_can_be_set_one_by_one_or_all():
    trainer = trainer_of(dropout=0.2)
    trainer.edit(SetWeight(0, 1, 3, 2.5))
    trainer.edit(SetWeight(2, None, 1, -0.5))
    linears = [layer for layer in trainer.network.layers if isinstance(layer, Linear)]
    assert linears[0].parameters["weight"][1, 3] == 2.5
    assert linears[2].parameters["bias"][1] == -0.5
    trainer.edit(SetParameters(np.arange(trainer.network.parameters.size)))
    np.testing.assert_array_equal(trainer.snapshot().parameters, np.arange(trainer.network.parameters.size))


def test_a_neuron_switched_off_is_silent_and_learns_nothing():
    trainer = trainer_of(optimizer="sgd", learning_rate=0.5)
    trainer.edit(SwitchNeuron(0, 1, False))
    seen = trainer.snapshot()
    assert [on.tolist() for on in seen.switched_on] == [[True, False, True, True], [True, True]]
    before = trainer.network.layers[0].parameters["weight"].copy()
    steps(trainer, 20)
    after = trainer.network.layers[0].parameters["weight"]
    np.testing.assert_array_equal(before[:, 1], after[:, 1])
    assert (before[:, 0] != after[:, 0]).any()
    maps = neuron_maps(trainer.snapshot(), resolution=6)
    assert not maps.hidden[0][1].any()
    assert maps.hidden[0][0].any()
    # What a silent neuron would say does not matter: its weights can be anything.
    answer = predict(trainer.snapshot(), [(0.2, 0.3)])
    trainer.edit(SetWeight(0, 0, 1, 100.0))
    np.testing.assert_array_equal(predict(trainer.snapshot(), [(0.2, 0.3)]), answer)
    trainer.edit(SwitchNeuron(0, 1, True))
    assert (predict(trainer.snapshot(), [(0.2, 0.3)]) != answer).any()


def test_switch_passes_the_gradient_check():
    rng = np.random.default_rng(0)
    layers = [Linear(4), Switch(np.array([True, False, True, False])), Linear(2)]
    network = Network(layers, (3,), dtype=np.float64, rng=rng)
    errors = gradient_check(network, MeanSquaredError(), rng.normal(size=(5, 3)), rng.normal(size=(5, 2)))
    assert max(errors.values()) < 1e-6


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (AddPoint(np.nan, 0, 0), "finite number"),
        (AddPoint(1e6, 0, 0), "too far out"),
        (AddPoint(0, 0, 2), "there is no class 3"),
        (AddPoint(0, 0, 0.5), "there is no class"),
        (MovePoint(40, 0, 0), "none with number 41"),
        (MovePoint(0, np.inf, 0), "finite number"),
        (RemovePoints((0, -1)), "none with number 0"),
        (Relabel((0,), -1), "there is no class 0"),
        (SetPoints(PointSet(np.zeros((3, 2)))), "needs a class"),
        (SetPoints(PointSet(np.zeros((3, 2)), np.arange(3), class_names=("a", "b", "c"))), "3 classes"),
        (SetPoints(PointSet(np.zeros((3, 3)), np.zeros(3), class_names=("a", "b"))), "in the plane"),
        (SetWeight(0, 0, 0, np.nan), "must be a number"),
        (SetWeight(0, 0, 0, 1e9), "must be a number"),
        (SetWeight(0, 2, 0, 1.0), "no such connection"),
        (SetWeight(3, 0, 0, 1.0), "layers of weights"),
        (SetParameters(np.zeros(3)), "another shape"),
        (SetParameters(np.full(28, np.nan)), "must be numbers"),
        (SwitchNeuron(0, 4, False), "no neuron 5"),
    ],
)
def test_edits_that_do_not_fit_change_nothing(edit, words):
    trainer = trainer_of()
    steps(trainer, 3)
    before = trainer.state()
    with pytest.raises(ConfigError, match=words):
        trainer.edit(edit)
    same(trainer.state(), before)


# In time ------------------------------------------------------------------------------------------------------------

EDITS = (
    AddPoint(0.3, 0.4, 1),
    AddPoint(0.3, -0.4, 0, held_out=True),
    MovePoint(3, 0.9, -0.9),
    RemovePoints((1, 5, 30)),
    Relabel((0, 2), 1),
    SetWeight(1, 2, 1, 0.75),
    SwitchNeuron(0, 1, False),
    SwitchNeuron(1, 0, False),
    SwitchNeuron(0, 1, True),
    SetPoints(PointSet(np.linspace(-1, 1, 24).reshape(12, 2), np.arange(12) % 2, class_names=("left", "right"))),
)


@settings(max_examples=40, deadline=None)
@given(
    edits=st.lists(st.tuples(st.integers(0, 12), st.sampled_from(EDITS)), max_size=5),
    after=st.integers(1, 20),
    dropout=st.sampled_from([0.0, 0.3]),
    patience=st.sampled_from([0, 2]),
    batch_size=st.sampled_from([3, 10, 1000]),
    loss=st.sampled_from(["cross_entropy", "mse"]),
)
def test_restored_run_is_the_straight_run_bit_for_bit(edits, after, dropout, patience, batch_size, loss):
    choice = {"dropout": dropout, "patience": patience, "batch_size": batch_size, "loss": loss, "epochs": 1000}
    straight = trainer_of(**choice)
    for before, edit in edits:
        steps(straight, before)
        try:
            straight.edit(edit)
        except ConfigError:
            assert len(straight.snapshot().points) < 40  # only an index can have gone
    state = straight.state()
    expected = steps(straight, after)
    other = trainer_of(**choice)
    steps(other, 2)
    other.restore(state)
    assert steps(other, after) == expected
    same(other.state(), straight.state())
    first, second = straight.snapshot(), other.snapshot()
    np.testing.assert_array_equal(first.predictions, second.predictions)
    assert (first.epoch, first.class_names) == (second.epoch, second.class_names)


def test_edits_are_part_of_a_run_that_is_scrubbed():
    run = Run(trainer_of())
    for _ in range(3):
        run.advance(20)
        while run.work(1.0):
            pass
        run.edit(MovePoint(0, 0.1 * run.position, 0.5))
    end = run.trainer.state()
    run.seek(10)
    while run.work(1.0):
        pass
    assert run.snapshot().points[0, 0] != pytest.approx(6.0)
    run.seek(60)
    while run.work(1.0):
        pass
    same(run.trainer.state(), end)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"points": None}, "no “points”"),
        ({"points": np.full((40, 2), np.nan)}, "finite number"),
        ({"points": np.zeros((39, 2))}, "do not fit together"),
        ({"answers": np.zeros(40)}, "“answers” in the saved state is float64"),
        ({"answers": None}, "no “answers”"),
        ({"held_out": None}, "no “held_out”"),
        ({"held_out": np.zeros(39, bool)}, "do not fit together"),
        ({"answers": np.full(40, 7)}, "Labels run"),
        ({"words": np.frombuffer(b"[]", np.uint8)}, "names"),
        ({"words": np.frombuffer(b'{"classes": ["A"], "axes": ["x", "y"]}', np.uint8)}, "Labels run"),
        ({"words": np.frombuffer(b'{"classes": ["A", "B", "C"], "axes": ["x", "y"]}', np.uint8)}, "other classes"),
        ({"words": np.frombuffer(b'{"classes": ["A", "B"], "axes": ["x", "y"], "own": 3}', np.uint8)}, "whose points"),
        ({"centre": np.zeros(2), "scale": np.full(2, np.nan)}, "standardised with"),
        ({"stop_rule": np.full(2, np.nan)}, "stop rule"),
        ({"stop_rule": np.array([0.5, np.inf])}, "stop rule"),
        ({"origin": np.array([1e300, 0.0])}, "counts its epochs from step 1e\\+300"),
        ({"origin": np.array([0.0, 1e300])}, "counts its epochs"),
        ({"origin": np.array([6.0, 0.0])}, "counts its epochs"),
        ({"origin": np.array([0.5, 0.0])}, "counts its epochs"),
        ({"origin": np.array([0.0, -1.0])}, "counts its epochs"),
        ({"origin": np.array([np.nan, np.inf])}, "counts its epochs"),
        ({"switched_on": np.ones(3, bool)}, "switched_on"),
        ({"parameters": np.full(28, np.nan, np.float32)}, "parameters"),
    ],
)
def test_damaged_states_are_refused_and_nothing_changes(damage, words):
    trainer = trainer_of()
    steps(trainer, 5)
    before = trainer.state()
    state = {name: array for name, array in (before | damage).items() if array is not None}
    with pytest.raises(DataError, match=words):
        trainer.restore(state)
    same(trainer.state(), before)


# Own points ---------------------------------------------------------------------------------------------------------


def test_points_of_a_file_are_standardised_by_the_training_points_alone(tmp_path):
    rng = np.random.default_rng(0)
    raw = rng.normal([170, 6500], [10, 900], (60, 2))
    path = tmp_path / "people.csv"
    path.write_text("height;weight;who\n" + "".join(f"{h};{w};{'ab'[i % 2]}\n" for i, (h, w) in enumerate(raw)))
    data = open_points([path])
    assert data.name == "people.csv"
    trainer = BoundaryTrainer(BoundaryConfig(), data)
    seen = trainer.snapshot()
    known = seen.points[~seen.held_out]
    np.testing.assert_allclose(known.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(known.std(axis=0), 1)
    np.testing.assert_allclose(seen.data.original(seen.points).sum(axis=0), raw.sum(axis=0))
    assert (seen.class_names, seen.axis_names) == (("a", "b"), ("height", "weight"))
    steps(trainer, 10)
    trainer.edit(RemovePoints((0,)))
    other = BoundaryTrainer(BoundaryConfig(), data)
    other.restore(trainer.state())
    np.testing.assert_array_equal(other.snapshot().centre, seen.centre)
    metrics = report(trainer).metrics
    assert (metrics["test_source"], metrics["test_points"]) == ("held-out points", trainer.test_count)


def test_an_axis_of_numbers_too_small_to_be_squared_is_only_shifted():
    lines = [f"{i + 1}e-170,{i}.5,{'ab'[i % 2]}" for i in range(12)]
    trainer = BoundaryTrainer(BoundaryConfig(dataset="own"), own_points(parse_table("\n".join(["x,y,c", *lines]))))
    assert np.abs(trainer.snapshot().points[:, 0]).max() < 1e-160


def test_points_of_a_file_are_the_same_in_every_further_run(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("height;weight;who\n" + "".join(f"{i % 7};{i % 11};{'ab'[i % 2]}\n" for i in range(40)))
    first = BoundaryTrainer(BoundaryConfig(), open_points([path]))
    own = first.snapshot().data
    for config in (BoundaryConfig(), BoundaryConfig(seed=5, train_share=0.4)):
        again = BoundaryTrainer(config, own).snapshot()
        np.testing.assert_array_equal(again.points, own.points)
        np.testing.assert_array_equal(again.held_out, own.held_out)
    np.testing.assert_array_equal(
        BoundaryTrainer(BoundaryConfig(), own).snapshot().parameters, first.snapshot().parameters
    )
    apart = BoundaryTrainer(BoundaryConfig(standardise=False), own).snapshot()
    np.testing.assert_allclose(apart.points, own.original(own.points), rtol=1e-14, atol=1e-14)
    assert apart.centre is None
    np.testing.assert_array_equal(
        BoundaryTrainer(BoundaryConfig(standardise=False), apart.data).snapshot().points, apart.points
    )
    found = BoundaryTrainer.data_in(BoundaryConfig(), first.state())
    assert same_points(found, own)
    assert (found.name, found.table, found.axis_names) == ("people.csv", True, ("height", "weight"))


def test_points_become_ones_own_with_the_first_change_and_are_never_standardised_then():
    trainer = trainer_of()
    assert not isinstance(trainer.snapshot().data, OwnPoints)
    before = trainer.state()
    trainer.edit(MovePoint(3, 5.0, 5.0))
    own = trainer.snapshot().data
    assert isinstance(own, OwnPoints)
    assert own.name == "own points"
    assert same_points(BoundaryTrainer(trainer.config, own).snapshot().data, own)
    trainer.restore(before)
    assert not isinstance(trainer.snapshot().data, OwnPoints)


def test_numbers_to_predict_make_a_regression():
    data = own_points(parse_table("x,y,height\n" + "".join(f"{i / 7},{i % 5},{i / 3}\n" for i in range(30))))
    assert data.labels is None
    np.testing.assert_allclose(data.targets, np.arange(30) / 3)
    trainer = BoundaryTrainer(BoundaryConfig(loss="mse"), data)
    assert trainer.step().keys() == {"loss"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x,y,class\n1,2,a\n3,four,b\n5,6,a\n", "is text where a number is needed"),
        ("x,y,class\n1,2,a\n3,,b\n", "value is missing"),
        ("x,y,class\n1,2,a\n3,inf,b\n", "not a finite number"),
        ("x,y,class\n1,2,a\n3,4,a\n", "nothing to tell apart"),
        ("x,y,class\n1,2,a\n", "only one point"),
        ("x,y\n1,2\n3,4\n", "no column that says which class"),
        ("x,y,height\n1,2,1e9\n3,4,2.5\n", "too large to be predicted"),
    ],
)
def test_unusable_tables_are_refused_in_words(text, words):
    with pytest.raises(DataError, match=words):
        own_points(parse_table(text))


def test_too_many_and_too_far_points_are_refused():
    labels = np.arange(20_002) % 2
    with pytest.raises(DataError, match="too many"):
        BoundaryTrainer(BoundaryConfig(), PointSet(np.zeros((20_002, 2)), labels, class_names=("a", "b")))
    far = PointSet(np.array([[0, 0], [1e9, 0]]), np.array([0, 1]), class_names=("a", "b"))
    with pytest.raises(DataError, match="too far out"):
        BoundaryTrainer(BoundaryConfig(), far)
    with pytest.raises(DataError, match="one CSV file"):
        open_points([])


# Pictures of the plane ----------------------------------------------------------------------------------------------


def test_grids_lie_where_they_should():
    points = grid_points((0, 2, 0, 4), 2)
    assert points.tolist() == [[0.5, 1], [1.5, 1], [0.5, 3], [1.5, 3]]
    trainer = trainer_of()
    steps(trainer, 10)
    seen = trainer.snapshot()
    grid = decision_grid(seen, (0, 2, 0, 4), 2)
    np.testing.assert_allclose(grid[1, 0], predict(seen, [(0.5, 3)])[0], rtol=1e-5)


def test_neuron_maps_show_every_layer():
    trainer = trainer_of(inputs=("x", "y", "x2"), dropout=0.4)
    seen = trainer.snapshot()
    maps = neuron_maps(seen, resolution=7)
    assert maps.inputs.shape == (3, 7, 7)
    assert [layer.shape for layer in maps.hidden] == [(4, 7, 7), (2, 7, 7)]
    assert maps.outputs.shape == (2, 7, 7)
    assert (np.diff(maps.inputs[0], axis=1) > 0).all()
    assert (np.diff(maps.inputs[1], axis=0) > 0).all()
    place = grid_points((-1.5, 1.5, -1.5, 1.5), 7)[10:11]
    alone = layer_outputs(seen, features(place, seen.config.inputs))
    np.testing.assert_allclose(maps.hidden[1][:, 1, 3], alone[1][0], rtol=1e-5)


def test_the_hidden_plane_is_what_the_layer_says():
    trainer = trainer_of(dropout=0.3)
    steps(trainer, 30)
    trainer.edit(SwitchNeuron(0, 0, False))
    seen = trainer.snapshot()
    space = hidden_space(seen, 1, lines=5, samples=9, resolution=20)
    np.testing.assert_allclose(space.points, layer_outputs(seen, features(seen.points, ("x", "y")))[1], rtol=1e-5)
    assert space.lines.shape == (10, 9, 2)
    corner = layer_outputs(seen, features([(-1.5, -1.5)], ("x", "y")))[1][0]
    np.testing.assert_allclose(space.lines[0, 0], corner, rtol=1e-5)
    np.testing.assert_allclose(space.lines[5, 0], corner, rtol=1e-5)
    left, right, bottom, top = space.box
    assert ((space.points > (left, bottom)) & (space.points < (right, top))).all()
    np.testing.assert_allclose(space.regions.sum(axis=2), 1, atol=1e-5)
    with pytest.raises(ConfigError, match="two neurons"):
        hidden_space(seen, 0)


def test_confusion_and_mistakes_agree():
    trainer = trainer_of(dataset="blobs", classes=4, noise=3.0)
    steps(trainer, 40)
    seen = trainer.snapshot()
    counts = confusion_counts(seen, held_out=True) + confusion_counts(seen, held_out=False)
    assert counts.sum() == len(seen.points)
    assert counts.sum() - np.trace(counts) == misclassified(seen).sum()
    right = 1 - misclassified(seen)[seen.held_out].mean()
    assert run_evaluation(trainer)["held_out_accuracy"] == pytest.approx(right)


def test_snapshots_never_change():
    trainer = trainer_of()
    seen = trainer.snapshot()
    copy = seen.parameters.copy()
    steps(trainer, 5)
    trainer.edit(MovePoint(0, 0.5, 0.5))
    np.testing.assert_array_equal(seen.parameters, copy)
    for array in (seen.parameters, seen.points, seen.labels, seen.held_out, seen.predictions, *seen.switched_on):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_inputs_and_formulas_carry_the_names_of_the_columns():
    lines = [f"{i % 7}.5,{i % 11}.25,{'ab'[i % 2]}" for i in range(40)]
    trainer = BoundaryTrainer(
        BoundaryConfig(dataset="own", inputs=("x", "y", "xy", "x2")),
        own_points(parse_table("\n".join(["height,a very long name of a column,who", *lines]))),
    )
    named = ("height", "a very lo…", "height · a very lo…", "height²")
    assert inspect_neuron(trainer.snapshot(), 0, 0, (0.0, 0.0)).sources == named
    assert input_names(("x", "xy", "sin_y")) == ("x", "xy", "sin πy")
