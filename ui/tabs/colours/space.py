"""The space of colours as the network divides it: three sheets, of which one is seen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QStackedWidget, QWidget

from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes
from ui.tabs.colours.regions import Regions
from ui.tabs.colours.sheets import PARTS, Cube, CubeSlice, HueMap
from ui.widgets.layout import column, muted, row
from ui.widgets.plain import as_tip
from ui.widgets.wheel import CalmComboBox, CalmSlider

SHEETS = (
    ("Hue map", "All hues from left to right, light above and dark below"),
    ("Slice", "All colours of the cube with the same red, green or blue"),
    ("Cube", "The cube of red, green and blue: drag to turn it, cut it open with the slider"),
)


class SpacePage(QWidget):
    """Map, slice and cube.

    Signals:
        pointed(colour or None): (3,) uint8 under the pointer.
        chosen(colour): was clicked.
    """

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: ColoursSnapshot | None = None
        self._moving = False
        self.map, self.slice, self.cube = HueMap(), CubeSlice(), Cube()
        self.sheets: tuple[Regions, ...] = (self.map, self.slice, self.cube)
        self.stack = QStackedWidget()
        for sheet in self.sheets:
            sheet.pointed.connect(self.pointed)
            sheet.chosen.connect(self.chosen)
            self.stack.addWidget(sheet)
        self.choice = CalmComboBox()
        self.choice.setAccessibleName("which part of the space of colours")
        self.choice.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choice.setMinimumContentsLength(8)
        for place, (name, tip) in enumerate(SHEETS):
            self.choice.addItem(name)
            self.choice.setItemData(place, as_tip(tip), Qt.ItemDataRole.ToolTipRole)
        self.choice.currentIndexChanged.connect(self._on_sheet)
        self.axis = CalmComboBox()
        self.axis.setAccessibleName("which part is fixed, or cut")
        self.axis.addItems(list(PARTS))
        self.axis.setCurrentIndex(2)
        self.axis.currentIndexChanged.connect(self._on_axis)
        self.words = muted()
        self.slider = CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, 100)
        self.slider.setMinimumWidth(40)
        self.slider.valueChanged.connect(self._on_level)
        self.filled = QCheckBox("Flat")
        self.filled.setToolTip("Paint each region in one colour: the mean of what is learnt by that name")
        self.filled.toggled.connect(self._on_filled)
        self._levels = {0: 100, 1: 50, 2: 100}  # of each sheet
        controls = row(self.choice, self.axis, self.words, (self.slider, 1), self.filled, spacing=6)
        column(controls, (self.stack, 1), spacing=4, inside=self)
        self._on_sheet()

    @property
    def sheet(self) -> Regions:
        """The one that is seen."""
        return self.sheets[self.stack.currentIndex()]

    def show_network(self, snapshot: ColoursSnapshot | None, *, moving: bool) -> None:
        """Draw its borders on the sheet that is seen."""
        self._snapshot, self._moving = snapshot, moving
        self.sheet.show_network(snapshot, moving=moving)

    def mark(self, colour: Bytes) -> None:
        """Ring the colour that is tried."""
        for sheet in self.sheets:
            sheet.mark(colour)

    @Slot()
    def _on_sheet(self) -> None:
        place = max(self.choice.currentIndex(), 0)
        self.stack.setCurrentIndex(place)
        self.axis.setVisible(place > 0)
        self.words.setText(("saturation", "at", "up to")[place])
        self.slider.setAccessibleName(("saturation", "level of the slice", "where the cube is cut")[place])
        tips = (
            "How far from grey the colours of the map are",
            "Move the slice through the cube",
            "Cut the cube open: what has more of it is taken away",
        )
        self.slider.setToolTip(as_tip(tips[place]))
        self._put_slider(self._levels[place] if place < 2 else round(100 * self.cube.cut[self.axis.currentIndex()]))
        self.sheet.set_filled(self.filled.isChecked())
        self.sheet.show_network(self._snapshot, moving=self._moving)

    @Slot()
    def _on_axis(self) -> None:
        if self.sheet is self.cube:
            self._put_slider(round(100 * self.cube.cut[self.axis.currentIndex()]))
        else:
            self.slice.set_slice(self.axis.currentIndex(), self.slider.value() / 100)

    def _put_slider(self, level: int) -> None:
        self.slider.blockSignals(True)
        self.slider.setValue(level)
        self.slider.blockSignals(False)

    @Slot(int)
    def _on_level(self, level: int) -> None:
        self._levels[self.stack.currentIndex()] = level
        if self.sheet is self.map:
            self.map.set_saturation(level / 100)
        elif self.sheet is self.slice:
            self.slice.set_slice(self.axis.currentIndex(), level / 100)
        else:
            self.cube.set_cut(self.axis.currentIndex(), level / 100)

    @Slot(bool)
    def _on_filled(self, filled: bool) -> None:
        self.sheet.set_filled(filled)
