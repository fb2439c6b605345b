"""What a recall looks like: the damaged picture, what became of it, what is wrong, and why a pixel is as it is."""

from __future__ import annotations

import re
from html import escape

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from models.hopfield.energy import WORDS, Verdict, wants_to_flip
from models.hopfield.local_field import LocalField, local_field
from models.hopfield.snapshot import HopfieldSnapshot
from ui.canvas.pixel_canvas import PixelCanvas
from ui.plots import colormaps
from ui.plots.grids.image_gallery import ImageGallery
from ui.plots.signed_bars import SignedBars
from ui.widgets import theme
from ui.widgets.buttons import push_button, tool_button
from ui.widgets.layout import beside, column, heading, muted, row, widget_of
from ui.widgets.numbers import number, true_minus
from ui.widgets.plain import MarkupLabel, PlainLabel, as_tip

SEVERITY: dict[Verdict, str] = {
    "running": "info",
    "recovered": "success",
    "inverse": "warning",
    "other pattern": "warning",
    "spurious": "warning",
    "cycle": "warning",
    "not converged": "warning",
    "nothing stored": "info",
}
"""How each verdict is coloured."""


GAP = 10
"""Pixels between two pictures."""

LOWEST_PICTURE, LOWEST_MEMORY = 64, 112
"""Heights in pixels below which pictures and memory do not shrink."""


class VerdictCard(QFrame):
    """What recall has come to, large and in words; always the same height.

    Signals:
        again(): recall once more from the same damaged picture.
    """

    again = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "banner")
        self.title = PlainLabel()
        theme.set_role(self.title, "title")
        self.title.setAccessibleName("verdict")
        self.sentence = PlainLabel()
        self.sentence.setWordWrap(True)
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.numbers = muted()
        self.numbers.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        tip = "Recall once more from the same damaged picture (Space)"
        self.again_button = tool_button("reset", "again", tip, self.again)
        parts = (self.title, (self.sentence, 1), self.numbers, self.again_button)
        row(*parts, margins=(12, 4, 10, 4), spacing=12, inside=self)
        widest = self.fontMetrics().horizontalAdvance("overlap −0.0000")
        self.numbers.setMinimumWidth(widest)
        self.setFixedHeight(2 * self.fontMetrics().height() + 18)

    def show_snapshot(self, snapshot: HopfieldSnapshot, running: bool, *, numbers: bool = True) -> None:
        """Verdict and reason; overlap and energy when it is the turn of the `numbers`."""
        title, sentence = in_words(snapshot, running)
        theme.set_role(self, SEVERITY[snapshot.verdict], name="severity")
        self.title.setText(title)
        self.sentence.setText(sentence)
        self.again_button.setEnabled(snapshot.updates > 0)
        if not numbers:
            return
        overlap, energy = f"overlap {number(snapshot.overlap)}", f"energy {number(snapshot.energy)}"
        self.numbers.setText(f"{overlap}\n{energy}" if len(snapshot.patterns) else "")


def in_words(snapshot: HopfieldSnapshot, running: bool) -> tuple[str, str]:
    """The verdict as a title and a sentence."""
    if snapshot.verdict == "nothing stored":
        return "Empty memory", "There is nothing to recall yet: draw a picture on the right and press “Store it”."
    if snapshot.verdict == "running":
        if running and _is_warm(snapshot):
            return "Recalling …", "Pixels listen to one another, but in the heat some flip against their field."
        if running:
            return "Recalling …", "Pixels listen to one another; the energy falls until nobody wants to change."
        if snapshot.updates:
            return "Paused", f"{wishes(snapshot)}: Recall (Space) goes on."
        return "Ready", "Recall (Space) lets the memory repair the damaged picture; → does one update at a time."
    title, _, sentence = WORDS[snapshot.verdict].partition(": ")
    if snapshot.verdict == "cycle":
        sentence = sentence.replace("the pictures repeat", f"{snapshot.cycle_length} pictures repeat")
    if snapshot.verdict == "not converged":
        wish = wishes(snapshot)
        sentence = f"updates used up, {wish[0].lower()}{wish[1:]}."
    return title, sentence[:1].upper() + sentence[1:]


