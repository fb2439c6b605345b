"""The curves of a run's metrics."""
