"""What goes wrong in a small part is said in the large one around it, and the small part need not know where."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QWidget


class NoticeBoard(QFrame):
    """Where a part of the window says what its inner parts have to say; a banner is one."""

    def notice(self, title: str, text: str) -> None:
        """Show that something failed: what, and in a sentence why and what helps."""
        raise NotImplementedError


def tell(widget: QWidget, title: str, text: str) -> bool:
    """Say it on the nearest board on the way up from a widget; False when there is none.

    The way is gone each time: a plot may be made long after the tab that it appears in, or move to another one.
    """
    place: QWidget | None = widget
    while place is not None:
        board = place.findChild(NoticeBoard, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if board is not None:
            board.notice(title, text)
            return True
        place = place.parentWidget()
    return False
