"""The Boundary tab with real events: edits while it trains, what is inside a neuron, own points, weights, bad input."""

import numpy as np
import pytest
from hands import LEFT, change, click, drag, move_held, spot, tick
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit
from waiting import settle

from models.base import DataError
from models.boundary.config import BoundaryConfig
from models.boundary.edits import SetParameters
from models.boundary.maps import decision_grid, neuron_maps
from models.data.points.own import as_own
from models.registry import get_model
from ui.plots.networks.network_diagram import Spot
from ui.plots.scale_bar import two_digits
from ui.points.companions import Companions, PointMemory
from ui.tabs.boundary.colors import BOUNDED, region_colors, signed_colors, tile_colors
from ui.tabs.boundary.inspector import formula
from ui.tabs.boundary.path import Path
from ui.tabs.boundary.surface import PATH, WEIGHTS
from ui.tabs.boundary.surface_view import RESOLUTION
from ui.tabs.boundary.tab import BoundaryTab
from ui.tabs.boundary.weight_editor import parse_weight
from ui.widgets import theme

SMALL = BoundaryConfig(dataset="circles", points_per_class=20, hidden=(4, 2), epochs=100_000, seed=3)


@pytest.fixture
def tab(qtbot):
    tab = BoundaryTab(get_model("boundary"))
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.shutdown())
    tab.resize(1280, 640)
    tab.show()
    qtbot.waitUntil(lambda: tab.shown is not None)
    begin(tab, qtbot, SMALL)
    tab.speed.set_pace(None)
    return tab


def begin(tab, qtbot, config):
    tab.form.set_config(config)
    tab.session.reset(config)
    settle(tab, qtbot, "untrained")


def trains(tab, qtbot):
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.phase == "running" and tab.shown.step > 20)


def middle(tab, layer, unit):
    return tab.diagram.layout_.tile(layer + 1, unit).center().toPoint()


def wire(tab, layer, source, unit):
    """A place on a connection, not far from where it begins."""
    layout = tab.diagram.layout_
    start, _ = layout.ends(layer)
    return QPoint(round(start + 3), round(float(layout.y[layer][source])))


def picture(widget):
    return widget.grab().toImage()


def draw_anew(tab):
    """The page in front is drawn from the beginning, as when it is come back to."""
    tab.pages.setCurrentWidget(tab.surface)
    tab.pages.setCurrentIndex(0)


def type_weight(tab, spot, text):
    """Click a connection or a bias, type a number over it, and press Enter."""
    tab.diagram.clicked.emit(spot, QPoint(5, 5))
    field = tab.weight_editor.field
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


# What is shown -------------------------------------------------------------------------------------------------------


def test_the_first_picture_shows_points_network_and_results(tab):
    assert len(tab.view.points) == 40
    assert tab.diagram.shape.units == (2, 4, 2, 2)
    assert tab.diagram.shape.titles == ("inputs", "4 tanh", "2 tanh", "softmax")
    assert "right · Brier" in tab.results.lines[0].text()
    assert tab.results.matrix.table()[1]
    assert "none" in tab.results.stop_rule.text()


def test_pointing_at_a_neuron_shows_its_map_on_the_plane(tab):
    answer = tab.view.picture.image.copy()
    QTest.mouseMove(tab.diagram, middle(tab, 0, 1))
    assert tab.view.neuron == (0, 1)
    assert "neuron 2 of layer 1" in tab.pointed.text()
    assert not np.array_equal(tab.view.picture.image, answer)
    QTest.mouseMove(tab.diagram, QPoint(1, 1))
    assert tab.view.neuron is None
    np.testing.assert_array_equal(tab.view.picture.image, answer)


def test_where_nothing_is_pointed_at_the_colours_of_signs_are_explained(tab):
    assert tab.pointed.text() == "orange: positive · blue: negative"
    positive, negative = (signed_colors(np.float32([v]), 1.0)[0].astype(int) for v in (1, -1))
    assert positive[0] > positive[2]
    assert negative[2] > negative[0]


def test_a_single_output_has_the_colours_of_its_two_classes(tab, qtbot):
    config = {"loss": "mse", "output_activation": "bipolar_sigmoid"}
    begin(tab, qtbot, SMALL.model_copy(update=config))
    snapshot, box = tab.shown, tab.view.box
    tiles = tile_colors(snapshot, neuron_maps(snapshot, box, 24), 1.0)[-1]
    assert len(tiles) == 1
    whole = region_colors(decision_grid(snapshot, box, 24))
    assert np.abs(tiles[0].astype(int) - whole).max() <= 4


