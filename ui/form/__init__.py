"""The settings of a run as controls, made from what its Config declares."""
