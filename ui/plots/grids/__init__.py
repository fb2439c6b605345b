"""Grids of cells or pictures that can be walked through."""
