"""A tiny model with noise, momentum and held-out data, for tests of the run engine: everything that must survive."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Edit, Field, Metrics, MetricSpec, Model, Preset, Snapshot, Trainer, TrainingError, owned
from models.config import Config, setting
from models.state import attribute, generator, number


class ToyConfig(Config):
    seed: int = setting(0, "start of the random numbers", ge=0, le=1000)
    size: int = setting(3, "number of weights", ge=1, le=10_000_000)
    steps: int = setting(400, "steps until it is done", ge=1, le=10_000_000, live=True)
    learning_rate: float = setting(0.1, "step size", gt=0, le=1e6, live=True, log=True)


@dataclass(frozen=True)
class ToySnapshot(Snapshot):
    weights: NDArray[np.float64]
    evaluated_at: int


@dataclass(frozen=True)
class Shift(Edit):
    by: float


class ToyTrainer(Trainer[ToyConfig, ToySnapshot]):
    def __init__(self, config: ToyConfig, data: object) -> None:
        self.config = config
        self.rng = np.random.default_rng(config.seed)
        self.weights = self.rng.normal(size=config.size)
        self.velocity = np.zeros(config.size)
        self.evaluated_at = -1

    @property
    def epoch(self) -> float:
        return self.step_count / 10

    @property
    def done(self) -> bool:
        return self.step_count >= self.config.steps

    def step(self) -> Metrics:
        before = self.rng.bit_generator.state
        gradient = self.weights - 1 + 0.1 * self.rng.normal(size=self.config.size)
        velocity = 0.5 * self.velocity - self.config.learning_rate * gradient
        weights = self.weights + velocity
        loss = float(np.mean((weights - 1) ** 2))
        if not loss < 1e12:
            self.rng.bit_generator.state = before  # a step that fails changes nothing
            raise TrainingError("The loss overflowed: choose a smaller step size.")
        self.weights, self.velocity = weights, velocity
        self.step_count += 1
        return {"loss": loss, "first": float(weights[0])}

    def snapshot(self) -> ToySnapshot:
        return ToySnapshot(self.step_count, self.epoch, owned(self.weights), self.evaluated_at)

    def fields(self) -> list[Field]:
        return [
            attribute(self, "weights"),
            attribute(self, "velocity"),
            generator("rng", self.rng),
            number(self, "step_count", "step"),
        ]

    def evaluation_due(self) -> bool:
        return self.step_count % 50 == 0

    def evaluate(self) -> Generator[None, None, Metrics]:
        total = 0.0
        for weight in self.weights[:3]:
            total += float(weight)
            yield
        self.evaluated_at = self.step_count
        return {"held_out": total}

    def edit(self, edit: Edit) -> None:
        if not isinstance(edit, Shift):
            super().edit(edit)
            return
        self.weights = self.weights + edit.by


def load(config: ToyConfig) -> None:
    return None


MODEL = Model(
    name="toy",
    title="Toy",
    summary="A noisy walk to one.",
    config=ToyConfig,
    trainer=ToyTrainer,
    load=load,
    presets={
        "default": Preset(ToyConfig(), "converges"),
        "explodes": Preset(ToyConfig(learning_rate=50.0), "diverges"),
    },
    metrics=(
        MetricSpec("loss", "training loss", "loss", log=True, better="lower"),
        MetricSpec("first", "first weight", "weight"),
        MetricSpec("held_out", "held-out sum", "weight", held_out=True),
    ),
)
