"""Ctrl+C in the terminal, or a polite kill, closes the window as its close button does.

While Qt waits for events no Python code runs, so a Python signal handler alone would wait too. The signal's wake-up
byte goes through a socket that Qt's event loop watches.
"""

from __future__ import annotations

import signal
import socket
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot


class Interrupts(QObject):
    """Turns SIGINT and SIGTERM into a Qt signal, from its creation until it is destroyed.

    Signals:
        asked(): the process was asked to end.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        for end in (self._reader, self._writer):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_byte)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _ignore)

    @Slot()
    def _on_byte(self) -> None:
        if self._reader.recv(4096):
            self.asked.emit()


def _ignore(number: int, frame: FrameType | None) -> None:
    """The wake-up byte says it all; a handler must be there, or Python would not write it."""
