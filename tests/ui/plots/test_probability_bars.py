import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QFontMetricsF

from ui.plots.probability_bars import ProbabilityBars
from ui.widgets import theme
from ui.widgets.numbers import percent

DIGITS = [str(digit) for digit in range(10)]


def one(index: int, p: float) -> np.ndarray:
    values = np.full(10, (1 - p) / 9, dtype=np.float32)
    values[index] = p
    return values


@pytest.fixture
def bars(qtbot):
    widget = ProbabilityBars(DIGITS)
    qtbot.addWidget(widget)
    widget.resize(260, 240)
    return widget


def test_it_begins_untrained_and_says_so(bars):
    assert bars.state == "untrained"
    assert "untrained" in bars.headline
    assert "untrained" in bars.accessibleDescription()


def test_a_sure_answer_names_the_winner_and_its_share(bars):
    bars.set_probabilities(one(7, 0.98))
    assert (bars.state, bars.headline) == ("ok", "7 · 98 %")
    assert "7: 98 %" in bars.accessibleDescription()


def test_a_doubt_says_between_what(bars):
    values = np.zeros(10)
    values[4], values[9] = 0.45, 0.5
    bars.set_probabilities(values)
    assert (bars.state, bars.headline) == ("unsure", "unsure: 9 or 4")
    bars.set_probabilities(np.full(10, 0.1))
    assert bars.headline == "no idea"


@pytest.mark.parametrize("width", [90, 150, 184, 220, 400])
def test_the_heading_fits_whatever_it_says(qtbot, width):
    bars = ProbabilityBars(("smiling", "neutral", "frowning"))
    qtbot.addWidget(bars)
    bars.resize(width, 120)
    row = bars.box(1)
    answers = [[0.35, 0.36, 0.29], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    for show in (
        bars.set_untrained,
        bars.set_empty,
        *(lambda a=a: bars.set_probabilities(np.array(a)) for a in answers),
    ):
        show()
        words, font = bars.heading()
        assert words
        assert QFontMetricsF(font).horizontalAdvance(words) <= width
        assert bars.box(1) == row
        assert font.pointSizeF() >= 0.99 * bars.font().pointSizeF()  # never smaller than the names of the classes
    bars.set_probabilities(np.array(answers[0]))
    assert bars.heading()[0] == ("unsure: neutral, smiling or frowning" if width == 400 else "unsure")
    bars.set_empty()
    assert bars.heading()[0] == ("draw something" if width > 90 else "empty")


def test_no_ink_is_empty_whatever_the_network_says(bars):
    bars.set_probabilities(one(7, 0.98), empty=True)
    assert bars.state == "empty"
    assert "empty" in bars.headline


def test_not_a_number_neither_crashes_nor_convinces(bars):
    bars.set_probabilities(np.full(10, np.nan))
    assert bars.state == "unsure"
    bars.grab()


def test_as_many_probabilities_as_classes(bars):
    with pytest.raises(ValueError, match="expected 10"):
        bars.set_probabilities(np.ones(3) / 3)


def test_the_caller_may_reuse_its_array(bars):
    values = one(7, 0.98)
    bars.set_probabilities(values)
    values[:] = np.nan
    assert "98 %" in bars.headline
    before = bars.grab().toImage()
    assert bars.grab().toImage() == before


def test_numbers_never_change_the_size(bars):
    sizes = set()
    for values in (one(7, 1.0), one(1, 0.123), np.full(10, 0.1)):
        bars.set_probabilities(values)
        sizes.add((bars.sizeHint().toTuple(), bars.minimumSizeHint().toTuple()))
    bars.set_empty()
    sizes.add((bars.sizeHint().toTuple(), bars.minimumSizeHint().toTuple()))
    assert len(sizes) == 1


@pytest.mark.parametrize("size", [QSize(20, 20), QSize(150, 90), QSize(900, 900)])
def test_every_size_can_be_painted(bars, size):
    bars.resize(size)
    bars.set_probabilities(one(7, 0.98))
    bars.grab()


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_the_winner_wears_the_accent_colour(bars, qapp, choice):
    theme.apply(qapp, choice)
    bars.set_probabilities(one(0, 0.9))
    image = bars.grab().toImage()
    accent = theme.current().accent.name()
    assert any(
        image.pixelColor(x, y).name() == accent for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
    )
    theme.apply(qapp, "light")


@pytest.mark.parametrize(
    ("p", "words"),
    [(1.0, "100 %"), (0.9996, "99.9 %"), (0.995, "99.5 %"), (0.5, "50 %"), (0.004, "< 1 %"), (0, "0 %"), (np.nan, "?")],
)
def test_per_cent_never_overstates(p, words):
    assert percent(p) == words


def test_bars_can_be_clicked_and_reached_with_the_keys(qtbot):
    bars = ProbabilityBars(["a", "b", "c"])
    qtbot.addWidget(bars)
    bars.resize(220, 200)
    bars.show()
    chosen = []
    bars.picked.connect(chosen.append)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars.box(1).center().toPoint())
    assert chosen == []  # not before it is asked for
    bars.set_clickable("Click one.")
    places = [bars.box(index).center().toPoint() for index in range(3)]
    for place in places:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(110, 2))
    qtbot.mouseClick(bars, Qt.MouseButton.RightButton, pos=places[1])
    assert chosen == [0, 1, 2]
    bars.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Enter, Qt.Key.Key_Up, Qt.Key.Key_Return):
        qtbot.keyClick(bars, key)
    assert chosen[3:] == [1, 0]
    bars.set_clickable("")
    qtbot.keyClick(bars, Qt.Key.Key_Return)
    assert len(chosen) == 5


def test_a_change_too_small_to_be_seen_is_not_painted(qtbot):
    bars = ProbabilityBars(["a", "b"])
    qtbot.addWidget(bars)
    bars.set_probabilities(np.array([0.9, 0.1]))
    bars.set_probabilities(np.array([0.9001, 0.0999]))
    assert bars.table()[1] == [("a", 0.9), ("b", 0.1)]
    for step in range(1, 20):  # small steps add up to a change
        bars.set_probabilities(np.array([0.9 - step * 1e-4, 0.1 + step * 1e-4]))
    assert bars.table()[1][0][1] == pytest.approx(0.8981, abs=5e-4)
