"""Measure the cases of a survey in a period, by the figures of each; no person and no response is read."""

from collections.abc import Iterator, Mapping, Sequence
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
    start, end = (instant(day.isoformat(), survey.zone) for day in days)
    period = MeasuredPeriod(start, end, now)
    read = (case for month in months_of(period) for case in cases.figures(survey.id, month))
    found = [case for case in read if is_of_period(case, period)]
    in_hours = business_time_of(found, calendars.all(), now)
    groups = [] if by is None else measure_by(found, by, period, in_hours)
    return MeasuredCases(survey, *days, now, by, measure(found, period, in_hours), groups)


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
