"""Cells and names as the API keeps them: names and values in their one spelling, texts as they were written."""

import re

from earshot.domain.unicode_text import normal as clean_name
from earshot.domain.unicode_text import normal_text as clean

__all__ = ["clean", "clean_name", "is_whole_decimal", "whole_id"]

# What pandas makes of whole numbers as soon as one cell of their column is empty.
_WHOLE_DECIMAL = re.compile(r"(0|[1-9]\d*)\.0", re.ASCII)


def is_whole_decimal(text: str) -> bool:
    """Return whether a text is a whole number written as 17.0."""
    return _WHOLE_DECIMAL.fullmatch(text) is not None


def whole_id(text: str) -> str:
    """Return an id, 17 for 17.0: cell by cell, so that it is the same in every file."""
    return text[:-2] if is_whole_decimal(text) else text
