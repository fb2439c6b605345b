"""Numbers as people read them: as long as they must be, with a true minus sign, never longer than their room."""

from __future__ import annotations

import math

MINUS = "\N{MINUS SIGN}"


def true_minus(text: str) -> str:
    """The same with minus signs as long as a plus, in place of hyphens."""
    return text.replace("-", MINUS)


def short_number(value: float) -> str:
    """A number as short as it can be read: 1200000 → 1.2M, 0.00001 → 1e−05."""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return true_minus(f"{value / (1e3 if letter == 'k' else limit):.6g}{letter}")
    return true_minus(f"{value:.4g}")


def grouped(count: float) -> str:
    """A whole number with thin spaces between thousands: 12 345."""
    return true_minus(f"{round(count):,}".replace(",", "\u202f"))


def counted(count: float, what: str) -> str:
    """A number of things, whose name is given in the plural: "1 step", "2 steps", "12 345 steps"."""
    words = grouped(count)
    return f"{words} {singular(what) if words == '1' else what}"


def per_second(rate: float, what: str) -> str:
    """A speed: "1 step/s", "0.5 steps/s", "340 steps/s"."""
    if 0 < rate < 10 and rate != round(rate):
        return f"{rate:.2g} {what}/s" if f"{rate:.2g}" != "1" else f"1 {singular(what)}/s"
    return f"{counted(rate, what)}/s"


def singular(plural: str) -> str:
    """The name of one thing, from the name of several; regular nouns only."""
    return plural.removesuffix("s")


def duration(seconds: float) -> str:
    """A time that is left, as exact as anybody needs it: "25 s", "4 min", "2 h 10 min"."""
    if seconds < 57.5:  # what would be 60 s in steps of five is a minute
        return f"{5 * max(1, round(seconds / 5))} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours and rest else f"{grouped(hours)} h" if hours else f"{minutes} min"


def number(value: float, unit: str = "") -> str:
    """A number for a read-out: four significant digits, always the same number of them."""
    if not math.isfinite(value):
        return "–"
    if unit == "%":
        return f"{100 * value:.1f} %"
    size = abs(value)
    if size != 0 and not 1e-3 <= size < 1e5:
        text = f"{value:.2e}"
    else:
        places = 4 if size < 10 else 3 if size < 100 else 2 if size < 1000 else 1
        text = f"{value:.{places}f}"
    return true_minus(f"{text} {unit}" if unit else text)


def short(value: float) -> str:
    """A number for a narrow column of a table, in about seven letters: 3.14, 1234, 2.46e4.

    Two or three digits count, whatever the unit: points may be measured in nanometres.
    """
    size = abs(value)
    if size == 0 or 0.1 <= size < 10_000:
        text = f"{value:.2f}" if size < 100 else f"{value:.0f}"
    elif 0.01 <= size < 0.1:
        text = f"{value:.4f}"
    else:
        text = f"{value:.2e}" if value > 0 and 1e-10 < size < 1e10 else f"{value:.1e}"
        text = text.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return true_minus(text)


def figure(value: float, places: int = 1) -> str:
    """A number with so many places, for sums that must add up; "–" for what is none, 1.2e9 for what is too long."""
    if value != value:
        return "–"
    text = f"{value:.{places}f}" if abs(value) < 1e5 else f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    if float(text) == 0.0:
        text = text.lstrip("-")
    return true_minus(text)


def in_cell(value: float) -> str:
    """A number for the smallest cells: 0 below 0.005, two places below 10, else none."""
    if abs(value) < 0.005:
        return "0"
    return true_minus(f"{value:.2f}" if abs(value) < 10 else f"{value:.0f}")


def small(value: float, places: int = 4) -> str:
    """A number that may be very small or large: with so many places, but below 0.001 and from 100,000 as 1.2e−05."""
    return true_minus(_small(value, places))


def small_tex(value: float, places: int = 4) -> str:
    """The same in LaTeX."""
    mantissa, e, exponent = _small(value, places).partition("e")
    return rf"{mantissa}\cdot 10^{{{int(exponent)}}}" if e else mantissa


def _small(value: float, places: int) -> str:
    return f"{value:.{places}f}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.1e}"


def equals(by_hand: float, value: float, places: int) -> str:
    """ "=" if calculating with the rounded numbers that are shown gives the rounded result that is shown, else "≈"."""
    return "=" if figure(by_hand, places) == figure(value, places) else "≈"


def plain(value: float) -> str:
    """A number as short as it can be written, for a field in which it is changed: 143, 0.5."""
    return true_minus(f"{value:.7g}")


def percent(probability: float) -> str:
    """A probability in [0, 1] in words that never overstate it: 0.9996 is "99.9 %", only 1 itself is "100 %"."""
    if not math.isfinite(probability):
        return "?"
    value = 100.0 * float(probability)
    if value >= 99.95:
        return "100 %" if value >= 99.9995 else "99.9 %"
    if value >= 99:
        return f"{min(value, 99.9):.1f} %"
    if 0 < value < 1:
        return "< 1 %"
    return f"{value:.0f} %"
