"""Runs on threads of their own, for a window that never waits: workers, messages, sessions, recovery."""
