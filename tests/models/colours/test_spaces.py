"""Coordinates of colours, sheets of them, and which colour is asked about next."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest

from models.colours.config import ColoursConfig
from models.colours.maps import (
    between,
    borders,
    cube_slice,
    cube_view,
    from_hsl,
    hue_map,
    middles,
    neuron_maps,
    typical,
)
from models.colours.model import MODEL
from models.colours.predict import answer, names_of
from models.colours.question import next_question
from models.colours.spaces import SPACES, hsv, lab
from models.colours.trainer import ColoursTrainer
from models.data.colours.survey import BASIC, basic_terms

COLOURS = np.random.default_rng(3).integers(0, 256, (500, 3))


def test_hsv_is_what_everybody_calls_so():
    expected = [colorsys.rgb_to_hsv(*(colour / 255)) for colour in COLOURS]
    assert np.abs(hsv(COLOURS) - expected).max() < 1e-12
    assert hsv(np.array([[90, 90, 90], [0, 0, 0]])).tolist() == [[0, 0, 90 / 255], [0, 0, 0]]


def test_hsl_is_what_everybody_calls_so():
    rng = np.random.default_rng(0)
    hue, saturation, light = rng.random((3, 200))
    expected = [colorsys.hls_to_rgb(h, v, s) for h, s, v in zip(hue, saturation, light, strict=True)]
    assert np.abs(from_hsl(hue, saturation, light) / 255 - expected).max() <= 0.5 / 255 + 1e-12


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_lab_agrees_with_published_values(colour, expected):
    assert 100 * lab(np.array(colour)) == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("name", SPACES)
def test_networks_see_small_numbers(name):
    inputs = SPACES[name].inputs(np.array([[x, y, z] for x in (0, 255) for y in (0, 255) for z in (0, 255)]))
    assert inputs.dtype == np.float32
    assert np.abs(inputs).max() < 2


def test_the_map_has_all_hues_and_greys():
    sheet = hue_map(100, 60)
    assert (np.ptp(sheet.colours[:, -1].astype(int), axis=-1) == 0).all()
    middle = sheet.colours[30, :90]
    assert {tuple(np.argsort(colour)[::-1][:1]) for colour in middle} == {(0,), (1,), (2,)}
    assert sheet.colours[0].min() > 240
    assert sheet.colours[-1].max() < 15


def test_a_slice_fixes_one_part():
    for axis in range(3):
        colours = cube_slice(axis, 0.4, 16).colours
        assert (colours[..., axis] == 102).all()
        assert len(np.unique(colours.reshape(-1, 3), axis=0)) == 256


def test_the_cube_seen_along_an_axis_shows_one_whole_face():
    sheet = cube_view(0.0, 0.0, 101)  # the eye is far out on the red axis
    seen = sheet.colours[sheet.inside]
    assert (seen[:, 0] == 255).all()
    assert seen[:, 1:].min() <= 6
    assert seen[:, 1:].max() >= 249
    rows, columns = np.nonzero(sheet.inside)
    assert sheet.colours[rows.min(), columns.max()].tolist()[1] > 245  # green to the right,
    assert sheet.colours[rows.min(), columns.max()].tolist()[2] > 245  # blue upwards


def test_a_cut_cube_shows_its_inside():
    sheet = cube_view(0.0, 0.0, 61, (0.5, 1.0, 1.0))
    assert (sheet.colours[sheet.inside][:, 0] == 128).all()
    for yaw, pitch in ((0.7, 0.5), (3.0, -0.4), (5.0, 1.2)):
        inside = cube_view(yaw, pitch, 61).inside
        assert 0.1 < inside.mean() < 0.9
        assert not inside[0].any()


def test_borders_lie_between_names_and_names_inside_their_regions():
    labels = np.array([[0, 0, 1], [0, 0, 1], [2, 2, 2]])
    assert borders(labels).tolist() == [[False, True, False], [True, True, True], [False] * 3]
    for name, (x, y) in middles(labels, 3).items():
        assert labels[int(y * 3), int(x * 3)] == name


def test_pictures_of_neurons_are_what_the_network_makes_of_the_map():
    config = ColoursConfig(hidden=(6, 5))
    snapshot = ColoursTrainer(config, MODEL.load(config)).snapshot()
    maps = neuron_maps(snapshot, 9)
    assert [picture.shape for picture in maps.hidden] == [(6, 9, 9), (5, 9, 9)]
    found = answer(snapshot, maps.colours[4, 7][None], activations=True)
    assert maps.names[:, 4, 7] == pytest.approx(found.probabilities[0], abs=1e-6)
    assert maps.hidden[1][:, 4, 7] == pytest.approx(found.activations[1][0], abs=1e-5)


def test_a_sheet_names_its_colours_and_nothing_outside():
    config = ColoursConfig()
    snapshot = ColoursTrainer(config, MODEL.load(config)).snapshot()
    sheet = cube_view(0.7, 0.5, 40)
    named = sheet.named(snapshot)
    assert (named[~sheet.inside] == -1).all()
    assert np.array_equal(named[sheet.inside], names_of(snapshot, sheet.colours[sheet.inside]))


def test_the_way_from_green_to_blue_is_the_short_one():
    data = basic_terms(BASIC, 0.2, 0)
    shades = typical(data)
    way = between(shades[BASIC.index("green")], shades[BASIC.index("blue")], 50)
    assert np.abs(way[0].astype(int) - shades[BASIC.index("green")]).max() <= 2
    assert np.abs(way[-1].astype(int) - shades[BASIC.index("blue")]).max() <= 2
    hues = hsv(way)[:, 0]
    assert (np.diff(hues) > -0.02).all()
    assert 0.25 < hues.min() < hues.max() < 0.72


def test_questions_are_far_apart_first_and_then_doubtful():
    pool = np.array([[0, 0, 0], [5, 5, 5], [255, 255, 255], [250, 10, 10], [245, 20, 10]], np.uint8)
    assert next_question(pool, np.array([0]), None) in (3, 4)
    assert next_question(pool, np.array([0, 3]), None) == 2
    many = np.random.default_rng(0).integers(0, 256, (40, 3)).astype(np.uint8)
    sure = np.full((40, 2), [0.99, 0.01])
    sure[17] = 0.5, 0.5
    asked = np.array([0, 1, 2, 3, 4, 5])
    assert next_question(many, asked, sure) == 17
    assert next_question(many, np.append(asked, 17), sure) != 17