def test_a_clicked_neuron_shows_its_formula_and_a_gradient_that_agrees_with_the_check(tab, qtbot):
    tab.session.step(50)
    settle(tab, qtbot, "paused")
    QTest.mouseClick(tab.diagram, LEFT, pos=middle(tab, 1, 0))
    neuron = tab.inspector.neuron
    assert (neuron.layer, neuron.unit) == (1, 0)
    assert neuron.z == pytest.approx(float(neuron.weights @ neuron.inputs) + neuron.bias)
    assert neuron.gradient.relative_error < 1e-6
    assert rf"{neuron.answer:.3f}".lstrip("-") in formula(neuron)
    assert tab.inspector.table.rowCount() == 5  # four weights and the bias
    tab.inspector.grab()


def test_the_editor_has_room_for_its_field_the_first_time_it_opens(tab):
    editor = tab.weight_editor
    editor.sizeHint()  # as the style sheet asks: the hidden layout remembers a title without words
    editor.open(Spot(0, 0, 0, "weight"), "w =", 0.25, QPoint(5, 5))
    assert editor.width() >= editor.sizeHint().width()
    assert editor.rect().contains(editor.field.geometry())
    assert editor.field.text() == "0.25"


def test_values_have_a_scale_of_colours_where_classes_have_a_decision(tab, qtbot):
    tab.discrete_box.setChecked(True)
    legend, place = tab.legend.size(), tab.speed.geometry()
    assert "wrong" in tab.legend.text()
    begin(tab, qtbot, SMALL.model_copy(update={"dataset": "hills", "loss": "mse", "hidden": (4,)}))
    assert tab.shown.regression
    assert tab.scale.isVisible()
    assert not tab.discrete_box.isVisible()
    assert not tab.view.discrete
    assert tab.scale.ends[0] == "−" + tab.scale.ends[1]
    assert "wrong" not in tab.legend.text() + tab.legend.toolTip()
    tab.pages.setCurrentWidget(tab.hidden_space)
    assert "classes" not in tab.hidden_space.words.text()
    assert (tab.legend.size(), tab.speed.geometry()) == (legend, place)  # nothing jumps
    begin(tab, qtbot, SMALL)
    assert tab.discrete_box.isVisible()
    assert tab.view.discrete


def test_a_flat_loss_surface_says_so(tab, qtbot):
    surface = tab.surface
    nothing = SetParameters(np.zeros_like(tab.shown.parameters))  # a slice goes as far as the weights are long
    tab.session.edit(nothing)
    qtbot.waitUntil(lambda: tab.session.settled)
    tab.pages.setCurrentWidget(surface)
    qtbot.waitUntil(lambda: "everywhere" in surface.words.text())
    assert surface.view.flat
    assert surface.scale.ends == ("", "")


def test_another_point_gives_other_numbers_in_the_formula(tab):
    QTest.mouseClick(tab.diagram, LEFT, pos=middle(tab, 0, 0))
    before = tab.inspector.neuron.inputs
    at = tab.view.points[7]
    QTest.mouseClick(tab.view.viewport(), LEFT, pos=spot(tab.view, *at))
    np.testing.assert_allclose(tab.inspector.neuron.inputs, tab.view.points[tab.picked], rtol=1e-6)
    assert not np.array_equal(tab.inspector.neuron.inputs, before)


def test_hidden_space_and_loss_surface(tab, qtbot):
    tab.session.step(30)
    settle(tab, qtbot, "paused")
    tab.pages.setCurrentWidget(tab.hidden_space)
    assert tab.hidden_space.stack.currentIndex() == 1
    assert tab.hidden_space.layers.currentText() == "layer 2"
    tab.pages.setCurrentWidget(tab.surface)
    qtbot.waitUntil(lambda: "projection" in tab.surface.words.text())
    losses = tab.surface.view.losses
    assert losses.shape == (RESOLUTION, RESOLUTION)
    assert np.isfinite(losses).all()
    low, high = tab.surface.view.ends
    assert low == pytest.approx(losses.min())
    assert low < high <= losses.max()
    assert tab.surface.scale.ends == (two_digits(low), two_digits(high))
    tab.surface.kind.setCurrentText(WEIGHTS)
    qtbot.waitUntil(lambda: not tab.surface.job.running)
    assert tab.surface.view.x_axis.name == "w 1→1, layer 1"
    tab.surface.second.setCurrentIndex(tab.surface.first.currentIndex())
    tab.surface.compute()
    assert "different" in tab.surface.words.text()
    tab.surface.grab()


