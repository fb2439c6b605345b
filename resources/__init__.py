"""Data sets, icons and texts that ship with the application; read through importlib.resources."""
