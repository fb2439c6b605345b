"""What a layer takes and gives, and how many numbers it learns: known from the settings, before anything is built.

The first dense layer behind a picture of 28×28 pixels holds most of a small network's parameters. Whoever sees that
while choosing the layers need not find it out by waiting.
"""

from __future__ import annotations

from dataclasses import dataclass

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerShape:
    """One layer as the settings ask for it, with the activation that belongs to it.

    Attributes:
        name: what it is, in the words of the settings ("128 relu", "conv 8 5x5", "answer").
        takes, gives: shapes of its input and output for one example, (D,) or (H, W, C).
        parameters: how many numbers it learns; 0 for a pool.
        setting: name of the setting that asks for it.
        entry: which entry of that setting, where it is a list, counted from 0; None for what is added by itself.
    """

    name: str
    takes: Shape
    gives: Shape
    parameters: int
    setting: str
    entry: int | None = None
