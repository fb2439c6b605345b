"""A NumPy archive (.npz) from somebody else is read without trusting it: nothing in it is executed, and every size is
checked against the file before memory is taken.

It is a zip file of arrays, each with a header that NumPy itself would evaluate as a piece of Python. Here a header is
one of those that NumPy writes for plain numbers and texts, or the file is refused.
"""

from __future__ import annotations

import math
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import DataError, short
from models.whole_file import reason

MAGIC = b"\x93NUMPY\x01\x00"
LONGEST_HEADER = len(MAGIC) + 2 + 0xFFFF
HEADER = re.compile(
    r"\{'descr': '([<>|][biuf]\d{1,2}|<U[1-9]\d{0,5})', 'fortran_order': (False|True), 'shape': \(([\d, ]*)\), \} *\n"
)
"""What NumPy writes before an array of numbers, truth values or texts. Nothing else is accepted."""

UNREADABLE = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError)
"""What reading a damaged archive may raise (ValueError: a name that is not text, a place before the beginning)."""

PIECE = 2**20
"""Bytes that are unpacked at a time, so that an array is never there twice."""

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Kind:
    """What sort of archive is expected.

    Attributes:
        what, holder: what it is called in messages: "an experiment file", "an experiment".
        remedy: what to open instead of another file.
        most_bytes, most_arrays: what all its arrays may take, unpacked, and how many there may be.
        largest: bytes that arrays of these names may take, and the words for it.
    """

    what: str
    holder: str
    remedy: str
    most_bytes: int
    most_arrays: int
    largest: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def read_arrays(path: Path, kind: Kind, only: Iterable[str] | None = None) -> Arrays:
    """All arrays of an archive, or those named in `only`, by name; raises DataError saying what is wrong with it."""
    try:
        if not path.is_file():  # opening a pipe would wait for ever
            what = "is a folder" if path.is_dir() else "is not a plain file" if path.exists() else "does not exist"
            raise DataError(f"{path} {what}: choose {kind.what}.")
        with zipfile.ZipFile(path) as archive:
            listed = archive.infolist()
            if len(listed) > kind.most_arrays or sum(entry.file_size for entry in listed) > kind.most_bytes:
                most = f"{kind.most_arrays} arrays and {kind.most_bytes >> 20} MB"
                raise DataError(f"{path.name} is too large: {kind.holder} holds at most {most}. Open another file.")
            entries = {entry.filename.removesuffix(".npy"): entry for entry in listed}
            if len(entries) < len(listed):
                raise damaged(path, "it holds two arrays of the same name")
            for name, (most_bytes, words) in kind.largest.items():
                if name in entries and entries[name].file_size > most_bytes:
                    raise DataError(f"{path.name} is too large: {words}. Open another file.")
            wanted = entries if only is None else entries.keys() & set(only)
            return {name: _read_array(path, archive, entries[name]) for name in wanted}
    except UNREADABLE as error:
        raise DataError(
            f"{short(path.name, 100)} is not {kind.what}, or it is damaged or incomplete ({short(str(error), 60)}). "
            + kind.remedy
        ) from error
    except OSError as error:
        raise DataError(
            f"{path} could not be read: {reason(error)}. Check that you may open it, or choose another file."
        ) from error
    except MemoryError as error:
        raise DataError(f"{path.name} does not fit into memory: close other programs and try again.") from error


def _read_array(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    """One array; its header must be plain and announce exactly as many bytes as follow."""
    name = f"“{short(entry.filename, 60)}”"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise damaged(path, f"{name} is packed in a way that NumPy does not write")
    with archive.open(entry) as file:
        start = file.read(len(MAGIC) + 2)
        text = file.read(int.from_bytes(start[len(MAGIC) :], "little")).decode("latin-1")
        header = HEADER.fullmatch(text) if start.startswith(MAGIC) else None
        if header is None:
            raise damaged(path, f"{name} does not hold plain numbers (pickled objects are never loaded)")
        announced = short(f"{header[1]} ({header[3]})", 60)
        try:
            dtype = np.dtype(header[1])
            shape = tuple(int(length) for length in header[3].split(",") if length.strip())
            size = math.prod(shape) * dtype.itemsize
            if size != entry.file_size - len(start) - len(text):
                raise ValueError(size)
            data = np.empty(size, np.uint8)
            done = 0
            while done < size and (piece := file.read(min(PIECE, size - done))):
                data[done : done + len(piece)] = np.frombuffer(piece, np.uint8)
                done += len(piece)
            # A shape such as (0, 10¹⁸) fits no bytes at all, and still NumPy refuses it, with a ValueError.
            array = data[:done].view(dtype).reshape(shape, order="F" if header[2] == "True" else "C")
            array = array if array.flags.c_contiguous else array.copy()
        except (TypeError, ValueError, OverflowError) as error:
            raise damaged(path, f"{name} announces {announced}, which does not fit what it holds") from error
    if has_unknown_characters(array):
        raise damaged(path, f"{name} holds characters that do not exist")
    return array


def has_unknown_characters(array: NDArray[Any]) -> bool:
    """Whether a text in the array holds numbers that are no characters; NumPy would crash on them, or Python."""
    if array.dtype.kind != "U":
        return False
    codes = np.ascontiguousarray(array).reshape(-1).view(np.uint32)
    return bool(codes.max(initial=0) > 0x10FFFF or ((codes >= 0xD800) & (codes < 0xE000)).any())


def damaged(path: Path, what: str) -> DataError:
    """The error with which a file is refused that cannot have been written by this program."""
    return DataError(f"{short(path.name, 100)} is damaged: {what}. Open another copy of the file.")
