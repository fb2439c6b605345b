"""The command `playground`: without arguments it opens the window; its subcommands need no screen.

What a program reads (JSON, tables) goes to stdout, what a person reads meanwhile (progress, problems) to stderr. Bad
input is answered by one sentence and exit code 2; a training that fails mathematically by one sentence and exit code 1.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

# One BLAS thread: more are slower on matrices of this size, and the other core is needed to paint. It must be said
# before NumPy is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

if TYPE_CHECKING:
    from rich.progress import Progress

    from models.base import Model, Report
    from models.config import Config
    from playground.engine.experiment import Experiment
    from playground.engine.options import OptionParser
    from playground.engine.run import Run
    from playground.sweep.plan import Plan
    from playground.sweep.pool import Result

USAGE = """usage: playground [FILE]                  open the window (with an experiment)
       playground run MODEL [options]     train without a window
       playground sweep MODEL [options]   train with several settings and seeds, and compare
       playground classify [options] INPUT…  let a saved experiment answer drawings and pictures
       playground export [options]        write a saved experiment in another form
       playground generate [options]      let a saved recurrent network write, or continue a series
       playground teach [options]         teach a saved network your drawings
       playground tour [options]          write a picture of every tab
       playground --help | --version

“playground run --help” lists the models, “playground run MODEL --help” its settings."""


COMMANDS = "run, sweep, classify, export, generate, teach, tour"


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line (without the program's name); returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what the terminal has no letter for is shown as “?”
            stream.reconfigure(errors="replace")
    try:
        code = _guarded(words)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where a reader that has gone can still be dealt with
        return code
    except KeyboardInterrupt:
        return _fail("stopped.", 130)
    except BrokenPipeError:  # the reader of our output has gone; there is nobody to tell
        _forget(sys.stdout)
        return 1
    except MemoryError:
        return _fail("There is not enough memory for this: choose a smaller model or smaller files.", 2)
    except OSError as error:
        _forget(sys.stdout)
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}. Choose another place, or make room.", 2)


def _guarded(words: list[str]) -> int:
    """As `main`, for what the user can do something about."""
    commands = {
        "run": _run,
        "sweep": _sweep,
        "classify": _classify,
        "export": _export,
        "generate": _generate,
        "teach": _teach,
        "tour": _tour,
    }
    if words and words[0] in ("-h", "--help"):
        print(USAGE)
        return 0
    from models.errors import PlaygroundError, TrainingError

    try:
        if words and words[0] == "--version":
            print(f"playground {_version()}")
            return 0
        if words and words[0] in commands:
            return commands[words[0]](words[1:])
        return _window(words)
    except TrainingError as error:
        return _fail(str(error), 1)
    except PlaygroundError as error:
        return _fail(str(error), 2)
    except SystemExit as end:  # argparse has printed a help text
        return end.code if isinstance(end.code, int) else 0


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("playground")
    except PackageNotFoundError:  # run from its folder
        return "(not installed)"


def _fail(sentence: str, code: int) -> int:
    """Say what went wrong, and return the exit code."""
    try:
        _note(sentence)
    except OSError:  # there is nowhere to say it: the code has to do
        _forget(sys.stderr)
    return code


def _note(sentence: str) -> None:
    """Say to a person what a program that reads our output need not know."""
    from models.errors import short

    if sys.stderr is not None:
        print(f"playground: {short(sentence)}", file=sys.stderr, flush=True)


def _forget(stream: IO[str]) -> None:
    """Let Python find somewhere to write what is still buffered when it ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


# The window --------------------------------------------------------------------------------------------------------


def _window(words: list[str]) -> int:
    from models.errors import ConfigError

    if len(words) > 1 or (words and words[0].startswith("-")):
        raise ConfigError(f"“{words[0]}” is not a command. Commands are: {COMMANDS}; --help explains them.")
    if words and not Path(words[0]).exists():
        raise ConfigError(f"“{words[0]}” is neither a command ({COMMANDS}) nor a file.")
    from playground import app

    return app.run(words[0] if words else None)


