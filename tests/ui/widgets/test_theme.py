"""The themes are readable, the classes can be told apart, and a change of theme reaches the widgets."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QApplication, QToolButton

from ui.plots import colormaps
from ui.widgets import icons, theme

THEMES = [theme.LIGHT, theme.DARK]
TEXTS = ("text", "muted", "accent", "negative", "positive", "warning", "error", "success")

# Machado, Oliveira and Fernandes (2009), full severity, for linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


@pytest.fixture
def app(qapp: QApplication):
    before = theme.manager().choice
    yield qapp
    theme.apply(qapp, before)


@pytest.mark.parametrize("colors", THEMES, ids=lambda t: t.name)
def test_words_have_contrast_on_every_background(colors):
    for back in ("window", "surface", "raised"):
        for role in TEXTS:
            assert theme.contrast(getattr(colors, role), getattr(colors, back)) >= 4.5, (role, back)
        for color in colors.curves:
            assert theme.contrast(color, getattr(colors, back)) >= 4.5
        assert theme.contrast(colors.control, getattr(colors, back)) >= 2.8
    assert theme.contrast(colors.accent_text, colors.accent) >= 4.5


def test_contrast_is_that_of_the_standard():
    assert theme.contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert theme.contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)
    assert theme.contrast(theme.text_on(QColor("#888888")), QColor("#888888")) >= 4.5


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("colors", THEMES, ids=lambda t: t.name)
def test_ten_classes_can_be_told_apart(colors, kind):
    assert len(colors.classes) >= 10
    rgb = np.array([[c.redF(), c.greenF(), c.blueF()] for c in colors.classes])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(BLINDNESS[kind]).T, 0, 1)
    seen = np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = colormaps.to_oklab(seen)
    # 0.02 in OKLab is about one just noticeable difference: the closest pair is almost three apart.
    assert min(np.linalg.norm(a - b) for a, b in combinations(lab, 2)) > 0.055


def test_choice_changes_palette_and_tells_widgets_once(app, qtbot):
    theme.apply(app, "light")
    assert theme.current() is theme.LIGHT
    with qtbot.waitSignal(theme.manager().changed):
        theme.apply(app, "dark")
    assert theme.current() is theme.DARK
    assert app.palette().window().color() == theme.DARK.window
    with qtbot.assertNotEmitted(theme.manager().changed):
        theme.apply(app, "dark")


def test_system_choice_follows_the_desktop(app):
    theme.apply(app, "system")
    assert theme.manager().choice == "system"
    assert theme.current() in THEMES


def test_unknown_choice_is_refused(app):
    with pytest.raises(ValueError, match="unknown theme"):
        theme.apply(app, "pink")


@pytest.mark.parametrize("colors", THEMES, ids=lambda t: t.name)
def test_style_sheet_is_complete(colors):
    sheet = theme.style_sheet(colors)
    assert "$" not in sheet.replace("$names", "")
    assert sheet.count("{") == sheet.count("}")


def test_every_icon_draws_something_in_both_themes(app):
    assert {
        "play",
        "pause",
        "step-forward",
        "step-back",
        "reset",
        "undo",
        "redo",
        "trash",
        "seed",
        "save",
        "open",
    } <= set(icons.names())
    for choice in ("light", "dark"):
        theme.apply(app, choice)
        for name in icons.names():
            image = icons.icon(name).pixmap(QSize(24, 24)).toImage()
            visible = sum(image.pixelColor(x, y).alpha() > 100 for x in range(24) for y in range(24))
            assert visible > 15, name


def test_unknown_icon_is_refused(app):
    with pytest.raises(KeyError, match="no icon"):
        icons.icon("nonsense")


def test_icon_of_a_button_follows_the_theme(app, qtbot):
    theme.apply(app, "light")
    button = QToolButton()
    qtbot.addWidget(button)
    icons.set_icon(button, "play")

    def middle() -> QColor:
        return button.icon().pixmap(QSize(24, 24), QIcon.Mode.Normal).toImage().pixelColor(11, 12)

    assert middle() == theme.LIGHT.text
    theme.apply(app, "dark")
    assert middle() == theme.DARK.text
    icons.set_icon(button, "pause", "muted")
    assert len([child for child in button.children() if type(child).__name__ == "_Follower"]) == 1
