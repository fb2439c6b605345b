"""+ and − on a drawn network: one layer or one neuron more or less, tried out at once in a new run."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QToolButton, QWidget

from models.config import Config, settings_of
from ui.widgets.layout import STRETCH, muted, row
from ui.widgets.plain import as_tip

MOST_AT_ONCE = 16
"""Neurons of a wide layer that come or go with one press: an eighth of them, and no more than this."""


def other_layers(config: Config, *, layers: int = 0, units: int = 0) -> Config | None:
    """The settings with a hidden layer more or less, or with neurons more or less in the last one; None: not possible.

    A list that has one entry for each hidden layer grows and shrinks with them.
    """
    known = {setting.name: setting for setting in settings_of(type(config))}
    hidden: list[int] = list(vars(config)["hidden"])
    if layers > 0:
        hidden.append(hidden[-1] if hidden else 8)
    elif layers < 0:
        hidden = hidden[:-1]
    if units and not hidden:
        return None
    if units:
        hidden[-1] += units * max(1, min(MOST_AT_ONCE, hidden[-1] // 8))
    values: dict[str, Any] = config.model_dump() | {"hidden": tuple(hidden)}
    for name, setting in known.items():
        if setting.one_for_each == "hidden" and len(values[name]) > 1:
            each = tuple(values[name])
            values[name] = (each + each[-1:] * len(hidden))[: max(1, len(hidden))]
    try:
        known["hidden"].check(values["hidden"])
        other = type(config).model_validate(values)
    except ValueError:  # pydantic's too: too few, too many, or not together with the rest
        return None
    return None if other == config else other


class LayerSteps(QWidget):
    """Four buttons above a network, greyed where its settings allow no more or no less.

    Signals:
        wanted(Config): the network is to have these settings.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._config: Config | None = None
        self.buttons: dict[str, QToolButton] = {}
        self._changes = {
            "one layer less": {"layers": -1},
            "one layer more": {"layers": 1},
            "fewer neurons in the last layer": {"units": -1},
            "more neurons in the last layer": {"units": 1},
        }
        for name in self._changes:
            button = self.buttons[name] = QToolButton()
            button.setText("+" if "more" in name else "−")
            button.setFixedSize(24, 24)
            button.setAccessibleName(name)
            button.setToolTip(as_tip(f"{name[0].upper()}{name[1:]}: starts a new run"))
            button.clicked.connect(self._on_clicked)
        fewer_layers, more_layers, fewer_units, more_units = self.buttons.values()
        row(
            muted("Layers"),
            fewer_layers,
            more_layers,
            6,
            muted("Units"),
            fewer_units,
            more_units,
            STRETCH,
            spacing=3,
            inside=self,
        )

    def show_config(self, config: Config) -> None:
        """What the network has now."""
        if config != self._config:
            self._config = config
            for name, change in self._changes.items():
                self.buttons[name].setEnabled(other_layers(config, **change) is not None)

    @Slot()
    def _on_clicked(self) -> None:
        name = next(name for name, button in self.buttons.items() if button is self.sender())
        if self._config is not None and (other := other_layers(self._config, **self._changes[name])) is not None:
            self.wanted.emit(other)
