"""Plots and pictures that several tabs share."""
