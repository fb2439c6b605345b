"""A Config lists every choice that makes a run what it is: change nothing in it and the run repeats exactly.

Each choice (a *setting*) is declared once, with its bounds, a sentence in plain words and whether it may change while
the model trains. The form in the tab, the command-line options, the check of opened files and the axes of a sweep all
read that one declaration.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo

Kind = Literal["bool", "int", "float", "choice", "text", "int_list", "float_list", "choice_list"]
LISTS: tuple[Kind, ...] = ("int_list", "float_list", "choice_list")


MOST_AT_ONCE = 16


def a_few(count: int) -> int:
    """How many of so many neurons or filters come or go at once: an eighth, at least one and no more than 16."""
    return max(1, min(MOST_AT_ONCE, count // 8))


@dataclass(frozen=True)
class Part:
    """One number of an entry, such as the filters of a convolution; a tick where the default is a bool.

    Attributes:
        default: what it is where the text does not say it.
        low, high: bounds, both allowed.
        before: what stands in front of its field ("×").
        rare: whether it is folded away while it has its default.
    """

    name: str
    label: str
    default: float
    low: float = 0
    high: float = 1
    before: str = ""
    rare: bool = False


@dataclass(frozen=True)
class EntryKind:
    """One kind of entry that a list in words can have.

    Attributes:
        offers: entries to begin with, as they are written: the first that fits is taken.
    """

    name: str
    description: str
    parts: tuple[Part, ...]
    offers: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One entry: its kind by name, and its numbers by the names of their parts."""

    kind: str
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class EntryList:
    """How a text can be chosen piece by piece, without knowing how it is written.

    Attributes:
        kinds: what an entry can be.
        read: the text → its entries; raises ValueError with a sentence.
        write: one entry → as it is written; entries are joined with commas.
    """

    kinds: tuple[EntryKind, ...]
    read: Callable[[str], tuple[Entry, ...]]
    write: Callable[[Entry], str]

    def kind(self, name: str) -> EntryKind:
        """The kind of that name; KeyError where there is none."""
        return {kind.name: kind for kind in self.kinds}[name]


