"""A trained network as a few plain lines that can be carried to another language: pseudo-code, Python, a spreadsheet.

The arithmetic is written once, as steps “variable ← expression”; a dialect says how each language spells it. All use
the same few primitives: plus, minus, times, divided by, the larger of two, and (for HSV and Lab) “if” and powers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Literal

import numpy as np

from models.colours.carried import Carried
from models.colours.spaces import CORNER, SLOPE, TO_XYZ, WHITE

Language = Literal["pseudo-code", "python", "spreadsheet"]
LANGUAGES: tuple[Language, ...] = ("pseudo-code", "python", "spreadsheet")

Steps = list[tuple[str, str]]
"""(variable, expression) in their order."""


def lines(carried: Carried, language: Language = "python") -> str:
    """The network in a language: colours come in as red, green and blue, 0 … 255, and a name comes out."""
    dialect: Dialect = {"pseudo-code": PseudoCode, "python": Python, "spreadsheet": Spreadsheet}[language]()
    steps = _coordinates(carried, dialect)
    scores: Steps = []
    inputs: Sequence[str] = ("red", "green", "blue") if carried.unit == 255 else PARTS[carried.space]
    last = len(carried.weights) - 1
    for layer, (weights, biases) in enumerate(zip(carried.weights, carried.biases, strict=True)):
        sums = [_sum(column, bias, inputs, carried) for column, bias in zip(weights.T, biases, strict=True)]
        if layer == last:
            scores = list(zip((f"s{number + 1}" for number in range(len(sums))), sums, strict=True))
        else:
            outputs = [f"{'hk'[layer]}{number + 1}" for number in range(len(sums))]
            steps += [
                (name, dialect.bent(carried.activation, total)) for name, total in zip(outputs, sums, strict=True)
            ]
            inputs = outputs
    return dialect.text(steps, scores, carried.names)


PARTS = {"rgb": ("r", "g", "b"), "hsv": ("hue", "sat", "val"), "lab": ("L", "A", "B")}


def plain(value: float) -> str:
    """A number as short as it can be written so that it is read as the very same: 0.3, −12 as -12."""
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return np.format_float_positional(value, trim="-")


def _sum(weights: np.ndarray, bias: float, inputs: Sequence[str], carried: Carried) -> str:
    """bias + weight * input + …, without what is multiplied by 0."""
    found = "" if bias == 0 else f"{plain(bias)} * 255" if carried.unit == 255 else plain(bias)
    for weight, name in zip(weights, inputs, strict=True):
        if weight:
            sign = " - " if weight < 0 else " + "
            term = f"{plain(abs(weight))} * {name}"
            found += sign + term if found else (f"-{term}" if weight < 0 else term)
    return found or "0"


def _coordinates(carried: Carried, dialect: Dialect) -> Steps:
    """From red, green and blue to what the network is told."""
    if carried.unit == 255:
        return []
    steps: Steps = [("r", "red / 255"), ("g", "green / 255"), ("b", "blue / 255")]
    if carried.space == "hsv":
        return [*steps, *_hsv(dialect)]
    return [*steps, *_lab(dialect)] if carried.space == "lab" else steps


def _hsv(dialect: Dialect) -> Steps:
    choose = dialect.choose
    red_side = choose("g >= b", "(g - b) / wide", "(g - b) / wide + 6")
    other = choose("val = g", "(b - r) / wide + 2", "(r - g) / wide + 4")
    return [
        ("val", dialect.largest("r", "g", "b")),
        ("low", dialect.smallest("r", "g", "b")),
        ("spread", "val - low"),
        ("wide", choose("spread > 0", "spread", "1")),
        ("hue", choose("spread > 0", f"({choose('val = r', red_side, other)}) / 6", "0")),
        ("sat", choose("val > 0", "spread / val", "0")),
    ]


def _lab(dialect: Dialect) -> Steps:
    steps: Steps = []
    for part in ("r", "g", "b"):
        curve = dialect.power(f"({part} + 0.055) / 1.055", "2.4")
        steps.append((f"lin_{part}", dialect.choose(f"{part} <= 0.04045", f"{part} / 12.92", curve)))
    for name, row, white in zip("xyz", TO_XYZ, WHITE, strict=True):
        total = " + ".join(f"{plain(w)} * lin_{part}" for w, part in zip(row, "rgb", strict=True))
        steps.append((name, f"({total}) / {plain(white)}"))
    for name in "xyz":
        straight = f"({plain(SLOPE)} * {name} + 16) / 116"
        steps.append((f"f{name}", dialect.choose(f"{name} > {plain(CORNER)}", dialect.power(name, "1 / 3"), straight)))
    return [
        *steps,
        ("L", "(116 * fy - 16) / 100"),
        ("A", "500 * (fx - fy) / 100"),
        ("B", "200 * (fy - fz) / 100"),
    ]


# How each language spells it -----------------------------------------------------------------------------------------


class Dialect:
    """What differs between languages; sums, products and quotients do not."""

    def largest(self, *of: str) -> str:
        """The largest of several."""
        raise NotImplementedError

    def smallest(self, *of: str) -> str:
        """The smallest of several."""
        raise NotImplementedError

    def choose(self, condition: str, yes: str, no: str) -> str:
        """One of two, by a condition that is written with =, >, >= or <=."""
        raise NotImplementedError

    def power(self, base: str, exponent: str) -> str:
        """A power of a number that is not negative."""
        raise NotImplementedError

    def text(self, steps: Steps, scores: Steps, names: Sequence[str]) -> str:
        """The whole."""
        raise NotImplementedError

    def bent(self, activation: str, total: str) -> str:
        """What a hidden neuron makes of its sum."""
        if activation == "identity":
            return total
        if activation == "relu":
            return self.largest("0", total)
        if activation == "leaky_relu":
            return self.largest(f"0.01 * ({total})", total)
        if activation == "sigmoid":
            return f"1 / (1 + {self.power(E, f'-1 * ({total})')})"
        return f"1 - 2 / (1 + {self.power(E, f'2 * ({total})')})"  # tanh


E = "2.718281828459045"


class Python(Dialect):
    """A function without imports."""

    def largest(self, *of: str) -> str:
        """See Dialect."""
        return f"max({', '.join(of)})"

    def smallest(self, *of: str) -> str:
        """See Dialect."""
        return f"min({', '.join(of)})"

    def choose(self, condition: str, yes: str, no: str) -> str:
        """See Dialect."""
        return f"({yes} if {condition.replace(' = ', ' == ')} else {no})"

    def power(self, base: str, exponent: str) -> str:
        """See Dialect."""
        return f"({base}) ** ({exponent})"

    def text(self, steps: Steps, scores: Steps, names: Sequence[str]) -> str:
        """A function of three numbers that returns a name; of equal scores the first wins."""
        body = [f"    {variable} = {expression}" for variable, expression in steps]
        pairs = [f"        {_quoted(name)}: {total}," for name, (_, total) in zip(names, scores, strict=True)]
        return "\n".join(
            [
                "def name(red, green, blue):  # each 0 to 255",
                *body,
                "    scores = {",
                *pairs,
                "    }",
                "    return max(scores, key=scores.get)",
                "",
            ]
        )


class PseudoCode(Dialect):
    """Words and signs that everybody reads."""

    def largest(self, *of: str) -> str:
        """See Dialect."""
        return f"largest of ({'; '.join(of)})"

    def smallest(self, *of: str) -> str:
        """See Dialect."""
        return f"smallest of ({'; '.join(of)})"

    def choose(self, condition: str, yes: str, no: str) -> str:
        """See Dialect."""
        return f"(if {condition} then {yes} else {no})"

    def power(self, base: str, exponent: str) -> str:
        """See Dialect."""
        return f"({base}) to the power of ({exponent})"

    def text(self, steps: Steps, scores: Steps, names: Sequence[str]) -> str:
        """A line for each number, and the rule at the end."""
        found = [f"{variable} = {expression}" for variable, expression in steps]
        found += [f"score of {_quoted(name)} = {total}" for name, (_, total) in zip(names, scores, strict=True)]
        signs = [
            each.replace(" * ", " × ").replace(" - ", " − ").replace("= -", "= −").replace("; -", "; −")
            for each in found
        ]
        return "\n".join(["red, green and blue are numbers from 0 to 255.", *signs, "The largest score wins.", ""])


class Spreadsheet(Dialect):
    """Two rows to be pasted into cell A1: headings, and formulas for the colour in A2, B2 and C2."""

    def largest(self, *of: str) -> str:
        """See Dialect."""
        return f"MAX({', '.join(of)})"

    def smallest(self, *of: str) -> str:
        """See Dialect."""
        return f"MIN({', '.join(of)})"

    def choose(self, condition: str, yes: str, no: str) -> str:
        """See Dialect."""
        return f"IF({condition}, {yes}, {no})"

    def power(self, base: str, exponent: str) -> str:
        """See Dialect."""
        return f"POWER({base}, {exponent})"

    def text(self, steps: Steps, scores: Steps, names: Sequence[str]) -> str:
        """Cells separated by tabs; the name stands in the last one."""
        variables = ["red", "green", "blue", *(variable for variable, _ in [*steps, *scores])]
        cells = {variable: f"{_letters(place)}2" for place, variable in enumerate(variables)}
        headings = [*variables[: -len(names)], *map(_heading, names), "name"]
        formulas = ["=" + _in_cells(expression, cells) for _, expression in [*steps, *scores]]
        first, last = _letters(len(variables) - len(names)), _letters(len(variables) - 1)
        found = f"=INDEX({first}1:{last}1, MATCH(MAX({first}2:{last}2), {first}2:{last}2, 0))"
        return "\t".join(headings) + "\n" + "\t".join(["0", "179", "159", *formulas, found]) + "\n"


def _quoted(name: str) -> str:
    """A name in quotation marks, whatever letters it has."""
    return json.dumps(name, ensure_ascii=False)


def _in_cells(expression: str, cells: dict[str, str]) -> str:
    """The variables of an expression as the cells in which they are; functions are written in capitals and stay."""
    return re.sub(r"[A-Za-z_]\w*", lambda found: cells.get(found[0], found[0]), expression)


def _letters(column: int) -> str:
    """A column counted from 0 as spreadsheets call it: A, B, … Z, AA."""
    found = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        found = chr(65 + letter) + found
    return found


def _heading(name: str) -> str:
    """A name as text, also where it begins like a formula: nobody's word may calculate anything."""
    if name[0] in "=+-@" or '"' in name:
        quoted = name.replace('"', '""')
        return f'="{quoted}"'
    return name
