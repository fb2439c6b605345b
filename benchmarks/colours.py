"""How well networks name colours that single people named in the survey (a file that does not ship), and how fast.

    python -m benchmarks.colours survey-5000.csv [--seeds 5]

The table has columns r, g, b and term: one answer of one person in each line. Nothing here is ever trained on; people
disagree, so the best that any answer could reach was once measured as 86.9 %.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.colours.by_hand import SEEDS, best_of
from models.colours.carried import carried
from models.colours.model import MODEL, PRESETS
from models.colours.predict import names_of
from models.data.colours.survey import BASIC
from models.data.colours.tables import read_colours
from playground.engine.run import limit_blas, train


@dataclass(frozen=True)
class Judge:
    """The answers of people: colours (N, 3) and the number of each one's term (N,)."""

    colours: np.ndarray
    terms: np.ndarray

    def share(self, answers: np.ndarray) -> float:
        """Share of the people who said the same."""
        return float(np.mean(answers == self.terms))


def main() -> None:
    """Print a line for each preset and seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("survey", type=Path, help="a table with columns r, g, b, term")
    parser.add_argument("--seeds", type=int, default=5)
    options = parser.parse_args()
    found = read_colours(options.survey)
    if found.words is None:
        raise SystemExit("The table has no column “term”.")
    known = [word in BASIC for word in found.words]
    judge = Judge(found.colours[known], np.array([BASIC.index(word) for word in found.words if word in BASIC]))
    limit_blas()
    print(f"{len(judge.terms)} answers of people; held out are names of the survey (or colours, for “own”)")
    print(f"{'preset':<12}{'seed':>5}{'held out':>10}{'people':>9}{'2 digits':>10}{'1 digit':>9}{'seconds':>9}")
    for name, preset in PRESETS.items():
        for seed in range(options.seeds):
            config = preset.config.model_copy(update={"seed": seed})
            trainer = MODEL.trainer(config, MODEL.load(config))
            start = time.perf_counter()
            run, _ = train(trainer, metrics=MODEL.metrics)
            seconds = time.perf_counter() - start
            snapshot = trainer.snapshot()
            line = f"{name:<12}{seed:>5}{run.history.at(run.position)['test_accuracy']:>10.3f}"
            if preset.config.terms == "eleven":
                line += f"{judge.share(names_of(snapshot, judge.colours)):>9.4f}"
                for digits in (2, 1):
                    rounded = carried(snapshot.parameters, config, snapshot.data.names, digits)
                    line += f"{judge.share(rounded.answers(judge.colours)):>{10 if digits == 2 else 9}.4f}"
            else:
                line += 28 * " "
            print(f"{line}{seconds:>9.2f}", flush=True)
    best = best_of()
    share = judge.share(best.numbers.answers(judge.colours))
    print(
        f"by hand: seed {best.seed} of {SEEDS}, chosen by its held-out names ({best.held_out:.3f}): people {share:.4f}"
    )


if __name__ == "__main__":
    main()
