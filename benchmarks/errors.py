"""The error that makes a measurement worthless, in one sentence."""


class BenchError(Exception):
    """Something went wrong, or was measured that cannot be true."""
