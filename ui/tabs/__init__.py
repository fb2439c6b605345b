"""One tab per model."""
