"""`playground generate`: texts and numbers from a saved run, and a sentence for whatever cannot be."""

from __future__ import annotations

import json

import pytest

from playground.cli import main


@pytest.fixture(scope="module")
def hello(tmp_path_factory):
    return saved(tmp_path_factory, "hello")


@pytest.fixture(scope="module")
def towns(tmp_path_factory):
    return saved(tmp_path_factory, "towns", "--units", "16", "--updates", "30")


@pytest.fixture(scope="module")
def sine(tmp_path_factory):
    return saved(tmp_path_factory, "sine", "--units", "8", "--updates", "10")


def saved(factory, preset, *more):
    path = factory.mktemp("runs") / "run.npz"
    assert main(["run", "sequence", "--preset", preset, *more, "--save", str(path), "--json"]) == 0
    return str(path)


def results(capsys, *words):
    assert main(["generate", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)["results"]


def test_hello_is_said(hello, capsys):
    assert results(capsys, "--experiment", hello) == [{"text": "hello", "copied": []}]
    assert main(["generate", "--experiment", hello, "--prefix", "he", "--length", "3"]) == 0
    assert capsys.readouterr().out == "hello\n"


def test_the_same_seed_writes_the_same_towns(towns, capsys):
    words = ("--experiment", towns, "--count", "5", "--prefix", "Bad ", "--length", "10")
    first, again = results(capsys, *words), results(capsys, *words)
    other = results(capsys, *words, "--seed", "1")
    assert first == again != other
    assert len(first) == 5
    for result in first:
        assert result["text"].startswith("Bad ")
        assert "\n" not in result["text"]
        assert isinstance(result["known"], bool)


def test_a_series_goes_on_in_numbers(sine, capsys):
    (result,) = results(capsys, "--experiment", sine, "--length", "7")
    assert len(result["values"]) == 7
    assert main(["generate", "--experiment", sine, "--length", "3"]) == 0
    assert [float(line) for line in capsys.readouterr().out.split()] == result["values"][:3]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--prefix", "hex"], "never read “x”"),
        (["--temperature", "-1"], "from 0 to 100"),
        (["--temperature", "nan"], "from 0 to 100"),
        (["--count", "0"], "--count"),
        (["--length", "0"], "--length"),
    ],
)
def test_bad_input_gets_a_sentence(hello, capsys, words, why):
    assert main(["generate", "--experiment", hello, *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert why in err


def test_other_runs_write_nothing(capsys, tmp_path, sine):
    path = str(tmp_path / "bits.npz")
    assert main(["run", "bits", "--updates", "2", "--save", path, "--json"]) == 0
    assert main(["generate", "--experiment", path]) == 2
    assert "writes nothing" in capsys.readouterr().err
    assert main(["generate", "--experiment", sine, "--prefix", "a"]) == 2
    assert "goes on with its series" in capsys.readouterr().err
    path = str(tmp_path / "adding.npz")
    assert main(["run", "sequence", "--preset", "adding-rnn", "--updates", "2", "--save", path, "--json"]) == 0
    assert main(["generate", "--experiment", path]) == 2
    assert "nothing that could go on" in capsys.readouterr().err


def test_words_that_are_given_are_learnt_whatever_the_preset(capsys):
    words = ["run", "sequence", "--preset", "any-word", "--text", "नमस्ते", "--json"]
    assert main(words) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["generated"] == "नमस्ते"
    assert result["metrics"]["says"] == 1.0
    assert main(["run", "sequence", "--preset", "sine", "--text", "aba", "--updates", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["dataset"] == "text"


@pytest.mark.parametrize(("text", "why"), [("", "no text"), ("a", "One letter alone"), ("aaa", "one letter only")])
def test_words_that_cannot_be_learnt(capsys, text, why):
    assert main(["run", "sequence", "--text", text]) == 2
    assert why in capsys.readouterr().err


def test_a_file_of_ones_own_is_learnt(capsys, tmp_path):
    path = tmp_path / "own.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 40, encoding="utf-8")
    words = ["run", "sequence", "--units", "8", "--updates", "3", "--data", str(path), "--json"]
    assert main(words) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["config"]["dataset"] == "own"
    assert {"bits_per_letter", "counting_0", "counting_5", "accuracy", "loss"} <= result["metrics"].keys()
