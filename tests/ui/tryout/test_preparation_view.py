import numpy as np
import pytest
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from models.data.drawing.photos import prepare_photo
from models.data.drawing.preparation import Preparation
from models.data.drawing.strokes import Drawing, prepare
from ui.tryout.preparation_view import PreparationView, StagePicture, grey_image
from ui.widgets import theme


@pytest.fixture
def view(qtbot):
    widget = PreparationView()
    qtbot.addWidget(widget)
    return widget


def drawing() -> Preparation:
    stroke = np.array([(10, 10), (50, 90), (90, 20)], dtype=np.float32)
    return prepare(Drawing((stroke,), 100, 100), stages=True)


def captions(view) -> list[str]:
    """What is written under the pictures that are shown."""
    return [picture.caption for picture in view.findChildren(StagePicture) if picture.isVisibleTo(view)]


def hints(view) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view)]


def test_it_begins_empty_and_says_so(view):
    assert captions(view) == []
    assert hints(view) == ["Nothing drawn yet"]
    assert "empty" in view.accessibleDescription()


def test_every_step_has_its_caption_and_its_explanation(view):
    preparation = drawing()
    view.set_preparation(preparation)
    assert captions(view) == [stage.name for stage in preparation.stages]
    tips = [picture.toolTip() for picture in view.findChildren(StagePicture)]
    assert tips == [stage.explanation for stage in preparation.stages]
    assert hints(view) == []
    view.clear()
    assert captions(view) == []
    assert hints(view) == ["Nothing drawn yet"]


def test_a_preparation_without_steps_shows_the_result_alone(view):
    view.set_preparation(Preparation(drawing().image, False))
    assert captions(view) == ["28×28 result"]
    assert view.accessibleDescription() == "28×28 result"
    view.grab()
    (result,) = (picture for picture in view.findChildren(StagePicture) if picture.isVisibleTo(view))
    assert result.x() == 0


def test_nothing_around_it_moves_whatever_is_shown(qtbot):
    row, view = QWidget(), PreparationView()
    qtbot.addWidget(row)
    layout = QVBoxLayout(row)
    layout.addWidget(view)
    layout.addWidget(QLabel("below"))
    row.show()
    row.resize(row.sizeHint())
    places = []
    for preparation in (None, drawing(), Preparation(drawing().image, False), None):
        view.set_preparation(preparation)
        layout.activate()
        places.append((view.geometry(), row.sizeHint(), row.minimumSizeHint()))
    assert places == [places[0]] * 4


def test_a_colour_photo_keeps_its_colours(view):
    photo = np.full((90, 60, 3), (250, 240, 200), dtype=np.uint8)
    photo[20:70, 25:32] = (20, 30, 120)
    preparation = prepare_photo(photo, stages=True)
    assert preparation.stages[0].image.ndim == 3
    view.set_preparation(preparation)
    assert grey_image(preparation.stages[0].image, theme.LIGHT).pixelColor(0, 0).getRgb()[:3] == (250, 240, 200)
    view.grab()


def test_greys_lie_between_paper_and_ink():
    pixels = np.array([[0, 255], [128, 0]], dtype=np.uint8)
    for colors in (theme.LIGHT, theme.DARK):
        image = grey_image(pixels, colors)
        assert image.pixelColor(0, 0) == colors.surface
        assert image.pixelColor(1, 0) == colors.ink
