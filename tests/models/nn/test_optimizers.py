"""Every optimizer walks the path that PyTorch's walks, finds a minimum, and does it in its own memory."""

from __future__ import annotations

import numpy as np
import pytest

from models.nn.optimizers import OPTIMIZERS, add_decay


def rosenbrock_gradient(p):
    x, y = p
    return np.array([-2 * (1 - x) - 4 * x * (y - x**2), 2 * (y - x**2)])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_trajectory_is_that_of_torch(name):
    torch = pytest.importorskip("torch")
    makers = {
        "sgd": lambda p: torch.optim.SGD(p, 0.02),
        "momentum": lambda p: torch.optim.SGD(p, 0.02, momentum=0.8),
        "nesterov": lambda p: torch.optim.SGD(p, 0.02, momentum=0.8, nesterov=True),
        "rmsprop": lambda p: torch.optim.RMSprop(p, 0.02, alpha=0.95),
        "adam": lambda p: torch.optim.Adam(p, 0.02, betas=(0.8, 0.95)),
    }
    tensor = torch.tensor([-1.0, 1.5], dtype=torch.float64, requires_grad=True)
    reference = makers[name]([tensor])
    parameters = np.array([-1.0, 1.5])
    optimizer = OPTIMIZERS[name](2, np.float64, momentum=0.8, second_momentum=0.95)
    for _ in range(200):
        tensor.grad = torch.tensor(rosenbrock_gradient(tensor.detach().numpy()))
        reference.step()
        optimizer.update(parameters, rosenbrock_gradient(parameters), 0.02)
        np.testing.assert_allclose(parameters, tensor.detach().numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_updates_in_place_and_leaves_the_gradient_alone(name):
    optimizer = OPTIMIZERS[name](3)
    memory = {key: id(array) for key, array in optimizer.state.items()}
    parameters, gradients = np.ones(3, np.float32), np.array([1, -2, 0], np.float32)
    optimizer.update(parameters, gradients, 0.01)
    np.testing.assert_array_equal(gradients, [1, -2, 0])
    assert parameters[0] < 1 < parameters[1]
    assert parameters[2] == 1
    assert {key: id(array) for key, array in optimizer.state.items()} == memory


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_finds_the_bottom_of_a_bowl(name):
    parameters = np.array([3.0, -2.0])
    optimizer = OPTIMIZERS[name](2, np.float64)
    for step in range(600):
        optimizer.update(parameters, parameters * (1.0, 4.0), 0.05 * (1 - step / 600))
    np.testing.assert_allclose(parameters, 0.0, atol=1e-3)


def test_adams_first_step_is_the_learning_rate_in_size():
    parameters = np.zeros(3)
    OPTIMIZERS["adam"](3, np.float64).update(parameters, np.array([1e-3, -5.0, 100.0]), 0.01)
    np.testing.assert_allclose(parameters, [-0.01, 0.01, -0.01], rtol=1e-4)


def test_decay_is_the_gradient_of_the_penalty_and_spares_the_biases():
    parameters, decayed = np.array([2.0, -3.0, 5.0]), np.array([1.0, 1.0, 0.0])
    gradients = np.zeros(3)
    add_decay(gradients, parameters, decayed, l1=0.1, l2=0.01, scratch=np.empty(3))

    def penalty(p):
        w = p * decayed
        return 0.1 * np.abs(w).sum() + 0.5 * 0.01 * (w**2).sum()

    numeric = [(penalty(parameters + e) - penalty(parameters - e)) / 2e-6 for e in np.eye(3) * 1e-6]
    np.testing.assert_allclose(gradients, numeric, rtol=1e-6, atol=1e-10)
