"""Ctrl+C in the terminal, or a polite kill, closes the window as its close button does.

While Qt waits for events no Python code runs, so a Python signal handler alone would wait too. The signal's wake-up
byte goes through a socket that Qt's event loop watches.
"""

from __future__ import annotations

import signal
import socket
from functools import partial
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot

NUMBERS = (signal.SIGINT, signal.SIGTERM)


class Interrupts(QObject):
    """Turns SIGINT and SIGTERM into a Qt signal, from its creation until it is destroyed.

    Signals:
        asked(): the process was asked to end.
    """

    asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        wires = self._wires = _Wires()
        self._notifier = QSocketNotifier(wires.reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_byte)
        self.destroyed.connect(partial(_Wires.remove, wires))  # a partial keeps the wires; there will be no self then

    @Slot()
    def _on_byte(self) -> None:
        if self._wires.reader.recv(4096):
            self.asked.emit()


class _Wires:
    """The socket that the wake-up bytes go through, the handlers, and whatever was there before them."""

    def __init__(self) -> None:
        self.reader, self._writer = socket.socketpair()
        for end in (self.reader, self._writer):
            end.setblocking(False)
        self._old_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._old_handlers = {number: signal.signal(number, _ignore) for number in NUMBERS}

    def remove(self) -> None:
        """Put everything back, but for what somebody else has put in its place meanwhile."""
        for number, handler in self._old_handlers.items():
            if signal.getsignal(number) is _ignore:
                signal.signal(number, handler)
        present = signal.set_wakeup_fd(self._old_fd)
        if present != self._writer.fileno():
            signal.set_wakeup_fd(present)
        self.reader.close()
        self._writer.close()


def _ignore(number: int, frame: FrameType | None) -> None:
    """The wake-up byte says it all; a handler must be there, or Python would not write it."""
