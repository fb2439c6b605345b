"""A form is made from a Config: one control for every setting, in sections, with words for whatever is wrong.

Nothing is written twice: names, bounds, units, explanations and what may change while the model trains all come from
the Config's declaration (`models.config.setting`). A new setting appears here without a line of code.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import pairwise

from pydantic import ValidationError
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from models.config import Config, Setting, problems, settings_of
from ui import theme
from ui.form_controls import Control, List, Number, control_for

INTERVAL = 67
"""Milliseconds between two reports while a slider is dragged: at most 15 a second, the last one always."""
AT_ONCE, NEW_RUN = "Takes effect at once.", "Starts a new run."
MARGIN = 8


class ConfigForm(QWidget):
    """A form for the settings of one Config class.

    The form is the authority on what the hand chose: `config()` is always valid. A value that cannot be taken stays in
    its field with a sentence below it, and the last good one remains in force. Settings that do not fit together get
    their sentence at the top.

    Args:
        config: the settings to begin with, or a Config class that has a default for every setting.
    """

    changed = Signal(object)
    """The new Config, whenever the hand changed it; at most 15 times a second, and always the last one."""
    invalid = Signal(str)
    """A sentence, when something is not taken; "" when all is well again."""

    def __init__(self, config: Config | type[Config], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config: Config = config() if isinstance(config, type) else config
        self._delivered = self._config
        self._complaint = ""
        self._timer = QTimer(self, singleShot=True, interval=INTERVAL)
        self._timer.timeout.connect(self._deliver)
        self._sections: dict[str, Section] = {}
        self._rows: dict[str, Row] = {}
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

    def commit(self) -> None:
        """Take over what is being typed and report a change that is still waiting, now.

        For a shortcut such as "train" that is pressed while the cursor is still in a field.
        """
        for row in self._rows.values():
            row.control.commit()
        self._timer.stop()
        self._deliver()

    def mark_pending(self, names: Iterable[str]) -> None:
        """Mark the settings that differ from the ones of the running model; the others lose their mark."""
        pending = frozenset(names)
        for name, row in self._rows.items():
            row.set_pending(name in pending)
        self._note_folded()

    def set_locked(self, names: Iterable[str]) -> None:
        """Make these settings read-only (a lesson, a classroom); the others can be changed."""
        locked = frozenset(names)
        for name, row in self._rows.items():
            row.set_locked(name in locked)

    def reveal(self, name: str) -> None:
        """Unfold, scroll to and focus a setting. Raises KeyError for a name that the Config does not have."""
        row = self._rows[name]
        for section in self._sections.values():
            if section.isAncestorOf(row):
                section.set_open(True)
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
        settings = settings_of(type(self._config))
        if len({setting.live for setting in settings}) == 2:
            column.addWidget(_legend())
        for setting in settings:
            row = self._rows[setting.name] = Row(setting)
            row.control.edited.connect(self._edited)
            row.control.refused.connect(self._refused)
            row.reset.triggered.connect(self._reset)
            self._section(setting, column).add(row)
        column.addStretch(1)
        self.area = _Area(content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.complaint)
        layout.addWidget(self.area)
        self._chain()

    def _section(self, setting: Setting, column: QVBoxLayout) -> Section:
        """The section for a setting; within a group, advanced settings have a folded section of their own."""
        group = self._sections.get(setting.group)
        if group is None:
            group = self._sections[setting.group] = Section(setting.group)
            column.addWidget(group)
        if not setting.advanced:
            return group
        key = f"{setting.group}/advanced"
        if key not in self._sections:
            self._sections[key] = Section("Advanced", of=setting.group)
            self._sections[key].header.clicked.connect(self._note_folded)
            group.add_last(self._sections[key])
        return self._sections[key]

    def _chain(self) -> None:
        """Tab goes through the form in the order in which it is read."""
        chain: list[QWidget] = []
        for key, section in self._sections.items():
            if not key.endswith("/advanced"):
                section.header.clicked.connect(self._note_folded)
                chain += section.chain()
        for before, after in pairwise(chain):
            QWidget.setTabOrder(before, after)

    def _show_all(self) -> None:
        """Show the config in force in every control."""
        for name, row in self._rows.items():
            row.control.set_value(getattr(self._config, name))
            row.complain("")
        self._say("")
        self._show_relevant()

    # ------------------------------------------------------------------------------------------------ editing

    def _edited(self, control: Control) -> None:
        self._rows[control.setting.name].complain("")
        before = control.head.mapTo(self, control.head.rect().topLeft()).y()
        self._show_relevant()
        self._keep_in_place(control.head, before)
        self._review()

    def _refused(self, control: Control, reason: str) -> None:
        setting = control.setting
        row = self._rows[setting.name]
        if reason:
            held = setting.format(getattr(self._config, setting.name))
            row.complain(f"{reason[0].upper()}{reason[1:]}. {held} stays in force.")
        else:
            row.complain("")
        self._note_folded()
        self._report(f"{_title(setting)} {reason}." if reason else "")

    def _reset(self) -> None:
        row = self.sender().data() if isinstance(self.sender(), QAction) else None
        if isinstance(row, Row) and row.control.value != row.setting.default:
            row.control.set_value(row.setting.default)
            self._edited(row.control)

    def _review(self) -> None:
        """Check everything that is shown together; what is wrong with one setting alone does not hold up the others."""
        values = {name: row.control.value for name, row in self._rows.items()}
        sentences: list[str] = []
        for _ in range(2):
            try:
                config = type(self._config).model_validate(values)
            except ValidationError as error:
                found = problems(error, type(self._config))
                for problem in found:
                    sentences.append(problem.sentence)
                    if problem.setting in self._rows:
                        self._rows[problem.setting].complain(problem.sentence)
                        values[problem.setting] = getattr(self._config, problem.setting)
                    else:
                        self._say(f"{problem.sentence} The last settings that fit together stay in force.")
                        self._report(problem.sentence)
                        return
            else:
                self._config = config
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
            sentence = next((row.sentence.text() for row in self._rows.values() if row.sentence.text()), "")
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
        for row in self._rows.values():
            row.setVisible(self._relevant(row.setting))
        for section in self._sections.values():
            section.setVisible(section.has_rows())
        self._note_folded()

    def _relevant(self, setting: Setting) -> bool:
        if setting.shown_when is None or setting.shown_when[0] not in self._rows:
            return True
        other, values = setting.shown_when
        control = self._rows[other].control
        return control.value in values and self._relevant(control.setting)

    def _keep_in_place(self, widget: QWidget, before: int) -> None:
        """Scroll so that the control under the hand stays where it is when rows above it come or go."""
        content = self.area.widget()
        if content is not None and content.layout() is not None and self.isVisible():
            content.layout().activate()
            moved = widget.mapTo(self, widget.rect().topLeft()).y() - before
            bar = self.area.verticalScrollBar()
            bar.setValue(bar.value() + moved)

    def _note_folded(self) -> None:
        for section in self._sections.values():
            section.note()


class Row(QWidget):
    """One setting: mark, label and control, what is wrong with it, and a bar at the side while it waits for a new run."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self.control = control_for(setting)
        self.control.setParent(self)
        self.pending = False
        self.locked = False
        self.label = QLabel(_title(setting))
        self.label.setWordWrap(True)
        self.label.setBuddy(self.control.head)
        self.reset = QAction(f"Back to the default ({setting.format(setting.default)})", self)
        self.reset.setData(self)
        self.label.addAction(self.reset)
        self.label.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.mark = Mark(setting.live)
        self.sentence = Sentence()
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.label, 1)
        head.addWidget(self.control.head, 0 if isinstance(self.control, Number) else 1)
        if setting.kind == "bool" and not setting.optional:
            head.setStretch(2, 0)
        if setting.unit:
            unit = QLabel(setting.unit)
            theme.set_role(unit, "muted")
            head.addWidget(unit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 3, 0, 3)
        layout.setSpacing(2)
        layout.addLayout(head)
        if self.control.body is not None:
            layout.addWidget(self.control.body)
        layout.addWidget(self.sentence)
        self.control.head.setAccessibleName(self.label.text())
        if isinstance(self.control, Number) and self.control.slider is not None:
            self.control.slider.setAccessibleName(f"{self.label.text()}, slider")
        self._describe()

    def complain(self, sentence: str) -> None:
        """Show what is wrong below the control; "" takes it away."""
        self.sentence.say(sentence)

    def set_pending(self, pending: bool) -> None:
        """Whether the running model still has another value."""
        if pending != self.pending:
            self.pending = pending
            self._describe()
            self.update()

    def set_locked(self, locked: bool) -> None:
        """Whether the value can only be read."""
        if locked != self.locked:
            self.locked = locked
            for widget in (self.control.head, self.control.body):
                if widget is not None:
                    widget.setEnabled(not locked)
            self.reset.setEnabled(not locked)
            self._describe()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The bar of a setting that waits for a new run."""
        if self.pending:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.faded(theme.current().warning, 0.12))
            painter.drawRoundedRect(self.rect(), 4, 4)
            painter.setBrush(theme.current().warning)
            painter.drawRoundedRect(QRectF(0, 2, 3, self.height() - 4), 1.5, 1.5)
            painter.end()

    def _describe(self) -> None:
        setting = self.setting
        facts = f"{setting.allowed[0].upper()}{setting.allowed[1:]}. Default: {setting.format(setting.default)}."
        state = [AT_ONCE if setting.live else NEW_RUN]
        state += ["The running model still has another value."] if self.pending else []
        state += ["Locked."] if self.locked else []
        lines = [setting.description, facts, " ".join(state)]
        tip = f"<qt>{'<br>'.join(escape(line) for line in lines if line)}</qt>"
        buttons = (self.control.more, self.control.fewer) if isinstance(self.control, List) else ()
        for widget in (self.label, self.mark, self.control.head, self.control.body):
            if widget is not None and widget not in buttons:
                widget.setToolTip(tip)
        self.control.head.setAccessibleDescription(" ".join(lines))


class Section(QWidget):
    """A heading that folds and unfolds the rows below it."""

    def __init__(self, title: str, of: str = "") -> None:
        super().__init__()
        self.title = title
        self._open = not of
        self._rows: list[Row] = []
        self.header = QToolButton()
        self.header.setAutoRaise(True)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.header.setAccessibleName(f"{of}, {title.lower()}" if of else title)
        self.header.setToolTip(f"{'Rarely needed settings' if of else 'Settings'}: fold or unfold")
        font = self.header.font()
        font.setBold(not of)
        self.header.setFont(font)
        self.header.clicked.connect(self._toggle)
        self.body = QWidget()
        self._column = QVBoxLayout(self.body)
        self._column.setContentsMargins(0, 0, 0, 4)
        self._column.setSpacing(2)
        self._last: Section | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.body)
        self.set_open(self._open)

    def add(self, row: Row) -> None:
        """Add a row below the others, above the advanced section."""
        self._rows.append(row)
        self._column.insertWidget(len(self._rows) - 1, row)

    def add_last(self, section: Section) -> None:
        """Add the section for advanced settings at the end."""
        self._last = section
        self._column.addWidget(section)

    def set_open(self, is_open: bool) -> None:
        """Fold or unfold."""
        self._open = is_open
        self.body.setVisible(is_open)
        self.header.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self.header.setAccessibleDescription("unfolded" if is_open else "folded")

    def is_open(self) -> bool:
        """Whether the rows can be seen."""
        return self._open

    def has_rows(self) -> bool:
        """Whether any row of it means something now."""
        return any(not row.isHidden() for row in self._rows) or (self._last is not None and self._last.has_rows())

    def note(self) -> None:
        """Tell in the heading when something in the folded section wants to be looked at."""
        self.header.setText(f"{self.title}  •" if not self._open and self._wants_attention() else self.title)

    def chain(self) -> list[QWidget]:
        """What takes the focus in it, in reading order."""
        widgets: list[QWidget] = [self.header]
        for row in self._rows:
            widgets += row.control.widgets()
        return widgets + (self._last.chain() if self._last is not None else [])

    def _wants_attention(self) -> bool:
        own = any(not row.isHidden() and (row.pending or row.sentence.text()) for row in self._rows)
        return own or (self._last is not None and self._last._wants_attention())

    def _toggle(self) -> None:
        self.set_open(not self._open)


class Mark(QWidget):
    """A small dot: filled when a change takes effect at once, a ring when it starts a new run."""

    def __init__(self, live: bool) -> None:
        super().__init__()
        self._live = live
        self.setFixedSize(9, 9)
        self.setToolTip(AT_ONCE if live else NEW_RUN)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dot or ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme.current()
        painter.setPen(QPen(colors.accent if self._live else colors.control, 1.4))
        painter.setBrush(colors.accent if self._live else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(4.5, 4.5), 3.0, 3.0)
        painter.end()


class Sentence(QFrame):
    """What is wrong, in words, on a quiet red ground; takes no room while all is well."""

    def __init__(self) -> None:
        super().__init__()
        theme.set_role(self, "banner")
        theme.set_role(self, "error", name="severity")
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(self._label)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence; "" hides it."""
        self._label.setText(sentence)
        self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def text(self) -> str:
        """The sentence that is shown, or ""."""
        return self._label.text()


class _Area(QScrollArea):
    """Scrolls up and down only, and keeps the width of its content when the scroll bar comes and goes."""

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room of the scroll bar free while there is none."""
        bar = self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar())
        gap = max(2, bar + 2 - (self.width() - self.viewport().width()))
        self.widget().layout().setContentsMargins(MARGIN, 4, gap, MARGIN)
        super().resizeEvent(event)


def _title(setting: Setting) -> str:
    return setting.label[:1].upper() + setting.label[1:]


def _legend() -> QWidget:
    """What the two marks mean."""
    legend = QWidget()
    layout = QHBoxLayout(legend)
    layout.setContentsMargins(6, 2, 0, 2)
    layout.setSpacing(6)
    for live, words in ((True, "at once"), (False, "starts a new run")):
        label = QLabel(words)
        label.setToolTip(AT_ONCE if live else NEW_RUN)
        theme.set_role(label, "muted")
        layout.addWidget(Mark(live))
        layout.addWidget(label)
        layout.addSpacing(6)
    layout.addStretch(1)
    return legend
