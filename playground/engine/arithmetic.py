"""Which arithmetic made a run's numbers: only the same one repeats them to the last bit.

A matrix product adds many numbers up, and the order of adding, which differs between versions of the library and kinds
of processor, decides over the last bits. Training carries such a difference on, so that elsewhere a run repeats to
about four digits only. An experiment file therefore says what made it.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable
from functools import cache
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

MOST = 8
"""Kinds of arithmetic that one run remembers; hardly any sees more than two."""

Repeats = Literal["exactly", "closely", "unknown"]


class Arithmetic(BaseModel):
    """What decides over the last bits; empty words where a file does not say it.

    Attributes:
        numpy: its version.
        blas: the library that multiplies matrices, with its version.
        kernel: the kind of processor that this library has chosen its code for.
        machine: the family of processors.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
    numpy: str = Field(default="", max_length=100)
    blas: str = Field(default="", max_length=100)
    kernel: str = Field(default="", max_length=100)
    machine: str = Field(default="", max_length=100)

    @property
    def words(self) -> str:
        """Such as "NumPy 2.3.1, openblas 0.3.29 for Haswell, x86_64"; no mark-up, for a file may say anything."""
        said = f"NumPy {self.numpy}, {self.blas} for {self.kernel or 'any processor'}, {self.machine}"
        return "".join(letter for letter in said if letter.isprintable() and letter not in "<>&")


UNKNOWN = Arithmetic()
"""What a file was made with that does not say it."""


@cache
def here() -> Arithmetic:
    """The arithmetic of this process."""
    from threadpoolctl import threadpool_info  # late: only what trains needs it

    found = [library for library in threadpool_info() if library["user_api"] == "blas"]
    blas = found[0] if found else {}
    name = f"{blas.get('internal_api', 'no BLAS')} {blas.get('version') or ''}".strip()
    return Arithmetic(
        numpy=np.__version__, blas=name, kernel=str(blas.get("architecture") or ""), machine=platform.machine()
    )


def with_here(before: Iterable[Arithmetic]) -> tuple[Arithmetic, ...]:
    """All that a run was made with, when it is written here: the latest last."""
    earlier = [each for each in dict.fromkeys(before) if each != here()]
    return (*earlier[-MOST + 1 :], here())


def repeats(made_with: Iterable[Arithmetic]) -> Repeats:
    """How well what was made with these can be repeated here."""
    others = {each for each in made_with if each != here()}
    if others - {UNKNOWN}:
        return "closely"
    return "unknown" if others else "exactly"


def about(made_with: Iterable[Arithmetic]) -> str:
    """The same in a sentence for whoever opens the file."""
    made = tuple(made_with)
    found = repeats(made)
    if found == "exactly":
        return "It was made with the arithmetic of this computer: every step repeats to the same bits."
    if found == "unknown":
        return (
            "The file does not say what it was made with: on a computer like its own every step repeats to the same "
            "bits, elsewhere to about the 4th digit."
        )
    other = [each for each in made if each not in (here(), UNKNOWN)][-1]
    return (
        f"The file was written on another kind of computer ({other.words}; this one: {here().words}): numbers repeat "
        "to about the 4th digit."
    )
