"""Faces that smile, look neutral or frown: tiny ones of 8×8 black-and-white pixels drawn by hand, and line drawings of
28×28 pixels made up by the thousand from a few numbers each.

What makes a mood is the mouth alone: its corners are higher than its middle, level with it, or lower. Everything else
(eyes, brows, nose, outline, pen, size, tilt) varies without meaning, and a network has to find that out.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.data.pictures.line_faces import draw_parameters, render
from models.data.pictures.mnist import ImageData

MOODS = ("smiling", "neutral", "frowning")

# The tiny faces -------------------------------------------------------------------------------------------------

TRAINING_FACES = """
smiling: wide        smiling: usual       smiling: small       neutral: wide        neutral: usual
........             ........             ........             ........             ........
..#..#..             ..#..#..             ........             ..#..#..             .#....#.
........             ........             ..#..#..             ........             ........
........             ........             ........             ........             ........
#......#             .#....#.             ..#..#..             ........             ..####..
.######.             ..####..             ..#..#..             ########             ........
........             ........             ...##...             ........             ........
........             ........             ........             ........             ........

neutral: short       frowning: wide       frowning: usual      frowning: small
........             ........             ........             ........
........             ..#..#..             ..#..#..             ........
..#..#..             ........             ........             ..#..#..
........             ........             ........             ........
........             .######.             ..####..             ...##...
........             #......#             .#....#.             ..#..#..
...##...             ........             ........             ..#..#..
........             ........             ........             ........
"""
"""Nine faces to learn from, three of each mood; # is ink."""

TEST_FACES = """
smiling: tall corners   smiling: round          smiling: left of centre smiling: lopsided       smiling: pointed
........                ........                ........                ........                ........
..#..#..                .#....#.                .#..#...                ..#..#..                .#....#.
........                ........                ........                ........                ........
.#....#.                ........                ........                .....#..                .#....#.
.#....#.                .#....#.                #....#..                .#....#.                ..#..#..
.#....#.                .#....#.                .####...                ..####..                ...##...
..####..                ..####..                ........                ........                ........
........                ........                ........                ........                ........

smiling: deep, narrow   neutral: left of centre neutral: right of it    neutral: six wide       neutral: very low
........                ........                ........                ........                ........
..#..#..                ..#..#..                ..#..#..                ..#..#..                .#....#.
........                ........                ........                ........                ........
..#..#..                ........                ........                ........                ........
..#..#..                ........                ....####                ........                ........
..#..#..                ####....                ........                .######.                ........
...##...                ........                ........                ........                ..####..
........                ........                ........                ........                ........

neutral: eyes apart     neutral: high           frowning: tall corners  frowning: round         frowning: right
........                ........                ........                ........                ........
#......#                ..#..#..                ..#..#..                .#....#.                ...#..#.
........                ........                ........                ........                ........
........                ..####..                ..####..                ........                ........
.#####..                ........                .#....#.                ..####..                ...####.
........                ........                .#....#.                .#....#.                ..#....#
........                ........                .#....#.                .#....#.                ........
........                ........                ........                ........                ........

frowning: lopsided      frowning: pointed       frowning: deep, narrow
........                ........                ........
..#..#..                .#....#.                ..#..#..
........                ........                ........
........                ...##...                ...##...
..####..                ..#..#..                ..#..#..
.#....#.                .#....#.                ..#..#..
.....#..                ........                ..#..#..
........                ........                ........
"""
"""Faces of other kinds than those learnt from, for testing."""


@dataclass(frozen=True)
class NamedFace:
    """A tiny face with its mood and a word on what is special about it; image (8, 8) uint8, 0 or 255."""

    mood: str
    name: str
    image: NDArray[np.uint8]


def tiny_faces(drawing: str) -> tuple[NamedFace, ...]:
    """Read faces drawn side by side with # and ., each with a line “mood: name” above it."""
    faces = []
    for block in drawing.strip("\n").split("\n\n"):
        title, *rows = block.split("\n")
        starts = [title.index(word, i) for i, word in _words(title)]
        for start, end in zip(starts, [*starts[1:], None], strict=True):
            mood, name = (part.strip() for part in title[start:end].split(":"))
            image = np.array([[255 * (pixel == "#") for pixel in row[start : start + 8]] for row in rows], np.uint8)
            image.flags.writeable = False
            faces.append(NamedFace(mood, name, image))
    return tuple(faces)


def _words(title: str) -> list[tuple[int, str]]:
    """Where in a line of titles the next mood begins."""
    return sorted((i, mood) for mood in MOODS for i in range(len(title)) if title.startswith(mood + ":", i))


@lru_cache(maxsize=1)
def faces8() -> ImageData:
    """The tiny faces: 9 to learn from, 18 of other kinds held out."""
    train, test = tiny_faces(TRAINING_FACES), tiny_faces(TEST_FACES)
    return _image_data("tiny faces", _stacked(train), _stacked(test))


@lru_cache(maxsize=2)
def faces28(count: int = 6000) -> ImageData:
    """Line faces made up at random: `count` to learn from and a quarter as many held out; always the same ones."""
    held_out = max(30, count // 4)
    train, test = (draw_parameters(n, np.random.default_rng((28, i))) for i, n in enumerate((count, held_out)))
    return _image_data("line faces", (render(train), train.mood), (render(test), test.mood))


def _stacked(faces: tuple[NamedFace, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return np.stack([face.image for face in faces]), np.array([MOODS.index(face.mood) for face in faces], np.uint8)


Labelled = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images (N, H, W) and labels (N,)."""


def _image_data(name: str, train: Labelled, test: Labelled) -> ImageData:
    digest = hashlib.sha256()
    for array in (*train, *test):
        array.flags.writeable = False
        digest.update(array.tobytes())
    return ImageData(*train, *test, class_names=MOODS, name=name, digest=digest.hexdigest())
