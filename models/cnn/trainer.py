"""A convolutional network learns to read digits or moods: small filters that slide over the picture become detectors of
strokes and curves, and a last layer weighs what they found.

The same few weights look everywhere, so what is learnt in one place is known in all. Y. LeCun, L. Bottou, Y. Bengio,
P. Haffner, *Gradient-based learning applied to document recognition*, 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.cnn.config import CnnConfig
from models.cnn.predict import CnnSnapshot, encode
from models.data.drawing.augment import augment
from models.data.pictures.mnist import ImageData
from models.nn.layer import Layer, Shape
from models.supervised.pictures import PictureTrainer
from models.supervised.trainer import Batch


class CnnTrainer(PictureTrainer[CnnConfig, CnnSnapshot]):
    """Trains on `ImageData`; images stay bytes and become numbers 0 … 1 one batch at a time."""

    evaluation_chunk = 125

    def prepare(self, data: ImageData) -> None:
        """Look up what training needs at every step; raises DataError for data of another kind than the config's."""
        side = self.config.input_shape[0]
        if data.train_images.shape[1:] != (side, side) or len(data.class_names) != len(self.config.class_names):
            raise DataError(
                f"“{data.name}” does not fit “{self.config.dataset}”, which needs pictures of {side}×{side} pixels of "
                f"{', '.join(self.config.class_names)}: choose the data set that the pictures belong to."
            )
        self._set_augmentation()
        self._one_hot = np.eye(len(self.config.class_names), dtype=np.float32)
        self._input_memory = np.empty((0, *self.config.input_shape[:2]), np.float32)

    def layers(self) -> tuple[Sequence[Layer], Shape]:
        """The layers of the config's line."""
        return self.config.architecture(self.rng).layers, self.config.input_shape

    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch:
        """Pictures (N, H, W, 1) and one-hot targets (N, K)."""
        images, labels = self.data.train_images[chosen], self.data.train_labels[chosen]
        if len(images) > len(self._input_memory):
            self._input_memory = np.empty(images.shape, np.float32)
        out = self._input_memory[: len(images)]
        if self._augmentation.active:
            augment(images, self._augmentation, self.rng, out)
            out *= np.float32(1 / 255)
        else:
            np.multiply(images, np.float32(1 / 255), out=out)
        return out[..., None], self._one_hot[labels]

    def test_batch(self, chosen: slice) -> Batch:
        """Held-out pictures (N, H, W, 1) and one-hot targets (N, K)."""
        return encode(self.data.test_images[chosen]), self._one_hot[self.data.test_labels[chosen]]

    def encode(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Pictures (N, H, W), 0 … 255, as the network's input."""
        return encode(images)

    def configure(self, config: CnnConfig) -> None:
        """See Trainer; augmentation can change during a run too."""
        super().configure(config)
        self._set_augmentation()

    def snapshot(self) -> CnnSnapshot:
        """Copies of the parameters and of the latest test predictions."""
        return CnnSnapshot(**self.snapshot_fields())

    def _set_augmentation(self) -> None:
        self._augmentation = self.config.augmentation(
            whole_pixels=self.config.dataset == "faces-8", mirror=self.config.mirror
        )
        self.noisy = self._augmentation.active or "dropout" in self.config.layers
