"""What the tabs of all classifiers have: a canvas, the answer to what is on it, held-out pictures, my drawings to teach
with, and the files of drawings. Such a tab brings its stage, and what is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from models.base import Model, Snapshot
from models.config import Config
from models.data.pictures.mnist import ImageData
from models.supervised.familiarity import Familiarity, learning
from models.supervised.teach import held_out
from models.supervised.trainer import SupervisedSnapshot
from playground.live.job import Job
from ui.canvas.surface import Surface
from ui.plots.grids.confusion_explorer import ConfusionExplorer
from ui.shell.model_tab import ModelTab
from ui.tryout.panel import TryPanel
from ui.tryout.subject import Subject
from ui.tryout.teaching import Teaching


class ClassifierTab(ModelTab):
    """A tab whose network answers what is drawn, and can be taught. Subclasses override what the first section lists.

    Attributes:
        shown: the network that is shown; None while a new run is being built.
        try_panel: canvas and answer, on the right.
        explorer: which held-out pictures are taken for what; to be put into the stage.
        teaching: gives the run lessons of my drawings.
        test_button: what the button below the canvas says, and its tooltip.
        answers_every: frames from one answer to the next while it trains; the pen is answered at once all the same.
        answers: the turn of the answers, and of what a tab draws from them.
        begins_with_example: whether a held-out picture lies on the canvas at first, for a network to look at from the
            first step on; the first stroke takes its place.
    """

    data_words = "an IDX file of images and one of labels, or one .npz or CSV file of both"
    data_kinds = "Pictures of digits (*.gz *-ubyte *.idx *.idx1 *.idx3 *.npz *.csv);;All files (*)"

    test_button = "Test picture", "Put a random held-out picture on the canvas"
    begins_with_example = False
    answers_every = 1

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self.shown: SupervisedSnapshot | None = None
        self._canvas_for = ""  # the kind of what the canvas was given to begin with
        self._data: tuple[object, Config, ImageData] | None = None
        self._rng = np.random.default_rng()  # picks test pictures to show; no result depends on it
        self.explorer = ConfusionExplorer(self.subject(model.presets[model.default_preset].config).names)
        super().__init__(model, parent)
        self.answers = self.turns.turn(self.answers_every)
        self.explorer.image_chosen.connect(self.show_test_image)
        self.try_panel.input_changed.connect(self.show_input)
        self.try_panel.failed.connect(self._on_bad_input)
        self.try_panel.noticed.connect(self.told)
        self.teaching = Teaching(self.session, self.try_panel.teach, self)
        self.own(self.teaching.job)
        self._familiar_with: Snapshot | None = None  # whose familiarity is known, or is being worked out
        self.familiarity = Job("familiarity", self)
        self.familiarity.results.connect(self._on_familiarity)
        self.familiarity.failed.connect(self._on_bad_input)
        self.own(self.familiarity)
        self.try_panel.held_out = self._is_held_out
        self.teaching.refused.connect(self._on_refused)
        self.teaching.overtaken.connect(self._on_overtaken)
        self.teaching.told.connect(self.told)

    # What a tab adds -----------------------------------------------------------------------------------------------

    def subject(self, config: Config) -> Subject:
        """What is drawn for a network with these settings."""
        raise NotImplementedError

    @Slot()
    def show_input(self) -> None:
        """Another picture is to be judged: draw what depends on it (`try_panel.preparation`, `try_panel.answer`)."""

    def about_test_image(self, index: int, name: str) -> str:
        """What the status bar says when a held-out picture comes onto the canvas."""
        return f"On the canvas: “{name}”"

    # What the run shows --------------------------------------------------------------------------------------------

    def make_side(self) -> QWidget:
        """Canvas, answer, what the network sees, my drawings."""
        assert self.model.classifier is not None
        self.try_panel = TryPanel(self.subject(self.session.config), self.model.classifier)
        words, tip = self.test_button
        self.try_panel.add_button(words, tip, self.give_test_picture).setObjectName("test-picture")
        return self.try_panel

    @property
    def data(self) -> ImageData:
        """The pictures that the run is trained and tested on."""
        config = self.shown.config if self.shown is not None else self.session.config
        own = self.session.data
        if self._data is None or self._data[0] is not own or self._data[1] is not config:
            self._data = own, config, own if own is not None else self.model.load(config)
        return self._data[2]

    def clear_stage(self) -> None:
        """Forget the old run's answers."""
        self.shown = None
        self.familiarity.cancel()
        self._familiar_with = None
        self.try_panel.set_network(None)
        self.explorer.set_predictions(None)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The answer of the network; a tab goes on with its stage."""
        assert isinstance(snapshot, SupervisedSnapshot)
        self.shown = snapshot
        subject = self.subject(snapshot.config)
        if subject.kind != self._canvas_for:
            self._canvas_for = subject.kind
            self.try_panel.set_subject(subject)
            if self.begins_with_example:
                self._show_example()
                self.try_panel.refresh()
        self.try_panel.set_network(snapshot, now=self.answers.due)
        self._get_familiar(snapshot)

    def _get_familiar(self, snapshot: SupervisedSnapshot) -> None:
        """Work out, once the run rests, what this network has learnt from, so that it can say what is unlike that.

        While it trains every step has another hidden space, and none is there long enough to be measured.
        """
        if self._familiar_with is snapshot:
            return
        self._familiar_with = None
        self.familiarity.cancel()
        if self.session.status.phase == "running" or snapshot.step == 0 or self.model.classifier is None:
            return
        self._familiar_with = snapshot
        self.familiarity.start(learning(self.model.classifier.predict, snapshot, self.data.train_images))

    @Slot(object)
    def _on_familiarity(self, results: list[Familiarity | None]) -> None:
        if results[-1] is not None:
            self.try_panel.set_familiarity(self._familiar_with, results[-1], self.data.train_images)

    def _is_held_out(self, image: NDArray[np.uint8]) -> bool:
        return bool(held_out(image[None], self.data)[0])

    def show_mistakes(self, snapshot: SupervisedSnapshot) -> None:
        """Which held-out pictures were taken for what at the latest evaluation."""
        self.explorer.set_data(self.data.test_images, self.data.test_labels, self.data.class_names)
        measured = self.record.measured_at()
        if measured is None and -1 < snapshot.test_step < snapshot.step:  # it rests, and has not been measured yet
            measured = snapshot.test_step
        self.explorer.set_predictions(snapshot.test_predictions, measured)

    # What the user does --------------------------------------------------------------------------------------------

    def _show_example(self) -> None:
        data = self.data
        index = int(self._rng.integers(len(data.test_images)))
        self.try_panel.set_image(data.test_images[index], data.class_names[data.test_labels[index]], example=True)

    @Slot()
    def give_test_picture(self) -> None:
        """A random held-out picture onto the canvas."""
        self.show_test_image(int(self._rng.integers(len(self.data.test_images))))

    @Slot(object)
    def show_test_image(self, index: int) -> None:
        """A held-out picture onto the canvas."""
        name = self.data.class_names[self.data.test_labels[index]]
        if self.put(self.data.test_images[index], name):
            self.try_panel.set_truth(self.data.test_images[index], f"Test picture:\nit is “{name}”")
            self.told.emit(self.about_test_image(index, name))

    def put(self, image: NDArray[np.uint8], name: str | None = None) -> bool:
        """A picture (H, W) onto the canvas, called `name`; False when it is not of the size that the network reads."""
        side = self.try_panel.subject.side
        fits = image.shape == (side, side)
        if fits:
            self.try_panel.set_image(image, name)
        return fits

    @Slot(str)
    def _on_bad_input(self, sentence: str) -> None:
        self.banner.say("That could not be used", sentence, "warning")

    @Slot(str, str)
    def _on_refused(self, title: str, sentence: str) -> None:
        self.banner.say(title, sentence, "warning", about="teaching")

    @Slot()
    def _on_overtaken(self) -> None:
        self.banner.forget("teaching")

    # Files ---------------------------------------------------------------------------------------------------------

    def drawing_surface(self) -> Surface:
        """The canvas that is shown."""
        return self.try_panel.canvas

    def drawings(self) -> dict[str, Any]:
        """The strokes on the canvas."""
        return self.try_panel.as_json()

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Put the strokes back; where the file has none, a picture of another kind does not stay on the canvas."""
        subject, before = self.subject(self.session.config), self.try_panel.subject
        self.try_panel.set_subject(subject)
        self.try_panel.from_json(dict(drawings))
        fits = "canvas" in drawings or subject is before
        self._canvas_for = subject.kind if fits and not self.try_panel.canvas.is_empty else ""

    def save_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.try_panel.save(path)
        self.told.emit(f"Saved {path.name}")

    def open_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.try_panel.open(path)
