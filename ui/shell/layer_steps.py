"""+ and − on a drawn network: one layer or one neuron more or less, tried out at once in a new run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from models.config import Config, settings_of
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.layout import muted, row, widget_of

DIALS = {
    "layers": ("Layers", "one layer less", "one layer more"),
    "inputs": ("Inputs", "one input less", "one input more"),
    "units": ("Units", "fewer neurons in the last layer", "more neurons in the last layer"),
}
"""What may be turned, by name: the words in front of its buttons, and what each of the two is called."""


def other_layers(config: Config, dial: str, step: int) -> Config | None:
    """The settings with one more (+1) or one less (−1) of a dial; None: not possible.

    A list that has one entry for each layer grows and shrinks with them.
    """
    changes = config.turned(dial, step)
    if changes is None:
        return None
    known = {setting.name: setting for setting in settings_of(type(config))}
    values: dict[str, Any] = config.model_dump() | dict(changes)
    for name, setting in known.items():
        listed = setting.one_for_each
        if listed is not None and listed in changes and len(values[name]) > 1:
            each = tuple(values[name])
            count = max(1, len(values[listed]))
            values[name] = (each + each[-1:] * count)[:count]
    try:
        for name in changes:
            known[name].check(values[name])
        other = type(config).model_validate(values)
    except ValueError:  # pydantic's too: too few, too many, or not together with the rest
        return None
    return None if config == other else other


class LayerSteps(QWidget):
    """Two buttons for all that a network can have more or less of, greyed where its settings allow no more or no less.

    Args:
        units: what the neurons of a layer are called ("Filters").

    Signals:
        wanted(Config): the network is to have these settings.
    """

    wanted = Signal(object)

    def __init__(self, units: str = "Units") -> None:
        super().__init__()
        self._config: Config | None = None
        self.buttons: dict[tuple[str, int], QToolButton] = {}
        self._groups: dict[str, QWidget] = {}
        line = FlowLayout(self)  # where the width is short, one below the other
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(9)
        for dial, (words, *names) in DIALS.items():
            for step, name in zip((-1, 1), names, strict=True):
                button = self.buttons[dial, step] = QToolButton()
                button.setText("+" if step > 0 else "−")
                button.setFixedSize(24, 24)
                button.setAccessibleName(name)
                button.setToolTip(f"{name[0].upper()}{name[1:]}: starts a new run")
                button.clicked.connect(self._on_clicked)
            title = muted(units if dial == "units" else words)
            group = self._groups[dial] = widget_of(row(title, self.buttons[dial, -1], self.buttons[dial, 1], spacing=3))
            line.addWidget(group)

    def show_config(self, config: Config) -> None:
        """What the network has now."""
        if config != self._config:
            self._config = config
            dials = config.dials()
            for dial, group in self._groups.items():
                group.setVisible(dial in dials)
            for (dial, step), button in self.buttons.items():
                button.setEnabled(dial in dials and other_layers(config, dial, step) is not None)

    @Slot()
    def _on_clicked(self) -> None:
        dial, step = next(key for key, button in self.buttons.items() if button is self.sender())
        if self._config is not None and (other := other_layers(self._config, dial, step)) is not None:
            self.wanted.emit(other)
