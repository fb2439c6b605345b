"""Metrics over steps: what is shown, what a click means, and that a long run costs no more than a short one."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolButton, QWidget

from models.base import DataError, MetricSpec
from ui.plots.metrics.plot import MetricPlots
from ui.plots.metrics.reading import Reading
from ui.plots.metrics.series import CAPACITY
from ui.widgets import theme
from ui.widgets.numbers import grouped, number, short_number

SPECS = (
    MetricSpec("loss", "training loss", "loss", log=True),
    MetricSpec("held_loss", "held-out loss", "loss", log=True, held_out=True),
    MetricSpec("accuracy", "held-out accuracy", "accuracy", "%", held_out=True),
)


def histories(n: int, seed: int = 0):
    steps = np.arange(1, n + 1)
    rng = np.random.default_rng(seed)
    loss = (2 * np.exp(-steps / (n / 6)) + 0.1) * np.exp(0.2 * rng.standard_normal(n))
    few = np.unique(np.linspace(1, n, 12).astype(int))
    return {
        "loss": (steps, loss),
        "held_loss": (few, 2.1 * np.exp(-few / (n / 6)) + 0.1),
        "accuracy": (few, 1 - 0.9 * np.exp(-few / (n / 6))),
    }


@pytest.fixture
def plots(qtbot):
    widget = MetricPlots(SPECS)
    qtbot.addWidget(widget)
    widget.resize(900, 220)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_one_panel_per_plot_and_a_log_switch_where_it_makes_sense(plots):
    assert [panel.accessibleName() for panel in plots.panels] == ["loss over steps", "accuracy over steps"]
    assert len(plots.findChildren(QToolButton)) == 1


def test_empty_plots_paint(plots):
    assert not plots.grab().isNull()
    assert plots.readout.startswith("step 0")


def test_only_what_is_new_is_read(plots, monkeypatch):
    steps, loss = histories(5000)["loss"]
    series = plots.panels[0].lines[0].series
    taken = []
    original = series.extend
    monkeypatch.setattr(series, "extend", lambda s, v: (taken.append(len(s)), original(s, v)))
    for end in (3000, 3000, 3100, 5000):
        plots.set_data("loss", steps[:end], loss[:end])
    assert taken == [3000, 100, 1900]


def test_another_history_replaces_the_old_one(plots):
    steps, loss = histories(4000)["loss"]
    plots.set_data("loss", steps, loss)
    plots.set_data("loss", steps[:2000], loss[:2000])
    assert plots.panels[0].last_step() == 2000
    other = loss.copy()
    other[1000:] += 1
    plots.set_data("loss", steps, other)
    assert plots.panels[0].lines[0].reading(4000).value == other[-1]
    plots.clear()
    assert plots.panels[0].last_step() == 0
    assert not plots.grab().isNull()


def test_another_future_in_the_same_memory_is_noticed(plots):
    buffer_steps, buffer = np.arange(1, 2001), np.ones(2000)
    plots.set_data("loss", buffer_steps[:1000], buffer[:1000])
    buffer[500:1500] = 3.0  # cut off at step 500 and continued otherwise
    plots.set_data("loss", buffer_steps[:1500], buffer[:1500])
    assert plots.panels[0].lines[0].series.curve().mean[-1] == 3.0
    assert plots.panels[0].lines[0].series.curve().mean.mean() > 2.0


def test_the_number_of_points_drawn_does_not_grow(plots):
    plots.set_all(histories(200_000))
    curve = plots.panels[0].lines[0].series.curve()
    assert len(curve.steps) <= CAPACITY


def test_axes_leap_instead_of_creeping(plots):
    data = histories(20_000)
    ranges = set()
    for end in range(1000, 20_001, 250):
        plots.set_all({"loss": (data["loss"][0][:end], data["loss"][1][:end])})
        ranges.add(plots.panels[0].x_range)
        assert plots.panels[0].x_range[1] >= end
    assert len(ranges) < 12


@pytest.mark.parametrize("where", [0.2, 0.5, 0.9])
def test_a_click_picks_the_step_under_the_pointer(plots, qtbot, where):
    plots.set_all(histories(1000))
    panel = plots.panels[0]
    area, (first, last) = panel.axes.area, panel.x_range
    x = round(area.left() + where * area.width())
    with qtbot.waitSignal(plots.step_clicked) as caught:
        qtbot.mouseClick(panel, Qt.MouseButton.LeftButton, pos=QPoint(x, 60))
    expected = min(first + (x - area.left()) / area.width() * (last - first), 1000)
    assert isinstance(caught.args[0], int)
    assert caught.args[0] == pytest.approx(expected, abs=1)


def test_dragging_scrubs(plots, qtbot):
    plots.set_all(histories(1000))
    panel, picked = plots.panels[0], []
    plots.step_clicked.connect(picked.append)
    qtbot.mousePress(panel, Qt.MouseButton.LeftButton, pos=QPoint(120, 60))
    for x in (140, 180, 220):
        qtbot.mouseMove(panel, QPoint(x, 60))
    qtbot.mouseRelease(panel, Qt.MouseButton.LeftButton, pos=QPoint(220, 60))
    assert picked == sorted(picked)
    assert len(picked) >= 2


def test_pointer_reads_out_every_curve_at_its_step(plots, qtbot):
    data = histories(1000)
    plots.set_all(data)
    with qtbot.waitSignal(plots.readout_changed) as caught:
        qtbot.mouseMove(plots.panels[0], QPoint(200, 60))
    step = plots.panels[0].step_at(200)
    assert f"step {grouped(step)}" in caught.args[0]
    assert number(data["loss"][1][int(step) - 1]) in plots.readout
    assert "held-out accuracy" in plots.readout
    plots.panels[0].pointed.emit(None)
    assert plots.readout.startswith("step 1\u202f000")


def test_cursor_reads_the_values_of_its_step(plots):
    data = histories(1000)
    plots.set_all(data)
    plots.set_cursor(250)
    assert plots.cursor_step == 250
    assert number(data["loss"][1][249]) in plots.readout
    plots.set_cursor(None)
    assert plots.cursor_step is None


def test_the_legend_says_the_last_value_itself_not_its_mean(plots):
    data = histories(1000)
    plots.set_all(data)
    assert number(data["loss"][1][-1]) in plots.readout


def test_what_is_known_of_a_step_is_said_instead_of_the_curve(plots):
    data = histories(1000)
    plots.set_all(data)
    plots.set_cursor(250, {"loss": Reading(250, 0.125), "accuracy": Reading(100, 0.5)})
    assert "training loss 0.1250" in plots.readout
    assert "held-out loss –" in plots.readout
    assert "held-out accuracy 50.0 % at step 100" in plots.readout
    plots.panels[0].pointed.emit(250.0)  # the pointer asks the curves
    assert "held-out loss –" not in plots.readout


def test_the_mark_of_a_held_out_value_is_at_the_step_measured(plots):
    steps, losses = (data := histories(1000))["held_loss"]
    plots.set_all(data)
    line = plots.panels[0].lines[1]
    assert line.reading(steps[3] + 1) == (steps[3], losses[3])
    assert np.isnan(line.reading(0).value)
    plots.set_cursor(float(steps[3] + 5))
    assert not plots.grab().isNull()


def test_what_is_measured_now_and_then_has_a_dot_in_the_legend_as_on_its_curve(qtbot):
    pictures = []
    for evaluated in (False, True):
        plots = MetricPlots([MetricSpec("bound", "bound on all training data", "bound", evaluated=evaluated)])
        qtbot.addWidget(plots)
        plots.resize(900, 220)
        (legend,) = (each for each in plots.findChildren(QWidget) if each.accessibleName() == "legend of bound")
        pictures.append(legend.grab().toImage())
    assert pictures[0] != pictures[1]


def test_a_new_run_has_no_numbers_yet(plots):
    plots.set_all(histories(1000))
    plots.clear()
    assert plots.readout == "step 0 · training loss – · held-out loss – · held-out accuracy –"


def test_without_a_run_there_are_words_instead_of_axes(plots):
    panel = plots.panels[0]
    assert panel.empty
    empty = plots.grab().toImage()
    plots.set_all(histories(10))
    plots.keep_as_ghost("earlier run")
    plots.clear()
    assert not panel.empty  # an earlier run needs its axes
    assert plots.grab().toImage() != empty


def test_names_of_earlier_runs_are_never_cut_off(plots, monkeypatch):
    drawn = []
    original = QPainter.drawText
    monkeypatch.setattr(QPainter, "drawText", lambda *args: (drawn.append(args[-1]), original(*args)))
    plots.set_all(histories(100))
    plots.keep_as_ghost("earlier future, from step 1 000")
    heading = plots.headings[1]
    said = set()
    for width in range(150, 700, 10):
        drawn.clear()
        heading.resize(width, heading.height())
        heading.grab()
        said |= {text for text in drawn if text.startswith("earlier")}
        assert not any("…" in text for text in drawn)
    assert said == {"earlier future, from step 1 000", "earlier run", "earlier"}


def test_the_margin_fits_the_numbers_beside_the_axis(qtbot):
    plots = MetricPlots([MetricSpec("entropy", "entropy", "entropy", "nats")])
    qtbot.addWidget(plots)
    plots.resize(500, 220)
    plots.set_all({"entropy": (np.arange(1, 50), np.linspace(-52_000, -1e3, 49))})
    axes = plots.panels[0].axes
    widths = [plots.panels[0].fontMetrics().horizontalAdvance(text) for _, text in axes.ticks]
    assert any(text.startswith("−") and text.endswith(" nats") for _, text in axes.ticks)
    assert max(widths) < axes.area.left() - 8


def test_log_scale_and_zoom(plots, qtbot):
    plots.set_all(histories(50_000))
    panel = plots.panels[0]
    qtbot.mouseClick(plots.findChild(QToolButton), Qt.MouseButton.LeftButton)
    assert panel.log
    assert panel.y_range[0] < 0 < panel.y_range[1]
    before = panel.x_range
    area = panel.axes.area
    turn = QWheelEvent(
        QPointF(area.center()),
        panel.mapToGlobal(QPointF(area.center())),
        QPoint(),
        QPoint(0, 480),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(panel, turn)
    first, last = panel.x_range
    assert last - first < 0.5 * (before[1] - before[0])
    assert plots.panels[1].x_range == (first, last)  # all plots show the same steps
    shown = panel.lines[0].shown.steps
    assert len(shown) > 0.45 * CAPACITY  # zooming in brings out detail
    assert not plots.grab().isNull()
    qtbot.mouseDClick(panel, Qt.MouseButton.LeftButton, pos=QPoint(200, 60))
    assert panel.x_range == before


def test_ghosts_are_kept_and_limited(plots):
    for seed in range(6):
        plots.set_all(histories(500, seed))
        plots.keep_as_ghost(f"run {seed}")
    assert plots.ghost_labels() == ("run 2", "run 3", "run 4", "run 5")
    plots.clear()
    assert len(plots.ghost_labels()) == 4
    assert plots.panels[0].x_range[1] >= 500
    assert not plots.grab().isNull()
    plots.clear_ghosts()
    assert plots.ghost_labels() == ()


def test_export_writes_every_value(plots, tmp_path):
    plots.set_all(histories(2000))
    panel = plots.panels[0]
    panel.export.save_csv(tmp_path / "loss.csv")
    with open(tmp_path / "loss.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["metric", "step", "value"]
    assert len(rows) == 1 + 2000 + 12
    panel.export.save_image(tmp_path / "loss.png")
    assert (tmp_path / "loss.png").stat().st_size > 1000
    with pytest.raises(DataError, match="could not be written"):
        panel.export.save_image(tmp_path / "no" / "such" / "folder.png")


def test_new_specs_replace_the_panels(plots, qtbot):
    plots.set_specs(SPECS[:1])
    assert len(plots.panels) == 1
    plots.set_all(histories(100))  # names without a plot are ignored
    assert plots.panels[0].last_step() == 100


def test_both_themes(plots, qapp):
    plots.set_all(histories(1000))
    before = theme.manager().choice
    theme.apply(qapp, "light")
    light = plots.grab().toImage()
    theme.apply(qapp, "dark")
    assert plots.grab().toImage() != light
    theme.apply(qapp, before)


def test_numbers_read_well():
    assert number(0.12341) == "0.1234"
    assert number(-12.3456) == "−12.346"
    assert number(0.935, "%") == "93.5 %"
    assert number(float("nan")) == "–"
    assert number(1.5e-7) == "1.50e−07"
    assert short_number(12_000) == "12k"
    assert short_number(1_500_000) == "1.5M"
    assert short_number(-120) == "−120"


def pixels_of(panel, step, values):
    """Whether anything is drawn in the column of a step between two values."""
    axes, picture = panel.axes, panel.grab().toImage()
    surface = theme.current().surface.rgb()
    ratio = picture.devicePixelRatio()
    low, high = sorted(axes.y(value) for value in values)
    column = round(axes.x(step) * ratio)
    return any(picture.pixel(column, round(row * ratio)) != surface for row in np.arange(low, high, 0.5))


def test_a_change_by_hand_begins_a_curve_of_its_own_where_the_metric_begins_anew(qtbot):
    specs = (MetricSpec("energy", "energy", "energy", anew=True), MetricSpec("loss", "loss", "loss"))
    plots = MetricPlots(specs)
    qtbot.addWidget(plots)
    plots.resize(1600, 220)
    plots.show()
    steps = np.arange(1, 21)
    values = np.where(steps <= 10, 0.0, 100.0)
    plots.set_all({"energy": (steps, values), "loss": (steps, values)})
    energy, loss = plots.panels
    assert pixels_of(energy, 10.7, (63, 77))  # between two grid lines, where the line climbs
    plots.set_edits((10,))
    assert not pixels_of(energy, 10.7, (63, 77))
    assert pixels_of(loss, 10.7, (63, 77))
    assert [line.shown.cuts for panel in plots.panels for line in panel.lines] == [(10,), ()]
    plots.clear()
    plots.set_all({"energy": (steps, values)})
    assert energy.lines[0].shown.cuts == ()


def test_the_axis_of_what_never_falls_is_made_for_small_gains(qtbot):
    spec = MetricSpec("likelihood", "log-likelihood", "likelihood", better="higher", never_falls=True)
    plots = MetricPlots((spec,))
    qtbot.addWidget(plots)
    steps = np.arange(1, 41)
    climb = -4 - np.exp(-steps / 8)
    climb[0] = -90
    (panel,) = plots.panels
    plots.add_ghost("earlier run", {"likelihood": (steps, climb - 1000)})
    plots.set_data("likelihood", steps, climb)
    low, high = panel.y_range
    assert -6 < low < high < -3.5
    assert not panel.lines[0].shown.noisy
    assert panel.lines[0].shown.cuts == ()
    again = np.concatenate([climb, climb])
    plots.set_data("likelihood", np.arange(1, 81), again)
    assert panel.lines[0].shown.cuts == (40,)  # another start
    dented = climb.copy()
    dented[20:] -= 0.2  # less than a hundredth of the range: it is seen to fall
    plots.set_data("likelihood", steps, dented)
    assert panel.lines[0].shown.cuts == ()


def test_an_exploded_earlier_run_does_not_press_the_present_one_flat(qtbot):
    plots = MetricPlots([MetricSpec("loss", "loss", plot="loss", log=True, better="lower")])
    qtbot.addWidget(plots)
    steps = np.arange(1, 41)
    plots.add_ghost("earlier run", {"loss": (steps, np.geomspace(1.0, 1e9, 40))})
    values = np.linspace(1.0, 0.2, 40)
    for count in (5, 20, 40):
        plots.set_all({"loss": (steps[:count], values[:count])})
    low, high = plots.panels[0]._values
    assert low <= 0.2
    assert 1.0 <= high < 3.0
    plots.add_ghost("earlier run", {"loss": (steps, np.linspace(1.2, 0.1, 40))})  # one like it is seen whole
    plots.set_all({"loss": (steps, values * 1.001)})
    low, high = plots.panels[0]._values
    assert low <= 0.1
    assert high >= 1.2


def test_a_slow_run_is_not_squeezed_beside_a_longer_one_before_it(plots):
    plots.set_all(histories(5000))
    plots.keep_as_ghost("earlier run")
    plots.clear()
    panel = plots.panels[0]
    assert panel.x_range[1] >= 5000  # nothing else is to be seen
    data = histories(5000, seed=1)
    for end in (1, 2, 5, 8, 20, 60, 400, 3000, 5000):
        plots.set_all({"loss": (data["loss"][0][:end], data["loss"][1][:end])})
        assert end <= panel.x_range[1] <= max(10, 3.1 * end)
    assert panel.x_range[1] >= 5000


def test_of_an_earlier_run_only_what_is_seen_has_a_say_in_the_values(plots):
    steps = np.arange(1, 1001)
    plots.add_ghost("earlier run", {"loss": (steps, np.linspace(2.0, 0.0, 1000))})
    plots.set_all({"loss": (steps[:20], np.linspace(2.0, 1.9, 20))})
    assert plots.panels[0].y_range[0] > 1.84
    plots.add_ghost("earlier run", {"loss": (steps[:20], np.linspace(2.0, 1.85, 20))})
    plots.set_all({"loss": (steps[:21], np.linspace(2.0, 1.9, 21))})
    assert plots.panels[0].y_range[0] <= 1.85


def test_an_accuracy_can_be_seen_as_an_error_rate_on_a_logarithmic_scale(qtbot):
    specs = (
        MetricSpec("held", "held-out accuracy", "accuracy", "%", held_out=True, complement="error rate"),
        MetricSpec("batch", "training accuracy", "accuracy", "%", complement="error rate"),
    )
    plots = MetricPlots(specs)
    qtbot.addWidget(plots)
    plots.resize(700, 220)
    with qtbot.waitExposed(plots):
        plots.show()
    (panel,), (heading,) = plots.panels, plots.headings
    button = plots.findChild(QToolButton)
    assert button.accessibleName() == "error rate on a logarithmic scale"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    low, high = panel.y_range  # nothing has been measured yet
    assert low < high <= 0.1
    assert not plots.grab().isNull()
    steps = np.array([100, 200, 300, 400])
    plots.set_all({"held": (steps, np.array([0.9, 0.99, 0.999, 0.9996]))})
    plots.set_all({"batch": (np.arange(1, 401), np.ones(400))})  # no error at all has no place on the axis but its end
    low, high = panel.y_range
    assert -4.2 < low < np.log10(0.0004)
    assert np.log10(0.1) < high <= 0.1
    texts = [text for _, text in panel.axes.ticks]
    assert {"0.1 %", "1 %", "10 %"} <= set(texts)
    xs, ys = panel.axes.points(steps, np.array([0.9, 0.99, 0.999, 1.0]))
    assert len(xs) == 4
    assert ys[1] - ys[0] == pytest.approx(ys[2] - ys[1])  # ten times fewer errors are as far each time
    assert ys[3] == pytest.approx(panel.axes.area.bottom())
    assert heading.text() == "held-out error rate 0.04 % · training error rate 0 %"
    assert panel.accessibleName() == "error rate over steps"
    plots.set_cursor(100, {"held": Reading(100, 0.9), "batch": Reading(100, float("nan"))})
    assert heading.text() == "held-out error rate 10.0 % · training error rate –"
    assert not plots.grab().isNull()
    _, rows = panel.table()
    assert rows[0] == ("held-out accuracy", 100, 0.9)  # what is exported is what was measured
    plots.set_cursor(None)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not panel.log
    assert heading.text() == "held-out accuracy 100.0 % · training accuracy 100.0 %"
    assert panel.accessibleName() == "accuracy over steps"
    assert panel.y_range[1] >= 1.0
