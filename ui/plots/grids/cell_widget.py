"""A grid of painted cells that can be read cell by cell: with the pointer, with the arrow keys, and by ear.

Everything that such grids do alike is here; a subclass says where its cells are, what each means, and paints them.
"""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from ui.plots.export import Export, Table
from ui.plots.painted import Painted
from ui.widgets import theme
from ui.widgets.plain import as_tip

Key = Qt.Key

Cell = tuple[int, int]
"""(row, column)."""

WALK = frozenset({Key.Key_Left, Key.Key_Right, Key.Key_Up, Key.Key_Down, Key.Key_Home, Key.Key_End})
CHOOSE = frozenset({Key.Key_Return, Key.Key_Enter})

BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)


class CellWidget(Painted):
    """Cells 0 … count − 1, `columns` in a row; see `Painted` for the arguments.

    The cell under the pointer is read out; without one, the cell that the keys have reached, while the widget has the
    focus. Arrows, Home and End walk, Enter chooses, and so does a click. The context menu saves the picture and the
    numbers. A cell has a number, counted row by row, and a `place` by which others know it.

    Attributes:
        click_takes_keys: whether the arrows walk after a click, too; False for grids that are clicked for what stands
            elsewhere, so that the arrows go on stepping the run until Tab leads here.
    """

    click_takes_keys: ClassVar[bool] = True

    picked = Signal(object)
    """Emitted with the place of the cell that was clicked, or chosen with Enter."""
    hovered = Signal(object)
    """Emitted with the place of the cell under the pointer, or None."""

    def __init__(
        self,
        name: str,
        room: tuple[int, int] = (-1, -1),
        least: tuple[int, int] = (-1, -1),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(name, room, least, parent)
        self._pointer: QPointF | None = None
        self._spot: tuple[int, ...] | None = None
        self._reached: int | None = None
        self.hand = False
        """Whether the pointer is a hand over a cell: for grids in which a click changes something."""
        self.export = Export(self, self.table)
        self._takes_keys = self.click_takes_keys
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self.click_takes_keys else Qt.FocusPolicy.TabFocus)

    # -- what subclasses say

    @property
    def count(self) -> int:
        """Number of cells that the keys walk through."""
        raise NotImplementedError

    @property
    def columns(self) -> int:
        """Cells in a row as laid out now; by default there is one row."""
        return max(self.count, 1)

    def index_at(self, position: QPointF) -> int | None:
        """The cell at a position in the widget; None beside the cells."""
        raise NotImplementedError

    def box(self, index: int) -> QRectF:
        """Where a cell is drawn."""
        raise NotImplementedError

    def words_about(self, index: int) -> str:
        """What a cell says."""
        raise NotImplementedError

    def table(self) -> Table:
        """The numbers shown, for export."""
        raise NotImplementedError

    def place(self, index: int) -> object:
        """By what others know a cell: its number, in a matrix (row, column)."""
        return index

    def spot_at(self, position: QPointF) -> tuple[int, ...] | None:
        """The cell at a position, and where inside of it if that makes a difference to what is said."""
        index = self.index_at(position)
        return None if index is None else (index,)

    def words_at_rest(self) -> str:
        """What a screen reader is told while no cell is read out."""
        return ""

    def tip(self, index: int | None) -> str | None:
        """The tooltip over a cell, or beside them; None leaves the one that the widget has."""
        return None

    def keys(self) -> frozenset[Key]:
        """The keys that are kept from the window's shortcuts while the widget has the focus."""
        return WALK | CHOOSE

    def walk(self, key: int, index: int) -> int:
        """The cell that a key of WALK leads to; past an edge it stays where it is."""
        target = {
            Key.Key_Left: index - 1,
            Key.Key_Right: index + 1,
            Key.Key_Up: index - self.columns,
            Key.Key_Down: index + self.columns,
            Key.Key_Home: 0,
            Key.Key_End: self.count - 1,
        }[Key(key)]
        return target if 0 <= target < self.count else index

    def bring_into_view(self, index: int) -> None:
        """The keys have reached a cell: see to it that it can be seen."""

    # -- what subclasses use

    @property
    def under_pointer(self) -> int | None:
        """The cell under the pointer."""
        return None if self._spot is None else self._spot[0]

    @property
    def current(self) -> int | None:
        """The cell that was chosen last, or reached with the keys."""
        return self._reached

    @property
    def focused(self) -> int | None:
        """The cell on which the keys work now; None without the focus."""
        return self._reached if self._takes_keys and self.hasFocus() else None

    @property
    def pointed(self) -> int | None:
        """The cell that is read out."""
        return self.under_pointer if self._spot is not None else self.focused

    def reach(self, index: int | None) -> None:
        """Go to a cell, as the keys do; None: to none. Nothing is emitted but the read-out."""
        self._reached = index
        if index is not None:
            self.bring_into_view(index)
        self.refresh()

    def pick(self, index: int) -> None:
        """Choose a cell, as a click does."""
        self._reached = index
        self.refresh()
        self.picked.emit(self.place(index))

    def refresh(self) -> None:
        """The cells may be others, or elsewhere, or say something else: read out anew, and paint."""
        if self._reached is not None and self._reached >= self.count:
            self._reached = None
        self._point(self._pointer)
        self._tell()
        self.update()

    def paint_marks(self, painter: QPainter, focus: QColor, margin: float = 0.0) -> None:
        """A thin frame around the cell under the pointer, a thick one around that on which the keys work."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index, pen in ((self.under_pointer, QPen(theme.current().ink, 1.5)), (self.focused, QPen(focus, 2))):
            if index is not None:
                painter.setPen(pen)
                painter.drawRect(self.box(index).adjusted(-margin, -margin, margin, margin))

    def _tell(self) -> None:
        index = self.pointed
        words = "" if index is None else self.words_about(index)
        self.say(words, words or self.words_at_rest())
        tip = self.tip(index)
        if tip is not None:
            self.setToolTip(as_tip(tip))

    # -- pointer

    def _point(self, position: QPointF | None) -> None:
        """Take note of where the pointer is; painted and told only when that is another spot."""
        spot = None if position is None else self.spot_at(position)
        before, self._spot, self._pointer = self._spot, spot, position
        if spot == before:
            return
        self._tell()
        self.update()
        if (before or (None,))[0] != (spot or (None,))[0]:
            if self.hand:
                self.setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
            self.hovered.emit(None if spot is None else self.place(spot[0]))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the cell under the pointer."""
        self._point(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer."""
        self._takes_keys = self.click_takes_keys
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self.pick(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The cell was chosen when the button went down; nobody behind the widget needs to know."""
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._point(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy, save."""
        self.export.menu(event.globalPos())

    # -- keys

    def event(self, event: QEvent) -> bool:
        """Claim our keys before a shortcut of the window gets them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            modified = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if self._takes_keys and event.key() in self.keys() and not modified:
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Home and End walk, Enter chooses."""
        key, keys = event.key(), self.keys() if self._takes_keys else frozenset()
        if key in WALK & keys and self.count:
            start = self.count - 1 if key == Key.Key_End else 0
            self.reach(start if self._reached is None else self.walk(key, self._reached))
        elif key in CHOOSE & keys and self._reached is not None:
            self.pick(self._reached)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys act; who comes by key begins at the first cell."""
        super().focusInEvent(event)
        if event.reason() in BY_KEY:
            self._takes_keys = True
            if self._reached is None and self.count:
                self._reached = 0
        self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide where the keys act."""
        super().focusOutEvent(event)
        self._tell()
        self.update()


class MatrixWidget(CellWidget):
    """Cells in rows and columns that mean something: the place of each is (row, column)."""

    def cell_at(self, position: QPointF) -> Cell | None:
        """(row, column) at a position in the widget; None beside the cells."""
        raise NotImplementedError

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is drawn."""
        raise NotImplementedError

    def place(self, index: int) -> Cell:
        """See CellWidget."""
        return divmod(index, self.columns)

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        cell = self.cell_at(position)
        return None if cell is None else cell[0] * self.columns + cell[1]

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        return self.cell_rect(*self.place(index))
