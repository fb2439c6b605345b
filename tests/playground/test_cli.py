"""The command line: what programs read on stdout, what people read on stderr, and the exit code that says which."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import toy

from models import digits
from models.base import DataError, Preset, Report, ReportTable
from models.config import settings_of
from models.registry import MODELS, get_model
from playground.cli import main
from playground.engine import experiment

ROOT = Path(__file__).parents[2]
SMALL = ["--hidden", "8", "--epochs", "1", "--batch-size", "2000"]
KEYS = ["model", "preset", "config", "steps", "epochs", "seconds", "metrics"]


@pytest.fixture
def toy_model(monkeypatch):
    monkeypatch.setitem(MODELS, "toy", "toy")
    return toy.MODEL


def no_constant(text: str) -> NoReturn:
    raise AssertionError(f"{text} is not JSON")


def result_of(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """The one JSON object that a command prints; everything else is silence."""
    assert main([*words, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    result: dict[str, Any] = json.loads(out, parse_constant=no_constant)
    return result


def refusal_of(capsys: pytest.CaptureFixture[str], *words: str, code: int = 2) -> str:
    """The one sentence with which a command is refused."""
    assert main(words) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("playground: ")
    assert err.endswith((".\n", "?\n"))
    assert err.count("\n") == 1
    return err


def environment(**more: str) -> dict[str, str]:
    hidden = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "FORCE_COLOR")
    return {name: value for name, value in os.environ.items() if name not in hidden} | more


def start(*words: str, env: dict[str, str] | None = None, **streams: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "playground", *words]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.Popen(command, cwd=ROOT, env=env or environment(), **streams)


# playground run ----------------------------------------------------------------------------------------------------


def test_one_json_object(capsys):
    result = result_of(capsys, "run", "digits", *SMALL, "--learning-rate", "0.01", "--seed", "3")
    assert list(result) == KEYS
    assert (result["model"], result["preset"], result["steps"], result["epochs"]) == ("digits", "default", 30, 1.0)
    assert (result["config"]["hidden"], result["config"]["learning_rate"]) == ([8], 0.01)
    assert set(result["metrics"]) == {"loss", "accuracy", "test_loss", "test_accuracy"}
    assert 0.1 < result["metrics"]["test_accuracy"] < 1
    assert result["seconds"] > 0
    config = digits.DigitsConfig.model_validate_json(json.dumps(result["config"]))
    assert config.seed == 3


def test_the_same_command_gives_the_same_numbers(capsys):
    first, second = (result_of(capsys, "run", "digits", *SMALL) for _ in range(2))
    assert first["metrics"] == second["metrics"]


def test_a_table_on_stdout_and_nothing_else(capsys):
    assert main(["run", "digits", *SMALL, "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for word in ("Digits · default", "held-out accuracy", "steps", "epochs", "seconds"):
        assert word in out


def test_progress_goes_to_stderr(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main(["run", "digits", "--hidden", "8", "--epochs", "1"]) == 0
    out, err = capsys.readouterr()
    assert "held-out accuracy" in out
    assert "step " in err
    assert "step " not in out


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_runs_saves_and_comes_back(name, capsys, tmp_path):
    model = get_model(name)
    fast = {"digits": SMALL, "cnn": ["--preset", "faces-8", "--epochs", "5"], "boundary": ["--epochs", "20"]}
    words = fast.get(name, [])
    path = tmp_path / "run.npz"
    result = result_of(capsys, "run", name, *words, "--save", str(path))
    assert list(result)[: len(KEYS)] == KEYS
    assert set(result) - set(KEYS) == ({"generated"} if name == "sequence" else set())
    assert result["model"] == name
    assert result["preset"] in model.presets
    opened = experiment.read(path)
    run = experiment.resume(opened, experiment.data_of(opened))
    assert run.position == result["steps"] > 0
    assert json.loads(run.trainer.config.model_dump_json()) == result["config"]
    assert main(["run", name, *words, "--quiet"]) == 0
    out, _ = capsys.readouterr()
    assert model.title in out


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_help_text(name, capsys):
    assert main(["run", name, "--help"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for setting in settings_of(get_model(name).config):
        assert f"--{setting.name.replace('_', '-')}" in out
    for preset in get_model(name).presets:
        assert preset in out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--help"], "playground run MODEL"),
        (["-h"], "playground classify"),
        (["run", "--help"], "digits"),
        (["classify", "--help"], "--experiment FILE"),
        (["tour", "--help"], "--out DIR"),
        (["--version"], "playground "),
    ],
)
def test_help(words, expected, capsys):
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert expected in out
    assert err == ""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("frobnicate", "neither a command (run, sweep, classify, export, generate, teach, tour) nor a file"),
        ("--frobnicate", "is not a command"),
        ("run perceptron", "Choose one of: digits"),
        ("run digits --preset huge", "--preset: digits has no “huge”. Choose one of: default, "),
        ("run digits --preset", "--preset"),
        ("run digits --hiden 8", "did you mean --hidden?"),
        ("run digits --hidden 8 x", "--hidden must be"),
        ("run digits --hidden -8", "--hidden must be"),
        ("run digits --epochs 0", "--epochs must be"),
        ("run digits --epochs 1e99", "--epochs must be"),
        ("run digits --learning-rate nan", "--learning-rate must be"),
        ("run digits --optimizer adm", "did you mean adam?"),
        ("run digits --json=yes", "--json takes no value"),
        ("run digits 8", "“8” does not belong to any option"),
        ("run digits --save", "--save"),
        ("run digits --data images", "does not exist"),
        ("run mixture --data /nowhere.csv", "nowhere.csv"),
        ("run boundary --dataset own", "--data points.csv"),
        ("run mixture --components 0", "--components must be"),
        ("run hopfield --data x", "There is no option --data"),
        ("run hopfield --corruption-rate 2", "--corruption-rate must be"),
        ("classify", "--experiment"),
        ("classify --experiment /nowhere.npz x.json", "/nowhere.npz does not exist"),
        ("tour", "--out"),
        ("tour --out x --theme pink", "--theme"),
        ("tour --out x --tab poker", "there is no tab called “poker”. Choose one of: digits"),
        ("tour --out x --size 12", "such as 1280x720"),
        ("tour --out x --size 1280x", "such as 1280x720"),
        ("tour --out x --size ²x²", "such as 1280x720"),
        ("tour --out x --size 999999x999999", "such as 1280x720"),
        (
            "tour --out /dev/null/x",
            "--out: /dev/null/x cannot be used as a folder: Not a directory. Choose another place",
        ),
    ],
)
def test_each_mistake_has_one_sentence(words, expected, capsys):
    assert expected in refusal_of(capsys, *words.split())


def test_run_without_a_model_lists_them(capsys):
    assert main(["run"]) == 2
    out, err = capsys.readouterr()
    assert "mixture" in out
    assert err == f"playground: Say which model to run: {', '.join(MODELS)}.\n"


@pytest.mark.parametrize("flags", [[], ["--json"]])
def test_divergence_is_exit_code_1(flags, capsys, tmp_path):
    words = ["--loss", "mse_sum", "--optimizer", "sgd", "--learning-rate", "10", "--schedule", "constant"]
    save = tmp_path / "run.npz"
    err = refusal_of(capsys, "run", "digits", *SMALL, *words, *flags, "--save", str(save), code=1)
    assert "diverged at step" in err
    assert "smaller" in err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("no/folder/run.npz", "there is no folder"),
        ("", "is a folder"),
        ("file/run.npz", "there is no folder"),
        ("/proc/run.npz", "nothing can be written to /proc/run.npz"),
        ("/dev/null", "is no plain file"),
        ("n" * 300, "nothing can be written to"),
    ],
)
def test_a_place_that_cannot_be_saved_to_is_refused_before_training(target, expected, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("playground.engine.run.train", lambda *_args: pytest.fail("trained"))
    (tmp_path / "file").touch()
    assert expected in refusal_of(capsys, "run", "digits", "--save", str(tmp_path / target))
    assert os.listdir(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_written_to(capsys, tmp_path, monkeypatch):
    def denied(**_options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.TemporaryFile", denied)
    assert "(Permission denied). Choose another place" in refusal_of(capsys, "run", "digits", "--save", f"{tmp_path}/x")


def test_a_disk_that_is_full_after_training_does_not_take_the_result(capsys, tmp_path, monkeypatch):
    def full(*_args):
        raise DataError("The disk is full.")

    monkeypatch.setattr(experiment, "write", full)
    assert main(["run", "digits", *SMALL, "--json", "--save", str(tmp_path / "run.npz")]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["metrics"]["test_accuracy"] > 0.1
    assert err == "playground: The disk is full.\n"


def test_whatever_a_model_reports_is_json(toy_model, capsys, monkeypatch):
    values = {
        "nan": float("nan"),
        "more": [np.float32("inf"), np.arange(3), (1, {"deep": np.float64("-inf")})],
        "count": np.int64(3),
        "yes": np.bool_(True),
        "text": "ß",
        "nothing": None,
        "path": Path("x"),
    }
    report = Report(("", "number"), (("Well done: ▁▂▃ [b]", None),), values)
    monkeypatch.setattr(toy, "MODEL", replace(toy_model, report=lambda _trainer: report))
    metrics = result_of(capsys, "run", "toy")["metrics"]
    assert metrics["nan"] is None
    assert metrics["more"] == [None, [0, 1, 2], [1, {"deep": None}]]
    assert (metrics["count"], metrics["yes"], metrics["text"], metrics["nothing"]) == (3, True, "ß", None)
    assert metrics["loss"] > 0
    assert main(["run", "toy", "--quiet"]) == 0
    assert capsys.readouterr().out.endswith("Well done: ▁▂▃ [b]\n")


def test_what_a_model_reports_is_padded_and_numbers_end_below_each_other(toy_model, capsys, monkeypatch):
    rows = (("one [b]", 1.0, 12), ("two", -1234.5678, 12345), ("three", None, "many"), ("That was all.", None, None))
    monkeypatch.setattr(
        toy, "MODEL", replace(toy_model, report=lambda _trainer: Report(("name", "x", "count"), rows), cycle="lap")
    )
    assert main(["run", "toy", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "│ laps          │" in out  # counted as the model counts
    assert "epochs" not in out
    assert out.endswith(
        "│ one [b] │        1 │     12 │\n│ two     │ -1,234.6 │ 12,345 │\n│ three   │          │ many   │\n"
        "└─────────┴──────────┴────────┘\nThat was all.\n"
    )


def test_further_tables_have_their_own_headings_and_large_numbers_their_digits(toy_model, capsys, monkeypatch):
    below = ReportTable(("fit", "value"), (("BIC", 48041.32), ("AIC", 1024.0), ("huge", 1.5e12), ("small", 0.00012)))
    report = Report(("name", "x"), (("one", 1.0),), further=(below,))
    monkeypatch.setattr(toy, "MODEL", replace(toy_model, report=lambda _trainer: report))
    assert main(["run", "toy", "--quiet"]) == 0
    lines = capsys.readouterr().out.splitlines()[-14:]
    assert [line.strip("┃│").replace("┃", "│").split() for line in lines if line[0] in "┃│"] == [
        ["name", "│", "x"],
        ["one", "│", "1"],
        ["fit", "│", "value"],
        ["BIC", "│", "48,041.3"],
        ["AIC", "│", "1,024"],
        ["huge", "│", "1.5e+12"],
        ["small", "│", "0.00012"],
    ]


def test_a_misspelt_metric_stops_the_run_at_its_first_step(toy_model, capsys, monkeypatch):
    specs = tuple(replace(spec, name="lost") if spec.name == "loss" else spec for spec in toy_model.metrics)
    monkeypatch.setattr(toy, "MODEL", replace(toy_model, metrics=specs))
    for words in (["run", "toy", "--quiet"], ["sweep", "toy", "--jobs", "1", "--quiet"]):
        assert main(words) == 1
        said = capsys.readouterr()
        assert "does not report “lost”" in said.err
        assert "reports “loss”, which the model's metrics do not declare" in said.err


def test_hopfield_and_its_options(capsys):
    result = result_of(capsys, "run", "hopfield", "--corruption-rate", "0.3", "--n-iter", "3000", "--seed", "1")
    assert result["metrics"]["verdict"] == "recovered"
    assert result["metrics"]["energy_end"] < result["metrics"]["energy_start"]


def test_a_mixture_that_is_not_the_originals_starts_elsewhere_and_says_so(capsys, tmp_path):
    table = tmp_path / "points.csv"
    rng = np.random.default_rng(1)
    table.write_text("\n".join(f"{x},{y}" for x, y in rng.uniform(0, 30000, (60, 2))))
    for words, why in ((["--data", str(table)], "points of your own"), (["--components", "1"], "1 component")):
        assert main(["run", "mixture", *words]) == 0
        assert f"with {why} the components begin at k-means++" in capsys.readouterr().err
        assert result_of(capsys, "run", "mixture", *words)["config"]["start"] == "k-means++"
    refusal = refusal_of(capsys, "run", "mixture", "--components", "1", "--start", "original")
    assert "three components" in refusal  # whoever insists is told why not


def test_mixture_on_a_table_of_ones_own(capsys, tmp_path):
    rng = np.random.default_rng(0)
    table = tmp_path / "points.csv"
    np.savetxt(table, np.r_[rng.normal(0, 1, (60, 2)), rng.normal(6, 1, (60, 2))], delimiter=",", header="a,b")
    words = ["run", "mixture", "--data", str(table), "--components", "2", "--start", "k-means++"]
    result = result_of(capsys, *words, "--save", str(tmp_path / "run.npz"))
    means = np.sort(np.array(result["metrics"]["means"]), axis=0)
    assert np.abs(means - [[0, 0], [6, 6]]).max() < 0.6
    table.write_text("a,b\n1,two\n")
    assert "two columns of numbers" in refusal_of(capsys, *words)


# The process -------------------------------------------------------------------------------------------------------


def test_without_a_screen():
    process = start()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert out == b""
    assert err.startswith(b"playground: There is no screen here")
    assert err.count(b"\n") == 1


@pytest.mark.usefixtures("control_c_counts")
def test_control_c_ends_the_training():
    with start("run", "digits", "--epochs", "200", env=environment(FORCE_COLOR="1")) as process:
        try:
            assert process.stderr is not None
            shown = b""
            while b"step" not in shown:
                shown += os.read(process.stderr.fileno(), 4096)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert out == b""
    assert b"playground: stopped." in err
    assert b"Traceback" not in err


@pytest.mark.parametrize("words", [["run", "digits", "--help"], ["run", "hopfield", "--json"], ["--help"]])
def test_a_reader_that_has_gone(words):
    reader, writer = os.pipe()
    os.close(reader)
    process = start(*words, stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (0, 1)  # argparse itself does not mind
    assert err == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
def test_output_to_a_full_disk():
    with Path("/dev/full").open("wb") as full:
        process = start("run", "hopfield", "--json", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert err == b"playground: No space left on device. Choose another place, or make room.\n"


def test_a_terminal_that_knows_few_letters():
    process = start("run", "hopfield", "--quiet", env=environment(PYTHONIOENCODING="ascii"))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert b"Recovered" in out


# playground tour ---------------------------------------------------------------------------------------------------


def test_the_tour_of_one_tab(capsys, tmp_path, monkeypatch, qapp):
    small = digits.DigitsConfig(hidden=(8,), epochs=2, batch_size=1000)
    monkeypatch.setitem(digits.PRESETS, "default", Preset(small, "small"))
    folder = tmp_path / "new" / "pictures"
    assert main(["tour", "--out", str(folder), "--theme", "dark", "--size", "1000x640", "--tab", "digits"]) == 0
    out, _ = capsys.readouterr()
    pictures = [Path(line) for line in out.splitlines()]
    assert len(pictures) >= 3
    assert sorted(pictures) == sorted(folder.iterdir())
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


# Tables ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def garden(tmp_path):
    """A table with an identifier, a gap, two measures, a further one, and a class in the middle."""
    path = tmp_path / "garden.csv"
    rng = np.random.default_rng(0)
    lines = [
        f"{i + 5},{x:.3f},{'uv'[i % 2]},{y + 6 * (i % 2):.3f},{x + y:.3f}" if i != 7 else f"{i + 5},,u,{y:.3f},1"
        for i, (x, y) in enumerate(rng.normal(0, 1, (40, 2)))
    ]
    path.write_text("\n".join(["Id,height,kind,width,sum", *lines]))
    return str(path)


def test_a_table_is_understood_and_said_how(garden, capsys):
    words = ["run", "boundary", "--data", garden, "--epochs", "2", "--quiet"]
    assert "Line 9, column “height”: the value is missing" in (refusal := refusal_of(capsys, *words))
    assert "--skip-incomplete leaves it out" in refusal
    assert main([*words, "--skip-incomplete"]) == 0
    said = capsys.readouterr().err
    assert "Coordinates are “height” and “width”, classes are in “kind” (u, v). Left out: Id, sum." in said
    assert "1 incomplete line skipped." in said
    result = result_of(capsys, *words, "--skip-incomplete", "--learning-rate", "0,01")
    columns = {"x": "height", "y": "width", "label": "kind", "target": None, "left_out": ["Id", "sum"]}
    assert (result["columns"], result["classes"]) == (columns, ["u", "v"])
    assert result["config"]["learning_rate"] == 0.01


def test_columns_are_chosen_on_the_command_line(garden, capsys):
    words = ["run", "boundary", "--data", garden, "--epochs", "2"]
    result = result_of(capsys, *words, "--x", "width", "--y", "sum", "--label", "KIND")
    assert result["columns"]["left_out"] == ["Id", "height"]
    result = result_of(capsys, *words, "--x", "width", "--target", "sum", "--skip-incomplete")
    assert (result["columns"]["target"], result["columns"]["label"], result["classes"]) == ("sum", None, [])
    assert result["config"]["loss"] == "mse"  # nothing else would do
    assert "“colour”. The columns are: Id, height, kind" in refusal_of(capsys, *words, "--label", "colour")
    assert "predicts nothing" in refusal_of(capsys, "run", "mixture", "--data", garden, "--target", "sum")
    assert "--x is about a table" in refusal_of(capsys, "run", "boundary", "--x", "width")
    assert "one table" in refusal_of(capsys, *words[:3], garden, garden)
    assert "text where a number is needed" in refusal_of(capsys, *words, "--skip-incomplete", "--header", "no")


def test_a_sweep_takes_the_same_options(garden, capsys):
    words = ["sweep", "boundary", "--data", garden, "--skip-incomplete", "--y", "sum", "--epochs", "2", "--seeds", "2"]
    swept = result_of(capsys, *words, "--jobs", "2")
    assert (swept["columns"]["y"], swept["classes"]) == ("sum", ["u", "v"])
    assert not any("failed" in run for run in swept["runs"])


def test_an_example_is_trained_on_by_its_name(capsys):
    result = result_of(capsys, "run", "boundary", "--data", "penguins", "--epochs", "2")
    assert result["columns"]["x"] == "bill_length_mm"
    assert result["remarks"][1] == "2 incomplete lines skipped."


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("words", ["--help", "run digits --help", "classify --help", "teach --help", "tour --help"])
def test_a_help_text_that_could_not_be_written_is_a_failure(words):
    with Path("/dev/full").open("wb") as full:
        process = start(*words.split(), stdout=full)
        _, err = process.communicate(timeout=100)
    assert process.returncode == 2
    assert b"No space left on device" in err


def test_no_output_takes_the_place_of_an_input(capsys, tmp_path, monkeypatch):
    """Whatever the two are called: a relative path, a link, a hard link."""
    monkeypatch.chdir(tmp_path)
    table = tmp_path / "points.csv"
    content = "x,y\n" + "\n".join(f"{k},{k * k % 7}" for k in range(30))
    table.write_text(content)
    (tmp_path / "link.csv").symlink_to(table)
    (tmp_path / "hard.csv").hardlink_to(table)
    (tmp_path / "folder").mkdir()
    for name in (str(table), "points.csv", "link.csv", "hard.csv", "folder/../points.csv"):
        for command, option in (("run", "--save"), ("sweep", "--csv")):
            err = refusal_of(capsys, command, "mixture", "--data", "points.csv", option, name)
            assert f"{option}: {name} is --data too" in err
            err = refusal_of(capsys, command, "mixture", "--data", name, option, str(table))
            assert "would be overwritten" in err
    assert table.read_text() == content


def test_a_lesson_takes_the_place_of_no_input(capsys, tmp_path):
    for name in ("run.npz", "mine.json", "others.json"):
        (tmp_path / name).write_text("there")
    inputs = {"--experiment": "run.npz", "--drawings": "mine.json", "--evaluate": "others.json"}
    words = [word for option, name in inputs.items() for word in (option, str(tmp_path / name))]
    for option, name in inputs.items():
        err = refusal_of(capsys, "teach", *words, "--save", str(tmp_path / name))
        assert f"{name} is {option} too" in err
        assert (tmp_path / name).read_text() == "there"
