"""A row shows one setting with its control; a section gathers rows under a heading that folds.

The colours say what a setting does: a filled dot takes effect at once, a ring starts a new run, a bar at the side
means that the running model still has another value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QAction, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from models.config import Setting
from models.layer_shapes import LayerShape
from ui.form.controls import List, Number, Switch, control_for
from ui.form.shapes import total, whole
from ui.widgets import theme
from ui.widgets.plain import PlainLabel, as_lines, as_tip

AT_ONCE, NEW_RUN = "Takes effect at once.", "Starts a new run."


def title(setting: Setting) -> str:
    """The label, beginning with a capital letter, and the unit."""
    first = setting.label[:1]
    first = first.upper() if first.isascii() else first  # β stays small
    return first + setting.label[1:] + (f" ({setting.unit})" if setting.unit else "")


class Row(QWidget):
    """One setting: mark, label, control, what is wrong with it, and a bar at the side while it waits for a new run."""

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting
        self._declared = setting
        self.control = control_for(setting)
        self.control.setParent(self)
        self.pending = False
        self.locked = False
        self.label = PlainLabel(title(setting))
        self.label.setWordWrap(True)
        self.label.setBuddy(self.control.head)
        self.reset = QAction(f"Back to the default ({setting.format(setting.default)})", self)
        self.reset.setData(self)
        self.label.addAction(self.reset)
        self.label.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.mark = Mark(setting.live)
        self.layers = PlainLabel()
        self.layers.setWordWrap(True)
        theme.set_role(self.layers, "muted")
        self.layers.hide()
        self.sentence = Sentence()
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.mark, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.label, 1)
        if not setting.structured:
            head.addWidget(self.control.head, 0 if isinstance(self.control, (Number, Switch)) else 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 2, 0, 2)
        layout.setSpacing(0 if isinstance(self.control, Number) else 2)
        layout.addLayout(head)
        if setting.structured:  # a line of brackets needs the whole width
            layout.addWidget(self.control.head)
        if self.control.body is not None:
            layout.addWidget(self.control.body)
        layout.addWidget(self.layers)
        layout.addWidget(self.sentence)
        self.control.head.setAccessibleName(self.label.text())
        if isinstance(self.control, Number) and self.control.slider is not None:
            self.control.slider.setAccessibleName(f"{self.label.text()}, slider")
        self._describe()

    def show_layers(self, layers: Sequence[LayerShape]) -> None:
        """Say what the layers of the network come to that this setting asks for."""
        lines = self.control.show_layers(layers)
        self.layers.setText("\n".join(lines))
        self.layers.setToolTip(as_lines([whole(layer) for layer in layers]))
        self.layers.setAccessibleName(" ".join([*map(whole, layers), f"{total(layers)}."]) if layers else "")
        self.layers.setVisible(bool(lines))

    def complain(self, sentence: str) -> None:
        """Show what is wrong below the control; "" takes it away."""
        self.sentence.say(sentence)

    def add_below(self, widget: QWidget) -> None:
        """Show something that belongs to this setting below it."""
        below = QHBoxLayout()
        below.setContentsMargins(self.mark.width() + 6, 0, 0, 0)  # as far in as the label
        below.addWidget(widget)
        layout = self.layout()
        if isinstance(layout, QVBoxLayout):
            layout.addLayout(below)

    def narrow(self, bounds: tuple[float, float] | None) -> None:
        """Bound the value, or each number of a list, more closely than declared (None: as declared); silent.

        A value outside goes to the nearest bound; a list loses what lies outside.
        """
        setting = self._declared
        if bounds is not None:
            low, high = bounds
            setting = replace(setting, minimum=low, maximum=high, exclusive_minimum=False, exclusive_maximum=False)
        if setting != self.setting:
            self.setting = setting
            self.control.narrow(setting)
            self._describe()
        value = self.control.fitted()
        if value != self.control.value:
            self.control.set_value(value)
            self.complain("")

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
        default = setting.format(setting.default) or "none"
        facts = f"{setting.allowed[0].upper()}{setting.allowed[1:]}. Default: {default}."
        state = [AT_ONCE if setting.live else NEW_RUN]
        state += ["The running model still has another value."] if self.pending else []
        state += ["Locked."] if self.locked else []
        lines = [setting.description, facts, " ".join(state)]
        buttons = (self.control.more, self.control.fewer) if isinstance(self.control, List) else ()
        for widget in (self.label, self.mark, self.control.head, self.control.body):
            if widget is not None and widget not in buttons:
                widget.setToolTip(as_lines(lines))
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
        self.header.setToolTip(as_tip(f"{'Rarely needed settings' if of else 'Settings'}: fold or unfold"))
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
        self._label = PlainLabel()
        self._label.setWordWrap(True)
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
