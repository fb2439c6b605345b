"""Title and legend of a metric plot in one row: what the lines are, and the number that each has now."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isfinite

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.plots.metrics.line import MetricLine
from ui.plots.metrics.reading import UNKNOWN, Reading
from ui.widgets import theme
from ui.widgets.numbers import grouped, number
from ui.widgets.plain import as_tip


class MetricHeading(QWidget):
    """Each entry has a fixed place for its number, so that nothing moves while the numbers run."""

    def __init__(self, title: str, unit: str, lines: Sequence[MetricLine]) -> None:
        super().__init__()
        self._title, self._unit, self._lines = title, unit, lines
        self._readings: list[Reading] = [UNKNOWN] * len(lines)
        self._numbers = ["–"] * len(lines)
        self._step: float | None = None
        self._complement = ""
        self._left_out: frozenset[str] = frozenset()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"legend of {title}")

    def sizeHint(self) -> QSize:
        """One row of text with some air."""
        return QSize(200, self.fontMetrics().height() + 14)

    def minimumSizeHint(self) -> QSize:
        """The same."""
        return self.sizeHint()

    def show_readings(self, readings: Sequence[Reading], step: float | None) -> None:
        """Show what is known of each line at a step (None: now); "–" for what is not a number."""
        self._readings, self._step = list(readings), step
        texts = [self._number(reading.value) for reading in readings]
        if texts != self._numbers:
            self._numbers = texts
            self.update()

    def leave_out(self, names: Collection[str]) -> None:
        """Say nothing of the metrics with these names, which this run has not, as long as another one is left."""
        left_out = frozenset(names)
        if all(line.spec.name in left_out for line in self._lines):
            left_out = frozenset()
        if left_out != self._left_out:
            self._left_out = left_out
            self.update()

    def _entries(self) -> list[tuple[MetricLine, Reading, str]]:
        """What is said: lines, what is known of them, and their numbers."""
        every = zip(self._lines, self._readings, self._numbers, strict=True)
        return [entry for entry in every if entry[0].spec.name not in self._left_out]

    def set_complement(self, complement: bool) -> None:
        """Give one minus each number, by its name ("error rate"), or the numbers themselves."""
        self._complement = self._lines[0].spec.complement if complement else ""
        self.setAccessibleName(f"legend of {self._complement or self._title}")
        self.show_readings(self._readings, self._step)
        self.update()

    def _number(self, value: float) -> str:
        if not self._complement:
            return number(value, self._unit)
        rest = 1.0 - value
        return f"{100 * rest:.2g} %" if 0 <= rest < 0.01 else number(rest, self._unit)  # the last per cents count

    def _label(self, line: MetricLine) -> str:
        label = line.spec.label
        return label.removesuffix(line.spec.plot) + self._complement if self._complement else label

    def text(self) -> str:
        """The row in words, with the step of what was measured earlier than at the step shown."""
        return " · ".join(f"{self._label(line)} {text}{self._when(reading)}" for line, reading, text in self._entries())

    def _when(self, reading: Reading) -> str:
        earlier = self._step is not None and isfinite(reading.value) and reading.step < self._step
        return f" at step {grouped(reading.step)}" if earlier else ""

    def event(self, event: QEvent) -> bool:
        """As a tooltip: the row in words, and the names of the earlier runs."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            ghosts = f"; dashed: {', '.join(self._ghost_labels())}" if self._ghost_labels() else ""
            QToolTip.showText(event.globalPos(), as_tip(self.text() + ghosts), self)
            return True
        return super().event(event)

    def _ghost_labels(self) -> list[str]:
        return list(dict.fromkeys(ghost.label for line in self._lines for ghost in line.ghosts))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, entries, earlier runs: each begins where the one before ends."""
        colors, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x = self._paint_title(painter, 4.0, colors)
        painter.setFont(self.font())
        x = self._paint_entries(painter, x, colors)
        self._paint_ghosts(painter, x, colors)
        painter.end()

    def _paint_title(self, painter: QPainter, x: float, colors: theme.Theme) -> float:
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(colors.text)
        title = self._complement or self._title
        painter.drawText(QRectF(x, 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, title)
        return x + painter.fontMetrics().horizontalAdvance(title) + 18

    def _paint_entries(self, painter: QPainter, x: float, colors: theme.Theme) -> float:
        """A piece of the line, its name where there is room for all names, and its number."""
        metrics, height, middle = painter.fontMetrics(), self.height(), self.height() / 2
        number_room = metrics.horizontalAdvance("100.0 %" if self._unit == "%" else "0.0000" + self._unit) + 4
        entries = self._entries()
        labels = [line.spec.label.removesuffix(self._title).strip() or line.spec.label for line, *_ in entries]
        needed = sum(metrics.horizontalAdvance(label) + 46 + number_room for label in labels)
        with_words = needed <= self.width() - x
        for (line, _, text), label in zip(entries, labels, strict=True):
            color = line.color(colors)
            painter.setPen(QPen(color, 2))
            painter.drawLine(int(x), int(middle), int(x) + 16, int(middle))
            if line.spec.evaluated:  # a dot for each measurement, as on the curve
                painter.setBrush(color)
                painter.drawEllipse(QRectF(x + 5, middle - 3, 6, 6))
            x += 22
            if with_words:
                painter.setPen(colors.muted)
                painter.drawText(QRectF(x, 0, 400, height), Qt.AlignmentFlag.AlignVCenter, label)
                x += metrics.horizontalAdvance(label) + 6
            painter.setPen(colors.text)
            painter.drawText(QRectF(x, 0, number_room + 40, height), Qt.AlignmentFlag.AlignVCenter, text)
            x += max(number_room, metrics.horizontalAdvance(text)) + 18
        return x

    def _paint_ghosts(self, painter: QPainter, x: float, colors: theme.Theme) -> None:
        """The names of earlier runs, or as much as can be said in the room there is."""
        labels = self._ghost_labels()
        metrics, height, room = painter.fontMetrics(), self.height(), self.width() - x - 24
        if not labels or room < 0:
            return
        brief = "earlier runs" if len(labels) > 1 else "earlier run"
        fitting = (text for text in (", ".join(labels), brief, "earlier") if metrics.horizontalAdvance(text) <= room)
        pen = QPen(colors.muted, 1.2)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.drawLine(int(x), int(height / 2), int(x) + 16, int(height / 2))
        painter.setPen(colors.muted)
        painter.drawText(QRectF(x + 22, 0, room + 2, height), Qt.AlignmentFlag.AlignVCenter, next(fitting, ""))
