"""The Hopfield tab: a memory repairs a damaged picture, pixel by pixel, while its energy falls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from models.base import DataError, Model, Snapshot
from models.data.pictures.patterns import Pattern, check_patterns, from_image
from models.hopfield.config import HopfieldConfig
from models.hopfield.edits import DeletePattern, SetProbe, StorePattern
from models.hopfield.snapshot import HopfieldSnapshot
from playground.live.messages import Failure, Status
from ui.canvas.surface import Surface
from ui.shell.model_tab import ModelTab
from ui.shell.speed import SpeedControl
from ui.shell.transport import Offer
from ui.tabs.hopfield.capacity import CapacityView
from ui.tabs.hopfield.probe import ProbePanel
from ui.tabs.hopfield.recall import RecallView, VerdictCard, in_words
from ui.tabs.hopfield.weights import WeightsView
from ui.widgets.layout import column, row, widget_of
from ui.widgets.view_switch import ViewSwitch

PACE = 100
"""Updates a second to begin with: one sweep over a 16×16 picture takes two and a half seconds."""

PROBE_SETTINGS = frozenset({"patterns", "size", "store", "count", "digit", "corruption", "corruption_rate"})
"""Settings that say what a new run begins with: when they change, the new picture wins over the one on the canvas."""

VIEWS = (
    ("Recall", "The damaged picture, what becomes of it, and why"),
    ("Weights", "How strongly every two pixels are tied together"),
    ("Capacity", "How many patterns fit into a memory"),
)


@dataclass(frozen=True, eq=False)
class Own:
    """A pattern of the user's own: it outlives the run it was stored in."""

    label: str
    pixels: Pattern
    shape: tuple[int, int]

    def fitted(self, shape: tuple[int, int]) -> Pattern:
        """The picture in another memory's size."""
        if shape == self.shape:
            return self.pixels
        return from_image((self.pixels > 0).astype(np.float64).reshape(self.shape), shape)


