"""A Config declares each setting once; what is read from that declaration must be exact."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator

from models.config import Config, Setting, explain, inherited, problems, setting, settings_of
from models.registry import MODELS, get_model

Width = Annotated[int, Field(ge=1, le=512)]


class Everything(Config):
    """One setting of every kind."""

    shuffle: bool = setting(True, "New order in each pass.")
    units: int = setting(50, "Hidden units.", ge=1, le=1024)
    rate: float = setting(0.01, "Step size.", gt=0, le=1, log=True, live=True, label="learning rate")
    momentum: float = setting(0.9, "Share of the last update.", ge=0, lt=1, live=True)
    activation: Literal["relu", "tanh"] = setting("relu", "What a unit does.", value_help={"relu": "max(0, z)"})
    size: Literal[8, 28] = setting(8, "Side of an image.", unit="px")
    hidden: tuple[Width, ...] = setting((128, 64), "Hidden layers.", min_length=1, max_length=4)
    shares: tuple[float, ...] = setting((0.5, 0.5), "Mixing shares.", item_ge=0, item_le=1)
    pair: tuple[int, int] = setting((3, 3), "Kernel.")
    layers: tuple[Literal["relu", "tanh"], ...] = setting(("relu",), "One for each layer.", min_length=1)
    stop: int | None = setting(None, "Stop after so many steps.", ge=1)
    name: str = setting("mine", "A name.", max_length=10)
    means: tuple[tuple[float, float], ...] = setting(((1.0, 2.0),), "Starting means.")

    @model_validator(mode="after")
    def _widths_fit(self) -> Everything:
        if self.units > 1000 and self.rate > 0.5:
            raise ValueError("So many units need a smaller step: choose a learning rate of at most 0.5")
        return self


SETTINGS: dict[str, Setting] = {each.name: each for each in settings_of(Everything)}

VALUES = {
    "shuffle": st.booleans(),
    "units": st.integers(1, 1024),
    "rate": st.floats(1e-300, 0.5),
    "momentum": st.floats(0, 0.999),
    "activation": st.sampled_from(["relu", "tanh"]),
    "size": st.sampled_from([8, 28]),
    "hidden": st.lists(st.integers(1, 512), min_size=1, max_size=4).map(tuple),
    "shares": st.lists(st.floats(0, 1), max_size=5).map(tuple),
    "pair": st.tuples(st.integers(), st.integers()),
    "layers": st.lists(st.sampled_from(["relu", "tanh"]), min_size=1, max_size=5).map(tuple),
    "stop": st.none() | st.integers(1),
    "name": st.text(max_size=10),
    "means": st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=4).map(tuple),
}


def test_every_kind_is_recognised() -> None:
    assert {name: each.kind for name, each in SETTINGS.items()} == {
        "shuffle": "bool",
        "units": "int",
        "rate": "float",
        "momentum": "float",
        "activation": "choice",
        "size": "choice",
        "hidden": "int_list",
        "shares": "float_list",
        "pair": "int_list",
        "layers": "choice_list",
        "stop": "int",
        "name": "text",
        "means": "text",
    }
    assert SETTINGS["means"].structured
    assert not SETTINGS["name"].structured
    assert [name for name, each in SETTINGS.items() if each.optional] == ["stop"]


def test_bounds_of_list_entries_are_read_from_the_annotation_or_the_declaration() -> None:
    assert (SETTINGS["hidden"].minimum, SETTINGS["hidden"].maximum) == (1, 512)
    assert (SETTINGS["shares"].minimum, SETTINGS["shares"].maximum) == (0, 1)
    assert (SETTINGS["pair"].min_length, SETTINGS["pair"].max_length) == (2, 2)


@given(st.fixed_dictionaries(VALUES))
def test_text_stands_for_the_value_that_it_was_written_for(values: dict[str, object]) -> None:
    Everything.model_validate(values)
    for name, value in values.items():
        each = SETTINGS[name]
        back = each.parse(each.format(value))
        if each.kind == "float":
            assert math.isclose(back, value, rel_tol=1e-5)  # type: ignore[arg-type]
        elif each.kind == "float_list":
            assert back == pytest.approx(value, rel=1e-5)
        elif each.structured:
            assert tuple(tuple(point) for point in back) == value
        else:
            assert back == value
            assert type(back) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("rate", "1e-3", 0.001),
        ("units", "1e2", 100),
        ("units", " 7 ", 7),
        ("pair", "(−3, 4)", (-3, 4)),
        ("hidden", "50 20", (50, 20)),
        ("hidden", "[50; 20]", (50, 20)),
        ("shuffle", "No", False),
        ("activation", "ReLU", "relu"),
        ("size", "28", 28),
        ("stop", "none", None),
        ("stop", "", None),
        ("layers", "tanh relu", ("tanh", "relu")),
    ],
)
def test_ways_to_write_a_value(name: str, text: str, value: object) -> None:
    assert SETTINGS[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("rate", "abc", "must be a number greater than 0 and at most 1 (it was abc)"),
        ("rate", "0", "must be a number greater than 0 and at most 1 (it was 0)"),
        ("rate", "nan", "must be a number greater than 0 and at most 1 (it was nan)"),
        ("rate", "", "must be a number greater than 0 and at most 1 (nothing was given)"),
        ("momentum", "1", "must be a number of at least 0 and less than 1 (it was 1)"),
        ("units", "2.5", "must be a whole number from 1 to 1024 (it was 2.5)"),
        ("stop", "0", "must be a whole number of at least 1 or none (it was 0)"),
        ("hidden", "1 2 3 4 5", "must be 1 to 4 whole numbers, each from 1 to 512 (it was 1 2 3 4 5)"),
        ("hidden", "0", "must be 1 to 4 whole numbers, each from 1 to 512 (it was 0)"),
        ("pair", "1", "must be 2 whole numbers (it was 1)"),
        ("activation", "rleu", "must be one of relu or tanh (it was rleu; did you mean relu?)"),
        ("name", "x" * 80, "must be at most 10 characters (it was " + "x" * 57 + "…)"),
        ("means", "[[1", "must be written like [[1.0, 2.0]] (it was [[1)"),
        ("units", "9" * 5000, "must be a whole number from 1 to 1024 (it was " + "9" * 57 + "…)"),
    ],
)
def test_a_refusal_says_what_would_be_accepted(name: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        SETTINGS[name].parse(text)
    assert str(caught.value) == sentence


@given(st.text(max_size=30), st.sampled_from(list(SETTINGS)))
def test_any_text_is_read_or_refused(text: str, name: str) -> None:
    each = SETTINGS[name]
    try:
        value, refusal = each.parse(text), "must be "
    except ValueError as error:
        value, refusal = each.default, str(error)
    assert refusal.startswith("must be ")
    assert each.structured or each.check(value) == value


def test_errors_are_explained_with_the_label_and_the_range() -> None:
    with pytest.raises(ValidationError) as caught:
        Everything(rate=7, hidden=(64, 0), activation="rel", nonsense=1)  # type: ignore[call-arg, arg-type]
    sentences = [problem.sentence for problem in problems(caught.value, Everything)]
    assert sentences == [
        "Learning rate must be a number greater than 0 and at most 1 (it was 7).",
        "Activation must be one of relu or tanh (it was rel; did you mean relu?).",
        "Hidden must be 1 to 4 whole numbers, each from 1 to 512 (it was 0).",
        "There is no setting called nonsense.",
    ]
    assert "rate: " in explain(caught.value), "without the class the names are pydantic's"


def test_settings_that_do_not_fit_together_belong_to_no_single_one() -> None:
    with pytest.raises(ValidationError) as caught:
        Everything(units=1024, rate=0.9)
    (problem,) = problems(caught.value, Everything)
    assert problem.setting is None
    assert problem.sentence == "So many units need a smaller step: choose a learning rate of at most 0.5."


def test_live_changes_need_no_rebuild() -> None:
    first, second = Everything(), Everything(rate=0.1, units=60)
    assert first.changed(second) == {"rate", "units"}
    assert first.needs_rebuild(second) == {"units"}


class Narrower(Everything):
    """Some settings of the base, changed."""

    units: int = inherited(Everything, "units", default=4, le=16)
    rate: float = inherited(Everything, "rate", description="How far one step goes.", gt=None, ge=0.001)
    activation: Literal["tanh"] = inherited(Everything, "activation", default="tanh", value_help={"tanh": "Bends."})
    hidden: tuple[Annotated[int, Field(ge=1, le=9)], ...] = inherited(Everything, "hidden", default=(3,), max_length=2)


def test_an_inherited_setting_is_the_same_except_for_what_is_changed() -> None:
    before, after = SETTINGS, {each.name: each for each in settings_of(Narrower)}
    assert list(after) == list(before), "in the same places"
    assert {name for name in after if after[name] != before[name]} == {"units", "rate", "activation", "hidden"}
    assert after["units"] == replace(before["units"], default=4, maximum=16)
    assert after["rate"] == replace(
        before["rate"], description="How far one step goes.", minimum=0.001, exclusive_minimum=False
    )
    assert after["activation"].choices == after["activation"].values == ("tanh",)
    assert after["activation"].value_help == {"tanh": "Bends."}
    assert after["hidden"] == replace(before["hidden"], default=(3,), maximum=9, max_length=2)
    with pytest.raises(ValidationError, match="less than or equal to 16"):
        Narrower(units=17)
    with pytest.raises(ValidationError, match="at most 2 items"):
        Narrower(hidden=(1, 2, 3))


def test_a_change_that_no_setting_knows_is_refused() -> None:
    with pytest.raises(TypeError, match="colour"):
        inherited(Everything, "units", colour="red")
    with pytest.raises(KeyError, match="unit"):
        inherited(Everything, "unit")


@pytest.mark.parametrize("name", list(MODELS))
def test_every_seed_fits_the_windows_field(name):
    (seed,) = [setting for setting in settings_of(get_model(name).config) if setting.name == "seed"]
    assert (seed.minimum, seed.maximum) == (0, 2**31 - 1)


@pytest.mark.parametrize("name", list(MODELS))
def test_a_models_task_and_length_are_settings(name):
    model = get_model(name)
    assert model.task <= set(model.config.model_fields)
    assert not model.length or model.length in model.config.model_fields
