"""What crosses between the window's thread and a worker's: frozen, typed, small.

Commands go to the worker as queued signals. What is to be drawn comes back through a `Mailbox` that holds the latest
`Publication` only: the window asks when it is ready to paint, so a fast run cannot flood it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from models.base import Edit, Model, Snapshot
from models.config import Config
from playground.engine.arithmetic import Repeats
from playground.engine.history import HistoryRows
from playground.engine.remedy import Remedy

FailureKind = Literal["build", "open", "save", "configure", "edit", "other"]
"""What was tried in vain: to start a run, to open or save a file, to change settings, to change something by hand."""

Phase = Literal["empty", "loading", "untrained", "running", "paused", "finished", "failed"]


@dataclass(frozen=True)
class Before:
    """The run before the present one, to which there is a way back.

    Attributes:
        config: the settings in force at its position.
        position, head: the step that it is at, and its newest.
    """

    config: Config
    position: int
    head: int


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    Attributes:
        run_id: which run; results of an earlier run are dropped by it.
        phase: empty (nothing built yet), loading, untrained (at step 0), running, paused, finished, failed.
        position: step that the model is at.
        head: newest recorded step.
        epoch: passes over the data at the position.
        steps_per_second: training speed lately; 0 when unknown.
        seeking: step that it is on the way to, or None.
        config: settings in force at the position; None before anything is built.
        message: what went wrong, for the phase "failed".
        rewind_to: after a failure, a good step to go back to.
        moving: whether it is on the way to another step: it trains, does single steps, or seeks.
        busy: whether it moves, or is still measuring held-out data.
        heard: commands that the worker had carried out by then; of what was sent later it knew nothing.
        previous: the run that `Back` leads to, or None.
        remedy: after a failure, how the run can go on; None while it is looked for, and where nothing helps.
        total: steps of the whole run with the settings in force; None where nobody can know.
    """

    run_id: int
    phase: Phase = "empty"
    position: int = 0
    head: int = 0
    epoch: float = 0.0
    steps_per_second: float = 0.0
    seeking: int | None = None
    config: Config | None = None
    message: str = ""
    rewind_to: int = 0
    moving: bool = False
    busy: bool = False
    heard: int = 0
    previous: Before | None = None
    remedy: Remedy | None = None
    total: int | None = None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the run ends at its present speed; None while that is not known, or while it rests."""
        if self.phase != "running" or self.total is None or not self.steps_per_second:
            return None
        return max(self.total - self.position, 0) / self.steps_per_second

    @property
    def news(self) -> tuple[object, ...]:
        """What is worth announcing: all but the figures that a running run changes all the time."""
        figures = None if self.moving else (self.position, self.head)
        moment = self.run_id, self.phase, self.seeking, self.config, self.message, self.moving, figures
        return *moment, self.previous, self.remedy


@dataclass(frozen=True)
class Publication:
    """All that the window knows of a run, from one moment, so that its words and its pictures never contradict.

    Attributes:
        snapshot: the model when it was last worth a picture; at rest, as it is now. None before the first.
        rows: the history since what the window had acknowledged, or None where there is no run.
        edits: the steps after which something was changed by hand, rising.
    """

    status: Status
    snapshot: Snapshot | None = None
    rows: HistoryRows | None = None
    futures: tuple[HistoryRows, ...] = ()
    edits: tuple[int, ...] = ()


@dataclass(frozen=True)
class Known:
    """How far the window's mirror of a run's history has come."""

    run_id: int
    branch: int
    length: int


class Mailbox:
    """Holds the latest publication, and what the window has to say about it; safe without locks.

    Nobody waits for anybody. Putting and taking a publication are single operations of a deque, so that none is lost in
    between: the last one of a run comes unasked, and nothing would come after it. A later one makes an earlier one
    superfluous: it is newer, and holds all rows that were not acknowledged. What the window asks and gets no answer to
    it asks again.

    Attributes:
        known: Window → worker: how far its mirror of the history has come.
        closing: Window → worker: only what was to be saved is of interest any more.
    """

    def __init__(self) -> None:
        self.known = Known(0, 0, 0)
        self.closing = False
        self._publications: deque[Publication] = deque(maxlen=1)
        self._asked = False
        self._overdue = False

    def ask(self) -> None:
        """Window: ask for a picture at the worker's convenience."""
        self._asked = True

    def asked(self) -> bool:
        """Worker: whether a picture is wanted; asking answers it."""
        asked, self._asked = self._asked, False
        return asked

    def miss(self) -> None:
        """Window: a frame was due and nothing was here, so it wants to be told when something is."""
        self._overdue = True

    def missed(self) -> bool:
        """Worker: whether the window is waiting for what was just put; asking answers it."""
        overdue, self._overdue = self._overdue, False
        return overdue

    def put(self, publication: Publication) -> None:
        """Worker: leave a publication; one that was not taken is replaced."""
        self._publications.append(publication)

    def take(self) -> Publication | None:
        """Window: take the publication, if there is one."""
        try:
            return self._publications.pop()
        except IndexError:
            return None


