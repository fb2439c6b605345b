"""`playground classify`: drawings and photos in, answers with their doubts out, and a sentence for anything else."""

from __future__ import annotations

import gzip
import json
import math
import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import toy
from PIL import Image, ImageDraw

from models.base import DataError
from models.registry import MODELS, get_model
from playground import classify
from playground.cli import main
from playground.engine import experiment
from playground.engine.drawings import format_examples, from_picture, write_examples
from playground.engine.experiment import Experiment
from playground.engine.run import Run

ZERO = [[200 + 90 * math.sin(t / 8), 200 - 130 * math.cos(t / 8)] for t in range(51)]
ONE = [[200, 80], [196, 200], [192, 330]]
SEVEN = [[120, 100], [280, 100], [250, 160], [220, 230], [190, 330]]


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    """A digits network of one pass, saved by the command line."""
    path = tmp_path_factory.mktemp("classify") / "digits.npz"
    words = ["--hidden", "64", "--epochs", "2", "--shift", "1.5", "--rotation", "10", "--zoom", "0.1"]
    assert main(["run", "digits", *words, "--quiet", "--json", "--save", str(path)]) == 0
    return path


NOTHING = (
    "playground: Nothing is drawn in {}: draw something there, or use a picture with ink that stands out clearly from "
    "its paper.\n"
)


def drawing(*strokes: list[list[float]], **more: Any) -> dict[str, Any]:
    return {"width": 400, "height": 400, "strokes": list(strokes), **more}


def write_json(path: Path, value: Any) -> Path:
    content = json.dumps(value).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def photo(path: Path, ink: int, paper: int, mode: str = "L", points: list[list[float]] = SEVEN) -> Path:
    picture = Image.new("L", (400, 420), paper)
    ImageDraw.Draw(picture).line([tuple(point) for point in points], fill=ink, width=22, joint="curve")
    picture.convert(mode).save(path)
    return path


def answers(capsys: pytest.CaptureFixture[str], trained: Path, *inputs: Path, said: str = "") -> dict[str, Any]:
    capsys.readouterr()
    assert main(["classify", "--experiment", str(trained), "--json", *map(str, inputs)]) == 0
    out, err = capsys.readouterr()
    assert err == said
    result: dict[str, Any] = json.loads(out)
    assert set(result) == {"results", "accuracy"}
    for each in result["results"]:
        assert list(each) == ["source", "index", "label", "prediction", "probability", "probabilities", "verdict"]
        assert sum(each["probabilities"].values()) == pytest.approx(1, abs=1e-5)
        assert list(each["probabilities"]) == list("0123456789")
    return result


