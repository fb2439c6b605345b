"""What networks that read pictures have in common: labelled images to learn from, and a hand that can be taught."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Generic

from numpy.typing import NDArray

from models.base import Edit
from models.data.pictures.mnist import ImageData
from models.nn.layer import Array
from models.supervised.teach import Teach, fine_tune
from models.supervised.trainer import ConfigT, SnapshotT, SupervisedTrainer


class PictureTrainer(SupervisedTrainer[ConfigT, SnapshotT], Generic[ConfigT, SnapshotT]):
    """Trains on `ImageData`; images stay bytes and become numbers one batch at a time. It can be taught drawings."""

    data: ImageData

    @property
    def train_count(self) -> int:
        """Number of training images."""
        return len(self.data.train_images)

    @property
    def test_count(self) -> int:
        """Number of held-out images."""
        return len(self.data.test_images)

    @abstractmethod
    def encode(self, images: NDArray[Any]) -> Array:
        """Pictures (N, H, W), 0 … 255, as the network's input."""

    def edit(self, edit: Edit) -> None:
        """`Teach`: fine-tune on the user's own drawings; see `models.supervised.teach`."""
        if not isinstance(edit, Teach):
            super().edit(edit)
            return
        fine_tune(self, edit)
