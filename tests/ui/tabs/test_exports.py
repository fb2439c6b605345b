"""Every picture and table of numbers that a tab offers to save: what goes wrong is said in the tab's banner."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QFileDialog, QTabWidget

from models.registry import MODELS
from ui.plots.export import Export
from ui.window.registry import make_tab


@pytest.mark.parametrize("name", MODELS)
def test_exports_that_fail_are_said_in_the_banner(name, qtbot, tmp_path, monkeypatch):
    tab = make_tab(name)
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    try:
        qtbot.waitUntil(lambda: tab.session.settled)
        for index in range(tab.views.count()) if hasattr(tab, "show_view") else ():
            tab.show_view(index)
        for pages in tab.findChildren(QTabWidget):
            for index in range(pages.count()):
                pages.setCurrentIndex(index)
        exports = tab.findChildren(Export)
        assert exports
        for export in exports:
            for action in export.actions()[1:]:
                monkeypatch.setattr(QFileDialog, "getSaveFileName", refuse_to(tmp_path / "gone" / "file"))
                tab.banner.clear()
                action.trigger()
                assert "not saved: " in tab.banner.text, export.parent().accessibleName()
                assert "choose another folder" in tab.banner.text
    finally:
        tab.shutdown()
        tab.close()


def refuse_to(path):
    """A dialog in which the user chose a file in a folder that is not there any more."""

    def answer(_parent, _title, suggestion, _kinds):
        assert "/" not in suggestion, "the suggested name would be a folder"
        return str(path), ""

    return answer