@dataclass(frozen=True)
class Command:
    """Something that the user wants of a run."""

    run_id: int


@dataclass(frozen=True)
class Build(Command):
    """Build a new, untrained run.

    Attributes:
        data: the user's own data, or None for the model's.
        play: whether to start training at once.
    """

    model: Model
    config: Config
    data: Any = None
    play: bool = False


@dataclass(frozen=True)
class Open(Command):
    """Read an experiment file and build its run beside the present one, to be adopted.

    Attributes:
        path: the file.
        model: whose run it must be; "" for any.
    """

    path: Path
    model: str = ""


@dataclass(frozen=True)
class Back(Command):
    """Make the previous run ready, beside the present one, to be adopted."""


@dataclass(frozen=True)
class Adopt(Command):
    """Let the run that was opened, or is gone back to, take the place of the present one."""


@dataclass(frozen=True)
class Play(Command):
    """Train."""


@dataclass(frozen=True)
class Pause(Command):
    """Stop training."""


@dataclass(frozen=True)
class Pace(Command):
    """Play in slow motion (steps per second), or as fast as it can (None); holds for later runs too."""

    steps_per_second: float | None = None


@dataclass(frozen=True)
class Advance(Command):
    """Do some steps, then stop."""

    steps: int = 1


@dataclass(frozen=True)
class Seek(Command):
    """Show an earlier (or later recorded) step."""

    step: int


@dataclass(frozen=True)
class Branch(Command):
    """Continue from here: the recorded future becomes a ghost."""

    play: bool = False


@dataclass(frozen=True)
class Configure(Command):
    """Take over settings that may change while it runs: those that the user changed, by name."""

    changes: Mapping[str, Any]


@dataclass(frozen=True)
class ApplyEdit(Command):
    """Carry out a change made by hand."""

    edit: Edit


@dataclass(frozen=True)
class Save(Command):
    """Write the run to an experiment file.

    Attributes:
        drawings: what the window adds to the file (canvas, gallery), as JSON values.
        autosave: written behind the user's back: small, and nothing is reported unless it fails.
    """

    path: Path
    drawings: Mapping[str, Any] = field(default_factory=dict)
    autosave: bool = False


@dataclass(frozen=True)
class Publish(Command):
    """Publish even though nothing moves (a tab has become visible)."""


@dataclass(frozen=True)
class Close(Command):
    """Let go of everything; the thread ends after this."""


@dataclass(frozen=True)
class Failure:
    """A command that could not be carried out; unless a new run was to be built, the run is as it was before.

    Attributes:
        kind: what was tried, for programs.
        title: the same in words ("The experiment could not be opened").
        message: cause and remedy.
        way_back: whether nothing has taken the place of the run before, which can be gone back to.
    """

    run_id: int
    kind: FailureKind
    title: str
    message: str
    way_back: bool = False


@dataclass(frozen=True)
class Opened:
    """An experiment file was read and has proved to be good; its run waits to be adopted.

    Attributes:
        repeats, about: how exactly its numbers can be repeated here; the same in a sentence.
    """

    run_id: int
    path: Path
    config: Config
    data: Any
    drawings: Mapping[str, Any]
    repeats: Repeats = "unknown"
    about: str = ""


@dataclass(frozen=True)
class Returned:
    """The previous run is ready and waits to be adopted."""

    run_id: int
    config: Config
    data: Any
    head: int


@dataclass(frozen=True)
class Saved:
    """An experiment file was written."""

    run_id: int
    path: Path
    step: int
    autosave: bool
