"""Bits: two networks so small that every number in them fits on one page.

*Place values*: a single linear neuron is shown binary numbers and what they are worth, and finds 128, 64, … 2, 1 by
itself. *First network*: two layers of sigmoid neurons learn a truth table. Both use plain gradient descent on all rows
at once; `linear_update` and `sigmoid_update` are the whole algorithm. Numbers are float64 here, since people read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import (
    ConfigError,
    DataError,
    Edit,
    Metrics,
    MetricSpec,
    Model,
    Preset,
    Snapshot,
    State,
    Trainer,
    TrainingError,
    matching,
    owned,
)
from models.bits.truth_table import TruthTable, bits_of, logic_table, place_value_table, place_values
from models.config import Config, setting

Array = NDArray[np.float64]

EXPLODED = 1e9
"""A mean squared error beyond this that still grows has exploded, even though it is a number."""

LARGEST_WEIGHT = 1e6


class BitsConfig(Config):
    """Settings of both networks; the defaults are those of place values."""

    network: Literal["place-values", "first-network"] = setting(
        "place-values",
        "Which of the two networks.",
        group="Network",
        value_help={
            "place-values": "One linear neuron without a bias learns what each place of a binary number is worth.",
            "first-network": "Two layers of sigmoid neurons learn a truth table.",
        },
    )
    bits: int = setting(
        8,
        "How many places the binary numbers have; as many rows are shown.",
        group="Data",
        ge=2,
        le=12,
        shown_when=("network", ("place-values",)),
    )
    table: Literal["original", "and", "or", "xor", "parity"] = setting(
        "original",
        "Which truth table to learn.",
        group="Data",
        shown_when=("network", ("first-network",)),
        value_help={
            "original": "1111 → 0, 1001 → 1, and both once more.",
            "and": "True when all inputs are.",
            "or": "True when any input is.",
            "xor": "True when exactly one input is.",
            "parity": "True when an odd number of inputs is.",
        },
    )
    inputs: int = setting(
        4,
        "How many inputs the truth table has (the original: always four).",
        group="Data",
        ge=2,
        le=4,
        shown_when=("network", ("first-network",)),
    )
    hidden: int = setting(
        4, "How many hidden neurons.", group="Network", ge=1, le=16, shown_when=("network", ("first-network",))
    )
    bias: bool = setting(
        False,
        "Give every sigmoid neuron a bias, so that it can prefer to be on or off.",
        group="Network",
        shown_when=("network", ("first-network",)),
    )
    learning_rate: float = setting(
        0.01, "How far one update goes.", group="Training", label="step size", ge=1e-5, le=100.0, live=True, log=True
    )
    updates: int = setting(
        10_000,
        "How many updates the run has, rounded up to whole steps; can be extended.",
        group="Training",
        ge=1,
        le=10_000_000,
        live=True,
    )
    updates_per_step: int = setting(
        1,
        "How many updates are done between two looks at the network: more is faster, and coarser to watch.",
        group="Training",
        ge=1,
        le=1000,
        log=True,
    )
    original_flaw: bool = setting(
        False,
        "Train with the mistake of the original script, to see what it does: place values multiplies each error by its "
        "row’s number of ones; in the first network, the first layer’s gradient takes the output for the input.",
        group="Training",
        live=True,
        advanced=True,
    )
    initial_scale: float = setting(
        1.0, "Weights begin evenly spread between minus this and plus this.", group="Start", ge=0.0, le=10.0
    )
    seed: int = setting(
        0, "Start of all random numbers: the same seed repeats the same run.", group="Start", ge=0, le=2**31 - 1
    )


# The two algorithms -------------------------------------------------------------------------------------------------


def linear_update(rows: Array, targets: Array, weights: Array, learning_rate: float, flaw: bool = False) -> None:
    """The delta rule (Widrow & Hoff 1960) on all rows at once, in place: w ← w − η Xᵀ (X w − t).

    It descends ½ Σ (X w − t)². With the flaw each row's error counts as often as the row has ones: a weighted sum of
    squares. Where all rows can be answered exactly it has the same answer, so the flaw changes only the way there.

    Args:
        rows: X (R, n); targets: t (R,).
        weights: w (n,), changed.
        learning_rate: η.
        flaw: the original's mistake.
    """
    error = np.dot(rows, weights)
    error -= targets
    if flaw:
        error *= rows.sum(axis=1)
    weights -= learning_rate * np.dot(error, rows)


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ), in place. Where e⁻ˣ overflows to infinity this is 0, as it should be (switch the warning off)."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1.0
    return np.reciprocal(x, out=x)


def sigmoid_update(
    rows: Array, targets: Array, first: Array, second: Array, learning_rate: float, bias: bool, flaw: bool = False
) -> None:
    """One update of a two-layer sigmoid network on all rows at once, by back-propagation, in place.

    Forwards h = σ(X V), y = σ(h w); backwards δ₂ = (y − t) y (1 − y), δ₁ = δ₂ wᵀ h (1 − h); then w ← w − η hᵀ δ₂ and
    V ← V − η Xᵀ δ₁, which descends ½ Σ (y − t)². With biases, X and h have a last column of ones.

    Args:
        rows: X (R, n), with the column of ones if there are biases; targets: t (R,).
        first: V (n, H), changed, with the biases as its last row; second: w (H,), with the bias as its last entry.
        learning_rate: η.
        bias: whether there are biases.
        flaw: the original's mistake: the first layer's gradient uses y where the inputs belong, so that all inputs of
            a neuron are changed alike, and the layer never learns to look at any one of them.
    """
    units = first.shape[1]
    hidden = sigmoid(np.dot(rows, first))  # np.dot: on matrices this small, @ takes twice as long
    seen = np.concatenate([hidden, np.ones((len(rows), 1))], axis=1) if bias else hidden
    output = sigmoid(np.dot(seen, second))
    delta2 = output - targets
    delta2 *= output
    delta2 *= 1.0 - output
    delta1 = delta2[:, None] * second[:units]
    delta1 *= hidden
    delta1 *= 1.0 - hidden
    second -= learning_rate * np.dot(delta2, seen)
    if flaw:
        first -= learning_rate * np.dot(output, delta1)
    else:
        first -= learning_rate * np.dot(rows.T, delta1)


def answers(parameters: tuple[Array, ...], rows: Array, bias: bool) -> Array:
    """What a network says to rows (R, n): (R,). One array of parameters is the linear neuron, two are both layers."""
    if len(parameters) == 1:
        return np.asarray(rows @ parameters[0])
    ones = np.ones((len(rows), 1))
    hidden = sigmoid((np.concatenate([rows, ones], axis=1) if bias else rows) @ parameters[0])
    return sigmoid((np.concatenate([hidden, ones], axis=1) if bias else hidden) @ parameters[1])


# Changes by hand ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetCell(Edit):
    """Set one bit of the table (rows and columns counted from 0)."""

    row: int
    column: int
    value: int


@dataclass(frozen=True)
class SetTarget(Edit):
    """Set the answer that belongs to a row."""

    row: int
    value: float


@dataclass(frozen=True)
class ReverseBits(Edit):
    """Read every row from the other end; the targets stay, so the weights have to change places."""


@dataclass(frozen=True)
class DropRow(Edit):
    """Leave a row out: what it said about the weights is lost."""

    row: int


@dataclass(frozen=True)
class SetTable(Edit):
    """Replace the whole table (to add a row, or bring one back), with as many bits, in the order that they have now."""

    table: TruthTable


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight: `layer` 0 or 1, `index` (input,) for the linear neuron and the second layer, else (input, unit).

    With biases the input after the last is the bias.
    """

    layer: int
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class SlideWeights(Edit):
    """Add `shift` (n,) to the linear neuron's weights: along `BitsSnapshot.null_space` no answer changes."""

    shift: Array


