"""What the pen is: mouse, finger, stylus or the arrow keys, one at a time; whichever it is, it only has a path.

A canvas that is drawn on with a pen says where on its sheet a position lies, and what becomes of the path.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHideEvent, QMouseEvent, QTabletEvent, QTouchEvent
from PySide6.QtWidgets import QWidget

from ui.canvas.canvas_input import SHEET
from ui.canvas.pen_gesture import Device, PenGesture
from ui.canvas.surface import Surface


class PenSurface(Surface):
    """Turns the events of all devices into one gesture after the other; subclasses implement the first section.

    The right button, further fingers and a second device in the middle of a gesture are ignored. Pressure is ignored.
    """

    def __init__(self, first_state: Any, parent: QWidget | None = None) -> None:
        super().__init__(first_state, parent)
        self._gesture: PenGesture | None = None  # under way
        self._direct_input = False  # whether a finger or a pen has sent events of its own
        self._cursor = QPointF(SHEET / 2, SHEET / 2)  # of the keyboard, in sheet units
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)

    # ------------------------------------------------------------------------------- what subclasses implement

    def _to_sheet(self, position: QPointF) -> QPointF:
        """A position in the widget in sheet units."""
        raise NotImplementedError

    def _room(self) -> int:
        """How many points still fit into the drawing."""
        raise NotImplementedError

    def _extend(self, position: QPointF) -> None:
        """The pen went straight to `position` (sheet units)."""
        raise NotImplementedError

    def _end(self) -> None:
        """The pen was lifted, if it was down."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------- the gesture

    @property
    def _busy(self) -> bool:
        return self._gesture is not None

    def _begin(self, device: Device, position: QPointF, touch_id: int = -1) -> None:
        if self._drawn_by("keys"):
            self._end()  # the hand goes from the keys to another device
        if self._gesture is not None:
            return
        if device != "keys":
            self._set_cursor_shown(False)
        self._gesture = PenGesture(device, self._room(), touch_id)
        self._extend(position)

    def _drawn_by(self, device: Device) -> bool:
        return self._gesture is not None and self._gesture.device == device

    # ------------------------------------------------------------------------------------------------- devices

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The left button is the pen."""
        if event.button() == Qt.MouseButton.LeftButton and not self._is_echo(event):
            if self._drawn_by("mouse"):
                self._end()  # its release was lost
            self._begin("mouse", self._to_sheet(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick strokes are two strokes."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw while the button is held, wherever the pointer goes."""
        if self._drawn_by("mouse") and not self._is_echo(event):
            if event.buttons() & Qt.MouseButton.LeftButton:
                self._extend(self._to_sheet(event.position()))
            else:
                self._end()  # the release went to another window

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Lift the pen."""
        if event.button() == Qt.MouseButton.LeftButton and self._drawn_by("mouse"):
            self._extend(self._to_sheet(event.position()))
            self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """A pen's tip is the pen, at any pressure; accepting the event keeps Qt from making a mouse event of it."""
        self._direct_input = True
        position = self._to_sheet(event.position())
        if event.type() == QEvent.Type.TabletPress and event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            if self._drawn_by("mouse"):
                self._abandon()  # the system sent the same pen as a mouse first
                self._show_state()
            self._begin("tablet", position)
        elif event.type() == QEvent.Type.TabletMove and self._drawn_by("tablet"):
            if event.buttons() & Qt.MouseButton.LeftButton:
                self._extend(position)
            else:
                self._end()
        elif event.type() == QEvent.Type.TabletRelease and self._drawn_by("tablet"):
            self._extend(position)
            self._end()
        event.accept()

    def _touch(self, event: QTouchEvent) -> None:
        """The first finger draws; further fingers are ignored until all are lifted."""
        self._direct_input = True
        if event.type() == QEvent.Type.TouchCancel:
            if self._drawn_by("touch"):
                self._abandon()
                self._arrived()
            return
        points = event.points()
        if event.type() == QEvent.Type.TouchBegin and points:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self._begin("touch", self._to_sheet(points[0].position()), points[0].id())
            points = points[1:]
        for point in points:
            if self._drawn_by("touch") and self._gesture is not None and point.id() == self._gesture.touch_id:
                if point.state() == point.State.Updated:
                    self._extend(self._to_sheet(point.position()))
                elif point.state() == point.State.Released:
                    self._extend(self._to_sheet(point.position()))
                    self._end()
        if event.type() == QEvent.Type.TouchEnd and self._drawn_by("touch"):
            self._end()

    def event(self, event: QEvent) -> bool:
        """Touch events have no handler of their own in Qt."""
        kind = event.type()
        if isinstance(event, QTouchEvent):
            self._touch(event)
            event.accept()
            return True
        if kind == QEvent.Type.UngrabMouse and self._drawn_by("mouse"):
            self._end()
        return super().event(event)

    def _is_echo(self, event: QMouseEvent) -> bool:
        """Whether the system made this mouse event of a touch or a pen whose own events we have had."""
        return self._direct_input and event.source() != Qt.MouseEventSource.MouseEventNotSynthesized

    def hideEvent(self, event: QHideEvent) -> None:
        """The pen is lifted when the sheet disappears under it."""
        self._end()
        super().hideEvent(event)

    def _set_cursor_shown(self, shown: bool) -> None:
        if not shown and self._drawn_by("keys"):
            self._end()  # the keyboard goes elsewhere: its pen is lifted
        super()._set_cursor_shown(shown)

    # ------------------------------------------------------------------------------------------------ keyboard

    def _move_cursor(self, dx: int, dy: int, far: bool) -> None:
        reach = 28.0 if far else 7.0
        x = float(np.clip(self._cursor.x() + reach * dx, 0, SHEET))
        y = float(np.clip(self._cursor.y() + reach * dy, 0, SHEET))
        self._cursor = QPointF(x, y)
        if self._drawn_by("keys"):
            self._extend(self._cursor)
        self.update()

    def _use_cursor(self) -> None:
        if self._drawn_by("keys"):
            self._end()
        else:
            self._begin("keys", self._cursor)
        self.update()
