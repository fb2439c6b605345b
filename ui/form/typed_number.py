"""A number as people type it: with a decimal comma, or with the minus sign that the playground itself writes."""

from __future__ import annotations

from ui.widgets.numbers import MINUS


def pointed(text: str) -> str:
    """The same number as a program writes it, "−0,5" as "-0.5"; what is no number then stays no number."""
    return text.strip().replace(MINUS, "-").replace(",", ".")
