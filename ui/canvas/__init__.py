"""Places to draw: strokes and pixels."""
