"""The small editor that opens where a connection was clicked, and what counts as a weight that somebody types."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from models.base import DataError
from models.boundary.edits import LARGEST_WEIGHT
from ui.form.typed_number import pointed
from ui.plots.networks.network_diagram import Spot
from ui.widgets import theme
from ui.widgets.layout import column, row
from ui.widgets.plain import PlainLabel

_LEAVING = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)


def parse_weight(text: str) -> float:
    """A weight as somebody types it (0.5, −2, 1e-3, also 0,5); raises DataError with what is wrong with it."""
    try:
        value = float(pointed(text))
    except ValueError:
        raise DataError(f"“{text.strip()[:20]}” is not a number: type for instance 0.5 or −2.") from None
    if not abs(value) <= LARGEST_WEIGHT:
        raise DataError("A weight must be a finite number between −10,000 and 10,000.")
    return value


class WeightEditor(QFrame):
    """Opens beside a connection; Enter takes the number over, ↑ and ↓ change it in steps of 0.1, Esc closes.

    Signals:
        entered(Spot, value): a weight or bias should have this value.
    """

    entered = Signal(object, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, "card")
        self.setAutoFillBackground(True)
        self.spot: Spot | None = None
        self._at = QPoint()
        self.title = PlainLabel()
        self.field = QLineEdit()
        self.field.setAccessibleName("new value of the weight")
        self.field.setToolTip("Type a number and press Enter; ↑ and ↓ change it by 0.1; Esc closes")
        self.field.setFixedWidth(96)
        self.field.returnPressed.connect(self.commit)
        self.field.installEventFilter(self)
        self.problem = PlainLabel()
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("what is wrong with the number")
        self.problem.hide()
        top = row(self.title, self.field, spacing=6)
        column(top, self.problem, margins=(8, 6, 8, 6), spacing=4, inside=self)
        theme.follow(self, self._restyle)
        self._restyle()
        self.hide()

    def open(self, spot: Spot, title: str, value: float, at: QPoint) -> None:
        """Edit a weight; `at` is where it was clicked."""
        self.spot = spot
        self.title.setText(title)
        self.field.setText(f"{value:.4g}")
        self._at = at
        self.show()  # before it is measured: a layout that was never shown does not notice the new title
        self._say("")
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    @Slot()
    def commit(self) -> bool:
        """Take over what stands in the field, or say why not."""
        try:
            value = parse_weight(self.field.text())
        except DataError as error:
            self._say(str(error))
            return False
        self._say("")
        if self.spot is not None:
            self.entered.emit(self.spot, value)
        return True

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.adjustSize()
        diagram = self.parentWidget()
        assert diagram is not None
        room = diagram.size() - self.size()
        self.move(max(2, min(self._at.x() + 10, room.width() - 2)), max(2, min(self._at.y() + 10, room.height() - 2)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field, and closing when one goes elsewhere."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Up: 0.1, Qt.Key.Key_Down: -0.1}
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if event.key() in steps and self.commit():
                self.field.setText(f"{parse_weight(self.field.text()) + steps[Qt.Key(event.key())]:.4g}")
                self.commit()
                return True
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() in _LEAVING:
            self.hide()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the field has no use for are not meant for the diagram behind it."""
        event.accept()

    @Slot()
    def _restyle(self) -> None:
        colors = theme.current()
        self.problem.setStyleSheet(f"color: {colors.error.name()}")
        self.setStyleSheet(
            f"WeightEditor {{ background: {colors.raised.name()}; border: 1px solid {colors.control.name()};"
            "border-radius: 6px; }"
        )
