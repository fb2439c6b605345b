import numpy as np
import pytest

from models.base import DataError
from models.data.drawing.features import FEATURES, Edges, deskew
from models.data.pictures import mnist


@pytest.fixture(scope="module")
def images():
    return mnist.load().test_images[:1200]


@pytest.fixture(params=FEATURES)
def features(request, images):
    return FEATURES[request.param].fit(images[:600], components=20)


def test_shape_type_and_out(features, images):
    result = features.transform(images[:7])
    assert result.dtype == np.float32
    assert result.shape == (7, features.dimension)
    assert np.isfinite(result).all()
    out = np.empty_like(result)
    assert features.transform(images[:7], out) is out
    np.testing.assert_array_equal(out, result)
    np.testing.assert_allclose(features.transform(images[:7].astype(np.float32)), result, atol=1e-5)
    assert features.transform(images[:0]).shape == (0, features.dimension)


def test_each_image_is_described_by_itself(features, images):
    together = features.transform(images)  # more than one chunk
    for index in (0, 600, 1199):
        np.testing.assert_allclose(features.transform(images[index : index + 1])[0], together[index], atol=1e-4)


def test_saved_parameters_are_enough(features, images):
    again = type(features).from_parameters(features.parameters)
    np.testing.assert_array_equal(again.transform(images[:9]), features.transform(images[:9]))
    for name in features.parameters:
        for damaged in (None, np.zeros(3, np.float32), features.parameters[name] * np.nan):
            parameters = {key: value for key, value in features.parameters.items() if key != name}
            if damaged is not None:
                parameters[name] = damaged
            with pytest.raises(DataError, match="damaged"):
                type(features).from_parameters(parameters)


@pytest.mark.parametrize("name", ["pixels", "standardised", "pca"])
def test_weights_as_images_act_on_pixels_as_on_features(name, images):
    features = FEATURES[name].fit(images, components=20)
    weights = np.random.default_rng(0).standard_normal((5, features.dimension)).astype(np.float32)
    pictures = features.as_images(weights)
    assert pictures.shape == (5, 28, 28)
    a, b = images[:1], images[1:2]
    by_features = (features.transform(a) - features.transform(b)) @ weights.T
    by_pixels = (a.astype(np.float32) - b).reshape(1, -1) / 255 @ pictures.reshape(5, -1).T
    np.testing.assert_allclose(by_pixels, by_features, rtol=1e-3, atol=1e-3)


def test_standardised_has_mean_0_and_spread_1_where_pixels_vary(images):
    result = FEATURES["standardised"].fit(images).transform(images)
    np.testing.assert_allclose(result.mean(axis=0), 0, atol=1e-4)
    varied = images.reshape(len(images), -1).std(axis=0) > 30
    np.testing.assert_allclose(result[:, varied].std(axis=0), 1, atol=1e-3)
    assert (result.std(axis=0) < 1.001).all()


def test_binarised_is_ink_or_paper(images):
    result = FEATURES["binarised"].fit(images).transform(images)
    assert set(np.unique(result)) == {0.0, 1.0}


def test_pca_is_that_of_scikit_learn(images):
    decomposition = pytest.importorskip("sklearn.decomposition")
    pixels = images.reshape(len(images), -1) / 255
    reference = decomposition.PCA(20, svd_solver="full").fit(pixels)
    features = FEATURES["pca"].fit(images, components=20)
    theirs, ours = reference.components_, features.parameters["components"]
    np.testing.assert_allclose(np.abs(np.sum(theirs * ours, axis=1)), 1, atol=1e-3)
    np.testing.assert_allclose(np.abs(features.transform(images)), np.abs(reference.transform(pixels)), atol=1e-2)
    np.testing.assert_allclose(ours @ ours.T, np.eye(20), atol=1e-5)


def test_pca_refuses_impossible_numbers_of_components(images):
    for wrong in (0, 785):
        with pytest.raises(DataError, match="components"):
            FEATURES["pca"].fit(images, components=wrong)


def moments(images):
    y, x = np.mgrid[:28, :28].astype(float)
    weight = images.astype(float)
    mass = weight.sum((1, 2))
    cx, cy = (weight * x).sum((1, 2)) / mass, (weight * y).sum((1, 2)) / mass
    return cx, (weight * (x - cx[:, None, None]) * (y - cy[:, None, None])).sum((1, 2)) / mass


def test_deskewing_removes_the_slant_and_keeps_the_ink(images):
    straight = deskew(images)
    centre, slant = moments(straight)
    _, slant_before = moments(images)
    assert np.abs(slant).mean() < 0.03 * np.abs(slant_before).mean()
    np.testing.assert_allclose(centre, 13.5, atol=0.1)
    np.testing.assert_allclose(straight.sum((1, 2)), images.sum((1, 2), dtype=float), rtol=0.01)


def test_deskewing_undoes_a_shear():
    upright = np.zeros((1, 28, 28), np.uint8)
    upright[0, 4:24, 12:16] = 255
    leaning = np.stack([np.roll(row, (14 - y) // 3) for y, row in enumerate(upright[0])])[None]
    assert np.abs(deskew(leaning) - upright).sum() < 0.4 * np.abs(leaning.astype(float) - upright).sum()
    np.testing.assert_array_equal(deskew(np.zeros((2, 28, 28), np.uint8)), 0)


def histogram(image):
    return Edges().transform(image[None]).reshape(7, 7, 8)


def test_edges_know_their_direction_and_nothing_of_brightness():
    wall = np.zeros((28, 28), np.uint8)
    wall[4:24, 10:18] = 200
    directions = histogram(wall)[2:5].sum(axis=(0, 1))  # the middle rows see only its two sides
    assert directions.argmax() == 0
    assert directions[0] > 0.99 * directions.sum()
    across = histogram(wall.T)[:, 2:5].sum(axis=(0, 1))
    assert across.argmax() == 4
    np.testing.assert_allclose(histogram(wall), histogram(wall // 2), atol=1e-4)
    np.testing.assert_allclose(histogram(wall)[:, :, 0], histogram(wall.T)[:, :, 4].T, atol=1e-4)


def test_edges_have_one_length_and_none_without_ink(images):
    lengths = np.linalg.norm(Edges().transform(images), axis=1)
    np.testing.assert_allclose(lengths, Edges.LENGTH, rtol=1e-4)
    np.testing.assert_array_equal(Edges().transform(np.zeros((2, 28, 28), np.uint8)), 0)
    assert Edges().as_images(np.zeros((3, 392))) is None


def test_what_the_network_is_given_can_be_shown(features, images):
    """As a picture; where the numbers are pixels, they are its pixels."""
    shown = features.shown(images[0])
    assert shown.dtype == np.uint8
    assert shown.std() > 10
    blank = features.shown(np.zeros_like(images[0]))
    assert not np.array_equal(blank, shown)
    if features.name == "pixels":
        assert np.array_equal(shown, images[0])
    if features.name == "binarised":
        assert np.array_equal(shown, 255 * (images[0] >= 128))
    if features.name == "pca":
        error = np.abs(shown.astype(float) - images[0]).mean()
        assert error < np.abs(features.mean.reshape(28, 28) * 255 - images[0]).mean()


def test_edges_are_drawn_along_the_edge(images):
    upright = np.zeros((28, 28), np.uint8)
    upright[:, 12:16] = 255
    shown = FEATURES["edges"].fit(images).shown(upright).astype(float)
    along, across = np.abs(np.diff(shown, axis=0)).sum(), np.abs(np.diff(shown, axis=1)).sum()
    assert across > 1.2 * along
