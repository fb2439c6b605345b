"""Looking inside a recurrent network: what it remembers moment by moment, what it expects, and who is to blame.

Pure functions of a snapshot, safe on any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.nn.activations import Softmax
from models.nn.embedding import Embedding
from models.nn.layer import Array
from models.nn.losses import LOSSES
from models.nn.recurrent import Recurrent
from models.sequence.config import SequenceConfig
from models.sequence.network import Weights, network_on, network_with_gradients, recurrent_layers
from models.sequence.tasks import Recall, Task

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class Reading:
    """A network reading one sequence.

    Attributes:
        inputs: (T,) symbols or (T, D) numbers.
        letters: (T) what is read, as people see it.
        hidden: for each recurrent layer the states (T, H).
        gates: for each recurrent layer name → (T, H).
        answers: (T, K) probabilities of the classes, or the numbers foretold.
        right: (T,) the class that is right at every moment; −1 where nobody knows.
        losses: (T,) how surprising that was, in bits (classes), or the squared error; NaN where nobody knows.
    """

    inputs: Array
    letters: tuple[str, ...]
    hidden: tuple[Array, ...]
    gates: tuple[Mapping[str, Array], ...]
    answers: Array
    right: Codes
    losses: Array


def read_closely(
    weights: Weights, config: SequenceConfig, task: Task, x: Array, right: Codes, letters: tuple[str, ...]
) -> Reading:
    """Read one sequence, symbols (T,) or numbers (T, D), and keep everything."""
    network = network_on(weights, config, task)
    hidden, gates = [], []
    values: Array = x[None]
    for layer in network.layers:
        if isinstance(layer, Recurrent):
            unrolled = layer.unroll(values)
            values = np.ascontiguousarray(unrolled.hidden)
            hidden.append(values[0])
            gates.append({name: array[0] for name, array in unrolled.gates.items()})
        else:
            values = layer.forward(values)
    answers = values[0]
    losses = np.full(len(x), np.nan)
    if task.loss == "cross_entropy":
        answers = Softmax.function(answers)
        known = np.flatnonzero(right >= 0)
        losses[known] = -np.log2(np.maximum(answers[known, right[known]], 1e-30))
    return Reading(x, letters, tuple(hidden), tuple(gates), answers, right, losses)


def letters_of(task: Task, x: Array) -> tuple[str, ...]:
    """What a sequence of inputs looks like."""
    if isinstance(task, Recall):
        return tuple(Recall.letters[code] for code in x)
    if task.symbols:
        alphabet = task.text.alphabet  # type: ignore[attr-defined]  # every other task with symbols has a text
        return tuple(alphabet[code] for code in x)
    return tuple(f"{row[0]:.2f}" + ("*" if len(row) > 1 and row[1] else "") for row in x)


def blame_through_time(weights: Weights, config: SequenceConfig, task: Task) -> Array:
    """How long the gradient of the loss at the end is with respect to the state at every moment, (T,): the mean of
    ‖∂L/∂hₜ‖ over the examples of the task's probe, for the first recurrent layer.

    It is the product of as many derivatives as there are moments in between: where most are below 1 it fades with the
    distance, where most are above 1 it explodes.
    """
    x, targets, counted = task.probe()
    network = network_with_gradients(weights, config, task)
    with np.errstate(over="ignore", invalid="ignore"):
        _, gradient = LOSSES[task.loss]()(network.forward(x, training=True), targets, counted)
        network.backward(gradient)
    blame = recurrent_layers(network)[0].blame  # (T, N, H)
    lengths: Array = np.linalg.norm(blame.astype(np.float64), axis=2).mean(axis=1)
    return lengths


def driving(weights: Weights, config: SequenceConfig, task: Task, codes: Codes, answer: int) -> Array:
    """Which earlier letters drive an answer after the last of them: gradient × input, (T,).

    The gradient is that of log p(answer) after the last letter, the input the letter's vector; their product is how
    much the answer would lose, to first order, if the letter were not there. (A. Shrikumar and others, 2016.)
    """
    network = network_with_gradients(weights, config, task)
    outputs = network.forward(codes[None], training=True)
    gradient = np.zeros_like(outputs)
    gradient[0, -1] = -Softmax.function(outputs[0, -1])
    gradient[0, -1, answer] += 1.0
    first = network.layers[0]
    if isinstance(first, Embedding):
        vectors = first.forward(codes[None])[0]
        blame: Array | None = gradient
        for layer in reversed(network.layers[1:]):
            assert blame is not None
            blame = layer.backward(blame)
        assert blame is not None
        found: Array = (blame[0] * vectors).sum(axis=1)
        return found
    network.backward(gradient)
    assert isinstance(first, Recurrent)
    sums: Array = first.blame_of_sums[:, 0]
    product: Array = (sums * first.parameters["weight"][codes]).sum(axis=1)
    return product


@dataclass(frozen=True)
class Moment:
    """How one unit came to its state at one moment: for each gate what the input and the old state gave.

    Attributes:
        gates: name → (from the input, from the state before, bias, value); a candidate's part from the state is taken
            before the reset gate.
        before: the unit's state before; for an LSTM also its memory.
        after: the same after.
    """

    gates: Mapping[str, tuple[float, float, float, float]]
    before: tuple[float, ...]
    after: tuple[float, ...]


def worked_out(
    weights: Weights, config: SequenceConfig, task: Task, x: Array, layer: int, unit: int, moment: int
) -> Moment:
    """The numbers of one unit at one moment of reading x (T,) or (T, D)."""
    network = network_on(weights, config, task)
    values: Array = x[None, : moment + 1]
    number = 0
    for each in network.layers:
        if isinstance(each, Recurrent):
            if number == layer:
                return _moment(each, values, unit)
            number += 1
        values = each.forward(values)
    raise ValueError(f"there is no layer {layer}")


GATES: dict[str, tuple[str, ...]] = {
    "rnn": ("state",),
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "output", "candidate"),
}
"""The parts of each cell in the order of its weights."""


def _moment(layer: Recurrent, x: Array, unit: int) -> Moment:
    seen = layer.unroll(x)
    hidden = seen.hidden[0]
    zero = np.zeros(layer.units, hidden.dtype)
    h = hidden[-2] if len(hidden) > 1 else zero
    weight, recurrent = layer.parameters["weight"], layer.parameters["recurrent"]
    now = weight[x[0, -1]] if layer.symbols else x[0, -1] @ weight
    inner = layer.parameters.get("candidate_bias")
    names = GATES[type(layer).__name__.lower()]
    gates = {}
    for index, name in enumerate(names):
        place = index * layer.units + unit
        from_state = float(h @ recurrent[:, place])
        if name == "candidate" and inner is not None:
            from_state += float(inner[unit])
        value = float(hidden[-1, unit]) if name == "state" else float(seen.gates[name][0, -1, unit])
        gates[name] = (float(now[place]), from_state, float(layer.parameters["bias"][place]), value)
    before, after = [float(h[unit])], [float(hidden[-1, unit])]
    if "memory" in seen.gates:
        memory = seen.gates["memory"][0, :, unit]
        before.append(float(memory[-2]) if len(memory) > 1 else 0.0)
        after.append(float(memory[-1]))
    return Moment(gates, tuple(before), tuple(after))
