"""Clusters found by expectation-maximisation, and by k-means."""
