"""A form is made from a Config: one control for every setting, in sections, with words for whatever is wrong.

Nothing is written twice: names, bounds, units, explanations and what may change while the model trains all come from
the Config's declaration (`models.config.setting`). A new setting appears here without a line of code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from models.config import Config, Setting, problems, settings_of
from models.layer_shapes import LayerShape
from ui.form.controls import Control, Entries, List, Selections
from ui.form.rows import AT_ONCE, NEW_RUN, Mark, Row, Section, Sentence, title
from ui.widgets import theme
from ui.widgets.plain import PlainLabel

INTERVAL = 67
"""Milliseconds between two reports while a slider is dragged: at most 15 a second, the last one always."""
MARGIN = 8


class ConfigForm(QWidget):
    """A form for the settings of one Config class.

    The form is the authority on what the hand chose: `config()` is always valid. A value that cannot be taken stays in
    its field with a sentence below it, and the last good one remains in force. Settings that do not fit together get
    their sentence at the top.

    Args:
        config: the settings to begin with, or a Config class that has a default for every setting.
        without: settings that are chosen elsewhere; the form keeps their values and does not show them.
        layers_of: which layers a network with these settings has; each is said where it is chosen.
    """

    changed = Signal(object)
    """The new Config, whenever the hand changed it; at most 15 times a second, and always the last one."""
    invalid = Signal(str)
    """A sentence, when something is not taken; "" when all is well again."""

    def __init__(
        self,
        config: Config | type[Config],
        parent: QWidget | None = None,
        *,
        without: Iterable[str] = (),
        layers_of: Callable[[Config], Sequence[LayerShape]] | None = None,
    ) -> None:
        super().__init__(parent)
        self._without = frozenset(without)
        self._layers_of = layers_of
        self._config: Config = config() if isinstance(config, type) else config
        self._delivered = self._config
        self._complaint = ""
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL)
        self._timer.timeout.connect(self._deliver)
        self.sections: dict[str, Section] = {}
        """The groups by their names; "…/advanced" is what is folded away in one."""
        self.rows: dict[str, Row] = {}
        """A row for every setting that is shown, by its name."""
        self._build()
        self._show_all()

    def config(self) -> Config:
        """The settings in force: the last ones that were valid together."""
        return self._config

    def set_config(self, config: Config) -> None:
        """Show settings that come from elsewhere (a preset, an opened file); no signal is emitted.

        The config that is already in force changes nothing, so that text which is still being mended stays.
        Raises TypeError for settings of another model.
        """
        if type(config) is not type(self._config):
            raise TypeError(f"this form shows {type(self._config).__name__}, not {type(config).__name__}")
        self._timer.stop()
        self._delivered = config
        if config != self._config:
            self._config = config
            self._show_all()

    def refused(self) -> tuple[str, str]:
        """The first setting that holds what cannot be taken, and why; ("", sentence) where several do not fit together,
        ("", "") while all is well.
        """
        for name, row in self.rows.items():
            if not row.isHidden() and row.sentence.text():
                return name, row.sentence.text()
        return "", self.complaint.text()

    @property
    def waiting(self) -> bool:
        """Whether a change has not been reported yet: several close together are one."""
        return self._timer.isActive()

    def commit(self) -> None:
        """Take over what is being typed and report a change that is still waiting, now.

        For a shortcut such as "train" that is pressed while the cursor is still in a field.
        """
        for row in self.rows.values():
            row.control.commit()
        self._timer.stop()
        self._deliver()

    def show_layers(self) -> None:
        """Say what each layer comes to with the settings in force; also when the data have become others."""
        if self._layers_of is None:
            return
        layers = self._layers_of(self._config)
        for name, row in self.rows.items():
            row.show_layers([layer for layer in layers if layer.setting == name])

    def mark_pending(self, names: Iterable[str]) -> None:
        """Mark the settings that differ from the ones of the running model; the others lose their mark."""
        pending = frozenset(names)
        for name, row in self.rows.items():
            row.set_pending(name in pending)
        self._note_folded()

    def set_locked(self, names: Iterable[str]) -> None:
        """Make these settings read-only (a lesson, a classroom); the others can be changed."""
        locked = frozenset(names)
        for name, row in self.rows.items():
            row.set_locked(name in locked)

    def reveal(self, name: str) -> None:
        """Unfold, scroll to and focus a setting. Raises KeyError for a name that it does not show."""
        row = self.rows[name]
        for section in self.sections.values():
            if section.isAncestorOf(row):
                section.set_open(True)
        self._note_folded()
        self.area.ensureWidgetVisible(row)
        row.control.widgets()[0].setFocus(Qt.FocusReason.OtherFocusReason)

    # ---------------------------------------------------------------------------------------------- building

    def _build(self) -> None:
        self.setMinimumWidth(240)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.complaint = Sentence()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setSpacing(4)
        settings = [setting for setting in settings_of(type(self._config)) if setting.name not in self._without]
        if len({setting.live for setting in settings}) == 2:
            column.addWidget(_legend())
        for setting in settings:
            row = self.rows[setting.name] = Row(setting)
            row.control.edited.connect(self._edited)
            row.control.refused.connect(self._refused)
            row.reset.triggered.connect(self._reset)
            if isinstance(row.control, Entries):
                row.control.fits = partial(self._fits, setting.name)
            self._section(setting, column).add(row)
        column.addStretch(1)
        self.area = _Area(content, column)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, 0, MARGIN, 0)
        top.addWidget(self.complaint)
        layout.addLayout(top)
        layout.addWidget(self.area)

    def _section(self, setting: Setting, column: QVBoxLayout) -> Section:
        """The section for a setting; within a group, advanced settings have a folded section of their own."""
        group = self.sections.get(setting.group)
        if group is None:
            group = self.sections[setting.group] = Section(setting.group)
            group.header.clicked.connect(self._note_folded)
            column.addWidget(group)
        if not setting.advanced:
            return group
        key = f"{setting.group}/advanced"
        if key not in self.sections:
            self.sections[key] = Section("Advanced", of=setting.group)
            self.sections[key].header.clicked.connect(self._note_folded)
            group.add_last(self.sections[key])
        return self.sections[key]

    def _chain(self) -> None:
        """Tab goes through the form in the order in which it is read, also after a list has grown."""
        groups = (section for key, section in self.sections.items() if not key.endswith("/advanced"))
        for before, after in pairwise(widget for group in groups for widget in group.chain()):
            QWidget.setTabOrder(before, after)

    def _show_all(self) -> None:
        """Show the config in force in every control."""
        self._narrow({name: getattr(self._config, name) for name in type(self._config).model_fields})
        for name, row in self.rows.items():
            row.control.set_value(getattr(self._config, name))
            row.complain("")
        self._chain()
        self._say("")
        self.show_layers()
        self._show_relevant()

    # ------------------------------------------------------------------------------------------------ editing

    def _edited(self, control: Control) -> None:
        self.rows[control.setting.name].complain("")
        if isinstance(control, List):
            self._chain()
        before = control.head.mapTo(self, control.head.rect().topLeft()).y()
        self._narrow(self._values())
        self._show_relevant()
        self._keep_in_place(control.head, before)
        self._review()

    def _refused(self, control: Control, reason: str) -> None:
        setting = control.setting
        row = self.rows[setting.name]
        if reason:
            held = setting.format(getattr(self._config, setting.name)) or "The empty list"
            row.complain(f"{reason[0].upper()}{reason[1:]}. {held} stays in force.")
        else:
            row.complain("")
        self._note_folded()
        self._report(f"{title(setting)} {reason}." if reason else "")

    def _reset(self) -> None:
        action = self.sender()
        row = action.data() if isinstance(action, QAction) else None
        if isinstance(row, Row) and row.control.value != row.setting.default:
            row.control.set_value(row.setting.default)
            self._edited(row.control)

    def _values(self) -> dict[str, Any]:
        """What is shown, and what is chosen elsewhere; not checked together."""
        values = {name: getattr(self._config, name) for name in type(self._config).model_fields}
        return values | {name: row.control.value for name, row in self.rows.items()}

    def _narrow(self, values: Mapping[str, Any]) -> None:
        """Bound the settings whose range depends on these values of others."""
        ranges = type(self._config).ranges(values)
        for name, row in self.rows.items():
            if row.setting.one_for_each and isinstance(row.control, Selections):
                row.control.match(len(values[row.setting.one_for_each]))
            row.narrow(ranges.get(name))

    def _fits(self, name: str, value: Any) -> bool:
        """Whether the settings would be valid together if this one had another value."""
        try:
            type(self._config).model_validate(self._values() | {name: value})
        except ValidationError:
            return False
        return True

    def _review(self) -> None:
        """Check everything that is shown together; what is wrong with one setting alone does not hold up the others."""
        values = self._values()
        sentences: list[str] = []
        for _ in range(2):
            try:
                config = type(self._config).model_validate(values)
            except ValidationError as error:
                found = problems(error, type(self._config))
                for problem in found:
                    sentences.append(problem.sentence)
                    if problem.setting in self.rows:
                        self.rows[problem.setting].complain(problem.sentence)
                        values[problem.setting] = getattr(self._config, problem.setting)
                    else:
                        self._say(f"{problem.sentence} The last settings that fit together stay in force.")
                        self._report(problem.sentence)
                        return
            else:
                self._config = config
                self.show_layers()
                break
        self._say("")
        self._report(" ".join(sentences))
        if not self._timer.isActive():
            self._deliver()

    def _deliver(self) -> None:
        """Report the config in force if it is news, and be silent for a moment so that a drag does not flood anyone."""
        if self._config != self._delivered:
            self._delivered = self._config
            self._timer.start()
            self.changed.emit(self._config)

    def _report(self, sentence: str) -> None:
        """Tell what is wrong now; with nothing new wrong, what is still wrong elsewhere; "" once."""
        if not sentence:
            sentence = next((row.sentence.text() for row in self.rows.values() if row.sentence.text()), "")
        if sentence != self._complaint:
            self._complaint = sentence
            self.invalid.emit(sentence)

    def _say(self, sentence: str) -> None:
        self.complaint.say(sentence)
        if not sentence:
            self._report("")

    # ------------------------------------------------------------------------------------------------- layout

    def _show_relevant(self) -> None:
        """Show the settings that mean something with the present choices (`shown_when`)."""
        for row in self.rows.values():
            row.setVisible(self._relevant(row.setting))
        for section in self.sections.values():
            section.setVisible(section.has_rows())
        self._note_folded()

    def _relevant(self, setting: Setting) -> bool:
        if setting.shown_when is None or setting.shown_when[0] not in self.rows:
            return True
        other, values = setting.shown_when
        control = self.rows[other].control
        return control.value in values and self._relevant(control.setting)

    def _keep_in_place(self, widget: QWidget, before: int) -> None:
        """Scroll so that the control under the hand stays where it is when rows above it come or go."""
        if self.isVisible():
            self.area.column.activate()
            moved = widget.mapTo(self, widget.rect().topLeft()).y() - before
            bar = self.area.verticalScrollBar()
            bar.setValue(bar.value() + moved)

    def _note_folded(self) -> None:
        for section in self.sections.values():
            section.note()


class _Area(QScrollArea):
    """Scrolls up and down only, and keeps the width of its content when the scroll bar comes and goes."""

    def __init__(self, content: QWidget, column: QVBoxLayout) -> None:
        super().__init__()
        self.column = column
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room of the scroll bar free while there is none."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar())
        gap = max(2, bar + 2 - (self.width() - self.viewport().width()))
        self.column.setContentsMargins(MARGIN, 4, gap, MARGIN)
        super().resizeEvent(event)


def _legend() -> QWidget:
    """What the two marks mean."""
    legend = QWidget()
    layout = QHBoxLayout(legend)
    layout.setContentsMargins(6, 2, 0, 2)
    layout.setSpacing(6)
    for live, words in ((True, "at once"), (False, "starts a new run")):
        label = PlainLabel(words)
        label.setToolTip(AT_ONCE if live else NEW_RUN)
        theme.set_role(label, "muted")
        layout.addWidget(Mark(live))
        layout.addWidget(label)
        layout.addSpacing(6)
    layout.addStretch(1)
    return legend
