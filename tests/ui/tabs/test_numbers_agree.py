"""At rest every place of a tab that shows a number shows the same one: headline, legend, matrix, cards and tables."""

from __future__ import annotations

import re

import numpy as np
import pytest
from waiting import settled

from models.registry import MODELS, get_model
from ui.window.registry import make_tab

QUICK = {
    "digits": {"epochs": 1, "hidden": (16,), "train_size": 2000},
    "boundary": {"epochs": 6, "points_per_class": 40},
    "bits": {"updates": 400},
    "cnn": {"train_size": 500},
    "hopfield": {},
    "mixture": {"points_per_cluster": 30},
}
"""Settings with which a run of each model is soon over; those that a model does not have are left out."""


def number_in(text):
    """The first number of a text, and whether it is a share of 100."""
    found = re.search(r"[−-]?\d+(?:[.]\d+)?(?:e[−-]?\d+)?(?=(\s*%)?)", text.replace("\u202f", " "))
    assert found, text
    return float(found[0].replace("−", "-")), "%" in text


def same(first, second):
    """Whether two texts have the same number, to the digits that both show."""
    (a, percent_a), (b, percent_b) = number_in(first), number_in(second)
    return percent_a == percent_b and a == pytest.approx(b, rel=1e-3, abs=5e-4)


@pytest.fixture(params=list(MODELS))
def tab(request, qtbot):
    model = get_model(request.param)
    tab = make_tab(request.param)
    qtbot.addWidget(tab)
    tab.resize(1280, 720)
    tab.show()
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.snapshot is not None, timeout=30_000)
    config = model.presets[next(iter(model.presets))].config
    changes = {name: value for name, value in QUICK.get(model.name, {}).items() if name in type(config).model_fields}
    tab.form.set_config(config.model_copy(update=changes))
    tab.session.reset(tab.form.config())
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.snapshot is not None, timeout=30_000)
    yield tab
    tab.shutdown()
    tab.close()


def rest(tab, qtbot):
    qtbot.waitUntil(lambda: settled(tab, "paused", "finished", "untrained")(), timeout=60_000)
    qtbot.waitUntil(lambda: not tab.session.status.busy, timeout=60_000)


def disagreements(tab):
    """Every two places of the tab that do not show the same number of the same quantity."""
    found = []
    legend = " · ".join(heading.text() for heading in tab.plots.headings)
    headline = tab.run_bar.headline.text()
    parts = {part.rsplit(" ", 1)[0]: part for part in legend.replace("\u202f%", "%").replace(" %", "%").split(" · ")}
    for label, part in parts.items():
        whole = headline.replace("\u202f", " ").replace(" %", "%")
        if whole.startswith(label) and not same(part.removeprefix(label), whole.removeprefix(label)):
            found.append((headline, part))
    if "at step" in headline:
        found.append((headline, "it rests"))
    matrix = getattr(getattr(tab, "explorer", None), "matrix", None) or getattr(
        getattr(tab, "results", None), "matrix", None
    )
    accuracy = None if matrix is None else matrix.accuracy
    if accuracy is not None and not same(f"{100 * accuracy:.1f} %", headline.split("accuracy")[-1]):
        found.append((headline, f"the matrix has {accuracy}"))
    if tab.model.name == "boundary":
        share = tab.results.lines[0].text().split(": ")[1]
        if not same(share, headline.split("accuracy")[-1]):
            found.append((headline, share))
    if tab.model.name == "hopfield":
        overlap, energy = tab.verdict.numbers.text().split("\n")
        if not same(energy, headline):
            found.append((headline, energy))
        if not same(overlap, parts["overlap with the pattern"].removeprefix("overlap with the pattern")):
            found.append((overlap, parts["overlap with the pattern"]))
    if tab.model.name == "mixture":
        worst = max(match.mean_error for match in tab.shown.matches)
        shown = [tab.table.item(row, 2).text() for row in range(tab.table.rowCount())]
        errors = [number_in(text.split("|")[-1])[0] for text in shown if text.startswith("|Δμ|")]
        if max(errors) != pytest.approx(worst, abs=1e-3):
            found.append((errors, worst))
    return found


def test_all_places_agree_at_rest_at_the_end_and_at_an_earlier_step(tab, qtbot):
    tab.session.set_pace(None)
    tab.session.step(3)
    rest(tab, qtbot)
    assert disagreements(tab) == []
    tab.session.step(30)
    rest(tab, qtbot)
    assert disagreements(tab) == []
    tab.session.seek(tab.session.status.head // 2)
    rest(tab, qtbot)
    assert disagreements(tab) == []
    assert np.isfinite(number_in(tab.run_bar.headline.text())[0])
