"""Report how far a survey's responses of a window can be trusted, and whether fewer people respond than before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from earshot.domain.data_quality import Compared, Shares, warnings
from earshot.domain.funnel import Rate
from earshot.domain.invitation_cohorts import rate_of, settled
from earshot.domain.response import ALL
from earshot.domain.score import Histogram, net_promoter_score
from earshot.domain.survey import Survey
from earshot.domain.window import Window
from earshot.ports.funnel import Funnels
from earshot.ports.scores import Counts

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality of a window's responses, and of the mails (in UTC days) old enough to have a response."""

    survey: Survey
    window: Window
    mails: Window
    histogram: Histogram
    previous: Histogram
    shares: Shares
    compared: Compared

    @property
    def warnings(self) -> list[str]:
        """Return what to keep in mind when reading the figures."""
        return warnings(self.shares, self.compared)


@dataclass(frozen=True, slots=True)
class ComparedRates:
    """The response rates of the mails of a window, whose days are in UTC, and of the one before."""

    mails: Window
    days: Sequence[Numbers]
    now: Rate
    before: Rate


def report_quality(survey: Survey, window: Window, today: date, *, counts: Counts, funnels: Funnels) -> QualityReport:
    """Read the window and the one before it: two queries of the counts' days and one of the mails' days."""
    before, rates = window.previous or window, compare_rates(survey, window, today, funnels=funnels)
    first, end = before.start.isoformat(), window.end.isoformat()
    days = counts.days(survey.id, ALL, first, end)
    flags = _sum(counts.quality_flags(survey.id, window.start.isoformat(), end).values())
    now = Histogram.total(histogram for day, histogram in days.items() if window.holds(day))
    previous = Histogram.total(histogram for day, histogram in days.items() if before.holds(day))
    return QualityReport(
        survey=survey,
        window=window,
        mails=rates.mails,
        histogram=now,
        previous=previous,
        shares=_shares(now.responses, flags, _sum(rates.days)),
        compared=Compared(
            rate=rates.now,
            rate_before=rates.before,
            nps=net_promoter_score(now),
            nps_before=net_promoter_score(previous),
        ),
    )


def compare_rates(survey: Survey, window: Window, today: date, *, funnels: Funnels) -> ComparedRates:
    """Read the response rates of the mails old enough to have a response, in one query of the mails' days."""
    mails = _mails(survey, window, today)
    asked = funnels.days(survey.id, (mails.previous or mails).start.isoformat(), mails.end.isoformat())
    mailed = [numbers for day, numbers in asked.items() if mails.holds(day)]
    earlier = rate_of(numbers for day, numbers in asked.items() if not mails.holds(day))
    return ComparedRates(mails, mailed, rate_of(mailed), earlier)


def _mails(survey: Survey, window: Window, today: date) -> Window:
    """Move the window back until its youngest mails have had the time for a response: young ones would look ignored."""
    end = min(window.end, today + timedelta(1) - settled(survey.rules.reminders))
    return Window(window.length, end - (window.end - window.start), end)


def _shares(counted: int, flags: Numbers, mailed: Numbers) -> Shares:
    excluded = flags.get("excluded", 0)
    return Shares(
        speeders=Rate(flags.get("timed", 0), flags.get("speeders", 0)),
        repeats=Rate(counted, flags.get("repeats", 0)),
        quarantined=Rate(mailed.get("submitted", 0), mailed.get("quarantined", 0)),
        excluded=Rate(counted + excluded, excluded),
        cleaned=Rate(counted, flags.get("cleaned", 0)),
        clicked=Rate(counted, flags.get("clicked", 0)),
    )


def _sum(days: Iterable[Numbers]) -> Numbers:
    sums: dict[str, int] = {}
    for numbers in days:
        for name, number in numbers.items():
            sums[name] = sums.get(name, 0) + number
    return sums
