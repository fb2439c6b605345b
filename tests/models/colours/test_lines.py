"""The lines that are carried away: each is run, and gives the very names of the rounded network."""

from __future__ import annotations

import re

import numpy as np
import pytest

from models.colours.by_hand import CONFIG, rows, worked_example
from models.colours.carried import carried, rounded, whole_numbers
from models.colours.config import ColoursConfig
from models.colours.lines import LANGUAGES, lines
from models.colours.model import MODEL, PRESETS
from models.colours.predict import names_of
from models.colours.trainer import ColoursTrainer
from models.data.colours.sets import ColourSet

COLOURS = np.random.default_rng(5).integers(0, 256, (10_000, 3))


def trained(config, data=None):
    trainer = ColoursTrainer(config, MODEL.load(config) if data is None else data)
    while not trainer.done:
        trainer.step()
    return trainer.snapshot()


def run_python(text):
    room = {"__builtins__": {"max": max, "min": min}}  # no imports, and nothing else either
    exec(compile(text, "lines", "exec"), room)
    return room["name"]


def run_pseudo_code(text):
    """The few words that it has, as Python."""
    steps, names, scores = [], [], []
    for line in text.splitlines():
        sides = re.fullmatch(r'(score of ("(?:[^"\\]|\\.)*")|\w+) = (.*)', line)
        if sides is None:
            assert line in ("red, green and blue are numbers from 0 to 255.", "The largest score wins.", "")
            continue
        code = sides[3].replace("×", "*").replace("−", "-").replace("to the power of", "**").replace(";", ",")
        code = code.replace("largest of ", "max").replace("smallest of ", "min")
        while "(if " in code:
            code = re.sub(
                r"\(if ((?:(?!\(if ).)*?) then ", lambda m: "iff(" + m[1].replace(" = ", " == ") + " THEN ", code
            )
        steps.append((sides[1] if sides[2] is None else f"s{len(names)}", _branches(code)))
        if sides[2] is not None:
            names.append(eval(sides[2]))
            scores.append(steps[-1][0])
    code = [compile(f"{name} = {expression}", "line", "exec") for name, expression in steps]

    def name(red, green, blue):
        room = {"red": red, "green": green, "blue": blue, "iff": lambda test, yes, no: yes() if test else no()}
        for each in code:
            exec(each, room)
        values = [room[each] for each in scores]
        return names[values.index(max(values))]

    return name


def _branches(code):
    """iff(a THEN b else c) → iff(a, lambda: b, lambda: c), from the inside."""
    return code.replace(" THEN ", ", lambda: ").replace(" else ", ", lambda: ")


def run_spreadsheet(text):
    """The cells of the second row one after the other, as a spreadsheet does."""
    headings, cells = (line.split("\t") for line in text.splitlines())
    letters = [_column(place) for place in range(len(cells))]
    functions = {"MAX": max, "MIN": min, "POWER": lambda a, b: a**b, "IF": lambda test, yes, no: yes if test else no}
    code = []
    for cell in cells[3:-1]:
        assert cell[0] == "="
        code.append(compile(re.sub(r"(?<![<>=])=(?!=)", "==", cell[1:]), "cell", "eval"))
    first, last = re.fullmatch(
        r"=INDEX\(([A-Z]+)1:([A-Z]+)1, MATCH\(MAX\(\1(?:2):\2(?:2)\), \1(?:2):\2(?:2), 0\)\)", cells[-1]
    ).groups()
    span = slice(letters.index(first), letters.index(last) + 1)

    def name(red, green, blue):
        known = {"A2": red, "B2": green, "C2": blue} | functions
        for letter, each in zip(letters[3:], code, strict=False):
            known[f"{letter}2"] = eval(each, {"__builtins__": {}}, known)
        values = [known[f"{letter}2"] for letter in letters[span]]
        return headings[span][values.index(max(values))]

    return name


