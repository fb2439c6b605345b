"""Memory hands out the same array as long as that fits, and another one when it does not."""

import numpy as np

from models.nn.memory import Memory

SINGLE = np.dtype(np.float32)


def test_the_same_name_gives_the_same_array_with_what_was_left_in_it():
    memory = Memory()
    first = memory.array("output", (3, 2), SINGLE)
    assert first.dtype == SINGLE
    np.testing.assert_array_equal(first, np.zeros((3, 2)))
    first[...] = 7
    assert memory.array("output", (3, 2), SINGLE) is first
    assert memory.array("mask", (3, 2), SINGLE) is not first


def test_another_shape_or_number_type_gives_another_array():
    memory = Memory()
    first = memory.array("output", (3, 2), SINGLE)
    smaller = memory.array("output", (2, 2), SINGLE)
    assert smaller.shape == (2, 2)
    assert not np.shares_memory(first, smaller)
    assert memory.array("output", (2, 2), np.dtype(np.float64)).dtype == np.float64
