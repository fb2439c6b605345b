"""The models, in NumPy: each file is one model or one concept, readable from top to bottom."""
