"""The check itself must be able to fail."""

from __future__ import annotations

import numpy as np

from models.nn.activations import Tanh
from models.nn.gradient_check import gradient_check, numerical_gradient, relative_error
from models.nn.linear import Linear
from models.nn.losses import MeanSquaredError
from models.nn.network import Network


class WrongTanh(Tanh):
    """Another classic: the derivative of the sigmoid in the place of tanh's."""

    @staticmethod
    def derivative(y, out=None):
        return y * (1 - y)


def test_a_wrong_derivative_is_found():
    rng = np.random.default_rng(0)
    x, targets = rng.normal(size=(5, 3)), rng.normal(size=(5, 2))

    class Broken(WrongTanh):
        def backward(self, gradient, *, need_input=True):
            return gradient * self.derivative(self._output)

    network = Network([Linear(4), Broken(), Linear(2)], (3,), dtype=np.float64, rng=rng)
    errors = gradient_check(network, MeanSquaredError(), x, targets)
    assert errors["0.weight"] > 0.01  # below the mistake
    assert errors["2.weight"] <= 1e-6  # above it


def test_numerical_gradient_of_a_known_function_and_x_is_put_back():
    x = np.array([[1.0, -2.0], [0.5, 3.0]])
    before = x.copy()
    np.testing.assert_allclose(numerical_gradient(lambda: float((x**3).sum()), x), 3 * x**2, rtol=1e-8)
    np.testing.assert_array_equal(x, before)


def test_relative_error():
    assert relative_error(np.zeros(3), np.zeros(3)) == 0.0
    assert relative_error(np.ones(3), -np.ones(3)) == 1.0
