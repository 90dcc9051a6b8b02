"""Scores as text."""