class HopfieldTab(ModelTab):
    """Recall, weights and capacity in the middle; the canvas for patterns and probes on the right.

    The canvas is the probe: whatever is drawn, loaded or damaged there is where recall starts from. It goes to the
    run as an edit, and when the run shows another start (a new run, an earlier step), the canvas follows.
    """

    side_width = 296
    side_name = "Your picture"
    side_share = 0.24

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: HopfieldSnapshot | None = None
        self._config: HopfieldConfig | None = None  # of the run that is shown
        self._run_seen = -1
        self._own: list[Own] = []
        self._storing: list[Own] = []  # sent, but not yet seen in the memory
        self._expected: list[Pattern] = []  # what the memory holds once it has taken in what was sent
        self._by_hand = False  # the canvas holds something other than what the run began with
        self._target: Pattern | None = None  # the stored pattern that the canvas stands for
        self._base: Pattern | None = None  # the undamaged picture, if nothing stored is meant
        self._awaited: Pattern | None = None  # the probe that was sent, until the run shows it
        self._mirrored: Pattern | None = None
        self._leave_own = False
        super().__init__(model, parent)
        self.session.set_pace(self.speed.pace)
        self.session.failed.connect(self._on_refused)

    # Building ------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """A row of views and the speed above; the verdict; the view."""
        self.verdict = VerdictCard()
        self.verdict.again.connect(self.recall_again)
        self.recall = RecallView()
        self.recall.pattern_chosen.connect(self.load_pattern)
        self.recall.forget.connect(self._forget)
        self.weights = WeightsView()
        self.weights.pixel_chosen.connect(self._explain)
        self.capacity = CapacityView()
        self.capacity.failed.connect(self._on_capacity_failed)
        self.own(self.capacity.job)
        self.speed = SpeedControl("updates", PACE)
        self.speed.pace_changed.connect(self.session.set_pace)
        views = (self.recall, self.weights, self.capacity)
        self.view_buttons = ViewSwitch([(*words, view) for words, view in zip(VIEWS, views, strict=True)])
        self.view_buttons.changed.connect(self._refresh)
        self.views = self.view_buttons.stack
        return widget_of(
            column(
                row((self.view_buttons, 1), self.speed),
                self.verdict,
                (self.views, 1),
                margins=(12, 6, 8, 6),
                spacing=6,
            )
        )

    def make_side(self) -> QWidget:
        """Canvas, store, damage."""
        self.probe = ProbePanel()
        self.probe.drawn.connect(self._on_drawn)
        self.probe.store.connect(self.store_picture)
        self.probe.damage.connect(self.damage)
        self.probe.damage_anew.connect(self.damage_anew)
        self.probe.failed.connect(self._on_bad_input)
        return self.probe

    @Slot(int)
    def show_view(self, index: int) -> None:
        """Recall, weights or capacity."""
        self.view_buttons.show_view(index)

    # What the run shows --------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """What was sent to the old run will not come back."""
        self._awaited = None
        self._storing = []

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        if status.seeking is not None:
            self._awaited = None  # the step that is sought has a picture of its own
        super()._on_status(status)

    @property
    def busy(self) -> bool:
        """Whether the canvas is ahead of the run: something drawn or stored has not been seen in it yet."""
        return self._awaited is not None or self.probe.busy or bool(self._storing)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Pictures, verdict, memory; and the canvas, if recall starts from something else now."""
        assert isinstance(snapshot, HopfieldSnapshot)
        self._shown = snapshot
        self._expected = list(snapshot.patterns)
        if self.session.status.run_id != self._run_seen:
            self._run_seen = self.session.status.run_id
            self._welcome(snapshot)
        self._confirm_stored(snapshot)
        self._mirror(snapshot)
        self._refresh()
        if self.session.status.phase != "running":
            self.told.emit(self._words(self.session.status))
            self.run_bar.show_status(self.session.status)

    @property
    def again(self) -> str:
        """A recall that has ended is not the end."""
        return f"{self.model.verb} again"

    def offer(self, status: Status) -> Offer | None:
        """Another recall, or, before anything was updated, the first one; nothing while the memory is empty."""
        if self._shown is not None and not len(self._shown.patterns):
            return None
        if self._shown is None or self._shown.updates == 0:
            return Offer(self.model.verb, f"{self.model.verb} (Space)")
        return Offer(
            self.again, "Recall once more from the picture on the canvas (Space); draw or damage it first, if you like"
        )

    @Slot()
    def _refresh(self) -> None:
        snapshot, running = self._shown, self.session.status.phase == "running"
        if snapshot is None:
            return
        # Its numbers come with those of the header and the curves: there is one energy on the whole tab.
        self.verdict.show_snapshot(snapshot, running, numbers=self.with_curves.due or not running)
        view = self.views.currentWidget()
        self.verdict.setVisible(view is self.recall)
        self.speed.setVisible(view is not self.capacity)
        if view is self.recall:
            self.recall.show_snapshot(snapshot, running)
        elif view is self.weights:
            self.weights.show_snapshot(snapshot, self.recall.pixel_of(snapshot))
        else:
            self.capacity.set_config(snapshot.config)

    def _welcome(self, snapshot: HopfieldSnapshot) -> None:
        """A new run: the user's own patterns and picture go into it, unless it is about something else."""
        config, before = snapshot.config, self._config
        self._config = config
        self.probe.show_config(config)
        keep_probe = self._by_hand and not self._leave_own
        if before is not None and before.changed(config) & PROBE_SETTINGS:
            keep_probe = False
        probe, shape = self.probe.pixels(), self.probe.shape
        if self._leave_own and self._own:
            count = len(self._own)
            what = "drawing is" if count == 1 else f"{count} drawings are"
            self.banner.say(
                "A preset on its own", f"Your {what} not stored in it.", "info", [("Store them too", self.store_own)]
            )
        elif self._own:
            self.store_own()
        self._leave_own = False
        self._by_hand = False
        if keep_probe and shape == snapshot.shape:
            self._by_hand = True
            self._mirrored = snapshot.start
            self._send(probe)

    @Slot()
    def store_own(self) -> None:
        """Store the user's own patterns in the run that is shown, as far as they are not in it."""
        snapshot = self._shown
        if snapshot is None:
            return
        for own in self._own:
            pixels = own.fitted(snapshot.shape)
            known = any(np.array_equal(pixels, pattern) for pattern in self._expected)  # when small, two may look alike
            if (pixels != pixels[0]).any() and not known:
                self.session.edit(StorePattern(pixels, own.label))
                self._expected.append(pixels)

    def _confirm_stored(self, snapshot: HopfieldSnapshot) -> None:
        """Patterns that were sent are the user's own as soon as the memory has them."""
        for own in list(self._storing):
            if (snapshot.patterns == own.pixels).all(axis=1).any():
                self._storing.remove(own)
                self._own.append(own)
                self._target = own.pixels
                self.told.emit(f"Stored “{own.label}”")
                self._send(self.probe.pixels())

    def _mirror(self, snapshot: HopfieldSnapshot) -> None:
        """Put the start of the recall on the canvas, unless the canvas is ahead of it."""
        if self.probe.busy:
            return
        if self._awaited is not None:
            if not np.array_equal(self._awaited, snapshot.start):
                return
            self._awaited, self._mirrored = None, snapshot.start
        if snapshot.start is self._mirrored:
            return
        self._mirrored = snapshot.start
        if self.probe.shape != snapshot.shape or not np.array_equal(self.probe.pixels(), snapshot.start):
            self._target = self._base = snapshot.target
            self.probe.show_pixels(snapshot.start, snapshot.shape)
        elif self._target is None:
            self._target = snapshot.target

    # What the user does --------------------------------------------------------------------------------------------

    @Slot()
    def toggle(self) -> None:
        """Recall or pause; at the end, recall once more from the same damaged picture."""
        if not self._is_empty() and self.session.status.phase == "finished":
            self.recall_again()
        elif not self._is_empty():
            super().toggle()

    @Slot()
    def step(self) -> None:
        """One update."""
        if not self._is_empty():
            super().step()

    @Slot()
    def recall_again(self) -> None:
        """Start once more from the damaged picture, with what stands in the form."""
        if self._shown is not None and not self._is_empty():
            self.commit()
            if self.session.status.phase != "loading":  # a new run begins with a picture of its own
                self._send(self._shown.start)
            self.session.play()

    def _is_empty(self) -> bool:
        """Whether there is nothing to recall: the card says so, and what to do about it."""
        return self._shown is not None and not len(self._shown.patterns) and self.session.status.phase != "running"

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """A preset comes without the user's own patterns; one click adds them."""
        self._leave_own = True
        super().choose_preset(name)

    @Slot()
    def _on_drawn(self) -> None:
        """The canvas was changed by hand: it is the new probe."""
        pixels = self.probe.pixels()
        self._by_hand = True
        if self.probe.canvas.is_empty or self.probe.canvas is self.probe.pen_canvas:
            self._target = None
        if self._target is None:
            self._base = pixels
        self._send(pixels)

    @Slot(object)
    def load_pattern(self, index: int) -> None:
        """A stored pattern, undamaged, onto the canvas."""
        if self._shown is None or index >= len(self._shown.patterns):
            return
        self._target = self._base = self._shown.patterns[index]
        self._put(self._target)
        self.told.emit(f"“{self._shown.labels[index]}” is on the canvas: damage it, then press Recall (Space)")

    @Slot()
    def damage(self) -> None:
        """Damage the pattern that the canvas stands for."""
        clean = self._clean
        if clean is not None:
            self._put(self.probe.damaged(clean))

    @Slot()
    def damage_anew(self) -> None:
        """Damage it, other pixels than now."""
        clean = self._clean
        if clean is not None and np.array_equal(self.probe.damaged(clean), self.probe.pixels()):
            self.probe.next_seed()
        self.damage()

    @property
    def _clean(self) -> Pattern | None:
        """The undamaged picture that the canvas stands for, if it fits this memory."""
        clean = self._target if self._target is not None else self._base
        fits = clean is not None and self._shown is not None and len(clean) == len(self._shown.start)
        return clean if fits else None

    @Slot(str)
    def store_picture(self, label: str) -> None:
        """Store what is on the canvas."""
        if self._shown is None:
            return
        pixels = self.probe.pixels()
        label = label or f"drawing {len(self._own) + len(self._storing) + 1}"
        try:
            check_patterns(pixels[None])
        except DataError:
            self.banner.say("Nothing to store", "The canvas is empty: draw a picture first.", "warning")
            return
        if any(np.array_equal(own.pixels, pixels) for own in self._storing):
            return  # a double click
        self.banner.clear()
        self._storing.append(Own(label, pixels, self._shown.shape))
        self.session.edit(StorePattern(pixels, label))

    @Slot(object)
    def _forget(self, index: int) -> None:
        """Delete a stored pattern."""
        if self._shown is None or index >= len(self._shown.patterns):
            return
        pattern, shape = self._shown.patterns[index], self._shown.shape
        self._own = [own for own in self._own if not np.array_equal(own.fitted(shape), pattern)]
        self.session.edit(DeletePattern(index))
        self.told.emit(f"“{self._shown.labels[index]}” is forgotten")

    def _put(self, pixels: Pattern) -> None:
        """Put a picture on the canvas and start recall from it."""
        assert self._shown is not None
        self._by_hand = True
        self.probe.show_pixels(pixels, self._shown.shape)
        self._send(pixels)

    def _send(self, pixels: Pattern) -> None:
        """Start a new recall from this picture."""
        if self._shown is None or len(pixels) != len(self._shown.start):
            return
        target = None
        if self._target is not None:
            target = next((i for i, known in enumerate(self._expected) if np.array_equal(known, self._target)), None)
        self._awaited = pixels
        self.session.edit(SetProbe(pixels, target))

    @Slot(object)
    def _on_refused(self, _failure: Failure) -> None:
        self._awaited = None
        self._storing = []

    @Slot(object)
    def _explain(self, pixel: int) -> None:
        """A pixel was chosen in the matrix."""
        self.recall.choose_pixel(pixel)
        self._refresh()

    @Slot(str)
    def _on_capacity_failed(self, sentence: str) -> None:
        self.banner.say("The experiment could not be done", sentence)

    @Slot(str)
    def _on_bad_input(self, sentence: str) -> None:
        self.banner.say("That could not be put on the canvas", sentence, "warning")

    def _words(self, status: Status) -> str:
        """The status bar says the verdict."""
        if self._shown is not None and status.phase in ("paused", "finished") and status.position == status.head:
            return ": ".join(in_words(self._shown, running=False))
        return super()._words(status)

    # Files ---------------------------------------------------------------------------------------------------------

    def drawing_surface(self) -> Surface:
        """The canvas that is shown."""
        return self.probe.canvas

    def drawings(self) -> dict[str, Any]:
        """The user's own patterns and the pen's strokes; what is stored and recalled is part of the run itself."""
        own = [{"label": own.label, "rows": to_rows(own.pixels, own.shape)} for own in self._own]
        return {"patterns": own, **self.probe.as_json()}

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Put back what `drawings` returned; the run from the file has its patterns and its probe already."""
        self._run_seen = self.session.status.run_id
        config = self.session.config
        assert isinstance(config, HopfieldConfig)
        self._config = config
        self.probe.show_config(config)
        self._own = own_patterns(drawings.get("patterns", []))
        self._by_hand, self._awaited = True, None
        self.probe.from_json(drawings)

    def save_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.probe.save(path)
        self.told.emit(f"Saved {path.name}")

    def open_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.probe.open(path)

    def show_off(self) -> None:
        """A pattern damaged more than before, in the middle of its recall, and one of its pixels explained."""
        self.probe.amount.setValue(35)
        self.recall.choose_pixel(7 * self.probe.shape[1] + 10)
        self.session.play()


def to_rows(pixels: Pattern, shape: tuple[int, int]) -> list[str]:
    """A picture as text, "#" for ink and "." for paper, one string per row."""
    return ["".join("#" if pixel > 0 else "." for pixel in row) for row in pixels.reshape(shape)]


def own_patterns(items: Any) -> list[Own]:
    """The patterns of an experiment file; raises DataError when they make no sense."""
    found = []
    for item in items if isinstance(items, list) else [None]:
        lines = item.get("rows") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(lines, list) or not _is_picture(lines):
            raise DataError("A stored drawing in the file is not a picture of “#” and “.”: the file is damaged.")
        pixels = np.array([[1 if pixel == "#" else -1 for pixel in line] for line in lines], dtype=np.int8)
        found.append(Own(str(item.get("label", "drawing"))[:24], pixels.ravel(), (len(lines), len(lines[0]))))
    return found


def _is_picture(lines: list[Any]) -> bool:
    """Whether these are 1 to 32 rows of text of one length, of ink and paper only."""
    if not 0 < len(lines) <= 32 or not all(isinstance(line, str) for line in lines):
        return False
    one_length = len({len(line) for line in lines}) == 1
    return one_length and 0 < len(lines[0]) <= 32 and set("".join(lines)) <= set("#.")
