"""Learning what colours are called: a few at a time are shown, and every weight moves towards the right names.

The loop, the network and its optimizer are those of every network here (`models.supervised`, `models.nn`); what is
written here is what a colour becomes on its way in, and what becomes of the user's own words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, Edit, Field
from models.colours.begin import begin_with
from models.colours.carried import carried
from models.colours.config import ColoursConfig
from models.colours.edits import LARGEST_WEIGHT, SetWeight
from models.colours.network import layers, linears
from models.colours.spaces import SPACES
from models.data.colours.sets import ColourSet, described, from_state
from models.nn.layer import Array, Layer, Shape
from models.nn.learner import Batch
from models.state import constant
from models.supervised.trainer import SupervisedSnapshot, SupervisedTrainer


@dataclass(frozen=True)
class ColoursSnapshot(SupervisedSnapshot):
    """The network between two steps, and the colours that it learns from."""

    config: ColoursConfig
    data: ColourSet


class ColoursTrainer(SupervisedTrainer[ColoursConfig, ColoursSnapshot]):
    """One run on a set of named colours."""

    data: ColourSet

    def __init__(self, config: ColoursConfig, data: ColourSet) -> None:
        super().__init__(config, data)
        if config.begin == "english" and (data.own or config.terms == "grue"):
            begin_with(self.network, config, data.colours[data.train], data.labels[data.train], len(data.names))

    def prepare(self, data: ColourSet) -> None:
        """What the network sees of each colour, and the name that it should answer, once and for all."""
        inputs = SPACES[self.config.space].inputs(data.colours)
        targets = np.eye(len(data.names), dtype=np.float32)[data.labels]
        self._train = inputs[data.train], targets[data.train]
        self._test = inputs[data.test], targets[data.test]

    @property
    def train_count(self) -> int:
        """Colours to learn from."""
        return len(self.data.train)

    @property
    def test_count(self) -> int:
        """Colours held out."""
        return len(self.data.test)

    def layers(self) -> tuple[Sequence[Layer], Shape]:
        """See `models.colours.network`."""
        return layers(self.config, len(self.data.names), self.rng), (3,)

    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch:
        """Inputs (n, 3) and names, one-hot (n, K)."""
        return self._train[0][chosen], self._train[1][chosen]

    def test_batch(self, chosen: slice) -> Batch:
        """The same of held-out colours."""
        return self._test[0][chosen], self._test[1][chosen]

    def test_outputs(self, inputs: Array, chosen: slice) -> Array:
        """With whole numbers it is those that answer."""
        if not self.config.whole_numbers:
            return super().test_outputs(inputs, chosen)
        whole = carried(self.network.parameters, self.config, self.data.names)
        colours = self.data.colours[self.data.test][chosen]
        return (whole.scores(colours) / whole.softness).astype(np.float32)

    def snapshot(self) -> ColoursSnapshot:
        """A copy of the parameters."""
        return ColoursSnapshot(**self.snapshot_fields(), data=self.data)

    # The user's own words -------------------------------------------------------------------------------------------

    def fields(self) -> Sequence[Field]:
        """See Trainer; the user's own colours are part of the state, and stay the same."""
        return [
            *super().fields(),
            *(constant(name, array) for name, array in described(self.data).items() if self.data.own),
        ]

    @classmethod
    def data_in(cls, config: ColoursConfig, state: Mapping[str, NDArray[Any]]) -> ColourSet | None:
        """See Trainer."""
        return from_state(state)

    def edit(self, edit: Edit) -> None:
        """Set a weight by hand."""
        if not isinstance(edit, SetWeight):
            super().edit(edit)
            return
        found = linears(self.network)
        if not 0 <= edit.layer < len(found):
            raise ConfigError(f"There are {len(found)} layers of weights, counted from 0, not {edit.layer}.")
        parameters = found[edit.layer].parameters
        array = parameters["bias"] if edit.source is None else parameters["weight"]
        index = (edit.unit,) if edit.source is None else (edit.source, edit.unit)
        if not all(0 <= number < size for number, size in zip(index, array.shape, strict=True)):
            raise ConfigError(f"Layer {edit.layer} has no such connection: its weights are {list(array.shape)}.")
        if not isinstance(edit.value, (int, float)) or not abs(edit.value) <= LARGEST_WEIGHT:
            raise ConfigError(f"A weight must be a number between −{LARGEST_WEIGHT:,} and {LARGEST_WEIGHT:,}.")
        if self.config.whole_numbers:
            raise ConfigError(
                "These whole numbers are rounded from the trained ones and cannot be set: switch whole numbers off."
            )
        if edit.layer == 0:
            self._set_folded(parameters, edit)
        else:
            array[index] = float(edit.value)
        self._measured = (-1, {})  # it was another network's

    def _set_folded(self, parameters: Mapping[str, Array], edit: SetWeight) -> None:
        """Set a number of the first layer as it is carried: for coordinates u, of which the network sees s · u + t.

        The other numbers that are carried stay as they are.
        """
        space = SPACES[self.config.space]
        weights, biases = parameters["weight"], parameters["bias"]
        shift = np.array(space.shift)
        bias = float(biases[edit.unit] + shift @ weights[:, edit.unit])
        if edit.source is None:
            bias = edit.value
        else:
            weights[edit.source, edit.unit] = edit.value / space.scale[edit.source]
        biases[edit.unit] = bias - shift @ weights[:, edit.unit]
