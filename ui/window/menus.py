"""The table of the menus: every action of the window, from top to bottom."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from models.data.tables.examples import EXAMPLES
from ui.widgets import theme
from ui.window.actions import Command, has_canvas, has_own_data, has_run, has_weights, takes_data, takes_tables
from ui.window.commands import EditCommands, RunCommands, ViewCommands
from ui.window.files import Files
from ui.window.help import HelpCommands
from ui.window.pages import Pages

FILE, EDIT, RUN, VIEW, HELP = "&File", "&Edit", "&Run", "&View", "&Help"
THEME = f"{VIEW}/&Theme"
EXAMPLES_MENU = f"{FILE}/Open e&xample data"


def menus(
    pages: Pages,
    files: Files,
    edit: EditCommands,
    run: RunCommands,
    view: ViewCommands,
    info: HelpCommands,
) -> list[Command]:
    """The table; each part does what its menu offers."""
    keys, key, now = QKeySequence.StandardKey, Qt.Key, theme.manager().choice
    ghosts, data = "Forget &ghost curves", "Use the &built-in data again"
    return [
        Command("file.open", FILE, "&Open experiment…", files.ask_open, keys.Open, "open"),
        Command("file.save", FILE, "&Save experiment…", files.ask_save, keys.Save, "save", has_run),
        Command("file.open-drawing", FILE, "Open &drawing…", files.ask_open_drawing, when=has_canvas, apart=True),
        Command("file.save-drawing", FILE, "Save dra&wing…", files.ask_save_drawing, when=has_canvas),
        Command("file.open-data", FILE, "Open da&ta…", files.ask_open_data, when=takes_data),
        *(
            Command(
                f"file.example-{name}", EXAMPLES_MENU, example.title, files.open_example, when=takes_tables, data=name
            )
            for name, example in EXAMPLES.items()
        ),
        Command("file.use-data-set", FILE, data, files.use_data_set, when=has_own_data),
        Command("file.open-weights", FILE, "Open wei&ghts…", files.ask_open_weights, when=has_weights, apart=True),
        Command("file.save-weights", FILE, "Save weig&hts…", files.ask_save_weights, when=has_weights),
        Command(
            "file.export-metrics",
            FILE,
            "Export &metrics as CSV…",
            files.ask_export,
            icon="export",
            when=has_run,
            apart=True,
        ),
        Command("file.export-picture", FILE, "Export &picture of the tab…", files.ask_picture, icon="export"),
        Command("file.quit", FILE, "&Quit", files.quit, keys.Quit, apart=True),
        Command("edit.undo", EDIT, "&Undo", edit.undo, keys.Undo, "undo", has_canvas),
        Command("edit.redo", EDIT, "&Redo", edit.redo, keys.Redo, "redo", has_canvas),
        Command("edit.paste", EDIT, "&Paste onto the canvas", edit.paste, keys.Paste, "paste", has_canvas),
        Command("edit.clear", EDIT, "&Clear the canvas", edit.clear, key.Key_Delete, "trash", has_canvas),
        Command("run.toggle", RUN, "&Train or pause", run.toggle, key.Key_Space, "play", has_run),
        Command("run.step", RUN, "One &step", run.step, key.Key_Right, "step-forward", has_run),
        Command("run.step-back", RUN, "One step &back", run.step_back, key.Key_Left, "step-back", has_run),
        Command("run.reset", RUN, "&Reset", run.reset, QKeySequence("Ctrl+R"), "reset", has_run),
        Command("run.beginning", RUN, "To the &beginning", run.to_beginning, key.Key_Home, when=has_run, apart=True),
        Command("run.present", RUN, "To the &present", run.to_present, key.Key_End, when=has_run),
        Command("run.branch", RUN, "&Continue from here", run.branch, QKeySequence("Ctrl+B"), "branch", has_run),
        Command("run.back", RUN, "Back to the previous r&un", run.go_back, QKeySequence("Ctrl+Alt+Z"), "undo", has_run),
        Command("run.forget-ghosts", RUN, ghosts, run.forget_ghosts, when=has_run, apart=True),
        *(
            Command(
                f"view.theme-{choice}",
                THEME,
                "As the system" if choice == "system" else choice.capitalize(),
                view.choose_theme,
                checked=choice == now,
                among="theme",
                data=choice,
            )
            for choice in theme.CHOICES
        ),
        Command("view.next", VIEW, "&Next tab", pages.next, QKeySequence("Ctrl+PgDown"), apart=True),
        Command("view.previous", VIEW, "&Previous tab", pages.previous, QKeySequence("Ctrl+PgUp")),
        Command("view.full-screen", VIEW, "&Full screen", view.toggle_full_screen, key.Key_F11, checked=False),
        Command("help.keys", HELP, "&Keyboard", info.show_keys, key.Key_F1),
        Command("help.data-folder", HELP, "&Data folder", info.show_data_folder),
        Command("help.about", HELP, "&About Playground", info.show_about),
    ]
