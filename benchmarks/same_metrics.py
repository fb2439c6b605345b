"""Whether every preset still ends with the very numbers it had: `playground run … --json` of two versions, compared.

    python -m benchmarks.same_metrics record FILE            # in the earlier version
    python -m benchmarks.same_metrics compare FILE           # in the later one; exit code 1 where a number differs

Takes some minutes. What a run took in seconds is left out. Presets that work a batch out in shards differ in the last
digits; --one-shard compares them as they were.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.config import settings_of
from models.registry import MODELS, get_model


def outcomes(only: list[str], one_shard: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """(“model/preset”, what the command line says of it) for every preset, one after the other."""
    for name in MODELS:
        model = get_model(name)
        sharded = one_shard and any(setting.name == "shards" for setting in settings_of(model.config))
        for preset in model.presets:
            key = f"{name}/{preset}"
            if only and not any(word in key for word in only):
                continue
            command = [sys.executable, "-m", "playground", "run", name, "--preset", preset, "--json", "--quiet"]
            done = subprocess.run(command + ["--shards", "1"] * sharded, capture_output=True, text=True, check=False)
            said = json.loads(done.stdout) if done.stdout.strip() else {}
            said.pop("seconds", None)
            yield key, {"code": done.returncode, "metrics": said.get("metrics"), "steps": said.get("steps")}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("record", "compare"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--only", nargs="*", default=[], help="parts of “model/preset”")
    parser.add_argument("--one-shard", action="store_true")
    options = parser.parse_args()
    if options.what == "record":
        found = {}
        for key, outcome in outcomes(options.only, options.one_shard):
            found[key] = outcome
            options.file.write_text(json.dumps(found, indent=1) + "\n")
            print(key, outcome["code"])
        return 0
    wanted = json.loads(options.file.read_text())
    different = 0
    for key, outcome in outcomes(options.only, options.one_shard):
        same = key in wanted and all(outcome[part] == wanted[key][part] for part in outcome)
        different += not same
        print(f"{key}: {'the same' if same else f'DIFFERENT: {outcome} instead of {wanted.get(key)}'}", flush=True)
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main())
