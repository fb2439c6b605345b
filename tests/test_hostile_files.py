"""Damaged files of every kind are opened or refused in a sentence: a fast part of benchmarks/hostile_files.py."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "hostile_files.py"
KINDS = ["weights", "tables", "drawings", "pictures", "experiments", "idx"]


@pytest.fixture(scope="module")
def hostile():
    spec = importlib.util.spec_from_file_location("hostile_files", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules["hostile_files"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["hostile_files"]


@pytest.mark.parametrize("name", KINDS)
def test_a_good_file_is_opened_and_damaged_ones_are_refused_in_a_sentence(hostile, tmp_path, name):
    (kind,) = [kind for kind in hostile.kinds(tmp_path) if kind.name == name]
    rng, wrong, opened = random.Random(name), [], 0
    for file, content in kind.files.items():
        path = tmp_path / file
        path.write_bytes(content)
        assert hostile.tried(kind, path).opened
        for _ in range(40):
            path.write_bytes(hostile.mutated(content, rng))
            found = hostile.tried(kind, path)
            opened += found.opened
            if found.problem and not found.problem.startswith("took"):  # how long it takes, the script says
                wrong.append(found.problem)
    assert not wrong
    assert opened < 40 * len(kind.files)
