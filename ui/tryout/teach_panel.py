"""My drawings beside the canvas: a gallery of what was corrected, and the button that teaches the network with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QMenu, QPushButton, QToolButton, QWidget

from models.base import DataError, PlaygroundError
from models.supervised.teach import FEWEST, ContradictionError, Report, check_labels
from playground.engine.drawings import Example, prepared, read_examples, write_examples
from ui.plots.grids.image_gallery import ImageGallery
from ui.tryout.my_drawings import MyDrawings, my_drawings
from ui.tryout.subject import Subject
from ui.widgets import theme
from ui.widgets.buttons import push_button, tool_button
from ui.widgets.layout import muted, row
from ui.widgets.save_dialog import ask_target

FILES = "Drawings (*.json)"

TOO_FEW = f"Teach needs {FEWEST} drawings or more, best two of every class."

LESSON = (
    "Show the network my drawings for about a second, varied and mixed with what it learnt from; training pauses. "
    "Can be undone."
)

INVITATION = "Draw, then click the right answer\nbeside the canvas: it is kept here."


class TeachPanel(QWidget):
    """The kept drawings of one kind, with delete, relabel, save and open; Teach and its report.

    Signals:
        asked(): the network is to be taught with `examples`.
        undone(): the latest teaching is to be taken back.
        chosen(Example): a drawing was clicked.
        counted(int): so many drawings are kept.
        failed(sentence), noticed(sentence): something did not work, or is worth knowing.
    """

    asked = Signal()
    undone = Signal()
    chosen = Signal(object)
    counted = Signal(int)
    failed = Signal(str)
    noticed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._subject: Subject | None = None
        self._kept: MyDrawings | None = None
        self._images: dict[Example, NDArray[np.uint8]] = {}
        self._stale = True
        self.gallery = ImageGallery(cell=36, empty_text=INVITATION)
        self.gallery.setAccessibleName("my drawings")
        self.gallery.setToolTip("Click a drawing to put it on the canvas; then it can be relabelled or deleted")
        self.gallery.picked.connect(self._on_image)
        self.report = muted(wrap=True)
        self.report.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.report.setAccessibleName("what teaching brought")
        self._words = ""  # of the latest report, or of what became of it
        self.report.setMinimumHeight(2 * self.report.fontMetrics().height() + 2)
        self.teach_button = QPushButton("Teach")
        theme.set_role(self.teach_button, "primary")
        self.teach_button.clicked.connect(self.asked)
        self.undo_button = push_button("Undo teaching", "Take the last lesson back; what was trained after it goes too")
        self.undo_button.setEnabled(False)
        self.undo_button.clicked.connect(self.undone)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(4)
        layout.addWidget(self.gallery, 0, 0, 4, 1)
        layout.addWidget(self.teach_button, 0, 1)
        layout.addWidget(self.undo_button, 1, 1)
        layout.addLayout(self._make_tools(), 2, 1)
        layout.addWidget(self.report, 4, 0, 1, 2)
        layout.setColumnStretch(0, 1)
        layout.setRowStretch(3, 1)
        self.gallery.setMinimumHeight(60)
        delete = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.gallery)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self.delete)
        self._update()

    def _make_tools(self) -> QHBoxLayout:
        self.relabel_button = tool_button("tool-relabel", "Relabel", "Call the chosen drawing something else")
        self.relabel_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._labels = QMenu(self)
        self._labels.triggered.connect(self._on_relabel)
        self.relabel_button.setMenu(self._labels)
        self.delete_button = tool_button("trash", "Delete", "Delete the chosen drawing (Del)", self.delete)
        self.save_button = tool_button("save", "Save my drawings", "Save all my drawings to a file", self._ask_save)
        self.open_button = tool_button("open", "Open drawings", "Add labelled drawings from a file", self._ask_open)
        return row(self.relabel_button, self.delete_button, self.save_button, self.open_button, spacing=2)

    # -- the drawings

    def set_subject(self, subject: Subject) -> None:
        """Show the kept drawings of another kind."""
        if self._kept is not None:
            self._kept.changed.disconnect(self._on_changed)
            self._kept.failed.disconnect(self.failed)
        self._subject, self._kept = subject, my_drawings(subject.kind)
        self._kept.changed.connect(self._on_changed)
        self._kept.failed.connect(self.failed)
        self._labels.clear()
        for name in subject.names:
            self._labels.addAction(f"This is “{name}”").setData(name)
        self._images = {}
        self.say("")
        self.set_undoable(False)
        self._on_changed()

    @property
    def examples(self) -> tuple[Example, ...]:
        """The kept drawings."""
        return self._kept.examples if self._kept is not None else ()

    def prepared(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The drawings as the network is given them, (n, H, W), and their classes (n,); raises DataError.

        Two that contradict each other are framed, and the second one is chosen, ready to be deleted or relabelled.
        """
        assert self._subject is not None
        subject = self._subject
        images, labels = prepared(self.examples, subject.names, subject.side, subject.preparing.drawing)
        try:
            check_labels(images, labels, subject.names)
        except ContradictionError as error:
            self.gallery.set_highlight(error.pictures)
            self.gallery.reach(error.pictures[1])
            self._update()
            raise
        return images, labels

    def keep(self, example: Example) -> None:
        """One more drawing; another name for one that is kept already takes the place of the name it had."""
        assert self._kept is not None
        try:
            called = self._kept.keep(example)
        except DataError as error:
            self.failed.emit(str(error))
            return
        count = len(self.examples)
        some = f"{count} drawings to teach with" if count >= FEWEST else TOO_FEW
        if called is None:
            what = f"Kept as “{example.label}”"
        elif called == example.label:
            what = f"Already kept as “{example.label}”"
        else:
            what = f"Called “{example.label}” instead of “{called}” from now on"
        self.noticed.emit(f"{what}: {some}")

    @Slot()
    def delete(self) -> None:
        """Forget the chosen drawing."""
        index = self.gallery.current
        if self._kept is not None and index is not None:
            self._kept.delete(index)

    @Slot(object)
    def _on_relabel(self, action: object) -> None:
        index = self.gallery.current
        if self._kept is not None and index is not None:
            self._kept.relabel(index, action.data())  # type: ignore[attr-defined]

    @Slot(object)
    def _on_image(self, index: int) -> None:
        self._update()
        self.chosen.emit(self.examples[index])

    @Slot()
    def _on_changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self._show_images()
        self.counted.emit(len(self.examples))
        self._update()

    def _show_images(self) -> None:
        assert self._subject is not None
        self._stale = False
        side, subject = self._subject.side, self._subject
        known, self._images = self._images, {}
        for example in self.examples:
            image = known.get(example)
            if image is None:
                image = example.picture
            if image is None:
                image = subject.preparing.drawing(example.drawing).image
            if image.shape != (side, side):  # of another size: shown as blank; Teach says what is wrong with it
                image = np.zeros((side, side), np.uint8)
            self._images[example] = image
        images = np.stack(list(self._images.values())) if self._images else np.zeros((0, side, side), np.uint8)
        self.gallery.set_highlight(())
        self.gallery.set_images(images, [example.label or "?" for example in self._images])

    def showEvent(self, event: QShowEvent) -> None:
        """Prepare the pictures when somebody looks."""
        super().showEvent(event)
        if self._stale and self._subject is not None:
            self._show_images()
        self._update()

    # -- teaching

    def set_busy(self, busy: bool) -> None:
        """A lesson is under way."""
        self.teach_button.setText("Teaching …" if busy else "Teach")

    def set_undoable(self, undoable: bool) -> None:
        """Whether there is a lesson to take back."""
        if not undoable and self.undo_button.hasFocus():
            self.gallery.setFocus(Qt.FocusReason.OtherFocusReason)
        self.undo_button.setEnabled(undoable)

    def show_report(self, report: Report) -> None:
        """What a lesson brought, as far as it is known."""
        self.say(in_words(report))

    def say(self, words: str) -> None:
        """What became of the latest lesson; "" when there is none. Without it, what Teach still needs is said."""
        self._words = words
        self.report.setText(words or ("" if len(self.examples) >= FEWEST else TOO_FEW))

    def _update(self) -> None:
        some, chosen = bool(self.examples), self.gallery.current is not None
        self.teach_button.setEnabled(len(self.examples) >= FEWEST)
        self.teach_button.setToolTip(LESSON if len(self.examples) >= FEWEST else TOO_FEW)
        self.say(self._words)
        self.save_button.setEnabled(some)
        self.relabel_button.setEnabled(chosen)
        self.delete_button.setEnabled(chosen)

    # -- files

    @Slot()
    def _ask_save(self) -> None:
        path = ask_target(self, "Save my drawings", "my-drawings.json", FILES)
        if path is not None:
            self.save(path)

    @Slot()
    def _ask_open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open drawings", "", f"{FILES};;All files (*)")
        if path:
            self.open(Path(path))

    def save(self, path: Path) -> None:
        """Write all drawings to a file."""
        try:
            write_examples(path, self.examples)
        except DataError as error:
            self.failed.emit(str(error))
            return
        self.noticed.emit(f"Saved {len(self.examples)} drawings to {path.name}")

    def open(self, path: Path) -> None:
        """Add the drawings of a file; those that have no label, or one of another kind, are refused."""
        assert self._kept is not None
        assert self._subject is not None
        subject = self._subject
        try:
            examples = read_examples(path)
            if not examples:
                raise DataError(f"{path.name} holds no drawing.")
            prepared(examples, subject.names, subject.side, subject.preparing.drawing)
            new = self._kept.add(examples)
        except PlaygroundError as error:
            self.failed.emit(str(error))
            return
        known = f"; {len(examples) - new} were kept already" if new < len(examples) else ""
        self.noticed.emit(f"Added {new} drawing{'' if new == 1 else 's'} from {path.name}{known}")


def in_words(report: Report) -> str:
    """A report, complete or under way, in two short lines."""
    lines = []
    if report.test_accuracy_before is not None:
        after = "…" if report.test_accuracy_after is None else _percent(report.test_accuracy_after, 2)
        seconds = f" · {report.seconds:.1f} s" if report.test_accuracy_after is not None else ""
        lines.append(f"test set: {_percent(report.test_accuracy_before, 2)} → {after}{seconds}")
    if report.accuracy_after is None and report.test_accuracy_after is not None:
        lines.append("With four drawings that differ, also judged by those not taught.")
    elif report.accuracy_before is not None:
        after = "…" if report.accuracy_after is None else _percent(report.accuracy_after)
        lines.append(f"my drawings, half taught, other half judged: {_percent(report.accuracy_before)} → {after}")
    return "\n".join(lines)


def _percent(share: float, places: int = 0) -> str:
    return f"{100 * share:.{places}f} %"
