from __future__ import annotations

import numpy as np
import pytest

from models.nn.gradient_check import numerical_gradient, relative_error
from models.nn.losses import LOSSES, CrossEntropy


def example(dtype=np.float64):
    rng = np.random.default_rng(0)
    return rng.normal(size=(6, 4)).astype(dtype) * 2, np.eye(4, dtype=dtype)[rng.integers(4, size=6)]


@pytest.mark.parametrize("name", LOSSES)
def test_gradient_is_the_central_difference(name):
    loss = LOSSES[name]()
    outputs, targets = example()
    scale = len(outputs) if loss.summed else 1
    analytic = loss(outputs, targets)[1].copy()
    numeric = numerical_gradient(lambda: loss(outputs, targets)[0] * scale, outputs)
    assert relative_error(analytic, numeric) <= 1e-6


@pytest.mark.parametrize("name", LOSSES)
def test_matches_torch(name):
    torch = pytest.importorskip("torch")
    functions = {
        "cross_entropy": torch.nn.functional.cross_entropy,
        "mse": torch.nn.functional.mse_loss,
        "mse_sum": lambda y, t: 0.5 * torch.nn.functional.mse_loss(y, t, reduction="sum"),
    }
    outputs, targets = example(np.float32)
    tensor = torch.tensor(outputs, requires_grad=True)
    expected = functions[name](tensor, torch.tensor(targets))
    expected.backward()
    value, gradient = LOSSES[name]()(outputs, targets)
    scale = len(outputs) if name == "mse_sum" else 1
    assert value * scale == pytest.approx(expected.item(), rel=1e-5)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-5, atol=1e-7)


def test_cross_entropy_is_stable_and_exact_at_the_extremes():
    loss = CrossEntropy()
    sure_and_wrong = np.array([[1e4, -1e4]], np.float32)
    value, gradient = loss(sure_and_wrong, np.array([[0, 1]], np.float32))
    assert value == pytest.approx(2e4)
    np.testing.assert_array_equal(gradient, [[1.0, -1.0]])
    assert loss(sure_and_wrong, np.array([[1, 0]], np.float32))[0] == 0.0
    assert loss(np.zeros((3, 10), np.float32), np.eye(10, dtype=np.float32)[:3])[0] == pytest.approx(np.log(10))


@pytest.mark.parametrize("name", LOSSES)
def test_value_is_per_example(name):
    outputs, targets = example()
    twice = LOSSES[name]()(np.tile(outputs, (2, 1)), np.tile(targets, (2, 1)))[0]
    assert twice == pytest.approx(LOSSES[name]()(outputs, targets)[0])


# A time axis, and rows that count more or less -----------------------------------------------------------------------


def sequences(dtype=np.float64):
    """Outputs and one-hot targets (5, 7, 4), and which moments count: the sequences are 1 … 7 long."""
    rng = np.random.default_rng(3)
    outputs = rng.normal(size=(5, 7, 4)).astype(dtype) * 2
    targets = np.eye(4, dtype=dtype)[rng.integers(4, size=(5, 7))]
    return outputs, targets, (np.arange(7) < np.array([[7], [1], [4], [6], [2]])).astype(dtype)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", LOSSES)
def test_gradient_of_sequences_is_the_central_difference(name, weighted):
    loss = LOSSES[name]()
    outputs, targets, weights = sequences()
    answer = (targets, weights * 1.5) if weighted else (targets,)
    scale = 1 if not loss.summed else float(answer[-1].sum()) if weighted else 35
    analytic = loss(outputs, *answer)[1].copy()
    numeric = numerical_gradient(lambda: loss(outputs, *answer)[0] * scale, outputs)
    assert relative_error(analytic, numeric) <= 1e-6


@pytest.mark.parametrize("name", LOSSES)
def test_a_sequence_is_as_many_rows_and_a_weight_of_nothing_leaves_a_row_out(name):
    loss = LOSSES[name]()
    outputs, targets, weights = sequences()
    flat = outputs.reshape(-1, 4), targets.reshape(-1, 4)
    value, gradient = loss(outputs, targets)
    expected, flat_gradient = LOSSES[name]()(*flat)
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(gradient.reshape(-1, 4), flat_gradient)

    value, gradient = loss(outputs, targets, weights)
    kept = weights.ravel() > 0
    expected, kept_gradient = LOSSES[name]()(flat[0][kept], flat[1][kept])
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(gradient.reshape(-1, 4)[kept], kept_gradient)
    assert not gradient.reshape(-1, 4)[~kept].any()

    value, gradient = loss(outputs, targets, np.zeros_like(weights))
    assert value == 0
    assert not gradient.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cross_entropy_of_sequences_matches_torch(dtype):
    torch = pytest.importorskip("torch")
    outputs, targets, weights = sequences(dtype)
    tensor = torch.tensor(outputs, requires_grad=True)
    classes = torch.tensor(np.where(weights > 0, targets.argmax(axis=-1), -100))
    expected = torch.nn.functional.cross_entropy(tensor.transpose(1, 2), classes, ignore_index=-100)
    expected.backward()
    value, gradient = CrossEntropy()(outputs, targets, weights)
    assert value == pytest.approx(expected.item(), rel=1e-5)
    assert gradient.dtype == dtype
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-5, atol=1e-7)

    tensor = torch.tensor(outputs, requires_grad=True)
    expected = torch.nn.functional.cross_entropy(tensor.transpose(1, 2), torch.tensor(targets.argmax(axis=-1)))
    expected.backward()
    value, gradient = CrossEntropy()(outputs, targets)
    assert value == pytest.approx(expected.item(), rel=1e-5)
    np.testing.assert_allclose(gradient, tensor.grad.numpy(), rtol=1e-5, atol=1e-7)
