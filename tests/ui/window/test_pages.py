"""A page that is no model stands beside the tabs: no action, no autosave, no file and no closing needs a run."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QSettings, Qt, QUrl
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QMessageBox
from waiting import settle, settled

from playground.live.recovery import Autosaves
from ui.shell.page import Page
from ui.window import help as info
from ui.window import registry
from ui.window.main_window import MainWindow

NEED_A_RUN = {
    "file.save",
    "file.open-drawing",
    "file.save-drawing",
    "file.open-data",
    "file.example-cars",
    "file.example-iris",
    "file.example-penguins",
    "run.back",
    "file.use-data-set",
    "file.open-weights",
    "file.save-weights",
    "file.export-metrics",
    "edit.undo",
    "edit.redo",
    "edit.paste",
    "edit.clear",
    "run.toggle",
    "run.step",
    "run.step-back",
    "run.reset",
    "run.beginning",
    "run.present",
    "run.branch",
    "run.forget-ghosts",
}


class Welcome(Page):
    """A label, and nothing that runs."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(name, title)
        self.fill(QLabel("Welcome"))
        self.moved = QByteArray(b"as it was")

    def save_layout(self) -> dict[str, QByteArray]:
        """One part."""
        return {"parts": self.moved}

    def restore_layout(self, layout) -> None:
        """See Page."""
        self.moved = layout.get("parts", self.moved)


@pytest.fixture
def welcome(monkeypatch):
    """A page in the registry, before the tabs."""
    module = ModuleType("a_page_that_is_no_model")
    module.Welcome = Welcome
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(registry.PAGES, "welcome", ("Welcome", f"{module.__name__}:Welcome"))


@pytest.fixture
def plain(welcome, qtbot, qapp, tmp_path):
    """A window that opens with that page in front."""
    window = MainWindow(
        QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat), Autosaves(tmp_path / "data")
    )
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    qtbot.waitUntil(lambda: "welcome" in window.pages.built)
    yield window
    window.close()


def test_it_opens_in_front_and_builds_no_tab(plain):
    assert isinstance(plain.current, Welcome)
    assert plain.pages.run is None
    assert not plain.pages.runs
    assert plain.pages.tabText(0) == "Welcome"


def test_what_needs_a_run_cannot_be_chosen_there(plain, qtbot):
    off = {name for name, action in plain.actions_by_name.items() if not action.isEnabled()}
    assert off == NEED_A_RUN
    tab = plain.show_tab("digits")
    settle(tab, qtbot)
    off = {name for name, action in plain.actions_by_name.items() if not action.isEnabled()}
    examples = {"file.example-cars", "file.example-iris", "file.example-penguins"}
    assert off == {"file.use-data-set", "file.open-weights", "file.save-weights"} | examples
    plain.pages.bring("welcome")
    assert not plain.actions_by_name["run.step"].isEnabled()


def test_every_action_can_be_tried_there(plain, qtbot, monkeypatch):
    """Also those that are off, as a lesson or a macro might: nothing happens, and nothing fails."""
    for dialog in ("getOpenFileName", "getOpenFileNames", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, dialog, lambda *_: ("", ""))
    monkeypatch.setattr(info.QDesktopServices, "openUrl", lambda _url: True)
    tabs = {"view.next", "view.previous"}
    for name, action in plain.actions_by_name.items():
        if name == "file.quit":
            continue
        action.setEnabled(True)
        action.trigger()
        for box in plain.findChildren(QMessageBox):
            box.close()
        if name in tabs:
            plain.pages.bring("welcome")
        assert isinstance(plain.current, Welcome), name
    assert not any(tab.session.status.head for tab in plain.pages.runs.values())
    plain.actions_by_name["file.quit"].trigger()
    assert not plain.isVisible()


def test_files_autosaves_and_problems(plain, qtbot, tmp_path):
    plain.autosave()
    plain.offer_recovery()
    assert not plain.current.banner.text
    (tmp_path / "bad.npz").write_bytes(b"nonsense")
    plain.open_experiment(tmp_path / "bad.npz")
    assert "bad.npz" in plain.current.banner.text
    plain.report_error("Oops")
    assert "Oops" in plain.current.banner.text
    plain.export_picture(tmp_path / "page.png")
    assert (tmp_path / "page.png").stat().st_size
    assert "page.png" in plain.said
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "page.png"))])
    plain.files.drop(mime)
    assert plain.said == "There is nothing to draw on in the Welcome tab."
    QApplication.clipboard().setText("7")
    plain.actions_by_name["edit.paste"].setEnabled(True)
    plain.actions_by_name["edit.paste"].trigger()
    assert plain.said == "There is nothing to draw on in the Welcome tab."


def test_an_experiment_opens_in_its_tab_from_there(plain, qtbot, tmp_path):
    tab = plain.show_tab("bits")
    settle(tab, qtbot)
    tab.step()
    qtbot.waitUntil(lambda: settled(tab)() and tab.session.status.head == 1)
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(tmp_path / "run.npz")
    plain.pages.bring("welcome")
    with qtbot.waitSignal(tab.session.saved):
        plain.autosave()  # the run behind it has moved
    with qtbot.waitSignal(tab.session.opened):
        plain.open_experiment(tmp_path / "run.npz")
    assert plain.current is tab


def test_keys_of_the_run_do_nothing_and_it_is_remembered(plain, qtbot, welcome, tmp_path):
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End):
        qtbot.keyClick(plain, key)
    plain.show_tab("bits")
    plain.pages.bring("welcome")
    plain.current.moved = QByteArray(b"elsewhere")
    plain.close()
    second = MainWindow(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(second)
    second.show()
    qtbot.waitUntil(lambda: "welcome" in second.pages.built)
    assert isinstance(second.current, Welcome)
    assert second.current.moved == QByteArray(b"elsewhere")
    second.close()
