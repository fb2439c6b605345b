"""Shared by all tests: helper modules beside the tests can be imported by their plain name."""

from __future__ import annotations

import functools
import os
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Everybody's tests try the same examples, so that what is green here is green there. To look for new ones:
# python -m pytest -m hypothesis --hypothesis-profile=search
settings.register_profile("same", derandomize=True)
settings.register_profile("search")
settings.load_profile("same")

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for folder in ("playground", "ui"):
    sys.path.insert(0, str(Path(__file__).parent / folder))

PATIENCE = 30_000
"""Milliseconds after which what is waited for will not come any more; under load it comes late."""


@pytest.fixture
def qtbot(qtbot):
    """The fixture of pytest-qt, more patient."""
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed"):
        setattr(qtbot, name, functools.partial(getattr(qtbot, name), timeout=PATIENCE))
    return qtbot


@pytest.fixture
def control_c_counts():
    """A shell starts what it runs in the background deaf to Ctrl+C, and children inherit that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
