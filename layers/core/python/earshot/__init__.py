"""Earshot: ask, listen, keep a score one can trust, and tell the right person at once."""

__version__ = "0.1.0"
