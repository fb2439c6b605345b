"""A tiny model with two learners, for tests of the run engine: two networks that train against each other on points in
the plane, or learn from the same batches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.base import Field, Metrics, MetricSpec, Model, Preset, Snapshot, Trainer, owned
from models.config import Config, setting
from models.nn.activations import LeakyReLU, Tanh
from models.nn.dropout import Dropout
from models.nn.initializers import he
from models.nn.layer import Array
from models.nn.learner import Learner, undone_on_failure
from models.nn.linear import Linear
from models.nn.losses import CrossEntropy, MeanSquaredError
from models.nn.nesting import Residual
from models.nn.network import Network
from models.nn.optimizers import Adam, Momentum
from models.state import generator, number

BATCH = 16


class DuelConfig(Config):
    kind: Literal["duel", "twins"] = setting("duel", "against each other, or side by side")
    seed: int = setting(0, "start of the random numbers", ge=0, le=1000)
    steps: int = setting(400, "steps until it is done", ge=1, le=10_000, live=True)
    learning_rate: float = setting(0.01, "step size", gt=0, le=1e9, live=True, log=True)


@dataclass(frozen=True)
class DuelSnapshot(Snapshot):
    made: Array


class DuelTrainer(Trainer[DuelConfig, DuelSnapshot]):
    """A forger makes points out of noise, and a critic tells them from real ones, which lie on a circle.

    As in I. Goodfellow et al., *Generative adversarial nets*, 2014, with the forger's loss that does not saturate. As
    "twins" the two networks learn the same batches instead, and never hear of each other.
    """

    def __init__(self, config: DuelConfig, data: object) -> None:
        self.config = config
        self.rng = np.random.default_rng((config.seed, 1))
        start = np.random.default_rng((config.seed, 0))
        forger = [Linear(8, he()), Residual([Linear(8, he()), Tanh()]), Linear(2)]
        critic = [Linear(8, he()), LeakyReLU(), Dropout(0.2, self.rng), Linear(2)]
        networks = Network(forger, (2,), rng=start), Network(critic, (2,), rng=start)
        self.forger = Learner(networks[0], MeanSquaredError(), Adam(networks[0].parameters.size), prefix="forger.")
        self.critic = Learner(networks[1], CrossEntropy(), Momentum(networks[1].parameters.size), prefix="critic.")

    @property
    def epoch(self) -> float:
        return self.step_count / 10

    @property
    def done(self) -> bool:
        return self.step_count >= self.config.steps

    def step(self) -> Metrics:
        with undone_on_failure((self.forger, self.critic), self.rng):
            metrics = self._duel() if self.config.kind == "duel" else self._side_by_side()
        self.step_count += 1
        return metrics

    def _duel(self) -> Metrics:
        forger, critic, step, rate = self.forger, self.critic, self.step_count, self.config.learning_rate
        real, forged = (np.tile(np.eye(2, dtype=np.float32)[kind], (BATCH, 1)) for kind in (1, 0))
        noise = self.rng.normal(size=(BATCH, 2)).astype(np.float32)
        made = forger.network.forward(noise, training=True)

        # The critic learns to tell the two apart …
        shown = np.concatenate([self._circle(), made]), np.concatenate([real, forged])
        found, right = critic.update([shown], 2 * BATCH, rate, step=step, measure=_accuracy)

        # … and the forger what would make the critic call its points real.
        fooled, gradient = critic.loss(critic.network.forward(made, training=True), real)
        blame = critic.network.backward(gradient, need_input=True)
        assert blame is not None
        forger.network.backward(blame)
        forger.descend(fooled, rate, step=step)
        return {"critic_loss": found, "forger_loss": fooled, "right": right}

    def _side_by_side(self) -> Metrics:
        x = self._circle() + self.rng.normal(0, 0.3, (BATCH, 2)).astype(np.float32)
        targets = np.eye(2, dtype=np.float32)[(x[:, 0] > 0).astype(int)]
        step, rate = self.step_count, self.config.learning_rate
        losses = [
            learner.update([(x, targets)], BATCH, rate, step=step, rng=self.rng, measure=_accuracy)
            for learner in (self.critic, self.forger)
        ]
        return {"critic_loss": losses[0][0], "forger_loss": losses[1][0], "right": losses[0][1]}

    def _circle(self) -> Array:
        angles = self.rng.uniform(0, 2 * np.pi, BATCH)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    def snapshot(self) -> DuelSnapshot:
        noise = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
        return DuelSnapshot(self.step_count, self.epoch, owned(self.forger.network.forward(noise)))

    def fields(self) -> Sequence[Field]:
        return [
            *self.forger.fields(),
            *self.critic.fields(),
            generator("generator", self.rng),
            number(self, "step_count", low=0),
        ]

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        self.forger.check(saved)
        self.critic.check(saved)


def _accuracy(outputs: Array, targets: Array, weights: Array | None) -> float:
    return float(np.mean(outputs.argmax(axis=1) == targets.argmax(axis=1)))


def load(config: DuelConfig) -> None:
    return None


MODEL = Model(
    name="duel",
    title="Duel",
    summary="A forger and a critic.",
    config=DuelConfig,
    trainer=DuelTrainer,
    load=load,
    presets={
        "default": Preset(DuelConfig(), "they train against each other"),
        "twins": Preset(DuelConfig(kind="twins"), "they learn the same batches"),
    },
    metrics=(
        MetricSpec("critic_loss", "critic's loss", "loss", better="lower"),
        MetricSpec("forger_loss", "forger's loss", "loss", better="lower"),
        MetricSpec("right", "critic's accuracy", "accuracy", unit="%"),
    ),
)
