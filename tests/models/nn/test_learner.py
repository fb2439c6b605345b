"""A learner takes one step downhill, refuses one that would wreck it, and may share a batch out among its copies."""

from __future__ import annotations

import gc
import threading

import numpy as np
import pytest

from models.base import ConfigError, DataError, TrainingError
from models.nn.activations import Tanh
from models.nn.batchnorm import BatchNorm
from models.nn.dropout import Dropout
from models.nn.initializers import normal
from models.nn.learner import Learner, undone_on_failure
from models.nn.linear import Linear
from models.nn.losses import LOSSES, CrossEntropy, MeanSquaredError
from models.nn.nesting import Parallel, Residual
from models.nn.network import Network
from models.nn.optimizers import OPTIMIZERS, SGD, Adam
from models.nn.switch import Switch
from models.state import check, put, take

RATE = 0.01


def linear(units):
    return Linear(units, normal(0, 0.5))


def learner_of(layers, inputs=4, loss="cross_entropy", optimizer="adam", dtype=np.float32, **options):
    network = Network(layers, (inputs,), dtype=dtype, rng=np.random.default_rng(0))
    return Learner(network, LOSSES[loss](), OPTIMIZERS[optimizer](network.parameters.size, dtype), **options)


def batch(count=20, dtype=np.float32):
    rng = np.random.default_rng(1)
    return rng.normal(size=(count, 4)).astype(dtype), np.eye(3, dtype=dtype)[rng.integers(3, size=count)]


def accuracy(outputs, targets, weights):
    return float(np.mean(outputs.argmax(axis=-1) == targets.argmax(axis=-1)))


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


# One step -----------------------------------------------------------------------------------------------------------


def test_a_step_is_the_gradient_the_decay_and_the_optimizer():
    learner = learner_of([linear(3)], dtype=np.float64, optimizer="sgd")
    x, targets = batch(dtype=np.float64)
    before, weight = learner.network.parameters.copy(), learner.network.layers[0].parameters["weight"].copy()
    y = x @ weight + learner.network.layers[0].parameters["bias"]
    p = np.exp(y) / np.exp(y).sum(axis=1, keepdims=True)
    loss, score = learner.update([(x, targets)], 20, RATE, step=0, l1=0.1, l2=0.2, measure=accuracy)
    gradient = np.concatenate([(x.T @ (p - targets) / 20).ravel(), (p - targets).mean(axis=0)])
    gradient[:12] += 0.2 * weight.ravel() + 0.1 * np.sign(weight).ravel()
    np.testing.assert_allclose(learner.network.parameters, before - RATE * gradient, rtol=1e-12)
    assert loss == pytest.approx(-np.log(p[targets == 1]).mean())
    assert score == np.mean(p.argmax(axis=1) == targets.argmax(axis=1))
    assert learner.first_loss == loss


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_parts_of_a_batch_give_the_gradient_of_the_whole(loss, weighted):
    x, targets = batch()
    weights = np.linspace(0, 2, 20, dtype=np.float32)

    def part(rows):
        return (x[rows], targets[rows], weights[rows]) if weighted else (x[rows], targets[rows])

    whole, parts = (learner_of([linear(5), Tanh(), linear(3)], loss=loss) for _ in range(2))
    expected = whole.differentiate([part(slice(None))], 20, accuracy)
    pieces = [part(slice(0, 9)), part(slice(9, 18)), part(slice(18, 20))]
    found = parts.differentiate(iter(pieces), 20, accuracy)
    assert found[0] == pytest.approx(expected[0], rel=1e-5)
    if not weighted:
        assert found[1] == pytest.approx(expected[1])
    np.testing.assert_allclose(parts.network.gradients, whole.network.gradients, rtol=1e-4, atol=1e-6)


def test_what_explodes_is_refused_and_everything_is_as_it_was():
    rng = np.random.default_rng(3)
    learner = learner_of(
        [linear(4), BatchNorm(), Dropout(0.3, rng), linear(3)], loss="mse_sum", optimizer="sgd", prefix="left."
    )
    x, targets = batch()
    steps = 0

    def until_it_fails():
        nonlocal before, luck, steps
        for steps in range(2000):
            before, luck = take(learner.fields()), rng.bit_generator.state
            learner.update([(x, targets)], 20, 50.0, step=steps, rng=rng)

    before, luck = {}, {}
    with pytest.raises(
        TrainingError, match=r"^Training of the left diverged at step \d+.*step size of 50 is too large"
    ):
        until_it_fails()
    assert steps > 0
    same(take(learner.fields()), before)
    assert rng.bit_generator.state == luck


