"""Points of one's own in the Boundary tab: held-out points, points with a value, and tables of them."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QWidget

from models.base import DataError
from models.boundary.data import own_points
from models.data.points.own import OwnPoints, told_classes
from models.data.points.sets import PointSet
from models.data.tables.roles import Columns
from models.data.tables.table import Table, listed
from ui.points.canvas import PointCanvas
from ui.points.panel import PointPanel
from ui.points.table_dialog import TableDialog
from ui.widgets.wheel import CalmComboBox, CalmDoubleSpinBox


class BoundaryPointPanel(PointPanel):
    """The point editor, with a value for new points where values are to be predicted, and held-out points.

    Signals:
        value_given(value): the selected points should get this value.
        held_out_given(held_out): the selected points should be held out, or trained on.
    """

    value_given = Signal(float)
    held_out_given = Signal(bool)

    def __init__(self, canvas: PointCanvas, parent: QWidget | None = None) -> None:
        super().__init__(canvas, parent)
        self._regression = False
        #: whether points from the last table are to be standardised
        self.standardise = True
        self.value_box = CalmDoubleSpinBox()
        self.value_box.setRange(-10_000, 10_000)
        self.value_box.setDecimals(2)
        self.value_box.setSingleStep(0.25)
        self.value_box.setValue(1.0)
        self.value_box.setAccessibleName("value of new points")
        self.value_box.setToolTip("The value to predict that new points get; Enter gives it to the selected points")
        self.value_box.setKeyboardTracking(False)
        self.value_box.setFixedWidth(82)
        self.value_box.valueChanged.connect(self._on_value)
        self.value_box.hide()
        self.held_out_box = QCheckBox("Held out")
        self.held_out_box.setToolTip(
            "New points are held out: only tested on, never trained on. Changes the selected points, too."
        )
        self.held_out_box.clicked.connect(self.held_out_given)
        at = self.bar.indexOf(self.class_box) + 1
        self.bar.insertWidget(at, self.value_box)
        self.bar.insertWidget(at + 1, self.held_out_box)

    def set_kind(self, names: tuple[str, ...], regression: bool) -> None:
        """Points have these classes, or values to predict."""
        if names != self.canvas.editor.classes or regression != self._regression:
            self._regression = regression
            self.set_classes(names)
            self.value_box.setVisible(regression)

    @Slot(float)
    def _on_value(self, value: float) -> None:
        if len(self.canvas.editor.selection):
            self.value_given.emit(value)

    @Slot()
    def _on_columns(self) -> None:
        assert self.dialog is not None
        self.standardise = self.dialog.standardise.isChecked()
        super()._on_columns()

    def make_dialog(self, table: Table, name: str) -> TableDialog:
        """See PointPanel."""
        return BoundaryTableDialog(table, name, parent=self)


class BoundaryTableDialog(TableDialog):
    """Columns for points with a class, or with a value to predict.

    `points` is an OwnPoints in the file's units: the run standardises it, by its training points only.
    """

    predicts = True

    def __init__(self, table: Table, name: str, parent: QWidget | None = None) -> None:
        self.target_box = CalmComboBox()
        self.target_box.addItem("none: points have classes", None)
        super().__init__(table, name, with_labels=True, parent=parent)
        self.target_box.setAccessibleName("value to predict")
        self.target_box.setToolTip("A column of numbers to predict instead of a class (regression)")
        for column in table.names:
            if table.is_numeric(column):
                self.target_box.addItem(column, column)
        self.fields.addRow("Value to predict", self.target_box)
        self.standardise.setChecked(True)
        if self.guess.target is not None:
            self.target_box.setCurrentIndex(self.target_box.findData(self.guess.target))
        self.target_box.currentIndexChanged.connect(self._update)
        self._update()

    def columns(self) -> Columns:
        """See TableDialog."""
        target = self.target_box.currentData()
        return Columns(self.coordinates, None if target else self.label_box.currentData(), target)

    def read(self) -> OwnPoints:
        """See TableDialog."""
        columns = self.columns()
        target = columns.target
        self.label_box.setEnabled(target is None)
        if {columns.label, target} & set(columns.coordinates):
            raise DataError("A coordinate cannot be the answer as well: choose another column for one of them.")
        if columns.label is None and target is None:
            raise DataError("Choose the column that says which class a point belongs to, or a value to predict.")
        return own_points(self.source, columns, cleaning=self.cleaning)

    def say(self, points: PointSet) -> str:
        """See TableDialog."""
        if points.targets is not None:
            what = f"{len(points)} points, values from {points.targets.min():g} to {points.targets.max():g}"
        else:
            what = f"{len(points)} points, classes: {listed(points.class_names, 80)}"
            what = " ".join([what, *told_classes(points)])
        numbers = []
        for axis, name in enumerate(points.axis_names):
            values = points.points[:, axis]
            mean, deviation = f"{values.mean():.4g}", f"{values.std():.4g}"
            short = f"({name} − {mean}) / {deviation}"
            numbers.append(short if self.standardise.isChecked() else f"{name}: mean {mean}, deviation {deviation}")
        rest = " (exactly: by the training points)" if self.standardise.isChecked() else ""
        return f"{what}\n{', '.join(numbers)}{rest}"
