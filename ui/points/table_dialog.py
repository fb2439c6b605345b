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
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.base import DataError
from models.data.points.sets import PointSet
from models.data.points.tables import Columns, Table, guess_columns, points_from_table
from ui.widgets import theme
from ui.widgets.numbers import grouped, number

ROWS_SHOWN = 50


class TableDialog(QDialog):
    """Choose columns of a table that was read; `points` is the result, None while something stands in the way.

    Args:
        table: as read.
        name: the file's name, or where it was pasted from.
        with_labels: whether the model has a use for classes.

    Attributes:
        guess: the columns that stood there at first.
    """

    def __init__(self, table: Table, name: str, *, with_labels: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points: PointSet | None = None
        self._table = table
        self.setWindowTitle(f"Points from {name}")
        count = f"{grouped(len(table))} rows, {len(table.names)} columns"
        heading = QLabel(f"{name}: {count}")
        theme.set_role(heading, "heading")
        self.x = self._columns("x", "The column with the horizontal coordinate")
        self.y = self._columns("y", "The column with the vertical coordinate")
        self.label = self._columns("class", "The column with the class of each point", none="no classes")
        self.standardise = QCheckBox("Standardise: mean 0 and standard deviation 1 on both axes")
        self.standardise.setToolTip("Shifts and stretches each coordinate; saved points get their own units back")
        self.numbers = QLabel(" \n ")
        theme.set_role(self.numbers, "muted")
        self.numbers.setAccessibleName("numbers used to standardise")
        self.problem = QLabel(" \n ")
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("what stands in the way")
        self.preview = self._preview()
        form = QFormLayout()
        form.addRow("Horizontal (x)", self.x)
        form.addRow("Vertical (y)", self.y)
        if with_labels:
            form.addRow("Class", self.label)
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
        layout.addLayout(form)
        layout.addWidget(self.standardise)
        layout.addWidget(self.numbers)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)
        self.resize(560, 520)
        self._guess(with_labels)
        for box in (self.x, self.y, self.label):
            box.currentIndexChanged.connect(self._update)
        self.standardise.toggled.connect(self._update)
        self._restyle()
        self._update()

    def _columns(self, name: str, tip: str, none: str = "") -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(tip)
        if none:
            box.addItem(none, None)
        for column in self._table.names:
            box.addItem(column, column)
        return box

    def _preview(self) -> QTableWidget:
        rows = min(len(self._table), ROWS_SHOWN)
        view = QTableWidget(rows, len(self._table.names))
        view.setAccessibleName("first rows of the table")
        view.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        view.setHorizontalHeaderLabels(list(self._table.names))
        view.setVerticalHeaderLabels([str(line) for line in self._table.lines[:rows]])
        for column, cells in enumerate(self._table.columns):
            for row in range(rows):
                item = QTableWidgetItem(cells[row])
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                view.setItem(row, column, item)
        header = view.horizontalHeader()
        header.setDefaultSectionSize(96)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        view.verticalHeader().setDefaultSectionSize(22)
        return view

    def _guess(self, with_labels: bool) -> None:
        try:
            self.guess = guess_columns(self._table)
        except DataError:  # said by `_update`, about the columns that stand there
            self.guess = _usual_columns(self._table)
        self.x.setCurrentIndex(self.x.findData(self.guess.coordinates[0]))
        self.y.setCurrentIndex(self.y.findData(self.guess.coordinates[1]))
        if with_labels and self.guess.label is not None:
            self.label.setCurrentIndex(self.label.findData(self.guess.label))

    @Slot()
    def _update(self) -> None:
        """Try the columns that are chosen, and say what comes of it."""
        columns = Columns((self.x.currentData(), self.y.currentData()), self.label.currentData())
        try:
            if columns.coordinates[0] == columns.coordinates[1]:
                raise DataError("Both axes show the same column: choose another one for x or y.")
            if columns.label in columns.coordinates:
                raise DataError(
                    f"“{columns.label}” is a coordinate and the class: choose another column for one of them."
                )
            self.points = points_from_table(self._table, columns, standardise=self.standardise.isChecked())
        except DataError as error:
            self.points = None
            self.problem.setText(str(error))
            self.numbers.setText(" \n ")
        else:
            self.problem.setText(" \n ")
            self.numbers.setText(self._say_numbers(self.points))
        self.ok.setEnabled(self.points is not None)

    @staticmethod
    def _say_numbers(points: PointSet) -> str:
        """What standardising does, or what there is, in numbers."""
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
