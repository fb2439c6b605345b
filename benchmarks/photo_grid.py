"""How many photographs of digits a trained network reads, as a table by paper, pen and light.

    python benchmarks/photo_grid.py EXPERIMENT.npz FOLDER

FOLDER holds pictures called LABEL-PAPER-TOOL-LIGHT-NUMBER.jpg; where LABEL is "blank", nothing is written on them.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from models.data.drawing.photos import prepare_photo, read_photo
from playground.engine.experiment import data_of, read, resume


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("experiment", type=Path)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    experiment = read(given.experiment)
    classifier = experiment.model.classifier
    snapshot = resume(experiment, data_of(experiment)).snapshot()
    names = classifier.class_names(snapshot)
    counts: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    seconds, slowest = 0.0, 0.0
    for path in sorted(given.folder.glob("*.jpg")):
        label, *kind = path.stem.split("-")[:4]
        photo = read_photo(path)
        started = time.perf_counter()
        seen = prepare_photo(photo)
        took = time.perf_counter() - started
        seconds, slowest = seconds + took, max(slowest, took)
        answer = names[int(np.argmax(classifier.predict(snapshot, seen.image[None]).probabilities[0]))]
        count = counts[tuple(kind)]
        count[0] += 1
        count[1] += (seen.empty and label == "blank") or (not seen.empty and answer == label)
        count[2] += seen.empty
        count[3] += seen.several
    print(f"{'paper':9}{'tool':8}{'light':8}{'photos':>7}{'right':>7}{'empty':>7}{'several':>9}")
    for kind, count in sorted(counts.items()):
        print(f"{kind[0]:9}{kind[1]:8}{kind[2]:8}{count[0]:7}{count[1]:7}{count[2]:7}{count[3]:9}")
    for words, rows in (("all", list(counts.values())), ("pencil", [c for k, c in counts.items() if "pencil" in k])):
        total = np.sum(rows, axis=0) if rows else np.zeros(4, int)
        share = total[1] / max(total[0], 1)
        print(f"{words:25}{total[0]:7}{total[1]:7}{total[2]:7}{total[3]:9}   {100 * share:.1f} % right")
    photos = sum(count[0] for count in counts.values())
    print(f"{1000 * seconds / max(photos, 1):.0f} ms for a photo, {1000 * slowest:.0f} ms at most")


if __name__ == "__main__":
    main()
