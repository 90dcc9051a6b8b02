"""Report the trend of a score: a point a day, each the score of the window that ends with it."""

from dataclasses import dataclass
from datetime import date

from earshot.domain.trend import DailyScores, daily_scores, windows
from earshot.domain.window import opening
from earshot.ports.scores import Counts
from earshot.services.scores.report_score import ScoreScope, read_days, read_superseded


@dataclass(frozen=True, slots=True)
class Period:
    """The days that get a point, from `first` (inclusive) to `end` (exclusive), and how far back each looks."""

    length: str
    first: date
    end: date


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend of a score; `data_from` is the first day with a response among those that the windows hold."""

    population: ScoreScope
    period: Period
    daily_scores: DailyScores
    data_from: str | None


def report_trend(population: ScoreScope, period: Period, *, counts: Counts) -> Trend:
    """Compute the score of every day of a period (at least one), from one query of the counts and one pass.

    Where the latest response of each person is the basis, it takes one more query.
    """
    opens = opening(period.length, period.first)
    days = read_days(population, opens, period.end, counts=counts)
    superseded = read_superseded(population, opens, period.end, counts=counts)
    over = windows(period.length, period.first, period.end, days)
    return Trend(population, period, daily_scores(over, days, superseded), min(days, default=None))
