"""A sweep: all combinations, all seeds, each the very run that `playground run` does, and an honest comparison."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import random
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from models.base import MetricSpec
from models.errors import ConfigError
from models.registry import MODELS, get_model
from playground import sweep_tables
from playground.cli import main
from playground.sweep import plan as planning
from playground.sweep import pool
from playground.sweep.plan import Plan
from playground.sweep.pool import Result
from playground.sweep.summary import ranking_metrics, summary

ROOT = Path(__file__).parents[3]
BOUNDARY = get_model("boundary")
ACCURACY = MetricSpec("held_out_accuracy", "held-out accuracy", "accuracy", unit="%", held_out=True, better="higher")
FAST = ["--epochs", "3", "--points-per-class", "20"]
DIVERGING = ["--loss", "mse_sum", "--optimizer", "sgd", "--schedule", "constant", "--output-activation", "identity"]
"""Settings with which boundary comes through at a step size of 1e-4 and diverges at 10."""


def plan(seeds: int | None = None, **values: tuple[Any, ...]) -> Plan:
    return planning.plan(BOUNDARY, "circles", {"epochs": (3,), "points_per_class": (20,), **values}, seeds)


def output_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints; on stderr there is nothing, or one sentence when it fails."""
    assert main(words) == code
    out, err = capsys.readouterr()
    err = "".join(line for line in err.splitlines(keepends=True) if "Coordinates are" not in line)  # of a table
    assert err.count("\n") == (code != 0)
    return out


def json_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(output_of(capsys, *words, "--json", code=code))
    return result


# The plan ----------------------------------------------------------------------------------------------------------


def test_axes_are_the_settings_with_several_values() -> None:
    made = plan(2, learning_rate=(0.01, 0.1), optimizer=("sgd",), hidden=((4,), (8, 8), ()))
    assert made.axes == {"hidden": ((4,), (8, 8), ()), "learning_rate": (0.01, 0.1)}
    assert made.fixed["optimizer"] == "sgd"
    assert not {"hidden", "learning_rate", "seed"} & set(made.fixed)
    assert len(made.configs) == 3 * 2 * 2
    assert len(set(made.configs)) == len(made.configs)
    assert [config.seed for config in made.configs[:4]] == [0, 1, 0, 1]
    assert all(config.epochs == 3 for config in made.configs)


