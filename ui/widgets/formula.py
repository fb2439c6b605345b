"""A formula set as in a book, in the colours of the theme.

ziamath turns LaTeX into SVG without a web browser; Qt shows SVG version 1 only, hence `svg2 = False`.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.widgets import theme


@lru_cache(maxsize=1)
def _ziamath() -> Any:
    """The library; importing it takes a third of a second, so only when a formula is first shown."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # how it reads its font, on Python 3.11 and 3.12
        import ziamath
        from ziamath.config import config
    config.svg2 = False
    return ziamath


@lru_cache(maxsize=256)
def svg(latex: str, size: float, color: str) -> bytes:
    """A formula as SVG; `size` is the height of its letters in pixels. Raises ValueError for what is no LaTeX."""
    try:
        return bytes(_ziamath().Latex(latex, size=size, color=color).svg(), "utf-8")
    except Exception as error:  # the library raises what its parser happens to raise
        raise ValueError(f"{latex!r} cannot be set as a formula: {error}") from error


DIMMED = 0.6
"""How strong the ink of a formula is whose numbers are of an earlier moment."""


class FormulaView(QWidget):
    """Shows one formula, shrunk if there is too little room.

    Args:
        latex: the formula.
        words: the same for screen readers, in plain text.
        size: height of the letters in pixels.
    """

    def __init__(self, latex: str = "", words: str = "", *, size: float = 17.0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._latex, self._size, self._dimmed = "", size, False
        self._renderer = QSvgRenderer(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        theme.follow(self, self._restyle)
        self.set_formula(latex, words)

    @property
    def latex(self) -> str:
        """What is shown."""
        return self._latex

    def set_formula(self, latex: str, words: str = "") -> None:
        """Show another formula; setting it takes some milliseconds, so not more often than it can be read."""
        self.setAccessibleName(words or latex)
        if latex != self._latex:
            self._latex = latex
            self._restyle()

    def set_dimmed(self, dimmed: bool) -> None:
        """Whether its numbers are of an earlier moment than what stands beside it."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    @property
    def dimmed(self) -> bool:
        """See `set_dimmed`."""
        return self._dimmed

    def sizeHint(self) -> QSize:
        """Its natural size."""
        if not self._latex:
            return QSize(0, round(self._size))
        return self._renderer.defaultSize() + QSize(2, 2)

    def minimumSizeHint(self) -> QSize:
        """It can shrink in width."""
        return QSize(40, self.sizeHint().height())

    @Slot()
    def _restyle(self) -> None:
        if self._latex:
            self._renderer.load(QByteArray(svg(self._latex, self._size, theme.current().text.name())))
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The formula at the left edge, in the middle of the height."""
        if not self._latex:
            return
        painter = QPainter(self)
        painter.setOpacity(DIMMED if self._dimmed else 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        natural = self._renderer.viewBoxF().size()
        fitted = natural.scaled(self.size().toSizeF(), Qt.AspectRatioMode.KeepAspectRatio)
        shown = fitted if fitted.width() < natural.width() else natural
        self._renderer.render(painter, QRectF(0, (self.height() - shown.height()) / 2, shown.width(), shown.height()))
        painter.end()
