"""The network that names colours: what it reaches, and the life of a run."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError, DataError
from models.colours.carried import carried
from models.colours.config import ColoursConfig
from models.colours.edits import SetWeight
from models.colours.language import WORDS, dialogue, spoken
from models.colours.model import MODEL, PRESETS
from models.colours.predict import answer, names_of
from models.colours.trainer import ColoursTrainer
from models.data.colours.sets import ColourSet
from models.data.colours.survey import BASIC
from models.supervised.trainer import run_evaluation


def trained(config, data=None):
    trainer = ColoursTrainer(config, MODEL.load(config) if data is None else data)
    while not trainer.done:
        trainer.step()
    return trainer


def own_set():
    colours = np.array([[255, 0, 0], [250, 20, 10], [0, 0, 255], [20, 10, 240], [0, 200, 0]], np.uint8)
    words = ("rot", "blau", "grün")
    return ColourSet(colours, np.array([0, 0, 1, 1, 2]), words, np.zeros(5, bool), title="meine", own=True)


@pytest.mark.parametrize(
    ("preset", "least", "most"),
    [
        ("default", 0.9, 1),
        ("no-hidden", 0.87, 1),
        ("by-hand", 0.87, 1),
        ("lab", 0.9, 1),
        ("hsv", 0.8, 0.9),
        ("own", 0.8, 1),
    ],
)
def test_each_preset_reaches_what_it_says_on_held_out_colours(preset, least, most):
    trainer = trained(PRESETS[preset].config)
    assert least <= run_evaluation(trainer)["test_accuracy"] <= most


def test_six_names_answer_for_all_colours():
    trainer = trained(PRESETS["six-names"].config)
    assert run_evaluation(trainer)["test_accuracy"] >= 0.95
    purple = np.array([[128, 0, 128]])
    assert trainer.data.names[names_of(trainer.snapshot(), purple)[0]] in trainer.data.names


def test_plain_colours_get_their_names():
    snapshot = trained(ColoursConfig()).snapshot()
    colours = {"red": (230, 10, 10), "green": (20, 170, 40), "blue": (20, 40, 220), "yellow": (250, 240, 30)}
    colours |= {"black": (5, 5, 5), "brown": (110, 65, 20), "pink": (255, 140, 190), "orange": (250, 130, 20)}
    found = names_of(snapshot, np.array(list(colours.values())))
    assert [BASIC[each] for each in found] == list(colours)


def test_probabilities_sum_to_one_and_activations_are_those_of_the_hidden_layers():
    snapshot = trained(ColoursConfig(hidden=(5, 4), epochs=2)).snapshot()
    found = answer(snapshot, np.arange(30).reshape(10, 3), activations=True)
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(10), abs=1e-6)
    assert found.activations is not None
    assert [layer.shape for layer in found.activations] == [(10, 5), (10, 4)]


def test_the_same_settings_give_the_same_bits_and_a_restored_run_goes_on_with_them():
    for data in (None, own_set()):
        config = ColoursConfig(epochs=30)
        straight, restored = (ColoursTrainer(config, MODEL.load(config) if data is None else data) for _ in range(2))
        for _ in range(10):
            straight.step()
        restored.restore(straight.state())
        for _ in range(10):
            assert straight.step() == restored.step()
        assert np.array_equal(straight.network.parameters, restored.network.parameters)


def test_own_colours_are_part_of_the_state_and_found_again():
    trainer = ColoursTrainer(ColoursConfig(epochs=3), own_set())
    found = ColoursTrainer.data_in(trainer.config, trainer.state())
    assert found is not None
    assert found.names == ("rot", "blau", "grün")
    assert found.title == "meine"
    assert np.array_equal(found.colours, own_set().colours)
    assert (
        ColoursTrainer.data_in(ColoursConfig(), ColoursTrainer(ColoursConfig(), MODEL.load(ColoursConfig())).state())
        is None
    )


def test_a_state_with_other_colours_is_refused():
    trainer = ColoursTrainer(ColoursConfig(epochs=3), own_set())
    state = trainer.state()
    state["colours"] = state["colours"] + 1
    with pytest.raises(DataError, match="damaged"):
        trainer.restore(state)


def test_the_users_words_begin_from_english():
    data = own_set()
    right = {
        begin: [
            np.mean(names_of(ColoursTrainer(config, data).snapshot(), data.colours) == data.labels)
            for config in (ColoursConfig(begin=begin, seed=seed) for seed in range(5))
        ]
        for begin in ("english", "random")
    }
    assert right["english"] == [1.0] * 5  # before a single step
    assert np.mean(right["random"]) < 0.7


@pytest.mark.parametrize("seed", range(3))
def test_twenty_answers_teach_six_words_of_another_language(seed):
    config = PRESETS["own"].config.model_copy(update={"seed": seed})
    data = dialogue(seed)
    assert len(data.train) == 20
    assert len(data.test) == 496
    snapshot = trained(config, data).snapshot()
    anywhere = np.random.default_rng(99).integers(0, 256, (4000, 3))
    assert np.mean(names_of(snapshot, anywhere) == spoken(anywhere)) >= 0.8
    assert data.names == WORDS


@pytest.mark.parametrize("space", ["rgb", "lab"])
def test_a_weight_is_set_by_hand_and_the_others_stay(space):
    config = ColoursConfig(space=space)
    trainer = ColoursTrainer(config, MODEL.load(config))
    before = carried(trainer.network.parameters, config, trainer.data.names)
    for edit in (SetWeight(1, 3, 4, 2.5), SetWeight(0, None, 2, -1.0), SetWeight(0, 1, 5, 0.75)):
        trainer.edit(edit)
    after = carried(trainer.network.parameters, config, trainer.data.names)
    assert after.weights[1][3, 4] == 2.5
    assert after.biases[0][2] == pytest.approx(-1.0, abs=1e-6)
    assert after.weights[0][1, 5] == pytest.approx(0.75, abs=1e-6)
    changed = sum(
        int((np.abs(a - b) > 1e-5).sum())
        for a, b in zip((*before.weights, *before.biases), (*after.weights, *after.biases), strict=True)
    )
    assert changed == 3


def test_a_weight_that_is_none_is_refused():
    trainer = ColoursTrainer(ColoursConfig(), MODEL.load(ColoursConfig()))
    for wrong in (SetWeight(2, 0, 0, 1.0), SetWeight(0, 3, 0, 1.0), SetWeight(0, 0, 0, float("nan"))):
        with pytest.raises(ConfigError):
            trainer.edit(wrong)


def test_whole_numbers_need_no_hidden_layer():
    with pytest.raises(ValueError, match="leave the hidden layers empty"):
        ColoursConfig(whole_numbers=True)