def _column(place):
    return chr(65 + place) if place < 26 else chr(64 + place // 26) + chr(65 + place % 26)


RUN = {"pseudo-code": run_pseudo_code, "python": run_python, "spreadsheet": run_spreadsheet}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("preset", ["default", "no-hidden", "by-hand", "lab", "hsv", "own"])
def test_the_lines_give_the_names_of_the_rounded_network(preset, language):
    config = PRESETS[preset].config.model_copy(update={"epochs": 40})
    snapshot = trained(config)
    digits = 2 if preset != "lab" else 9
    numbers = carried(snapshot.parameters, config, snapshot.data.names, digits)
    name = RUN[language](lines(numbers, language))
    some = COLOURS if language == "python" else COLOURS[:1000]
    expected = numbers.answers(some)
    assert [numbers.names[each] for each in expected] == [name(*colour) for colour in some.tolist()]
    assert len(set(expected.tolist())) > 4


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "leaky_relu", "identity"])
def test_every_activation_and_two_layers_can_be_carried(activation):
    config = ColoursConfig(hidden=(5, 4), activation=activation, epochs=20)
    snapshot = trained(config)
    numbers = carried(snapshot.parameters, config, snapshot.data.names)
    expected = [numbers.names[each] for each in numbers.answers(COLOURS[:300])]
    for language, run in RUN.items():
        name = run(lines(numbers, language))
        assert [name(*colour) for colour in COLOURS[:300].tolist()] == expected


def test_all_digits_answer_as_the_network_does():
    for preset in ("default", "lab", "hsv"):
        config = PRESETS[preset].config.model_copy(update={"epochs": 40})
        snapshot = trained(config)
        numbers = carried(snapshot.parameters, config, snapshot.data.names)
        assert np.mean(numbers.answers(COLOURS) == names_of(snapshot, COLOURS)) > 0.9995  # single precision


def test_the_worked_example_is_44_whole_numbers_and_eleven_lines():
    numbers = worked_example()
    assert numbers.count == 44
    assert all(abs(number) <= 99 for row in rows(numbers) for number in row[1:])
    text = lines(numbers, "python")
    scores = [line for line in text.splitlines() if line.startswith("        ")]
    assert len(scores) == 11
    assert "." not in "".join(scores)
    name = run_python(text)
    assert [name(*colour) for colour in COLOURS.tolist()] == [numbers.names[each] for each in numbers.answers(COLOURS)]
    assert [name(*each) for each in ((255, 0, 0), (0, 0, 255), (10, 10, 10), (250, 250, 250))] == [
        "red",
        "blue",
        "black",
        "white",
    ]


def test_the_worked_example_is_what_training_here_gives():
    from models.colours.by_hand import best_of

    assert rows(best_of().numbers) == rows(worked_example())


def test_whole_numbers_use_two_digits_and_lie_around_zero():
    snapshot = trained(CONFIG.model_copy(update={"epochs": 10}))
    numbers = whole_numbers(snapshot.parameters, snapshot.config, snapshot.data.names)
    table = np.vstack([*numbers.weights, *numbers.biases])
    assert (table == np.rint(table)).all()
    assert np.abs(table).max() == 99
    assert np.abs(table.max(axis=1) + table.min(axis=1)).max() <= 1
    probabilities = numbers.scores(COLOURS) / numbers.softness
    assert np.abs(probabilities).max() < 200  # as soft as the network was


def test_numbers_are_rounded_to_significant_digits():
    values = np.array([0.0, 1.2345, -0.0009876, 123.4, 9.96, -0.05])
    assert rounded(values, 2).tolist() == [0.0, 1.2, -0.00099, 120.0, 10.0, -0.05]
    assert rounded(values, 1).tolist() == [0.0, 1.0, -0.001, 100.0, 10.0, -0.05]


def test_names_of_any_language_are_only_text():
    colours = np.array([[255, 0, 0], [0, 0, 255], [0, 255, 0], [9, 9, 9]], np.uint8)
    names = ('=HYPERLINK("x")', "синий", '"); import os; ("', "+1")
    data = ColourSet(colours, np.arange(4), names, np.zeros(4, bool), title="mine", own=True)
    config = ColoursConfig(epochs=60)
    snapshot = trained(config, data)
    numbers = carried(snapshot.parameters, config, names, 2)
    name = run_python(lines(numbers, "python"))
    assert [name(*colour) for colour in colours.tolist()] == list(names)
    headings = lines(numbers, "spreadsheet").splitlines()[0].split("\t")
    assert '="=HYPERLINK(""x"")"' in headings
    assert '="+1"' in headings
