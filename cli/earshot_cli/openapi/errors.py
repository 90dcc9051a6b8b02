"""What stands in the way of the document."""


class DescriptionError(Exception):
    """Something that the document must tell is not described; the sentence says what to add where."""