def wishes(snapshot: HopfieldSnapshot) -> str:
    """How many pixels disagree with their local field: the beginning of a sentence."""
    if snapshot.weights is None:
        return "The picture still moves towards its best match"
    count = int(wants_to_flip(snapshot.fields, snapshot.state, snapshot.config.zero_field).sum())
    if count:
        return "1 pixel wants to change" if count == 1 else f"{count} pixels want to change"
    chance = ", only the heat flips some" if _is_warm(snapshot) else ""
    return f"No pixel wants to change{chance}"


def _is_warm(snapshot: HopfieldSnapshot) -> bool:
    config = snapshot.config
    return config.rule != "modern" and config.update == "stochastic" and config.temperature > 0


class Picture(QWidget):
    """A picture with a heading above it.

    Signals:
        pixel_clicked(int): index of a pixel, row by row.
    """

    pixel_clicked = Signal(object)

    def __init__(self, name: str, tooltip: str, *, signed: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.heading = heading(name)
        self.heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.canvas = PixelCanvas(16, 16, low=-1.0, high=1.0, signed=signed)
        self.canvas.set_editable(False)
        self.canvas.setAccessibleName(name)
        self.canvas.setToolTip(as_tip(tooltip))
        self.canvas.cell_clicked.connect(self._on_cell)
        column(self.heading, (self.canvas, 1), spacing=3, inside=self)
        self._shown: NDArray[np.float64] | None = None

    def show_pixels(self, pixels: NDArray[np.float64], heading: str, marked: int | None = None) -> None:
        """Show (H, W) pixels in [−1, 1], one of them marked."""
        self.heading.setText(heading)
        if self._shown is None or not np.array_equal(self._shown, pixels):
            self._shown = np.array(pixels)
            self.canvas.set_pixels(pixels, undoable=False)
        marks = None
        if marked is not None:
            marks = np.zeros(pixels.shape, dtype=np.bool_)
            marks.flat[marked] = True
        self.canvas.set_marks(marks)

    @Slot(int, int)
    def _on_cell(self, row: int, column: int) -> None:
        self.pixel_clicked.emit(row * self.canvas.columns + column)


class RecallView(QWidget):
    """Four pictures, the local field of a pixel, and the memory with its overlaps.

    Signals:
        pattern_chosen(int): a stored pattern was clicked.
        forget(int): the chosen pattern is to be deleted.
    """

    pattern_chosen = Signal(object)
    forget = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: HopfieldSnapshot | None = None
        self._pixel: int | None = None
        self._chosen = 0  # the stored pattern that was clicked last
        self._memory: tuple[object, ...] = ()
        self._level = colormaps.HeldLevel()
        self.start = Picture("Damaged", "The picture from which recall begins. Click a pixel for its local field.")
        self.now = Picture(
            "Now", "The picture as it is now; the dot is the pixel updated last. Click one for its field."
        )
        self.difference = Picture("Difference", "Orange: ink too much. Blue: ink that is missing.", signed=True)
        self.weights = Picture(
            "Weights",
            "How strongly each pixel pulls at the chosen one: orange the same way, blue the other.",
            signed=True,
        )
        self.field = MarkupLabel()
        self.field.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.field.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.field.setAccessibleName("local field")
        self.field.setFixedHeight(2 * self.field.fontMetrics().height() + 8)
        self.gallery = ImageGallery(cell=44, empty_text="Nothing is stored yet")
        self.gallery.setAccessibleName("stored patterns")
        self.gallery.setToolTip(
            "Click a pattern to put it on the canvas. ✓ fixed point: it stays as it is. ✗ it does not."
        )
        self.gallery.picked.connect(self._on_chosen)
        self.gallery_heading = heading()
        self.forget_button = push_button(
            "Forget", "Delete the chosen pattern from the memory", self._on_forget, role="quiet"
        )
        self.bars = SignedBars("overlap", empty_text="Overlaps with stored patterns appear here")
        self.bars.picked.connect(self._on_chosen)
        self.bars_heading = heading()
        self.bars_heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._lay_out()
        for picture in self.pictures:
            picture.pixel_clicked.connect(self.choose_pixel)
        theme.follow(self, self._restyle)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The four pictures, from left to right."""
        return self.start, self.now, self.difference, self.weights

    def _lay_out(self) -> None:
        self._pictures = widget_of(row(*((picture, 1) for picture in self.pictures), spacing=GAP))
        self.bars_heading.setMinimumHeight(self.forget_button.sizeHint().height())
        title = row((self.gallery_heading, 1), self.forget_button)
        left = widget_of(column(title, (self.gallery, 1), spacing=2))
        right = widget_of(column(self.bars_heading, (self.bars, 1), spacing=2))
        column(self._pictures, self.field, (beside((left, 3), (right, 2)), 1), spacing=4, inside=self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The pictures take the height that their width asks for; the memory below has the rest."""
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        rows, columns = self.now.canvas.rows, self.now.canvas.columns
        width = (self.width() - 3 * GAP) // 4
        heading = self.now.heading.sizeHint().height() + 3
        wanted = max(width // columns * rows + 2, LOWEST_PICTURE) + heading
        most = self.height() - self.field.height() - LOWEST_MEMORY - 8
        self._pictures.setFixedHeight(max(min(wanted, most), LOWEST_PICTURE + heading))

    # -- what is shown

    def show_snapshot(self, snapshot: HopfieldSnapshot, running: bool) -> None:
        """Pictures, local field, memory, overlaps."""
        self._snapshot = snapshot
        shape = snapshot.shape
        state = snapshot.state.reshape(shape)
        start = snapshot.start.astype(np.float64).reshape(shape)
        moving = snapshot.last_pixel if snapshot.verdict == "running" else None
        if snapshot.target is None:
            before, what, wanted = "Before", "Changed", start
        else:
            what, wanted = "Still wrong", snapshot.target.astype(np.float64).reshape(shape)
            damaged = int((snapshot.start != snapshot.target).sum())
            before = f"Damaged · {damaged} px" if damaged else "Undamaged"
        wrong = int(((state > 0) != (wanted > 0)).sum())
        self.start.show_pixels(start, before)
        self.now.show_pixels(state, f"Now · {updates_in_words(snapshot.updates)}", moving)
        self.difference.show_pixels((state - wanted) / 2, f"{what} · {wrong} px")
        self._share_height()
        self._show_memory(snapshot)
        self._show_overlaps(snapshot)
        self._show_field(running)

    def choose_pixel(self, pixel: int) -> None:
        """Explain this pixel; the same one again: the one that was updated last."""
        self._pixel = None if pixel == self._pixel else pixel
        if self.isVisible():
            self._show_field(False)

    def pixel_of(self, snapshot: HopfieldSnapshot) -> int | None:
        """The pixel that is explained: the chosen one if this picture has it, else the one updated last."""
        if self._pixel is not None and self._pixel < len(snapshot.state):
            return self._pixel
        return snapshot.last_pixel

    def _show_field(self, running: bool) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        pixel = self.pixel_of(snapshot)
        if pixel is None or not len(snapshot.patterns) or (running and self._pixel is None):
            self.field.setText(_muted("Click a pixel: why it is what it is, and what it wants to be, appears here."))
            self.weights.show_pixels(np.zeros(snapshot.shape), "Weights")
            return
        field = self._field_that_fits(snapshot, pixel)
        row, column = divmod(pixel, snapshot.shape[1])
        name = f"Pixel {pixel} (row {row}, column {column})"  # all counted from 0, as in the matrix of weights
        if snapshot.weights is None:
            heading, shown = "Drawn to", snapshot.fields
            what = f"{name} moves to the patterns' mean, weighted by softmax"
        else:
            heading, shown = f"Weights of pixel {pixel}", snapshot.weights[pixel]
            level = self._level.update(colormaps.symmetric_level(snapshot.weights))
            shown = np.clip(shown / level, -1, 1)
            wish = "wants to flip" if field.following != field.now else "is content"
            what = true_minus(f"{name} is {field.now:+.0f} and {wish}")
        self.field.setText(f"<b>{escape(what)}</b><br>{as_html(field.formula)}")
        self.weights.show_pixels(shown.reshape(snapshot.shape), heading, pixel)

    def _field_that_fits(self, snapshot: HopfieldSnapshot, pixel: int) -> LocalField:
        """The local field with as many terms written out as fit into one line."""
        for terms in (6, 5, 4, 3, 2):
            field = local_field(snapshot, pixel, terms)
            if (
                self.field.fontMetrics().horizontalAdvance(field.formula) < 1.04 * self.field.width()
            ):  # indices are small
                break
        return field

    def _show_memory(self, snapshot: HopfieldSnapshot) -> None:
        memory = (snapshot.patterns, snapshot.labels, snapshot.stable)
        if len(self._memory) == 3 and all(a is b for a, b in zip(memory, self._memory, strict=True)):
            return
        self._memory = memory
        count = len(snapshot.patterns)
        images = np.where(snapshot.patterns > 0, 255, 0).astype(np.uint8).reshape(count, *snapshot.shape)
        names = [
            re.sub(r" \(#\d+\)$", "", label) for label in snapshot.labels
        ]  # the place in MNIST takes too much room
        captions = [f"{'✓' if ok else '✗'} {name}" for name, ok in zip(names, snapshot.stable, strict=True)]
        self.gallery.set_images(images, captions, self._caption_color)
        self.gallery.set_highlight([])
        stable = int(snapshot.stable.sum())
        self.gallery_heading.setText(f"Stored: {count} · fixed points ✓ {stable}" if count else "Stored: nothing yet")
        self.forget_button.setEnabled(False)

    def _caption_color(self, index: int) -> QColor:
        colors = theme.current()
        stable = self._snapshot is not None and bool(self._snapshot.stable[index])
        return colors.success if stable else colors.warning

    def _show_overlaps(self, snapshot: HopfieldSnapshot) -> None:
        target = None
        if snapshot.target is not None:
            found = np.flatnonzero((snapshot.patterns == snapshot.target).all(axis=1))
            target = int(found[0]) if len(found) else None
        self.bars.set_values(snapshot.overlaps, snapshot.labels, target)
        words = "Overlaps"
        if len(snapshot.overlaps):
            best = int(np.argmax(snapshot.overlaps))
            label, value = snapshot.labels[best], float(snapshot.overlaps[best])
            words = f"Overlaps · most like {label}: {value:.2f}"
            if snapshot.attention is not None:
                words = f"Overlap {label}: {value:.2f} · softmax {100 * snapshot.attention[best]:.0f} %"
            words = true_minus(words)
        self.bars_heading.setText(words)

    # -- what the user does

    @Slot(object)
    def _on_chosen(self, index: int) -> None:
        self.gallery.set_highlight([index])
        self._chosen = index
        self.forget_button.setEnabled(True)
        self.pattern_chosen.emit(index)

    @Slot()
    def _on_forget(self) -> None:
        self.forget_button.setEnabled(False)
        self.gallery.set_highlight([])
        self.forget.emit(self._chosen)

    @Slot()
    def _restyle(self) -> None:
        self._show_field(False)


def updates_in_words(updates: int) -> str:
    """1 update, 2 updates."""
    return f"{updates} update{'s' if updates != 1 else ''}"


def as_html(formula: str) -> str:
    """A formula in plain text with its indices lowered and raised: h_3 → h<sub>3</sub>, ξ^μ → ξ<sup>μ</sup>."""
    html = formula.replace("&", "&amp;").replace("<", "&lt;")
    html = re.sub(r"_([\wμ]+(?:,\w+)?)", r"<sub>\1</sub>", html)
    return re.sub(r"\^(\w+)", r"<sup>\1</sup>", html)


def _muted(text: str) -> str:
    return f'<span style="color:{theme.current().muted.name()}">{escape(text)}</span>'
