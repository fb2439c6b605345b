"""Recurrent networks: the next letter, the next value, and tasks that need a memory."""
