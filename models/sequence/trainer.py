"""A recurrent network learns: read a piece, say at every moment what comes next, send the blame back through time.

One run holds one network, or three (RNN, GRU and LSTM) that read the very same batches and never hear of each other.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import nullcontext
from math import ceil, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Field, Metrics, Trainer, TrainingError, owned
from models.nn.clipping import CLIPS
from models.nn.learner import Learner, undone_on_failure
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.nn.optimizers import OPTIMIZERS
from models.nn.schedules import step_size
from models.sequence.config import CELL_NAMES, SequenceConfig
from models.sequence.data import SequenceData, data_in, own_fields
from models.sequence.edits import HoldUnit
from models.sequence.generate import generate
from models.sequence.network import Starts, Weights, layers, read, recurrent_layers, share_right
from models.sequence.series import FREE, free_run, one_step
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import NextLetter, NextValue, make_task
from models.state import generator, number

EVALUATION_SHARE = 0.11
"""Evaluations may cost so much of the training."""


class SequenceTrainer(Trainer[SequenceConfig, SequenceSnapshot]):
    """Back-propagation through time.

    Attributes:
        data: what is read.
        task: the question.
        learners: cell → the network with its loss and its optimizer.
        rng: draws the batches of tasks that need chance.
    """

    def __init__(self, config: SequenceConfig, data: SequenceData) -> None:
        self.config = config
        self.data = data
        self.task = task = make_task(config, data)
        self.rng = np.random.default_rng((config.seed, 1))
        self.learners: dict[str, Learner] = {}
        for cell in config.cells:
            found, shape = layers(cell, config, task)
            network = Network(found, shape, rng=np.random.default_rng((config.seed, 0)))
            optimizer = OPTIMIZERS[config.optimizer](network.parameters.size, second_momentum=0.999)
            self.learners[cell] = Learner(network, LOSSES[task.loss](), optimizer, prefix=f"{cell}.")
        self._losses = {cell: LOSSES[task.loss]() for cell in config.cells}  # for held-out data
        self.configure(config)

    # Learning -------------------------------------------------------------------------------------------------------

    def step(self) -> Metrics:
        """One batch for all networks; reports its loss before the update."""
        learners, luck = list(self.learners.values()), self.rng.bit_generator.state
        try:
            with undone_on_failure(learners) if len(learners) > 1 else nullcontext():
                metrics = self._learn()
        except BaseException as error:  # Ctrl+C too
            self.rng.bit_generator.state = luck
            if isinstance(error, TrainingError) and self.config.clip == "none":
                raise TrainingError(f"{error} Or switch clipping on: it keeps a long gradient short.") from error
            raise
        self.step_count += 1
        if self.task.streams and self.task.begins_anew(self.step_count):
            self._forget()
        return metrics

    def _learn(self) -> Metrics:
        config, task, step = self.config, self.task, self.step_count
        rate = step_size(config.learning_rate, config.schedule, step, self.total_steps)
        x, targets, weights = task.batch(step, self.rng)
        batch = (x, targets) if weights is None else (x, targets, weights)
        right = share_right if task.loss == "cross_entropy" else None
        metrics: Metrics = {}
        for cell, learner in self.learners.items():
            loss, share = learner.update([batch], len(x), rate, step=step, measure=right)
            metrics |= self._named(cell, loss, share, learner.gradient_length)
        return metrics

    def _named(self, cell: str, loss: float, share: float, gradient: float) -> Metrics:
        if len(self.learners) > 1:
            return {f"{cell}_loss": loss}
        found = {"loss": loss, "gradient": gradient}
        if self.task.loss == "cross_entropy":
            found["accuracy"] = share
        if isinstance(self.task, NextLetter):
            found["bits"] = loss / log(2)
        return found

    def _forget(self) -> None:
        """The text begins at its beginning again: nothing is carried there."""
        for learner in self.learners.values():
            for name, array in learner.network.buffers().items():
                if "carried" in name:
                    array.fill(0.0)

    def configure(self, config: SequenceConfig) -> None:
        """See Trainer."""
        super().configure(config)
        clip = CLIPS[config.clip]
        for learner in self.learners.values():
            learner.clip = None if clip is None else clip(config.clip_at)

    # How far --------------------------------------------------------------------------------------------------------

    @property
    def epoch(self) -> float:
        """Updates done."""
        return float(self.step_count)

    @property
    def total_steps(self) -> int:
        """Updates of the whole run."""
        return self.config.updates

    @property
    def done(self) -> bool:
        """Whether all updates are done."""
        return self.step_count >= self.config.updates

    # Held-out data --------------------------------------------------------------------------------------------------

    def evaluation_due(self) -> bool:
        """As often as its cost allows."""
        return self.done or self.step_count % ceil(self.evaluation_cost / EVALUATION_SHARE) == 0

    @property
    def evaluation_cost(self) -> float:
        """Reading costs a third of learning."""
        task = self.task
        moments = task.held_out_moments
        if isinstance(task, NextValue):
            moments = len(task.series) + FREE
            return max(2.0, moments / (3 * task.moments))
        if isinstance(task, NextLetter):
            moments = moments or len(task.text.codes)
        return max(1.0, moments / (3 * task.rows * task.moments))

    def evaluate(self) -> Generator[None, None, Metrics]:
        """On the held-out part; a text that is learnt by heart is said without help, from its first letter on."""
        found: Metrics = {}
        for cell, learner in self.learners.items():
            prefix = "" if len(self.learners) == 1 else f"{cell}_"
            measured = yield from self._measured(cell, learner.network)
            found |= {prefix + name: value for name, value in measured.items()}
        return found if len(self.learners) == 1 else {k: v for k, v in found.items() if k.endswith("_test_loss")}

    def _measured(self, cell: str, network: Network) -> Generator[None, None, Metrics]:
        task = self.task
        if isinstance(task, NextValue):
            return (yield from self._series(task, network))
        if isinstance(task, NextLetter) and not task.held_out_moments:
            yield
            return {"says": _says(network, task)}
        loss = right = count = 0.0
        starts: Starts | None = None
        for x, targets, weights in task.held_out():
            outputs, ends = read(network, x, starts)
            starts = ends if isinstance(task, NextLetter) else None
            size = float(weights.sum()) if weights is not None else float(x.shape[0] * x.shape[1])
            loss += size * self._losses[cell](outputs, targets, weights)[0]
            right += size * share_right(outputs, targets, weights) if task.loss == "cross_entropy" else 0.0
            count += size
            yield
        found = {"test_loss": loss / count}
        if task.loss == "cross_entropy":
            found["test_accuracy"] = right / count
        if isinstance(task, NextLetter):
            found["bits_per_letter"] = loss / count / log(2)
        return found

    def _series(self, task: NextValue, network: Network) -> Generator[None, None, Metrics]:
        values, cut = task.series.standard, task.series.train_count
        foretold, _ = one_step(network, values[:-1])
        yield
        test_loss = float(np.mean((foretold[cut - 1 :] - values[cut:]) ** 2))
        steps = min(FREE, len(values) - cut)
        free = free_run(network, values[:cut], steps)
        truth = values[cut : cut + steps]
        spread = float(np.sqrt(np.mean(truth**2))) or 1.0
        error = float(np.sqrt(np.mean((free - truth) ** 2))) / spread
        return {"test_loss": test_loss, "free_error": error}

    # What is seen, and done by hand ---------------------------------------------------------------------------------

    def snapshot(self) -> SequenceSnapshot:
        """Copies of the networks; the data are never changed."""
        cells = tuple(
            Weights(
                cell,
                owned(learner.network.parameters),
                {name: owned(array) for name, array in learner.network.buffers().items()},
            )
            for cell, learner in self.learners.items()
        )
        return SequenceSnapshot(self.step_count, self.epoch, self.config, self.data, self.task, cells)

    def edit(self, edit: Edit) -> None:
        """Hold a unit, or let it go. Raises ConfigError, and changes nothing, where there is no such unit."""
        if not isinstance(edit, HoldUnit):
            super().edit(edit)
            return
        if edit.cell not in self.learners:
            raise ConfigError(f"There is no {CELL_NAMES.get(edit.cell, edit.cell)} in this run.")
        found = recurrent_layers(self.learners[edit.cell].network)
        if not (0 <= edit.layer < len(found) and 0 <= edit.unit < found[edit.layer].units):
            raise ConfigError(f"There is no unit {edit.unit + 1} in layer {edit.layer + 1} of this network.")
        if edit.value is not None and not abs(edit.value) <= 1:
            raise ConfigError(f"A unit can be held at a value from −1 to 1, not at {edit.value:g}.")
        buffers = found[edit.layer].buffers
        buffers["free"][edit.unit] = 1.0 if edit.value is None else 0.0
        buffers["held"][edit.unit] = edit.value or 0.0

    def fields(self) -> Sequence[Field]:
        """Networks, optimizers, carried states, the generator, and the user's own data."""
        return (
            *own_fields(self.data),
            *(field for learner in self.learners.values() for field in learner.fields()),
            generator("rng", self.rng),
            number(self, "step_count", low=0),
        )

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer."""
        for learner in self.learners.values():
            learner.check(saved)
        for name, array in saved.items():
            if name.endswith(".free") and not np.isin(array, (0.0, 1.0)).all():
                raise DataError("The saved state does not say which units are held: the file is damaged.")

    @classmethod
    def data_in(cls, config: SequenceConfig, state: Mapping[str, NDArray[Any]]) -> SequenceData:
        """See Trainer."""
        return data_in(state)


def _says(network: Network, task: NextLetter) -> float:
    """Share of the letters after the first that come right when it hears only itself."""
    codes = task.text.codes
    written = generate(network, codes[:1], len(codes) - 1)[0]
    return float(np.mean(written == codes[1:]))
