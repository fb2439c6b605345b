"""Formulas are set, follow the theme, shrink instead of being cut, and say what is no formula."""

import pytest

from ui.widgets import theme
from ui.widgets.formula import FormulaView, svg


def test_a_formula_is_painted_in_the_text_colour(qtbot):
    view = FormulaView(r"\frac{\pi_k}{\sum_j x_j} = 0.5", "pi k over the sum of x j")
    qtbot.addWidget(view)
    view.resize(view.sizeHint())
    view.show()
    image = view.grab().toImage()
    text = theme.current().text
    seen = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert min(abs(c.lightness() - text.lightness()) for c in seen) < 40
    assert view.accessibleName() == "pi k over the sum of x j"
    wide = view.sizeHint().width()
    view.set_formula("x")
    assert view.sizeHint().width() < wide
    view.set_formula("")
    view.grab()


def test_it_fits_into_too_little_room(qtbot):
    view = FormulaView(r"a + b + c + d + e + f + g + h + i + j")
    qtbot.addWidget(view)
    view.resize(60, 30)
    image = view.grab().toImage()
    background = image.pixelColor(0, 0)
    assert any(image.pixelColor(x, y) != background for x in range(30) for y in range(30))


def test_what_is_no_formula_is_said():
    with pytest.raises(ValueError, match="cannot be set as a formula"):
        svg(r"\frac{1}{", 16.0, "#000000")


def test_a_formula_of_an_earlier_moment_is_dimmed(qtbot):
    view = FormulaView("a = b")
    qtbot.addWidget(view)
    view.resize(view.sizeHint())

    def ink():
        picture = view.grab().toImage()
        return min(
            picture.pixelColor(x, y).lightness() for x in range(picture.width()) for y in range(picture.height())
        )

    fresh = ink()
    view.set_dimmed(True)
    assert view.dimmed
    assert ink() > fresh + 20
