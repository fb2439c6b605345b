"""Colours with names: the survey's that ship with the playground, and the user's own."""
