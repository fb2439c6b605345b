"""Where a classifier is tried out: drawing, answer, teaching."""
