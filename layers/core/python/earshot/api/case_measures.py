"""The measures of a survey's cases, as they look from outside, and for which days they are asked for."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from earshot.api.number_views import interval_view, share_view
from earshot.api.queries import DAY
from earshot.api.schema import NO_SUCH_PARAMETER, Context, Found, NoOthers, Object, OneOf, Optional, Rule
from earshot.domain.case_measures import HOUR, NOT_RANDOM, GroupBy
from earshot.domain.events import iso
from earshot.domain.iso_time import day_of
from earshot.domain.survey import Survey

if TYPE_CHECKING:
    from typing import Annotated, Any, TypedDict

    from earshot.api.json_types import Count, Part, Time, words
    from earshot.api.number_views import IntervalView, ShareView, Span
    from earshot.domain.case_measures import CaseMeasures, ClosedLoop, NextResponses, Quantiles, Recovery, TimeTo
    from earshot.services.cases.measure_cases import MeasuredCases

    _Hours = Annotated[float | None, "Null if it has happened in fewer cases."]

    class _HoursTo(TypedDict):
        median: _Hours
        p90: _Hours

    class TimeToView(TypedDict):
        """How long something takes (Kaplan-Meier): cases in which it has not happened count until now."""

        cases: Count
        reached: Annotated[Count, "In so many it has happened."]
        still_open: Annotated[Count, "In so many it may happen yet."]
        closed_without: Annotated[Count, "So many were closed without it, and count until then."]
        hours: _HoursTo
        business_hours: Annotated[_HoursTo, "In the hours of each case's calendar, as it is now."]

    class _Breaches(TypedDict):
        contact: ShareView
        close: ShareView

    class _ClosedLoop(ShareView):
        attempted: Annotated[Count, "Of `of` so many were closed as unreachable, which is no contact."]
        not_due: Annotated[Count, "Cases whose time for contact is not over; they are not in `of`."]

    class NextResponsesView(TypedDict):
        """Detractors' cases, and the next responses of their persons within 180 days."""

        cases: Count
        responded: Count
        coverage: Annotated[Part | None, "`responded` of `cases`."]
        recovered: Annotated[Count, "Next responses of 7 or more."]
        share: Annotated[Part | None, "`recovered` of `responded`; null with fewer than 10 on either side."]
        interval: IntervalView | None

    class _PointsBetween(TypedDict):
        points: Annotated[float, "In percentage points."]
        low: float
        high: float
        significant: bool

    class RecoveryView(TypedDict):
        """Whether people were better disposed after their cases had been closed, next to those nobody contacted."""

        closed: Annotated[NextResponsesView, "Closed in the period, after contact or as resolved."]
        control: Annotated[NextResponsesView, "Opened in the period, and nobody was contacted."]
        difference: Annotated[_PointsBetween | None, "Null with fewer than 10 next responses on either side."]
        note: str

    class MeasuresView(TypedDict):
        """The measures of some cases; those of what is open are of now."""

        opened: Count
        closed: Count
        open: Count
        unowned: Count
        overdue: Count
        oldest_open_hours: float | None
        time_to_contact: TimeToView
        time_to_close: TimeToView
        breaches: Annotated[_Breaches, "Of the clocks that are over so many had run out."]
        reopened: Annotated[ShareView, "Within 30 days, of those first closed in the period."]
        closed_loop: Annotated[_ClosedLoop, "Detractors' cases first contacted in time."]
        outcomes: dict[str, Count]
        root_causes: dict[str, Count]
        recovery: RecoveryView

    class _GroupOfCases(MeasuresView):
        value: Annotated[str | None, "The owner, root cause or band; null: none."]

    class CaseMeasuresView(Span):
        """The measures of a survey's cases in a period."""

        survey: str
        timezone: str
        measured_at: Time
        by: Annotated[str | None, words("owner", "root_cause", "band", None)]
        all: MeasuresView
        groups: list[_GroupOfCases]


DEFAULT_DAYS, MOST_DAYS = 90, 366


