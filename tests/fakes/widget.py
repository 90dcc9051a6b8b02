"""In-memory ports of the widget; the contract suite keeps them honest."""

from collections import Counter
from collections.abc import Iterable, Mapping

from earshot.domain.submission_policy import Period
from earshot.domain.widget import Question, Showing, Shown


class InMemoryRateLimits:
    """Responses of sources, period by period, in a dictionary."""

    def __init__(self) -> None:
        self.counted: Counter[tuple[str, str, str]] = Counter()
        self.writes = 0

    def take(self, survey: str, source: str, period: Period, weight: int, most: int | None = None) -> int | None:
        self.writes += 1
        key = (survey, source, period.name)
        if most is not None and self.counted[key] + weight > most:
            return None
        self.counted[key] += weight
        return self.counted[key]


class InMemoryShowings:
    """What widgets showed to signed persons, in a dictionary."""

    def __init__(self) -> None:
        self.noted: dict[tuple[str, str], dict[Showing, int]] = {}
        self.responses: dict[tuple[str, str], Mapping[str, int]] = {}
        self.writes = 0

    def read(self, survey: str, person: str) -> Shown:
        latest = max(self.noted.get((survey, person), {}).values(), default=None)
        return Shown(latest, self.responses.get((survey, person), {}))

    def note(self, survey: str, person: str, question: Question, kept: Shown, now: int, until: int) -> None:
        assert until > now
        self.writes += 1
        noted = self.noted.setdefault((survey, person), {})
        if question.showing is not None:
            noted[question.showing] = now
        if question.response is not None:
            self.responses[survey, person] = kept.with_response(question.response, now)

    def delete(self, person: str, surveys: Iterable[str]) -> None:
        for survey in surveys:
            self.noted.pop((survey, person), None)
            self.responses.pop((survey, person), None)
