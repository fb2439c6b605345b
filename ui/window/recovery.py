"""Every run that has moved is saved behind the user's back, and offered again after a crash."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from models.errors import DataError
from playground.live.recovery import Autosaves, Leftover
from ui.window.pages import Pages
from ui.window.registry import TABS

if TYPE_CHECKING:
    from playground.live.messages import Opened, Saved
    from ui.shell.model_tab import ModelTab
    from ui.shell.page import Page

INTERVAL = 30_000
"""Milliseconds between two autosaves of runs that have moved."""


class Recovery(QObject):
    """Autosaves while the window lives, and what the last one left behind.

    Args:
        pages: whose runs are saved.
        autosaves: where; None to save nothing.
    """

    def __init__(self, pages: Pages, autosaves: Autosaves | None) -> None:
        super().__init__(pages)
        self._pages, self._autosaves = pages, autosaves
        self._saved_at: dict[str, tuple[int, ...]] = {}  # run, step, head, revision of a tab's autosave
        self._saving: dict[str, tuple[int, int]] = {}  # head and revision of the autosave that is under way
        self._failed = False
        self._training: set[str] = set()  # the models whose runs were training when the window was closed
        self._leftover: Leftover | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self.autosave)
        pages.made.connect(self._on_made)
        if autosaves is not None:
            self._timer.start()

    @Slot(object)
    def _on_made(self, page: Page) -> None:
        tab = self._pages.runs.get(page.name)
        if tab is not None:
            tab.session.opened.connect(self._on_opened)
            tab.session.saved.connect(self._on_saved)

    # While the window lives ----------------------------------------------------------------------------------------

    @Slot()
    def autosave(self) -> None:
        """Save every run that has moved since it was last saved, into this process's autosave folder."""
        if self._autosaves is None:
            return
        for name, tab in self._pages.runs.items():
            status, revision = tab.session.status, tab.session.revision
            at_rest = status.phase != "running"  # the figures of a hidden tab stand still while it trains
            untouched = status.head == 0 and revision == 0
            if status.phase in ("empty", "loading") or (at_rest and untouched):
                continue
            try:
                path = self._autosaves.path(name)
            except OSError as error:
                self._say_no_autosave(tab, error)
                return
            self._failed = False
            place = (status.run_id, status.position, status.head, revision)
            if at_rest and self._saved_at.get(name) == place and path.exists():
                continue
            self._saving[name] = (status.head, revision)
            tab.session.save(path, tab.drawings(), autosave=True)

    def _say_no_autosave(self, tab: ModelTab, error: OSError) -> None:
        """Once, though it is tried again and again: somebody may mend the folder."""
        if not self._failed:
            self._failed = True
            tab.banner.say(
                "Autosave is off",
                f"The data folder cannot be used: {error.strerror or error}. Save your work with File → Save.",
                "warning",
            )

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        """Only now is an autosave known to be there: one that failed is tried again the next time."""
        if saved.autosave:
            name = saved.path.stem
            self._saved_at[name] = (saved.run_id, saved.step, *self._saving[name])

    def stop(self) -> None:
        """Save no more but the runs that are training: they are offered at the next start."""
        self._timer.stop()
        if self._autosaves is None:
            return
        for name, tab in self._pages.runs.items():
            if tab.session.training and tab.session.status.phase == "running":
                try:
                    path = self._autosaves.path(name)
                except OSError:  # the folder cannot be used, which was said when it was tried first
                    return
                self._saving[name] = (tab.session.status.head, tab.session.revision)
                tab.session.save(path, tab.drawings(), autosave=True)
                self._training.add(name)

    def close(self) -> None:
        """A clean end needs no recovery."""
        if self._autosaves is not None:
            self._autosaves.close(self._training)

    # After a crash -------------------------------------------------------------------------------------------------

    def offer(self) -> None:
        """If the last window did not close properly, or was closed in mid-training, offer its newest runs."""
        if self._autosaves is None:
            return
        leftovers = [leftover for leftover in self._autosaves.leftovers() if leftover.model in TABS]
        if not leftovers:
            return
        newest = leftovers[0]
        title = TABS[newest.model][0]
        when = time.strftime("%H:%M on %d %B", time.localtime(newest.modified))
        others = f" ({len(leftovers) - 1} more after it)" if len(leftovers) > 1 else ""
        self._leftover = newest
        self._pages.current.banner.say(
            "A run was still training" if newest.closed else "The playground ended unexpectedly",
            f"Your {title} run was saved at {when}{others}.",
            "info",
            [("Open it", self.recover), ("Discard", self.discard)],
        )

    @Slot()
    def recover(self) -> None:
        """Open the run that was offered, in the tab that it belongs to, whatever its file is called."""
        from playground.engine.experiment import model_of

        assert self._leftover is not None
        with suppress(DataError):  # a damaged file: the tab that it is named after says what is wrong with it
            name = model_of(self._leftover.path)
            if name in TABS:
                self._leftover = replace(self._leftover, model=name)
        self._pages.bring(self._leftover.model)
        self._pages.tab(self._leftover.model).open_experiment(self._leftover.path)

    @Slot()
    def discard(self) -> None:
        """Forget the run that was offered, and offer the next one."""
        if self._autosaves is not None and self._leftover is not None:
            self._autosaves.discard(self._leftover)
        self._leftover = None
        self.offer()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        if self._leftover is None or self._autosaves is None or opened.path != self._leftover.path:
            return
        self._autosaves.adopt(self._leftover)  # safe from the next crash, too, before the next autosave
        self._leftover = None
        self.offer()
