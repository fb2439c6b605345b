"""A point canvas with its tools: what the mouse does, the class of new points, undo, and tables in and out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFileDialog,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from models.base import DataError
from models.data.points.sets import PointSet
from models.data.points.tables import write_points
from models.data.tables import examples
from models.data.tables.reading import Steps, parsing, reading
from models.data.tables.table import Table
from ui.points.canvas import PointCanvas
from ui.points.table_dialog import TableDialog
from ui.points.table_reader import TableReader
from ui.points.tools import TOOLS
from ui.widgets import icons, theme
from ui.widgets.buttons import tool_button
from ui.widgets.dropped import experiment_in, files_in
from ui.widgets.layout import column, row
from ui.widgets.plain import PlainLabel
from ui.widgets.save_dialog import ask_target
from ui.widgets.wheel import CalmComboBox

TABLES = "Tables (*.csv *.tsv *.txt *.dat);;All files (*)"

AT_ONCE = 64 * 1024
"""Bytes of a table that are read before anybody could notice; a longer one is read beside the window."""

WIDEST_CLASS = 108
"""Pixels that the choice of the class may take: the names come from a file."""


class PointPanel(QWidget):
    """Tools above, the canvas as large as possible.

    Signals (the canvas has more, at `panel.canvas`):
        opened(PointSet, name): points were read from a file or the clipboard, and the columns chosen.
        failed(sentence): a table could not be read or written.
        told(sentence): what happened.
    """

    opened = Signal(object, str)
    failed = Signal(str)
    told = Signal(str)

    def __init__(self, canvas: PointCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = canvas
        editor = canvas.editor
        #: all points with what is known about them (values, axes, units); None: no more than what the canvas shows
        self.context: Callable[[], PointSet | None] = lambda: None
        self.dialog: TableDialog | None = None
        self.setAcceptDrops(True)
        self._tools = QButtonGroup(self)
        self.bar = row(spacing=2)
        self.tool_buttons: dict[str, QToolButton] = {}
        for tool in TOOLS:
            button = self._button(f"tool-{tool.name}", tool.title, tool.tip)
            button.setCheckable(True)
            button.setChecked(tool is canvas.tool)
            self._tools.addButton(button)
            self.tool_buttons[tool.name] = button
        self._tools.buttonClicked.connect(self._on_tool)
        self.class_box = CalmComboBox()
        self.class_box.setAccessibleName("class of new points")
        self.class_box.setToolTip("The class that new and repainted points get (keys 1–9)")
        self.class_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)  # names come and go
        self.class_box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.class_box.setMaximumWidth(WIDEST_CLASS)
        self.class_box.currentIndexChanged.connect(editor.set_current_class)
        self.class_box.activated.connect(editor.choose_class)
        self.bar.addWidget(self.class_box)
        self.bar.addSpacing(2)
        self.undo = self._button("undo", "Undo", "Take back the last change of the points (Ctrl+Z)", editor.undo)
        self.redo = self._button("redo", "Redo", "Repeat what was taken back (Ctrl+Shift+Z)", editor.redo)
        self.clear = self._button(
            "trash", "Clear", "Remove the selected points, without a selection all of them", editor.clear
        )
        self.bar.addSpacing(2)
        self.open = self._button("open", "Open a table", "Read points from a CSV file", self.ask_open)
        self.paste = self._button("paste", "Paste a table", "Paste points copied from a spreadsheet", self.paste_table)
        self.save = self._button("save", "Save the points", "Write the points to a CSV file", self.ask_save)
        self.fit = self._button("fit", "Show everything", "Bring all points into view (double click)", self._fit)
        self.bar.addStretch(1)
        self.reader = TableReader(self)
        self.reader.read.connect(self._ask_columns)
        self.reader.failed.connect(self.failed)
        self._hint = PlainLabel(parent=canvas)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint.hide()
        self.area = row((canvas, 1), spacing=4)
        self._column = column(self.bar, (self.area, 1), spacing=4, inside=self)
        canvas.tool_changed.connect(self._show_tool)
        editor.class_changed.connect(self._show_class)
        editor.history_changed.connect(self._update)
        editor.noticed.connect(self.told)
        canvas.installEventFilter(self)
        theme.follow(self, self._restyle)
        self.set_classes(editor.classes)
        self._restyle()
        self._update()

    def _button(self, icon: str, name: str, tip: str, slot: Callable[[], object] | None = None) -> QToolButton:
        button = tool_button(icon, name, tip, slot)
        self.bar.addWidget(button)
        return button

    def add_widget(self, widget: QWidget) -> None:
        """Put a tab's own control at the right end of the tools."""
        self.bar.addWidget(widget)

    def add_line(self, widget: QWidget) -> None:
        """Put a line of a tab's own between the tools and the canvas."""
        self._column.insertWidget(1, widget)

    def set_classes(self, names: tuple[str, ...]) -> None:
        """Name the classes; without names there is nothing to choose."""
        self.canvas.editor.set_classes(names)
        self.class_box.blockSignals(True)
        self.class_box.clear()
        self.class_box.addItems(list(names))
        self.class_box.setCurrentIndex(self.canvas.editor.current_class if names else -1)
        self.class_box.blockSignals(False)
        self.class_box.setVisible(bool(names))
        there = {tool.name for tool in self.canvas.tools}
        for tool, button in self.tool_buttons.items():
            button.setVisible(tool in there)
        if self.canvas.tool.name not in there:
            self.canvas.set_tool("select")
        self._restyle()

    def set_hint(self, sentence: str) -> None:
        """A sentence in the corner of the canvas; "" takes it away."""
        self._hint.setText(sentence)
        self._hint.setVisible(bool(sentence))
        self._place_hint()

    @property
    def hint(self) -> str:
        """The sentence in the corner."""
        return self._hint.text()

    def _place_hint(self) -> None:
        area = self.canvas.view_box.sceneBoundingRect().toRect()
        self._hint.setWordWrap(False)
        size = self._hint.sizeHint()
        width = max(min(size.width(), area.width() - 16), 1)
        self._hint.setWordWrap(size.width() > width)
        self._hint.setGeometry(
            area.left() + 8, area.top() + 8, width, max(self._hint.heightForWidth(width), size.height())
        )

    def _place_reader(self) -> None:
        """At the lower edge of the canvas, over it: nothing moves when it comes and goes."""
        height, corner = self.reader.sizeHint().height(), self.canvas.mapTo(self, QPoint(0, self.canvas.height()))
        self.reader.setGeometry(corner.x(), corner.y() - height, self.canvas.width(), height)
        self.reader.raise_()

    # Tables --------------------------------------------------------------------------------------------------------

    @Slot()
    def ask_open(self) -> None:
        """Ask for a file and read it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open points", "", TABLES)
        if name:
            self.open_table(Path(name))

    def open_table(self, path: Path) -> None:
        """Read a file and ask which columns are meant."""
        self._read(reading(path), _size(path), path.name)

    def open_example(self, name: str) -> None:
        """Read a table that comes with the playground, and ask which columns are meant; its gaps are skipped."""
        try:
            path = examples.find(name)
        except DataError as error:
            self.failed.emit(str(error))
            return
        self._read(reading(path), _size(path), path.name, skips=True)

    def _read(self, steps: Steps, size: int, name: str, *, skips: bool = False) -> None:
        """Read a table, and ask which columns are meant when it is there."""
        if size > AT_ONCE:
            self.reader.start(steps, name, skips=skips)
            self._place_reader()
            return
        self.reader.cancel()
        try:
            *_, table = steps
        except DataError as error:
            self.failed.emit(str(error))
            return
        assert isinstance(table, Table)
        self._ask_columns(table, name, skips)

    @Slot()
    def paste_table(self) -> None:
        """Read the clipboard and ask which columns are meant."""
        text = QGuiApplication.clipboard().text()
        try:
            if not text.strip():
                raise DataError("There is no text to paste: copy rows of a table with two columns of numbers first.")
        except DataError as error:
            self.failed.emit(str(error))
            return
        self._read(parsing(text), len(text), "the clipboard")

    def make_dialog(self, table: Table, name: str) -> TableDialog:
        """What asks for the columns of a table."""
        return TableDialog(table, name, with_labels=bool(self.canvas.editor.classes), parent=self)

    @Slot(object, str, object)
    def _ask_columns(self, table: Table, name: str, skips: bool) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = self.make_dialog(table, name)
        if skips:
            self.dialog.skip_box.setChecked(True)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.setProperty("table", name)
        self.dialog.accepted.connect(self._on_columns)
        self.dialog.finished.connect(self._forget_dialog)
        self.dialog.open()

    @Slot()
    def _on_columns(self) -> None:
        assert self.dialog is not None
        assert self.dialog.points is not None
        self.opened.emit(self.dialog.points, str(self.dialog.property("table")))

    @Slot()
    def _forget_dialog(self) -> None:
        self.dialog = None

    @Slot()
    def ask_save(self) -> None:
        """Ask for a file name and write the points."""
        path = ask_target(self, "Save points", "points.csv", TABLES)
        if path is not None:
            self.save_table(path)

    def save_table(self, path: Path) -> None:
        """Write the points as CSV, in the units that they came in."""
        try:
            points = self.point_set()
            write_points(path, points)
        except DataError as error:
            self.failed.emit(str(error))
            return
        self.told.emit(f"Saved {len(points)} points to {path.name}")

    def point_set(self) -> PointSet:
        """The points as a table is to have them: see `context`."""
        known = self.context()
        if known is not None:
            return known
        return PointSet(self.canvas.points, self.canvas.labels, class_names=self.canvas.editor.classes)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A table can be dropped."""
        if event.mimeData().hasUrls() and experiment_in(event.mimeData()) is None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file that is dropped."""
        files = files_in(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.open_table(files[0])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+V on the canvas pastes; the hint follows its size."""
        if event.type() == QEvent.Type.Resize:
            self._place_hint()
            self._place_reader()
        if isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Paste):
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                self.paste_table()
            return True
        return super().eventFilter(watched, event)

    # Words and marks -----------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_tool(self, button: QToolButton) -> None:
        for name, known in self.tool_buttons.items():
            if known is button:
                self.canvas.set_tool(name)

    @Slot(str)
    def _show_tool(self, name: str) -> None:
        self.tool_buttons[name].setChecked(True)

    @Slot(int)
    def _show_class(self, label: int) -> None:
        self.class_box.setCurrentIndex(label)

    @Slot()
    def _fit(self) -> None:
        self.canvas.fit()

    @Slot()
    def _update(self) -> None:
        self.undo.setEnabled(self.canvas.editor.can_undo)
        self.redo.setEnabled(self.canvas.editor.can_redo)
        self.clear.setEnabled(not self.canvas.editor.is_empty)

    @Slot()
    def _restyle(self) -> None:
        colors = theme.current()
        for index in range(self.class_box.count()):
            self.class_box.setItemIcon(index, icons.swatch(colors.class_color(index)))
        back = colors.raised
        self._hint.setStyleSheet(
            f"color: {colors.text.name()}; background: rgba({back.red()},{back.green()},{back.blue()},235);"
            f"border: 1px solid {colors.border.name()}; border-radius: 4px; padding: 3px 8px;"
        )


def _size(path: Path) -> int:
    """Bytes of a file; 0 for one of which the system says nothing, which will be refused at once."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except (OSError, ValueError):
        return 0
