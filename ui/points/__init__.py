"""Points in a plane that can be set, dragged and relabelled."""
