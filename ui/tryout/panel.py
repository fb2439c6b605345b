"""The panel where a classifier is tried out: draw, see what the network is given, read its answer as the pen moves, and
say what it should have been.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from models.base import Answer, Classifier, DataError, Snapshot
from models.data.drawing.photos import read_photo
from models.data.drawing.preparation import Preparation, Stage, to_bytes
from models.data.drawing.strokes import Drawing, format_drawings, parse_drawings, write_drawings
from models.supervised.familiarity import Familiarity, Judged
from playground.engine.drawings import Example, check_size, from_picture, read_examples
from ui.canvas import incoming
from ui.canvas.canvas_panel import CanvasPanel
from ui.canvas.pixel_canvas import PixelCanvas
from ui.canvas.stroke_canvas import StrokeCanvas
from ui.plots.probability_bars import ProbabilityBars
from ui.tryout.preparation_view import PreparationView
from ui.tryout.subject import Subject
from ui.tryout.teach_panel import TeachPanel
from ui.widgets import theme
from ui.widgets.buttons import SteadyButton, push_button
from ui.widgets.layout import row
from ui.widgets.plain import as_tip

PEN_REST = 0.15
"""Seconds after the last change on the canvas for which the pen counts as moving."""

STAGES_INTERVAL = 150
"""Milliseconds between two pictures of the preparation's steps; they cost ten times what the answer costs."""


def _never(image: NDArray[np.uint8]) -> bool:
    return False