def test_without_a_layer_of_two_the_hidden_space_says_what_to_do(tab, qtbot):
    begin(tab, qtbot, SMALL.model_copy(update={"hidden": (5,)}))
    tab.pages.setCurrentWidget(tab.hidden_space)
    assert tab.hidden_space.stack.currentIndex() == 0


def test_regression_has_values_and_no_classes(tab, qtbot):
    tab.choose_preset("regression")
    settle(tab, qtbot, "untrained")
    assert tab.view.editor.classes == ()
    assert tab.panel.value_box.isVisible()
    assert not tab.results.matrix.isVisible()
    assert "R²" in tab.results.lines[0].text()
    tab.panel.value_box.setValue(0.5)
    tab.view.editor.add([(0.1, 0.2)])
    qtbot.waitUntil(lambda: len(tab.shown.points) == len(tab.view.points))
    assert tab.shown.targets[-1] == 0.5
    tab.view.editor.select([0, 1])
    tab.panel.value_box.setValue(-0.25)
    qtbot.waitUntil(lambda: list(tab.shown.targets[:2]) == [-0.25, -0.25])


@pytest.mark.parametrize("preset", ["blobs", "two-gaussians", "spiral", "linear-on-xor"])
def test_every_kind_of_preset_can_be_drawn(tab, qtbot, preset):
    tab.choose_preset(preset)
    settle(tab, qtbot, "untrained")
    tab.session.step(5)
    settle(tab, qtbot, "paused")
    tab.grab()


def test_the_stop_rule_is_said_in_words(tab, qtbot):
    begin(tab, qtbot, SMALL.model_copy(update={"patience": 2, "improvement": 1.0}))
    assert "2 epochs" in tab.results.stop_rule.text()
    tab.toggle()
    settle(tab, qtbot, "finished")
    qtbot.waitUntil(lambda: "Stopped early" in tab.results.stop_rule.text())


def test_a_diverged_run_is_explained_and_can_be_rewound(tab, qtbot):
    tab.choose_preset("step-too-large")
    settle(tab, qtbot, "untrained")
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.phase == "failed")
    qtbot.waitUntil(lambda: tab.banner.isVisible())
    tab.grab()


# In hand while it trains ---------------------------------------------------------------------------------------------


def test_a_moved_point_is_in_the_next_frame_while_training_goes_on(tab, qtbot):
    trains(tab, qtbot)
    at = tab.view.points[0].copy()
    drag(tab.view, at, (1.05, -1.05))
    where = tab.view.points.copy()
    frames = []
    tab.session.frame.connect(lambda: frames.append(np.array_equal(tab.shown.points, where)))
    qtbot.waitUntil(lambda: any(frames))
    assert frames.index(True) <= 2
    assert tab.session.status.phase == "running"


@pytest.mark.parametrize("phase", ["untrained", "running", "finished"])
def test_a_long_drag_changes_no_mark_although_pictures_come_in_between(tab, qtbot, phase):
    if phase == "finished":
        begin(tab, qtbot, SMALL.model_copy(update={"epochs": 3}))
        tab.toggle()
        settle(tab, qtbot, "finished")
    elif phase == "running":
        trains(tab, qtbot)
    marks, canvas = tab.shown.held_out, tab.view
    assert 0 < marks.sum() < len(marks)
    point = int(np.flatnonzero(~marks)[0])
    at = spot(canvas, *canvas.points[point])
    QTest.mousePress(canvas.viewport(), LEFT, pos=at)
    for _ in range(8):
        with qtbot.waitSignal(canvas.editor.edited):  # a place on the way is told,
            at += QPoint(4, 3)
            move_held(canvas, at)
        at += QPoint(3, 4)
        move_held(canvas, at)  # the pointer is already somewhere else,
        before = tab.shown
        qtbot.waitUntil(lambda: tab.shown is not before)  # noqa: B023  and then a picture comes
        np.testing.assert_array_equal(tab.shown.held_out, marks)
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=at)
    tab.session.pause()
    qtbot.waitUntil(lambda: tab.session.settled)
    np.testing.assert_array_equal(tab.shown.held_out, marks)
    np.testing.assert_array_equal(tab.shown.points, canvas.points)
    assert canvas.editor.can_undo