class Config(BaseModel):
    """The settings of one run: frozen, checked, and complete (same config and data, same bits)."""

    # Deferred: the base classes of a model's Config are never built, and the others only when they are used.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)

    @property
    def random_seed(self) -> int | None:
        """Value of the setting `seed`, from which all random numbers of a run come; None where there is none.

        The setting has to be called that: the window offers another seed by it, and a sweep repeats runs with several.
        """
        seed = vars(self).get("seed")
        return seed if isinstance(seed, int) else None

    def changed(self, other: Config) -> frozenset[str]:
        """Names of the settings whose values differ between the two configs."""
        return frozenset(name for name in type(self).model_fields if getattr(self, name) != getattr(other, name))

    def needs_rebuild(self, other: Config) -> frozenset[str]:
        """Names of the settings that differ and cannot change while the model runs: these need a new run."""
        live = {setting.name for setting in settings_of(type(self)) if setting.live}
        return self.changed(other) - live

    def dials(self) -> tuple[str, ...]:
        """What of the drawn network can be one more or one less: of "layers", "inputs", "units"; none by default."""
        return ()

    def turned(self, dial: str, step: int) -> Mapping[str, Any] | None:
        """Settings, by name, that change with one more (+1) or one less (−1) of a dial; None: there is none less.

        They may be out of bounds: who asks validates them.
        """
        return None

    @classmethod
    def ranges(cls, values: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
        """Bounds that depend on other settings: name → (smallest, largest), closer than the declared ones.

        `values` holds every setting, each allowed by itself. Bounds of a list are those of each number in it. The form
        keeps to them while the hand chooses; the Config still validates them, with a sentence.
        """
        return {}


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
    distinct: bool = False,
    one_for_each: str | None = None,
    entries: EntryList | None = None,
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
        value_help: for a choice: what each value means, shown as the tooltip of that entry. For a list: what an empty
            one ("") means, shown in its place.
        distinct: of a list of choices: the form offers only what is not in it yet.
        one_for_each: of a list of choices: another list, for each entry of which it has one; or a single one for all.
        entries: of a text: how it is chosen piece by piece.
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
        "distinct": distinct,
        "one_for_each": one_for_each,
        "entries": entries,
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


def inherited(base: type[Config], name: str, **changes: Any) -> Any:
    """Declare a setting again as a base class has it, except for what is said here.

        learning_rate: float = inherited(SupervisedConfig, "learning_rate", default=0.01)

    The type stands in the annotation, as in every declaration, and may be narrower than that of the base (then give the
    `value_help` or the `item_le` that go with it). The setting keeps its place among the others.

    Args:
        base: the Config class that declares it.
        name: what it is called there and here.
        changes: arguments of `setting` that differ; None takes a bound or a `shown_when` away.

    Raises TypeError for an argument that `setting` does not know, KeyError for a setting that `base` does not have.
    """
    field = base.model_fields[name]
    extra = field.json_schema_extra
    declared = dict(extra) if isinstance(extra, dict) else {}
    declared |= {"default": field.default, "description": field.description} | _bounds(field.metadata)
    return setting(**(declared | changes))


@dataclass(frozen=True)
class Setting:
    """One declared setting, as the form, the command line and the sweep read it.

    `minimum` and `maximum` bound a number, or each number of a list; the lengths bound a list or text.

    Attributes:
        choices: what can be chosen, as text; `values` are the same as the Config holds them (numbers in a Literal).
        optional: whether None ("none") is allowed too.
        structured: whether it is a nested value (a tuple of points, a table), written and read as JSON.
    """

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
    values: tuple[Any, ...] = ()
    optional: bool = False
    structured: bool = False
    distinct: bool = False
    one_for_each: str | None = None
    entries: EntryList | None = None

    @property
    def allowed(self) -> str:
        """What may be given, in words: "a number greater than 0 and at most 1"."""
        number = {"int": "a whole number", "float": "a number"}
        many = {"int_list": "whole numbers", "float_list": "numbers", "choice_list": "values"}
        if self.kind == "bool":
            words = "on or off"
        elif self.kind == "choice":
            words = f"one of {_either(self.choices)}"
        elif self.kind in number:
            bounds = self._range()
            words = f"{number[self.kind]} {'of ' if bounds.startswith('at ') else ''}{bounds}".strip()
        elif self.kind in LISTS:
            each = f"one of {_either(self.choices)}" if self.choices else self._range()
            words = f"{_count(self.min_length, self.max_length)}{many[self.kind]}" + (f", each {each}" if each else "")
        elif self.structured:
            words = f"written like {json.dumps(self.default)}"
        else:
            words = f"{_count(self.min_length, self.max_length)}characters" if self.max_length else "text"
        return words + (" or none" if self.optional else "")

    def parse(self, text: str) -> Any:
        """The value that a text stands for ("1e-3", "on", "128, 64", "none").

        Raises ValueError with the rest of a sentence that begins with the setting's name: "must be … (it was …)".
        """
        try:
            value = None if self.optional and text.strip().lower() in ("", "none") else self._read(text)
        except (ValueError, TypeError, OverflowError, RecursionError):
            raise ValueError(self.refusal(text)) from None
        return self.check(value, text)

    def check(self, value: Any, given: object = None) -> Any:
        """The value itself if it keeps the declared bounds; ValueError as from `parse` otherwise."""
        good = (value is None and self.optional) or value is not None
        if good and value is not None:
            if self.kind in LISTS or (self.kind == "text" and isinstance(value, str)):
                good = self.min_length <= len(value) <= (len(value) if self.max_length is None else self.max_length)
            if self.kind in ("int", "float", "int_list", "float_list"):
                good = good and all(self.inside(number) for number in (value if self.kind in LISTS else (value,)))
        if not good:
            raise ValueError(self.refusal(self.format(value) if given is None else given))
        return value

    def format(self, value: Any) -> str:
        """The value as text, readable and short: `parse` reads it back (numbers to six digits)."""
        if value is None:
            return "none"
        if self.kind == "bool":
            return "on" if value else "off"
        if self.kind in LISTS:
            return ", ".join(short_number(item) if isinstance(item, float) else str(item) for item in value)
        if self.structured:
            return json.dumps(value)
        return short_number(value) if isinstance(value, float) else str(value)

    def refusal(self, given: object) -> str:
        """Why a value is not taken: "must be a number from 0 to 1 (it was 7)"."""
        text = given if isinstance(given, str) else self.format(given) if _fits(self.kind, given) else repr(given)
        text = text if len(text) <= 60 else text[:57] + "…"
        wrong = [part for part in _split(text) if part not in self.choices] if self.choices else []
        near = difflib.get_close_matches(wrong[0].lower(), self.choices, n=1) if wrong else []
        hint = f"; did you mean {near[0]}?" if near else ""
        was = f"it was {text}" if text.strip() else "nothing was given"
        return f"must be {self.allowed} ({was}{hint})"

    def _read(self, text: str) -> Any:
        """Text to a value of this kind, bounds not yet looked at; ValueError when it is none."""
        if self.kind == "bool":
            return _one_of(text.strip(), ("on", "yes", "true", "off", "no", "false")) in ("on", "yes", "true")
        if self.kind == "int":
            return _whole(text)
        if self.kind == "float":
            return _finite(_pointed(text))
        if self.kind == "choice":
            return self._choice(text)
        if self.kind == "int_list":
            return tuple(_whole(part) for part in _split(text))
        if self.kind == "float_list":
            return tuple(_finite(part) for part in _split(text))
        if self.kind == "choice_list":
            return tuple(self._choice(part) for part in _split(text))
        return json.loads(text) if self.structured else text

    def _choice(self, text: str) -> Any:
        return self.values[self.choices.index(_one_of(text.strip(), self.choices))]

    def inside(self, number: float) -> bool:
        """Whether a number (or one number of a list) keeps the bounds."""
        low = self.minimum is None or (number > self.minimum if self.exclusive_minimum else number >= self.minimum)
        high = self.maximum is None or (number < self.maximum if self.exclusive_maximum else number <= self.maximum)
        return low and high

    def _range(self) -> str:
        """The bounds of a number in words, with the unit."""
        unit = f" {self.unit}" if self.unit else ""
        low = "" if self.minimum is None else short_number(self.minimum)
        high = "" if self.maximum is None else short_number(self.maximum)
        if low and high and not self.exclusive_minimum and not self.exclusive_maximum:
            return f"from {low} to {high}{unit}"
        lower = f"{'greater than' if self.exclusive_minimum else 'at least'} {low}" if low else ""
        upper = f"{'less than' if self.exclusive_maximum else 'at most'} {high}" if high else ""
        return " and ".join(part for part in (lower, upper) if part) + (unit if low or high else "")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a config: the setting (None: several do not fit together), and a sentence."""

    setting: str | None
    sentence: str


@cache
def settings_of(config: type[Config]) -> tuple[Setting, ...]:
    """The settings of a Config class, in the order in which they are declared."""
    return tuple(_read(name, field) for name, field in config.model_fields.items())


def explain(
    error: ValidationError, config: type[Config] | None = None, called: Callable[[Setting], str] | None = None
) -> str:
    """Turn pydantic's list of errors into sentences that name the setting, the value and what is allowed.

    With the Config class the sentences say what would be accepted; `called` says how a setting is named in them (its
    label by default; the command line gives the option).
    """
    return " ".join(problem.sentence for problem in problems(error, config, called))


def problems(
    error: ValidationError, config: type[Config] | None = None, called: Callable[[Setting], str] | None = None
) -> tuple[Problem, ...]:
    """As `explain`, one Problem for each thing that is wrong, so that a form can show it where it belongs."""
    known = {setting.name: setting for setting in settings_of(config)} if config else {}
    found: dict[tuple[str | None, str], Problem] = {}
    for problem in error.errors(include_url=False):
        top = str(problem["loc"][0]) if problem["loc"] else None
        setting = known.get(top or "")
        name = (called(setting) if called else setting.label) if setting else top
        message = problem["msg"].removeprefix("Value error, ").removeprefix("Assertion failed, ").rstrip(".")
        inner = ".".join(str(part) for part in problem["loc"][1:])
        if problem["type"] == "extra_forbidden":
            sentence = f"There is no setting called {top}."
        elif top is None:
            sentence = message[:1].upper() + message[1:] + "."
        elif setting and (_plain(problem["type"]) or problem["type"] == "missing"):
            sentence = f"{name} {setting.refusal(problem['input'])}."
        else:
            given = repr(problem["input"])
            given = given if len(given) <= 60 else given[:57] + "…"
            where = f"{name}.{inner}" if inner else name
            sentence = f"{where}: {message[:1].lower() + message[1:]} (it was {given})."
        sentence = sentence[:1].upper() + sentence[1:] if setting and not called else sentence
        found.setdefault((top, sentence), Problem(top if setting else None, sentence))
    return tuple(found.values())


def _plain(error_type: str) -> bool:
    """Whether pydantic's complaint is only that a value is not what the setting declares (type, range, length)."""
    ends = ("_type", "_parsing", "_than", "_than_equal", "_error", "_short", "_long", "_number", "_from_float", "_size")
    return error_type.endswith(ends) and error_type not in ("value_error", "assertion_error")


def _either(words: Sequence[str]) -> str:
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _count(low: int, high: int | None) -> str:
    """A number of things in words, with a space behind: "1 to 4 ", "at least 1 ", ""."""
    if high is None:
        return f"at least {low} " if low else ""
    return f"{low} " if low == high else f"{low} to {high} " if low else f"at most {high} "


def _split(text: str) -> list[str]:
    """The entries of a list written with commas, semicolons or spaces, in brackets or without."""
    return [part for part in re.split(r"[\s,;]+", text.strip().strip("()[]")) if part]


def _one_of(text: str, choices: Sequence[str]) -> str:
    """The choice that was meant, whatever its capital letters; ValueError when there is none."""
    same = [choice for choice in choices if choice == text] or [c for c in choices if c.lower() == text.lower()]
    if not same:
        raise ValueError(text)
    return same[0]


def _finite(text: str) -> float:
    number = float(text.strip().replace("−", "-"))  # a minus sign copied from a page is a minus sign
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _pointed(text: str) -> str:
    """A number with a decimal comma, as it is written in half of the world, with a point: "0,01" → "0.01".

    Only where there may be decimals, and where the comma can be nothing else.
    """
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _whole(text: str) -> int:
    """A whole number, also written "1e3" or "4.0"."""
    try:
        return int(text.strip().replace("−", "-"))
    except ValueError:
        number = _finite(text)
        if not number.is_integer():
            raise
        return int(number)


def short_number(number: float) -> str:
    """A number, short: 0.01, 128, 1e-4, 2.5e6."""
    size = abs(number)
    if isinstance(number, int) or not math.isfinite(number):
        return str(number)
    if size and (size < 1e-3 or size >= 1e6):
        mantissa, exponent = f"{number:.5e}".split("e")
        return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
    return f"{number:.6g}"


def _fits(kind: Kind, value: object) -> bool:
    """Whether `Setting.format` can write a value of any origin."""
    return isinstance(value, (list, tuple)) if kind in LISTS else isinstance(value, (bool, int, float))


def _read(name: str, field: FieldInfo) -> Setting:
    extra = field.json_schema_extra
    declared: dict[str, Any] = dict(extra) if isinstance(extra, dict) else {}
    annotation, optional = _without_none(field.annotation)
    kind, values = _kind(annotation)
    bounds = _bounds(field.metadata)
    numbers, lengths = bounds, (bounds.get("min_length", 0), bounds.get("max_length"))
    if kind in LISTS:
        items = get_args(annotation)
        numbers = _bounds(getattr(items[0], "__metadata__", ()))
        numbers |= {key: declared[f"item_{key}"] for key in ("ge", "le") if declared.get(f"item_{key}") is not None}
        if get_origin(annotation) is tuple and items[-1] is not Ellipsis:
            lengths = len(items), len(items)
    shown_when = declared.get("shown_when")
    return Setting(
        name=name,
        kind=kind,
        default=field.get_default(call_default_factory=True),
        description=field.description or "",
        label=declared.get("label") or name.replace("_", " "),
        group=declared.get("group") or "Model",
        unit=declared.get("unit") or "",
        minimum=numbers.get("ge", numbers.get("gt")),
        maximum=numbers.get("le", numbers.get("lt")),
        exclusive_minimum="gt" in numbers and "ge" not in numbers,
        exclusive_maximum="lt" in numbers and "le" not in numbers,
        min_length=lengths[0],
        max_length=lengths[1],
        choices=tuple(str(value) for value in values),
        values=values,
        value_help=declared.get("value_help") or {},
        live=bool(declared.get("live")),
        log=bool(declared.get("log")),
        advanced=bool(declared.get("advanced")),
        shown_when=(shown_when[0], tuple(shown_when[1])) if shown_when else None,
        optional=optional,
        distinct=bool(declared.get("distinct")),
        one_for_each=declared.get("one_for_each"),
        entries=declared.get("entries"),
        structured=kind == "text" and get_origin(annotation) in (tuple, list, dict),
    )


def _bounds(metadata: Sequence[Any]) -> dict[str, Any]:
    """Bounds in a field's metadata; pydantic keeps `Annotated[int, Field(ge=1)]` one level deeper inside a list."""
    bounds: dict[str, Any] = {}
    for item in metadata:
        bounds |= _bounds(item.metadata) if isinstance(item, FieldInfo) else {}
        for key in ("ge", "gt", "le", "lt", "min_length", "max_length"):
            value = getattr(item, key, None)
            if value is not None:
                bounds[key] = value
    return bounds


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The type without `| None` and without Annotated, and whether None was allowed."""
    if hasattr(annotation, "__metadata__"):  # Annotated[...]
        return _without_none(annotation.__origin__)
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        return _without_none(inner[0])[0], len(inner) < len(get_args(annotation))
    return annotation, False


def _kind(annotation: Any) -> tuple[Kind, tuple[Any, ...]]:
    """The kind of control that a field's type asks for, and the choices if it is one."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return "choice", arguments
    if origin in (tuple, list):
        kinds = {_kind(_without_none(part)[0]) for part in arguments if part is not Ellipsis}
        kind, values = kinds.pop() if len(kinds) == 1 else ("text", ())
        if kind == "choice":
            return "choice_list", values
        return ("int_list" if kind == "int" else "float_list" if kind == "float" else "text"), ()
    plain: dict[Any, Kind] = {bool: "bool", int: "int", float: "float"}
    return plain.get(annotation, "text"), ()
