"""Why does this pixel change? Its local field, term by term, with the numbers plugged into the formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import ConfigError
from models.hopfield.energy import Array, wants_to_flip
from models.hopfield.snapshot import HopfieldSnapshot


@dataclass(frozen=True)
class LocalField:
    """Why a pixel is, or becomes, what it is: its local field, term by term.

    Attributes:
        pixel: its index i, counted from 0.
        value: the field h_i = Σ terms.
        terms: one summand per source: W_ij s_j for every pixel j, (N,); modern: p^μ ξ_i^μ for every pattern μ, (P,).
        weights: the factors that multiply: W_ij, (N,); modern: the attention p^μ, (P,).
        inputs: what they multiply: s_j, (N,); modern: ξ_i^μ, (P,).
        now: the pixel's value.
        following: its value when it is updated next (most likely value in stochastic recall).
        formula: the sum in symbols and numbers, its largest terms written out.
    """

    pixel: int
    value: float
    terms: Array
    weights: Array
    inputs: Array
    now: float
    following: float
    formula: str


def local_field(snapshot: HopfieldSnapshot, pixel: int, written_out: int = 4) -> LocalField:
    """The local field of a pixel with its terms; ConfigError for a pixel that is not there or an empty memory."""
    if not 0 <= pixel < len(snapshot.state) or not len(snapshot.patterns):
        raise ConfigError(f"Pixel {pixel} has no local field: choose one of the picture's pixels in a memory in use.")
    now = float(snapshot.state[pixel])
    if snapshot.weights is None:
        assert snapshot.attention is not None
        factors, inputs = snapshot.attention, snapshot.patterns[:, pixel].astype(np.float64)
    else:
        factors, inputs = snapshot.weights[pixel], snapshot.state
    terms = factors * inputs
    value = float(terms.sum())
    shown = np.argsort(-np.abs(terms), kind="stable")[:written_out]
    numbers = " + ".join(f"{_factor(factors[j])}·{_factor(inputs[j])}" for j in shown)
    more = " + …" if len(terms) > len(shown) else ""
    if snapshot.weights is None:
        following = value
        formula = f"ξ_{pixel} ← Σ_μ p_μ ξ_{pixel}^μ = {numbers}{more} = {_number(value)}"
    else:
        flips = wants_to_flip(np.array(value), np.array(now), snapshot.config.zero_field)
        following = -now if flips else now
        formula = (
            f"h_{pixel} = Σ_j W_{pixel},j s_j = {numbers}{more} = {_number(value)}, so s_{pixel} → {_number(following)}"
        )
    return LocalField(pixel, value, terms, factors, inputs, now, following, formula)


def heat_map(snapshot: HopfieldSnapshot, pixel: int | None = None) -> Array:
    """Weights to show: the whole matrix (N, N), or those into one pixel as a picture (height, width).

    Raises ConfigError for the modern network, which keeps patterns instead of weights.
    """
    if snapshot.weights is None:
        raise ConfigError("The modern network has no weights between pixels: it compares with the patterns themselves.")
    return snapshot.weights if pixel is None else snapshot.weights[pixel].reshape(snapshot.shape)


def _factor(value: float) -> str:
    """A number in a product: brackets keep its minus sign from the sign before it."""
    return f"({_number(value)})" if value < 0 else _number(value)


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", "−")
