"""The Sequence tab: a recurrent network reads, remembers, and says what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QMimeData, Slot
from PySide6.QtWidgets import QInputDialog, QWidget

from models.base import DataError, Model, Snapshot
from models.config import Config
from models.data.series.curve import Series
from models.data.text.counting import MEMORIES, counting_bits
from models.data.text.letters import Text
from models.sequence.config import MOST_TYPED, OWN, SequenceConfig
from models.sequence.data import EncodingError, open_data, own_text
from models.sequence.edits import HoldUnit
from models.sequence.generate import generate
from models.sequence.model import METRICS, fitted_to
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import Language, Memory, NextLetter, NextValue, Task
from playground.live.job import Job
from playground.live.messages import Opened
from ui.shell.model_tab import ModelTab
from ui.tabs.sequence.generate_view import GenerateView
from ui.tabs.sequence.looks_view import LooksView
from ui.tabs.sequence.memory_view import MemoryView
from ui.tabs.sequence.reading import Reader
from ui.tabs.sequence.series_view import SeriesView
from ui.tabs.sequence.try_it import TryPanel
from ui.tabs.sequence.unrolled import UnrolledView
from ui.widgets.dropped import files_in
from ui.widgets.layout import column, widget_of
from ui.widgets.view_switch import ViewSwitch

VIEWS = (
    ("Unrolled", "What it reads, remembers and expects, moment by moment; any unit in numbers"),
    ("Generate", "It writes by itself, letter by letter"),
    ("Memory", "How far back blame reaches: RNN, GRU and LSTM"),
    ("What it looks at", "Which earlier letters drive the next; where else the same units are on"),
    ("Series", "A series, what is foretold of it, and a curve of your own to continue"),
)
UNROLLED, GENERATE, MEMORY, LOOKS, SERIES = range(5)

HEAVY_EVERY = 12
"""While it trains, numbers, formulas and what is worked out in the background come with every twelfth frame."""

GREEDY = 60
"""Letters that are written by the likeliest way, to see what it has learnt so far."""

ENCODINGS = ("cp1252", "latin-1", "utf-16", "shift_jis", "gb18030", "koi8-r", "mac-roman")
"""What a text that is not UTF-8 may be written in, the most frequent first."""


class SequenceTab(ModelTab):
    """Views of a network that reads in the middle; a line to type in on the right."""

    side_width = 280
    side_share = 0.2
    data_words = "a text, or a table with a series"
    data_kinds = "Texts and tables (*.txt *.md *.csv *.tsv *.py);;All files (*)"

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._snapshot: SequenceSnapshot | None = None
        self._task: Task | None = None
        self._kind: type[Task] = NextLetter
        super().__init__(model, parent)
        self._reads = self.turns.turn(6, self._refresh)
        self._heavy = self.turns.turn(HEAVY_EVERY, among=self._reads)
        self.counting = Job("counting models", self)
        self.counting.results.connect(self._on_counted)
        self.own(self.counting)
        for job, view in (
            (self.generated.job, self.generated),
            (self.memory.job, self.memory),
            (self.memory.gap_job, self.memory),
            (self.looks.job, self.looks),
            (self.series.job, self.series),
        ):
            self.own(job, while_visible=view)

    # Building -------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """A row of views above, the chosen one below."""
        self.reader = Reader()
        self.unrolled = UnrolledView()
        self.unrolled.held.connect(self._on_held)
        self.unrolled.changed.connect(self._at_once)
        self.generated = GenerateView()
        self.memory = MemoryView()
        self.memory.all_wanted.connect(self._use_all)
        self.looks = LooksView()
        self.series = SeriesView()
        self.series.series_drawn.connect(self._on_drawn)
        views = (self.unrolled, self.generated, self.memory, self.looks, self.series)
        self.view_buttons = ViewSwitch([(*words, view) for words, view in zip(VIEWS, views, strict=True)])
        self.view_buttons.changed.connect(self._at_once)
        self.views = self.view_buttons.stack
        return widget_of(column(self.view_buttons, (self.views, 1), margins=(12, 6, 8, 6), spacing=6))

    def make_side(self) -> QWidget:
        """Type something."""
        self.try_panel = TryPanel()
        self.try_panel.typed.connect(self._at_once)
        self.try_panel.learn_wanted.connect(self._learn_typed)
        return self.try_panel

    @Slot(int)
    def show_view(self, index: int) -> None:
        """One of the views."""
        self.view_buttons.show_view(index)

    # What the run shows ---------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """Another run."""
        self._snapshot = self._task = None
        self.counting.cancel()
        self.plots.set_levels("bits a letter", ())
        for view in (self.unrolled, self.generated, self.memory, self.looks, self.series):
            view.clear()
        self.try_panel.clear()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take note of it; what is due is drawn in its turn."""
        assert isinstance(snapshot, SequenceSnapshot)
        self._snapshot = snapshot
        if snapshot.task is not self._task:
            self._begin_task(snapshot)

    def _begin_task(self, snapshot: SequenceSnapshot) -> None:
        """Another question: which plots, and which view, it asks for."""
        task = self._task = snapshot.task
        self.plots.leave_out(absent(task, snapshot.config))
        self.unrolled.offer(snapshot)
        self.try_panel.offer(task, snapshot.data)
        if not isinstance(task, self._kind):
            self._kind = _kind(task)
            best = {NextValue: SERIES, Memory: MEMORY}.get(self._kind, UNROLLED)
            if self.views.currentIndex() in (SERIES, LOOKS, GENERATE) or best == SERIES:
                self.view_buttons.show_view(best)
        if isinstance(task, NextLetter) and task.held_out_moments:
            self.counting.start(_counted(task.text))

    @Slot(object)
    def _on_counted(self, found: list[list[tuple[str, float]]]) -> None:
        self.plots.set_levels("bits a letter", found[-1])

    @Slot()
    def _at_once(self) -> None:
        """The user looks at something else, or has typed something."""
        self.turns.all_in_the_next()
        self._refresh(whole=True)

    @Slot()
    def _refresh(self, *, whole: bool = False) -> None:
        """Draw the answer, and the view that is seen."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        whole = whole or self._heavy.due
        view, cell = self.views.currentIndex(), self.unrolled.cell
        reading = self.reader.read(snapshot, self.try_panel.text, cell)
        self.try_panel.show_reading(snapshot, reading, self.reader.unknown)
        if reading is None:
            return
        if view == UNROLLED:
            self.unrolled.show_reading(snapshot, reading, whole=whole)
        elif view == GENERATE and whole:
            self.generated.show_snapshot(snapshot, self._greedy(snapshot), cell)
        elif view == MEMORY and whole:
            known = self.record.known.get("gradient")
            self.memory.show_snapshot(snapshot, None if known is None else known.value)
        elif view == LOOKS and whole:
            self.looks.show_reading(snapshot, reading, cell)
        elif view == SERIES and whole:
            self.series.show_snapshot(snapshot, cell)

    def _greedy(self, snapshot: SequenceSnapshot) -> str:
        """What it writes by the likeliest way."""
        task = snapshot.task
        if not isinstance(task, NextLetter):
            return ""
        text = task.text
        length = min(GREEDY, len(text.codes) - 1) if task.whole else GREEDY
        start = text.codes[:1]
        if text.lines and "\n" in text.alphabet:
            start = text.encode(["\n"])
        written = generate(snapshot.network(self.unrolled.cell), start, length)[0]
        return "".join(text.alphabet[code] for code in (*start, *written)).lstrip("\n")

    # What the user does ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_held(self, edit: HoldUnit) -> None:
        self.session.edit(edit)
        what = "let go" if edit.value is None else "switched off" if edit.value == 0 else f"frozen at {edit.value:.2f}"
        self.told.emit(f"Unit {edit.unit + 1} is {what}")

    @Slot()
    def _use_all(self) -> None:
        """RNN, GRU and LSTM side by side."""
        config = self.form.config().model_copy(update={"cell": "all"})
        self.form.set_config(config)
        self.session.reset(config, play=self.session.training)
        self._show_choice()
        self.say_begun("RNN, GRU and LSTM side by side on the same batches")

    @Slot(str)
    def _learn_typed(self, text: str) -> None:
        """What was typed is to be learnt."""
        try:
            data = Text(text, holds_out=False)
        except DataError as error:
            self.banner.say("This cannot be learnt", str(error))
            return
        config = self.form.config()
        assert isinstance(config, SequenceConfig)
        words = self.model.presets["any-word"].config
        assert isinstance(words, SequenceConfig)
        base = config if config.dataset == "text" else words
        config = base.model_copy(update={"text": data.content, "dataset": "text", "seed": config.seed})
        self.banner.clear()
        self.form.set_config(config)
        self.try_panel.set_text("")
        if self.session.data is not None:
            self.session.config = config
            self.session.set_data(None)
        else:
            self.session.reset(config, play=True)
        self._show_choice()
        self.say_begun(f"Learns {data.about}")

    @Slot(object)
    def _on_drawn(self, series: Series) -> None:
        self._learn(series, "Learns your curve", play=True)

    def _learn(self, data: Text | Series, words: str, *, play: bool = False) -> None:
        """Learn data of the user's own from now on."""
        config = self.form.config()
        assert isinstance(config, SequenceConfig)
        config = fitted_to(config, data)
        self.banner.clear()
        self.form.set_config(config)
        self.session.config = config
        self.session.set_data(data)
        if play:
            self.session.play()
        self._show_choice()
        self.say_begun(words)

    def open_data(self, paths: list[Path]) -> None:
        """See ModelTab; the encoding of a text that is not UTF-8 is asked for."""
        try:
            try:
                data = open_data(paths)
            except EncodingError as error:
                encoding = self.ask_encoding(str(error))
                if not encoding:
                    return
                data = open_data(paths, encoding)
        except DataError as error:
            self.banner.say("The data could not be opened", str(error))
            return
        about = data.about if isinstance(data, Text) else f"{len(data):,} values"
        self._learn(data, f"Data opened: {data.name}, {about}")

    def ask_encoding(self, why: str) -> str:
        """Which encoding a text is written in; "" when the user does not know."""
        chosen, good = QInputDialog.getItem(
            self, "Which encoding?", f"{why.partition('. ')[0]}. It may be:", list(ENCODINGS), 0, False
        )
        return chosen if good else ""

    def use_data_set(self) -> None:
        """See ModelTab; without own data the words of the setting are learnt."""
        config = self.form.config()
        assert isinstance(config, SequenceConfig)
        if config.dataset == OWN:
            config = self.model.presets[self.model.default_preset].config
            self.form.set_config(config)
            self.session.config = config
        super().use_data_set()
        self._show_choice()

    def take(self, mime: QMimeData | None) -> None:
        """A text or a file that was dropped or pasted is learnt; raises DataError where there is neither."""
        files = files_in(mime) if mime is not None else []
        if files:
            self.open_data(files)
            return
        text = mime.text() if mime is not None else ""
        if not text.strip():
            raise DataError("Neither a text nor a file was dropped here: drop a text to learn it.")
        if len(text) <= MOST_TYPED // 10:
            self._learn_typed(text)
            return
        data = own_text(text, "pasted text")
        self._learn(data, f"Learns a text of your own: {data.about}")

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """See ModelTab; a preset brings its own data."""
        self.session.data = None
        super().choose_preset(name)

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        """Who chooses another data set leaves the data of their own."""
        assert isinstance(config, SequenceConfig)
        if self.session.data is None or config.dataset == OWN:
            super()._on_config(config)
            return
        self.session.config = config
        self.session.set_data(None)
        self._show_choice()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        """Data of the user's own that came with a file are theirs again: a new run can begin on them."""
        super()._on_opened(opened)
        if isinstance(opened.data, Text | Series) and opened.data.own:
            self.session.data = opened.data

    def drawings(self) -> dict[str, Any]:
        """What stands in the line."""
        return {"typed": self.try_panel.text} if self.try_panel.text else {}

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """See ModelTab."""
        typed = drawings.get("typed", "")
        if not isinstance(typed, str):
            raise DataError("What was typed cannot be read from this file.")
        self.try_panel.set_text(typed)

    def show_off(self) -> None:
        """A unit in numbers."""
        self.show_view(UNROLLED)
        reading = None if self._snapshot is None else self.reader.read(self._snapshot, self.try_panel.text)
        if reading is not None:
            self.unrolled.pick(reading.hidden[0].shape[1] // 3, min(2, len(reading.letters) - 1))


def absent(task: Task, config: SequenceConfig) -> frozenset[str]:
    """Names of the metrics that a run of this kind does not have."""
    several = config.cell == "all"
    known = (
        {f"{cell}{end}" for cell in config.cells for end in ("_loss", "_test_loss")}
        if several
        else {"loss", "gradient"}
    )
    if not several:
        known |= {"accuracy"} if task.loss == "cross_entropy" else set()
        known |= {"bits"} if isinstance(task, NextLetter) else set()
        known |= {"free_error"} if isinstance(task, NextValue) else set()
        if isinstance(task, NextLetter):
            known |= {"bits_per_letter", "test_accuracy", "test_loss"} if task.held_out_moments else {"says"}
        else:
            known |= {"test_loss"} | ({"test_accuracy"} if isinstance(task, Memory | Language) else set())
    return frozenset(spec.name for spec in METRICS) - known


def _kind(task: Task) -> type[Task]:
    """Which of the kinds that are looked at differently."""
    return next((kind for kind in (NextLetter, Language, NextValue, Memory) if isinstance(task, kind)), Task)


def _counted(text: Text) -> Iterator[list[tuple[str, float]]]:
    """The counting models as values to be reached: the best ones, by their letters of memory."""
    bits = counting_bits(text)
    yield [
        (f"{memory} letter{'s' * (memory > 1)} counted", float(value))
        for memory, value in zip(MEMORIES, bits, strict=True)
        if memory
    ]
