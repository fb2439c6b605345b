"""Opening digits that lie on their side offers to turn them."""

import numpy as np

from models.data.pictures import mnist
from models.registry import get_model
from ui.tabs.digits.tab import DigitsTab


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def test_transposed_digits_are_offered_to_be_turned(qtbot, tmp_path):
    shipped = mnist.load()
    files = [tmp_path / "images", tmp_path / "labels"]
    files[0].write_bytes(idx(np.ascontiguousarray(shipped.train_images[:200].swapaxes(1, 2))))
    files[1].write_bytes(idx(shipped.train_labels[:200]))
    tab = DigitsTab(get_model("digits"))
    qtbot.addWidget(tab)
    try:
        tab.open_data(files)
        assert tab.session.data is None
        assert "lie on their side" in tab.banner.text
        tab._open_turned()
        np.testing.assert_array_equal(tab.session.data.train_images[0], shipped.train_images[0])
    finally:
        tab.shutdown()
