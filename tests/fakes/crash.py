"""What a test makes a function die of."""


class CrashError(Exception):
    """The function died here."""
