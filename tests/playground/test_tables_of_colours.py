"""`playground classify` answers tables of numbers, and `playground export` writes a small model as lines."""

from __future__ import annotations

import json

import pytest

from playground.cli import main


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    path = tmp_path_factory.mktemp("colours") / "run.npz"
    assert main(["run", "colours", "--quiet", "--save", str(path)]) == 0
    return path


def test_a_table_of_colours_is_answered_and_counted(trained, tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("r,g,b,term\n250,10,10,red\n10,20,230,blue\n20,170,40,red\n20,170,40,teal\n")
    capsys.readouterr()
    assert main(["classify", "--experiment", str(trained), "--json", str(table)]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert [row["prediction"] for row in found["results"]] == ["red", "blue", "green", "green"]
    assert found["accuracy"] == pytest.approx(2 / 3)  # teal is no name that it knows
    assert sum(found["results"][0]["probabilities"].values()) == pytest.approx(1)
    assert "teal" in err


def test_a_table_without_labels_has_no_accuracy(trained, tmp_path, capsys):
    table = tmp_path / "table.csv"
    table.write_text("hex\n#fa0a0a\n#0a14e6\n")
    capsys.readouterr()
    assert main(["classify", "--experiment", str(trained), "--json", str(table)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["prediction"] for row in found["results"]] == ["red", "blue"]
    assert found["accuracy"] is None


@pytest.mark.parametrize(
    ("text", "says"),
    [("a,b\n1,2\n", "has no colours"), ("hex\n#12345\n", "is no colour"), ("r,g,b\n0.5,1,200\n", "has fractions")],
)
def test_a_table_without_colours_is_refused_in_a_sentence(trained, tmp_path, capsys, text, says):
    table = tmp_path / "table.csv"
    table.write_text(text)
    capsys.readouterr()
    assert main(["classify", "--experiment", str(trained), str(table)]) == 2
    assert says in capsys.readouterr().err


def test_the_exported_lines_run_and_answer_as_classify_does(trained, tmp_path, capsys):
    script = tmp_path / "lines.py"
    assert main(["export", "--experiment", str(trained), "--to", "lines", str(script)]) == 0
    room = {}
    exec(script.read_text(encoding="utf-8"), room)
    assert [room["name"](*colour) for colour in ((250, 10, 10), (10, 20, 230), (20, 170, 40))] == [
        "red",
        "blue",
        "green",
    ]
    capsys.readouterr()
    assert (
        main(["export", "--experiment", str(trained), "--to", "lines", "--digits", "1", "--language", "pseudo-code"])
        == 0
    )
    assert capsys.readouterr().out.endswith("The largest score wins.\n")


def test_what_has_no_lines_says_so(trained, tmp_path, capsys):
    assert main(["export", "--experiment", str(trained), "--to", "lines", "--language", "latin"]) == 2
    assert "Choose one of: pseudo-code, python, spreadsheet" in capsys.readouterr().err
    bits = tmp_path / "bits.npz"
    assert main(["run", "bits", "--preset", "and", "--updates", "100", "--quiet", "--save", str(bits)]) == 0
    capsys.readouterr()
    assert main(["export", "--experiment", str(bits), "--to", "lines"]) == 2
    assert "too large" in capsys.readouterr().err


def test_own_colours_are_learnt_saved_and_asked_again_without_their_file(tmp_path, capsys):
    table, run = tmp_path / "mine.csv", tmp_path / "mine.npz"
    table.write_text("hex,name\n#f00,rot\n#0000ff,blau\n#0000ee,blau\n#ff1100,Rot\n#00ff00,gru\u0308n\n#11ff00,grün\n")
    assert main(["run", "colours", "--data", str(table), "--quiet", "--save", str(run)]) == 0
    asked = tmp_path / "asked.csv"
    asked.write_text(table.read_text())
    table.unlink()
    capsys.readouterr()
    assert main(["classify", "--experiment", str(run), "--json", str(asked)]) == 0
    assert (
        json.loads(capsys.readouterr().out)["accuracy"] >= 4 / 6
    )  # rot and Rot are one, but labels are compared as text
