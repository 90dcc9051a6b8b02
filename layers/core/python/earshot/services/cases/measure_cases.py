"""Measure the cases of a survey in a period, by the figures of each; no person and no response is read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from earshot.domain.business_time import Calendar, CountedHours
from earshot.domain.case_measures import (
    BusinessTime,
    CaseMeasures,
    GroupBy,
    MeasuredPeriod,
    is_of_period,
    measure,
    measure_by,
)
from earshot.domain.cases import CaseFigures, month_of
from earshot.domain.iso_time import instant
from earshot.domain.survey import Survey
from earshot.ports.calendars import Calendars
from earshot.ports.cases import Cases

# So long before a period a case may have been opened that is closed in it, or open still.
LOOKED_BACK_MONTHS = 12


@dataclass(frozen=True, slots=True)
class MeasuredCases:
    """The measures of a survey's cases from `start` to before `end`, in its days, as of a moment (Unix milliseconds).

    `groups` are those of each owner, root cause or band, as `by` says; without it there are none.
    """

    survey: Survey
    start: date
    end: date
    as_of: int
    by: GroupBy | None
    all: CaseMeasures
    groups: list[tuple[str | None, CaseMeasures]]


def measure_cases(
    survey: Survey,
    days: tuple[date, date],
    by: GroupBy | None,
    now: int,
    *,
    cases: Cases,
    calendars: Calendars,
) -> MeasuredCases:
    """Measure a survey's cases from the first of two days to before the second.

    It reads the cases that were opened in the period or in the twelve months before, and all calendars.
    """
    (measured,) = measure_periods(survey, [(days, by)], now, cases=cases, calendars=calendars)
    return measured


def measure_periods(
    survey: Survey,
    asked: Sequence[tuple[tuple[date, date], GroupBy | None]],
    now: int,
    *,
    cases: Cases,
    calendars: Calendars,
) -> list[MeasuredCases]:
    """Measure a survey's cases in several periods, each with its groups; what they share is read once."""
    periods = [_period(survey, days, now) for days, _ in asked]
    months = sorted({month for period in periods for month in months_of(period)})
    read = {month: _of_periods(cases.figures(survey.id, month), periods) for month in months}
    known = calendars.all()
    found = []
    for (days, by), period in zip(asked, periods, strict=True):
        # Each from its own months, so that a period measures the same alone and with others.
        measured = [case for month in months_of(period) for case in read[month] if is_of_period(case, period)]
        in_hours = business_time_of(measured, known, now)
        groups = [] if by is None else measure_by(measured, by, period, in_hours)
        found.append(MeasuredCases(survey, *days, now, by, measure(measured, period, in_hours), groups))
    return found


def _period(survey: Survey, days: tuple[date, date], now: int) -> MeasuredPeriod:
    start, end = (instant(day.isoformat(), survey.zone) for day in days)
    return MeasuredPeriod(start, end, now)


def _of_periods(read: Iterable[CaseFigures], periods: Sequence[MeasuredPeriod]) -> list[CaseFigures]:
    return [case for case in read if any(is_of_period(case, period) for period in periods)]


def business_time_of(cases: Sequence[CaseFigures], known: Mapping[str, Calendar], now: int) -> BusinessTime:
    """Return how to count the hours of the calendars of some cases until now, each as it is now.

    A calendar that is deleted counts all hours, as having none does.
    """
    named = {case.calendar for case in cases if case.calendar is not None}
    first = min((case.opened_at for case in cases), default=now)
    counted = {name: CountedHours(known[name], first, now) for name in named if name in known}

    def between(calendar: str | None, start: int, end: int) -> int:
        hours = counted.get(calendar) if calendar is not None else None
        return max(0, end - start) if hours is None else hours.between(start, end)

    return between


def months_of(period: MeasuredPeriod) -> Iterator[str]:
    """Yield the months in which cases of a period may have been opened, the earliest first."""
    year, month = (int(part) for part in month_of(period.start).split("-"))
    first, last = year * 12 + month - 1 - LOOKED_BACK_MONTHS, month_of(min(period.end - 1, period.now))
    while (name := f"{first // 12:04d}-{first % 12 + 1:02d}") <= last:
        yield name
        first += 1
