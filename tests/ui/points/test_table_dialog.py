"""A table on its way into the plane: guessed columns, numbers shown, and sentences for what stands in the way."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest

from models.data.points.sets import PointSet
from models.data.tables.reading import parse_table, read_table
from ui.points.canvas import PointCanvas
from ui.points.panel import PointPanel
from ui.points.table_dialog import TableDialog

TEXT = "name,height,width,class\n" + "\n".join(f"n{i},{i}.5,{2 * i},{'ab'[i % 2]}" for i in range(10))


@pytest.fixture
def panel(qtbot):
    panel = PointPanel(PointCanvas(classes=("A", "B")))
    qtbot.addWidget(panel)
    panel.resize(600, 400)
    panel.show()
    panel.canvas.set_points(np.array([[0.0, 0.0], [1.0, 2.0]]), np.array([0, 1]))
    panel.canvas.fit()
    return panel


def dialog(qtbot, text=TEXT, with_labels=True):
    made = TableDialog(parse_table(text), "heights.csv", with_labels=with_labels)
    qtbot.addWidget(made)
    made.show()
    return made


def test_columns_are_guessed_and_can_be_chosen(qtbot):
    made = dialog(qtbot)
    assert (made.x_box.currentText(), made.y_box.currentText(), made.label_box.currentText()) == (
        "height",
        "width",
        "class",
    )
    assert made.points.points.shape == (10, 2)
    assert made.points.class_names == ("a", "b")
    made.label_box.setCurrentIndex(0)
    assert made.points.labels is None


def test_a_column_that_is_no_number_is_still_the_coordinate_that_was_meant(qtbot):
    made = dialog(qtbot, "x,y,label\n1,2,A\n3,foo,B\n")
    assert (made.x_box.currentText(), made.y_box.currentText(), made.label_box.currentText()) == ("x", "y", "label")
    assert "Line 3, column “y”: “foo” is text" in made.problem.text()
    assert not made.ok.isEnabled()


def test_standardising_shows_its_numbers(qtbot):
    made = dialog(qtbot)
    made.standardise.setChecked(True)
    assert "(height − 5.0000) / 2.8723" in made.numbers.text()
    np.testing.assert_allclose(made.points.points.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(made.points.original(made.points.points)[:, 1], 2.0 * np.arange(10))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("x,y\n1,2\n3,inf\n", "Line 3, column “y”: “inf” is not a finite number"),
        ("x,y\n1,2\n3,\n", "Line 3, column “y”: the value is missing"),
        ("x,y\n1,2\n", "only one point"),
        ("x\n1\n2\n", "the same column"),
        ("x,y\n1,a\n2,b\n", "is text where a number is needed"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_can_be_used(qtbot, text, complaint):
    made = dialog(qtbot, text)
    assert complaint in made.problem.text()
    assert not made.ok.isEnabled()
    assert made.points is None


def test_the_same_column_twice_is_refused(qtbot):
    made = dialog(qtbot)
    made.y_box.setCurrentIndex(made.y_box.findData("height"))
    assert "same column" in made.problem.text()
    made.y_box.setCurrentIndex(made.y_box.findData("width"))
    assert made.ok.isEnabled()


def test_a_file_goes_through_the_dialog_into_the_panel(panel, qtbot, tmp_path):
    path = tmp_path / "heights.csv"
    path.write_text(TEXT)
    panel.open_table(path)
    QTest.qWait(0)
    with qtbot.waitSignal(panel.opened) as opened:
        QTest.mouseClick(panel.dialog.ok, Qt.MouseButton.LeftButton)
    points, name = opened.args
    assert isinstance(points, PointSet)
    assert name == "heights.csv"
    assert panel.dialog is None


def test_pasting_and_dropping(panel, qtbot, tmp_path):
    QGuiApplication.clipboard().setText("1\t2\n3\t4\n5\t7\n")
    panel.canvas.setFocus()
    QTest.keyClick(panel.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert panel.dialog.points.points.tolist() == [[1, 2], [3, 4], [5, 7]]
    panel.dialog.reject()
    path = tmp_path / "a.csv"
    path.write_text(TEXT)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    action, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    panel.dropEvent(QDropEvent(QPoint(5, 5).toPointF(), action, mime, Qt.MouseButton.LeftButton, none))
    assert panel.dialog is not None
    panel.dialog.reject()


def test_bad_files_and_an_empty_clipboard_are_said(panel, qtbot, tmp_path):
    for make in (lambda: panel.open_table(tmp_path / "missing.csv"), panel.paste_table):
        QGuiApplication.clipboard().clear()
        with qtbot.waitSignal(panel.failed) as failed:
            make()
        assert len(failed.args[0]) > 20


def test_saved_points_are_read_back_in_their_own_units(panel, qtbot, tmp_path):
    path = tmp_path / "out.csv"
    panel.save_table(path)
    table = read_table(path)
    assert table.names == ("x", "y", "label")
    assert table.numbers("y").tolist() == [0.0, 2.0]
    panel.context = lambda: PointSet(
        panel.canvas.points, axis_names=("h", "w"), centre=np.array([10.0, 0.0]), scale=np.array([2.0, 1.0])
    )
    panel.save_table(path)
    assert read_table(path).numbers("h").tolist() == [10.0, 12.0]
    with qtbot.waitSignal(panel.failed):
        panel.save_table(tmp_path / "nowhere" / "out.csv")


def test_tool_buttons_and_keys_agree(panel):
    QTest.mouseClick(panel.tool_buttons["erase"], Qt.MouseButton.LeftButton)
    assert panel.canvas.tool.name == "erase"
    panel.canvas.set_tool("add")
    assert panel.tool_buttons["add"].isChecked()
    panel.class_box.setCurrentIndex(1)
    assert panel.canvas.editor.current_class == 1
    panel.canvas.editor.add([(3.0, 3.0)])
    assert panel.undo.isEnabled()
    QTest.mouseClick(panel.undo, Qt.MouseButton.LeftButton)
    assert len(panel.canvas.points) == 2
    assert panel.redo.isEnabled()
    panel.set_hint("Too few points.")
    assert panel.hint == "Too few points."


def test_the_dialog_proposes_what_the_command_line_uses_and_says_what_it_leaves_out(qtbot):
    made = dialog(
        qtbot, "Id,a,b,kind\n" + "".join(f"{i},{i / 7:.3f},{(i * i) % 11}.5,{'uv'[i % 2]}\n" for i in range(20))
    )
    assert (made.x_box.currentText(), made.y_box.currentText(), made.label_box.currentText()) == ("a", "b", "kind")
    assert made.rest.text() == "Left out: Id"


def test_incomplete_lines_are_skipped_when_that_is_wanted(qtbot):
    made = dialog(qtbot, "x,y,label\n1,2,a\n3,,b\n,4,a\n5,6,b\n2,1,a\n")
    assert made.skip_box.isVisible()
    assert made.skip_box.text() == "Skip 2 incomplete lines"
    assert "Line 3, column “y”: the value is missing" in made.problem.text()
    assert not made.ok.isEnabled()
    QTest.mouseClick(made.skip_box, Qt.MouseButton.LeftButton, pos=QPoint(8, made.skip_box.height() // 2))
    assert made.ok.isEnabled()
    assert len(made.points) == 3
    assert not dialog(qtbot).skip_box.isVisible()


def test_a_word_that_may_be_a_class_is_offered(qtbot):
    lines = [f"{i / 7:.3f},{'NA' if i == 3 else i % 5},{('a', 'b', 'NA')[i % 3]}" for i in range(21)]
    made = dialog(qtbot, "\n".join(["x,y,label", *lines]))
    assert made.word_box.text() == "“NA” is a class"
    assert made.skip_box.text() == "Skip 8 incomplete lines"
    made.word_box.setChecked(True)
    assert made.skip_box.text() == "Skip 1 incomplete line"
    made.skip_box.setChecked(True)
    assert made.points.class_names == ("NA", "a", "b")


def test_an_example_comes_with_its_gaps_skipped(panel):
    panel.open_example("penguins")
    assert panel.dialog.x_box.currentText() == "bill_length_mm"
    assert (panel.dialog.skip_box.isChecked(), len(panel.dialog.points)) == (True, 342)
    panel.dialog.reject()


@pytest.fixture
def long_table(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("x,y,label\n" + "".join(f"{i / 7:.4f},{i % 13 / 5},{'ab'[i % 2]}\n" for i in range(40_000)))
    return path


def test_a_long_table_is_read_beside_the_window(panel, qtbot, long_table):
    panel.open_table(long_table)
    assert panel.dialog is None  # the window goes on meanwhile
    assert panel.reader.reading
    qtbot.waitUntil(lambda: panel.dialog is not None)
    assert len(panel.dialog.points) == 40_000
    assert not panel.reader.isVisible()
    panel.dialog.reject()
    panel.reader.job.shutdown()


def test_reading_says_how_far_it_is_and_can_be_cancelled(panel, qtbot, long_table):
    panel.reader.job.set_paused(True)  # so long that its line is seen
    panel.open_table(long_table)
    qtbot.waitUntil(panel.reader.isVisible)
    bottom = panel.canvas.mapTo(panel, QPoint(0, panel.canvas.height())).y()
    assert panel.reader.geometry().bottom() < bottom
    QTest.mouseClick(panel.reader.cancel_button, Qt.MouseButton.LeftButton)
    assert not panel.reader.isVisible()
    assert not panel.reader.reading
    panel.reader.job.set_paused(False)
    panel.reader.job.shutdown()  # joins: nothing came of it
    assert panel.dialog is None


def test_what_is_wrong_with_a_long_table_is_said(panel, qtbot, tmp_path):
    path = tmp_path / "commas.csv"
    path.write_text("," * 1_000_000)
    with qtbot.waitSignal(panel.failed) as failed:
        panel.open_table(path)
    assert "more than 200 columns" in failed.args[0]
    panel.reader.job.shutdown()
