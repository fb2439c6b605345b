"""The Boundary tab."""