def refusal(capsys: pytest.CaptureFixture[str], trained: Path, *inputs: Path) -> str:
    capsys.readouterr()
    assert main(["classify", "--experiment", str(trained), "--json", *map(str, inputs)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("playground: ")
    assert err.count("\n") == 1
    return err


# Answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_drawings_with_and_without_labels(suffix, capsys, trained, tmp_path):
    drawings = [
        drawing(ZERO, label=0),
        drawing(ONE, label="1"),
        drawing(SEVEN),
        drawing(label=4),
        drawing(SEVEN, label=3),
    ]
    path = write_json(tmp_path / f"all{suffix}", {"drawings": drawings})
    result = answers(capsys, trained, path, said=NOTHING.format(f"drawing 4 of “{path.name}”"))
    seen = result["results"]
    assert [each["index"] for each in seen] == [0, 1, 2, 3, 4]
    assert {each["source"] for each in seen} == {str(path)}
    assert [each["label"] for each in seen] == [0, "1", None, 4, 3]
    assert [each["prediction"] for each in seen] == [0, 1, 7, None, 7]
    assert seen[3]["verdict"] == "empty"
    assert seen[3]["probability"] == 0
    assert seen[0]["verdict"] == "ok"
    assert seen[0]["probability"] == max(seen[0]["probabilities"].values()) == seen[0]["probabilities"]["0"]
    assert result["accuracy"] == 0.5  # an empty one counts as wrong


def test_several_digits_are_called_so_and_still_answered(capsys, trained, tmp_path):
    pair = [[x / 2, y / 2 + 100] for x, y in ONE], [[x / 2 + 200, y / 2 + 100] for x, y in ZERO]
    path = write_json(tmp_path / "two.json", drawing(*pair))
    picture = tmp_path / "two.png"
    sheet = Image.new("L", (400, 420), 230)
    for stroke in pair:
        ImageDraw.Draw(sheet).line([tuple(point) for point in stroke], fill=30, width=12)
    sheet.save(picture)
    said = "playground: There are several digits in drawing 1 of “two.json”, “two.png”: give one digit at a time.\n"
    seen = answers(capsys, trained, path, picture, said=said)["results"]
    assert [each["verdict"] for each in seen] == ["several", "several"]
    assert all(each["prediction"] is not None for each in seen)


def test_one_drawing_alone(capsys, trained, tmp_path):
    result = answers(capsys, trained, write_json(tmp_path / "one.json", drawing(ONE)))
    assert [each["prediction"] for each in result["results"]] == [1]
    assert result["accuracy"] is None


@pytest.mark.parametrize("suffix", [".json", ".json.gz"])
def test_kept_drawings_that_are_pictures_are_answered_as_they_are(suffix, capsys, trained, tmp_path):
    data = get_model("digits").load(get_model("digits").presets["default"].config)
    blank = np.zeros((28, 28), np.uint8)
    kept = [from_picture("7", data.test_images[0]), from_picture("3", blank), from_picture("", data.test_images[0])]
    content = format_examples(kept).encode()
    path = tmp_path / f"mine{suffix}"
    path.write_bytes(gzip.compress(content) if suffix.endswith("gz") else content)
    seen = answers(capsys, trained, path, said=NOTHING.format(f"drawing 2 of “{path.name}”"))["results"]
    assert [each["label"] for each in seen] == ["7", "3", None]
    opened = experiment.read(trained)
    snapshot = experiment.resume(opened, experiment.data_of(opened)).snapshot()
    shares = opened.model.classifier.predict(snapshot, data.test_images[:1]).probabilities[0]
    assert list(seen[0]["probabilities"].values()) == pytest.approx(shares.tolist(), abs=1e-5)
    assert [each["verdict"] for each in seen] == [seen[0]["verdict"], "empty", seen[0]["verdict"]]
    assert seen[0]["verdict"] != "empty"
    tiny = tmp_path / "tiny.json"
    write_examples(tiny, [kept[0], from_picture("3", np.full((8, 8), 255, np.uint8))])
    words = "Drawing 2 of “tiny.json” is a picture of 8×8 pixels, but this network reads 28×28 pixels: leave it out"
    assert words in refusal(capsys, trained, tiny)


def test_no_drawings_at_all(capsys, trained, tmp_path):
    none, packed = (write_json(tmp_path / f"none.json{end}", {"drawings": []}) for end in ("", ".gz"))
    words = "There is no drawing in “none.json”, “none.json.gz”: draw something and save it with File → Save drawing."
    assert refusal(capsys, trained, none, packed) == f"playground: {words}\n"
    one, said = write_json(tmp_path / "one.json", drawing(ONE)), words.replace(", “none.json.gz”", "")
    assert len(answers(capsys, trained, none, one, said=f"playground: {said}\n")["results"]) == 1


def test_many_blank_ones_are_not_all_listed(capsys, trained, tmp_path):
    path = write_json(tmp_path / "b.json", {"drawings": [drawing()] * 7})
    place = ", ".join(f"drawing {i} of “b.json”" for i in range(1, 6)) + " and 2 more"
    answers(capsys, trained, path, said=NOTHING.format(place))


def test_labels_that_the_network_does_not_know_are_not_counted(capsys, trained, tmp_path):
    labels = [1, "smiling", "smiling", 10, "", None]
    path = write_json(tmp_path / "l.json", {"drawings": [drawing(ONE, label=label) for label in labels]})
    said = (
        "playground: 3 inputs are labelled “smiling”, “10”, but this network only knows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9: "
        "they say nothing about how often it is right.\n"
    )
    result = answers(capsys, trained, path, said=said)
    assert [each["label"] for each in result["results"]] == [1, "smiling", "smiling", 10, None, None]
    assert result["accuracy"] == 1
    path = write_json(tmp_path / "l.json", drawing(ONE, label="smiling"))
    said = said.replace("3 inputs are", "One input is").replace(", “10”", "").replace("they say", "it says")
    assert answers(capsys, trained, path, said=said)["accuracy"] is None


@pytest.mark.parametrize("ending", ["png", "jpg"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(("ink", "paper"), [(30, 220), (235, 40)])
def test_photos_of_a_digit(ending, mode, ink, paper, capsys, trained, tmp_path):
    path = photo(tmp_path / f"seven.{ending}", ink, paper, mode)
    (seen,) = answers(capsys, trained, path)["results"]
    assert (seen["prediction"], seen["label"], seen["index"]) == (7, None, 0)


def test_blank_paper_and_a_scribble(capsys, trained, tmp_path):
    blank = photo(tmp_path / "blank.png", 220, 220)
    rng = np.random.default_rng(1)
    scribbles = write_json(tmp_path / "s.json", {"drawings": [drawing(rng.uniform(0, 400, (8, 2)).tolist()) for _ in range(40)]})  # fmt: skip # noqa: E501
    assert main(["classify", "--experiment", str(trained), "--json", str(blank), str(scribbles)]) == 0
    said = capsys.readouterr()
    assert "Unlike anything the network has learnt from: drawing " in said.err
    seen = json.loads(said.out)["results"]
    assert (seen[0]["verdict"], seen[0]["prediction"]) == ("empty", None)
    assert any(each["verdict"] == "unlike" for each in seen)
    unsure = [each for each in seen if each["verdict"] == "unsure"]
    assert unsure
    assert all(each["probability"] < 0.6 and each["prediction"] is not None for each in unsure)
    assert all(each["probability"] >= 0.6 for each in seen if each["verdict"] == "ok")


def test_many_inputs_are_answered_in_batches_and_in_order(trained, tmp_path, monkeypatch):
    monkeypatch.setattr(classify, "BATCH", 7)
    sizes = []
    opened = experiment.read(trained)
    classifier = opened.model.classifier

    def predict(snapshot, images, *, activations=False):
        sizes.append(len(images))
        return classifier.predict(snapshot, images, activations=activations)

    model = replace(opened.model, classifier=replace(classifier, predict=predict))
    paths = [write_json(tmp_path / f"{n}.json", {"drawings": [drawing(ONE, label=1)] * n}) for n in (3, 0, 15, 4)]
    found = classify.classify(replace(opened, model=model), paths)
    assert sizes[-4:] == [7, 7, 7, 1]  # before them the pictures that it has learnt from
    assert [(Path(each.source).stem, each.index) for each in found] == [
        (str(n), index) for n in (3, 15, 4) for index in range(n)
    ]
    assert classify.accuracy(found) == 1


def test_the_same_answers_as_the_window(trained):
    """A saved run answers as its network did: the same parameters, the same pure function."""
    opened = experiment.read(trained)
    data = experiment.data_of(opened)
    snapshot = experiment.resume(opened, data).snapshot()
    shares = opened.model.classifier.predict(snapshot, data.test_images).probabilities
    right = float(np.mean(shares.argmax(axis=1) == data.test_labels))
    (last,) = opened.recording.history.evaluations["test_accuracy"][1][-1:]
    assert right == pytest.approx(last, abs=1e-3)


def test_a_table(capsys, trained, tmp_path):
    odd = [drawing(ONE, label="[/b][red]"), drawing(ONE, label="\x1b[31m"), drawing(), *[drawing(ONE, label=1)] * 60]
    path = write_json(tmp_path / "[b]odd.json", {"drawings": odd})
    capsys.readouterr()
    assert main(["classify", "--experiment", str(trained), str(path)]) == 0
    out, err = capsys.readouterr()
    assert "2 inputs are labelled “[/b][red]”, “'\\x1b[31m'”, but" in err
    assert "drawing 3 of “[b]odd.json”" in err
    assert "[b]odd.json" in out
    assert "[/b][red]" in out
    assert "\x1b" not in out
    assert "empty" in out
    assert "… and 13 more" in out
    assert "right: " in out


def test_long_names_are_told_apart(capsys, trained, tmp_path, monkeypatch):
    names = [f"{'photo-of-a-digit-' * 5}{number}.png" for number in (1, 2)]
    words = ["classify", "--experiment", str(trained), *(str(photo(tmp_path / name, 30, 220)) for name in names)]
    capsys.readouterr()
    assert main(words) == 0
    out = capsys.readouterr().out
    assert all(f"│ {name} │" in out for name in names)
    monkeypatch.setenv("FORCE_COLOR", "1")  # as on a terminal
    monkeypatch.setenv("TERM", "dumb")  # 80 columns, no colours
    assert main(words) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert all(f"-of-a-digit-{number}.png │ 0 │" in out for number in (1, 2))
    assert out.count("│ …") == 2


# Refusals ----------------------------------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    return gzip.compress(b'{"strokes": [' + b" " * size)


def wide_png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


BAD = {
    "empty.json": b"",
    "text.json": b"hello",
    "binary.json": bytes(range(256)),
    "deep.json": b"[" * 100_000,
    "list.json": b"[1, 2]",
    "nan.json": b'{"width": 9, "height": 9, "strokes": [[[NaN, 1]]]}',
    "huge-number.json": b'{"width": 9, "height": 9, "strokes": [[[1e999, 1]]]}',
    "endless-number.json": b'{"width": 9, "height": 9, "strokes": [[[' + b"1" * 5000 + b", 1]]]}",
    "no-size.json": b'{"strokes": [[[1, 1]]]}',
    "no-canvas.json": b'{"width": 0, "height": 9, "strokes": []}',
    "three-numbers.json": b'{"width": 9, "height": 9, "strokes": [[[1, 2, 3]]]}',
    "words.json": b'{"width": 9, "height": 9, "strokes": [[["a", "b"]]]}',
    "odd-label.json": b'{"width": 9, "height": 9, "strokes": [], "label": [1]}',
    "drawings.json": b'{"drawings": 3}',
    "second.json": b'{"width": 9, "height": 9, "drawings": [{"strokes": []}, {}]}',
    "points.json": b'{"width": 9, "height": 9, "strokes": [[' + b",".join([b"[1, 2]"] * 20_001) + b"]]}",
    "cut.json.gz": gzip.compress(b'{"strokes": []}' * 100)[:-9],
    "foreign.json.gz": b"PK\x03\x04",
    "bomb.json.gz": bomb(70 * 2**20),
    "empty.png": b"",
    "text.png": b"hello",
    "cut.png": wide_png(30, 30)[:40],
    "no-pixels.png": wide_png(30, 30),
    "huge.png": wide_png(100_000, 100_000),
    "foreign.jpg": b"\xff\xd8\xff\xe0" + bytes(50),
    "no-ending": b"hello",
    "run.npz": b"PK\x05\x06" + bytes(18),
}


@pytest.mark.parametrize("name", BAD)
def test_inputs_that_are_none(name, capsys, trained, tmp_path):
    path = tmp_path / name
    path.write_bytes(BAD[name])
    good = write_json(tmp_path / "good.json", drawing(ONE))
    assert name in refusal(capsys, trained, good, path)


def test_inputs_that_are_not_there(capsys, trained, tmp_path):
    assert "does not exist" in refusal(capsys, trained, tmp_path / "none.json")
    assert "does not exist" in refusal(capsys, trained, tmp_path / "none.png")
    assert "is a folder" in refusal(capsys, trained, tmp_path)
    assert "playground: " in refusal(capsys, trained, tmp_path / ("n" * 300))


def test_a_photo_cut_at_any_place(capsys, trained, tmp_path):
    content = photo(tmp_path / "whole.png", 30, 220).read_bytes()
    path = tmp_path / "cut.png"
    for length in range(0, len(content), len(content) // 12):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match=r"cut\.png"):
            classify.classify(experiment.read(trained), [path])


def test_an_experiment_that_cannot_answer(capsys, trained, tmp_path, monkeypatch):
    one = write_json(tmp_path / "one.json", drawing(ONE))
    assert "does not exist" in refusal(capsys, tmp_path / "none.npz", one)
    assert "not an experiment file" in refusal(capsys, one, one)
    model = get_model("digits")
    config = model.presets["default"].config.model_copy(update={"hidden": (4,)})
    data = model.load(config)
    untrained = tmp_path / "untrained.npz"
    experiment.write(untrained, Experiment(model, Run(model.trainer(config, data)).recording()))
    assert "untrained, so its answers would be chance: train it first" in refusal(capsys, untrained, one)
    monkeypatch.setitem(MODELS, "toy", "toy")
    run = Run(toy.ToyTrainer(toy.ToyConfig(), None))
    run.advance(3)
    run.work(1.0)
    other = tmp_path / "toy.npz"
    experiment.write(other, Experiment(toy.MODEL, run.recording()))
    assert "Toy" in (sentence := refusal(capsys, other, one))
    assert "does not classify" in sentence


def test_what_is_unlike_anything_learnt_is_called_so(trained, tmp_path, capsys):
    for name, points in (("full.png", [[60, 60], [340, 60], [340, 340], [60, 340]]), ("seven.png", None)):
        picture = Image.new("L", (400, 400), 255)
        if points is not None:
            ImageDraw.Draw(picture).polygon([tuple(point) for point in points], fill=0)
        else:
            ImageDraw.Draw(picture).line([tuple(point) for point in SEVEN], fill=0, width=22, joint="curve")
        picture.save(tmp_path / name)
    assert (
        main(
            [
                "classify",
                "--experiment",
                str(trained),
                "--json",
                *(str(tmp_path / n) for n in ("full.png", "seven.png")),
            ]
        )
        == 0
    )
    said = capsys.readouterr()
    square, seven = json.loads(said.out)["results"]
    assert square["verdict"] == "unlike"
    assert square["prediction"] is not None
    assert (seven["verdict"], seven["prediction"]) == ("ok", 7)
    assert "Unlike anything the network has learnt from: “full.png”" in said.err
