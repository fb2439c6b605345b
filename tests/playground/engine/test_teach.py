"""`playground teach`: a saved network learns drawings; the file it writes holds the network that it reports about."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.base import DataError
from models.data.pictures.faces import MOODS, faces8
from models.registry import get_model
from models.supervised.teach import Teach
from playground import cli
from playground.engine import experiment
from playground.engine.drawings import from_picture, write_examples
from playground.engine.teach import measured


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A network for tiny faces that knows little yet."""
    path = tmp_path_factory.mktemp("teach") / "faces.npz"
    assert cli.main(["run", "cnn", "--preset", "faces-8", "--epochs", "60", "--quiet", "--save", str(path)]) == 0
    return path


def own_face(index):
    """A face of one's own: like a held-out one, which could not be taught, but for a dot in the corner."""
    image = faces8().test_images[index].copy()
    image[-1, 0] = 255 - image[-1, 0]
    return image


def faces(path, chosen, labels=None):
    """Faces of one's own as drawings in a file."""
    labels = faces8().test_labels[chosen] if labels is None else labels
    examples = [from_picture(MOODS[label], own_face(i)) for i, label in zip(chosen, labels, strict=True)]
    write_examples(path, examples)
    return str(path)


def teach(capsys, *words, code=0):
    assert cli.main(["teach", *map(str, words)]) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def test_it_learns_the_drawings_and_says_what_that_brought(trained, tmp_path, capsys):
    mine, others = faces(tmp_path / "m.json", range(0, 18, 2)), faces(tmp_path / "o.json", range(1, 18, 2))
    out = tmp_path / "taught.npz"
    capsys.readouterr()
    arguments = ("--experiment", trained, "--drawings", mine, "--evaluate", others, "--save", out, "--json")
    report = json.loads(teach(capsys, *arguments))
    assert set(report) == {
        "accuracy_before",
        "accuracy_after",
        "test_accuracy_before",
        "test_accuracy_after",
        "seconds",
    }
    assert report["test_accuracy_after"] > report["test_accuracy_before"]
    assert report["seconds"] > 0
    # The file's own held-out accuracy, and the answers that classify gives, are those of the report.
    opened = experiment.read(out)
    run = experiment.resume(opened, experiment.data_of(opened))
    before = experiment.read(trained)
    assert opened.recording.step == before.recording.step
    steps, values = opened.recording.history.evaluations["test_accuracy"]
    assert (steps[-1], values[-1]) == (opened.recording.step, pytest.approx(report["test_accuracy_after"]))
    labels = faces8().test_labels[1::2]
    images = np.stack([own_face(index) for index in range(1, 2 * len(labels), 2)])
    answers = opened.model.classifier.predict(run.snapshot(), images).probabilities.argmax(axis=1)
    assert np.mean(answers == labels) == pytest.approx(report["accuracy_after"])
    assert not np.array_equal(opened.recording.state["parameters"], before.recording.state["parameters"])


def test_without_others_each_half_is_judged_by_the_other(trained, tmp_path, capsys):
    mine = faces(tmp_path / "m.json", range(18))
    capsys.readouterr()
    out = teach(capsys, "--experiment", trained, "--drawings", mine, "--save", tmp_path / "t.npz")
    assert "drawings not taught" in out
    assert "–" not in out
    few = faces(tmp_path / "few.json", [0, 8])
    out = teach(capsys, "--experiment", trained, "--drawings", few, "--save", tmp_path / "t.npz", "--json")
    assert json.loads(out)["accuracy_after"] is None


def test_what_is_taught_judges_nothing(trained, tmp_path, capsys):
    mine, others = faces(tmp_path / "m.json", range(0, 18, 2)), faces(tmp_path / "o.json", range(1, 18, 2))
    both = faces(tmp_path / "both.json", [*range(18), 1, 1])
    words = ("--experiment", trained, "--drawings", mine, "--save", tmp_path / "t.npz", "--json")
    expected = json.loads(teach(capsys, *words, "--evaluate", others))
    assert cli.main(["teach", *map(str, words), "--evaluate", both]) == 0
    out, err = capsys.readouterr()
    assert err.startswith(f"playground: The drawings in {both} that are in {mine}, too, are taught and so left out")
    assert err.endswith("judged by 9 of 18.\n")
    assert {**json.loads(out), "seconds": 0} == {**expected, "seconds": 0}
    (tmp_path / "t.npz").unlink()
    refusal = teach(capsys, *words, "--evaluate", mine, code=2)
    assert "nothing is left to judge the network by" in refusal
    assert "name other drawings, or leave --evaluate out" in refusal
    contradiction = "it cannot be both"
    odd = faces(tmp_path / "odd.json", [1, 1], [0, 1])
    assert f"{odd}: The same drawing is called" in (refusal := teach(capsys, *words, "--evaluate", odd, code=2))
    assert contradiction in refusal
    odd = faces(tmp_path / "odd.json", [0, 1], [2 - faces8().test_labels[0], 1])
    assert f"{mine} and {odd}: The same drawing" in teach(capsys, *words, "--evaluate", odd, code=2)
    assert not (tmp_path / "t.npz").exists()