# The run ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BitsSnapshot(Snapshot):
    """Everything there is to see.

    Attributes:
        config: the settings in force.
        table: the rows and targets now.
        parameters: one array (n,) for place values, else (n [+ 1], H) and (H [+ 1],), the biases last.
        hidden: (R, H), what the hidden neurons say to each row; None for place values.
        outputs: (R,), the answer to each row.
        errors: (R,), output − target.
        updates: updates done.
        rank: of the rows; the solution is unique when it is the number of bits.
        null_space: (k, n), directions in which the linear neuron's weights can move without changing any answer.
        true_weights: (n,) place values in the order of the bits now; None for the first network.
    """

    config: BitsConfig
    table: TruthTable
    parameters: tuple[Array, ...]
    hidden: Array | None
    outputs: Array
    errors: Array
    updates: int
    rank: int
    null_space: Array
    true_weights: Array | None

    @property
    def unique(self) -> bool:
        """Whether the rows determine the linear neuron's weights."""
        return self.rank == self.table.bits

    @property
    def max_weight_error(self) -> float | None:
        """How far the worst weight is from its place value; None for the first network."""
        return None if self.true_weights is None else float(np.abs(self.parameters[0] - self.true_weights).max())

    def about_solution(self) -> str:
        """What the rank means, in a sentence."""
        bits, free = self.table.bits, self.table.bits - self.rank
        if not free:
            return f"The {len(self.table)} rows have rank {bits}: they determine all {bits} weights."
        ways = "one direction" if free == 1 else f"{free} directions"
        rows = "single row has" if len(self.table) == 1 else f"{len(self.table)} rows have"
        return (
            f"The {rows} rank {self.rank}, but there are {bits} weights: the solution is not "
            f"unique. The weights can move in {ways} without changing any answer."
        )


