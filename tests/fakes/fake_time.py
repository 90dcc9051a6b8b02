"""Time that passes when somebody waits, or does not pass at all."""


class FakeTime:
    """A monotonic clock in seconds, that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def no_pause(_: int) -> None:
    """Wait for nothing."""
