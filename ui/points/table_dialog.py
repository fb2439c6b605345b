"""Bringing a table into the plane: which columns are the coordinates, which the class, and should they be standardised?

The columns are guessed; whatever stands in the way is said in a sentence while one chooses, with the line of the file.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.base import DataError
from models.data.points.sets import PointSet
from models.data.points.tables import Cleaning, points_from_table
from models.data.tables.roles import Columns, guess_columns, left_out
from models.data.tables.table import Table, counted, cut, listed
from ui.widgets import theme
from ui.widgets.layout import muted
from ui.widgets.numbers import grouped, number
from ui.widgets.plain import PlainLabel, as_tip
from ui.widgets.wheel import CalmComboBox

ROWS_SHOWN = 50


class TableDialog(QDialog):
    """Choose columns of a table that was read; `points` is the result, None while something stands in the way.

    Args:
        table: as read.
        name: the file's name, or where it was pasted from.
        with_labels: whether the model has a use for classes.

    Attributes:
        source: the table.
        fields: a line for each choice of a column.
        guess: the columns that stood there at first.
    """

    predicts = False
    """Whether every point needs an answer: a class or, without one, a value."""

    def __init__(self, table: Table, name: str, *, with_labels: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: PointSet | None = None
        self.source = table
        self.setWindowTitle(f"Points from {name}")
        count = f"{grouped(len(table))} rows, {len(table.names)} columns"
        heading = PlainLabel(f"{name}: {count}")
        theme.set_role(heading, "heading")
        self.x_box = self._columns("x", "The column with the horizontal coordinate")
        self.y_box = self._columns("y", "The column with the vertical coordinate")
        self.label_box = self._columns("class", "The column with the class of each point", none="no classes")
        self.standardise = QCheckBox("Standardise: mean 0 and standard deviation 1 on both axes")
        self.standardise.setToolTip("Shifts and stretches each coordinate; saved points get their own units back")
        self.skip_box = QCheckBox("Skip incomplete lines")
        self.skip_box.setToolTip("Leave out the lines in which a coordinate, the class or the value is missing")
        self.skip_box.hide()
        self.word_box = QCheckBox()
        self.word_box.setToolTip("The same word stands for missing numbers in other columns: it may be either here")
        self.word_box.hide()
        self.rest = muted(wrap=True)
        self.rest.setAccessibleName("columns that are left out")
        self.numbers = muted(" \n ")
        self.numbers.setAccessibleName("numbers used to standardise")
        self.problem = PlainLabel(" \n ")
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("what stands in the way")
        self.preview = self._preview()
        self.fields = QFormLayout()
        self.fields.addRow("Horizontal (x)", self.x_box)
        self.fields.addRow("Vertical (y)", self.y_box)
        if with_labels:
            self.fields.addRow("Class", self.label_box)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Use these points")
        theme.set_role(self.ok, "primary")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(heading)
        layout.addWidget(self.preview, 1)
        layout.addLayout(self.fields)
        layout.addWidget(self.rest)
        layout.addWidget(self.word_box)
        layout.addWidget(self.skip_box)
        layout.addWidget(self.standardise)
        layout.addWidget(self.numbers)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self.resize(560, 520)
        self._guess(with_labels)
        for box in (self.x_box, self.y_box, self.label_box):
            box.currentIndexChanged.connect(self._update)
        for check in (self.standardise, self.skip_box, self.word_box):
            check.toggled.connect(self._update)
        self._restyle()
        self._update()

    def _columns(self, name: str, tip: str, none: str = "") -> QComboBox:
        box = CalmComboBox()
        box.setAccessibleName(name)
        box.setToolTip(as_tip(tip))
        if none:
            box.addItem(none, None)
        for column in self.source.names:
            box.addItem(column, column)
        return box

    def _preview(self) -> QTableWidget:
        rows = min(len(self.source), ROWS_SHOWN)
        view = QTableWidget(rows, len(self.source.names))
        view.setAccessibleName("first rows of the table")
        view.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        view.setHorizontalHeaderLabels(list(self.source.names))
        view.setVerticalHeaderLabels([str(line) for line in self.source.lines[:rows]])
        for column, cells in enumerate(self.source.columns):
            first = cells.first(rows)
            for row in range(rows):
                item = QTableWidgetItem(first[row])
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                view.setItem(row, column, item)
        header = view.horizontalHeader()
        header.setDefaultSectionSize(96)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        view.verticalHeader().setDefaultSectionSize(22)
        return view

    def _guess(self, with_labels: bool) -> None:
        try:
            self.guess = guess_columns(self.source, predicts=self.predicts)
        except DataError:  # said by `_update`, about the columns that stand there
            self.guess = _usual_columns(self.source)
        self.x_box.setCurrentIndex(self.x_box.findData(self.guess.coordinates[0]))
        self.y_box.setCurrentIndex(self.y_box.findData(self.guess.coordinates[1]))
        if with_labels and self.guess.label is not None:
            self.label_box.setCurrentIndex(self.label_box.findData(self.guess.label))

    @Slot()
    def _update(self) -> None:
        """Try the columns that are chosen, and say what comes of it."""
        self._offer()
        try:
            if self.coordinates[0] == self.coordinates[1]:
                raise DataError("Both axes show the same column: choose another one for x or y.")
            self.points = self.read()
        except DataError as error:
            self.points = None
            self.problem.setText(str(error))
            self.numbers.setText(" \n ")
        else:
            self.problem.setText(" \n ")
            self.numbers.setText(self.say(self.points))
        self.ok.setEnabled(self.points is not None)

    def _offer(self) -> None:
        """What can be done about gaps in the columns that are chosen, and which columns are left out."""
        columns = self.columns()
        words = self._doubtful(columns)
        self.word_box.setVisible(bool(words))
        self.word_box.setText(f"{listed([f'“{word}”' for word in words], 60)} is a class".replace("&", "&&"))
        numbers = [*columns.coordinates, *([columns.target] if columns.target is not None else [])]
        rows = self.source.complete_rows(numbers, columns.label, self.cleaning.classes)
        gaps = int((~rows).sum())
        self.skip_box.setVisible(gaps > 0)
        self.skip_box.setText(f"Skip {counted(gaps, 'incomplete line')}")
        rest = left_out(self.source, columns)
        self.rest.setText(f"Left out: {listed(rest)}" if rest else "All columns are used")

    def _doubtful(self, columns: Columns) -> list[str]:
        """Words in the class column that may be a class, or stand for none."""
        return sorted(self.source.missing_labels(columns.label)[1]) if columns.label is not None else []

    @property
    def cleaning(self) -> Cleaning:
        """What was chosen to be done about gaps."""
        words = self._doubtful(self.columns()) if self.word_box.isChecked() else ()
        return Cleaning(self.skip_box.isChecked(), frozenset(words))

    @property
    def coordinates(self) -> tuple[str, str]:
        """The columns chosen for x and y."""
        return self.x_box.currentData(), self.y_box.currentData()

    # What a tab may say otherwise ------------------------------------------------------------------------------------

    def columns(self) -> Columns:
        """The columns that are chosen."""
        return Columns(self.coordinates, self.label_box.currentData())

    def read(self) -> PointSet:
        """The points of the columns that are chosen; raises DataError with what stands in the way."""
        columns = self.columns()
        if columns.label in columns.coordinates:
            raise DataError(
                f"“{cut(columns.label or '')}” is a coordinate and the class: choose another column for one of them."
            )
        standardise, cleaning = self.standardise.isChecked(), self.cleaning
        return points_from_table(self.source, columns, standardise=standardise, cleaning=cleaning)

    def say(self, points: PointSet) -> str:
        """What standardising does, or what there is, in numbers; two lines."""
        lines = []
        for axis, name in enumerate(points.axis_names):
            if points.centre is not None and points.scale is not None:
                lines.append(f"{name}: ({name} − {number(points.centre[axis])}) / {number(points.scale[axis])}")
            else:
                values = points.points[:, axis]
                mean, deviation = number(float(values.mean())), number(float(values.std()))
                lines.append(f"{name}: mean {mean}, standard deviation {deviation}")
        return "\n".join(lines)

    def _restyle(self) -> None:
        self.problem.setStyleSheet(f"color: {theme.current().error.name()}")


def _usual_columns(table: Table) -> Columns:
    """What the columns probably are where too few of them are numbers: two coordinates, columns of numbers first, and
    the class last. So the complaint is about the cell that is wrong, not about the choice of columns."""
    names = table.names
    label = names[-1] if len(names) > 2 and not table.is_numeric(names[-1]) else None
    others = sorted((name for name in names if name != label), key=lambda name: not table.is_numeric(name))
    return Columns((others[0], others[min(1, len(others) - 1)]), label)