# playground run ----------------------------------------------------------------------------------------------------


def _run(words: list[str]) -> int:
    from models.base import Report
    from models.registry import get_model
    from playground.engine.data_options import own_data
    from playground.engine.options import read_options
    from playground.engine.own_data import fitted, understood
    from playground.engine.suited import suited

    if _lists_models("run", words):
        return 0
    model = get_model(words[0])
    base, options = _model_options("run", model, words[1:], _add_run_options)
    config = read_options(model.config, base, options)
    if options.save is not None:
        _check_target(Path(options.save), "--save", "run.npz", {"--data": options.data or ()})
    own = own_data(options)
    brought = own.open(model) if own is not None else None
    for remark in brought.remarks if brought is not None and not options.json else ():
        _note(remark)
    config, why = suited(model, config, own=options.data is not None, asked=vars(options).keys())
    config, too = fitted(config, brought, vars(options).keys())
    why = " ".join(filter(None, (why, too)))
    data = brought.data if brought is not None else model.load(config)
    if why and not (options.json or options.quiet):  # a JSON result says it by its config
        print(why, file=sys.stderr)
    run, seconds = _train(model, config, data, quiet=options.json or options.quiet)
    try:
        if options.save is not None:
            from playground.engine import experiment

            recording = run.recording(experiment.CHECKPOINT_BYTES)
            origin = experiment.saved_origin(data)
            experiment.write(Path(options.save), experiment.Experiment(model, recording, origin))
    finally:  # a disk that is full by now does not take the result away
        report = model.report(run.trainer) if model.report is not None else Report(())
        if options.json:
            result = {
                "model": model.name,
                "preset": options.preset,
                "config": config.model_dump(mode="json"),
                "steps": run.position,
                "epochs": run.trainer.epoch,
                "seconds": seconds,
                "metrics": {**run.history.at(run.position), **report.metrics},
                **understood(brought),
                **report.results,
            }
            _print_json(result)
        else:
            _print_result(model, run, options.preset, seconds, report)
    return 0


def _lists_models(command: str, words: list[str]) -> bool:
    """Whether the models had to be listed instead of carrying out a command; raises ConfigError when none is named."""
    from models.errors import ConfigError
    from models.registry import MODELS, get_model

    if words and words[0] not in ("-h", "--help"):
        return False
    lines = [f"  {name:<10} {get_model(name).summary}" for name in MODELS]
    print(f"usage: playground {command} MODEL [options]\n\nmodels:\n" + "\n".join(lines))
    if not words:
        raise ConfigError(f"Say which model to {command}: {', '.join(MODELS)}.")
    return True


def _model_options(
    command: str, model: Model, words: list[str], add: Callable[[OptionParser, Model], None], about: str = ""
) -> tuple[Config, argparse.Namespace]:
    """The preset's settings, and all that was given: settings (several values each, for a sweep), what `add` adds."""
    from models.errors import ConfigError
    from playground.engine.data_options import add_data_options
    from playground.engine.options import OptionParser, add_options

    first = OptionParser(add_help=False)
    _add_preset(first, model)
    chosen, _ = first.parse_known_args(words)
    if chosen.preset not in model.presets:
        raise ConfigError(
            f"--preset: {model.name} has no “{chosen.preset}”. Choose one of: {', '.join(model.presets)}."
        )
    base = model.presets[chosen.preset].config
    presets = [f"  {name}: {preset.description}" for name, preset in model.presets.items()]
    parser = OptionParser(
        prog=f"playground {command} {model.name}",
        usage="%(prog)s [options]",
        description="\n".join([model.summary, "", *([about, ""] if about else []), "presets:", *presets]),
    )
    _add_preset(parser, model)
    add(parser, model)
    if model.open_data is not None:
        add_data_options(parser, model)
    else:
        parser.set_defaults(data=None)
    add_options(parser, model.config, base, several=command == "sweep")
    return base, parser.parse_args(words)


