"""The window: widgets show snapshots and send intentions; they contain no mathematics."""
