"""A small network that can be seen whole divides the plane."""
