"""The error of a document that cannot be written."""


class DescriptionError(Exception):
    """Something is missing in the document; the message is what to add where."""
