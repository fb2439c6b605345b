"""Damaged and hostile files: each is opened or refused in a sentence, and none takes too much memory or time.

    python -m benchmarks.hostile_files [--count 2000] [--seed 1]

Good files of each kind (weights, tables, drawings, pictures, experiments, IDX) are changed at random: bits turned,
pieces cut out, doubled, exchanged for others, numbers in them replaced by huge ones. Reading them may succeed, or raise
our own error with a message of at most 300 signs that can be printed.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import struct
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.data.drawing.photos import prepare_photo, read_photo
from models.data.drawing.strokes import Drawing, format_drawings, prepare, read_drawings
from models.data.pictures.idx import read_idx
from models.data.points.tables import points_from_table
from models.data.tables.reading import read_table
from models.errors import LONGEST, PlaygroundError
from models.registry import get_model
from models.supervised.weights_io import load_weights, save_weights
from playground.engine import experiment
from playground.engine.run import train

MOST_MEMORY = 300 * 2**20
MOST_SECONDS = 2.0
HUGE = [
    b"99999999999",
    b"-1",
    b"1e999",
    b"NaN",
    b"0",
    b"[[[[[[[[",
    b"\xff\xfe",
    b"\0\0\0\0",
    b"\x7f\xff\xff\xff",
    b"()",
    b"'",
]
WEIGHTS = {"layer1.weight": np.ones((4, 3), np.float32), "layer1.bias": np.zeros(3, np.float32)}


@dataclass(frozen=True)
class Kind:
    """Files of one kind: good ones, and what the program does with one."""

    name: str
    files: dict[str, bytes]
    read: Callable[[Path], object]


@dataclass(frozen=True)
class Found:
    """What happened to one file."""

    problem: str
    opened: bool
    seconds: float
    memory: int


def _weights(folder: Path) -> dict[str, bytes]:
    files = {}
    for name in ("w.npz", "w.safetensors"):
        save_weights(folder / name, WEIGHTS, {"model": "boundary"})
        files[name] = (folder / name).read_bytes()
    return files


def _pictures() -> dict[str, bytes]:
    from PIL import Image, ImageDraw

    image = Image.new("L", (60, 80), 240)
    ImageDraw.Draw(image).line([(20, 10), (35, 40), (30, 70)], fill=20, width=5)
    files = {}
    for kind, suffix in (
        ("PNG", "png"),
        ("JPEG", "jpg"),
        ("WEBP", "webp"),
        ("BMP", "bmp"),
        ("GIF", "gif"),
        ("TIFF", "tif"),
    ):
        stream = io.BytesIO()
        image.save(stream, kind)
        files[f"p.{suffix}"] = stream.getvalue()
    return files


def _drawings() -> dict[str, bytes]:
    stroke = np.array([[10, 10], [20, 40], [25.5, 60]], np.float32)
    drawings = [Drawing((stroke, stroke + 5), 100, 100, label=k % 10) for k in range(5)]
    return {"one.json": format_drawings(drawings[:1]).encode(), "many.json": format_drawings(drawings).encode()}


def _tables() -> dict[str, bytes]:
    rng = np.random.default_rng(1)
    rows = [f"{x:.3f},{y:.3f},{'ab'[k % 2]}" for k, (x, y) in enumerate(rng.normal(0, 1, (30, 2)))]
    comma = "\n".join(["height,width,kind", *rows]).encode()
    german = comma.replace(b",", b";").replace(b".", b",")
    return {
        "t.csv": comma,
        "t.tsv": comma.replace(b",", b"\t"),
        "g.csv": german,
        "u.csv": comma.decode().encode("utf-16"),
    }


def _experiments(folder: Path) -> dict[str, bytes]:
    model = get_model("mixture")
    config = model.presets[model.default_preset].config.model_copy(update={"points_per_cluster": 10})
    data = model.load(config)
    run, _ = train(model.trainer(config, data), metrics=model.metrics)
    origin = experiment.saved_origin(data)
    experiment.write(folder / "e.npz", experiment.Experiment(model, run.recording(), origin))
    return {"e.npz": (folder / "e.npz").read_bytes()}


def _idx() -> dict[str, bytes]:
    pictures = np.zeros((3, 28, 28), np.uint8)
    return {"i.idx": struct.pack(">HBBIII", 0, 8, 3, 3, 28, 28) + pictures.tobytes()}


def _read_drawings(path: Path) -> None:
    for drawing in read_drawings(path):
        prepare(drawing, stages=True)


def _read_table(path: Path) -> None:
    points_from_table(read_table(path))


def _read_experiment(path: Path) -> None:
    opened = experiment.read(path)
    run = experiment.resume(opened, experiment.data_of(opened))
    run.trainer.snapshot()


def kinds(folder: Path) -> list[Kind]:
    """All kinds of files, with good ones of each."""
    return [
        Kind("weights", _weights(folder), lambda path: load_weights(path, WEIGHTS)),
        Kind("tables", _tables(), _read_table),
        Kind("drawings", _drawings(), _read_drawings),
        Kind("pictures", _pictures(), lambda path: prepare_photo(read_photo(path), stages=True)),
        Kind("experiments", _experiments(folder), _read_experiment),
        Kind("idx", _idx(), read_idx),
    ]


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The content with one to four random changes."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place, length = rng.randrange(len(changed) + 1), rng.randint(1, 40)
        what = rng.randrange(7)
        if what == 0 and place < len(changed):
            changed[place] ^= 1 << rng.randrange(8)
        elif what == 1:
            changed[place : place + length] = rng.choice(HUGE)
        elif what == 2:
            del changed[place : place + length]
        elif what == 3:
            changed[place:place] = changed[place : place + length] * rng.randint(1, 50)
        elif what == 4:
            changed[place : place + length] = rng.randbytes(length)
        elif what == 5:
            del changed[place:]
        else:
            numbers = [k for k in range(len(changed)) if 48 <= changed[k] < 58]
            if numbers:
                at = rng.choice(numbers)
                changed[at : at + 1] = rng.choice(HUGE)
    return bytes(changed)


def _peak() -> int:
    """Bytes of memory that this process has held at the most since the last call of `_forget_peak`; 0 where unknown."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")), 0)


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def tried(kind: Kind, path: Path) -> Found:
    """Read one file and watch what happens."""
    _forget_peak()
    before, start = _peak(), time.process_time()
    problem, opened = "", False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kind.read(path)
        opened = True
    except PlaygroundError as error:
        message = str(error)
        if len(message) > LONGEST or not message.replace("\n", " ").isprintable():
            problem = f"a message of {len(message)} signs: {message[:80]!r}"
    except Exception as error:
        problem = f"{type(error).__name__}: {str(error)[:100]}"
    seconds, memory = time.process_time() - start, _peak() - before
    if not problem and seconds > MOST_SECONDS:
        problem = f"took {seconds:.1f} s"
    if not problem and memory > MOST_MEMORY:
        problem = f"took {memory >> 20} MB"
    return Found(problem, opened, seconds, memory)


def main() -> int:
    """Try them all; exit code 1 when a file did something else than to open or to be refused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--count", type=int, default=2000, help="mutated files of each kind")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bad = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in kinds(folder):
            rng, results = random.Random(f"{kind.name}{options.seed}"), []
            for number in range(options.count):
                file = rng.choice(sorted(kind.files))
                path = folder / file
                path.write_bytes(mutated(kind.files[file], rng))
                results.append(tried(kind, path))
                if results[-1].problem:
                    print(f"  {kind.name} {number} ({file}): {results[-1].problem}")
            wrong = sum(bool(result.problem) for result in results)
            bad += wrong
            line = {
                "kind": kind.name,
                "files": len(results),
                "opened": sum(result.opened for result in results),
                "wrong": wrong,
                "seconds": round(max(result.seconds for result in results), 2),
                "MB": max(result.memory for result in results) >> 20,
            }
            print(json.dumps(line), flush=True)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
