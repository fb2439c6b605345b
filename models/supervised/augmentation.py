"""The settings that say how training images are varied, shared by the networks that look at pictures."""

from __future__ import annotations

from models.config import Config, setting
from models.data.drawing.augment import Augmentation


class AugmentationConfig(Config):
    """How the training images are varied, anew each time they are shown; 0 is off."""

    shift: float = setting(
        0.0,
        "Move every training image by up to so many pixels.",
        group="Augmentation",
        unit="px",
        ge=0,
        le=4,
        live=True,
    )
    rotation: float = setting(
        0.0, "Turn every training image by up to so much.", group="Augmentation", unit="°", ge=0, le=45, live=True
    )
    zoom: float = setting(
        0.0,
        "Make every training image larger or smaller by up to about this share: 0.1 is 10 %.",
        group="Augmentation",
        ge=0,
        le=0.5,
        live=True,
    )
    shear: float = setting(
        0.0,
        "Slant every training image by up to so many pixels to the side per row: 0.2 is about 11°.",
        group="Augmentation",
        ge=0,
        le=0.6,
        live=True,
    )
    elastic: float = setting(
        0.0,
        "Bend every training image smoothly, each point by about so many pixels.",
        group="Augmentation",
        unit="px",
        ge=0,
        le=3,
        live=True,
    )
    stroke_width: float = setting(
        0.0,
        "Make the strokes of training images thicker or thinner: 1 is by up to a pixel on each side.",
        group="Augmentation",
        ge=0,
        le=1,
        live=True,
    )

    def augmentation(self, **more: bool) -> Augmentation:
        """How far training images are changed; `more` are further fields of `Augmentation`."""
        return Augmentation(
            shift=self.shift,
            rotation=self.rotation,
            scale=self.zoom,
            shear=self.shear,
            elastic=self.elastic,
            thickness=self.stroke_width,
            **more,
        )
