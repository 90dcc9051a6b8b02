"""The query parameters of the calls that give a score or its course, checked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from earshot.api.queries import DAY, SEGMENT_VALUE, WINDOW_LENGTH
from earshot.api.request import Request
from earshot.api.schema import (
    NO_SUCH_PARAMETER,
    Checked,
    Context,
    Found,
    Name,
    NoOthers,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
)
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.iso_time import day_of
from earshot.domain.names import NAME
from earshot.domain.survey import Survey
from earshot.domain.trend import LONGEST
from earshot.domain.window import Window, check_length, rolling
from earshot.services.scores.report_score import Basis, ScoreScope
from earshot.services.scores.report_trend import Period

DEFAULT_WINDOW = "30d"
DEFAULT_DAYS = 90
MOST_SURVEYS = 10
LONGEST_SEGMENT = 64
NO_DAYS = ("all", "month", "quarter")


def read_window(query: Mapping[str, str], now: int, surveys: Sequence[Survey]) -> tuple[Window, ScoreScope]:
    """Read `window`, `as_of`, `segment` and `basis`; by default the 30 days that end today where the surveys are."""
    today = latest_day(now, surveys)
    given = WINDOW.read(query, Context(today=today))
    population = ScoreScope(tuple(surveys), given.get("segment"), Basis(given["basis"]))
    return rolling(given["window"], given.get("as_of", today)), population


def read_breakdown(query: Mapping[str, str], now: int, survey: Survey) -> tuple[str, Basis, Window]:
    """Read `by`, the name of a segment, and `window`, `as_of` and `basis` as `read_window` does."""
    today = latest_day(now, [survey])
    given = BREAKDOWN.read(query, Context(today=today))
    return given["by"], Basis(given["basis"]), rolling(given["window"], given.get("as_of", today))


def read_comparison(query: Mapping[str, str], now: int, survey: Survey) -> tuple[Basis, Window]:
    """Read `window`, `as_of` and `basis` as `read_window` does."""
    today = latest_day(now, [survey])
    given = COMPARISON.read(query, Context(today=today))
    return Basis(given["basis"]), rolling(given["window"], given.get("as_of", today))


def read_period(query: Mapping[str, str], now: int, surveys: Sequence[Survey]) -> tuple[Period, ScoreScope]:
    """Read `window`, `from`, `to`, `segment` and `basis`; by default 90 days that end today where the surveys are."""
    today = latest_day(now, surveys)
    given = PERIOD.read(query, Context(today=today))
    period = Period(given["window"], *_days(given, today))
    return period, ScoreScope(tuple(surveys), given.get("segment"), Basis(given["basis"]))


def read_quality_window(query: Mapping[str, str], now: int, survey: Survey) -> Window:
    """Read `window` and `as_of`; by default the 30 days that end today where the survey is."""
    today = latest_day(now, [survey])
    given = QUALITY.read(query, Context(today=today))
    return rolling(given["window"], given.get("as_of", today))


def read_survey_ids(request: Request) -> tuple[dict[str, str], list[str]]:
    """Return the parameters without `surveys`, and the two to ten ids it names, or the one in the path."""
    query = request.query
    if "{survey}" in request.route:
        return query, [request.path("survey")]
    try:
        return query, SURVEYS.check(query.pop("surveys", ""))
    except ValueError as exc:
        raise InvalidError(FieldError("surveys", str(exc))) from exc


def _read_surveys(value: str) -> list[str]:
    """Return the ids of several surveys, which have commas between them."""
    names = value.split(",")
    if not 2 <= len(names) <= MOST_SURVEYS or len(names) != len(set(names)) or "" in names:
        raise ValueError(f"name 2 to {MOST_SURVEYS} different surveys, such as surveys=shop,support")
    return names


def _check_days_length(value: str) -> str:
    """Return the name of a window that is a number of days."""
    if value in NO_DAYS:
        raise ValueError("give a number of days, such as 30d: the window is compared with the one before it")
    return check_length(value)


def latest_day(now: int, surveys: Sequence[Survey]) -> date:
    """Return today's date in the zone where it is latest."""
    return max(date.fromisoformat(day_of(now, survey.zone)) for survey in surveys)


def _check_last_day(found: Found) -> None:
    """Note that `as_of` lies in the future; tomorrow is no fault, for where the caller is it may have begun."""
    if found.given.get("as_of", date.min) > found.context.today + timedelta(1):
        found.fault("as_of", FUTURE)


def _days(given: Mapping[str, Any], today: date) -> tuple[date, date]:
    """Return the first day of a period, and the day after its last."""
    end = given.get("to", today + timedelta(1))
    return given.get("from", end - timedelta(DEFAULT_DAYS)), end


def _check_days(found: Found) -> None:
    today = found.context.today
    first, end = _days(found.given, today)
    if end > today + timedelta(2):
        found.fault("to", FUTURE)
    if not found.faults and first >= end:
        found.fault("from", "it must be before 'to'")
    if (end - first).days > LONGEST:
        found.fault("from", f"it is {(end - first).days:,} days before 'to'; a trend has at most {LONGEST:,} points")


FUTURE = "it is in the future"
SURVEYS = Checked(
    _read_surveys,
    type="array",
    items={"type": "string", "maxLength": 63, "pattern": f"^{NAME}$"},
    minItems=2,
    maxItems=MOST_SURVEYS,
    uniqueItems=True,
    description="The ids of the surveys that are added up, with commas between them.",
)
_AS_OF = (Optional("as_of", DAY), Rule(_check_last_day))
_WINDOW = Optional("window", WINDOW_LENGTH, DEFAULT_WINDOW)
_BASIS = (
    Optional("basis", OneOf(*(basis.value for basis in Basis)), Basis.ALL.value),
    NoOthers(NO_SUCH_PARAMETER),
)
WINDOW = Object(*_AS_OF, _WINDOW, Optional("segment", SEGMENT_VALUE), *_BASIS)
BREAKDOWN = Object(Required("by", Name(LONGEST_SEGMENT)), *_AS_OF, _WINDOW, *_BASIS)
COMPARISON = Object(*_AS_OF, _WINDOW, *_BASIS)
PERIOD = Object(
    _WINDOW,
    Optional("to", DAY),
    Optional("from", DAY),
    Rule(_check_days),
    Optional("segment", SEGMENT_VALUE),
    *_BASIS,
)
_DAYS_LENGTH = Checked(
    _check_days_length,
    type="string",
    pattern=r"^([1-9][0-9]{0,2}d|[12][0-9]{3}d|3[0-5][0-9]{2}d|36[0-4][0-9]d|3650d)$",
    description="Whole local days, `1d` to `3650d`.",
)
# Several surveys are named before the rest is read: in which zone it is today depends on them.
JOINT_WINDOW, JOINT_PERIOD = (Object(Required("surveys", SURVEYS), *each.steps) for each in (WINDOW, PERIOD))
QUALITY = Object(*_AS_OF, Optional("window", _DAYS_LENGTH, DEFAULT_WINDOW), NoOthers(NO_SUCH_PARAMETER))
