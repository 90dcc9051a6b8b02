"""The summary of a series: its last 90 days, the 90 days before, and its weeks, for pages that show many surveys."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from earshot.domain.score import Histogram

DAYS, WEEKS = 90, 13
WINDOW = f"{DAYS}d"


class Camps(NamedTuple):
    """How many promoters, passives and detractors there are: enough for a score and its interval."""

    promoters: int
    passives: int
    detractors: int

    @property
    def responses(self) -> int:
        """Count all responses."""
        return sum(self)


@dataclass(frozen=True, slots=True)
class ScoreHistory:
    """What a score is compared with: the 90 days before the last 90, and the last thirteen weeks, the oldest first."""

    before: Camps
    weeks: tuple[Camps, ...]


@dataclass(frozen=True, slots=True)
class ScoreSummary:
    """The score of a series as last computed (Unix milliseconds), of the 90 days that ended with `day`."""

    computed_at: int
    day: date
    now: Camps
    history: ScoreHistory


def history_of(days: Mapping[str, Histogram], today: date) -> ScoreHistory:
    """Add up the history from the histograms of days, which reach back 180 of them."""
    ends = [today + timedelta(1) - timedelta(7 * back) for back in range(WEEKS - 1, -1, -1)]
    return ScoreHistory(
        before=_camps(days, today + timedelta(1 - 2 * DAYS), today + timedelta(1 - DAYS)),
        weeks=tuple(_camps(days, end - timedelta(7), end) for end in ends),
    )


def summary_of(days: Mapping[str, Histogram], today: date, now: int) -> ScoreSummary:
    """Return the summary from the histograms of the last 180 days, counted now (Unix milliseconds)."""
    last = _camps(days, today - timedelta(DAYS - 1), today + timedelta(1))
    return ScoreSummary(now, today, last, history_of(days, today))


def written_history(history: ScoreHistory) -> str:
    """Write a history in as few characters as one can: the item it is part of is written with each response."""
    return ";".join(",".join(map(str, each)) for each in (history.before, *history.weeks))


def read_history(written: str) -> ScoreHistory:
    """Read a written history back."""
    before, *weeks = (Camps(*map(int, each.split(","))) for each in written.split(";"))
    return ScoreHistory(before, tuple(weeks))


def read_summary(computed_at: int, windows: Mapping[str, Mapping[str, object]], written: str) -> ScoreSummary:
    """Read a summary from the windows of a series, see `scored`, and its written history."""
    window = windows[WINDOW]
    camps = [int(str(window[name])) for name in Camps._fields]
    last = date.fromisoformat(str(window["to"])) - timedelta(1)
    return ScoreSummary(computed_at, last, Camps(*camps), read_history(written))


def _camps(days: Mapping[str, Histogram], first: date, end: date) -> Camps:
    found = Histogram.total(h for day, h in days.items() if first.isoformat() <= day < end.isoformat())
    return Camps(found.promoters, found.passives, found.detractors)
