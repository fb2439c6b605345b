"""The speed control: from one step a second to no limit."""

from __future__ import annotations

from PySide6.QtCore import Qt

from ui.shell.speed import SPEEDS, SpeedControl


def test_it_says_and_sends_the_pace(qtbot):
    speed = SpeedControl("updates", 100)
    qtbot.addWidget(speed)
    speed.show()
    assert speed.pace == 100
    assert speed.words.text() == "100 updates/s"
    width = speed.sizeHint().width()
    sent = []
    speed.pace_changed.connect(sent.append)
    speed.slider.setFocus()
    qtbot.keyClick(speed.slider, Qt.Key.Key_End)
    assert sent == [None]
    assert speed.words.text() == "no limit"
    qtbot.keyClick(speed.slider, Qt.Key.Key_Home)
    assert sent == [None, 1]
    for pace in (*SPEEDS, None):
        speed.set_pace(pace)
        assert speed.pace == pace
        assert speed.sizeHint().width() == width  # nothing around it moves
