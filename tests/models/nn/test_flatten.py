"""Flatten changes the shape and nothing else."""

import numpy as np

from models.nn.flatten import Flatten


def test_there_and_back():
    x = np.arange(24.0).reshape(2, 2, 3, 2)
    layer = Flatten()
    flat = layer.forward(x, training=True)
    assert flat.shape == (2, *layer.output_shape((2, 3, 2))) == (2, 12)
    np.testing.assert_array_equal(layer.backward(flat), x)