def test_fields_bear_the_prefix_and_refuse_what_cannot_be():
    learner = learner_of([linear(2), BatchNorm(), linear(3)], prefix="twin.")
    learner.update([batch()], 20, RATE, step=0)
    saved = take(learner.fields())
    assert list(saved) == [
        "twin.parameters", "twin.first_loss", "twin.buffer.1.running_mean", "twin.buffer.1.running_variance",
        "twin.optimizer.mean", "twin.optimizer.mean_square", "twin.optimizer.remainder",
    ]  # fmt: skip
    other = learner_of([linear(2), BatchNorm(), linear(3)], prefix="twin.")
    put(other.fields(), check(other.fields(), saved))
    x, targets = batch(7)
    for each in learner, other:
        each.update([(x, targets)], 7, RATE, step=1)
    same(take(learner.fields()), take(other.fields()))
    for name in "twin.buffer.1.running_variance", "twin.optimizer.mean_square":
        with pytest.raises(DataError, match=f"The saved {name} are means of squares, but some are negative"):
            learner.check(saved | {name: -saved[name]})
    for beyond in -1.0, 200.0:  # Adam would take the root of 1 − remainder, in the middle of writing
        with pytest.raises(DataError, match=r"The saved twin\.optimizer\.remainder are shares from 0 to 1"):
            learner.check(saved | {"twin.optimizer.remainder": np.array([0.5, beyond])})


# Two networks, one behind the other ----------------------------------------------------------------------------------


def test_blame_flows_through_one_network_into_another_and_moves_only_that():
    front = learner_of([linear(5), Tanh(), linear(3)], loss="mse", dtype=np.float64, optimizer="sgd")
    back = learner_of([linear(6), Tanh(), linear(1)], inputs=3, loss="mse", dtype=np.float64)
    joined = learner_of(
        [linear(5), Tanh(), linear(3), linear(6), Tanh(), linear(1)], loss="mse", dtype=np.float64, optimizer="sgd"
    )
    size = front.network.parameters.size
    joined.network.parameters[:size], joined.network.parameters[size:] = (
        front.network.parameters,
        back.network.parameters,
    )
    x, targets = batch(dtype=np.float64)[0], np.ones((20, 1))
    unmoved = take(back.fields())

    made = front.network.forward(x, training=True)
    value, gradient = back.loss(back.network.forward(made, training=True), targets)
    below = back.network.backward(gradient, need_input=True)
    assert below.shape == made.shape
    front.network.backward(below)
    front.descend(value, 0.1, step=0)

    joined.update([(x, targets)], 20, 0.1, step=0)
    np.testing.assert_allclose(front.network.gradients, joined.network.gradients[:size], rtol=1e-12)
    np.testing.assert_allclose(front.network.parameters, joined.network.parameters[:size], rtol=1e-12)
    same(take(back.fields()), unmoved)


def test_a_step_of_two_learners_that_fails_halfway_leaves_both_as_they_were():
    rng = np.random.default_rng(0)
    first, second = learner_of([linear(3)], prefix="a."), learner_of([linear(3)], prefix="b.")
    before, luck = take([*first.fields(), *second.fields()]), rng.bit_generator.state

    def halfway():
        with undone_on_failure([first, second], rng):
            first.update([(rng.normal(size=(5, 4)).astype(np.float32), batch(5)[1])], 5, RATE, step=0)
            second.network.gradients.fill(np.nan)
            second.descend(1.0, RATE, step=0)

    with pytest.raises(TrainingError, match="of the b diverged"):
        halfway()
    same(take([*first.fields(), *second.fields()]), before)
    assert rng.bit_generator.state == luck


# A batch in shards ---------------------------------------------------------------------------------------------------


def shared_out(shards, threads, loss="cross_entropy", count=30, steps=5, weighted=False):
    """The fields after some steps of a network with everything that could go wrong, and what was reported."""
    rng = np.random.default_rng(7)
    switch = Switch(np.ones(8, bool))
    learner = learner_of(
        [
            linear(8), Tanh(), switch, Dropout(0.4, rng),
            Residual([linear(5), Dropout(0.2, rng), linear(8)]), Parallel([linear(4), [Dropout(0.5, rng)]]), linear(3),
        ],
        loss=loss,
        shards=shards,
    )  # fmt: skip
    learner.threads = threads
    switch.set(np.arange(8) != 3)  # after the copies were made
    reports = []
    for step in range(steps):
        x, targets = batch(count + step)
        given = (x, targets, np.linspace(0.1, 2, count + step, dtype=np.float32)) if weighted else (x, targets)
        reports.append(learner.update([given], count + step, RATE, step=step, l2=0.01, rng=rng, measure=accuracy))
    learner.close()
    return take(learner.fields()) | {"luck": np.array(rng.random())}, reports, learner.network.gradients


