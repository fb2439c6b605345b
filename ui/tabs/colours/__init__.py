"""The Colours tab: where a small network draws the borders between names, and how to carry it away."""