@pytest.mark.parametrize("running", [False, True])
def test_without_held_out_points_the_headline_says_no_number(tab, qtbot, running):
    tab.session.step(60)
    settle(tab, qtbot, "paused")
    assert "%" in tab.run_bar.headline.text()
    if running:
        trains(tab, qtbot)
    tab.view.editor.select_all()
    tick(tab.panel.held_out_box, False)
    qtbot.waitUntil(lambda: tab.run_bar.headline.text() == "held-out accuracy –")
    assert not tab.shown.held_out.any()
    if running:
        tab.session.pause()
        qtbot.waitUntil(lambda: tab.session.settled)
        assert tab.run_bar.headline.text() == "held-out accuracy –"
    tick(tab.panel.held_out_box, True)
    tab.view.editor.select([0])
    tick(tab.panel.held_out_box, False)
    qtbot.waitUntil(lambda: tab.session.settled)
    tab.session.step(60)
    qtbot.waitUntil(lambda: tab.session.settled and "%" in tab.run_bar.headline.text())


def test_points_changed_at_the_end_of_a_run_are_trained_on(tab, qtbot):
    begin(tab, qtbot, SMALL.model_copy(update={"epochs": 3}))
    tab.toggle()
    settle(tab, qtbot, "finished")
    end = tab.shown.step
    tab.view.editor.add([(0.5, 0.5)])
    qtbot.waitUntil(lambda: tab.session.settled)
    assert tab.run_bar.train_button.isEnabled()
    QTest.mouseClick(tab.run_bar.train_button, LEFT)
    qtbot.waitUntil(lambda: tab.session.settled and tab.shown.step > end)
    assert len(tab.shown.points) == 41


def test_an_edited_weight_and_a_dropped_neuron_are_drawn_while_training_goes_on(tab, qtbot):
    begin(tab, qtbot, SMALL.model_copy(update={"learning_rate": 1e-5}))
    trains(tab, qtbot)
    QTest.mouseDClick(tab.diagram, LEFT, pos=middle(tab, 0, 2))
    qtbot.waitUntil(lambda: not tab.diagram.is_on(0, 2))
    QTest.mouseDClick(tab.diagram, LEFT, pos=middle(tab, 0, 2))
    qtbot.waitUntil(lambda: tab.diagram.is_on(0, 2))
    type_weight(tab, Spot(2, 0, None, "bias"), "7.5")
    qtbot.waitUntil(lambda: tab.diagram.value(Spot(2, 0, None, "bias")) > 6)
    assert tab.session.status.phase == "running"


