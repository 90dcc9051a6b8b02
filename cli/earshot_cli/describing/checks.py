"""What stands in the way of a description."""

from earshot.api.schema import Schema

__all__ = ["DescriptionError", "Schema"]


class DescriptionError(Exception):
    """Something that the document must tell is not described; the sentence says what to add where."""
