"""The Sequence tab."""
