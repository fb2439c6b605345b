import gzip
import hashlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import DataError
from models.data.pictures import mnist
from models.data.pictures.idx import parse_idx, read_idx, unpack

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}


def idx_bytes(array, code=0x08):
    header = bytes([0, 0, code, array.ndim]) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.fixture
def pair(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (20, 28, 28), np.uint8)
    labels = rng.integers(0, 10, 20).astype(np.uint8)
    (tmp_path / "images").write_bytes(idx_bytes(images))
    (tmp_path / "labels.gz").write_bytes(gzip.compress(idx_bytes(labels)))
    return tmp_path, images, labels


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_every_type_of_number_reads_back(name, code):
    array = np.arange(24).reshape(2, 3, 4).astype(name)
    read = parse_idx(idx_bytes(array, code), "x")
    assert read.dtype == np.dtype(name)
    assert read.dtype.isnative
    assert not read.flags.writeable
    np.testing.assert_array_equal(read, array)


@given(st.binary(max_size=64))
def test_any_bytes_give_an_array_or_a_sentence(content):
    for packed in (content, b"\x1f\x8b" + content, b"\x00\x00\x08" + content, gzip.compress(content)):
        with suppress(DataError):
            parse_idx(unpack(packed, "x"), "x")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not an IDX file"),
        (b"\x89PNG\r\n\x1a\n", "not an IDX file"),
        (b"\x00\x00\x08\x03\x00\x00", "ends within its header"),
        (idx_bytes(np.zeros((5, 28, 28), np.uint8))[:-1], "cut short"),
        (idx_bytes(np.zeros((5, 28, 28), np.uint8)) + b"!", "left over"),
        (b"\x00\x00\x08\x03" + b"\xff" * 12, "cut short"),
        (b"\x00\x00\x08\x00", "0 dimensions"),
        (b"\x00\x00\x08\x07" + b"\x00" * 28, "7 dimensions"),
    ],
)
def test_damaged_and_foreign_files_are_refused_in_words(content, words):
    with pytest.raises(DataError, match=words):
        parse_idx(content, "x")


def test_packed_data_are_limited_and_checked():
    packed = gzip.compress(bytes(10_000))
    assert unpack(packed, "x", limit=10_000) == bytes(10_000)
    with pytest.raises(DataError, match="unpacks to more than"):
        unpack(packed, "x", limit=9_999)
    with pytest.raises(DataError, match="cut short"):
        unpack(packed[:-4], "x")
    with pytest.raises(DataError, match="damaged"):
        unpack(packed[:12] + b"\xff\xff" + packed[14:], "x")


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(DataError, match="does not exist"):
        read_idx(tmp_path / "nothing")
    with pytest.raises(DataError, match="is a folder"):
        read_idx(tmp_path)
    with pytest.raises(DataError):
        read_idx("null\0character")


def test_own_pair_is_split_reproducibly(pair):
    folder, images, labels = pair
    data = mnist.load_pair(folder / "images", folder / "labels.gz")
    held_out = [6, 13]
    np.testing.assert_array_equal(data.test_images, images[held_out])
    np.testing.assert_array_equal(data.test_labels, labels[held_out])
    np.testing.assert_array_equal(data.train_images, np.delete(images, held_out, axis=0))
    np.testing.assert_array_equal(data.train_labels, np.delete(labels, held_out))
    assert data.digest == mnist.load_pair(folder / "images", folder / "labels.gz").digest
    for array in (data.train_images, data.train_labels, data.test_images, data.test_labels):
        assert array.dtype == np.uint8
        assert not array.flags.writeable


def test_another_pair_has_another_digest(pair):
    folder, images, _labels = pair
    first = mnist.load_pair(folder / "images", folder / "labels.gz").digest
    (folder / "images").write_bytes(idx_bytes(255 - images))
    assert mnist.load_pair(folder / "images", folder / "labels.gz").digest != first


@pytest.mark.parametrize("count", [2, 6])
def test_a_few_images_are_enough(pair, count):
    folder, images, labels = pair
    (folder / "images").write_bytes(idx_bytes(images[:count]))
    (folder / "labels").write_bytes(idx_bytes(labels[:count]))
    data = mnist.load_pair(folder / "images", folder / "labels")
    assert (len(data.train_images), len(data.test_images)) == (count - 1, 1)


def test_pairs_that_do_not_fit_are_refused_in_words(pair):
    folder, images, labels = pair

    good_images, good_labels = idx_bytes(images), idx_bytes(labels)

    def refused(words, images_bytes=good_images, labels_bytes=good_labels):
        (folder / "images").write_bytes(images_bytes)
        (folder / "labels").write_bytes(labels_bytes)
        with pytest.raises(DataError, match=words):
            mnist.load_pair(folder / "images", folder / "labels")

    refused("20 images but 19 labels", labels_bytes=idx_bytes(labels[:19]))
    refused("Swap", idx_bytes(labels), idx_bytes(images))
    refused("28×28", images_bytes=idx_bytes(images[:, :20]))
    refused("28×28", images_bytes=idx_bytes(images.astype("i2"), 0x0B))
    refused("no images", idx_bytes(images[:0]), idx_bytes(labels[:0]))
    refused("single image", idx_bytes(images[:1]), idx_bytes(labels[:1]))
    refused("Label 3 .* is 10", labels_bytes=idx_bytes(np.where(np.arange(20) == 2, 10, labels).astype(np.uint8)))
    refused("is -1", labels_bytes=idx_bytes(np.full(20, -1, "i1"), 0x09))
    refused("whole", labels_bytes=idx_bytes(labels.astype("f4"), 0x0D))


def test_shipped_mnist_is_the_published_one():
    data = mnist.load()
    assert data is mnist.load()
    assert data.train_images.shape == (60_000, 28, 28)
    assert data.test_images.shape == (10_000, 28, 28)
    assert np.bincount(data.train_labels).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert data.test_labels[:5].tolist() == [7, 2, 1, 0, 4]
    assert not data.train_images.flags.writeable
    assert data.digest == hashlib.sha256("".join(mnist.SHA256.values()).encode()).hexdigest()
