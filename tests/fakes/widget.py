"""In-memory ports of the widget; the contract suite keeps them honest."""

from collections import Counter


class InMemoryRateLimits:
    """Answers of networks, minute by minute, in a dictionary."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str, int]] = Counter()

    def take(self, survey: str, network: str, minute: int, most: int) -> bool:
        if self.counted[survey, network, minute] >= most:
            return False
        self.counted[survey, network, minute] += 1
        return True
