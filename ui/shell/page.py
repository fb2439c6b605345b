"""A page of the window: it has a title, says what happened, remembers its layout, and ends cleanly.

A tab is a page with a run (`ui.shell.model_tab`). A page without one is listed in the window's registry of pages, and
what makes sense for a run only cannot be chosen while it is in front.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QByteArray, QMimeData, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from models.errors import DataError
from playground.live.job import Job
from ui.canvas.surface import Surface
from ui.shell.background import BackgroundWork
from ui.widgets import theme
from ui.widgets.banner import Banner
from ui.widgets.layout import column


class Undoable(Protocol):
    """What the Edit menu works on."""

    def undo(self) -> object:
        """Take the last gesture back."""

    def redo(self) -> object:
        """Repeat what was taken back."""

    def clear(self) -> object:
        """Take everything away."""


class Page(QWidget):
    """What the window shows behind one of its tabs.

    Attributes:
        name: one word, for files and settings.
        title: what it is called in sentences.
        banner: where problems are said; what `fill` was given makes room for it.

    Signals:
        told(str): what happened, in words, for the status bar.
        painted(): the page is on the screen for the first time.
    """

    told = Signal(str)
    painted = Signal()

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name, self.title = name, title
        self.setObjectName(f"{name}-tab")
        self.banner = Banner(self)
        self._work = BackgroundWork(self)

    def fill(self, content: QWidget, *, above: Sequence[QWidget] = (), below: Sequence[QWidget] = ()) -> None:
        """Show this, between bars that always stay in view; to be called once.

        In a window that is too small its parts are scrolled, not squeezed.
        """
        area = QScrollArea()
        area.setObjectName("page")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(content)
        column(*above, (area, 1), *below, spacing=0, inside=self)
        theme.dress(self)
        self.banner.stand_over(area)

    def own(self, job: Job, *, while_visible: QWidget | None = None) -> None:
        """Take over a computation in the background: it rests while the page (or this part of it) is hidden, and is
        joined when the page is shut down.
        """
        self._work.own(job, while_visible=while_visible)

    # What the window calls -----------------------------------------------------------------------------------------

    def shutdown(self) -> None:
        """Stop all that runs, and join the threads; safe to call twice."""
        self._work.shutdown()

    def save_layout(self) -> dict[str, QByteArray]:
        """What the user moved, part by part, for the next start."""
        return {}

    def restore_layout(self, layout: Mapping[str, QByteArray]) -> None:
        """Take over what `save_layout` returned when the window was last closed."""

    def drawing_surface(self) -> Undoable | None:
        """The canvas that the Edit menu works on, if there is one."""
        return None

    def paste(self) -> None:
        """Edit → Paste: what the clipboard holds comes onto the canvas; raises DataError when there is none for it."""
        self.take(QGuiApplication.clipboard().mimeData())

    def take(self, mime: QMimeData | None) -> None:
        """Something was dropped on the window, or pasted: it is for the canvas; raises DataError like `paste`."""
        surface = self.drawing_surface()
        if not isinstance(surface, Surface):
            raise self._nothing("to draw on")
        surface.load_mime(mime)

    def save_drawing(self, path: Path) -> None:
        """File → Save drawing; raises DataError."""
        raise self._nothing("to draw on")

    def open_drawing(self, path: Path) -> None:
        """File → Open drawing; raises DataError."""
        raise self._nothing("to draw on")

    def _nothing(self, what: str) -> DataError:
        return DataError(f"There is nothing {what} in the {self.title} tab.")