@pytest.mark.parametrize(
    ("given", "seeds", "expected"),
    [((), None, (0, 1, 2)), ((7,), None, (7, 8, 9)), ((7,), 1, (7,)), ((3, 5), None, (3, 5))],
)
def test_seeds(given: tuple[int, ...], seeds: int | None, expected: tuple[int, ...]) -> None:
    made = plan(seeds, **({"seed": given} if given else {}))
    assert made.seeds == expected
    assert made.axes == {}
    assert [config.seed for config in made.configs] == list(expected)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("boundary --seed 1 2 --seeds 3", "give several seeds, or how many, but not both"),
        ("boundary --seeds 0", "--seeds: must be a whole number from 1 to 1,000 (it was 0)"),
        ("boundary --jobs none", "--jobs: must be a whole number"),
        ("boundary --metric f1", "--metric"),
        ("boundary --learning-rate 0.1 fast", "--learning-rate must be a number"),
        ("boundary --learning-rate 0.1 -1", "(it was -1)"),
        ("boundary --optimizer sgd adm", "did you mean adam?"),
        ("boundary --hiden 5", "did you mean --hidden?"),
        ("boundary --preset none", "Choose one of: circles"),
        ("boundary --save x.npz", "There is no option --save"),
        ("boundary --seeds 501 --hidden 4 --hidden 5", "That makes 1,002 runs (2 settings, 501 seeds each)"),
        (f"boundary --seed 0 --batch-size {' '.join(str(n) for n in range(1, 400))}", "leave out values"),
        ("boundary --data /nowhere.csv", "nowhere.csv"),
        ("boundary --csv /nowhere/x.csv", "--csv: there is no folder /nowhere"),
        ("perceptron", "Choose one of: digits"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(
    words: str, sentence: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "results", lambda *_args, **_options: pytest.fail("trained"))
    assert main(["sweep", *words.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert sentence in err
    assert err.count("\n") == 1


def test_a_grid_too_large_to_write_down_is_refused_at_once() -> None:
    many = tuple(range(1, 501))
    with pytest.raises(ConfigError, match="more than the 1,000 of a sweep"):
        plan(batch_size=many, points_per_class=many, epochs=many, patience=many)


def test_settings_that_do_not_fit_together_are_named() -> None:
    with pytest.raises(ConfigError, match="--hidden 4 4 --activation tanh relu tanh") as caught:
        plan(hidden=((4, 4), (4, 4, 4)), activation=(("tanh", "relu", "tanh"), ("tanh",)))
    assert str(caught.value).endswith(
        " A sweep takes a list again for each value: --activation tanh --activation relu."
    )
    with pytest.raises(ConfigError, match="--hidden 4 --activation tanh relu") as caught:
        plan(hidden=((4,),), activation=(("tanh", "relu"),), learning_rate=(0.1, 0.2))
    assert str(caught.value).endswith("--activation tanh --activation relu.")


def test_a_sweep_over_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "boundary", *FAST, "--hidden", "4", "5", "--seeds", "2", "--jobs", "1"]
    assert "Only the seed varied. A list is given again for each value" in output_of(capsys, *words)


# The runs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_run_gives_the_numbers_of_playground_run(jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ["--learning-rate", "0.1", "0.01", "--hidden", "6", "--hidden", "4", "4", "--seed", "3", "--seeds", "2"]
    swept = json_of(capsys, "sweep", "boundary", *FAST, *axes, "--jobs", jobs)
    assert swept["axes"] == {"hidden": [[4, 4], [6]], "learning_rate": [0.01, 0.1]}
    assert (swept["seeds"], swept["complete"], len(swept["runs"])) == ([3, 4], True, 8)
    for run in swept["runs"]:
        settings = ["--learning-rate", str(run["config"]["learning_rate"]), "--seed", str(run["seed"])]
        settings += ["--hidden", *(str(size) for size in run["config"]["hidden"])]
        alone = json_of(capsys, "run", "boundary", *FAST, *settings)
        assert alone["metrics"] == run["metrics"]
        assert (alone["steps"], alone["epochs"]) == (run["steps"], run["epochs"])
        assert alone["config"] == {**swept["config"], **run["config"], "seed": run["seed"]}


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_sweep_over_ones_own_data_gives_the_numbers_of_playground_run(
    jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The mixture's own start is made for its own three clusters: with other points both begin elsewhere."""
    table = tmp_path / "points.csv"
    rng = random.Random(4)
    table.write_text("a,b\n" + "\n".join(f"{rng.gauss(9 * (k % 2), 1)},{rng.gauss(0, 3)}" for k in range(80)))
    words = ["mixture", "--data", str(table)]
    swept = json_of(capsys, "sweep", *words, "--components", "2", "3", "--seeds", "1", "--jobs", jobs)
    assert len(swept["runs"]) == 2
    for run in swept["runs"]:
        assert "failed" not in run
        assert main(["run", *words, "--components", str(run["config"]["components"]), "--json"]) == 0
        alone = json.loads(capsys.readouterr().out)
        assert alone["config"]["start"] == "k-means++"
        assert alone["config"] == {**swept["config"], **run["config"], "seed": run["seed"]}
        assert alone["metrics"] == run["metrics"]
        assert alone["steps"] == run["steps"]
    out = output_of(capsys, "sweep", *words, "--components", "2", "3", "--seeds", "1", "--jobs", jobs)
    assert out.count("with points of your own the components begin at k-means++") == 1  # it is said, once
    kept = json_of(capsys, "sweep", *words, "--components", "2", "3", "--start", "original", "--seeds", "1")
    two, three = kept["runs"]
    assert "three components" in two["failed"]  # whoever insists is told why not
    assert "failed" not in three


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_can_be_swept(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    small = {
        "digits": "--hidden 4 --epochs 1 --batch-size 5000 --learning-rate 0.01 0.02",
        "cnn": "--preset faces-8 --epochs 1 --learning-rate 0.01 0.02",
        "boundary": "--epochs 2 --standardise --no-standardise",
        "bits": "--updates 50 --learning-rate 0.01 0.02",
        "hopfield": "--rule hebb pseudo-inverse",
        "mixture": "--start original k-means++",
    }
    length = get_model(name).length.replace("_", "-")  # what a model that is new here is swept by
    words = ["sweep", name, *small.get(name, f"--{length} 2 3").split(), "--seeds", "2", "--jobs", "1"]
    result = json_of(capsys, *words)
    assert len(result["runs"]) == 4
    assert [row["runs"] for row in result["summary"]] == [2, 2]
    assert "best" in [row["verdict"] for row in result["summary"]]
    assert main(["sweep", name, "--help"]) == 0
    assert "optimistic" in capsys.readouterr().out


def test_a_run_that_diverges_is_a_cell_and_not_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "boundary", *FAST, *DIVERGING, "--learning-rate", "10", "1e-4", "--jobs", "1"]
    good, bad = json_of(capsys, *words)["summary"]
    assert (good["failed"], good["verdict"]) == (0, "best")
    assert (bad["failed"], bad["verdict"], bad["metrics"]) == (3, "", {})
    out = output_of(capsys, *words)
    assert "diverged │" in out
    assert "--learning-rate 10: Training diverged at step" in out


def test_a_sweep_in_which_nothing_comes_through_fails(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "boundary", *FAST, *DIVERGING, "--learning-rate", "10", "--seeds", "2", "--jobs", "1"]
    assert all("diverged" in run["failed"] for run in json_of(capsys, *words, code=1)["runs"])
    out = output_of(capsys, "sweep", "mixture", "--components", "2", "4", "--start", "original", "--jobs", "1", code=2)
    assert "refused │" in out


def test_progress_never_goes_back_and_ends_with_all_runs() -> None:
    seen: list[float] = []
    made = plan(3)
    assert len(list(pool.results(made, jobs=2, on_progress=seen.append))) == 3
    assert seen == sorted(seen)
    assert seen[-1] == 3


# Processes ---------------------------------------------------------------------------------------------------------


def test_who_leaves_early_leaves_no_process_behind() -> None:
    with closing(pool.results(plan(3, epochs=(3, 10_000)), jobs=2)) as results:
        next(results)
        assert multiprocessing.active_children()
    assert not multiprocessing.active_children()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="a signal of Unix")
def test_a_process_that_is_killed_costs_its_own_run_only() -> None:
    made = plan(1, epochs=(3, 4, 5, 10_000))
    found = []
    with closing(pool.results(made, jobs=2)) as results:
        for result in results:
            found.append(result)
            if len(found) == 3:  # only the long one is left
                for child in multiprocessing.active_children():
                    os.kill(child.pid or 0, signal.SIGKILL)
    long = found.pop()
    assert long.config.epochs == 10_000  # type: ignore[attr-defined]
    assert "ended early (exit code -9)" in (long.failed or "")
    assert all(result.failed is None for result in found)
    assert not multiprocessing.active_children()


@contextmanager
def started(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A sweep in a process group of its own, with a progress bar, whose processes all run; none is left afterwards."""
    env = {**os.environ, "FORCE_COLOR": "1"}
    command = [sys.executable, "-m", "playground", "sweep", "boundary", "--jobs", "2", *words]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=env, start_new_session=True, **streams) as process:
        try:
            assert process.stderr is not None
            shown = b""
            while b" of " not in shown:  # a run has said how far it is
                read = os.read(process.stderr.fileno(), 4096)
                assert read
                shown += read
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.usefixtures("control_c_counts")
@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("to_all", [True, False], ids=["to all processes", "to the first"])
def test_a_sweep_can_be_stopped(number: signal.Signals, to_all: bool) -> None:
    with started("--epochs", "1", "100000") as process:
        os.killpg(process.pid, number) if to_all else process.send_signal(number)
        _, err = process.communicate(timeout=60)  # the processes have our ends of the pipes: none of them is left
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143}[number]
    assert b"playground: stopped after " in err
    assert b"of 6 runs." in err
    assert b"Traceback" not in err


@pytest.mark.skipif(os.name != "posix", reason="signals of Unix")
def test_no_process_outlives_a_sweep_that_is_killed() -> None:
    with started("--epochs", "99999", "100000") as process:
        process.kill()
        _, err = process.communicate(timeout=60)
    assert b"Traceback" not in err


@pytest.mark.parametrize("flags", [["--json"], []])
def test_what_was_done_before_a_stop_is_shown(
    flags: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = pool.results

    def interrupted(*args: Any, **options: Any) -> Any:
        results = real(*args, **options)
        yield next(results)
        yield next(results)
        raise KeyboardInterrupt

    monkeypatch.setattr(pool, "results", interrupted)
    table = tmp_path / "sweep.csv"
    before = signal.getsignal(signal.SIGTERM)
    words = ["sweep", "boundary", *FAST, "--learning-rate", "0.1", "0.01", "--jobs", "1", "--csv", str(table)]
    assert main([*words, *flags]) == 130
    assert signal.getsignal(signal.SIGTERM) is before
    out, err = capsys.readouterr()
    assert err == "playground: stopped after 2 of 6 runs.\n"
    assert len(table.read_text().splitlines()) == 1 + 2
    if flags:
        result = json.loads(out)
        assert (result["complete"], len(result["runs"]), len(result["summary"])) == (False, 2, 1)
    else:
        assert "best" not in out


# The comparison ----------------------------------------------------------------------------------------------------


def found(made: Plan, *accuracies: float | None) -> list[Result]:
    """Results with these accuracies, in the plan's order; None is a run that diverged."""
    return [
        Result(config, 1, 1.0, 1.0, {}, "Training diverged at step 2.")
        if accuracy is None
        else Result(config, 1, 1.0, 1.0, {"held_out_accuracy": accuracy, "stop_reason": "done", "flag": True})
        for config, accuracy in zip(made.configs, accuracies, strict=True)
    ]


def test_mean_and_spread_over_the_seeds() -> None:
    made = plan(3, learning_rate=(0.01, 0.1))
    values = (0.90, 0.92, 0.97, 0.70, 0.70, 0.73)
    first, second = summary(made, found(made, *values)[::-1], ACCURACY)  # in whatever order they came
    assert first.settings == {"learning_rate": 0.01}
    assert [result.config.seed for result in first.results] == [0, 1, 2]  # type: ignore[attr-defined]
    assert set(first.figures) == {"held_out_accuracy"}
    figure = first.figures["held_out_accuracy"]
    assert figure.mean == pytest.approx(statistics.mean(values[:3]))
    assert figure.spread == pytest.approx(statistics.stdev(values[:3]))
    assert figure.standard_error == pytest.approx(statistics.stdev(values[:3]) / 3**0.5)
    assert (first.verdict, second.verdict) == ("best", "")


@pytest.mark.parametrize(
    ("accuracies", "verdicts"),
    [
        ((0.90, 0.94, 0.91, 0.91), ("best", "as good")),  # within its standard error of 0.02
        ((0.90, 0.94, 0.89, 0.89), ("best", "")),
        ((0.90, 0.90, 0.90, 0.90), ("best", "best")),
        ((0.70, 0.70, 0.99, None), ("best", "")),  # a mean over survivors would flatter the other
        ((None, 0.90, None, 0.99), ("", "")),
        ((None, None, None, None), ("", "")),
    ],
)
def test_which_is_best(accuracies: tuple[float | None, ...], verdicts: tuple[str, ...]) -> None:
    made = plan(2, learning_rate=(0.01, 0.1))
    rows = summary(made, found(made, *accuracies), ACCURACY)
    assert tuple(row.verdict for row in rows) == verdicts


def test_of_a_loss_the_lowest_is_best() -> None:
    made = plan(1, learning_rate=(0.01, 0.1))
    results = [Result(config, 1, 1.0, 1.0, {"loss": config.learning_rate}) for config in made.configs]  # type: ignore[attr-defined]
    rows = summary(made, results, MetricSpec("loss", "training loss", "loss", better="lower"))
    assert [row.verdict for row in rows] == ["best", ""]
    assert rows[0].figures["loss"].spread is None


def test_the_first_held_out_metric_is_the_headline() -> None:
    """Of every model that has one; the others are ranked by the first figure that can be good or bad."""
    for name in MODELS:
        model = get_model(name)
        ranked = ranking_metrics(model)
        held_out = [spec for spec in model.metrics if spec.held_out and spec.better]
        assert ranked[0] == (held_out or [spec for spec in model.metrics if spec.better])[0]
        assert {spec.name for spec in ranked} == {spec.name for spec in model.metrics if spec.better}
    assert ranking_metrics(get_model("digits"))[0].name == "test_accuracy"
    assert ranking_metrics(get_model("hopfield"))[0].name == "overlap"


def test_two_axes_are_also_a_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    made = plan(2, learning_rate=(0.01, 0.1), optimizer=("sgd", "adam", "nesterov"))
    values = (0.5, 0.6, 0.7, 0.8, None, 0.9, 0.9, 0.9, None, None, 0.6, 0.6)
    rows = summary(made, found(made, *values), ACCURACY)
    sweep_tables.print_tables(made, rows, ACCURACY)
    _, matrix = capsys.readouterr().out.split("held-out accuracy: optimizer down, learning-rate across\n")
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in matrix.splitlines() if line.startswith("│")]
    assert lines == [
        ["sgd", "55.00 %", "75.00 %"],
        ["adam", "1 of 2 diverged 90.00 %", "best 90.00 %"],
        ["nesterov", "diverged", "60.00 %"],
    ]
    assert "optimistic" in matrix


def test_one_axis_is_no_matrix_and_one_seed_no_spread(capsys: pytest.CaptureFixture[str]) -> None:
    made = plan(1, learning_rate=(0.01, 0.1))
    sweep_tables.print_tables(made, summary(made, found(made, 0.5, 0.7), ACCURACY), ACCURACY)
    out = capsys.readouterr().out
    assert "across" not in out
    assert "±" not in out
    assert "One seed cannot tell a difference from chance" in out


def test_the_metric_that_chooses_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["sweep", "boundary", *FAST, "--learning-rate", "0.1", "0.01", "--jobs", "1"]
    result = json_of(capsys, *words, "--metric", "held_out_loss")
    assert result["metric"] == "held_out_loss"
    best = min(result["summary"], key=lambda row: row["metrics"]["held_out_loss"]["mean"])
    assert best["verdict"] == "best"


def test_a_row_for_each_run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "sweep.csv"
    words = ["sweep", "boundary", *FAST, *DIVERGING, "--hidden", "4", "--hidden", "4", "4", "--seeds", "2"]
    words += ["--learning-rate", "10", "0.000123456789", "--jobs", "1", "--csv", str(path)]
    runs = json_of(capsys, *words)["runs"]
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    assert len(rows) == len(runs) == 8
    for row, run in zip(rows, runs, strict=True):
        assert row["hidden"] == ", ".join(str(size) for size in run["config"]["hidden"])
        assert float(row["learning_rate"]) == run["config"]["learning_rate"]
        assert int(row["seed"]) == run["seed"]
        assert row["failed"] == run.get("failed", "")
        if "metrics" in run:
            assert float(row["held_out_accuracy"]) == run["metrics"]["held_out_accuracy"]
        else:
            assert row["held_out_accuracy"] == ""


def test_a_disk_that_is_full_does_not_take_the_result(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sweep_tables.CsvTable, "add", full)
    monkeypatch.setattr("playground.cli._check_target", lambda *_args: None)
    assert main(["sweep", "boundary", *FAST, "--jobs", "1", "--json", "--csv", os.devnull]) == 2
    out, err = capsys.readouterr()
    assert len(json.loads(out)["runs"]) == 1
    assert "No space left on device" in err


def test_nothing_heavy_is_loaded_to_refuse_a_word() -> None:
    heavy = ("numpy", "playground.sweep.plan", "rich")
    code = f"import sys, playground.cli; sys.exit(any(m in sys.modules for m in {heavy}))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
