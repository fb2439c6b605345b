"""A neuron taken apart: its formula with the current numbers in it, and its gradient beside a check that needs no
calculus.

Everything here is computed in float64 from a snapshot, so that the finite differences mean something: what back-
propagation says about a weight, and what happens to the loss when the weight is really nudged, agree to about nine
digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import ConfigError
from models.boundary.data import features, input_names
from models.boundary.network import boundary_layers, layers_per_hidden, output_activation, targets_of
from models.boundary.snapshot import BoundarySnapshot, network_of
from models.nn.activations import ACTIVATIONS
from models.nn.gradient_check import relative_error
from models.nn.layer import Array
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.nn.switch import Switch

EPSILON = 1e-5
MOST_TERMS = 6
"""Products written out in a formula; of more, the rest is summed up."""

FORMULAS = {
    "identity": ("z", "z"),
    "sigmoid": ("1 / (1 + e^−z)", r"\frac{1}{1 + e^{-z}}"),
    "bipolar_sigmoid": ("2 / (1 + e^−z) − 1", r"\frac{2}{1 + e^{-z}} - 1"),
    "tanh": ("tanh z", r"\tanh z"),
    "relu": ("max(0, z)", r"\max(0, z)"),
    "leaky_relu": ("max(0.01 z, z)", r"\max(0.01 z,\ z)"),
    "softmax": ("e^z / Σ e^z over all outputs", r"\frac{e^{z}}{\sum_k e^{z_k}}"),
}
"""Activation → its formula in plain text and in LaTeX."""


@dataclass(frozen=True)
class Gradient:
    """How the loss on the training points changes with the weights into a neuron; float64.

    Attributes:
        weights: (I,) ∂L/∂w by back-propagation.
        bias: ∂L/∂b by back-propagation.
        checked_weights, checked_bias: the same by central differences, (L(w + ε) − L(w − ε)) / 2ε.
        relative_error: ‖difference‖ / (sum of both lengths), over all of them.
    """

    weights: NDArray[np.float64]
    bias: float
    checked_weights: NDArray[np.float64]
    checked_bias: float
    relative_error: float


@dataclass(frozen=True)
class Neuron:
    """One neuron at one point, with numbers.

    Attributes:
        layer: 0 for the first hidden layer … H for the outputs.
        unit: number in its layer, from 0.
        title: "Neuron 2 of hidden layer 1".
        sources: what it listens to ("x", "a₁", …).
        inputs: (I,), what they say for the chosen point.
        weights: (I,); bias: the bias.
        z: Σ w·x + b.
        activation: name of the activation.
        a: what it answers: f(z), or 0 when it is switched off.
        on: whether it is switched on.
        gradient: of the loss on the training points; None without training points.
    """

    layer: int
    unit: int
    title: str
    sources: tuple[str, ...]
    inputs: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float
    z: float
    activation: str
    a: float
    on: bool
    gradient: Gradient | None

    def lines(self) -> list[str]:
        """The formula with its numbers, and the gradients with their checks, as lines of text."""
        terms = [f"{_number(w)}·{_number(x)}" for w, x in zip(self.weights, self.inputs, strict=True)]
        rest = " + …" if len(terms) > MOST_TERMS else ""
        names = [f"w{_below(i)}·{name}" for i, name in enumerate(self.sources)]
        lines = [
            self.title,
            f"z = {' + '.join(names[:MOST_TERMS])}{rest} + b",
            f"  = {' + '.join(terms[:MOST_TERMS])}{rest} + {_number(self.bias)}",
            f"  = {_number(self.z)}",
            f"a = {FORMULAS[self.activation][0]} = {_number(self.a if self.on else self.answer)}",
        ]
        if not self.on:
            lines.append("switched off: it says 0 instead")
        if self.gradient is not None:
            g = self.gradient
            lines.append(f"{'':8}{'value':>12}{'∂L/∂w':>14}{'nudged':>14}")
            for i, name in enumerate(self.sources):
                row = f"w{_below(i)} ({name})"
                lines.append(f"{row:8}{self.weights[i]:12.5f}{g.weights[i]:14.6e}{g.checked_weights[i]:14.6e}")
            lines.append(f"{'b':8}{self.bias:12.5f}{g.bias:14.6e}{g.checked_bias:14.6e}")
            lines.append(f"relative difference {g.relative_error:.1e}")
        return lines

    def latex(self) -> str:
        """The formula with its numbers, for a renderer of LaTeX mathematics."""
        terms = [rf"{_tex(w)} \cdot {_tex(x)}" for w, x in zip(self.weights, self.inputs, strict=True)]
        rest = r" + \ldots" if len(terms) > MOST_TERMS else ""
        total = " + ".join(terms[:MOST_TERMS])
        formula = FORMULAS[self.activation][1]
        last = f"a = {formula} = {self.answer:.3f}" + (r" \to 0" if not self.on else "")
        return (
            r"\begin{aligned}"
            rf"z &= \sum_i w_i x_i + b \\ &= {total}{rest} + {_tex(self.bias)} = {self.z:.3f} \\ "
            rf"{last.replace('a =', 'a &=', 1)}"
            r"\end{aligned}"
        )

    @property
    def answer(self) -> float:
        """f(z), whether it is switched on or not."""
        if self.on:
            return self.a
        return float(ACTIVATIONS[self.activation].function(np.array([[self.z]]))[0, 0])


def inspect_neuron(snapshot: BoundarySnapshot, layer: int, unit: int, point: ArrayLike) -> Neuron:
    """A neuron's formula for one point of the plane, and its gradients.

    Args:
        snapshot: the network and its points.
        layer: 0 for the first hidden layer … H for the outputs.
        unit: number in its layer, from 0.
        point: (x, y) in the plane.

    Raises:
        ConfigError: there is no such neuron, or the point is not two finite numbers.
    """
    config, hidden = snapshot.config, snapshot.config.hidden
    network = network_of(snapshot, snapshot.parameters.astype(np.float64))
    linears = [each for each in network.layers if isinstance(each, Linear)]
    if not 0 <= layer < len(linears) or not 0 <= unit < linears[layer].units:
        raise ConfigError(f"There is no neuron {unit + 1} in layer {layer + 1} of this network.")
    place = np.asarray(point, dtype=np.float64)
    if place.shape != (2,) or not np.isfinite(place).all():
        raise ConfigError("A point of the plane is two numbers.")
    said: Array = features(place[None], config.inputs).astype(np.float64)
    step = layers_per_hidden(config)
    for each in network.layers[: step * layer]:
        said = each.forward(said)
    weights = linears[layer].parameters["weight"][:, unit]
    bias = float(linears[layer].parameters["bias"][unit])
    sums = said @ linears[layer].parameters["weight"] + linears[layer].parameters["bias"]
    last = layer == len(hidden)
    if last:
        fused = LOSSES[config.loss].fused_softmax
        activation = "softmax" if fused else output_activation(config, len(snapshot.class_names))
        title = "The output" if linears[layer].units == 1 else f"Output {unit + 1} (“{snapshot.class_names[unit]}”)"
    else:
        activation = config.hidden_activations()[layer]
        title = f"Neuron {unit + 1} of hidden layer {layer + 1}"
    on = last or bool(snapshot.switched_on[layer][unit])
    answer = float(ACTIVATIONS[activation].function(sums)[0, unit])
    sources = input_names(config.inputs, snapshot.axis_names) if layer == 0 else None
    return Neuron(
        layer=layer,
        unit=unit,
        title=title,
        sources=tuple(sources or (f"a{_below(i)}" for i in range(len(weights)))),
        inputs=said[0].copy(),
        weights=weights.copy(),
        bias=bias,
        z=float(sums[0, unit]),
        activation=activation,
        a=answer if on else 0.0,
        on=on,
        gradient=_gradient(snapshot, layer, unit),
    )


def _gradient(snapshot: BoundarySnapshot, layer: int, unit: int) -> Gradient | None:
    """Back-propagation and central differences of the loss on the training points, without dropout and decay."""
    data = snapshot.data.taken(~snapshot.held_out)
    if not len(data):
        return None
    config = snapshot.config.model_copy(update={"dropout": 0.0})
    switches = [Switch(on) for on in snapshot.switched_on]
    inputs = features(data.points, config.inputs).astype(np.float64)
    targets = targets_of(config, data).astype(np.float64)
    layers = boundary_layers(config, len(snapshot.class_names), switches)
    network = Network(layers, inputs.shape[1:], dtype=np.float64, rng=np.random.default_rng(0))
    network.parameters[...] = snapshot.parameters
    loss = LOSSES[config.loss]()
    scale = len(inputs) if loss.summed else 1
    network.backward(loss(network.forward(inputs, training=True), targets)[1])
    linear = [each for each in network.layers if isinstance(each, Linear)][layer]
    weight, bias = linear.parameters["weight"][:, unit], linear.parameters["bias"][unit : unit + 1]

    def nudged(array: NDArray[np.float64], index: int) -> float:
        value, heights = array[index], []
        for sign in (1, -1):
            array[index] = value + sign * EPSILON
            heights.append(loss(network.forward(inputs), targets)[0] * scale)
        array[index] = value
        return (heights[0] - heights[1]) / (2 * EPSILON)

    told = np.append(linear.gradients["weight"][:, unit], linear.gradients["bias"][unit])
    checked = np.array([*(nudged(weight, index) for index in range(len(weight))), nudged(bias, 0)])
    return Gradient(told[:-1], float(told[-1]), checked[:-1], float(checked[-1]), relative_error(told, checked))


def _number(value: float) -> str:
    return f"{value:.3f}" if value >= 0 else f"(−{-value:.3f})"


def _tex(value: float) -> str:
    return f"{value:.3f}" if value >= 0 else f"({value:.3f})"


def _below(index: int) -> str:
    """The number index + 1 as a subscript."""
    return str(index + 1).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