@pytest.mark.parametrize("loss", LOSSES)
def test_the_bits_depend_on_the_shards_and_not_on_the_threads(loss):
    runs = [shared_out(4, threads, loss) for threads in (1, 2, 4, 4)]
    for fields, reports, gradients in runs[1:]:
        same(fields, runs[0][0])
        assert reports == runs[0][1]
        np.testing.assert_array_equal(gradients, runs[0][2])


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", LOSSES)
def test_shards_take_the_step_of_the_whole_batch_with_the_same_masks(loss, weighted):
    whole, whole_reports, gradient = shared_out(1, 1, loss, steps=1, weighted=weighted)
    for shards in (2, 3, 7):
        parts, reports, part_gradient = shared_out(shards, 2, loss, steps=1, weighted=weighted)
        np.testing.assert_allclose(part_gradient, gradient, rtol=1e-4, atol=1e-6)
        assert reports[0][0] == pytest.approx(whole_reports[0][0], rel=1e-5)
        if not weighted:
            assert reports[0][1] == pytest.approx(whole_reports[0][1])
        assert parts["luck"] == whole["luck"], "as many random numbers were drawn"


def test_a_batch_of_few_examples_has_fewer_shards():
    for count in (1, 2, 5):
        whole, _, gradient = shared_out(1, 1, count=count, steps=1)
        parts, _, part_gradient = shared_out(8, 2, count=count, steps=1)
        np.testing.assert_allclose(part_gradient, gradient, rtol=1e-4, atol=1e-6)
        assert parts["luck"] == whole["luck"]


def test_shards_of_parts_and_a_failure_inside_them():
    x, targets = batch(20)
    whole, parts = learner_of([linear(5), linear(3)]), learner_of([linear(5), linear(3)], shards=3)
    parts.threads = 2
    whole.differentiate([(x, targets)], 20)
    parts.differentiate([(x[:12], targets[:12]), (x[12:], targets[12:])], 20)
    np.testing.assert_allclose(parts.network.gradients, whole.network.gradients, rtol=1e-4, atol=1e-6)

    def broken(outputs, targets, weights):
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("as said")
        return 0.0

    parts.threads = 3
    before = take(parts.fields())

    def until_another_thread_takes_part():
        for _ in range(1000):
            parts.differentiate([(x, targets)], 20, broken)

    with pytest.raises(RuntimeError, match="as said"):
        until_another_thread_takes_part()
    same(take(parts.fields()), before)
    parts.close()


@pytest.mark.parametrize("shards", [1, 4])
@pytest.mark.parametrize("kind", [MemoryError, KeyboardInterrupt])
def test_a_batch_that_came_to_nothing_leaves_no_trace(kind, shards):
    rng = np.random.default_rng(5)
    learner = learner_of([linear(6), Tanh(), Dropout(0.5, rng), linear(3)], shards=shards)
    learner.threads = 1
    before, luck = take(learner.fields()), rng.bit_generator.state
    x, targets = batch()

    def broken(x, *, training=False):
        raise kind

    learner.network.layers[1].forward = broken
    with pytest.raises(kind):
        learner.update([(x, targets)], 20, RATE, step=0, rng=rng)
    del learner.network.layers[1].forward
    same(take(learner.fields()), before)
    assert rng.bit_generator.state == luck
    answer = learner.network.forward(x[:7], training=True).copy()  # as teaching does it: not in shards
    rng.bit_generator.state = luck
    np.testing.assert_array_equal(learner.network.forward(x[:7], training=True), answer)


def test_layers_that_compare_examples_refuse_shards():
    layers = [linear(4), Residual([BatchNorm()]), linear(3)]
    with pytest.raises(ConfigError, match="in 2 shards here, because BatchNorm compares the examples"):
        learner_of(layers, shards=2)


def shard_threads():
    return [thread for thread in threading.enumerate() if thread.name.startswith("shards")]


def test_threads_end_with_close_and_with_the_learner():
    x, targets = batch()
    learner = learner_of([linear(3)], shards=4)
    learner.threads = 1
    learner.update([(x, targets)], 20, RATE, step=0)
    assert not shard_threads(), "one thread alone needs no other"
    learner.threads = 3
    learner.update([(x, targets)], 20, RATE, step=1)
    assert 1 <= len(shard_threads()) <= 2
    learner.close()
    learner.close()
    assert not shard_threads()
    learner.update([(x, targets)], 20, RATE, step=2)
    (*left,) = shard_threads()
    assert left
    del learner
    gc.collect()
    for thread in left:
        thread.join(10)
    assert not shard_threads()


def test_a_learner_with_its_own_rule_and_loss():
    network = Network([linear(1)], (1,), rng=np.random.default_rng(0))
    learner = Learner(network, MeanSquaredError(), SGD(network.parameters.size))
    x = np.linspace(-1, 1, 11, dtype=np.float32)[:, None]
    for step in range(500):
        learner.update([(x, 3 * x - 1)], 11, 0.1, step=step)
    np.testing.assert_allclose(network.parameters, [3, -1], atol=1e-4)
    assert isinstance(Learner(network, CrossEntropy(), Adam(network.parameters.size)).loss, CrossEntropy)
