"""The command line's options are the settings of a Config: `--learning-rate 0.01 --hidden 50 20 --no-shuffle`.

Nothing is declared twice: names, bounds, defaults and the help come from `models.config.settings_of`. The parser only
tells names from values; reading a value and refusing it in words is the Setting's own business, as in the form. A sweep
reads the same options with several values each (`read_values`).
"""

from __future__ import annotations

import argparse
import difflib
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar

from pydantic import ValidationError

from models.base import ConfigError
from models.config import LISTS, Config, Setting, explain, settings_of
from playground.engine.option_names import option

ConfigT = TypeVar("ConfigT", bound=Config)


def parse_config(config_class: type[ConfigT], base: ConfigT, arguments: Sequence[str], prog: str = "") -> ConfigT:
    """The settings of `base` (a preset), changed by the options given.

    `--help` prints the options and raises SystemExit(0). Raises ConfigError with one sentence for an unknown option, a
    value that cannot be read or is out of range, and settings that do not fit together.
    """
    parser = OptionParser(prog=prog or None, usage="%(prog)s [--option value …]")
    add_options(parser, config_class, base)
    return read_options(config_class, base, parser.parse_args(arguments))


def add_options(parser: OptionParser, config_class: type[Config], base: Config, *, several: bool = False) -> None:
    """Add one option for every setting of a Config, in its groups; `base` gives the defaults that the help shows.

    With `several` every option may be given more than once, and all of it is kept (for `read_values`).
    """
    switch = _EitherOrBoth if several else argparse.BooleanOptionalAction
    groups: dict[str, Any] = {}
    for setting in settings_of(config_class):
        if setting.group not in groups:
            groups[setting.group] = parser.add_argument_group(setting.group)
        help_text = _help(setting, getattr(base, setting.name)).replace("%", "%%")
        if several and _takes_all_words(setting):
            help_text += " Give it again for another value."
        shared = {"dest": setting.name, "help": help_text, "default": argparse.SUPPRESS}
        if setting.kind == "bool" and not setting.optional:
            groups[setting.group].add_argument(option(setting), action=switch, **shared)
        else:  # How many values there must be is the setting's own business: its sentence is the better one.
            metavar = f"{_metavar(setting)} …" if several and not _takes_all_words(setting) else _metavar(setting)
            action = "append" if several else "store"
            groups[setting.group].add_argument(option(setting), nargs="*", metavar=metavar, action=action, **shared)


def read_options(config_class: type[ConfigT], base: ConfigT, given: argparse.Namespace) -> ConfigT:
    """The settings of `base`, changed by what an OptionParser found; raises ConfigError with a sentence."""
    values: dict[str, Any] = {name: getattr(base, name) for name in config_class.model_fields}
    for setting in settings_of(config_class):
        if setting.name not in given:
            continue
        words = getattr(given, setting.name)
        try:
            values[setting.name] = words if isinstance(words, bool) else setting.parse(" ".join(words))
        except ValueError as error:
            raise ConfigError(f"{option(setting)} {error}.") from None
    try:
        return config_class.model_validate(values)
    except ValidationError as error:
        raise ConfigError(explain(error, config_class, option)) from None


def read_values(config_class: type[Config], given: argparse.Namespace) -> dict[str, tuple[Any, ...]]:
    """All values that were given for each setting, each value once; numbers are sorted, others as they were given.

    For a single number or choice each word is a value: `--learning-rate 0.1 0.01`. A list or a text takes all the words
    behind its name, as always, and is given again for another value: `--hidden 50 --hidden 50 20`. So is a switch:
    `--shuffle --no-shuffle`. Raises ConfigError with a sentence; whether settings fit together is not looked at.
    """
    found: dict[str, tuple[Any, ...]] = {}
    for setting in settings_of(config_class):
        if setting.name not in given:
            continue
        occasions = getattr(given, setting.name)  # the words behind each occurrence of the name, or True and False
        try:
            if setting.kind == "bool" and not setting.optional:
                values = list(occasions)
            elif _takes_all_words(setting):
                values = [setting.parse(" ".join(words)) for words in occasions]
            else:
                values = [setting.parse(word) for words in occasions for word in words or [""]]
        except ValueError as error:
            raise ConfigError(f"{option(setting)} {error}.") from None
        distinct = [value for index, value in enumerate(values) if value not in values[:index]]
        if setting.kind in ("int", "float", "int_list", "float_list"):
            distinct.sort(key=lambda value: (value is not None, value))
        found[setting.name] = tuple(distinct)
    return found


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """An argparse type for what is no setting: a whole number from `low` to `high`."""

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
        if number is None or not low <= number <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low:,} to {high:,} (it was {text})")
        return number

    return read


