import gzip
import io
from pathlib import Path

import numpy as np
import pytest

from models.base import DataError
from models.data.pictures import mnist
from models.data.pictures.turned import TurnedError


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape) + array.tobytes()


def pair(folder, change):
    shipped = mnist.load()
    images, labels = shipped.train_images[:200], shipped.train_labels[:200]
    files = [folder / "images", folder / "labels"]
    files[0].write_bytes(gzip.compress(idx(np.ascontiguousarray(change(images)))))
    files[1].write_bytes(idx(labels))
    return files, images


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda images: images.swapaxes(1, 2), ("transpose",)),
        (lambda images: 255 - images, ("invert",)),
        (lambda images: 255 - images.swapaxes(1, 2), ("transpose", "invert")),
    ],
    ids=["transposed", "inverted", "both"],
)
def test_pictures_that_are_not_as_mnists_are_noticed_and_turned(change, words, tmp_path):
    files, images = pair(tmp_path, change)
    with pytest.raises(TurnedError) as caught:
        mnist.open_pair(files)
    assert caught.value.words == words
    assert len(str(caught.value)) <= 300
    data = mnist.open_pair([*files, *map(Path, words)])
    held_out = np.arange(len(images)) % mnist.TEST_EVERY == mnist.TEST_EVERY - 1
    np.testing.assert_array_equal(data.train_images, images[~held_out])
    again = mnist.open_pair([Path(file) for file in data.files])  # as an experiment file reads them
    assert again.digest == data.digest
    left = mnist.open_pair([*files, Path("as-is")])
    np.testing.assert_array_equal(left.train_images, change(images)[~held_out])


def test_upright_pictures_are_taken_without_a_word(tmp_path):
    files, _ = pair(tmp_path, lambda images: images)
    assert mnist.open_pair(files).files == tuple(str(file) for file in files)


def test_npz_of_keras_and_csv_of_kaggle_are_read(tmp_path):
    shipped = mnist.load()
    images, labels = shipped.test_images[:70], shipped.test_labels[:70]
    expected = np.arange(70) % mnist.TEST_EVERY == mnist.TEST_EVERY - 1
    arrays = tmp_path / "mnist.npz"
    np.savez(arrays, x_train=images[:60], y_train=labels[:60], x_test=images[60:], y_test=labels[60:])
    table = tmp_path / "train.csv"
    heading = ",".join(["label", *(f"pixel{i}" for i in range(784))])
    rows = np.column_stack([labels, images.reshape(70, 784)])
    np.savetxt(table, rows, "%d", delimiter=",", header=heading, comments="")
    bare = tmp_path / "mnist_test.csv"
    np.savetxt(bare, rows, "%d", delimiter=",")
    for path in (arrays, table, bare):
        data = mnist.open_pair([path])
        np.testing.assert_array_equal(data.test_images, images[expected])
        np.testing.assert_array_equal(data.test_labels, labels[expected])


def test_foreign_and_hostile_wrappings_are_refused_in_words(tmp_path):
    file = tmp_path / "other.npz"
    np.savez(file, x_train=np.array([{}], object), y_train=np.zeros(1, np.uint8))
    with pytest.raises(DataError, match="plain arrays"):  # it would need pickle
        mnist.open_pair([file])
    np.savez(file, weights=np.zeros(3))
    with pytest.raises(DataError, match="holds weights"):
        mnist.open_pair([file])
    file.write_bytes(file.read_bytes()[:80])
    with pytest.raises(DataError, match="damaged"):
        mnist.open_pair([file])
    packed = io.BytesIO()
    np.savez_compressed(packed, x_train=np.zeros((800_000, 28, 28), np.uint8), y_train=np.zeros(3))
    file.write_bytes(packed.getvalue())
    with pytest.raises(DataError, match="unpacks to more"):
        mnist.open_pair([file])
    table = tmp_path / "wide.csv"
    table.write_text(",".join(["300"] * 785) + "\n")
    with pytest.raises(DataError, match="outside"):
        mnist.open_pair([table])
