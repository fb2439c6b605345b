"""What there is to see of a run of the Boundary tab between two steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.boundary.config import BoundaryConfig
from models.boundary.network import boundary_layers
from models.data.points.sets import Flags, PointSet
from models.nn.layer import Array
from models.nn.network import Network
from models.nn.switch import Switch
from models.supervised.trainer import SupervisedSnapshot


@dataclass(frozen=True)
class BoundarySnapshot(SupervisedSnapshot):
    """The network, its points and its answers at one step; everything that the pure functions beside this
    file need.

    Attributes:
        data: the points, their answers and names, in the coordinates of the plane (original = plane · scale + centre
            where they were standardised); OwnPoints once the user had a hand in them.
        switched_on: for every hidden layer (units,) bool.
        predictions: (N,), the class of each point now, uint8; for regression its value, float32.
        stop_reason: why the run is over, in words; "" while it is not.
        best_held_out_loss: as the stop rule has seen it, inf before its first look; `epochs_waited` since then.
    """

    config: BoundaryConfig
    data: PointSet
    switched_on: tuple[NDArray[np.bool_], ...]
    predictions: NDArray[Any]
    stop_reason: str
    best_held_out_loss: float
    epochs_waited: int

    @property
    def regression(self) -> bool:
        """Whether values are predicted instead of classes."""
        return self.labels is None

    @property
    def points(self) -> NDArray[np.float64]:
        """(N, 2)."""
        return self.data.points

    @property
    def held_out(self) -> Flags:
        """(N,) bool, the points that are not trained on."""
        assert self.data.held_out is not None
        return self.data.held_out

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """(N,) class of each point; None for regression."""
        return self.data.labels

    @property
    def targets(self) -> NDArray[np.float64] | None:
        """(N,) value to predict; None for classes."""
        return self.data.targets

    @property
    def class_names(self) -> tuple[str, ...]:
        """C names; empty for regression."""
        return self.data.class_names

    @property
    def axis_names(self) -> tuple[str, ...]:
        """What the two coordinates are called."""
        return self.data.axis_names

    @property
    def centre(self) -> NDArray[np.float64] | None:
        """(2,) when the points were standardised, else None."""
        return self.data.centre

    @property
    def scale(self) -> NDArray[np.float64] | None:
        """(2,) when the points were standardised, else None."""
        return self.data.scale


def network_of(snapshot: BoundarySnapshot, parameters: Array | None = None) -> Network:
    """A network for prediction on the snapshot's parameters, or on others of the same size (also float64)."""
    switches = [Switch(on) for on in snapshot.switched_on]
    layers = boundary_layers(snapshot.config, len(snapshot.class_names), switches)
    given = snapshot.parameters if parameters is None else parameters
    return Network.on(given, layers, (len(snapshot.config.inputs),))
