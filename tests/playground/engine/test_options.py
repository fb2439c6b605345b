"""What is typed on the command line becomes a Config, or one sentence that says what would be accepted."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import Field, model_validator

from models.base import ConfigError
from models.config import Config, setting, settings_of
from playground.cli import main
from playground.engine.options import OptionParser, add_options, parse_config, read_values, whole_number


class Net(Config):
    hidden: tuple[Annotated[int, Field(ge=1, le=512)], ...] = setting((50,), "Hidden layers.", max_length=3)
    learning_rate: float = setting(0.01, "Step size.", gt=0, le=10, log=True, group="Training")
    shift: float = setting(0.0, "Shift, 100 % is the width.", ge=-2, le=2, unit="px", group="Training")
    optimizer: Literal["sgd", "momentum"] = setting("sgd", "How to go downhill.", group="Training")
    momentum: float = setting(0.9, "Inertia.", ge=0, lt=1, shown_when=("optimizer", ("momentum",)), group="Training")
    shuffle: bool = setting(True, "New order.")
    stop: int | None = setting(100, "Stop after so many steps.", ge=1)

    @model_validator(mode="after")
    def _fit(self) -> Net:
        if self.shuffle and self.stop == 1:
            raise ValueError("One step needs no new order: add --no-shuffle")
        return self


def parse(*words: str) -> Net:
    return parse_config(Net, Net(learning_rate=0.5), words)


def values(*words: str) -> dict[str, tuple[object, ...]]:
    parser = OptionParser(prog="sweep")
    add_options(parser, Net, Net(), several=True)
    return read_values(Net, parser.parse_args(words))


def test_the_base_is_the_default() -> None:
    assert parse() == Net(learning_rate=0.5)
    assert parse("--hidden", "50", "20", "--no-shuffle") == Net(learning_rate=0.5, hidden=(50, 20), shuffle=False)


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--learning-rate", "1e-3"], "learning_rate", 0.001),
        (["--learning_rate=1e-3"], "learning_rate", 0.001),
        (["--shift", "-1e-1"], "shift", -0.1),
        (["--shift", "-2"], "shift", -2.0),
        (["--hidden", "50,20"], "hidden", (50, 20)),
        (["--hidden"], "hidden", ()),
        (["--stop", "none"], "stop", None),
        (["--optimizer", "Momentum"], "optimizer", "momentum"),
        (["--stop", "3", "--stop", "4"], "stop", 4),
    ],
)
def test_ways_to_give_an_option(words: list[str], name: str, value: object) -> None:
    assert getattr(parse(*words), name) == value


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--learning-rate", "7e9"], "--learning-rate must be a number greater than 0 and at most 10 (it was 7e9)."),
        (["--learning-rate"], "--learning-rate must be a number greater than 0 and at most 10 (nothing was given)."),
        (["--shift", "1", "2"], "--shift must be a number from -2 to 2 px (it was 1 2)."),
        (["--hidden", "5", "a"], "--hidden must be at most 3 whole numbers, each from 1 to 512 (it was 5 a)."),
        (["--optimizer", "sgdd"], "--optimizer must be one of sgd or momentum (it was sgdd; did you mean sgd?)."),
        (["--learnin-rate", "1"], "There is no option --learnin-rate: did you mean --learning-rate?"),
        (["--lr=1"], "There is no option --lr: did you mean --learning-rate?"),
        (["--learn", "1"], "There is no option --learn: did you mean --learning-rate?"),
        (["--zzz"], "There is no option --zzz: --help lists the options."),
        (["-z"], "There is no option -z: --help lists the options."),
        (["--shuffle=yes"], "--shuffle and --no-shuffle take no value."),
        (["7"], "“7” does not belong to any option: write --name value, for example --seed 1."),
        (["--stop", "1"], "One step needs no new order: add --no-shuffle."),
    ],
)
def test_each_mistake_has_one_sentence(words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(*words)
    assert str(caught.value) == sentence
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], {}),
        (["--learning-rate", "0.1", "1e-3", "0.01"], {"learning_rate": (0.001, 0.01, 0.1)}),
        (["--learning-rate", "0.1", "--learning_rate=1e-1"], {"learning_rate": (0.1,)}),
        (["--shift", "1", "-1e-1"], {"shift": (-0.1, 1.0)}),
        (["--optimizer", "sgd", "Momentum"], {"optimizer": ("sgd", "momentum")}),
        (["--hidden", "50", "20"], {"hidden": ((50, 20),)}),
        (["--hidden", "50", "20", "--hidden", "9", "--hidden"], {"hidden": ((), (9,), (50, 20))}),
        (["--no-shuffle"], {"shuffle": (False,)}),
        (["--no-shuffle", "--shuffle", "--no-shuffle"], {"shuffle": (False, True)}),
        (["--stop", "30", "none", "4"], {"stop": (None, 4, 30)}),
    ],
)
def test_ways_to_give_several_values(words: list[str], expected: dict[str, tuple[object, ...]]) -> None:
    assert values(*words) == expected


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--learning-rate", "1", "7e9"], "must be a number greater than 0 and at most 10 (it was 7e9)."),
        (["--learning-rate", "1", "--learning-rate"], "greater than 0 and at most 10 (nothing was given)."),
        (["--hidden", "5", "--hidden", "0"], "each from 1 to 512 (it was 0)."),
        (["--optimizer", "sgd", "momentumm"], "(it was momentumm; did you mean momentum?)."),
        (["--shuffle=yes"], "--shuffle and --no-shuffle take no value."),
        (["--hiden", "1"], "There is no option --hiden: did you mean --hidden?"),
    ],
)
def test_one_wrong_value_among_several_is_named(words: list[str], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        values(*words)
    assert str(caught.value).endswith(sentence)


@pytest.mark.parametrize("text", ["0", "8", "1.5", "x", "", "²", "-1", "9" * 5000])
def test_a_number_that_is_no_setting(text: str) -> None:
    parser = OptionParser(prog="sweep")
    parser.add_argument("--jobs", type=whole_number(1, 7))
    assert parser.parse_args(["--jobs", "7"]).jobs == 7
    with pytest.raises(ConfigError, match="--jobs: must be a whole number from 1 to 7"):
        parser.parse_args([f"--jobs={text}"])


def test_help_says_how_a_list_is_given_more_values(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        values("--help")
    text = capsys.readouterr().out
    assert text.count("Give it again for another value.") == 1  # hidden is the only list
    assert "--learning-rate X …" in text


def test_help_lists_every_setting_with_its_range_and_the_preset_as_default(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as caught:
        parse("--help")
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for each in settings_of(Net):
        assert f"--{each.name.replace('_', '-')}" in text
        assert each.description in text
    assert "greater than 0 and at most 10. Default: 0.5." in text
    assert "Matters with --optimizer momentum." in text
    assert "--shuffle, --no-shuffle" in text


def test_an_empty_default_is_called_none(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["run", "hopfield", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Default: ." not in text
    assert "Default: none." in text


@pytest.mark.parametrize(("words", "rate"), [("0,01", 0.01), ("1,5e-3", 0.0015), ("0.25", 0.25), (",5", 0.5)])
def test_a_decimal_comma_is_read_as_in_the_window(words, rate):
    from models.digits import DigitsConfig

    assert parse_config(DigitsConfig, DigitsConfig(), ["--learning-rate", words]).learning_rate == rate


@pytest.mark.parametrize("option", ["--batch-size=1,000", "--learning-rate=0,0,1", "--learning-rate=1,000.5"])
def test_a_comma_that_may_mean_something_else_is_refused(option):
    from models.digits import DigitsConfig

    with pytest.raises(ConfigError):
        parse_config(DigitsConfig, DigitsConfig(), [option])
