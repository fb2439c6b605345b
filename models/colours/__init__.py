"""A network so small that its whole arithmetic fits on a page learns where people draw the borders between colours."""
