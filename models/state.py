"""The state of a run, declared: which arrays it consists of, what each must look like, and where it belongs.

A trainer lists its fields once. Taking the state, going back to one, and refusing a damaged file all follow from the
list, so that none of them can forget something that another one has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import DataError

State = dict[str, NDArray[Any]]
"""Everything a run needs to go on, as arrays by name."""

DAMAGED = "the file is damaged or belongs to another model"


@dataclass(frozen=True)
class Field:
    """One array of a run's state.

    Attributes:
        name: what it is called in experiment files; a name once given stays.
        dtype: its number type, to the bit.
        shape: its shape; None stands for any length.
        read: gives the array as it is now: a copy, or one that is never written to.
        write: puts an array back that has passed all checks; it may be kept, but must not be written to.
        finite: whether every number must be one (neither NaN nor infinite).
        low, high: bounds of every number, included; None for none.
        missing: what stands in its place in files that were written before it existed; None refuses them.
        data: part of the user's own data: stored once in a file, however many checkpoints refer to it.
        verify: raises DataError for an array of the right form that still cannot be written back.
    """

    name: str
    dtype: np.dtype[Any]
    shape: tuple[int | None, ...]
    read: Callable[[], NDArray[Any]]
    write: Callable[[NDArray[Any]], None]
    finite: bool = True
    low: float | None = None
    high: float | None = None
    missing: Callable[[], NDArray[Any]] | None = None
    data: bool = False
    verify: Callable[[NDArray[Any]], None] | None = None

    def checked(self, state: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
        """This field's array in a state taken earlier; raises DataError when it is not what was declared."""
        if self.name not in state:
            if self.missing is not None:
                return self.missing()
            raise DataError(f"The saved state has no “{self.name}”: {DAMAGED}.")
        array = state[self.name]
        fits = len(array.shape) == len(self.shape) and all(
            wanted is None or wanted == length for wanted, length in zip(self.shape, array.shape, strict=True)
        )
        # Texts have a dtype for each length: there only the kind is asked for.
        same = array.dtype.kind == "U" if self.dtype.kind == "U" else array.dtype == self.dtype
        if not (fits and same):
            wanted = ", ".join("any" if length is None else str(length) for length in self.shape)
            raise DataError(
                f"“{self.name}” in the saved state is {array.dtype}{list(array.shape)}, but this model needs "
                f"{self.dtype}[{wanted}]: {DAMAGED}."
            )
        if array.dtype.kind == "f" and self.finite and not np.isfinite(array).all():
            raise DataError(f"The saved {self.name} are not all finite numbers: the file is damaged.")
        if array.dtype.kind in "iuf" and array.size:
            low, high = self.low, self.high
            # Written so that a NaN, where one is allowed, lies inside.
            if (low is not None and (array < low).any()) or (high is not None and (array > high).any()):
                bounds = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}" if low is not None else ""
                raise DataError(
                    f"The saved {self.name} must be {bounds or f'at most {high:g}'}, but some are not: the file is "
                    "damaged."
                )
        if self.verify is not None:
            self.verify(array)
        return array


def in_place(
    name: str, array: NDArray[Any], *, finite: bool = True, low: float | None = None, high: float | None = None
) -> Field:
    """A field for an array that the trainer changes in place, so that others may hold views into it."""

    def write(saved: NDArray[Any]) -> None:
        array[...] = saved

    return Field(name, array.dtype, array.shape, array.copy, write, finite, low, high)


def attribute(
    owner: object,
    key: str,
    name: str = "",
    *,
    shape: tuple[int | None, ...] | None = None,
    finite: bool = True,
    low: float | None = None,
    high: float | None = None,
    data: bool = False,
) -> Field:
    """A field for an array in an attribute that is replaced and never written to (read-only arrays may be shared).

    Args:
        owner, key: whose attribute it is, and what that is called.
        name: what the field is called, if not like the attribute.
        shape: where it may change; by default the present one must be kept.
        finite, low, high, data: see Field.
    """
    present: NDArray[Any] = getattr(owner, key)

    def read() -> NDArray[Any]:
        now: NDArray[Any] = getattr(owner, key)
        return now if not now.flags.writeable else now.copy()

    def write(saved: NDArray[Any]) -> None:
        setattr(owner, key, saved.copy())

    like = present.shape if shape is None else shape
    return Field(name or key, present.dtype, like, read, write, finite, low, high, data=data)


