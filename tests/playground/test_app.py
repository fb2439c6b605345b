"""Where the window cannot be opened, one sentence says why and what helps; Qt itself would abort."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import PySide6
import pytest

from playground import app

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux leaves libraries to chance")

HERE = ("ld-linux", "libc.so", "libm.so", "libgcc_s", "libdl", "libicu", "libQt6", "libpyside6", "libshiboken6")
"""Beginnings of libraries that every system has, or that PySide6 brings along."""


@pytest.fixture
def screens(monkeypatch):
    """Pretend that these variables, and no others, say where there is a screen."""

    def pretend(**variables: str) -> None:
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(name, raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return pretend


@pytest.fixture
def lacks(monkeypatch):
    """Pretend that all system libraries are installed but these."""

    def pretend(*libraries: str) -> None:
        monkeypatch.setattr(app, "_loadable", lambda library: library not in libraries)

    return pretend


def needed(file: Path) -> set[str]:
    """The libraries that an ELF file (64 bit, little-endian) names as NEEDED."""
    data = file.read_bytes()
    assert data[:6] == b"\x7fELF\x02\x01"
    table, size, count = (*struct.unpack_from("<Q", data, 40), *struct.unpack_from("<HH", data, 58))
    sections = [struct.unpack_from("<IIQQQQII", data, table + i * size) for i in range(count)]
    names: set[str] = set()
    for _, kind, _, _, begin, length, link, _ in sections:
        if kind != 6:  # SHT_DYNAMIC
            continue
        texts = sections[link][4]
        for tag, value in struct.iter_unpack("<qQ", data[begin : begin + length]):
            if tag == 1:  # DT_NEEDED
                names.add(data[texts + value : data.index(b"\0", texts + value)].decode())
    return {name for name in names if not name.startswith(HERE)}


@pytest.mark.parametrize(
    ("files", "known"),
    [
        (
            [
                *(f"Qt{part}.abi3.so" for part in ("Core", "Gui", "Widgets", "Svg", "Test", "OpenGL", "OpenGLWidgets")),
                *(f"Qt/lib/libQt6{part}.so.6" for part in ("Core", "Gui", "Widgets", "Svg", "DBus", "OpenGL", "Test")),
                "Qt/plugins/platforms/libqoffscreen.so",
                "Qt/plugins/iconengines/libqsvgicon.so",
            ],
            app.DEBIAN_PACKAGES,
        ),
        (
            ["Qt/plugins/platforms/libqxcb.so", "Qt/lib/libQt6XcbQpa.so.6"],
            app.DEBIAN_PACKAGES | app.SCREEN_PACKAGES["xcb"],
        ),
        (
            ["Qt/plugins/platforms/libqwayland.so", "Qt/lib/libQt6WaylandClient.so.6"],
            app.DEBIAN_PACKAGES | app.SCREEN_PACKAGES["wayland"],
        ),
    ],
    ids=["core", "xcb", "wayland"],
)
def test_the_tables_name_every_library_that_qt_needs(files, known):
    folder = Path(PySide6.__file__).parent
    libraries = set().union(*(needed(folder / file) for file in files))
    assert "libGL.so.1" in libraries
    assert libraries <= set(known)


def test_a_missing_library_is_named_with_its_package(screens, lacks):
    screens()
    lacks("libEGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0")
    with pytest.raises(app.StartError) as caught:
        app.check_libraries(screen=False)
    assert "libEGL.so.1, libglib-2.0.so.0, libgthread-2.0.so.0" in str(caught.value)
    assert str(caught.value).endswith("apt install libegl1 libglib2.0-0")


def test_nothing_is_said_where_nothing_is_missing(screens, lacks):
    screens(DISPLAY=":0")
    lacks()
    app.check_libraries(screen=True)


def test_what_only_a_screen_needs_is_not_asked_for_without_one(screens, lacks):
    lacks("libxcb-cursor.so.0")
    screens(DISPLAY=":0")
    assert app.missing_libraries(screen=False) == {}
    assert app.missing_libraries(screen=True) == {"libxcb-cursor.so.0": "libxcb-cursor0"}
    screens(QT_QPA_PLATFORM="offscreen")
    assert app.missing_libraries(screen=True) == {}


def test_one_kind_of_screen_is_enough(screens, lacks):
    lacks("libwayland-client.so.0")
    screens(WAYLAND_DISPLAY="wayland-0", DISPLAY=":0")
    assert app.missing_libraries(screen=True) == {}
    screens(WAYLAND_DISPLAY="wayland-0")
    assert app.missing_libraries(screen=True) == {"libwayland-client.so.0": "libwayland-client0"}
    screens(QT_QPA_PLATFORM="wayland-egl;xcb", DISPLAY=":0")
    assert app.missing_libraries(screen=True) == {}


def test_no_screen_is_said_in_a_sentence(screens):
    screens()
    with pytest.raises(app.ScreenError, match="There is no screen here"):
        app.check_screen()


def test_a_screen_that_does_not_answer_is_said_in_a_sentence(screens):
    screens(DISPLAY=":4095")
    with pytest.raises(app.ScreenError, match="No screen answers at DISPLAY=:4095"):
        app.check_screen()


def test_whoever_chooses_a_platform_is_believed(screens):
    screens(QT_QPA_PLATFORM="offscreen")
    app.check_screen()


@pytest.mark.parametrize("words", [["playground"], ["playground.app"]])
def test_started_without_a_screen_it_ends_with_one_sentence(words):
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    ended = subprocess.run([sys.executable, "-m", *words], env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == (3 if words == ["playground.app"] else 2)
    assert ended.stdout == ""
    assert ended.stderr.startswith("playground: There is no screen here")
    assert ended.stderr.count("\n") == 1


def test_the_window_is_painted_before_anything_heavy_is_loaded():
    code = (
        "import sys, ui.window.main_window; sys.exit(any(m in sys.modules for m in ('numpy', 'pydantic', 'pyqtgraph')))"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
