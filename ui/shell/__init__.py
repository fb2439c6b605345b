"""What every tab has: run bar, timeline, plots, the life of a run."""
