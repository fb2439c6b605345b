"""Points in the plane: made by rule, read from a table, set by hand."""