class TryPanel(QWidget):
    """Canvas, answer, preparation, and the user's own drawings to teach with.

    The answer is worked out in the window's thread, on the latest published copy of the parameters, once for all pen
    movements that have queued up and for all who ask for it; so it follows the pen however fast the worker trains.

    Attributes:
        held_out: (picture (H, W)) → whether the network is tested on it; such a picture cannot be taught.

    Signals:
        input_changed(): another image is to be judged; `preparation` holds it.
        failed(sentence): something dropped, pasted or opened could not be used.
        noticed(sentence): something worth knowing about what was loaded.
    """

    input_changed = Signal()
    failed = Signal(str)
    noticed = Signal(str)

    def __init__(self, subject: Subject, classifier: Classifier, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._classifier = classifier
        self._snapshot: Snapshot | None = None
        self._answered: tuple[Snapshot, Preparation, Answer] | None = None
        self._learnt: tuple[Snapshot, Familiarity, NDArray[np.uint8]] | None = None
        self._judged: tuple[Answer, Judged] | None = None
        self._truth: tuple[NDArray[np.uint8], str] | None = None
        self.held_out = _never
        self._subject = subject
        self.preparation: Preparation | None = None
        self._drawn_at = -1.0
        self.pen_canvas = StrokeCanvas(placeholder=subject.placeholder)
        self.cell_canvas = PixelCanvas(8, 8)
        self._canvases = QStackedWidget()
        self._panels = [CanvasPanel(self.pen_canvas), CanvasPanel(self.cell_canvas)]
        for panel in self._panels:
            self._canvases.addWidget(panel)
        self.view = PreparationView()
        self.bars = ProbabilityBars(subject.names)
        self.bars.set_clickable("Wrong or unsure?\nClick what it is.")
        self.bars.setToolTip(
            "How probable the model finds each class; together they make 100 %. Click the right answer to correct it: "
            "the drawing joins “My drawings”, which the network can be taught with."
        )
        self.bars.picked.connect(self.correct)
        self.teach = TeachPanel()
        self.teach.failed.connect(self.failed)
        self.teach.noticed.connect(self.noticed)
        self.teach.chosen.connect(self.show_example)
        self.teach.counted.connect(self._show_count)
        self._lower = QStackedWidget()
        self._lower.addWidget(self.view)
        self._lower.addWidget(self.teach)
        self._lower.setFixedHeight(self.view.sizeHint().height())  # the canvas keeps its size on either page
        layout = QGridLayout(self)
        layout.setContentsMargins(8, 8, 12, 8)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(4)
        layout.addWidget(self._canvases, 0, 0)
        layout.addWidget(self.bars, 0, 1)
        layout.addLayout(self._make_switch(), 1, 0, 1, 2)
        layout.addWidget(self._lower, 2, 0, 1, 2)
        layout.setRowStretch(0, 1)
        layout.setColumnStretch(0, 3)
        layout.setColumnStretch(1, 2)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)  # after the pen events that are already queued
        self._soon.timeout.connect(self._prepare)
        self._stages_soon = QTimer(self)
        self._stages_soon.setSingleShot(True)
        self._stages_soon.setInterval(STAGES_INTERVAL)
        self._stages_soon.timeout.connect(self._show_stages)
        for panel in self._panels:
            panel.changed.connect(self._soon.start)
            panel.failed.connect(self.failed)
            panel.noticed.connect(self.noticed)
        self._apply(subject)

    def _make_switch(self) -> QHBoxLayout:
        """The two things that the lower half can show."""
        line = row(spacing=4)
        self._switch = QButtonGroup(self)
        for index, (words, tip) in enumerate(
            (
                ("What the network sees", "The drawing on its way to the pixels that the network is given"),
                ("My drawings", "Drawings whose right answer you clicked: teach the network your hand with them"),
            )
        ):
            # The second has room for the number of drawings from the start.
            button = SteadyButton(words, longest=f"{words} (99)") if index == 1 else QPushButton(words)
            button.setCheckable(True)
            button.setChecked(index == 0)
            button.setToolTip(as_tip(tip))
            theme.set_role(button, "quiet")
            self._switch.addButton(button, index)
            line.addWidget(button)
        line.addStretch(1)
        self._extras = line
        self._switch.idClicked.connect(self.show_page)
        return line

    # What is drawn ---------------------------------------------------------------------------------------------------

    @property
    def subject(self) -> Subject:
        """What is drawn."""
        return self._subject

    def set_subject(self, subject: Subject) -> None:
        """Draw something else: another canvas, other classes, other kept drawings."""
        if subject != self._subject:
            self._subject = subject
            self._apply(subject)

    def _apply(self, subject: Subject) -> None:
        self.preparation = self._snapshot = None  # a network for other classes
        self._canvases.setCurrentIndex(int(subject.cells))
        self.bars.set_names(subject.names)
        self.teach.set_subject(subject)
        if not subject.cells:
            self.pen_canvas.set_subject(subject.placeholder, subject.preparing)
        self._soon.start()

    @property
    def canvas(self) -> StrokeCanvas | PixelCanvas:
        """The canvas that is shown."""
        return self.cell_canvas if self._subject.cells else self.pen_canvas

    def add_button(self, text: str, tooltip: str, slot: Callable[[], object]) -> QPushButton:
        """A button of the tab's own below the canvas."""
        button = push_button(text, tooltip, slot)
        self._extras.addWidget(button)
        return button

    def set_network(self, snapshot: Snapshot | None, *, now: bool = True) -> None:
        """Answer with this network from now on (None: there is none); the bars follow `now` or at the next stroke."""
        self._snapshot = snapshot
        if now:
            self._show_answer()

    @property
    def answer(self) -> Answer | None:
        """What the network makes of the canvas, with its activations, also when it is untrained or nothing is drawn.

        None while there is no network, or nothing has been prepared for it yet.
        """
        snapshot, preparation = self._snapshot, self.preparation
        if snapshot is None or preparation is None:
            return None
        if self._answered is None or self._answered[0] is not snapshot or self._answered[1] is not preparation:
            answer = self._classifier.predict(snapshot, preparation.image[None], activations=True)
            self._answered = snapshot, preparation, answer
        return self._answered[2]

    def set_familiarity(self, snapshot: Snapshot | None, learnt: Familiarity | None, images: NDArray[np.uint8]) -> None:
        """From now on say whether a drawing is unlike what this snapshot's network has learnt from: `images`."""
        self._learnt = (snapshot, learnt, images) if snapshot is not None and learnt is not None else None
        self._judge()

    def set_truth(self, image: NDArray[np.uint8], words: str) -> None:
        """Say this below the answer for as long as the canvas shows just this picture."""
        self._truth = image, words  # the canvas will be looked at as soon as the events before this have been
        self._soon.start()

    def set_image(self, image: NDArray[np.uint8], label: int | str | None, *, example: bool = False) -> None:
        """Put an image of the network's size on the canvas; an `example` gives way to the first stroke."""
        if self._subject.cells:
            self.cell_canvas.set_pixels(image / 255)
        else:
            self.pen_canvas.set_image(image, label, example=example)

    def refresh(self) -> None:
        """Answer and show every stage at once instead of soon (tests, pictures)."""
        self._soon.stop()
        self._prepare()
        self._stages_soon.stop()
        self._show_stages()

    def _prepared(self, *, stages: bool) -> Preparation:
        if not self._subject.cells:
            return self.pen_canvas.preparation(stages=stages)
        image = to_bytes(self.cell_canvas.pixels())
        side = self._subject.side
        step = Stage(
            f"{side}×{side} pixels", "The cells as they are: these are the pixels the network is given.", image
        )
        return Preparation(image, not image.any(), (step,) if stages else ())

    @property
    def pen_moving(self) -> bool:
        """Whether something was drawn just now: then the answer comes first, and other pictures can wait."""
        return time.monotonic() - self._drawn_at < PEN_REST

    @Slot()
    def _prepare(self) -> None:
        self._drawn_at = time.monotonic()
        self.preparation = self._prepared(stages=False)
        self._show_truth()
        self._show_answer()
        self.input_changed.emit()
        if not self._stages_soon.isActive():
            self._stages_soon.start()

    @Slot()
    def _show_stages(self) -> None:
        if self._lower.currentWidget() is self.view:
            self.view.set_preparation(self._with_what_is_given(self._prepared(stages=True)))
        self._judge()

    def _with_what_is_given(self, preparation: Preparation) -> Preparation:
        """The steps, and after them what the network is really given, where that is not the picture itself."""
        given = None if self._snapshot is None else self._classifier.given(self._snapshot, preparation.image)
        if given is None or preparation.empty:
            return preparation
        steps = preparation.stages or (Stage("28×28 pixels", "The picture as it came.", preparation.image),)
        return replace(preparation, stages=(*steps, given))

    def _judge(self) -> None:
        """How familiar the drawing is: it costs more than an answer, and so waits until the pen rests."""
        answer = self.answer
        learnt = self._learnt
        self._judged = None
        nearest = None
        if learnt is not None and learnt[0] is self._snapshot and answer is not None and self.preparation is not None:
            judged = learnt[1].judge(self.preparation.image[None], answer)
            self._judged = answer, judged
            if judged.unlike[0] and not self.preparation.empty:
                nearest = Stage(
                    "nearest learnt from",
                    "The picture among those the network has learnt from that is nearest to the one on the canvas.",
                    learnt[2][judged.nearest[0]],
                )
        self.view.set_nearest(nearest)
        self._show_answer()

    def _show_truth(self) -> None:
        """What a test picture shows, for as long as it lies there unchanged."""
        if self._truth is None:
            return
        image, words = self._truth
        preparation = self.preparation
        if preparation is not None and np.array_equal(preparation.image, image):
            self.bars.set_note(words)
        elif preparation is not None and not preparation.empty:
            self._truth = None
            self.bars.set_note("")

    def _show_answer(self) -> None:
        if self._snapshot is None or self._snapshot.step == 0:
            self.bars.set_untrained()
        elif self.preparation is None or self.preparation.empty or (answer := self.answer) is None:
            self.bars.set_empty()
        else:
            unlike = self._judged is not None and self._judged[0] is answer and bool(self._judged[1].unlike[0])
            self.bars.set_probabilities(answer.probabilities[0], several=self.preparation.several, unlike=unlike)

    # Corrections -----------------------------------------------------------------------------------------------------

    @Slot(int)
    def show_page(self, index: int) -> None:
        """What the network sees (0), or my drawings (1)."""
        self._switch.button(index).setChecked(True)
        self._lower.setCurrentIndex(index)
        self._show_stages()

    @Slot(object)
    def correct(self, index: int) -> None:
        """Keep what is on the canvas as a drawing of class `index`."""
        preparation = self._prepared(stages=False)
        name = self._subject.names[index]
        if preparation.empty:
            self.failed.emit(f"There is nothing on the canvas to call “{name}”: draw something first.")
            return
        if self.held_out(preparation.image):
            self.failed.emit(
                "This is a test picture: taught, it would no longer show how the network does on what it has not seen. "
                "Draw one of your own instead."
            )
            return
        self.show_page(1)
        self.teach.keep(self.example(name, preparation))

    def example(self, label: str, preparation: Preparation) -> Example:
        """What is on the canvas, called `label`."""
        if self._subject.cells or self.pen_canvas.image is not None:
            return from_picture(label, preparation.image)
        return Example(label, replace(self.pen_canvas.drawing(), label=label))

    @Slot(object)
    def show_example(self, example: Example) -> None:
        """Put a kept drawing on the canvas."""
        if example.picture is not None:
            self.set_image(example.picture, example.label)
        elif self._subject.cells:
            self.set_image(self._subject.preparing.drawing(example.drawing).image, example.label)
        else:
            self.pen_canvas.set_drawing(example.drawing)

    @Slot(int)
    def _show_count(self, count: int) -> None:
        self._switch.button(1).setText(f"My drawings ({count})" if count else "My drawings")

    # Files -----------------------------------------------------------------------------------------------------------

    def drawing(self) -> Drawing:
        """The drawing on the canvas; a tiny face is one point in each of its cells."""
        if not self._subject.cells:
            return self.pen_canvas.drawing()
        rows, columns = np.nonzero(self.cell_canvas.pixels() > 0.5)
        points = np.stack([columns + 0.5, rows + 0.5], axis=1).astype(np.float32)
        side = self._subject.side
        return Drawing(tuple(point[None] for point in points), side, side)

    def save(self, path: Path) -> None:
        """Write the drawing as JSON; raises DataError when there are no strokes or the file cannot be written."""
        drawing = self.drawing()
        if not drawing.strokes:
            raise DataError("There are no strokes on the canvas: draw something first (a picture is not a drawing).")
        write_drawings(path, [drawing])

    def open(self, path: Path) -> None:
        """Show a drawing or a picture from a file; raises DataError."""
        if not self._subject.cells:
            self.pen_canvas.load_file(path)
        elif path.name.endswith((".json", ".json.gz")):
            example, notice = incoming.first(read_examples(path), f"“{path.name}”")
            if example.picture is not None:
                check_size(example.picture, self._subject.side, f"The first drawing of “{path.name}”", "choose another")
            self.show_example(example)
            if notice:
                self.noticed.emit(notice)
        else:
            preparation = self._subject.preparing.picture(read_photo(path))
            if preparation.empty:
                raise DataError(
                    f"“{path.name}” shows no ink that stands out: use a picture of {self._subject.preparing.subject}, "
                    "dark on light or the reverse."
                )
            self.set_image(preparation.image, None)

    def _show_drawing(self, drawing: Drawing) -> None:
        if self._subject.cells:
            self.set_image(self._subject.preparing.drawing(drawing).image, drawing.label)
        else:
            self.pen_canvas.set_drawing(drawing)

    def as_json(self) -> dict[str, Any]:
        """The strokes on the canvas, for an experiment file."""
        drawing = self.drawing()
        return {"canvas": json.loads(format_drawings([drawing]))} if drawing.strokes else {}

    def from_json(self, values: Any) -> None:
        """Put back what `as_json` returned; raises DataError."""
        if isinstance(values, dict) and "canvas" in values:
            drawings = parse_drawings(json.dumps(values["canvas"]))
            if drawings:
                self._show_drawing(drawings[0])
