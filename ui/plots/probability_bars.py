"""A model's answer as one bar per class, with a headline that says in words what the bars amount to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.data.drawing.verdict import contenders, verdict
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget, Key
from ui.widgets import theme
from ui.widgets.numbers import percent

AnswerState = Literal["untrained", "empty", "several", "unlike", "unsure", "ok"]

HINTS: dict[AnswerState, str] = {
    "untrained": "untrained: press Train first",
    "empty": "empty: draw something",
}
"""What the headline says when there is no answer: the state, and what to do about it."""

DOUBTS: dict[AnswerState, tuple[str, str]] = {
    "several": ("one digit at a time?", "several"),
    "unlike": ("unlike anything it learnt", "unlike"),
}
"""What the headline says when the bars are not to be trusted: in full, and where that does not fit."""

HEADLINE_SCALES = (1.5, 1.4, 1.3, 1.2, 1.1, 1.0)
"""How much larger than the rest the headline is: as large as fits, but never smaller."""

UNSEEN = 4e-4
"""A change of probabilities that neither a bar nor its number would show."""

SAYABLE = 3
"""A doubt between more classes than this is said as "no idea"."""


class ProbabilityBars(CellWidget):
    """Horizontal bars for n classes, painted in one go so that they can follow the pen at 30 Hz.

    The size hint depends on the class names alone, never on the numbers: nothing around the bars moves.

    Bars can be pointed at and picked only while `set_clickable` asks for it; the place of each is the class's index.
    """

    def __init__(self, names: Sequence[str], parent: QWidget | None = None, *, class_colors: bool = False) -> None:
        """Begin untrained.

        Args:
            names: one name per class, in the order of the probabilities.
            parent: the widget this one lies in.
            class_colors: bars in the theme's class colours; otherwise the winner has the accent colour.
        """
        super().__init__("Answer", parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._class_colors = class_colors
        self._names: tuple[str, ...] = ()
        self._values = np.zeros(0)
        self._state: AnswerState = "untrained"
        self._headline = ""
        self._invitation = ""
        self._note = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setToolTip("How probable the model finds each class; together they make 100 %.")
        self.set_names(names)

    # ------------------------------------------------------------------------------------------ what it shows

    @property
    def names(self) -> tuple[str, ...]:
        """The classes, in the order of the probabilities."""
        return self._names

    @property
    def state(self) -> AnswerState:
        """Which of the four things the headline says."""
        return self._state

    @property
    def headline(self) -> str:
        """The answer in words, e.g. "7 · 98 %" or "unsure: 4 or 9"."""
        return self._headline

    def set_names(self, names: Sequence[str]) -> None:
        """Other classes; the bars begin again as untrained."""
        self._names = tuple(names)
        self._values = np.zeros(len(self._names))
        self.updateGeometry()
        self.set_untrained()

    def set_clickable(self, invitation: str) -> None:
        """Let bars be clicked, with some words below that say what for; "" ends it. Arrows and Enter do the same."""
        self._invitation = invitation
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if invitation else Qt.FocusPolicy.NoFocus)
        self.updateGeometry()
        self.reach(None)

    def set_note(self, words: str) -> None:
        """Say this below the bars, in the place of the invitation; "" says the invitation again."""
        if words != self._note:
            self._note = words
            self.refresh()

    @property
    def foot(self) -> str:
        """The words below the bars."""
        return self._note or self._invitation

    def set_untrained(self) -> None:
        """Say that there is no trained model yet, instead of showing an answer by chance."""
        self._show(np.zeros(len(self._names)), "untrained")

    def set_empty(self) -> None:
        """Say that there is nothing to judge."""
        self._show(np.zeros(len(self._names)), "empty")

    def set_probabilities(
        self, probabilities: NDArray[Any], empty: bool = False, *, several: bool = False, unlike: bool = False
    ) -> None:
        """Show a prediction.

        Args:
            probabilities: (n,), each in [0, 1]; not-a-number is shown as no bar.
            empty: nothing was drawn, so the prediction means nothing.
            several: there is more than one thing where one is read.
            unlike: nothing that was learnt from resembles it.

        Raises:
            ValueError: there is not one probability for each class.
        """
        values = np.asarray(probabilities, dtype=np.float64)
        if values.shape != (len(self._names),):
            raise ValueError(f"expected {len(self._names)} probabilities, not an array of shape {values.shape}")
        judged = verdict(values, empty, several=several, unlike=unlike)
        if judged == "empty":
            self.set_empty()
        else:
            self._show(values.copy(), judged)

    def _show(self, values: NDArray[np.float64], state: AnswerState) -> None:
        if self._headline and state == self._state and state in HINTS and len(values) == len(self._values):
            return  # nothing to answer, as before: this is called with every frame
        known = self._headline and state == self._state and len(values) == len(self._values)
        if known and np.abs(values - self._values).max(initial=0.0) < UNSEEN:
            return
        self._values, self._state = values, state
        self._headline = self._words()
        self.refresh()

    def _words(self) -> str:
        if self._state in HINTS:
            return HINTS[self._state]
        if self._state in DOUBTS:
            return DOUBTS[self._state][0]
        rivals = contenders(self._values)
        if self._state == "ok":
            winner = int(np.argmax(self._values))
            return f"{self._names[winner]} · {percent(self._values[winner])}"
        if not 0 < len(rivals) <= SAYABLE:
            return "no idea"
        names = [self._names[index] for index in rivals]
        return f"unsure: {', '.join(names[:-1])} or {names[-1]}"

    def words_at_rest(self) -> str:
        """The headline, the note below the bars, and the most probable classes."""
        if self._state in HINTS:
            return self._headline
        note = f" {self._note}." if self._note else ""
        best = [index for index in np.argsort(-self._values, kind="stable")[:3] if self._values[index] >= 0.005]
        return f"{self._headline}.{note} " + ", ".join(f"{self._names[i]}: {percent(self._values[i])}" for i in best)

    # -------------------------------------------------------------------------------------------------- sizes

    def heading(self) -> tuple[str, QFont]:
        """What is painted as the headline: the words that fit the width, and the font in which they do.

        The whole answer if it can be had, else its first word: with classes that have long names "unsure" stands alone
        above the bars, which say the rest. Without an answer the headline says what to do.
        """
        state, _, advice = self._headline.partition(": ")
        choices = (advice, state) if self._state in HINTS else DOUBTS.get(self._state, (self._headline, state))
        for words in choices:
            for scale in HEADLINE_SCALES:
                font = self._headline_font(scale)
                if QFontMetricsF(font).horizontalAdvance(words) <= self.width():
                    return words, font
        font = self._headline_font(HEADLINE_SCALES[-1])
        return QFontMetricsF(font).elidedText(choices[-1], Qt.TextElideMode.ElideRight, self.width()), font

    def _headline_font(self, scale: float = HEADLINE_SCALES[0]) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * scale)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def _bold(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.Bold)
        return font

    def sizeHint(self) -> QSize:
        """Comfortable rows and a bar long enough to read."""
        return self._size(row=1.35, bar=150)

    def minimumSizeHint(self) -> QSize:
        """Rows as high as the text."""
        return self._size(row=1.0, bar=60)

    def _size(self, row: float, bar: int) -> QSize:
        metrics = QFontMetricsF(self._bold())
        height = QFontMetricsF(self._headline_font()).height() + 6 + row * metrics.height() * len(self._names)
        height += self._foot()
        return QSize(round(self._label_width() + bar + metrics.horizontalAdvance(_WIDEST) + 16), round(height) + 2)

    def _foot(self) -> float:
        """Room for the invitation."""
        return 2 * QFontMetricsF(self.font()).height() if self._invitation else 0.0

    def _rows(self) -> tuple[float, float]:
        """(top of the first bar's row, height of a row)."""
        top = QFontMetricsF(self._headline_font()).height() + 6
        row = (self.height() - top - self._foot()) / max(len(self._names), 1)
        return top, min(row, QFontMetricsF(self._bold()).height() * 1.9)

    # ------------------------------------------------------------------------------------- bars to point at

    @property
    def columns(self) -> int:
        """The bars stand below each other."""
        return 1

    @property
    def count(self) -> int:
        """Bars that can be pointed at."""
        return len(self._names) if self._invitation else 0

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        top, row = self._rows()
        index = int((position.y() - top) // row) if row > 0 else -1
        return index if position.y() >= top and 0 <= index < self.count else None

    def box(self, index: int) -> QRectF:
        """The row of a class."""
        top, row = self._rows()
        return QRectF(0, top + index * row, self.width(), row)

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        return f"{self._names[index]}: {percent(self._values[index])}"

    def keys(self) -> frozenset[Key]:
        """None before bars are asked for."""
        return super().keys() if self._invitation else frozenset()

    def table(self) -> Table:
        """The probabilities, for export; none where there is no answer."""
        answered = self._state not in HINTS
        pairs = zip(self._names, self._values.tolist(), strict=True)
        return ["class", "probability"], [*pairs] if answered else []

    def _label_width(self) -> float:
        metrics = QFontMetricsF(self._bold())
        return max((metrics.horizontalAdvance(name) for name in self._names), default=0.0) + 2

    # ----------------------------------------------------------------------------------------------- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Headline above, then a row for each class: name, bar on its track, per cent."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        answered = self._state not in HINTS

        top = QFontMetricsF(self._headline_font()).height()  # whatever the words: nothing moves
        words, font = self.heading()
        painter.setFont(font)
        painter.setPen(colors.text if self._state == "ok" else colors.warning if answered else colors.muted)
        painter.drawText(QRectF(0, 0, self.width(), top), Qt.AlignmentFlag.AlignVCenter, words)

        plain, bold = self.font(), self._bold()
        label_width = self._label_width()
        number_width = QFontMetricsF(bold).horizontalAdvance(_WIDEST)
        left, right = label_width + 8, self.width() - number_width - 8
        row = self._rows()[1]
        thick = max(4.0, row * 0.58)
        leader = int(np.nanargmax(self._values)) if answered and np.isfinite(self._values).any() else -1
        for index, (name, value) in enumerate(zip(self._names, self._values.tolist(), strict=True)):
            y = top + 6 + index * row
            wins = index == leader
            if index == self.pointed:
                painter.setPen(QPen(colors.accent, 1))
                painter.setBrush(theme.faded(colors.accent, 0.12))
                painter.drawRoundedRect(QRectF(0.5, y + 0.5, self.width() - 1, row - 1), 4, 4)
            painter.setFont(bold if wins else plain)
            painter.setPen(colors.text if wins else colors.muted)
            painter.drawText(QRectF(0, y, label_width, row), _RIGHT, name)
            if answered:
                painter.drawText(QRectF(right + 4, y, number_width + 4, row), _RIGHT, percent(value))
            track = QRectF(left, y + (row - thick) / 2, max(right - left, 1.0), thick)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.grid)
            painter.drawRoundedRect(track, 2, 2)
            share = min(max(value, 0.0), 1.0) if math.isfinite(value) else 0.0
            if answered and share * track.width() >= 0.5:
                if self._class_colors:
                    painter.setBrush(colors.class_color(index))
                else:
                    painter.setBrush(colors.accent if wins and self._state == "ok" else colors.muted)
                    if wins and self._state == "unsure":
                        painter.setBrush(colors.warning)
                size = track.size()
                size.setWidth(share * track.width())
                painter.drawRoundedRect(QRectF(QPointF(track.topLeft()), size), 2, 2)
        if self._invitation:
            painter.setFont(plain)
            painter.setPen(colors.muted)
            foot = QRectF(0, top + 6 + len(self._names) * row, self.width(), self._foot())
            painter.drawText(foot, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.foot)
        painter.end()


_WIDEST = "99.9 %"
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
