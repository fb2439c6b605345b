"""What every model in the playground has in common: it takes one step at a time, can be looked at between two steps,
and can be put back to any earlier moment.

A `Trainer` is one run of one model. It owns everything that changes: parameters, optimizer moments, batch order and its
own random generator. Because of that `state()` and `restore()` can promise that the run goes on with identical bits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from numpy.typing import NDArray

from models.answer import Answer as Answer
from models.answer import Classifier as Classifier
from models.answer import Rows as Rows
from models.answer import TableClassifier as TableClassifier
from models.brought import Brought, TableOptions
from models.config import Config, settings_of
from models.errors import ConfigError as ConfigError
from models.errors import DataError as DataError
from models.errors import PlaygroundError as PlaygroundError
from models.errors import TrainingError as TrainingError
from models.layer_shapes import LayerShape as LayerShape
from models.state import Field as Field
from models.state import State as State
from models.state import check, put, take
from models.state import generator_state as generator_state
from models.state import owned as owned
from models.state import restore_generator as restore_generator

Metrics = dict[str, float]
"""What one step or one evaluation reports: plain floats by name."""

ConfigT = TypeVar("ConfigT", bound=Config)
SnapshotT = TypeVar("SnapshotT", bound="Snapshot")


@dataclass(frozen=True)
class Origin:
    """Where data came from, as far as the engine has to know it.

    Attributes:
        name: what the user reads. The user's own data have one; data made from the settings may do without.
        digest: SHA-256 of the content, by which an experiment file knows whether they are still the same; "" where the
            settings say everything, or where the data are part of the state.
        files: the user's own files, absolute, from which `Model.open_data` reads them again; empty where there are none
            or where the data are part of the state.
    """

    name: str = ""
    digest: str = ""
    files: tuple[str, ...] = ()


class Data:
    """What a run learns from. Any value will do, but only what is built on this class can say where it came from."""

    def origin(self) -> Origin:
        """Where it came from; by default it was made from the settings, which anybody can do again."""
        return Origin()


def origin_of(data: Any) -> Origin:
    """Where data came from, as far as they tell: any value will do, but only a `Data` says anything."""
    return data.origin() if isinstance(data, Data) else Origin()


@dataclass(frozen=True)
class Snapshot:
    """What a tab draws: the model at one step, as arrays that nobody writes to any more.

    Attributes:
        step: number of updates done when it was taken.
        epoch: passes over the training data done (fractional), or iterations for models without epochs.
        measured: metrics of this very step, by name, that are known beyond the record: what an evaluation has just
            found, what is true after a change by hand. Given by keyword, for it comes last.
    """

    step: int
    epoch: float
    measured: Mapping[str, float] = field(default_factory=dict, kw_only=True)

    def reported(self, names: Iterable[str]) -> Metrics:
        """What it holds of these metrics itself: attributes (floats) that are called like one, and all of `measured`.

        It is right about the model that is shown, even where that was changed by hand after its step was recorded.
        """
        held = {name: getattr(self, name, None) for name in names}
        return {name: value for name, value in held.items() if isinstance(value, float)} | dict(self.measured)


@dataclass(frozen=True)
class Edit:
    """A change that the user makes by hand to a running model (a moved point, an edited weight); subclass per kind.

    Attributes:
        sweeping: whether it changes so much at once that the run before it is kept, for a way back to it.
    """

    sweeping: ClassVar[bool] = False


class Trainer(ABC, Generic[ConfigT, SnapshotT]):
    """One run of one model: `step()` advances it, `snapshot()` shows it, `state()`/`restore()` move it in time.

    Constructing `Trainer(config, data)` gives the untrained model at step 0; the same config and data always give the
    same bits. Nothing here prints, sleeps, or knows about threads and windows.

    Attributes:
        config: the settings in force now.
        step_count: number of updates done since the start.
        threads: for models that can work at several parts of a step at the same time: at how many, at the most; None
            for as many as there are cores. It changes no bit. A sweep, whose runs share the cores, says 1.
    """

    config: ConfigT
    step_count: int = 0
    threads: int | None = None

    def __init__(self, config: ConfigT, data: Any) -> None:
        """The untrained model; `data` is what the model's `load` or `open_data` returned."""
        self.config = config

    @property
    @abstractmethod
    def epoch(self) -> float:
        """Passes over the training data done so far (fractional); iterations for models without epochs."""

    @property
    @abstractmethod
    def done(self) -> bool:
        """Whether the run has reached its end (epochs used up, converged, early stop); `step()` is then not called."""

    @property
    def total_steps(self) -> int | None:
        """Steps of the whole run with the settings in force, for progress bars; None where nobody can know."""
        return None

    @abstractmethod
    def step(self) -> Metrics:
        """Do one update (one mini-batch, one EM iteration, one recall update) and report it.

        The same names are reported at every step: all those that `Model.metrics` declares and that are not `evaluated`
        (`optional` ones may be missing), and no others. Raises TrainingError before non-finite numbers reach the
        parameters that `snapshot()` shows or the metrics; a step that raises leaves the model, and its generator, as
        they were.
        """

    @abstractmethod
    def snapshot(self) -> SnapshotT:
        """A frozen copy of what the tab draws; its arrays are owned by the snapshot and read-only."""

    @abstractmethod
    def fields(self) -> Sequence[Field]:
        """Everything that changes while training, including the random generator and `step_count`, each declared once.

        See `models.state`: `in_place`, `attribute`, `number`, `generator`. The order is the order of writing back.
        """
        return ()

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """Raise DataError where fields, each good by itself, do not fit together; nothing has been changed yet."""

    def restored(self) -> None:
        """All fields have been put back: work out anew what follows from them."""

    def state(self) -> State:
        """Copies of everything that changes while training."""
        return take(self.fields())

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go to a state taken earlier; the next `step()` then gives bit-identical results.

        Raises DataError when arrays are missing, not what was declared, or do not fit together (a foreign or damaged
        file); everything is checked before anything is changed.
        """
        fields = self.fields()
        saved = check(fields, state)
        self.check(saved)
        put(fields, saved)
        self.restored()

    @classmethod
    def data_in(cls, config: ConfigT, state: Mapping[str, NDArray[Any]]) -> Any:
        """The user's own data in a saved state, with which a trainer can be built; None where states hold none.

        For models whose data can be changed by hand: they are fields of the state (`Field.data`), so that an experiment
        needs no other file and its past is replayed on the data of then. Raises DataError when they are damaged.
        """
        return None

    def configure(self, config: ConfigT) -> None:
        """Take over live changes (such as the learning rate) between two steps.

        Raises ConfigError when the change needs a new run.
        """
        fixed = self.config.needs_rebuild(config)
        if fixed:
            names = ", ".join(sorted(fixed)).replace("_", " ")
            raise ConfigError(f"{names} cannot change during a run: press Reset to start a new run with it.")
        self.config = config

    def evaluation_due(self) -> bool:
        """Whether held-out data should be looked at now, after the step just done; it never influences training.

        Only the step may decide, never the clock: the same run is evaluated at the same steps. A model that wants it
        more often than an eighth of the work allows (see `evaluation_cost`) is not heard every time.
        """
        return False

    @property
    def evaluation_cost(self) -> float | None:
        """What looking at the held-out data once costs, in steps; None: as many steps as `evaluate` has pieces."""
        return None

    def evaluate(self) -> Generator[None, None, Metrics]:
        """Measure the model on held-out data in short pieces: yields between pieces, returns the metrics.

        The parameters do not change between the pieces. What the tab shows of it (predictions, a confusion matrix)
        is part of the next `snapshot()`. The names are those that `Model.metrics` declares as `evaluated`; an empty
        dictionary says that there was nothing to measure.
        """
        yield from ()
        return {}

    def remedies(self) -> Iterable[Mapping[str, Any]]:
        """Live settings, by name, with which a run that has failed may go on from a good step, the mildest first.

        By default a smaller step size, where the settings have one.
        """
        for setting in settings_of(type(self.config)):
            if setting.name == "learning_rate" and setting.live:
                rate = getattr(self.config, setting.name)
                smaller = (float(f"{rate / factor:.1g}") for factor in (3, 10, 30, 100, 300, 1000, 10_000))
                yield from ({setting.name: value} for value in smaller if setting.inside(value))

    def edit(self, edit: Edit) -> None:
        """Carry out a change made by hand; the run engine records a checkpoint right after it.

        Raises ConfigError when this model does not know the edit or the values do not fit.
        """
        raise ConfigError(f"{type(self).__name__} cannot be edited by hand ({type(edit).__name__}).")


@dataclass(frozen=True)
class MetricSpec:
    """How one metric is shown: its words, its unit, where it is plotted.

    Attributes:
        name: key in Metrics.
        label: what the learner reads, e.g. "training loss".
        plot: title of the plot it belongs to; metrics of the same plot share its axis (and so their unit).
        unit: unit of that axis; "%" shows fractions 0–1 as per cent.
        log: whether a logarithmic axis makes sense for it.
        held_out: measured on held-out data: the figure that a model is judged by.
        better: whether lower or higher values are better; empty where neither is good or bad.
        evaluated: measured at evaluations only (`Trainer.evaluate`), so that it has fewer points than the others;
            unless it is said, what is held out is. A bound on all training data is evaluated and not held out; a
            held-out loss that is cheap may be reported by every step.
        optional: whether there are settings with which it is not reported at all (an accuracy, for regression).
        anew: whether a change by hand begins something new (another recall): what follows is a curve of its own.
        never_falls: whether learning can only raise it (a likelihood, under EM). Then it is drawn as it is, without a
            running mean; where it falls all the same, something new has begun; and the axis is made for the small gains
            of later steps, not for the leap of the first.
        complement: what one minus it is called, for a share whose last per cents count ("error rate" for an accuracy):
            the plot can show that instead, on a logarithmic axis.
    """

    name: str
    label: str
    plot: str
    unit: str = ""
    log: bool = False
    held_out: bool = False
    better: Literal["lower", "higher", ""] = ""
    evaluated: bool | None = None
    optional: bool = False
    anew: bool = False
    never_falls: bool = False
    complement: str = ""

    def __post_init__(self) -> None:
        if self.evaluated is None:
            object.__setattr__(self, "evaluated", self.held_out)


@dataclass(frozen=True)
class Preset:
    """A named Config with a sentence that says what it shows, and where to look meanwhile.

    Attributes:
        watch: what changes in front of one's eyes, as it goes on after "Watch …"; "" for the first curves.
    """

    config: Config
    description: str
    watch: str = ""


@dataclass(frozen=True)
class ReportTable:
    """A table in words and numbers.

    Attributes:
        columns: headings of the table.
        rows: one entry for each column: text, a number, or None where there is nothing to say.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...] = ()


