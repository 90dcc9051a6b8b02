"""The trend of a score counted by hand: responses sorted, days walked one by one; nothing of Earshot is used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.sample_by_hand import Row, histogram_of

LENGTHS = ("30d", "month", "quarter", "all")
NEVER = date(1, 1, 1)


@dataclass(frozen=True)
class Responded:
    """One response as it was given: when (by the survey's clock, without an offset), by which person, and the score."""

    at: str
    score: int
    person: str | None
    plan: str
    zone: str
    id: str = ""
    excluded: bool = False

    @property
    def day(self) -> date:
        return date.fromisoformat(self.at[:10])

    @property
    def moment(self) -> int:
        """Unix milliseconds."""
        local = datetime.fromisoformat(self.at).replace(tzinfo=ZoneInfo(self.zone))
        return int(local.astimezone(UTC).timestamp() * 1000)

    def but(self, **changes: Any) -> "Responded":
        return replace(self, **changes)


Responses = Sequence[Responded]


def opening(length: str, last: date) -> date:
    """The first day of the window that ends with a day."""
    if length == "all":
        return NEVER
    if length == "month":
        return date(last.year, last.month, 1)
    if length == "quarter":
        return date(
            last.year, {1: 1, 2: 1, 3: 1, 4: 4, 5: 4, 6: 4, 7: 7, 8: 7, 9: 7, 10: 10, 11: 10, 12: 10}[last.month], 1
        )
    return last - timedelta(int(length[:-1]) - 1)


def counting(surveys: Iterable[Responses], plan: str | None) -> list[Responded]:
    """Return every response that counts, of all these surveys and of this plan."""
    return [each for responses in surveys for each in responses if not each.excluded and plan in (None, each.plan)]


def held(surveys: Sequence[Responses], plan: str | None, basis: str, first: date, last: date) -> list[int]:
    """The histogram of a window, both days included."""
    found: list[Responded] = []
    for responses in surveys:
        inside = [each for each in responses if not each.excluded and first <= each.day <= last]
        inside.sort(key=lambda each: (each.moment, each.id))
        if basis == "latest":
            # A person who responded again has one entry: the later response replaces the first.
            inside = list({each.person or each.id: each for each in inside}.values())
        found += inside
    chosen = [each for each in found if plan in (None, each.plan)]
    return histogram_of([Row(each.day, each.score, {}) for each in chosen], first, last + timedelta(1))


def days(first: date, end: date) -> list[date]:
    """Every day from `first` (inclusive) to `end` (exclusive)."""
    return [first + timedelta(number) for number in range((end - first).days)]
