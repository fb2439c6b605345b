"""The layers of a convolutional network, one by one: what each kind has to be told, and what to begin with."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from models.base import ConfigError
from models.cnn.line import LayerSpec, parse_layers
from models.config import Entry, EntryKind, EntryList, Part

KINDS = (
    EntryKind(
        "conv",
        "A convolution: every filter looks for the same small pattern at every place of the picture.",
        (
            Part("filters", "Filters", 8, 1, 512),
            Part("rows", "Rows of a filter, in pixels", 5, 1, 28),
            Part("columns", "Columns of a filter, in pixels", 5, 1, 28, before="×"),
            Part("padding", "Pixels of padding around the picture", 0, 0, 14, before="pad", rare=True),
            Part("stride", "Pixels from one place to the next", 1, 1, 28, before="stride", rare=True),
            Part("each_map", "Looks at every map by itself", False, before="each map", rare=True),
        ),
        ("conv 16 5x5", "conv 16 3x3", "conv 16 1x1"),
    ),
    EntryKind(
        "pool",
        "Of every square of pixels only the largest number goes on, or their mean.",
        (
            Part("size", "Side of a square, in pixels", 2, 1, 28),
            Part("average", "The mean instead of the largest number", False, before="average", rare=True),
        ),
        ("pool 2",),
    ),
    EntryKind(
        "dense",
        "Neurons that look at all numbers before them.",
        (Part("units", "Neurons", 64, 1, 4096),),
        ("dense 64", "dense 16", "dense 4"),
    ),
    EntryKind(
        "dropout",
        "Silences a share of the numbers at random while it learns.",
        (Part("rate", "Share that is silenced", 0.2, 0.0, 0.95),),
        ("dropout 0.2",),
    ),
    EntryKind("batchnorm", "Shifts and scales the numbers of a batch to mean 0 and spread 1.", (), ("batchnorm",)),
)


def read(text: str) -> tuple[Entry, ...]:
    """The entries of a line; raises ValueError with a sentence."""
    try:
        return tuple(map(_entry, parse_layers(text)))
    except ConfigError as error:
        raise ValueError(str(error)) from error


def write(entry: Entry) -> str:
    """One entry as it is written in the line."""
    told: dict[str, Any] = dict(entry.numbers)
    kind = entry.kind
    if kind == "pool":
        kind = "average_pool" if told.pop("average") else "max_pool"
    if kind == "conv":
        told["kernel"] = told.pop("rows"), told.pop("columns")
    return str(LayerSpec(kind, **told))  # type: ignore[arg-type]


def _entry(spec: LayerSpec) -> Entry:
    known: dict[str, Any] = {field.name: getattr(spec, field.name) for field in fields(spec)}
    known |= {"rows": spec.kernel[0], "columns": spec.kernel[1], "average": spec.kind == "average_pool"}
    name = "pool" if spec.kind in ("max_pool", "average_pool") else spec.kind
    kind = LAYERS.kind(name)
    return Entry(name, {part.name: known[part.name] for part in kind.parts})


LAYERS = EntryList(KINDS, read, write)
