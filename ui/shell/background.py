"""The computations that a page has beside its run: each rests while nobody looks at it, and all of them end with the
page.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from playground.live.job import Job


class BackgroundWork(QObject):
    """The jobs of one page.

    Args:
        page: what they rest with, unless something smaller is named.
    """

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._jobs: list[tuple[Job, QWidget]] = []
        page.installEventFilter(self)

    def own(self, job: Job, *, while_visible: QWidget | None = None) -> None:
        """Have it rest while the page (or this part of it) is hidden, and joined when the page is shut down.

        What is started while it rests waits until somebody looks.
        """
        watched = self._page if while_visible is None else while_visible
        if watched is not self._page:
            watched.installEventFilter(self)
        self._jobs.append((job, watched))
        job.set_paused(not watched.isVisible())

    def shutdown(self) -> None:
        """Drop what is under way and join the threads; safe to call twice."""
        for job, _ in self._jobs:
            job.shutdown()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Somebody looks, or nobody does any more."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            for job, widget in self._jobs:
                if widget is watched:
                    job.set_paused(event.type() == QEvent.Type.Hide)
        return False
