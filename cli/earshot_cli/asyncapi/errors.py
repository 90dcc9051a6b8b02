"""The error of a document that cannot be written."""


class DescriptionError(Exception):
    """A contract lacks something that the document needs; the message is what to add where."""
