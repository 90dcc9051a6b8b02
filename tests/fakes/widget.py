"""In-memory ports of the widget; the contract suite keeps them honest."""

from collections import Counter
from collections.abc import Iterable

from earshot.domain.widget import Showing


class InMemoryRateLimits:
    """Answers of networks, minute by minute, in a dictionary."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str, int]] = Counter()

    def take(self, survey: str, network: str, minute: int, most: int) -> bool:
        if self.counted[survey, network, minute] >= most:
            return False
        self.counted[survey, network, minute] += 1
        return True


class InMemoryShowings:
    """What widgets showed to signed persons, in a dictionary."""

    def __init__(self) -> None:
        self.noted: dict[tuple[str, str], dict[Showing, int]] = {}
        self.writes = 0

    def latest(self, survey: str, person: str) -> int | None:
        return max(self.noted.get((survey, person), {}).values(), default=None)

    def note(self, survey: str, person: str, showing: Showing, now: int, until: int) -> None:
        assert until > now
        self.writes += 1
        self.noted.setdefault((survey, person), {})[showing] = now

    def forget(self, person: str, surveys: Iterable[str]) -> None:
        for survey in surveys:
            self.noted.pop((survey, person), None)