def _add_preset(parser: OptionParser, model: Model) -> None:
    default = model.default_preset
    help_text = f"named settings to begin with, which options then change. Default: {default}."
    parser.add_argument("--preset", metavar="NAME", default=default, help=help_text)


def _add_run_options(parser: OptionParser, model: Model) -> None:
    parser.add_argument("--save", metavar="FILE", help="write the trained run to an experiment file (.npz)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _train(model: Model, config: Config, data: Any, *, quiet: bool) -> tuple[Run, float]:
    from playground.engine.run import limit_blas, train

    limit_blas()
    trainer = model.trainer(config, data)
    if quiet:
        return train(trainer, metrics=model.metrics)
    with _progress() as progress:
        task = progress.add_task(model.title, total=trainer.total_steps, state="")

        def show(run: Run) -> None:
            known = run.history.at(run.position)
            shown = [f"{spec.label} {known[spec.name]:.4g}" for spec in model.metrics[:2] if spec.name in known]
            progress.update(task, completed=run.position, state=f"step {run.position} · {' · '.join(shown)}")

        finished = train(trainer, show, metrics=model.metrics)
        show(finished[0])  # however short it was
        progress.refresh()
        return finished


def _progress(quiet: bool = False) -> Progress:
    """A bar on stderr for a person to look at; it leaves nothing behind."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal)


def _print_result(model: Model, run: Run, preset: str, seconds: float, report: Report) -> None:
    from rich.console import Console
    from rich.table import Table

    from playground.report_table import print_report

    table = Table(title=f"{model.title} · {preset}", title_justify="left")
    table.add_column("metric")
    table.add_column("value", justify="right")
    known = run.history.at(run.position)
    for spec in model.metrics:
        if spec.name in known:
            value = f"{100 * known[spec.name]:.2f} %" if spec.unit == "%" else f"{known[spec.name]:.5g} {spec.unit}"
            table.add_row(spec.label, value.strip())
    table.add_row("steps", f"{run.position}")
    table.add_row(f"{model.cycle}s", f"{run.trainer.epoch:g}")
    table.add_row("seconds", f"{seconds:.2f}")
    Console().print(table)
    print_report(report)


def _check_target(path: Path, option: str, example: str, inputs: Mapping[str, Sequence[str]]) -> None:
    """Refuse before the training what could not be saved after it, or would take the place of what is read for it.

    Args:
        path: where it is to be written.
        option: what said so.
        example: a name that would do.
        inputs: the files that are read, by the option that names them.

    Raises DataError.
    """
    from models.errors import DataError, short

    try:
        if path.exists() and not path.is_file():
            what = "a folder" if path.is_dir() else "no plain file"
            raise DataError(f"{option}: {path} is {what}. Name a file, for example {example}.")
        if not path.parent.is_dir():
            raise DataError(f"{option}: there is no folder {path.parent}. Make it, or choose another place.")
        for source, names in inputs.items():
            if any(_same_file(path, Path(name)) for name in names):
                name = short(str(path), 100)
                raise DataError(f"{option}: {name} is {source} too, and would be overwritten. Choose another name.")
        with tempfile.TemporaryFile(dir=path.parent):  # the only question that every system answers rightly
            pass
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{option}: nothing can be written to {path} ({reason}). Choose another place.") from error


def _same_file(first: Path, second: Path) -> bool:
    """Whether both are one file that is there, whatever they are called: links are followed, hard ones too."""
    try:
        return first.is_file() and second.is_file() and first.samefile(second)
    except (OSError, ValueError):  # the second cannot be looked at; who reads it says why
        return False


def _print_json(value: Any) -> None:
    """Print one JSON object; numbers that JSON does not know (not a number, infinity) become null."""
    print(json.dumps(_plain(value), allow_nan=False))


def _plain(value: Any) -> Any:
    """A value of a model's report as JSON knows it: NumPy's numbers and arrays too."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value if value is None or isinstance(value, bool | int | str) else str(value)


# playground sweep --------------------------------------------------------------------------------------------------

ABOUT_SWEEP = """\
Trains the model once for every combination of the values given and every seed, and compares. A number or a choice \
takes several values (--learning-rate 0.01 0.1 --optimizer sgd adam); a list, a text or a switch is given again for \
each further value (--hidden 50 --hidden 50 20, --shuffle --no-shuffle). Each run gives the very numbers of \
“playground run” with the same settings.

Who chooses the best by its held-out figure has used the held-out data to choose: that figure is optimistic, and the \
more so the more was tried. Judge the choice on data that had no part in it."""


def _sweep(words: list[str]) -> int:
    from models.registry import get_model
    from playground import sweep_tables
    from playground.engine.data_options import own_data
    from playground.engine.options import read_values
    from playground.engine.own_data import understood
    from playground.sweep import pool, summary
    from playground.sweep.plan import plan

    if _lists_models("sweep", words):
        return 0
    model = get_model(words[0])
    _, options = _model_options("sweep", model, words[1:], _add_sweep_options, ABOUT_SWEEP)
    todo = plan(model, options.preset, read_values(model.config, options), options.seeds)
    if options.csv is not None:
        _check_target(Path(options.csv), "--csv", "sweep.csv", {"--data": options.data or ()})
    own = own_data(options)
    brought = own.open(model) if own is not None else None  # refused once, and not by every run
    for remark in brought.remarks if brought is not None and not options.json else ():
        _note(remark)
    found: list[Result] = []
    stopped: KeyboardInterrupt | None = None
    try:
        _do_sweep(todo, options, found)
    except KeyboardInterrupt as stop:
        stopped = stop
    finally:  # what is done is shown, whatever came in between
        metric = summary.ranking_metric(model, found, options.metric)
        rows = summary.summary(todo, found, metric)
        if found and options.json:
            _print_json({**summary.as_json(todo, rows, metric), **understood(brought)})
        elif found:
            sweep_tables.print_tables(todo, rows, metric)
    if stopped is not None:
        code = 143 if isinstance(stopped, pool.Terminated) else 130
        return _fail(f"stopped after {len(found)} of {len(todo.configs)} runs.", code)
    if all(result.failed is not None for result in found):
        refused = all(result.refused for result in found)
        return _fail(f"No run came to its end. The first one: {found[0].failed}", 2 if refused else 1)
    return 0


def _add_sweep_options(parser: OptionParser, model: Model) -> None:
    from playground.engine.options import whole_number
    from playground.sweep.plan import MOST_RUNS, SEEDS
    from playground.sweep.pool import cores
    from playground.sweep.summary import ranking_metrics

    parser.add_argument(
        "--seeds",
        metavar="N",
        type=whole_number(1, MOST_RUNS),
        help=f"runs of each combination, with seeds counted on from --seed. Default: {SEEDS}.",
    )
    parser.add_argument(
        "--jobs",
        metavar="N",
        type=whole_number(1, 1024),
        default=cores(),
        help=f"runs at a time, each in a process of its own. Default: the cores of this computer ({cores()}).",
    )
    names = [spec.name for spec in ranking_metrics(model)]
    if names:
        help_text = f"what the best is chosen by: {' or '.join(names)}. Default: {names[0]}."
        parser.add_argument("--metric", metavar="NAME", choices=names, help=help_text)
    else:
        parser.set_defaults(metric=None)
    parser.add_argument("--csv", metavar="FILE", help="write a row for each run, as soon as it is done, to a table")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")


def _do_sweep(plan: Plan, options: argparse.Namespace, found: list[Result]) -> None:
    """Do all runs of a plan; each result is added to `found`, and to the table (--csv), when it is there."""
    from playground.engine.data_options import own_data
    from playground.sweep import pool
    from playground.sweep_tables import CsvTable

    data = own_data(options)
    with ExitStack() as stack:
        stack.enter_context(pool.terminable())
        table = None
        if options.csv is not None:
            file = stack.enter_context(Path(options.csv).open("w", newline="", encoding="utf-8"))
            table = CsvTable(plan, file)
        progress = stack.enter_context(_progress(options.json or options.quiet))
        task = progress.add_task(plan.model.title, total=len(plan.configs), state="")

        def show(done: float) -> None:
            progress.update(task, completed=done, state=f"{len(found)} of {len(plan.configs)} runs")

        results = pool.results(plan, data, jobs=options.jobs, on_progress=show)
        for result in stack.enter_context(closing(results)):
            found.append(result)
            if table is not None:
                table.add(result)


# playground classify -----------------------------------------------------------------------------------------------


def _classify(words: list[str]) -> int:
    from models.errors import DataError
    from playground import classify
    from playground.engine import experiment
    from playground.engine.options import OptionParser

    parser = OptionParser(
        prog="playground classify", description="Let a saved experiment answer drawings and pictures."
    )
    parser.add_argument(
        "--experiment", metavar="FILE", required=True, help="an experiment file (playground run --save)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument(
        "inputs", metavar="INPUT", nargs="+", help="drawings (.json, .json.gz), pictures (.png, .jpg) or tables (.csv)"
    )
    options = parser.parse_args(words)
    opened: Experiment = experiment.read(Path(options.experiment))
    if opened.model.classifier is None and opened.model.table_classifier is None:
        raise DataError(f"{options.experiment} holds a {opened.model.title} run, which does not classify anything.")
    paths = [Path(word) for word in options.inputs]
    answers = classify.classify(opened, paths)
    if options.json:
        _print_json(classify.as_json(answers))
    else:
        classify.print_table(answers)
    for sentence in classify.remarks(answers, paths):
        _note(sentence)
    return 0


# playground export -------------------------------------------------------------------------------------------------


def _export(words: list[str]) -> int:
    from playground import export
    from playground.engine import experiment
    from playground.engine.options import OptionParser, whole_number

    parser = OptionParser(prog="playground export", description="Write a saved experiment in another form.")
    parser.add_argument(
        "--experiment", metavar="FILE", required=True, help="an experiment file (playground run --save)"
    )
    parser.add_argument("--to", choices=export.FORMS, required=True, help="; ".join(export.ABOUT))
    parser.add_argument(
        "--language", metavar="NAME", help="for lines: python, pseudo-code or spreadsheet. Default: python."
    )
    parser.add_argument(
        "--digits", metavar="N", type=whole_number(1, 9), help="for lines: significant digits of each number"
    )
    parser.add_argument("out", metavar="OUT", nargs="?", help="the file to write; without it, it is printed")
    options = parser.parse_args(words)
    if options.out is not None:
        _check_target(Path(options.out), "OUT", "lines.py", {"--experiment": [options.experiment]})
    text = export.as_lines(experiment.read(Path(options.experiment)), options.language, options.digits)
    if options.out is None:
        print(text, end="")
    else:
        from models.whole_file import atomically

        with atomically(Path(options.out)) as file:
            file.write(text.encode())
    return 0


# playground generate -----------------------------------------------------------------------------------------------


def _generate(words: list[str]) -> int:
    from playground import generate
    from playground.engine import experiment
    from playground.engine.options import OptionParser, whole_number
    from playground.engine.run import limit_blas

    parser = OptionParser(
        prog="playground generate",
        description="Let a saved recurrent network write letter by letter, or go on with its series.",
    )
    parser.add_argument("--experiment", metavar="FILE", required=True, help="a run of sequence (playground run --save)")
    parser.add_argument("--count", metavar="N", type=whole_number(1, 1000), default=1, help="texts. Default: 1.")
    parser.add_argument(
        "--length",
        metavar="N",
        type=whole_number(1, 100_000),
        help="letters or values. Default: as long as a text that was learnt by heart, else 200 letters or 100 values.",
    )
    parser.add_argument("--prefix", metavar="P", default="", help="what a text begins with")
    parser.add_argument(
        "--temperature",
        metavar="T",
        type=float,
        help="0 takes the likeliest letter, 1 draws by the probabilities. Default: 0 for one text, 0.7 for several.",
    )
    parser.add_argument(
        "--seed", metavar="S", type=whole_number(0, 2**31 - 1), default=0, help="the same writes the same"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of the texts")
    options = parser.parse_args(words)
    temperature = options.temperature
    if temperature is None:
        temperature = 0.0 if options.count == 1 else 0.7
    if not 0 <= temperature <= 100:
        from models.errors import ConfigError

        raise ConfigError(f"--temperature must be a number from 0 to 100 (it was {options.temperature}).")
    limit_blas()
    results = generate.generate(
        experiment.read(Path(options.experiment)),
        count=options.count,
        length=options.length,
        prefix=options.prefix,
        temperature=temperature,
        seed=options.seed,
    )
    if options.json:
        _print_json({"results": results})
    else:
        generate.print_results(results)
    return 0


# playground teach --------------------------------------------------------------------------------------------------


def _teach(words: list[str]) -> int:
    from playground.engine import experiment, teach
    from playground.engine.options import OptionParser
    from playground.engine.run import limit_blas

    parser = OptionParser(
        prog="playground teach",
        description="Teach a saved network drawings of your hand, and say what that brought.",
    )
    parser.add_argument("--experiment", metavar="FILE", required=True, help="a trained run of digits or cnn")
    parser.add_argument(
        "--drawings", metavar="FILE", required=True, help="your drawings, with labels (.json, .json.gz)"
    )
    parser.add_argument("--save", metavar="FILE", required=True, help="where the taught run is written (.npz)")
    parser.add_argument(
        "--evaluate",
        metavar="FILE",
        help="other drawings of yours to judge by; without them each half of the drawings is judged by a network that "
        "was taught the other half",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    options = parser.parse_args(words)
    target = Path(options.save)
    inputs = {"--experiment": [options.experiment], "--drawings": [options.drawings]}
    _check_target(target, "--save", "run.npz", inputs | {"--evaluate": [options.evaluate] if options.evaluate else []})
    limit_blas()
    others = Path(options.evaluate) if options.evaluate is not None else None
    opened = experiment.read(Path(options.experiment))
    _check_target(target, "--save", "run.npz", {"what --experiment was trained on": opened.origin.files})
    taught, report = teach.teach(opened, Path(options.drawings), others, _note)
    experiment.write(target, taught)
    if options.json:
        _print_json(teach.as_json(report))
    else:
        teach.print_table(report)
    return 0


# playground tour ---------------------------------------------------------------------------------------------------


def _tour(words: list[str]) -> int:
    from models.errors import ConfigError
    from playground.engine.options import OptionParser
    from ui.window.registry import TABS

    parser = OptionParser(prog="playground tour", description="Train each tab briefly, offscreen, and write pictures.")
    parser.add_argument("--out", metavar="DIR", required=True, help="folder for the pictures; made if need be")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", metavar="WxH", default="1280x800", help="size of the window in pixels")
    parser.add_argument("--tab", metavar="NAME", help=f"one tab only: {', '.join(TABS)}")
    options = parser.parse_args(words)
    width, _, height = options.size.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 640 <= int(width) <= 7680 and 480 <= int(height) <= 4320):
        raise ConfigError(f"--size: “{options.size}” is not a size from 640x480 to 7680x4320, such as 1280x720.")
    if options.tab is not None and options.tab not in TABS:
        raise ConfigError(f"--tab: there is no tab called “{options.tab}”. Choose one of: {', '.join(TABS)}.")
    from playground.app import check_libraries

    check_libraries(screen=False)  # before the next line loads Qt
    from playground import tour

    tabs = list(TABS) if options.tab is None else [options.tab]
    pictures = tour.tour(Path(options.out), theme=options.theme, size=(int(width), int(height)), tabs=tabs)
    for picture in pictures:
        print(picture)
    return 0
