"""What becomes of an error that nobody caught: all of it goes to the log, and a sentence into the window."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow


class ErrorHook(QObject):
    """To be set as `sys.excepthook`, which Python calls on the thread that the error happened on.

    Widgets may be touched on the window's thread only, and not in the middle of painting. So the hook lives on that
    thread, and the sentence waits in its event queue for its turn.

    Signals:
        caught(sentence): an error; emitted on any thread.
        interrupted(): Ctrl+C; emitted on any thread.
    """

    caught = Signal(str)
    interrupted = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window = window
        self.caught.connect(self._say, Qt.ConnectionType.QueuedConnection)
        self.interrupted.connect(window.close, Qt.ConnectionType.QueuedConnection)

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Called by Python for exceptions in slots."""
        traceback.print_exception(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            self.interrupted.emit()
        else:
            self.caught.emit(f"{kind.__name__}: {error}")

    @Slot(str)
    def _say(self, sentence: str) -> None:
        self._window.report_error(f"{sentence}. Your run goes on; save it, and report this if it happens again.")
