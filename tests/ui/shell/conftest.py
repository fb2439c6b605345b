"""Tabs of every model, shown and settled, and shut down after the test."""

from __future__ import annotations

import pytest
from waiting import settle

from ui.window.registry import make_tab


@pytest.fixture
def make(qtbot):
    """make(name): the tab of a model at full speed, with its first run built."""
    tabs = []

    def make(name: str):
        tab = make_tab(name)
        tabs.append(tab)
        qtbot.addWidget(tab)
        tab.resize(1280, 660)
        with qtbot.waitExposed(tab):
            tab.show()
        settle(tab, qtbot)
        tab.session.set_pace(None)
        return tab

    yield make
    for tab in tabs:
        tab.shutdown()
