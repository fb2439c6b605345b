"""The layers that a network with the chosen settings has, in short lines and in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence

from models.layer_shapes import LayerShape, Shape
from ui.widgets.numbers import grouped


def brief(layer: LayerShape) -> str:
    """“784→128 · 100 480”: what goes in, what comes out, and how many numbers are learnt, if any."""
    learnt = f" · {grouped(layer.parameters)}" if layer.parameters else ""
    return f"{_sides(layer.takes)}→{_sides(layer.gives)}{learnt}"


def whole(layer: LayerShape) -> str:
    """The same as a sentence, for a tooltip and a screen reader."""
    learnt = f"{grouped(layer.parameters)} parameters" if layer.parameters else "no parameters"
    return f"{layer.name[0].upper()}{layer.name[1:]}: from {_sides(layer.takes)} to {_sides(layer.gives)}, {learnt}."


def total(layers: Sequence[LayerShape]) -> str:
    """“101 770 parameters in all”."""
    return f"{grouped(sum(layer.parameters for layer in layers))} parameters in all"


def _sides(shape: Shape) -> str:
    return "×".join(map(str, shape))