def read_measured(query: Mapping[str, str], now: int, survey: Survey) -> tuple[tuple[date, date], GroupBy | None]:
    """Read `from`, `to` and `by`; by default the 90 days that end today where the survey is, and no groups."""
    today = date.fromisoformat(day_of(now, survey.zone))
    given = MEASURED.read(query, Context(today=today))
    return _days(given, today), GroupBy(given["by"]) if "by" in given else None


def _days(given: "Mapping[str, Any]", today: date) -> tuple[date, date]:
    """Return the first day of a period, and the day after its last."""
    end = given.get("to", today + timedelta(1))
    return given.get("from", end - timedelta(DEFAULT_DAYS)), end


def _check_days(found: Found) -> None:
    first, end = _days(found.given, found.context.today)
    if end > found.context.today + timedelta(2):
        found.fault("to", "it is in the future")
    elif first >= end:
        found.fault("from", "it must be before 'to'")
    elif (end - first).days > MOST_DAYS:
        found.fault("from", f"it is {(end - first).days:,} days before 'to'; at most {MOST_DAYS} are measured")


MEASURED = Object(
    Optional("to", DAY),
    Optional("from", DAY),
    Rule(_check_days),
    Optional("by", OneOf(*(by.value for by in GroupBy))),
    NoOthers(NO_SUCH_PARAMETER),
)


def case_measures_view(found: "MeasuredCases") -> "CaseMeasuresView":
    """Show the measures of a survey's cases."""
    return {
        "survey": found.survey.id,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        "timezone": found.survey.timezone,
        "measured_at": iso(found.as_of),
        "by": found.by.value if found.by else None,
        "all": measures_view(found.all),
        "groups": [{**measures_view(measures), "value": value} for value, measures in found.groups],
    }


def measures_view(found: "CaseMeasures") -> "MeasuresView":
    """Show the measures of some cases, times in hours."""
    backlog = found.backlog
    return {
        "opened": found.opened,
        "closed": found.closed,
        "open": backlog.open,
        "unowned": backlog.unowned,
        "overdue": backlog.overdue,
        "oldest_open_hours": None if backlog.oldest is None else round(backlog.oldest / HOUR, 4),
        "time_to_contact": _time_to(found.time_to_contact),
        "time_to_close": _time_to(found.time_to_close),
        "breaches": {"contact": share_view(found.contact_breaches), "close": share_view(found.close_breaches)},
        "reopened": share_view(found.reopened),
        "closed_loop": _closed_loop(found.closed_loop),
        "outcomes": dict(found.outcomes),
        "root_causes": dict(found.root_causes),
        "recovery": _recovery(found.recovery),
    }


def _time_to(time: "TimeTo") -> "TimeToView":
    return {
        "cases": time.cases,
        "reached": time.reached,
        "still_open": time.still_open,
        "closed_without": time.closed_without,
        "hours": _hours(time.hours),
        "business_hours": _hours(time.business_hours),
    }


def _hours(found: "Quantiles") -> "_HoursTo":
    median, p90 = (None if hours is None else round(hours, 4) for hours in (found.median, found.p90))
    return {"median": median, "p90": p90}


def _closed_loop(loop: "ClosedLoop") -> "_ClosedLoop":
    return {**share_view(loop.in_time), "attempted": loop.attempted, "not_due": loop.not_due}


def _recovery(found: "Recovery") -> "RecoveryView":
    difference = found.difference
    return {
        "closed": _next_responses(found.closed, has_share=found.has_shares),
        "control": _next_responses(found.control, has_share=found.has_shares),
        "difference": {
            "points": 100 * difference.difference,
            "low": 100 * difference.low,
            "high": 100 * difference.high,
            "significant": difference.significant,
        }
        if difference
        else None,
        "note": NOT_RANDOM,
    }


def _next_responses(found: "NextResponses", *, has_share: bool) -> "NextResponsesView":
    return {
        "cases": found.cases,
        "responded": found.responded,
        "coverage": found.coverage.share,
        "recovered": found.recovered,
        "share": found.share.share if has_share else None,
        "interval": interval_view(found.share.interval()) if has_share else None,
    }
