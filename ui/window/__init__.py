"""The main window: tabs, menus, files, recovery."""
