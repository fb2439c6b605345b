"""A recurrent network between two steps, and what it reads."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Snapshot
from models.nn.network import Network
from models.sequence.config import SequenceConfig
from models.sequence.data import SequenceData
from models.sequence.network import Weights, network_on
from models.sequence.tasks import Task


@dataclass(frozen=True)
class SequenceSnapshot(Snapshot):
    """What the tab draws.

    Attributes:
        config: the settings in force.
        data: what is read; None for tasks that make up their own.
        task: the question, with its batches; never changed.
        cells: the networks, in the order of `config.cells`.
    """

    config: SequenceConfig
    data: SequenceData
    task: Task
    cells: tuple[Weights, ...]

    def network(self, cell: str = "") -> Network:
        """A network for prediction: of this cell, or the first."""
        chosen = next((each for each in self.cells if each.cell == cell), self.cells[0])
        return network_on(chosen, self.config, self.task)
