"""The two small networks as the playground knows them: presets, metrics, and what they have to say at the end."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import LayerShape, MetricSpec, Model, Preset, Report, ReportTable
from models.bits.config import BitsConfig
from models.bits.trainer import BitsTrainer
from models.bits.truth_table import TruthTable, logic_table, place_value_table

Array = NDArray[np.float64]


def load_table(config: BitsConfig) -> TruthTable:
    """The table that a config asks for."""
    if config.network == "place-values":
        return place_value_table(config.bits, config.seed)
    return logic_table(config.table, config.inputs)


def layers_of(config: BitsConfig, data: TruthTable | None = None) -> tuple[LayerShape, ...]:
    """See `Model.layers_of`; a bias is one more weight into each neuron."""
    bits = (load_table(config) if data is None else data).bits
    if config.network == "place-values":
        return (LayerShape("answer", (bits,), (1,), bits, "bits"),)
    hidden, bias = config.hidden, int(config.bias)
    return (
        LayerShape("hidden layer", (bits,), (hidden,), (bits + bias) * hidden, "hidden"),
        LayerShape("answer", (hidden,), (1,), hidden + bias, "hidden"),
    )


def report(trainer: BitsTrainer) -> Report:
    """The table with the network's answers, all weights, and the numbers behind them."""
    seen = trainer.snapshot()
    rows: list[tuple[str | float | None, ...]] = []
    for row, target, output, error in zip(seen.table.rows, seen.table.targets, seen.outputs, seen.errors, strict=True):
        rows.append(("".join(str(int(bit)) for bit in row), float(target), float(output), float(error)))
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
        further = [_place_values(seen.true_weights, seen.parameters[0], seen.about_solution())]
    else:
        further = [_layer(number, array, trainer.config.bias) for number, array in enumerate(seen.parameters, start=1)]
    return Report(("bits", "target", "answer", "error"), tuple(rows), metrics, tuple(further))


def _place_values(true: Array, found: Array, about: str) -> ReportTable:
    """What each place is worth beside its weight, and whether these weights are the only right ones."""
    rows = [
        (f"weight {place}", float(worth), float(weight), float(weight - worth))
        for place, (worth, weight) in enumerate(zip(true, found, strict=True), start=1)
    ]
    return ReportTable(("", "worth", "found", "error"), (*rows, (about, None, None, None)))


def _layer(number: int, weights: Array, bias: bool) -> ReportTable:
    """The weights of a layer, (inputs, neurons) or (inputs,): from row to column; the last row is the bias, if any."""
    table = weights if weights.ndim == 2 else weights[:, None]
    names = [f"from {source}" for source in range(1, len(table) + 1 - bias)] + ["bias"] * bias
    rows: tuple[tuple[str | float | None, ...], ...] = tuple(
        (name, *(float(weight) for weight in row)) for name, row in zip(names, table, strict=True)
    )
    return ReportTable((f"layer {number}", *(f"to {neuron}" for neuron in range(1, table.shape[1] + 1))), rows)


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
    layers_of=layers_of,
    cycle="update",
    length="updates",
    task=frozenset({"network", "bits", "table", "inputs", "updates_per_step"}),
)