class OptionParser(argparse.ArgumentParser):
    """argparse that raises ConfigError with one sentence instead of printing the usage and leaving.

    `--learning_rate` is the same as `--learning-rate`; names are never abbreviated; `-1e-3` is a number.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=_Formatter, allow_abbrev=False, **options)
        # argparse takes only -1 and -.5 for numbers; with this, negative numbers of any form are values.
        self._negative_number_matcher = re.compile(r"^-\.?\d")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """As argparse's, with underscores in option names read as dashes."""
        return super().parse_known_args(None if args is None else [_dashes(word) for word in args], namespace)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's; raises ConfigError naming the first word that is not understood, and the nearest option."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            raise ConfigError(self._unknown(unknown[0]))
        return found

    def _print_message(self, message: str, file: Any = None) -> None:
        """As argparse's, which forgets that the disk was full."""
        if message:
            print(message, end="", file=file or sys.stderr, flush=True)

    def error(self, message: str) -> NoReturn:
        """What argparse itself refuses, as a sentence."""
        named = re.match(r"argument ([^:]+): (.*)", message, re.DOTALL)
        sentence = f"{named[1]}: {named[2]}" if named else message[:1].upper() + message[1:]
        if named and named[2].startswith("ignored explicit argument"):
            sentence = f"{named[1].replace('/', ' and ')} take{'' if '/' in named[1] else 's'} no value"
        raise ConfigError(sentence.rstrip(".") + ".")

    def _unknown(self, word: str) -> str:
        if not word.startswith("-"):
            return f"“{word}” does not belong to any option: write --name value, for example --seed 1."
        name = word.split("=")[0].strip("-")
        known = [text[2:] for action in self._actions for text in action.option_strings if text.startswith("--")]
        near = [text for text in known if len(name) > 1 and (text.startswith(name) or name == _initials(text))]
        near += difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean --{near[0]}?" if near else "--help lists the options."
        return f"There is no option {word.split('=')[0]}: {hint}"


class _EitherOrBoth(argparse.BooleanOptionalAction):
    """A switch that remembers every time it was given: `--shuffle --no-shuffle` is [True, False]."""

    def __call__(
        self, parser: Any, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        before = getattr(namespace, self.dest, [])
        setattr(namespace, self.dest, [*before, not str(option_string).startswith("--no-")])


class _Formatter(argparse.HelpFormatter):
    """Options as `--name VALUE`, with room for long names."""

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **{"max_help_position": 32, **options})

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Paragraphs of a description, line by line; the rest of an indented line is indented further."""
        return "\n".join(
            textwrap.fill(line, width, subsequent_indent=4 * line.startswith(" ") * " ", break_on_hyphens=False)
            for line in text.splitlines()
        )

    def _split_lines(self, text: str, width: int) -> list[str]:
        """Lines of help; names such as two-relu-50 stay whole, so that they can be found and copied."""
        return textwrap.wrap(" ".join(text.split()), width, break_on_hyphens=False)

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        return str(action.metavar or super()._format_args(action, default_metavar))


def _dashes(word: str) -> str:
    name, equals, value = word.partition("=")
    return name.replace("_", "-") + equals + value if name.startswith("--") else word


def _initials(name: str) -> str:
    """`lr` for learning-rate: what people who know the field type first."""
    return "".join(part[0] for part in name.split("-") if part)


def _takes_all_words(setting: Setting) -> bool:
    """Whether all the words behind an option's name are one value together."""
    return setting.kind in LISTS or setting.kind == "text"


def _metavar(setting: Setting) -> str:
    words: Mapping[str, str] = {"int": "N", "float": "X", "int_list": "N", "float_list": "X", "text": "TEXT"}
    word = words.get(setting.kind, "NAME")
    return f"{word} {word} …" if setting.kind in LISTS else word


def _help(setting: Setting, default: Any) -> str:
    """Description, what is allowed, the default, and when it matters."""
    sentences = [setting.description]
    if setting.kind != "bool":
        sentences.append(f"{setting.allowed[:1].upper()}{setting.allowed[1:]}.")
    if setting.shown_when:
        other, values = setting.shown_when
        sentences.append(f"Matters with --{other.replace('_', '-')} {' or '.join(str(value) for value in values)}.")
    return " ".join([*sentences, f"Default: {setting.format(default) or 'none'}."])
