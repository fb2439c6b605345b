"""Shared by all tests: helper modules beside the tests can be imported by their plain name."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
for folder in ("playground", "ui"):
    sys.path.insert(0, str(Path(__file__).parent / folder))
