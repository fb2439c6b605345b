"""Why this answer: which part of the picture mattered, where ink counts, and what little change would change it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QSizePolicy,
    QWidget,
)

from models.cnn import explain
from models.cnn import predict as cnn
from models.cnn.explain import Change
from models.cnn.predict import CnnSnapshot
from playground.live.job import Job
from ui.plots import colormaps
from ui.widgets import theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import STRETCH, Part, column, heading, muted, row
from ui.widgets.numbers import number, percent, short_number
from ui.widgets.plain import PlainLabel, as_tip
from ui.widgets.wheel import CalmComboBox

PAUSE = 120
"""Milliseconds of rest before a changed picture is explained."""

REFRESH = 700
"""Milliseconds between two explanations while the model trains."""

ANSWER = -1
"""Stands for "whatever the network answers"."""


@dataclass(frozen=True, eq=False)
class Explained:
    """One piece of an explanation; what is None is not known yet."""

    class_index: int
    occlusion: NDArray[np.float32] | None = None
    saliency: NDArray[np.float32] | None = None
    change: Change | None = None
    searched: bool = False


class WhyView(QWidget):
    """Occlusion map, saliency and the smallest change, worked out in the background while it is visible.

    Signals:
        image_wanted(image): a changed picture is to be put on the canvas.
        failed(sentence): something could not be worked out.
    """

    image_wanted = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._snapshot: CnnSnapshot | None = None
        self._image: NDArray[np.uint8] | None = None
        self._asked: tuple[object, ...] = ()
        self._training = False
        self._change: Change | None = None
        self.job = Job("explaining", self)
        self.job.results.connect(self._on_results)
        self.job.failed.connect(self.failed)
        self.job.finished.connect(self._catch_up)
        self.job.failed.connect(self._catch_up)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._explain)
        self.target = CalmComboBox()
        self.target.setAccessibleName("class to explain")
        self.target.setToolTip("Whose probability the maps explain")
        self.target.activated.connect(self._changed)
        self.wanted = CalmComboBox()
        self.wanted.setAccessibleName("answer to reach")
        self.wanted.setToolTip("Which answer the smallest change should lead to")
        self.wanted.activated.connect(self._changed)
        for box in (self.target, self.wanted):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.occlusion = MapPicture(
            "drop in probability", "By how much the probability of the class drops when this place is covered"
        )
        self.saliency = MapPicture("slope", "So much does the class's sum rise with more ink here")
        self.change = MapPicture("ink", "Orange was added, blue was taken away")
        self.try_button = push_button("To the canvas", "Draw on with the changed picture")
        self.try_button.setEnabled(False)
        self.try_button.clicked.connect(self._on_try)
        self._sentences = [PlainLabel() for _ in range(3)]
        for label in self._sentences:
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            label.setMinimumHeight(4 * label.fontMetrics().height())
            label.setMinimumWidth(1)
        self._lay_out()

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(4)
        headings = ("What it relies on", "Where ink counts", "What would change it")
        for words, sentence in zip(headings, self._sentences, strict=True):
            sentence.setObjectName(words.lower().replace(" ", "-"))
        pictures = (self.occlusion, self.saliency, self.change)
        for place, (words, picture, sentence) in enumerate(zip(headings, pictures, self._sentences, strict=True)):
            title = heading(words)
            title.setMinimumWidth(1)
            for line, part in enumerate((title, picture, sentence)):
                grid.addWidget(part, line, place)
            grid.setColumnStretch(place, 1)
        grid.setRowStretch(3, 1)
        choices: list[Part] = []
        for words, box in (("Explain", self.target), ("Change towards", self.wanted)):
            label = muted(words)
            label.setBuddy(box)
            choices += [label, box, 10]
        column(row(*choices, STRETCH, self.try_button, spacing=6), (grid, 1), spacing=6, inside=self)

    # -- what is explained

    def show_snapshot(self, snapshot: CnnSnapshot, image: NDArray[np.uint8], running: bool) -> None:
        """Explain another model or another picture, soon."""
        self._set_names(snapshot.class_names)
        self._snapshot, self._image, self._training = snapshot, image, running
        self._catch_up()

    def forget(self) -> None:
        """A new run: what was explained, and what is being explained, is about the old one and has its classes."""
        self._soon.stop()
        self._snapshot, self._asked = None, ()
        self._say("")

    @Slot()
    def _catch_up(self) -> None:
        """Explain what is there, unless that is done, or has to wait for what is being worked out."""
        if not self.isVisible() or self.job.running or self._soon.isActive():
            return
        if self._key() != self._asked:
            self._soon.start(REFRESH if self._training else PAUSE)

    def _key(self) -> tuple[object, ...]:
        return id(self._snapshot), id(self._image), self.target.currentIndex(), self.wanted.currentIndex()

    def _set_names(self, names: Sequence[str]) -> None:
        if tuple(names) == self._names:
            return
        self._names = tuple(names)
        for box, first in ((self.target, "its answer"), (self.wanted, "any other")):
            box.clear()
            box.addItems([first, *names])

    @Slot()
    def _changed(self) -> None:
        self._soon.start(0)

    @Slot()
    def _explain(self) -> None:
        snapshot, image = self._snapshot, self._image
        if snapshot is None or image is None or not self.isVisible():
            return
        if image.shape != snapshot.config.input_shape[:2]:
            return
        self._asked = self._key()
        self._kept = (snapshot, image)  # so that no other object takes over their ids
        if snapshot.step == 0:
            self._say("An untrained network has no reasons: press Train first.")
            return
        if not image.any():
            self._say("Nothing is drawn: draw something to see why the network answers as it does.")
            return
        self.job.start(explanation(snapshot, image, self.target.currentIndex() - 1, self.wanted.currentIndex() - 1))

    def _say(self, sentence: str) -> None:
        self.job.cancel()
        for picture in (self.occlusion, self.saliency, self.change):
            picture.set_map(None, None)
        for label in self._sentences:
            label.setText("")
        self._sentences[0].setText(sentence)
        self._change = None
        self.try_button.setEnabled(False)

    @Slot(object)
    def _on_results(self, results: list[Explained]) -> None:
        found, (_, image) = results[-1], self._kept
        name = self._names[found.class_index]
        if found.occlusion is not None:
            self.occlusion.set_map(found.occlusion, image)
            row, column = np.unravel_index(int(found.occlusion.argmax()), found.occlusion.shape)
            most = float(found.occlusion.max())
            size = "One pixel" if len(image) <= 16 else "A square of 5×5 paper"
            if most < 0.005:
                words = f"{size} over any place hardly changes “{name}”."
            else:
                words = f"{size} over row {row + 1}, column {column + 1} costs “{name}” {_points(most)}."
            self._sentences[0].setText(words)
        if found.saliency is not None:
            self.saliency.set_map(found.saliency, image)
            self._sentences[1].setText(f"Orange: ink there speaks for “{name}”. Blue: ink there speaks against it.")
        if found.searched:
            self._show_change(found.change, image)

    def _show_change(self, change: Change | None, image: NDArray[np.uint8]) -> None:
        self._change = change
        self.try_button.setEnabled(change is not None)
        if change is None:
            self.change.set_map(None, image)
            goal = "its answer" if self.wanted.currentIndex() == 0 else f"it to “{self.wanted.currentText()}”"
            self._sentences[2].setText(f"None of some thousand little edits changes {goal}.")
            return
        difference = (change.image.astype(np.float32) - image) / np.float32(255)
        self.change.set_map(difference, change.image)
        amount = ink_amount(change.amount)
        answer = f"“{self._names[change.answer]}” ({percent(change.probability)})"
        self._sentences[2].setText(f"{change.description[:1].upper()}{change.description[1:]} ({amount}): {answer}.")

    @Slot()
    def _on_try(self) -> None:
        if self._change is not None:
            self.image_wanted.emit(self._change.image)

    # -- life

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Squares as large as the width and the sentences leave room for."""
        super().resizeEvent(event)
        line = self.fontMetrics().height()
        side = min((self.width() - 28) // 3, self.height() - 7 * line - 66)
        for picture in (self.occlusion, self.saliency, self.change):
            picture.setFixedHeight(max(side, 60) + line + 4)

    def showEvent(self, event: QShowEvent) -> None:
        """Explain what is there now, whatever was under way when nobody looked any more."""
        super().showEvent(event)
        self._soon.start(0)


def explanation(
    snapshot: CnnSnapshot, image: NDArray[np.uint8], target: int = ANSWER, wanted: int = ANSWER
) -> Generator[Explained, None, None]:
    """The maps of a class and the smallest change, piece by piece.

    Args:
        snapshot, image: the network and the picture.
        target: the class to explain; ANSWER for the one that the network answers.
        wanted: the answer to reach; ANSWER for any other.
    """
    answer = int(cnn.predict(snapshot, image[None])[0].argmax())
    shown = answer if target == ANSWER else target
    saliency = explain.saliency(snapshot, image, shown)
    yield Explained(shown, saliency=saliency)
    occlusion = explain.occlusion_map(snapshot, image, shown)
    yield Explained(shown, occlusion, saliency)
    goal = None if wanted in (ANSWER, answer) else wanted
    change = explain.smallest_change(snapshot, image, goal)
    yield Explained(shown, occlusion, saliency, change, searched=True)


class MapPicture(QWidget):
    """A map of signed numbers (H, W) on the picture that it explains, with its scale and a read-out."""

    def __init__(self, value_name: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._value_name = value_name
        self._map: NDArray[Any] | None = None
        self._ink: NDArray[np.uint8] | None = None
        self._level = 1.0
        self._place: tuple[int, int] | None = None
        self.setToolTip(as_tip(tip))
        self.setAccessibleName(value_name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.manager().changed.connect(self.update)

    def set_map(self, values: NDArray[Any] | None, ink: NDArray[np.uint8] | None) -> None:
        """Show numbers (H, W) over a picture (H, W) uint8; either can be missing."""
        self._map, self._ink = values, ink
        self._level = max(float(np.abs(values).max()), 1e-6) if values is not None else 1.0
        self.update()

    @property
    def map(self) -> NDArray[Any] | None:
        """The numbers shown."""
        return self._map

    @property
    def readout(self) -> str:
        """What is written below: the number under the pointer, else the scale."""
        if self._map is None:
            return ""
        if self._place is not None:
            row, column = self._place
            return f"row {row + 1}, column {column + 1}: {number(float(self._map[row, column]))}"
        return f"±{short_number(float(f'{self._level:.2g}'))} {self._value_name}"

    def sizeHint(self) -> QSize:
        """A square and a line."""
        return QSize(160, 180)

    def minimumSizeHint(self) -> QSize:
        """Small, so that splitters stay free to move."""
        return QSize(60, 60)

    def _frame(self) -> QRectF:
        line = self.fontMetrics().height() + 2
        side = max(min(self.width(), self.height() - line), 8) - 2
        return QRectF(1, 1, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ink faintly, the numbers over it, what is under the pointer below."""
        colors, frame = theme.current(), self._frame()
        painter = QPainter(self)
        painter.fillRect(frame, colors.surface)
        if self._map is not None:
            painter.drawImage(frame, self._picture())
        elif self._ink is not None:
            painter.drawImage(frame, _image(np.array(colormaps.qt_table(colormaps.gray()), np.uint32)[self._ink]))
        painter.setPen(QPen(colors.border, 1))
        painter.drawRect(frame)
        painter.setPen(colors.muted)
        if self._map is not None and self._place is not None:
            row, column = self._place
            painter.setPen(QPen(colors.ink, 1))
            high, wide = frame.height() / self._map.shape[0], frame.width() / self._map.shape[1]
            painter.drawRect(QRectF(frame.left() + column * wide, frame.top() + row * high, wide, high))
        place = QRectF(0, frame.bottom() + 2, self.width(), self.fontMetrics().height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), self.readout)
        painter.end()

    def _picture(self) -> QImage:
        """The map's colours, darkened (or lightened) where there is ink."""
        assert self._map is not None
        table = colormaps.diverging().astype(np.float32)
        rgb: NDArray[np.floating[Any]] = table[colormaps.diverging_index(self._map, self._level)]
        if self._ink is not None:
            ink = theme.current().ink
            share = (self._ink.astype(np.float32) / 255 * 0.42)[..., None]
            rgb = rgb * (1 - share) + np.array([ink.red(), ink.green(), ink.blue()], np.float32) * share
        wide = rgb.astype(np.uint32)
        return _image(0xFF000000 | wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the number under the pointer."""
        self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the read-out."""
        self._place = None
        self.update()

    def _point(self, position: QPointF) -> None:
        frame, place = self._frame(), None
        if self._map is not None and frame.contains(position):
            row = int((position.y() - frame.top()) / frame.height() * self._map.shape[0])
            column = int((position.x() - frame.left()) / frame.width() * self._map.shape[1])
            place = min(row, self._map.shape[0] - 1), min(column, self._map.shape[1] - 1)
        if place != self._place:
            self._place = place
            self.update()


def _image(pixels: NDArray[Any]) -> QImage:
    """A picture of 0xFFRRGGBB numbers (H, W)."""
    pixels = np.ascontiguousarray(pixels.astype(np.uint32))
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _points(share: float) -> str:
    return f"{100 * share:.0f} percentage points" if share >= 0.01 else "less than one percentage point"


def ink_amount(pixels: float) -> str:
    """How much ink was added or taken, in full pixels > 0, in words: never 0, for something was changed."""
    if pixels < 0.05:
        return "less than 0.1 pixels of ink"
    if pixels < 0.95:
        return f"{pixels:.1f} pixels of ink"
    return f"{pixels:.0f} pixel{'' if round(pixels) == 1 else 's'} of ink"
