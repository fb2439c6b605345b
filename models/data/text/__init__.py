"""Texts: taking them apart into letters, reading them from files, and those that come with the playground."""
