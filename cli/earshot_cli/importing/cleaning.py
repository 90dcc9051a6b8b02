"""Cells and names as the API keeps them: names and values in their one spelling, texts as they were written."""

from earshot.domain.characters import normal as clean_name
from earshot.domain.characters import normal_text as clean

__all__ = ["clean", "clean_name"]
