"""A theme names every colour by what it is for, so that one meaning has one colour in every tab, light or dark.

Widgets ask `current()` for the theme in force and repaint when `manager().changed` is emitted. Roles in a style sheet
are chosen with dynamic properties, set before the widget is shown:

* `role`: QPushButton "primary" | "quiet" | "danger"; QLabel "title" | "heading" | "muted" | "readout";
  QFrame "card" | "bar" | "stage"
* `severity` on a QFrame with role "banner": "info" | "warning" | "error" | "success"
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from string import Template
from typing import Literal
from weakref import WeakMethod

from PySide6.QtCore import SIGNAL, QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

Choice = Literal["system", "light", "dark"]
CHOICES: tuple[Choice, ...] = ("system", "light", "dark")


def _colors(*names: str) -> tuple[QColor, ...]:
    return tuple(QColor(name) for name in names)


@dataclass(frozen=True, eq=False)  # compared by identity: there are two themes
class Theme:
    """The colours of one theme, by role. Text roles reach a contrast of 4.5:1 on window, surface and raised.

    Attributes:
        name: "light" or "dark".
        window: behind everything.
        surface: where content lies: plots, lists, input fields.
        raised: buttons, headers, bars.
        border: lines between areas (decorative); `control` is the outline of controls (3:1).
        text, muted: words, and words that matter less.
        accent, accent_text: what is chosen or primary, and words on it.
        ink: a drawn line, an axis, a mark on a plot.
        grid: the lines behind a plot.
        negative, positive: the two ends of signed quantities (blue, orange), readable as text.
        warning, error, success: states, readable as text.
        curves: metrics over steps: training, held-out, then others; readable as text.
        classes: one colour per class (ten), told apart with every kind of colour blindness.
    """

    name: str
    window: QColor
    surface: QColor
    raised: QColor
    border: QColor
    control: QColor
    text: QColor
    muted: QColor
    accent: QColor
    accent_text: QColor
    ink: QColor
    grid: QColor
    negative: QColor
    positive: QColor
    warning: QColor
    error: QColor
    success: QColor
    curves: tuple[QColor, ...]
    classes: tuple[QColor, ...]

    @property
    def dark(self) -> bool:
        """Whether text is lighter than what it stands on."""
        return self.name == "dark"

    def class_color(self, index: int) -> QColor:
        """The colour of class `index`; the ten colours repeat."""
        return self.classes[index % len(self.classes)]


# The class colours are Petroff's ten (M. A. Petroff, "Accessible color sequences for data visualization", 2021);
# the dark theme lifts their lightness. tests/ui/test_theme.py measures the distances under simulated colour blindness.
LIGHT = Theme(
    name="light",
    window=QColor("#f3f4f6"),
    surface=QColor("#ffffff"),
    raised=QColor("#fafbfc"),
    border=QColor("#dde1e6"),
    control=QColor("#8a93a0"),
    text=QColor("#1b2027"),
    muted=QColor("#5a6370"),
    accent=QColor("#0b7570"),
    accent_text=QColor("#ffffff"),
    ink=QColor("#2a313b"),
    grid=QColor("#e9ecef"),
    negative=QColor("#1f6cc0"),
    positive=QColor("#b2520a"),
    warning=QColor("#8a5a00"),
    error=QColor("#b3261e"),
    success=QColor("#1d7340"),
    curves=_colors("#0b7570", "#8a3fb0", "#b2520a", "#1f6cc0", "#5a6370"),
    classes=_colors(
        "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd"
    ),
)

DARK = Theme(
    name="dark",
    window=QColor("#14171c"),
    surface=QColor("#1b1f26"),
    raised=QColor("#232831"),
    border=QColor("#313843"),
    control=QColor("#76808f"),
    text=QColor("#e7eaee"),
    muted=QColor("#a0a9b6"),
    accent=QColor("#45c2b5"),
    accent_text=QColor("#06211f"),
    ink=QColor("#d5dae1"),
    grid=QColor("#2a303a"),
    negative=QColor("#6db3f5"),
    positive=QColor("#f59a4c"),
    warning=QColor("#e8b84a"),
    error=QColor("#ff8a80"),
    success=QColor("#6cd093"),
    curves=_colors("#45c2b5", "#cf9df5", "#f59a4c", "#6db3f5", "#a0a9b6"),
    classes=_colors(
        "#4f9fe8", "#ffb02e", "#d9381e", "#a9b7b5", "#a45be0", "#b97c6a", "#f47a1f", "#c9bd85", "#7c808d", "#a5e6e9"
    ),
)


class ThemeManager(QObject):
    """Keeps the theme in force and dresses the application in it; use the one that `manager()` returns.

    The style sheet is the application's until something is dressed (`dress`); from then on each dressed widget has it
    for itself and what is in it. A sheet of the application's would be laid on every widget there is whenever the theme
    changes, most of which nobody sees: two seconds with six tabs.

    Signals:
        dressing(): the sheet is another one, for those that wear it; `changed` comes next.
        changed(): the colours are different from before.
    """

    dressing = Signal()
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._theme = LIGHT
        self._choice: Choice = "system"
        self._applied: tuple[Theme, QApplication] | None = None

    @property
    def theme(self) -> Theme:
        """The theme in force."""
        return self._theme

    @property
    def choice(self) -> Choice:
        """What the user chose; "system" follows the desktop's setting, also when it changes later."""
        return self._choice

    def apply(self, app: QApplication, choice: Choice) -> None:
        """Dress the application; emits `changed` when the colours are different from before."""
        if choice not in CHOICES:
            raise ValueError(f"unknown theme {choice!r}: choose one of {', '.join(CHOICES)}")
        first = self._applied is None or self._applied[1] is not app
        self._choice = choice
        hints = app.styleHints()
        if first:
            app.setStyle(QStyleFactory.create("Fusion"))
            app.setFont(number_font(app.font()))
            hints.colorSchemeChanged.connect(self._follow_system)
        # Tells the platform too, so that the window's title bar and native dialogs match.
        if choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Dark if choice == "dark" else Qt.ColorScheme.Light)
        self._dress(app)

    @property
    def shared(self) -> bool:
        """Whether the sheet is with those that were dressed, and not with the application."""
        return self.receivers(SIGNAL("dressing()")) > 0

    @Slot()
    def _follow_system(self) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            self._dress(app)

    def _dress(self, app: QApplication) -> None:
        theme, shared = _resolve(self._choice, app), self.shared
        if self._applied == (theme, app) and shared != bool(app.styleSheet()):
            return
        before = self._theme
        self._theme, self._applied = theme, (theme, app)
        app.setPalette(palette(theme))
        app.setStyleSheet("" if shared else style_sheet(theme))
        self.dressing.emit()
        if theme is not before:
            self.changed.emit()


