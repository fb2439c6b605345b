"""What every test of a running tab waits for."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from ui.shell.model_tab import ModelTab


def settled(tab: ModelTab, *phases: str) -> Callable[[], bool]:
    """Whether all that was asked for is done, and the tab is at rest (in one of these phases) and shows where it is.

    A phase alone would not do: a run that does some single steps is "paused" while it does them.
    """

    def check() -> bool:
        session = tab.session
        if not session.settled:
            return False
        assert session.snapshot is not None
        assert session.snapshot.step == session.status.position
        assert len(session.history) == session.status.head
        return not phases or session.status.phase in phases

    return check


def settle(tab: ModelTab, qtbot: QtBot, *phases: str) -> None:
    """Wait until it is so."""
    qtbot.waitUntil(settled(tab, *phases))


def quiet(count: Callable[[], int], qtbot: QtBot) -> int:
    """Wait until something that was told to rest is counted no further; returns the count.

    What is under way when it is told still arrives. Something that does not rest ends in the test's timeout.
    """
    known = -1
    while known != count():
        known = count()
        qtbot.wait(120)
    return known