class BitsTrainer(Trainer[BitsConfig, BitsSnapshot]):
    """Gradient descent on a truth table that can be edited at any time.

    Args:
        config: the settings.
        data: the table to begin with; `load_table` makes the one that the config asks for.
    """

    def __init__(self, config: BitsConfig, data: TruthTable) -> None:
        self.config = config
        self.step_count = 0
        self._reversed = np.zeros((), np.int64)
        rng = np.random.default_rng(config.seed)
        spread, inputs = config.initial_scale, data.bits + (config.bias and not self._linear)
        shapes = [(inputs,)] if self._linear else [(inputs, config.hidden), (config.hidden + config.bias,)]
        self._parameters = tuple(rng.uniform(-spread, spread, shape) for shape in shapes)
        self._take(data)

    @property
    def _linear(self) -> bool:
        return self.config.network == "place-values"

    def _take(self, table: TruthTable) -> None:
        self._table = table
        ones = np.ones((len(table), 1))
        with_bias = self.config.bias and not self._linear
        self._rows = np.concatenate([table.rows, ones], axis=1) if with_bias else table.rows

    def step(self) -> Metrics:
        """`updates_per_step` updates on all rows.

        Reports "loss" (mean squared error), "max_output_error" and, for place values, "max_weight_error". Raises
        TrainingError when the loss explodes; the weights are then as they were before the step.
        """
        config, parameters = self.config, self._parameters
        before = [array.copy() for array in parameters]
        rows, targets, rate, flaw = self._rows, self._table.targets, config.learning_rate, config.original_flaw
        with np.errstate(over="ignore", invalid="ignore"):
            if self._linear:
                for _ in range(config.updates_per_step):
                    linear_update(rows, targets, parameters[0], rate, flaw)
            else:
                for _ in range(config.updates_per_step):
                    sigmoid_update(rows, targets, parameters[0], parameters[1], rate, config.bias, flaw)
            metrics = self._metrics()
        if not metrics["loss"] <= EXPLODED and not metrics["loss"] <= self._loss(before):  # also when it is no number
            for array, old in zip(parameters, before, strict=True):
                array[...] = old
            raise TrainingError(
                f"The weights exploded at update {self.updates + 1}: the step size of {rate:g} is too large for these "
                f"rows. Go back to an earlier step and go on with a smaller one, for example {rate / 10:.2g}."
            )
        self.step_count += 1
        return metrics

    def _loss(self, parameters: Sequence[Array]) -> float:
        """Mean squared error with these parameters."""
        error = answers(tuple(parameters), self._table.rows, self.config.bias) - self._table.targets
        return float(error @ error) / len(error)

    def _metrics(self) -> Metrics:
        error = answers(self._parameters, self._table.rows, self.config.bias) - self._table.targets
        metrics = {"loss": float(error @ error) / len(error), "max_output_error": float(np.abs(error).max())}
        if self._linear:
            metrics["max_weight_error"] = float(np.abs(self._parameters[0] - self._true_weights()).max())
        return metrics

    def _true_weights(self) -> Array:
        values = place_values(self._table.bits)
        return values[::-1] if self._reversed else values

    @property
    def updates(self) -> int:
        """Updates done so far."""
        return self.step_count * self.config.updates_per_step

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return -(-self.config.updates // self.config.updates_per_step)

    @property
    def epoch(self) -> float:
        """Updates: every one sees all rows."""
        return float(self.updates)

    @property
    def done(self) -> bool:
        """Whether all updates are done."""
        return self.step_count >= self.total_steps

    def snapshot(self) -> BitsSnapshot:
        """Copies of the few numbers there are, and what follows from them."""
        table, bias = self._table, self.config.bias
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = answers(self._parameters, table.rows, bias)
            hidden = None if self._linear else sigmoid(self._rows @ self._parameters[0])
        return BitsSnapshot(
            step=self.step_count,
            epoch=self.epoch,
            config=self.config,
            table=table,
            parameters=tuple(owned(array) for array in self._parameters),
            hidden=None if hidden is None else owned(hidden),
            outputs=owned(outputs),
            errors=owned(outputs - table.targets),
            updates=self.updates,
            rank=table.rank,
            null_space=owned(table.null_space()),
            true_weights=owned(self._true_weights()) if self._linear else None,
        )

    def state(self) -> State:
        """Weights and table; nothing here is random after the start."""
        return {
            "step_count": np.array(self.step_count, np.int64),
            "reversed": self._reversed.copy(),
            "rows": self._table.rows,  # read-only and replaced, never written to: safe to share among checkpoints
            "targets": self._table.targets,
            **{f"layer{index + 1}": array.copy() for index, array in enumerate(self._parameters)},
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer. Everything is checked before anything is changed."""
        layers = [matching(state, f"layer{i + 1}", array) for i, array in enumerate(self._parameters)]
        step_count = int(matching(state, "step_count", np.array(0, np.int64)))
        reverse = matching(state, "reversed", self._reversed)
        if "rows" not in state or "targets" not in state:
            raise DataError("The saved state has no table: the file is damaged or belongs to another model.")
        table = TruthTable(state["rows"], state["targets"])
        if table.bits != self._table.bits:
            raise DataError(f"The saved table has {table.bits} bits, this network {self._table.bits}.")
        if not all(np.isfinite(array).all() for array in layers) or step_count < 0:
            raise DataError("The saved weights are not all finite numbers: the file is damaged.")
        for array, saved in zip(self._parameters, layers, strict=True):
            array[...] = saved
        self.step_count = step_count
        self._reversed[...] = reverse
        self._take(table)

    def edit(self, edit: Edit) -> None:
        """Change a cell, a target, the order of the bits or weights, or leave a row out.

        Raises ConfigError, and changes nothing, when the change does not fit.
        """
        rows, targets = self._table.rows.copy(), self._table.targets.copy()
        try:
            if isinstance(edit, SetCell):
                if not 0 <= edit.column < self._table.bits:
                    raise ConfigError(
                        f"A row has {self._table.bits} bits; there is none with number {edit.column + 1}."
                    )
                rows[self._row(edit.row), edit.column] = edit.value
            elif isinstance(edit, SetTarget):
                targets[self._row(edit.row)] = edit.value
            elif isinstance(edit, ReverseBits):
                rows = rows[:, ::-1]
            elif isinstance(edit, DropRow):
                if len(rows) == 1:
                    raise ConfigError("One row must stay: without any there is nothing to learn from.")
                kept = np.arange(len(rows)) != self._row(edit.row)
                rows, targets = rows[kept], targets[kept]
            elif isinstance(edit, SetTable):
                rows, targets = edit.table.rows, edit.table.targets
            elif isinstance(edit, SetWeight):
                self._set_weight(edit)
                return
            elif isinstance(edit, SlideWeights):
                self._slide_weights(edit.shift)
                return
            else:
                super().edit(edit)
            table = TruthTable(rows, targets)
        except DataError as error:
            raise ConfigError(str(error)) from error
        if table.bits != self._table.bits:
            raise ConfigError(f"This network reads {self._table.bits} bits, not {table.bits}: start a new run.")
        self._take(table)
        if isinstance(edit, ReverseBits):
            self._reversed[...] = not self._reversed

    def _row(self, row: int) -> int:
        if not 0 <= row < len(self._table):
            raise ConfigError(f"The table has {len(self._table)} rows; there is none with number {row + 1}.")
        return row

    def _set_weight(self, edit: SetWeight) -> None:
        if not 0 <= edit.layer < len(self._parameters):
            raise ConfigError(f"This network has {len(self._parameters)} layers of weights, counted from 0.")
        array = self._parameters[edit.layer]
        fits = len(edit.index) == array.ndim and all(
            0 <= place < size for place, size in zip(edit.index, array.shape, strict=True)
        )
        if not fits:
            raise ConfigError(f"Layer {edit.layer} has no weight {edit.index}: its weights are {list(array.shape)}.")
        if not abs(edit.value) <= LARGEST_WEIGHT:
            raise ConfigError(f"A weight must be a number between −1,000,000 and 1,000,000, not {edit.value}.")
        array[edit.index] = edit.value

    def _slide_weights(self, shift: Array) -> None:
        weights = self._parameters[0]
        if not self._linear or shift.shape != weights.shape:
            raise ConfigError(f"Only a linear neuron with {shift.size} weights can be slid like this.")
        if not (np.abs(weights + shift) <= LARGEST_WEIGHT).all():
            raise ConfigError("A weight would leave −1,000,000 … 1,000,000: slide them less far.")
        weights += shift


def predict(snapshot: BitsSnapshot, rows: ArrayLike) -> Array:
    """The network's answers (N,) to any rows of bits (N, n). Pure: safe on any thread."""
    with np.errstate(over="ignore", invalid="ignore"):
        return answers(snapshot.parameters, np.asarray(rows, dtype=np.float64), snapshot.config.bias)


def predict_number(snapshot: BitsSnapshot, number: int) -> float:
    """What the network makes of a whole number from 0 to 2ⁿ − 1, written in the order of bits that it was taught.

    Raises ConfigError for a number that has more bits.
    """
    row = bits_of([number], snapshot.table.bits)
    if snapshot.true_weights is not None and snapshot.table.bits > 1 and snapshot.true_weights[0] == 1.0:
        row = row[:, ::-1]
    return float(predict(snapshot, row)[0])


# In the registry ----------------------------------------------------------------------------------------------------


def load_table(config: BitsConfig) -> TruthTable:
    """The table that a config asks for."""
    if config.network == "place-values":
        return place_value_table(config.bits, config.seed)
    return logic_table(config.table, config.inputs)


def report(trainer: BitsTrainer) -> tuple[str, Mapping[str, Any]]:
    """The table with the network's answers, all weights, and the numbers behind them."""
    seen = trainer.snapshot()
    width = max(seen.table.bits, len("bits"))
    lines = [f"{'bits':<{width}}{'target':>12}{'answer':>12}{'error':>12}"]
    for row, target, output, error in zip(seen.table.rows, seen.table.targets, seen.outputs, seen.errors, strict=True):
        bits = "".join(str(int(bit)) for bit in row)
        lines.append(f"{bits:<{width}}{target:>12g}{output:>12.4f}{error:>12.4f}")
    for index, array in enumerate(seen.parameters):
        name = "weights" if len(seen.parameters) == 1 else f"weights of layer {index + 1}"
        rows = array if array.ndim == 2 else array[None]
        lines.append(f"{name}:")
        lines += ["  " + "".join(f"{value:>10.4f}" for value in row) for row in rows]
    metrics: dict[str, Any] = {
        "weights": seen.parameters[0].tolist() if len(seen.parameters) == 1 else [w.tolist() for w in seen.parameters],
        "max_weight_error": seen.max_weight_error,
        "max_output_error": float(np.abs(seen.errors).max()),
        "outputs": seen.outputs.tolist(),
        "targets": seen.table.targets.tolist(),
        "updates": seen.updates,
        "rank": seen.rank,
    }
    if seen.true_weights is not None:
        metrics["unique"] = seen.unique
        lines.append(seen.about_solution())
    return "\n".join(lines), metrics


def _first_network(**changes: Any) -> BitsConfig:
    """The first network's own settings: 4–4–1, no biases, step 1, 100,000 updates."""
    settings: dict[str, Any] = {
        "network": "first-network",
        "learning_rate": 1.0,
        "updates": 100_000,
        "updates_per_step": 20,
    }
    return BitsConfig(**(settings | changes))


_GATE: dict[str, Any] = {"inputs": 2, "bias": True, "updates": 20_000}

PRESETS = {
    "place-values": Preset(
        BitsConfig(), "One linear neuron finds out what the eight places of a binary number are worth."
    ),
    "place-values-original": Preset(
        BitsConfig(original_flaw=True),
        "With the original’s mistake (each error times the row’s number of ones): still right, by another way.",
    ),
    "twelve-bits": Preset(
        BitsConfig(bits=12, updates=20_000), "Twelve places, worth 2,048 to 1, from twelve random numbers."
    ),
    "first-network": Preset(_first_network(), "4–4–1 sigmoid neurons without biases: 100,000 updates on four rows."),
    "first-network-original": Preset(
        _first_network(original_flaw=True, seed=2),
        "With the original’s mistake in the first layer’s gradient: fails, and more updates do not help.",
    ),
    "and": Preset(_first_network(table="and", **_GATE), "True when both inputs are: a single neuron could do that."),
    "or": Preset(_first_network(table="or", **_GATE), "True when any input is: a single neuron could do that."),
    "xor": Preset(_first_network(table="xor", **_GATE), "True when exactly one input is: needs the hidden layer."),
    "parity": Preset(
        _first_network(table="parity", inputs=4, hidden=8, bias=True, updates=60_000),
        "Odd or even number of ones among four: every single bit changes the answer.",
    ),
}

MODEL = Model(
    name="bits",
    title="Bits",
    summary="A single neuron learns what binary digits are worth; a first network learns a truth table.",
    config=BitsConfig,
    trainer=BitsTrainer,
    load=load_table,
    presets=PRESETS,
    metrics=(
        MetricSpec("loss", "mean squared error", plot="loss", log=True, better="lower"),
        MetricSpec("max_output_error", "largest error of a row", plot="error", log=True, better="lower"),
        MetricSpec(
            "max_weight_error", "largest error of a weight", plot="error", log=True, better="lower", optional=True
        ),
    ),
    report=report,
    cycle="update",
    length="updates",
    task=frozenset({"network", "bits", "table", "inputs", "updates_per_step"}),
)
