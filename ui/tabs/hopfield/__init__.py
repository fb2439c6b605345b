"""The Hopfield tab."""