def number(
    owner: object,
    key: str,
    name: str = "",
    *,
    finite: bool = True,
    low: float | None = None,
    high: float | None = None,
) -> Field:
    """A field for a single number in an attribute: an int (64 bits), a float, or a truth value."""
    kind = type(getattr(owner, key))
    dtype = np.dtype({bool: np.bool_, int: np.int64, float: np.float64}[kind])

    def read() -> NDArray[Any]:
        return np.array(getattr(owner, key), dtype)

    def write(saved: NDArray[Any]) -> None:
        setattr(owner, key, kind(saved))

    return Field(name or key, dtype, (), read, write, finite, low, high)


def generator(name: str, rng: np.random.Generator) -> Field:
    """A field for a random generator (PCG64)."""

    def write(saved: NDArray[Any]) -> None:
        restore_generator(rng, saved)

    return Field(name, np.dtype(np.uint64), (6,), lambda: generator_state(rng), write, verify=check_generator)


def constant(name: str, array: NDArray[Any]) -> Field:
    """A field for an array of the user's own data that never changes during a run: it stands in a file once.

    What is in a state is what the trainer was built with, so there is nothing to put back, only to compare.
    """

    def leave(_saved: NDArray[Any]) -> None:
        """It is there already."""

    def same(saved: NDArray[Any]) -> None:
        if not np.array_equal(saved, array):
            raise DataError(f"The saved “{name}” is not what this run learns from: the file is damaged.")

    return Field(name, array.dtype, array.shape, lambda: array, leave, data=True, verify=same)


def take(fields: Iterable[Field]) -> State:
    """The state that the fields make up now."""
    return {field.name: field.read() for field in fields}


def check(fields: Iterable[Field], state: Mapping[str, NDArray[Any]]) -> State:
    """The arrays of a state, each found to be what was declared; raises DataError and changes nothing."""
    return {field.name: field.checked(state) for field in fields}


def put(fields: Iterable[Field], checked: Mapping[str, NDArray[Any]]) -> None:
    """Write back what `check` returned; cannot fail."""
    for field in fields:
        field.write(checked[field.name])


def owned(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only copy, for snapshots: whoever holds it can trust that it never changes."""
    copy = np.array(array)
    copy.flags.writeable = False
    return copy


def generator_state(rng: np.random.Generator) -> NDArray[np.uint64]:
    """The state of a PCG64 generator as six 64-bit numbers (state and increment are 128 bits each)."""
    state: Any = rng.bit_generator.state
    if state["bit_generator"] != "PCG64":
        raise TypeError(f"expected a PCG64 generator, not {state['bit_generator']}")
    low = (1 << 64) - 1
    value, increment = state["state"]["state"], state["state"]["inc"]
    numbers = [value & low, value >> 64, increment & low, increment >> 64, state["has_uint32"], state["uinteger"]]
    return np.array(numbers, dtype=np.uint64)


def check_generator(numbers: NDArray[Any]) -> None:
    """Raise DataError unless these can be the state of a PCG64 generator.

    Its increment is odd, or its numbers would repeat themselves all too soon: with zeros alone it would draw 0 for
    ever, and whoever waits for another number would wait for ever, too.
    """
    fits = numbers.shape == (6,) and numbers.dtype == np.uint64
    if not (fits and numbers[2] % 2 == 1 and numbers[4] <= 1 and numbers[5] < 1 << 32):
        raise DataError("The state of the random generator is damaged: no generator has such numbers.")


def restore_generator(rng: np.random.Generator, numbers: NDArray[Any]) -> None:
    """Put a PCG64 generator back to a state read by `generator_state`; raises DataError if it is not one."""
    check_generator(numbers)
    n = [int(number) for number in numbers]
    rng.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": n[0] | (n[1] << 64), "inc": n[2] | (n[3] << 64)},
        "has_uint32": n[4],
        "uinteger": n[5],
    }
