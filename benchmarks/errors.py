"""What makes a measurement worthless; told in a sentence."""


class BenchError(Exception):
    """Something went wrong, or was measured that cannot be true."""
