"""A sheet of paper to draw a digit on, with mouse, finger or pen; the pen's path is kept, not pixels.

Everything on the sheet is measured in sheet units, 280 to a side, so that resizing the window leaves the drawing as it
is. An image (a digit of the test set, a photo brought to 28×28) can lie under the strokes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMimeData, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from models.data.drawing.components import Box
from models.data.drawing.preparation import SIDE, Preparation, Stage
from models.data.drawing.strokes import MAX_POINTS, Drawing
from models.errors import DataError
from ui.canvas import incoming
from ui.canvas.canvas_input import (
    AS_DIGIT,
    PEN_WIDTHS,
    SHEET,
    Content,
    Preparing,
    pieces_of,
    prepare_content,
    to_content,
    to_drawing,
)
from ui.canvas.pen_gesture import Point
from ui.canvas.pen_surface import PenSurface
from ui.canvas.sheet_picture import ONE_AT_A_TIME, SheetPicture, paint_content, paint_pieces, paint_stroke
from ui.widgets import theme

DEFAULT_PEN = 20.0


class StrokeCanvas(PenSurface):
    """A square sheet for strokes; undo also takes back a clear and a loaded drawing.

    The right button, further fingers and a second device in the middle of a stroke are ignored; a pen that leaves the
    sheet ends its stroke at the edge and begins another where it comes back, all of it one step of undo. Pressure is
    ignored: what the model gets depends on the path alone.

    Signals:
        changed: the ink changed, also while the pen moves; at most once per input event.
        stroke_finished: the pen was lifted and left ink.
        history_changed: `can_undo` or `can_redo` may have changed.
        failed(sentence): something dropped or pasted could not be used; says why.
        noticed(sentence): something about what was loaded that is worth knowing.
        pen_width_changed(width): in sheet units.
    """

    stroke_finished = Signal()
    failed = Signal(str)
    noticed = Signal(str)
    pen_width_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None, *, placeholder: str = "Draw a digit here") -> None:
        super().__init__(Content(), parent)
        self._placeholder = placeholder
        self._preparing = AS_DIGIT
        self._pen_width = DEFAULT_PEN
        self._content: Content = self._history.current
        self._example: Content | None = None  # gives way to the first stroke
        self._judged: tuple[Content, Preparing, tuple[Box, ...]] | None = None
        self._sheet = SheetPicture()
        self._dropping = False
        self.setAcceptDrops(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Drawing canvas")
        self.setToolTip(
            "Draw with mouse, finger or pen. Drop or paste (Ctrl+V) a picture or a drawing. Del clears, Ctrl+Z takes "
            "back. Reached with Tab: arrow keys move the pen, Space lowers and lifts it."
        )
        self._describe()

    # ------------------------------------------------------------------------------------------------ content

    @property
    def is_empty(self) -> bool:
        """Whether there is neither ink nor an image."""
        return not self._strokes and self._content.is_empty

    @property
    def content(self) -> Content:
        """Everything on the sheet, the live stroke included; immutable."""
        if self._gesture is None:
            return self._content
        return self._content.with_strokes(self._gesture.finished_strokes(), self._pen_width)

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The image under the strokes, (28, 28) uint8, 0 paper … 255 ink; None without one."""
        return self._content.image

    def drawing(self) -> Drawing:
        """The strokes in sheet units, the live one included, without the image under them."""
        return to_drawing(self.content)

    def preparation(self, *, stages: bool = True) -> Preparation:
        """What a network gets of it (see `prepare_content`); ask for the stages only where they are shown."""
        return prepare_content(self.content, stages=stages, preparing=self._preparing)

    def pieces(self) -> tuple[Box, ...]:
        """Where there are several digits on the sheet, a box around each, in sheet units; while the pen is up."""
        if self._judged is None or self._judged[0] is not self._content or self._judged[1] is not self._preparing:
            self._judged = self._content, self._preparing, pieces_of(self._content, self._preparing)
        return self._judged[2]

    def set_drawing(self, drawing: Drawing) -> None:
        """Show a drawing instead of what is there, scaled to the sheet with its proportions; can be undone."""
        self._record(to_content(drawing, self._pen_width))

    def set_image(
        self,
        image: NDArray[Any],
        label: int | str | None = None,
        steps: tuple[Stage, ...] = (),
        *,
        example: bool = False,
        pieces: tuple[Box, ...] = (),
    ) -> None:
        """Show an image instead of what is there, to be drawn upon; can be undone.

        Args:
            image: (28, 28) uint8, 0 paper … 255 ink; the canvas keeps a copy.
            label: what it shows, if that is known.
            steps: how it came about, to be shown beside the canvas.
            example: it is there so that the sheet is not empty: the first stroke takes its place.
            pieces: where it shows several digits, a box around each, in its pixels.

        Raises:
            ValueError: another shape or type.
        """
        if image.shape != (SIDE, SIDE) or image.dtype != np.uint8:
            raise ValueError(f"expected {SIDE}×{SIDE} uint8, not {image.dtype}{list(image.shape)}")
        copy = image.copy()
        copy.flags.writeable = False
        content = Content((), (), copy, label, steps, pieces)
        self._example = content if example else None
        self._record(content)

    def set_subject(self, placeholder: str, preparing: Preparing) -> None:
        """Expect drawings of something else: what the empty sheet says, and how what is on it is prepared.

        What was drawn of another subject is forgotten: undo brings none of it back.
        """
        if preparing != self._preparing:
            self._abandon()
            self._history = type(self._history)(Content())
            self._example = None
        self._placeholder, self._preparing = placeholder, preparing
        self._arrived()

    def clear(self) -> None:
        """Take a new sheet; can be undone."""
        if not self.is_empty:
            self._record(Content())

    @property
    def pen_width(self) -> float:
        """Width of the pen in sheet units (280 to the side of the sheet)."""
        return self._pen_width

    def set_pen_width(self, width: float) -> None:
        """Choose another pen for the strokes to come, within `PEN_WIDTHS`."""
        width = float(np.clip(width, *PEN_WIDTHS))
        if width != self._pen_width:
            self._end()
            self._pen_width = width
            self.pen_width_changed.emit(width)
            self.update()

    # ------------------------------------------------------------------------------------------ what a pen draws

    def _room(self) -> int:
        return MAX_POINTS - sum(map(len, self._content.strokes))

    def _extend(self, position: QPointF) -> None:
        """The pen went straight to `position` (sheet units); only what lies on the sheet is ink."""
        gesture = self._gesture
        assert gesture is not None
        was_empty, before = self.is_empty, len(gesture.strokes)
        try:
            if not gesture.extend((position.x(), position.y())):
                return
        except DataError as error:
            self._end()
            self.failed.emit(str(error))
            return
        if self._content is self._example:  # undo finds it in the history
            self._content, was_empty = Content(), True
            self._sheet.forget()
        stroke = gesture.strokes[-1]
        if len(gesture.strokes) > before:
            if before:
                self._sheet.bake(gesture.strokes[-2], self._pen_width)  # it ended where the pen left the sheet
            self._sheet.begin_stroke()
        dirty = self._stroke_rect(stroke[-3:])
        self._sheet.bake_if_long(stroke, self._pen_width)
        self._describe()
        self.update(self.rect() if was_empty else dirty)  # the first ink takes the placeholder away
        self.changed.emit()

    def _end(self) -> None:
        """The pen was lifted: what it drew becomes one step of undo."""
        gesture, self._gesture = self._gesture, None
        if gesture is None or not gesture.strokes:
            return
        self._sheet.bake(gesture.strokes[-1], self._pen_width)
        self._content = self._content.with_strokes(gesture.finished_strokes(), self._pen_width)
        self._history.record(self._content)
        self._describe()
        self.history_changed.emit()
        self.stroke_finished.emit()

    def _abandon(self) -> None:
        if self._gesture is not None:
            self._gesture = None
            self._sheet.forget()

    def _show_state(self) -> None:
        self._content = self._history.current
        self._sheet.forget()
        self._describe()
        self.update()

    @property
    def _strokes(self) -> list[list[Point]]:
        """The strokes of the gesture under way; the last of them is live."""
        return self._gesture.strokes if self._gesture is not None else []

    def _describe(self) -> None:
        count = len(self._content.strokes) + len(self._strokes)
        words = ["an image"] if self._content.image is not None else []
        words += [f"{count} stroke{'s' if count != 1 else ''}"] if count else []
        text = " and ".join(words) or "empty"
        if self._gesture is None and self.pieces():
            text += f". {ONE_AT_A_TIME}"
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)

    def _action(self, event: QKeyEvent) -> str:
        if event.matches(QKeySequence.StandardKey.Paste):
            return "paste"
        if event.matches(QKeySequence.StandardKey.Copy):
            return "copy"
        return super()._action(event)

    def _do(self, action: str) -> None:
        if action == "paste":
            self.paste()
        elif action == "copy":
            self.copy()

    # ------------------------------------------------------------------------------- clipboard, drag and drop

    def paste(self) -> None:
        """Load a picture, a drawing or a file of one from the clipboard; says `failed` when there is none."""
        self.load_mime(QGuiApplication.clipboard().mimeData())

    def copy(self) -> None:
        """Put the drawing on the clipboard, as a picture and as JSON."""
        if not self.is_empty:
            QGuiApplication.clipboard().setMimeData(incoming.to_mime(self.drawing(), self.picture(SIDE * 10)))

    def load_mime(self, mime: QMimeData | None) -> None:
        """Load what was dropped or pasted; says `failed` when it cannot be used."""
        try:
            self._load(incoming.from_mime(mime, self._preparing))
        except DataError as error:
            self.failed.emit(str(error))

    def load_file(self, path: str | Path) -> None:
        """Load a drawing file or a photo, as if it were dropped; raises DataError when it cannot be used."""
        self._load(incoming.read_file(path, self._preparing))

    def _load(self, loaded: incoming.Incoming) -> None:
        if loaded.drawing is not None:
            self.set_drawing(loaded.drawing)
        elif loaded.photo is not None:
            photo = loaded.photo
            self.set_image(photo.image, loaded.label, photo.stages, pieces=photo.pieces)
        if loaded.notice:
            self.noticed.emit(loaded.notice)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Show whether a drop would be taken; what is in the file is looked at when it is dropped."""
        if incoming.is_welcome(event.mimeData()):
            self._dropping = True
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.update()

    def dragLeaveEvent(self, event: QEvent) -> None:
        """Nothing was dropped."""
        self._dropping = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Load what was dropped."""
        self._dropping = False
        self.update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.load_mime(event.mimeData())

    # ------------------------------------------------------------------------------------------------ geometry

    def sizeHint(self) -> QSize:
        """A comfortable sheet."""
        return QSize(280, 280)

    def minimumSizeHint(self) -> QSize:
        """A sheet that one can still draw on."""
        return QSize(140, 140)

    def hasHeightForWidth(self) -> bool:
        """The sheet is square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """The sheet is square."""
        return width

    def sheet_rect(self) -> QRectF:
        """Where the square sheet lies in the widget."""
        side = max(min(self.width(), self.height()) - 4, 1)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def _to_sheet(self, position: QPointF) -> QPointF:
        rect = self.sheet_rect()
        return (position - rect.topLeft()) * (SHEET / rect.width())

    def _stroke_rect(self, points: list[Point]) -> QRect:
        """The part of the widget that a stroke through these points covers."""
        rect, scale = self.sheet_rect(), self.sheet_rect().width() / SHEET
        xs, ys = [x for x, _ in points], [y for _, y in points]
        margin = self._pen_width / 2 + 2 / scale
        area = QRectF(
            min(xs) - margin, min(ys) - margin, max(xs) - min(xs) + 2 * margin, max(ys) - min(ys) + 2 * margin
        )
        return QRectF(rect.topLeft() + area.topLeft() * scale, area.size() * scale).toAlignedRect()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The strokes are redrawn sharply at the new size."""
        self._sheet.forget()
        super().resizeEvent(event)

    # ------------------------------------------------------------------------------------------------ painting

    def _restyle(self) -> None:
        self._sheet.forget()
        self.update()

    def picture(self, side: int) -> QImage:
        """The sheet as an image of `side`×`side` pixels, dark ink on white whatever the theme."""
        image = QImage(side, side, QImage.Format.Format_RGB32)
        painter = QPainter(image)
        paint_content(painter, QRectF(0, 0, side, side), self.content, theme.LIGHT)
        painter.end()
        return image

    def paintEvent(self, event: QPaintEvent) -> None:
        """The finished strokes from the pixmap, the live one and the helping lines over it."""
        colors, rect = theme.current(), self.sheet_rect()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        finished = self._sheet.of(
            self._content, self._strokes[:-1], self._pen_width, rect.width(), self.devicePixelRatioF()
        )
        painter.drawPixmap(rect.topLeft(), finished)
        painter.save()
        painter.setClipRect(rect, Qt.ClipOperation.IntersectClip)
        painter.translate(rect.topLeft())
        painter.scale(rect.width() / SHEET, rect.width() / SHEET)
        if self._strokes:
            paint_stroke(painter, self._sheet.unbaked(self._strokes[-1]), QPen(colors.ink, self._pen_width))
        if self._cursor_shown:
            painter.setBrush(colors.accent if self._drawn_by("keys") else Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colors.accent, 2))
            painter.drawEllipse(self._cursor, self._pen_width / 2, self._pen_width / 2)
        if self._gesture is None:
            paint_pieces(painter, self.pieces(), colors)
        painter.restore()
        if self.is_empty:
            painter.setPen(colors.muted)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._placeholder)
        strong = self.hasFocus() or self._dropping
        painter.setPen(QPen(colors.accent if strong else colors.control, 2 if strong else 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(-0.5, -0.5, 0.5, 0.5), 3, 3)
        painter.end()