def test_a_clicked_connection_can_be_typed_over(tab, qtbot):
    at = wire(tab, 0, 0, 0)
    spot_there = tab.diagram.spot_at(QPointF(at))
    assert spot_there.kind == "weight"
    QTest.mouseClick(tab.diagram, LEFT, pos=at)
    field = tab.weight_editor.field
    assert tab.weight_editor.isVisible()
    field.selectAll()
    QTest.keyClicks(field, "abc")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "“abc” is not a number" in tab.weight_editor.problem.text()
    assert tab.weight_editor.isVisible()
    field.selectAll()
    QTest.keyClicks(field, "1,5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: tab.diagram.value(spot_there) == 1.5)
    QTest.keyClick(field, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: tab.diagram.value(spot_there) == pytest.approx(1.4))
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert not tab.weight_editor.isVisible()


def test_a_weight_typed_into_the_table_and_nonsense_there(tab, qtbot):
    QTest.mouseClick(tab.diagram, LEFT, pos=middle(tab, 0, 0))
    table = tab.inspector.table
    table.item(1, 1).setText("-2")
    qtbot.waitUntil(lambda: tab.diagram.value(Spot(0, 0, 1, "weight")) == -2)
    table.item(1, 1).setText("two")
    assert tab.banner.isVisible()
    assert table.item(1, 1).text() == "−2.0000"


@pytest.mark.parametrize(("text", "value"), [("0.5", 0.5), (" −2 ", -2.0), ("0,25", 0.25), ("1e-3", 1e-3)])
def test_weights_as_people_type_them(text, value):
    assert parse_weight(text) == value


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1e9", "1.2.3"])
def test_what_is_no_weight_is_refused(text):
    with pytest.raises(DataError):
        parse_weight(text)


def test_the_keyboard_walks_through_the_network(tab, qtbot):
    tab.diagram.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(tab.diagram, key)
    assert tab.inspector.chosen == (1, 1)
    QTest.keyClick(tab.diagram, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: not tab.diagram.is_on(1, 1))


def computed(tab, qtbot):
    """Wait for the loss surface; returns it."""
    qtbot.waitUntil(lambda: tab.surface.is_current and not tab.surface.job.running)
    return tab.surface.view.losses.copy()


def test_the_loss_surface_follows_what_is_changed_by_hand_at_rest(tab, qtbot):
    tab.session.step(20)
    settle(tab, qtbot, "paused")
    tab.pages.setCurrentWidget(tab.surface)
    before = computed(tab, qtbot)
    tab.view.editor.select(np.arange(20))
    tab.view.editor.relabel(np.arange(20), 0)
    settle(tab, qtbot)
    relabelled = computed(tab, qtbot)
    assert not np.array_equal(before, relabelled)
    QTest.mouseDClick(tab.diagram, LEFT, pos=middle(tab, 0, 0))
    settle(tab, qtbot)
    assert not np.array_equal(relabelled, computed(tab, qtbot))


def test_a_slice_along_the_path_goes_as_far_as_one_likes(tab, qtbot):
    for _ in range(4):
        tab.session.step(10)
        settle(tab, qtbot, "paused")
    tab.pages.setCurrentWidget(tab.surface)
    tab.surface.kind.setCurrentText(PATH)
    as_far_as_the_path = tab.surface.extent.value()
    tab.surface.extent.setValue(7.0)
    computed(tab, qtbot)
    assert tab.surface.extent.value() == tab.surface.view.reach == 7.0
    tab.surface.button.click()
    assert tab.surface.extent.value() == as_far_as_the_path


def test_the_same_weight_twice_is_no_slice(tab, qtbot):
    tab.session.step(5)
    settle(tab, qtbot, "paused")
    tab.pages.setCurrentWidget(tab.surface)
    tab.surface.kind.setCurrentText(WEIGHTS)
    assert tab.surface.job.running
    tab.surface.second.setCurrentIndex(tab.surface.first.currentIndex())
    tab.surface.second.activated.emit(tab.surface.second.currentIndex())
    assert not tab.surface.job.running
    tab.pages.setCurrentIndex(0)
    tab.pages.setCurrentWidget(tab.surface)
    assert "different" in tab.surface.words.text()


def test_the_network_shows_the_part_of_the_plane_that_is_in_view(tab, qtbot):
    tab.session.step(20)
    settle(tab, qtbot, "paused")
    before = picture(tab.diagram)
    tab.view.set_range((-0.2, 0.2), (-0.2, 0.2))
    qtbot.waitUntil(lambda: picture(tab.diagram) != before)
    shown = picture(tab.diagram)
    draw_anew(tab)
    assert picture(tab.diagram) == shown


def test_what_came_while_a_weight_was_typed_is_shown_when_it_is_not_typed_any_more(tab, qtbot):
    clicked = tab.diagram.spot_at(QPointF(wire(tab, 0, 0, 0)))
    QTest.mouseClick(tab.diagram, LEFT, pos=wire(tab, 0, 0, 0))
    QTest.keyClick(tab.weight_editor.field, Qt.Key.Key_Escape)
    table = tab.inspector.table
    table.editItem(table.item(0, 1))
    tab.session.step(30)
    settle(tab, qtbot, "paused")
    assert tab.inspector.neuron.weights[0] != pytest.approx(tab.diagram.value(clicked))
    QTest.keyClick(table.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert tab.inspector.neuron.weights[0] == pytest.approx(tab.diagram.value(clicked))


def test_values_have_no_plot_of_how_many_are_right(tab, qtbot):
    accuracy = next(panel for panel in tab.plots.panels if panel.lines[0].spec.plot == "accuracy")
    assert accuracy.isVisible()
    tab.choose_preset("regression")
    settle(tab, qtbot, "untrained")
    assert not accuracy.isVisible()
    tab.choose_preset("xor")
    settle(tab, qtbot, "untrained")
    assert accuracy.isVisible()


@pytest.mark.parametrize("hidden", [(32, 32), (32,) * 6, (8,)])
def test_every_neuron_can_be_clicked_however_many_there_are(tab, qtbot, hidden):
    begin(tab, qtbot, SMALL.model_copy(update={"hidden": hidden}))
    for layer, units in enumerate(hidden):
        for unit in range(units):
            centre = QPointF(tab.diagram.layout_.tile(layer + 1, unit).center().toPoint())
            assert tab.diagram.spot_at(centre) == Spot(layer, unit)


def test_what_the_pointer_is_on_is_said_as_it_is_now(tab, qtbot):
    QTest.mouseMove(tab.diagram, wire(tab, 0, 0, 0))
    type_weight(tab, tab.diagram.pointed, "3.25")
    qtbot.waitUntil(lambda: "w = 3.25" in tab.pointed.text())
    QTest.mouseMove(tab.diagram, QPoint(1, 1))
    assert "3.25" not in tab.pointed.text()


def test_where_no_run_can_be_built_nothing_of_the_last_one_is_left(tab, qtbot):
    tab.choose_preset("regression")
    settle(tab, qtbot, "untrained")
    config = tab.form.config().model_copy(update={"loss": "cross_entropy"})
    tab.form.set_config(config)
    tab.reset()
    qtbot.waitUntil(lambda: tab.session.status.phase == "empty")
    assert "choose the loss mse" in tab.banner.text
    assert tab.diagram.shape is None
    assert not tab.results.lines[0].text()
    assert len(tab.view.points) == 0
    told = []
    tab.told.connect(told.append)
    tab.inspector.switch_asked.emit(0, 0, False)
    tab.view.editor.add([(0.5, 0.5)], 0)
    assert all("no network" in sentence for sentence in told)
    assert len(tab.view.points) == 0
    tab.grab()
    tab.form.set_config(config.model_copy(update={"loss": "mse"}))
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert len(tab.view.points) > 100
    tab.view.editor.add([(0.5, 0.5)])
    qtbot.waitUntil(lambda: len(tab.shown.points) == len(tab.view.points))


def test_the_number_of_a_point_that_has_gone_names_no_other(tab, qtbot):
    QTest.mouseClick(tab.diagram, LEFT, pos=middle(tab, 0, 0))
    click(tab.view, *tab.view.points[3])
    assert "point 4" in tab.inspector.where.text()
    tab.view.editor.remove([3])
    settle(tab, qtbot)
    assert "point 4" not in tab.inspector.where.text()


# Points of one's own -------------------------------------------------------------------------------------------------


def test_clearing_all_points_pauses_and_says_what_to_do(tab, qtbot):
    trains(tab, qtbot)
    tab.view.editor.clear()
    qtbot.waitUntil(lambda: len(tab.shown.points) == 0 and tab.session.status.phase == "paused")
    qtbot.waitUntil(lambda: "no points" in tab.panel.hint)
    tab.toggle()
    assert tab.banner.isVisible()
    assert tab.session.status.phase == "paused"
    tab.view.editor.undo()
    qtbot.waitUntil(lambda: len(tab.shown.points) == 40)
    assert tab.shown.held_out.sum() == 10  # each point is what it was before
    trains(tab, qtbot)


def test_an_empty_plane_is_filled_by_clicking(tab, qtbot):
    begin(tab, qtbot, SMALL.model_copy(update={"dataset": "own", "classes": 3}))
    assert len(tab.view.points) == 0
    tab.view.set_tool("add")
    for label, (x, y) in enumerate([(-0.5, 0), (0.5, 0), (0, 0.5)]):
        tab.view.editor.set_current_class(label)
        QTest.mouseClick(tab.view.viewport(), LEFT, pos=spot(tab.view, x, y))
    qtbot.waitUntil(lambda: len(tab.shown.points) == 3)
    assert list(tab.shown.labels) == [0, 1, 2]
    trains(tab, qtbot)


def test_own_points_survive_a_reset_and_are_left_by_a_preset(tab, qtbot):
    tab.view.editor.add([(0.9, 0.9)], 1)
    qtbot.waitUntil(lambda: len(tab.shown.points) == 41)
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert len(tab.shown.points) == 41
    assert tab.back_button.isVisible()
    tab.choose_preset("xor")
    settle(tab, qtbot, "untrained")
    assert len(tab.shown.points) == 800
    assert not tab.back_button.isVisible()


def test_a_selected_point_becomes_held_out(tab, qtbot):
    first = int(np.flatnonzero(~tab.shown.held_out)[0])
    tab.view.editor.select([first])
    QTest.mouseClick(tab.panel.held_out_box, LEFT, pos=QPoint(8, tab.panel.held_out_box.height() // 2))
    qtbot.waitUntil(lambda: bool(tab.shown.held_out[first]))


def use_table(tab, tmp_path, text):
    path = tmp_path / "points.csv"
    path.write_text(text)
    tab.panel.open_table(path)
    return tab.panel.dialog


def test_a_table_with_three_classes_is_standardised_and_reopened_with_its_experiment(tab, qtbot, tmp_path):
    rows = [f"{170 + k % 7};{60 + 5 * k % 11};{'abc'[k % 3]}" for k in range(60)]
    dialog = use_table(tab, tmp_path, "height;weight;kind\n" + "\n".join(rows))
    assert "a, b, c" in dialog.numbers.text()
    dialog.accept()
    settle(tab, qtbot, "untrained")
    seen = tab.shown
    assert seen.class_names == ("a", "b", "c")
    np.testing.assert_allclose(seen.points[~seen.held_out].mean(axis=0), 0, atol=1e-9)
    assert "height − " in tab.view.x_axis.name
    tab.session.step(10)
    settle(tab, qtbot, "paused")
    points = tab.shown.points.copy()
    tab.save_experiment(tmp_path / "run.npz")
    qtbot.waitUntil(lambda: (tmp_path / "run.npz").exists())
    tab.choose_preset("circles")
    settle(tab, qtbot, "untrained")
    tab.open_experiment(tmp_path / "run.npz")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.class_names == ("a", "b", "c"))
    np.testing.assert_array_equal(tab.shown.points, points)
    assert tab.back_button.isVisible()
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert len(tab.shown.points) == 60


def test_a_table_of_values_becomes_regression(tab, qtbot, tmp_path):
    rows = [f"{k % 5},{k // 5},{0.1 * k}" for k in range(25)]
    dialog = use_table(tab, tmp_path, "x,y,height\n" + "\n".join(rows))
    dialog.target_box.setCurrentText("height")
    assert dialog.points is not None
    dialog.accept()
    settle(tab, qtbot, "untrained")
    assert tab.shown.regression
    assert len(tab.shown.points) == 25
    tab.panel.save_table(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text().startswith("x,y,target")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("x,y,c\n1,2,a\n3,4,a\n", "same class"),
        ("x,y,c\n1,2,a\n", "point"),
        ("x,y,c\n1,,a\n2,3,b\n4,5,b\n", "missing"),
        ("x,y,c\n1,inf,a\n2,3,b\n4,5,b\n", "finite"),
        ("x,y,label\n1,2,A\n3,foo,B\n", "column “y”: “foo” is text"),
        ("x,y\nfoo,bar\nbar,foo\n", "Choose the column"),
    ],
)
def test_bad_tables_are_refused_in_a_sentence(tab, tmp_path, text, part):
    dialog = use_table(tab, tmp_path, text)
    said = dialog.problem.text() if dialog is not None else tab.banner.findChild(type(tab.legend), "").text()
    assert part in said or tab.banner.isVisible()
    if dialog is not None:
        assert not dialog.ok.isEnabled()
        dialog.reject()


def test_more_classes_for_own_points(tab, qtbot):
    tab.session.data = as_own(tab.shown.data)
    begin(tab, qtbot, SMALL.model_copy(update={"dataset": "own", "classes": 2}))
    assert len(tab.shown.points) == 40
    change(tab, classes=4)
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.class_names == ("A", "B", "C", "D"))
    assert len(tab.shown.points) == 40


def test_companions_follow_their_points():
    memory = PointMemory()
    points = np.arange(8.0).reshape(4, 2)
    memory.remember(points, Companions(np.array([0, 1, 0, 1], bool), np.arange(4.0)))
    fewer = memory.follow(points[[0, 2, 3]], held_out=False, target=9)
    assert list(fewer.held_out) == [False, False, True]
    assert list(fewer.targets) == [0, 2, 3]
    more = memory.follow(np.vstack([points[[0, 2, 3]], (5, 5)]), held_out=True, target=9)
    assert list(more.held_out) == [False, False, True, True]
    assert list(more.targets) == [0, 2, 3, 9]
    back = memory.follow(points, held_out=False, target=0)
    assert list(back.targets) == [0, 1, 2, 3]


# Weights out and in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_weights_go_out_and_come_back(tab, qtbot, tmp_path, suffix):
    tab.session.step(20)
    settle(tab, qtbot, "paused")
    kept = tab.shown.parameters.copy()
    tab.save_weights(tmp_path / f"w{suffix}")
    tab.session.step(20)
    qtbot.waitUntil(lambda: tab.shown.step == 40)
    assert not np.array_equal(tab.shown.parameters, kept)
    tab.open_weights(tmp_path / f"w{suffix}")
    qtbot.waitUntil(lambda: np.array_equal(tab.shown.parameters, kept))


def test_weights_of_another_shape_change_nothing(tab, qtbot, tmp_path):
    tab.save_weights(tmp_path / "w.npz")
    begin(tab, qtbot, SMALL.model_copy(update={"hidden": (5, 2)}))
    before = tab.shown.parameters.copy()
    with pytest.raises(DataError, match="Nothing was changed"):
        tab.open_weights(tmp_path / "w.npz")
    np.testing.assert_array_equal(tab.shown.parameters, before)


# Parts ---------------------------------------------------------------------------------------------------------------


def test_colours_are_neutral_where_the_network_is_undecided():
    surface = np.array(theme.current().surface.getRgb()[:3])
    two = region_colors(np.array([[0.5, 0.5], [1.0, 0.0], [0.0, 1.0], [np.nan, np.nan]], np.float32))
    assert np.abs(two[0, :3] - surface.astype(int)).max() <= 4
    four = region_colors(np.array([[0.25] * 4, [0.0, 1.0, 0.0, 0.0]], np.float32))
    assert np.abs(four[0, :3] - surface.astype(int)).max() <= 4
    blue, orange = theme.current().class_color(0), theme.current().class_color(1)
    assert (two[1, 2] > two[1, 0]) == (blue.blue() > blue.red())
    assert (two[2, 2] > two[2, 0]) == (orange.blue() > orange.red())
    signed = signed_colors(np.array([-BOUNDED, 0.0, BOUNDED, np.nan, np.inf], np.float32), BOUNDED)
    assert signed[0, 2] > signed[0, 0]
    assert signed[2, 0] > signed[2, 2]


def test_a_path_forgets_what_came_after_the_step_one_goes_back_to():
    path = Path()
    for step in range(10):
        path.note(step, np.full(3, step, np.float32))
    path.note(4, np.full(3, 4, np.float32))
    assert path.steps == [0, 1, 2, 3, 4]
    path.note(4, np.full(3, 9, np.float32))
    assert path.places[-1][0] == 9
    for step in range(5, 5000):
        path.note(step, np.full(3, step, np.float32))
    assert len(path.steps) <= 401
    assert path.steps[0] == 0


def test_a_tall_side_panel_shows_all_parts(tab, qtbot):
    assert not tab.side.tall
    assert tab.results.isVisible()
    assert not tab.inspector.isVisible()
    tab.resize(1280, 1000)
    qtbot.waitUntil(lambda: tab.side.tall)
    assert tab.results.isVisible()
    assert tab.inspector.isVisible()


def test_another_theme_reaches_the_neurons_of_a_run_that_rests(tab, qtbot, qapp):
    theme.apply(qapp, "light")
    tab.session.step(30)
    settle(tab, qtbot, "paused")
    theme.apply(qapp, "dark")
    dark = picture(tab.diagram)
    draw_anew(tab)  # as the next frame would draw them
    assert picture(tab.diagram) == dark
    theme.apply(qapp, "light")


def test_the_read_out_of_a_point_is_seen_whole(tab):
    tab.resize(1040, 640)
    tab.pages.setMinimumWidth(420)
    tab.view.grab()
    at = spot(tab.view, *tab.view.points[3])
    QTest.mouseMove(tab.view.viewport(), at)
    words = next(label for label in tab.view.findChildren(QLabel) if label.text() == tab.view.readout)
    assert "%" in words.text()
    assert words.width() >= words.sizeHint().width()
    assert tab.view.rect().contains(words.geometry())


def test_names_of_classes_can_be_read(tab, qtbot, tmp_path):
    rows = "\n".join(f"{i % 7},{i % 5},{('blue', 'green', 'red')[i % 3]}" for i in range(30))
    tab.resize(1040, 640)
    use_table(tab, tmp_path, f"x,y,c\n{rows}").accept()
    qtbot.waitUntil(lambda: tab.session.settled)
    box = tab.panel.class_box
    assert box.itemText(1) == "green"
    assert box.width() >= box.sizeHint().width()


def test_both_themes(tab, qtbot, qapp):
    for choice in ("dark", "light"):
        theme.apply(qapp, choice)
        tab.grab()
