"""The run engine: one run of a model in time, its files and its options. No Qt, no threads."""
