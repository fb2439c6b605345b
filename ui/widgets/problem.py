"""How a widget deep inside a page says what went wrong, without knowing who shows it.

The sentence goes from parent to parent until somebody takes it: the banner of the page that the widget is in then.
Widgets are also made long after their page, and moved to others; so who listens is looked for at that moment.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QWidget


class Problem(QEvent):
    """Something that the user asked for could not be done.

    Attributes:
        title: what it was about, in a few words.
        sentence: the cause and the remedy.
    """

    KIND = QEvent.Type(QEvent.registerEventType())

    def __init__(self, title: str, sentence: str) -> None:
        super().__init__(self.KIND)
        self.title, self.sentence = title, sentence


def report(widget: QWidget, title: str, sentence: str) -> bool:
    """Say it to the nearest listener on the way up from `widget`; returns whether there was one."""
    place: QWidget | None = widget
    while place is not None:
        problem = Problem(title, sentence)
        problem.ignore()
        QCoreApplication.sendEvent(place, problem)
        if problem.isAccepted():
            return True
        place = place.parentWidget()
    return False
