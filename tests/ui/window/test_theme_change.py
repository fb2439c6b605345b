"""A change of the theme costs what can be seen: tabs that are hidden follow when they are shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tests.ui.waiting import settle
from ui.widgets import theme
from ui.window.main_window import MainWindow


class Counter(QObject):
    """Counts how often widgets are dressed anew."""

    def __init__(self, *watched: QWidget) -> None:
        super().__init__()
        self.count = 0
        for widget in watched:
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See QObject."""
        self.count += event.type() == QEvent.Type.StyleChange
        return False


def inside(widget: QWidget) -> list[QWidget]:
    return [widget, *widget.findChildren(QWidget)]


def test_a_hidden_tab_is_left_alone_until_it_is_shown(window: MainWindow, qtbot, qapp):
    digits = window.pages.tab("digits")
    boundary = window.show_tab("boundary")
    settle(boundary, qtbot)
    hidden, seen = Counter(*inside(digits)), Counter(*inside(boundary))
    assert not qapp.styleSheet(), "a sheet of the application's is laid on all widgets there are"
    theme.apply(qapp, "dark")
    assert seen.count >= len(inside(boundary))
    assert hidden.count == 0
    window.show_tab("digits")
    assert hidden.count > 0
    theme.apply(qapp, "light")


def test_what_was_hidden_looks_like_what_was_seen(window: MainWindow, qtbot, qapp):
    settle(window.show_tab("boundary"), qtbot)
    settle(window.show_tab("digits"), qtbot)
    theme.apply(qapp, "dark")
    boundary = window.show_tab("boundary")
    label = next(each for each in boundary.findChildren(QLabel) if each.property("role") == "muted")
    assert label.palette().windowText().color() == theme.DARK.muted
    assert boundary.view.backgroundBrush().color() == theme.DARK.surface
    assert boundary.grab().toImage().pixelColor(2, boundary.run_bar.height() // 2) == theme.DARK.raised
    theme.apply(qapp, "light")
    assert boundary.view.backgroundBrush().color() == theme.LIGHT.surface


def test_what_is_hidden_twice_follows_once(window: MainWindow, qtbot, qapp):
    digits = window.pages.tab("digits")
    settle(window.show_tab("boundary"), qtbot)
    for choice in ("dark", "light", "dark"):
        theme.apply(qapp, choice)
    window.show_tab("digits")
    assert digits.grab().toImage().pixelColor(2, digits.run_bar.height() // 2) == theme.DARK.raised
    theme.apply(qapp, "light")


def test_bars_menus_and_what_a_page_opens_wear_the_theme(window: MainWindow, qtbot, qapp):
    theme.apply(qapp, "dark")
    for part in (window.menuBar(), window.pages.tabBar(), window.statusBar()):
        assert part.styleSheet() == theme.style_sheet(theme.DARK)
    window.actions_by_name["help.about"].trigger()
    box = QApplication.activeModalWidget()
    assert box is not None
    assert box.parentWidget() is window.current
    box.close()
    theme.apply(qapp, "light")


def test_without_a_window_the_application_has_the_sheet(qtbot, qapp):
    assert not theme.manager().shared
    theme.apply(qapp, "light")
    assert qapp.styleSheet() == theme.style_sheet(theme.LIGHT)
    part = QWidget()
    qtbot.addWidget(part)
    theme.dress(part)
    assert not qapp.styleSheet()
    assert part.styleSheet() == theme.style_sheet(theme.LIGHT)
