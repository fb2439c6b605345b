"""A Config lists every choice that makes a run what it is: change nothing in it and the run repeats exactly.

Each choice (a *setting*) is declared once, with its bounds, a sentence in plain words and whether it may change while
the model trains. The form in the tab, the command-line options, the check of opened files and the axes of a sweep all
read that one declaration.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

Kind = Literal["bool", "int", "float", "choice", "text", "int_list", "choice_list"]


class Config(BaseModel):
    """The settings of one run: frozen, checked, and complete (same config and data, same bits)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def changed(self, other: Config) -> frozenset[str]:
        """Names of the settings whose values differ between the two configs."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name) != getattr(other, name))

    def needs_rebuild(self, other: Config) -> frozenset[str]:
        """Names of the settings that differ and cannot change while the model runs: these need a new run."""
        live = {setting.name for setting in settings_of(type(self)) if setting.live}
        return self.changed(other) - live


def setting(
    default: Any,
    description: str,
    *,
    group: str = "Model",
    label: str | None = None,
    unit: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    live: bool = False,
    log: bool = False,
    advanced: bool = False,
    item_ge: float | None = None,
    item_le: float | None = None,
    shown_when: tuple[str, Sequence[object]] | None = None,
    value_help: Mapping[str, str] | None = None,
) -> Any:
    """Declare one field of a Config.

    Args:
        default: the value when nothing is chosen.
        description: one line in plain words; it is the tooltip and the command line's help.
        group: heading under which the form shows it.
        label: short name in the form; by default the field's name with spaces.
        unit: unit shown behind the value ("px", "%", …).
        ge, gt, le, lt: bounds of a number (inclusive, exclusive).
        min_length, max_length: bounds of a list's length.
        live: whether it can change while the model trains; otherwise a change starts a new run.
        log: whether the form uses a logarithmic slider (needs positive bounds on both sides).
        advanced: whether the form folds it away at first.
        item_ge, item_le: bounds of each number in a list; the Config still validates them with its annotation.
        shown_when: (other field, values): the form shows this one only while the other field has one of the values.
        value_help: for a choice: what each value means, shown as the tooltip of that entry.
    """
    extra: dict[str, Any] = {
        "group": group,
        "label": label,
        "unit": unit,
        "live": live,
        "log": log,
        "advanced": advanced,
        "item_ge": item_ge,
        "item_le": item_le,
        "shown_when": list(shown_when) if shown_when else None,
        "value_help": dict(value_help) if value_help else None,
    }
    return Field(
        default,
        description=description,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        max_length=max_length,
        json_schema_extra=extra,
    )


@dataclass(frozen=True)
class Setting:
    """One declared setting, as the form, the command line and the sweep read it."""

    name: str
    kind: Kind
    default: Any
    description: str
    label: str
    group: str
    unit: str
    minimum: float | None
    maximum: float | None
    exclusive_minimum: bool
    exclusive_maximum: bool
    min_length: int
    max_length: int | None
    choices: tuple[str, ...]
    value_help: Mapping[str, str]
    live: bool
    log: bool
    advanced: bool
    shown_when: tuple[str, tuple[object, ...]] | None


def settings_of(config: type[Config]) -> tuple[Setting, ...]:
    """The settings of a Config class, in the order in which they are declared."""
    return tuple(_read(name, field) for name, field in config.model_fields.items())


def explain(error: ValidationError) -> str:
    """Turn pydantic's list of errors into sentences that name the setting, the value and what is allowed."""
    sentences = []
    for problem in error.errors(include_url=False):
        where = ".".join(str(part) for part in problem["loc"]) or "settings"
        message = problem["msg"].removeprefix("Value error, ")
        if problem["type"] == "extra_forbidden":
            sentences.append(f"There is no setting called {where}.")
        elif problem["loc"]:
            given = repr(problem["input"])
            given = given if len(given) <= 60 else given[:57] + "…"
            sentences.append(f"{where}: {message[0].lower() + message[1:]} (it was {given}).")
        else:
            sentences.append(message if message.endswith(".") else message + ".")
    return " ".join(sentences)


def _read(name: str, field: FieldInfo) -> Setting:
    extra = field.json_schema_extra
    declared: dict[str, Any] = dict(extra) if isinstance(extra, dict) else {}
    kind, choices = _kind(field.annotation)
    bounds: dict[str, Any] = {}
    for item in field.metadata:
        for key in ("ge", "gt", "le", "lt", "min_length", "max_length"):
            value = getattr(item, key, None)
            if value is not None:
                bounds[key] = value
    is_list = kind in ("int_list", "choice_list")
    low = declared.get("item_ge") if is_list else bounds.get("ge", bounds.get("gt"))
    high = declared.get("item_le") if is_list else bounds.get("le", bounds.get("lt"))
    shown_when = declared.get("shown_when")
    return Setting(
        name=name,
        kind=kind,
        default=field.default,
        description=field.description or "",
        label=declared.get("label") or name.replace("_", " "),
        group=declared.get("group") or "Model",
        unit=declared.get("unit") or "",
        minimum=low,
        maximum=high,
        exclusive_minimum=not is_list and "gt" in bounds,
        exclusive_maximum=not is_list and "lt" in bounds,
        min_length=bounds.get("min_length", 0),
        max_length=bounds.get("max_length"),
        choices=choices,
        value_help=declared.get("value_help") or {},
        live=bool(declared.get("live")),
        log=bool(declared.get("log")),
        advanced=bool(declared.get("advanced")),
        shown_when=(shown_when[0], tuple(shown_when[1])) if shown_when else None,
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """The kind of control that a field's type asks for, and the choices if it is one."""
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return _kind(inner[0])
    if origin is Literal:
        return "choice", tuple(str(value) for value in get_args(annotation))
    if origin is tuple:
        kind, choices = _kind(get_args(annotation)[0])
        return ("choice_list", choices) if kind == "choice" else ("int_list", ())
    if hasattr(annotation, "__metadata__"):  # Annotated[...]
        return _kind(annotation.__origin__)
    if annotation is bool:
        return "bool", ()
    if annotation is int:
        return "int", ()
    if annotation is float:
        return "float", ()
    return "text", ()
