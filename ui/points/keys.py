"""The keyboard on a plane of points: a cursor that is moved by the arrow keys, and what each key means.

V, A, L, E, R choose the tool, 1–9 the class (and give it to the selected points), Ctrl+A selects all, Del removes the
selected points, Ctrl+Z takes back. A plane that was reached with Tab shows a cursor, moved by the arrow keys (Shift:
further); Space uses the tool there, Alt+arrows move the selected points, Esc hides the cursor. After a click there is
no cursor, so Space and the arrows keep what they mean to the window.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence

from ui.points.editor import Place
from ui.points.tools import Plane, Tool

STEP, FAR = 5, 8
"""Pixels that an arrow key moves the cursor, and how many times as many it is with Shift."""
_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_BY_TAB = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


class KeyPlane(Plane, Protocol):
    """What the keyboard needs of the canvas besides."""

    tool: Tool

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools there are."""

    @property
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The part of the plane that is seen: (x range, y range)."""

    def set_tool(self, name: str) -> None:
        """Take a tool in hand."""

    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a pixel on the axes."""

    def point_at(self, at: Place | None) -> None:
        """Move crosshair and read-out."""


class PointKeys:
    """Keys and focus of one canvas, which passes its events on.

    Attributes:
        mark: the cursor, to be added to the plot.
        cursor: where it is; None while it is not shown.
    """

    def __init__(self, plane: KeyPlane) -> None:
        self._plane, self._editor = plane, plane.editor
        self.cursor: Place | None = None
        self._before: Place | None = None  # when the window lost the focus: it comes back as it was
        self.mark = pg.ScatterPlotItem(size=22, symbol="+", pxMode=True)
        self.mark.setZValue(41)

    def action(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key means here; None for a key that is not ours."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plane, editor, standard = self._plane, self._editor, QKeySequence.StandardKey
        if event.matches(standard.Undo):
            return editor.undo
        if event.matches(standard.Redo) or (modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_Y):
            return editor.redo
        if event.matches(standard.SelectAll):
            return editor.select_all
        if key in _ARROWS and self.cursor is not None:
            if modifiers & Qt.KeyboardModifier.AltModifier:
                return partial(self._nudge, *_ARROWS[key])
            far = FAR if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            return partial(self._move, self.cursor, *_ARROWS[key], far)
        if modifiers:
            return None
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return editor.clear if len(editor.selection) else None
        for tool in plane.tools:
            if key == tool.key:
                return partial(plane.set_tool, tool.name)
        if Qt.Key.Key_1 <= key < Qt.Key.Key_1 + min(len(editor.classes), 9):
            return partial(editor.choose_class, key - Qt.Key.Key_1)
        if key == Qt.Key.Key_Space and self.cursor is not None:
            return partial(plane.tool.use, plane, self.cursor)
        if key == Qt.Key.Key_Escape and (self.cursor is not None or len(editor.selection)):
            return self._escape
        return None

    def focus_in(self, event: QFocusEvent) -> None:
        """The cursor appears when the keyboard brought the focus here."""
        if event.reason() in _BY_TAB:
            (left, right), (bottom, top) = self._plane.view
            self._show(((left + right) / 2, (bottom + top) / 2))
        elif event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self._show(self._before)

    def focus_out(self) -> None:
        """Without the focus there is no cursor."""
        self._before = self.cursor
        self._show(None)

    def _escape(self) -> None:
        self._editor.select([])
        self._show(None)

    def _move(self, at: Place, dx: int, dy: int, far: int) -> None:
        width, height = self._plane.pixel_size()
        (left, right), (bottom, top) = self._plane.view
        x, y = at[0] + STEP * far * dx * width, at[1] + STEP * far * dy * height
        self._show((min(max(x, left), right), min(max(y, bottom), top)))

    def _nudge(self, dx: int, dy: int) -> None:
        width, height = self._plane.pixel_size()
        self._editor.move(self._editor.selection, (STEP * dx * width, STEP * dy * height))

    def _show(self, at: Place | None) -> None:
        self.cursor = at
        self.mark.setData([] if at is None else [at[0]], [] if at is None else [at[1]])
        self._plane.point_at(at)