@dataclass(frozen=True)
class Report(ReportTable):
    """What a finished run has to say beyond its held-out metrics: tables, and numbers.

    Attributes:
        metrics: further metrics for --json, by name.
        further: tables below the first: what its headings are not true of.
        results: what else a program may want from --json, beside the metrics, by name: a text that was written.
    """

    metrics: Mapping[str, Any] = field(default_factory=dict)
    further: tuple[ReportTable, ...] = ()
    results: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Model:
    """One line of the registry: everything the shell needs to know about a model.

    Attributes:
        name: short name on the command line and in experiment files ("digits").
        title: name on the tab.
        summary: one sentence for tooltips and `playground run --help`.
        config: its Config class.
        trainer: its Trainer class, called as `trainer(config, data)`.
        load: builds the data for a config (cached by the data modules where it is expensive); may raise DataError. Any
            value will do; data that have a name, a checksum or files are a `Data`.
        presets: by name; the first is the default.
        metrics: in the order in which they are shown; the first held-out accuracy or loss is the headline.
        classifier: how it answers drawings, if it does.
        table_classifier: how it answers tables of numbers, if it does.
        lines: (snapshot, language or None, digits or None) → its arithmetic as plain lines, for models so small that
            they can be carried by hand; raises ConfigError for a language or digits that it does not know.
        open_data: builds data (a `Data` with a name) from the user's own files; raises DataError. None: the model has
            no such data.
        open_table: for models whose own data are a table of points: builds them from one file with the columns that
            were asked for, and says which were used; raises DataError. The command line then offers --x, --y and so on.
        verb: what the button that starts a run says ("Train", "Recall").
        doing: what the run is doing meanwhile ("Training", "Recalling").
        cycle: what `Trainer.epoch` counts, in the singular ("epoch", "update", "sweep"): the run bar and the command
            line print it beside the number. A step is one call of `Trainer.step`; a cycle may be many steps (an epoch
            of mini-batches) or a part of one (a step that does 20 updates).
        length: name of the live whole-number setting that says after how many cycles a run ends ("epochs"): the main
            button of a finished run then offers as many again. "" when a run ends for other reasons.
        task: names of the settings that say what is to be learnt, or what one step is: runs in which one of them
            differs have curves that cannot be compared.
        suited: (settings, whether the run is on the user's own data, names of settings that were asked for and stay) →
            (settings that fit each other and the data, why they were changed in words, or ""), for models where a
            choice that makes sense by itself asks for another; raises ConfigError where nothing can be done. The
            window, `playground run` and a sweep all ask it before they build a run (`playground.engine.suited`).
        layers_of: (settings, the user's own data or None) → the layers that a network with these settings has, with
            their shapes and parameters, in order; for models that are a network. Cheap: the form asks at every change.
        report: run's trainer → a table and further metrics, for models that have more to say than their held-out
            metrics.
    """

    name: str
    title: str
    summary: str
    config: type[Config]
    trainer: type[Trainer[Any, Any]]
    load: Callable[[Any], Any]
    presets: Mapping[str, Preset]
    metrics: tuple[MetricSpec, ...]
    classifier: Classifier | None = None
    table_classifier: TableClassifier | None = None
    lines: Callable[[Any, str | None, int | None], str] | None = None
    open_data: Callable[[Sequence[Path]], Any] | None = None
    open_table: Callable[[Path, TableOptions], Brought] | None = None
    suited: Callable[[Any, bool, Collection[str]], tuple[Any, str]] | None = None
    report: Callable[[Any], Report] | None = None
    layers_of: Callable[[Any, Any], tuple[LayerShape, ...]] | None = None
    verb: str = "Train"
    doing: str = "Training"
    cycle: str = "epoch"
    length: str = ""
    task: frozenset[str] = frozenset()

    @property
    def default_preset(self) -> str:
        """Name of the preset that a new tab starts with."""
        return next(iter(self.presets))