@lru_cache(maxsize=1)
def manager() -> ThemeManager:
    """The application's one theme manager."""
    return ThemeManager()


def current() -> Theme:
    """The theme in force."""
    return manager().theme


def apply(app: QApplication, choice: Choice) -> None:
    """Dress the application in the chosen theme (see `ThemeManager.apply`)."""
    manager().apply(app, choice)


def _resolve(choice: Choice, app: QGuiApplication) -> Theme:
    if choice == "system":
        return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def dress(widget: QWidget) -> None:
    """Let a part of the window (a page, a bar, a dialog) wear the theme, with all that is in it.

    One that is hidden when the theme changes follows when it is shown, so that a change costs what can be seen.
    """
    _Dress(widget)


def follow(widget: QObject, restyle: Callable[[], object]) -> Follower:
    """Call a method of a widget (or action) after each change of the theme: at once, unless it is inside something
    dressed that nobody sees: then when that is shown.
    """
    return Follower(widget, restyle)


class Follower(QObject):
    """Lives inside what follows the theme; knows it weakly, so that nothing inside the window refers to the window."""

    def __init__(self, widget: QObject, restyle: Callable[[], object]) -> None:
        super().__init__(widget)
        self._restyle = WeakMethod(restyle)
        self._waits = False
        manager().changed.connect(self._on_changed)

    def stop(self) -> None:
        """Follow no longer."""
        manager().changed.disconnect(self._on_changed)

    @Slot()
    def _on_changed(self) -> None:
        dress = _dress_of(self)
        if dress is None or dress.worn is current():
            self._do()
        elif not self._waits:
            self._waits = True
            dress.put_on.connect(self._catch_up)

    @Slot()
    def _catch_up(self) -> None:
        self._waits = False
        dress = self.sender()
        assert isinstance(dress, _Dress)
        dress.put_on.disconnect(self._catch_up)
        self._do()

    def _do(self) -> None:
        if (restyle := self._restyle()) is not None:
            restyle()


def _dress_of(thing: QObject | None) -> _Dress | None:
    """Who dresses the part of the window that something is in."""
    while thing is not None:
        if thing.property("dressed"):
            dress = thing.findChild(_Dress, options=Qt.FindChildOption.FindDirectChildrenOnly)
            return dress if isinstance(dress, _Dress) else None
        thing = thing.parent()
    return None


