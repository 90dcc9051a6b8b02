"""The widget as it is served: its script and its style sheet."""

from functools import cache
from pathlib import Path

from earshot.pages.served_file import ServedFile, served

FILE = Path(__file__).with_name("widget.js")
STYLE = Path(__file__).with_name("widget.css")


@cache
def script() -> ServedFile:
    """Read the widget once."""
    return served(FILE.read_bytes())


@cache
def style() -> ServedFile:
    """Read the style sheet of the question once."""
    return served(STYLE.read_bytes())
