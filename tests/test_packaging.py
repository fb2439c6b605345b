"""What is installed is what was written: nothing is left out of the package, nothing that is not used is asked for."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata, resources
from pathlib import Path

import pytest

from models.registry import MODELS, get_model
from ui.window.registry import TABS

ROOT = Path(__file__).parents[1]
PACKAGES = ("playground", "models", "ui", "resources")
SOURCES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

pytestmark = pytest.mark.skipif(not SOURCES, reason="needs the source tree")


def imported_modules() -> set[str]:
    """Top-level names of everything that the packages import."""
    names = set()
    for file in SOURCES:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def required(extra: str | None = None) -> set[str]:
    """Names of the distributions that the project asks for, in lower case."""
    listed = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    return {re.split(r"[<>=!~\[ ]", entry)[0].lower() for entry in listed}


def test_every_import_is_declared_and_every_dependency_is_imported():
    distributions = metadata.packages_distributions()
    used = imported_modules() - set(PACKAGES) - set(sys.stdlib_module_names)
    unknown = {name for name in used if name not in distributions}
    assert not unknown, f"imported but not installed: {unknown}"
    needed = {distributions[name][0].lower() for name in used}
    needed = {"pyside6-essentials" if name.startswith("pyside6") else name for name in needed}
    assert needed == required()


def test_every_folder_with_code_is_a_package():
    assert not [file for file in SOURCES if not (file.parent / "__init__.py").exists()]


def test_every_entry_of_the_registries_exists():
    for name in MODELS:
        assert get_model(name).name == name
    assert set(TABS) <= set(MODELS)


def test_the_resources_are_found_as_in_an_installed_package():
    folder = resources.files("resources")
    for name in ("mnist/train-images-idx3-ubyte.gz", "icons/app.svg", "style/playground.qss"):
        assert (folder / name).is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The unpacked wheel, built from a copy of the source without any network."""
    pytest.importorskip("setuptools")
    source = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    out = tmp_path_factory.mktemp("wheel")
    build = f"from setuptools.build_meta import build_wheel; build_wheel({str(out)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True, timeout=100)
    (file,) = out.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(out / "unpacked")
    return out / "unpacked"


def test_the_wheel_holds_every_file(wheel):
    for package in PACKAGES:
        written = {file.relative_to(ROOT) for file in (ROOT / package).rglob("*") if file.is_file()}
        packed = {file.relative_to(wheel) for file in (wheel / package).rglob("*") if file.is_file()}
        assert {file for file in written if "__pycache__" not in file.parts} == packed


def test_it_runs_from_the_wheel(wheel, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    where = "import models, playground; print(models.__file__, playground.__file__)"
    command = [sys.executable, "-m", "playground", "run", "hopfield", "--quiet"]
    for words in ([sys.executable, "-c", where], command):
        ended = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        if words is not command:
            assert all(Path(file).is_relative_to(wheel) for file in ended.stdout.split())


def test_the_makefile_and_ci_name_extras_that_exist():
    for file in ("Makefile", ".ci/run"):
        text = (ROOT / file).read_text(encoding="utf-8")
        (extras,) = re.findall(r"^(?:export )?EXTRAS ?\??= ?(\S+)", text, re.MULTILINE)
        assert set(extras.split(",")) <= set(PROJECT["optional-dependencies"])


def test_the_readme_tells_of_every_tab_and_model_and_of_no_others():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| \*\*([^*|]+)\*\* \|", text, re.MULTILINE)
    assert set(told) == {title for title, _ in TABS.values()}
    assert set(re.findall(r"^\| `playground run (\w+)` \|", text, re.MULTILINE)) == set(MODELS)
