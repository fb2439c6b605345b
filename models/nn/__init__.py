"""Neural-network parts: one concept per file, forward beside backward."""
