"""How a setting is called on the command line: `learning_rate` is `--learning-rate`."""

from __future__ import annotations

from typing import Any

from models.config import Setting


def option(setting: Setting) -> str:
    """The option's name: "--learning-rate"."""
    return f"--{setting.name.replace('_', '-')}"


def as_option(setting: Setting, value: Any) -> str:
    """A setting as it is written on a command line."""
    if isinstance(value, bool):
        return option(setting) if value else f"--no-{option(setting)[2:]}"
    text = setting.format(value)
    if isinstance(value, tuple):
        text = text.replace(",", "")
    return f"{option(setting)} {text}".strip()
