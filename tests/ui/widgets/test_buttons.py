"""A button whose words change keeps its room, however and whenever it is styled."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from ui.widgets import theme
from ui.widgets.buttons import SteadyButton
from ui.widgets.layout import row


@pytest.mark.parametrize(("words", "longest"), [("Use best so far", None), ("My drawings", "My drawings (99)")])
def test_there_is_room_for_its_longest_words_after_the_style_has_come(qtbot, qapp, words, longest):
    theme.apply(qapp, "light")
    page = QWidget()
    qtbot.addWidget(page)
    button = SteadyButton(words, longest=longest)
    row(button, inside=page)
    button.ensurePolished()  # as early as anybody can ask, before the page wears the theme
    theme.dress(page)
    page.setStyleSheet("QPushButton { padding: 4px 40px; }")
    page.show()
    for text in (words, longest or words, "Use"):
        button.setText(text)
        assert button.minimumWidth() >= button.sizeHint().width()
    assert button.text() == "Use"
