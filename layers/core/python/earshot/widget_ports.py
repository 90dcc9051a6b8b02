"""What the services need of the world where the widget is concerned, beside `ports.py`."""

from typing import Protocol


class RateLimits(Protocol):
    """How many answers came from one network in one minute."""

    def take(self, survey: str, network: str, minute: int, most: int) -> bool:
        """Count one more unless there are as many as may be; False then. `network` is a hash, `minute` since 1970."""