def test_twice_gives_the_same_bits(trained, tmp_path, capsys):
    mine = faces(tmp_path / "m.json", range(0, 18, 2))
    states = []
    for name in ("a.npz", "b.npz"):
        teach(capsys, "--experiment", trained, "--drawings", mine, "--save", tmp_path / name, "--json")
        states.append(experiment.read(tmp_path / name).recording.state["parameters"])
    assert np.array_equal(*states)


@pytest.mark.parametrize(
    ("chosen", "labels", "words"),
    [
        ([0], None, "One drawing is not enough"),
        ([], None, "No drawing is not enough"),
        ([0, 0], [0, 1], "The same drawing is called “smiling” and “neutral”"),
    ],
)
def test_what_cannot_be_taught_is_said(trained, tmp_path, capsys, chosen, labels, words):
    mine = faces(tmp_path / "m.json", chosen, labels)
    out = tmp_path / "t.npz"
    assert words in teach(capsys, "--experiment", trained, "--drawings", mine, "--save", out, code=2)
    assert not out.exists()


def test_an_untrained_network_is_refused(tmp_path, capsys):
    from models.registry import get_model
    from playground.engine.experiment import Experiment, write
    from playground.engine.run import Run

    model = get_model("cnn")
    config = model.presets["faces-8"].config
    write(tmp_path / "new.npz", Experiment(model, Run(model.trainer(config, faces8())).recording()))
    mine = faces(tmp_path / "m.json", range(4))
    words = ("--experiment", tmp_path / "new.npz", "--drawings", mine, "--save", tmp_path / "t.npz")
    assert "has not learnt anything yet" in teach(capsys, *words, code=2)  # bad input, no failed mathematics


def test_drawings_of_another_kind_and_models_that_read_none_are_refused(trained, tmp_path, capsys):
    write_examples(tmp_path / "d.json", [from_picture("7", np.full((28, 28), 9, np.uint8))] * 2)
    shared = ("--drawings", tmp_path / "d.json", "--save", tmp_path / "t.npz")
    assert "“7”: it must be one of smiling" in teach(capsys, "--experiment", trained, *shared, code=2)
    other = tmp_path / "hopfield.npz"
    assert cli.main(["run", "hopfield", "--quiet", "--save", str(other)]) == 0
    assert "cannot be taught drawings" in teach(capsys, "--experiment", other, *shared, code=2)
    assert "mine.json" in teach(
        capsys, "--experiment", trained, "--drawings", tmp_path / "mine.json", "--save", tmp_path / "t.npz", code=2
    )
    (tmp_path / "none.json").write_text('{"drawings": []}')
    mine = faces(tmp_path / "m.json", range(4))
    words = ("--experiment", trained, "--drawings", mine, "--save", tmp_path / "t.npz")
    assert "no drawing to judge" in teach(capsys, *words, "--evaluate", tmp_path / "none.json", code=2)
    assert "no folder" in teach(capsys, *words[:4], "--save", tmp_path / "x" / "t.npz", code=2)


def test_a_model_that_reads_no_pictures_is_not_taught():
    model = get_model("boundary")
    config = model.presets[model.default_preset].config
    data = model.load(config)
    snapshot = model.trainer(config, data).snapshot()
    lesson = Teach(np.ones((2, 28, 28), np.uint8), np.zeros(2, np.uint8))
    with pytest.raises(DataError, match="Boundary reads no pictures, so it cannot be taught drawings"):
        next(measured(model, data, snapshot, lesson))


def test_what_is_tested_on_is_not_taught(trained, tmp_path, capsys):
    """Taught, it would say nothing about new pictures any more."""
    data, path = faces8(), tmp_path / "tests.json"
    write_examples(path, [from_picture(MOODS[data.test_labels[k]], data.test_images[k]) for k in (0, 5)])
    words = ["--experiment", trained, "--drawings", path, "--save", tmp_path / "taught.npz"]
    assert "2 of the drawings are test pictures" in teach(capsys, *words, code=2)