class _Dress(QObject):
    """Lives inside what it dresses."""

    put_on = Signal()
    """What was hidden when the theme changed wears it now."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.worn: Theme | None = None
        widget.setProperty("dressed", True)
        app = QApplication.instance()
        if isinstance(app, QApplication) and app.styleSheet():
            app.setStyleSheet("")
        manager().dressing.connect(self._follow)
        widget.installEventFilter(self)
        self._wear()

    @Slot()
    def _follow(self) -> None:
        widget = self.parent()
        if isinstance(widget, QWidget) and widget.isVisible():
            self._wear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What was hidden is about to be seen."""
        if event.type() == QEvent.Type.Show and watched is self.parent():
            self._wear()
        return False

    def _wear(self) -> None:
        widget = self.parent()
        if self.worn is not current() and isinstance(widget, QWidget):
            self.worn = current()
            widget.setStyleSheet(style_sheet(self.worn))
            self.put_on.emit()


# ---------------------------------------------------------------------------------------------------- colours


def luminance(color: QColor) -> float:
    """Relative luminance in [0, 1] (WCAG 2.1)."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF()) + 0.0722 * linear(color.blueF())


def contrast(first: QColor, second: QColor) -> float:
    """Contrast ratio of two colours, from 1 to 21 (WCAG 2.1); words need 4.5, large marks 3."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def blend(first: QColor, second: QColor, share: float) -> QColor:
    """The colour `share` (0 to 1) of the way from the first to the second."""
    return QColor.fromRgbF(
        first.redF() + share * (second.redF() - first.redF()),
        first.greenF() + share * (second.greenF() - first.greenF()),
        first.blueF() + share * (second.blueF() - first.blueF()),
    )


def faded(color: QColor, alpha: float) -> QColor:
    """The same colour with an opacity of `alpha` (0 to 1)."""
    result = QColor(color)
    result.setAlphaF(alpha)
    return result


def text_on(background: QColor) -> QColor:
    """Black or white, whichever reads better on the background."""
    black, white = QColor("#101317"), QColor("#ffffff")
    return black if contrast(black, background) >= contrast(white, background) else white


# ------------------------------------------------------------------------------------------------------ fonts


def number_font(base: QFont | None = None) -> QFont:
    """The font with digits of equal width, so that a counting number does not make its neighbours dance."""
    font = QFont(base) if base is not None else QFont(QGuiApplication.font())
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def code_font(point_size: float | None = None) -> QFont:
    """The system's fixed-width font, in the size of the application's font unless another is given."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(point_size or max(QGuiApplication.font().pointSizeF(), 8.0))
    return font


def set_role(widget: QWidget, role: str, *, name: str = "role") -> None:
    """Give a widget a role of the style sheet, also after it was shown."""
    if widget.property(name) == role:
        return
    widget.setProperty(name, role)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)


# ---------------------------------------------------------------------------------------- palette, style sheet


def palette(theme: Theme) -> QPalette:
    """The Qt palette of a theme, for everything that the style sheet leaves to the Fusion style."""
    result = QPalette()
    role = QPalette.ColorRole
    for key, color in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.surface),
        (role.AlternateBase, blend(theme.surface, theme.window, 0.6)),
        (role.Text, theme.text),
        (role.Button, theme.raised),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.accent_text),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.Light, blend(theme.raised, theme.surface, 0.5)),
        (role.Midlight, theme.border),
        (role.Mid, theme.border),
        (role.Dark, theme.control),
        (role.Shadow, QColor("#000000")),
    ):
        result.setColor(key, color)
    off = blend(theme.muted, theme.window, 0.4)
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, off)
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, theme.border)
    result.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, theme.muted)
    return result


@lru_cache(maxsize=4)
def style_sheet(theme: Theme) -> str:
    """The style sheet (resources/style/playground.qss) with the theme's colours filled in."""
    source = (resources.files("resources") / "style" / "playground.qss").read_text(encoding="utf-8")
    roles = ("window", "surface", "raised", "border", "control", "text", "muted", "accent", "accent_text", "grid")
    names = {role: getattr(theme, role).name() for role in (*roles, "warning", "error", "success")}
    names |= {
        "hover": blend(theme.raised, theme.text, 0.06).name(),
        "pressed": blend(theme.raised, theme.text, 0.12).name(),
        "soft": blend(theme.surface, theme.accent, 0.14).name(),
        "accent_hover": blend(theme.accent, theme.text, 0.12).name(),
        "accent_pressed": blend(theme.accent, theme.text, 0.24).name(),
        "off": blend(theme.muted, theme.window, 0.4).name(),
        "scroll": blend(theme.surface, theme.muted, 0.45).name(),
        "info_back": blend(theme.surface, theme.accent, 0.10).name(),
        "warning_back": blend(theme.surface, theme.warning, 0.12).name(),
        "error_back": blend(theme.surface, theme.error, 0.10).name(),
        "success_back": blend(theme.surface, theme.success, 0.12).name(),
        "icons": Path(str(resources.files("resources") / "icons")).as_posix(),
        "name": theme.name,
    }
    return Template(source).substitute(names)
