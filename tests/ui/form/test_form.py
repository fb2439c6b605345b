"""The form under the hand: typing, dragging, scrolling, mending, and what it tells the others."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import Field, model_validator
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from models.config import Config, setting, settings_of
from models.digits import DigitsConfig
from models.hopfield.config import HopfieldConfig
from ui.form.controls import Number, Numbers, Selection, Selections
from ui.form.fields import Entry, neighbour, stops
from ui.form.form import ConfigForm

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)


class Everything(Config):
    """One setting of every kind."""

    hidden: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = setting(
        (128, 64), "Units in each hidden layer.", min_length=1, max_length=3
    )
    layers: tuple[Literal["relu", "tanh", "exponential_linear_units_with_a_long_name"], ...] = setting(
        ("relu",), "Activation of each layer.", max_length=3
    )
    shares: tuple[float, ...] = setting((), "Mixing shares.", item_ge=0, item_le=1, value_help={"": "equal shares"})
    rate: float = setting(0.01, "Step size.", gt=0, le=1, log=True, live=True, label="learning rate", group="Training")
    optimizer: Literal["sgd", "momentum", "adaptive_moments_with_a_long_name"] = setting(
        "sgd", "How to go downhill.", group="Training", value_help={"sgd": "Straight down."}
    )
    momentum: float = setting(
        0.9, "Inertia.", ge=0, lt=1, live=True, group="Training", shown_when=("optimizer", ("momentum",))
    )
    batch: int = setting(32, "Samples in one update.", ge=1, le=300, group="Training")
    size: Literal[8, 28] = setting(28, "Side of an image.", unit="px", group="Data")
    shuffle: bool = setting(True, "New order in each pass.", live=True, group="Data")
    stop: int | None = setting(None, "Stop after so many steps.", ge=1, group="Data", advanced=True)
    seed: int = setting(0, "Where chance begins.", ge=0, le=2**32 - 1, group="Data")
    name: str = setting("mine", "A name.", max_length=12, group="Data")
    means: tuple[tuple[float, float], ...] = setting(((1.0, 2.0),), "Starting means.", group="Data")

    @model_validator(mode="after")
    def _fit(self) -> Everything:
        if self.batch > 200 and not self.shuffle:
            raise ValueError("Batches above 200 must be shuffled: tick “shuffle” or choose a smaller batch")
        return self


class Log:
    """What a form reported."""

    def __init__(self, form: ConfigForm) -> None:
        self.configs: list[Any] = []
        self.sentences: list[str] = []
        form.changed.connect(self.configs.append)
        form.invalid.connect(self.sentences.append)


@pytest.fixture
def form(qtbot: QtBot) -> ConfigForm:
    form = ConfigForm(Everything())
    qtbot.addWidget(form)
    form.resize(280, 1000)
    form.show()
    qtbot.waitExposed(form)
    form.activateWindow()
    return form


@pytest.fixture
def log(form: ConfigForm) -> Log:
    return Log(form)


def control(form: ConfigForm, name: str) -> Any:
    return form.rows[name].control


def sentence(form: ConfigForm, name: str) -> str:
    return form.rows[name].sentence.text()


def type_into(field: QLineEdit, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, end)


def wheel(widget: QWidget, notches: int = 1) -> QWheelEvent:
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(widget.rect().center())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


def settle(form: ConfigForm, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not form.waiting)


class Album(Config):
    """How many pictures there are depends on the album."""

    album: Literal["short", "long", "any"] = setting("long", "Which album.")
    picture: int = setting(3, "Number of a picture.", ge=0, lt=2000, live=True)
    chosen: tuple[int, ...] = setting((1, 12), "Pictures to print.", item_ge=0, item_le=25)

    @classmethod
    def ranges(cls, values: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
        last = {"short": 2, "long": 25}.get(values["album"])
        return {} if last is None else {"picture": (0, last), "chosen": (0, last)}

    @model_validator(mode="after")
    def _fit(self) -> Album:
        for low, high in self.ranges(self.model_dump()).values():
            if not all(low <= number <= high for number in (self.picture, *self.chosen)):
                raise ValueError("There is no such picture")
        return self


@pytest.fixture
def album(qtbot: QtBot) -> ConfigForm:
    form = ConfigForm(Album())
    qtbot.addWidget(form)
    form.resize(280, 400)
    form.show()
    qtbot.waitExposed(form)
    return form


# ----------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(("text", "value"), [("1e-3", 0.001), ("0.25", 0.25), ("1", 1.0)])
def test_typed_number(form: ConfigForm, log: Log, text: str, value: float) -> None:
    type_into(control(form, "rate").head, text)
    assert [config.rate for config in log.configs] == [value]
    assert form.config() == Everything(rate=value)


@pytest.mark.parametrize("text", ["abc", "0", "7", "", "nan", "1,5"])
def test_a_bad_number_is_kept_and_explained_and_the_last_good_one_stays_in_force(
    form: ConfigForm, log: Log, text: str
) -> None:
    field = control(form, "rate").head
    type_into(field, text or "\b", Qt.Key.Key_Return)
    assert field.text() == text
    assert field.property("invalid") == "true"
    assert sentence(form, "rate").startswith("Must be a number greater than 0 and at most 1 (")
    assert sentence(form, "rate").endswith(". 0.01 stays in force.")
    assert form.config() == Everything()
    assert log.configs == []
    assert len(log.sentences) == 1
    # Another setting can still be changed, and the bad text is not lost by it, nor by the echo of the new config.
    type_into(control(form, "batch").head, "64")
    form.set_config(log.configs[-1])
    assert form.config() == Everything(batch=64)
    assert field.text() == text
    # Mending it takes the complaint away.
    type_into(field, "0.5")
    assert sentence(form, "rate") == ""
    assert field.property("invalid") == "false"
    assert form.config() == Everything(batch=64, rate=0.5)
    assert log.sentences[-1] == ""


def test_escape_puts_the_last_good_value_back(form: ConfigForm, log: Log) -> None:
    field = control(form, "rate").head
    type_into(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "0.01"
    assert sentence(form, "rate") == ""
    assert log.sentences[-1] == ""


def test_leaving_the_field_takes_the_number_over(form: ConfigForm, log: Log) -> None:
    type_into(control(form, "rate").head, "0.5", Qt.Key.Key_Tab)
    assert form.config() == Everything(rate=0.5)


def test_commit_takes_over_what_is_still_being_typed(form: ConfigForm, log: Log) -> None:
    field = control(form, "batch").head
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "77")
    assert form.config() == Everything()
    form.commit()
    assert log.configs == [Everything(batch=77)]


def test_digits_that_are_not_shown_are_kept_until_the_number_is_edited(form: ConfigForm, log: Log) -> None:
    third = Everything(rate=1 / 3)
    form.set_config(third)
    field = control(form, "rate").head
    assert field.text() == "0.333333"
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert form.config() == third
    assert log.configs == []


def test_up_and_down_go_to_tidy_numbers(form: ConfigForm) -> None:
    field = control(form, "rate").head
    field.setFocus()
    for key, value in [(Qt.Key.Key_Up, 0.011), (Qt.Key.Key_Up, 0.013), (Qt.Key.Key_Down, 0.011)]:
        QTest.keyClick(field, key)
        assert field.value == value
    field = control(form, "seed").head
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Up)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.value == 0, "the range ends here"
    assert form.config() == Everything(rate=0.011)


def test_none_is_a_value_where_it_is_allowed(form: ConfigForm) -> None:
    field = control(form, "stop").head
    assert field.text() == "none"
    form.reveal("stop")
    type_into(field, "100")
    assert form.config() == Everything(stop=100)
    type_into(field, "none")
    assert form.config() == Everything()


# ----------------------------------------------------------------------------------------------- sliders


def all_settings() -> dict[str, Any]:
    return {each.name: each for each in settings_of(Everything)}


def test_stops_are_tidy_ascending_and_inside_the_range() -> None:
    rate, momentum, batch = (stops(all_settings()[name]) for name in ("rate", "momentum", "batch"))
    assert rate[-1] == 1.0
    assert rate[0] > 0
    assert {0.001, 0.002, 0.005, 0.01, 0.1, 0.5} <= set(rate)
    assert momentum[:3] == (0.0, 0.01, 0.02)
    assert momentum[-1] == 0.99, "1 itself is not allowed"
    assert batch[:3] == (1, 5, 10)
    assert batch[-1] == 300
    assert all(isinstance(number, int) for number in batch)
    for values in (rate, momentum, batch):
        assert list(values) == sorted(set(values))
    assert stops(all_settings()["seed"]) == (), "nobody can aim at one of four billion seeds"
    assert stops(all_settings()["stop"]) == (), "no upper bound"


@given(st.integers(-300, 300), st.integers(1, 10**7), st.booleans(), st.sampled_from(["int", "float"]))
def test_a_slider_reaches_both_ends_of_any_range(low: int, span: int, log_scale: bool, kind: str) -> None:
    from dataclasses import replace

    each = replace(all_settings()["batch"], kind=kind, minimum=low, maximum=low + span, log=log_scale and low >= 0)
    values = stops(each)
    if values:
        assert (values[0], values[-1]) == (low, low + span)
        assert len(values) <= 220
        assert neighbour(values, values[-1], 1) == values[-1]
        assert neighbour(values, values[0], 1) == values[1]


def test_dragging_reports_a_few_values_and_always_the_last(form: ConfigForm, log: Log, qtbot: QtBot) -> None:
    number = control(form, "rate")
    assert isinstance(number, Number)
    slider = number.slider
    assert slider is not None
    y = slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(10, y))
    seen = set()
    for x in range(10, slider.width() - 4, 2):
        QTest.mouseMove(slider, QPoint(x, y))
        seen.add(number.value)
        assert form.config() == Everything(rate=number.value), "config() is never behind"
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() - 4, y))
    settle(form, qtbot)
    assert len(seen) > 20
    assert len(log.configs) < len(seen)
    assert log.configs[-1] == form.config() == Everything(rate=number.value)
    assert number.head.text() == number.setting.format(number.value)


def test_pressing_the_groove_goes_there(form: ConfigForm) -> None:
    number = control(form, "batch")
    slider = number.slider
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(slider.width() // 2, slider.height() // 2))
    assert number.value == pytest.approx(150, abs=10)


def test_a_slider_mends_a_bad_text(form: ConfigForm, log: Log) -> None:
    type_into(control(form, "rate").head, "abc")
    control(form, "rate").slider.setFocus()
    QTest.keyClick(control(form, "rate").slider, Qt.Key.Key_Right)
    assert sentence(form, "rate") == ""
    assert log.sentences[-1] == ""
    assert form.config() == Everything(rate=0.011)


def test_a_typed_value_between_two_stops_is_not_rounded_by_the_slider(form: ConfigForm) -> None:
    type_into(control(form, "batch").head, "33")
    assert form.config() == Everything(batch=33)


# ------------------------------------------------------------------------------------------------- wheel


@pytest.mark.parametrize("focused", [False, True])
def test_the_wheel_scrolls_the_page_and_changes_nothing(form: ConfigForm, log: Log, focused: bool) -> None:
    form.setFocus()
    for widget in (*form.findChildren(QComboBox), *form.findChildren(Entry), control(form, "rate").slider):
        if focused:
            widget.setFocus()
        assert not wheel(widget).isAccepted()
        assert not wheel(widget, -1).isAccepted()
    assert form.config() == Everything()
    assert log.configs == []


# ------------------------------------------------------------------------------------------------- lists


def test_an_empty_list_says_what_it_means(form: ConfigForm) -> None:
    assert control(form, "shares").head.placeholderText() == "equal shares"
    assert control(form, "hidden").head.placeholderText() == ""


def test_a_list_as_text_and_as_fields(form: ConfigForm) -> None:
    hidden = control(form, "hidden")
    assert isinstance(hidden, Numbers)
    type_into(hidden.head, "50 20, 10")
    assert form.config() == Everything(hidden=(50, 20, 10))
    assert [field.text() for field in hidden.items] == ["50", "20", "10"]
    assert not hidden.more.isEnabled(), "three is the most"
    type_into(hidden.items[1], "300")
    assert form.config() == Everything(hidden=(50, 300, 10))
    assert hidden.head.text() == "50, 300, 10"
    for _ in range(2):
        QTest.mouseClick(hidden.fewer, Qt.MouseButton.LeftButton)
    assert form.config() == Everything(hidden=(50,))
    assert not hidden.fewer.isEnabled(), "one is the least"
    QTest.mouseClick(hidden.more, Qt.MouseButton.LeftButton)
    assert form.config() == Everything(hidden=(50, 50))


@pytest.mark.parametrize("text", ["", "1, 2, 3, 4", "0", "a", "1.5"])
def test_a_bad_list_is_explained(form: ConfigForm, text: str) -> None:
    type_into(control(form, "hidden").head, text or "\b")
    assert sentence(form, "hidden").startswith("Must be 1 to 3 whole numbers, each from 1 to 1024 (")
    assert sentence(form, "hidden").endswith(". 128, 64 stays in force.")
    assert form.config() == Everything()


def test_a_bad_entry_of_a_list_is_explained(form: ConfigForm) -> None:
    type_into(control(form, "hidden").items[0], "0")
    assert sentence(form, "hidden").startswith("Must be a whole number from 1 to 1024 (it was 0).")
    assert form.config() == Everything()


def test_a_list_of_choices(form: ConfigForm) -> None:
    layers = control(form, "layers")
    assert isinstance(layers, Selections)
    QTest.mouseClick(layers.more, Qt.MouseButton.LeftButton)
    layers.items[1].setFocus()
    QTest.keyClick(layers.items[1], Qt.Key.Key_Down)
    assert form.config() == Everything(layers=("relu", "tanh"))
    QTest.mouseClick(layers.fewer, Qt.MouseButton.LeftButton)
    QTest.mouseClick(layers.fewer, Qt.MouseButton.LeftButton)
    assert form.config() == Everything(layers=())
    QTest.mouseClick(layers.more, Qt.MouseButton.LeftButton)
    assert form.config() == Everything(layers=("relu",))


# --------------------------------------------------------------------------- choices, ticks, whole config


def test_choices_have_a_tooltip_each_and_keep_their_type(form: ConfigForm) -> None:
    optimizer, size = control(form, "optimizer"), control(form, "size")
    assert isinstance(optimizer, Selection)
    assert optimizer.head.itemData(0, Qt.ItemDataRole.ToolTipRole) == "Straight down."
    size.head.setFocus()
    QTest.keyClick(size.head, Qt.Key.Key_Up)
    assert form.config() == Everything(size=8)


def test_a_tick(form: ConfigForm, log: Log) -> None:
    QTest.keyClick(control(form, "shuffle").head, Qt.Key.Key_Space)
    assert log.configs == [Everything(shuffle=False)]


def test_settings_that_do_not_fit_together(form: ConfigForm, log: Log, qtbot: QtBot) -> None:
    QTest.keyClick(control(form, "shuffle").head, Qt.Key.Key_Space)
    type_into(control(form, "batch").head, "250")
    settle(form, qtbot)
    assert form.complaint.isVisible()
    assert form.complaint.text().startswith("Batches above 200 must be shuffled: tick “shuffle” or choose a smaller")
    assert form.config() == Everything(shuffle=False)
    assert log.sentences == ["Batches above 200 must be shuffled: tick “shuffle” or choose a smaller batch."]
    assert control(form, "batch").head.text() == "250", "nothing is lost"
    QTest.keyClick(control(form, "shuffle").head, Qt.Key.Key_Space)
    settle(form, qtbot)
    assert not form.complaint.isVisible()
    assert log.configs[-1] == form.config() == Everything(batch=250)
    assert log.sentences[-1] == ""


CONFIGS = st.builds(
    Everything,
    hidden=st.lists(st.integers(1, 1024), min_size=1, max_size=3).map(tuple),
    layers=st.lists(st.sampled_from(["relu", "tanh"]), max_size=3).map(tuple),
    shares=st.lists(st.floats(0, 1), max_size=4).map(tuple),
    rate=st.floats(1e-9, 1),
    optimizer=st.sampled_from(["sgd", "momentum"]),
    momentum=st.floats(0, 0.999),
    batch=st.integers(1, 200),
    size=st.sampled_from([8, 28]),
    shuffle=st.booleans(),
    stop=st.none() | st.integers(1),
    seed=st.integers(0, 2**32 - 1),
    name=st.text(max_size=12),
    means=st.lists(st.tuples(st.floats(-9, 9), st.floats(-9, 9)), max_size=3).map(tuple),
)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(CONFIGS, CONFIGS)
def test_a_config_goes_in_and_comes_out_unchanged(form: ConfigForm, first: Everything, second: Everything) -> None:
    log = Log(form)
    for config in (first, second):
        form.set_config(config)
        assert form.config() == config
        assert {name: row.control.value for name, row in form.rows.items()} == dict(config)
    form.commit()
    assert form.config() == second
    assert (log.configs, log.sentences) == ([], [])


def test_a_config_from_elsewhere_takes_complaints_away(form: ConfigForm, log: Log) -> None:
    type_into(control(form, "rate").head, "abc")
    form.set_config(Everything(batch=5))
    assert sentence(form, "rate") == ""
    assert control(form, "rate").head.text() == "0.01"


def test_settings_of_another_model_are_refused(form: ConfigForm) -> None:
    with pytest.raises(TypeError, match="this form shows Everything, not Config"):
        form.set_config(Config())


# ---------------------------------------------------------------------------------------------- the look


def test_a_setting_is_shown_only_when_it_matters(form: ConfigForm) -> None:
    row = form.rows["momentum"]
    assert not row.isVisible()
    optimizer = control(form, "optimizer").head
    place = optimizer.mapTo(form, QPoint()).y()
    optimizer.setFocus()
    QTest.keyClick(optimizer, Qt.Key.Key_Down)
    assert row.isVisible()
    assert optimizer.mapTo(form, QPoint()).y() == place, "what the hand is on stays in place"
    form.set_config(Everything())
    assert not row.isVisible()


def test_advanced_settings_are_folded_away_and_can_be_revealed(form: ConfigForm) -> None:
    row = form.rows["stop"]
    assert not row.isVisible()
    form.mark_pending(["stop"])
    assert form.sections["Data/advanced"].header.text() == "Advanced  •"
    form.reveal("stop")
    assert row.isVisible()
    assert row.control.head.hasFocus()
    assert form.sections["Data/advanced"].header.text() == "Advanced"


def test_live_pending_and_locked_are_told(form: ConfigForm, log: Log) -> None:
    rate, batch = form.rows["rate"], form.rows["batch"]
    assert "Takes effect at once." in rate.label.toolTip()
    assert "Starts a new run." in batch.label.toolTip()
    form.mark_pending(["batch"])
    assert batch.pending
    assert "still has another value" in batch.label.toolTip()
    form.mark_pending([])
    assert not batch.pending
    form.set_locked(["batch"])
    assert not batch.control.head.isEnabled()
    assert not batch.control.slider.isEnabled()  # type: ignore[attr-defined]
    assert "Locked." in batch.label.toolTip()
    form.set_config(Everything(batch=7))
    assert batch.control.value == 7
    form.set_locked([])
    assert batch.control.head.isEnabled()


def choose(form: ConfigForm, name: str, value: str) -> None:
    box = control(form, name).head
    box.setCurrentIndex(box.findData(value))


def test_a_range_that_depends_on_another_setting(album: ConfigForm, qtbot: QtBot) -> None:
    log, picture = Log(album), control(album, "picture")
    assert picture.slider.maximum() == 25
    picture.slider.setValue(picture.slider.maximum() // 2)
    assert album.config() == Album(picture=12)
    choose(album, "album", "short")
    assert album.config() == Album(album="short", picture=2, chosen=(1,))  # to the nearest bound, and out of the list
    settle(album, qtbot)
    assert picture.slider.maximum() == 2 == picture.slider.value()
    assert "from 0 to 2" in album.rows["picture"].label.toolTip()
    album.rows["picture"].reset.trigger()
    assert picture.value == 2  # the default is not in this album
    assert log.sentences == []
    type_into(picture.head, "3")
    assert sentence(album, "picture") == "Must be a whole number from 0 to 2 (it was 3). 2 stays in force."
    choose(album, "album", "long")
    assert sentence(album, "picture") == ""  # what was refused can be taken now
    QTest.keyClick(picture.head, Qt.Key.Key_Return)
    type_into(control(album, "chosen").head, "7 25")
    assert album.config() == Album(picture=3, chosen=(7, 25))


def test_a_range_comes_and_goes_with_a_config_from_elsewhere(album: ConfigForm) -> None:
    slider = control(album, "picture").slider
    album.set_config(Album(album="any", picture=1500))
    assert control(album, "picture").value == 1500
    assert slider.maximum() > 25
    album.set_config(Album(album="short", picture=1, chosen=()))
    assert (slider.maximum(), slider.value()) == (2, 1)


def test_back_to_the_default(form: ConfigForm, log: Log) -> None:
    form.set_config(Everything(batch=7))
    form.rows["batch"].reset.trigger()
    assert log.configs == [Everything()]


def test_every_control_has_a_name_and_an_explanation(form: ConfigForm) -> None:
    for name, row in form.rows.items():
        for widget in row.control.widgets():
            assert widget.accessibleName(), name
        assert row.setting.description in row.control.head.toolTip()


def test_tab_goes_through_the_form_in_reading_order(form: ConfigForm) -> None:
    control(form, "hidden").items[0].setFocus()
    seen: list[QWidget] = []
    for _ in range(10):
        seen.append(QApplication.focusWidget())
        QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
    hidden, layers, shares = (control(form, name) for name in ("hidden", "layers", "shares"))
    expected = [*hidden.items, hidden.fewer, hidden.more, hidden.as_text, *layers.items, layers.fewer, layers.more]
    expected += [shares.more, shares.as_text]  # an empty list has nothing to remove
    assert seen == expected


@pytest.mark.parametrize("height", [300, 1400])
def test_240_pixels_are_wide_enough_and_the_scroll_bar_moves_nothing(
    form: ConfigForm, qtbot: QtBot, height: int
) -> None:
    form.set_config(Everything(hidden=(1000, 1000, 1000), layers=("relu", "tanh", "relu")))
    form.resize(240, height)
    QApplication.processEvents()
    content = form.area.widget()
    assert content.width() == form.area.viewport().width()
    assert content.minimumSizeHint().width() <= content.width()
    assert {row.width() for row in form.rows.values() if row.isVisible()} == {form.rows["rate"].width()}
    right = form.rows["rate"].mapTo(form, QPoint(form.rows["rate"].width(), 0)).x()
    form.resize(240, 1700 - height)
    QApplication.processEvents()
    assert form.rows["rate"].mapTo(form, QPoint(form.rows["rate"].width(), 0)).x() == right


# ------------------------------------------------------------------------------------------- life cycle


def test_nothing_keeps_ticking(form: ConfigForm, log: Log, qtbot: QtBot) -> None:
    slider = control(form, "rate").slider
    for value in range(20):
        slider.setValue(value)
    settle(form, qtbot)
    assert not [timer for timer in form.findChildren(QTimer) if timer.isActive()]
    assert len(log.configs) == 2, "the first at once, the last after a moment"
    assert log.configs[-1] == form.config()


def test_a_form_can_go_while_a_change_waits(qtbot: QtBot) -> None:
    form = ConfigForm(Everything)
    log = Log(form)
    for value in range(5):
        control(form, "rate").slider.setValue(value)
    form.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del form
    gc.collect()
    qtbot.wait(100)
    assert len(log.configs) == 1


def test_what_is_chosen_elsewhere_is_kept_and_not_shown(qtbot: QtBot) -> None:
    form = ConfigForm(Everything(seed=7), without=("seed",))
    qtbot.addWidget(form)
    form.show()
    log = Log(form)
    assert "seed" not in form.rows
    form.set_config(Everything(seed=8))
    type_into(control(form, "batch").head, "64")
    form.commit()
    assert (log.configs[-1].seed, log.configs[-1].batch) == (8, 64)


class Lines(Config):
    """A line that may become long."""

    layers: str = setting("conv 8 5x5, pool 2, conv 16 5x5, pool 2", "Layers.", max_length=1000)


def test_a_long_line_is_seen_whole_below_its_field(qtbot: QtBot) -> None:
    form = ConfigForm(Lines())
    qtbot.addWidget(form)
    form.resize(260, 300)
    form.show()
    whole, head = control(form, "layers").body, control(form, "layers").head
    qtbot.waitUntil(whole.isVisible)
    assert whole.text() == head.text()
    assert whole.height() >= whole.heightForWidth(whole.width())
    type_into(head, "pool 2")
    qtbot.waitUntil(lambda: not whole.isVisible())
    form.resize(700, 300)
    type_into(head, Lines().layers)
    qtbot.waitUntil(lambda: head.width() > 300)
    assert not whole.isVisible()


def test_an_empty_list_that_stays_in_force_is_named(qtbot: QtBot) -> None:
    form = ConfigForm(DigitsConfig(hidden=()))
    qtbot.addWidget(form)
    form.show()
    type_into(control(form, "hidden").head, "a")
    assert sentence(form, "hidden").endswith("(it was a). The empty list stays in force.")
    store = ConfigForm(HopfieldConfig())
    qtbot.addWidget(store)
    assert "Default: none." in store.rows["store"].label.toolTip()


@pytest.mark.parametrize(("text", "rate"), [("0,5", 0.5), ("0,001", 0.001), ("1e-2", 0.01)])
def test_a_number_may_have_a_decimal_comma(form: ConfigForm, text: str, rate: float) -> None:
    type_into(control(form, "rate").head, text)
    assert form.config().rate == rate
    assert not sentence(form, "rate")


def test_a_comma_is_no_decimal_point_where_there_are_no_decimals(form: ConfigForm) -> None:
    type_into(control(form, "batch").head, "10,000")
    assert sentence(form, "batch").startswith("Must be a whole number from 1 to 300 (it was 10,000)")
    type_into(control(form, "rate").head, "1,5")
    assert "(it was 1,5)" in sentence(form, "rate")
