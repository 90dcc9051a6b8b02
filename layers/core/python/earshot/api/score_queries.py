"""The query parameters of the calls that give a score or its course, checked."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from earshot.api.fields import Fields, describes, name_of, one_of
from earshot.api.http import Request
from earshot.api.queries import check_span, day, no_such, read_segment, window_length
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.submission import day_of
from earshot.domain.survey import Survey
from earshot.domain.trend import LONGEST
from earshot.domain.window import Window, check_length, rolling
from earshot.ports.surveys import Surveys
from earshot.services.scores.read_counts import Basis, ScoreScope
from earshot.services.scores.report_trend import Period
from earshot.services.surveys.protect_employees import find_whole_readable

DEFAULT_WINDOW = "30d"
DEFAULT_DAYS = 90
MOST_SURVEYS = 10
LONGEST_SEGMENT = 64
NO_DAYS = ("all", "month", "quarter")


def read_window(query: Mapping[str, str], now: int, surveys: Sequence[Survey]) -> tuple[Window, ScoreScope]:
    """Read `window`, `as_of`, `segment` and `basis`; by default the 30 days that end today where the surveys are."""
    fields = Fields(query)
    as_of = _last_day(fields, latest_day(now, surveys))
    length = fields.take("window", window_length, DEFAULT_WINDOW) or DEFAULT_WINDOW
    return rolling(length, as_of), _population(fields, surveys)


def read_breakdown(query: Mapping[str, str], now: int, survey: Survey) -> tuple[str, Basis, Window]:
    """Read `by`, the name of a segment, and `window`, `as_of` and `basis` as `read_window` does."""
    fields = Fields(query)
    by = fields.take("by", name_of(LONGEST_SEGMENT))
    as_of = _last_day(fields, latest_day(now, [survey]))
    length = fields.take("window", window_length, DEFAULT_WINDOW) or DEFAULT_WINDOW
    return by, _population(fields, [survey], by_value=False).basis, rolling(length, as_of)


def read_period(query: Mapping[str, str], now: int, surveys: Sequence[Survey]) -> tuple[Period, ScoreScope]:
    """Read `window`, `from`, `to`, `segment` and `basis`; by default 90 days that end today where the surveys are."""
    fields, today = Fields(query), latest_day(now, surveys)
    length = fields.take("window", window_length, DEFAULT_WINDOW)
    end = fields.take("to", day, today + timedelta(1)) or today
    first = fields.take("from", day, end - timedelta(DEFAULT_DAYS)) or end
    if end > today + timedelta(2):
        fields.fault("to", FUTURE)
    if not fields.faults:
        check_span(fields, first, end)
    if (end - first).days > LONGEST:
        fields.fault("from", f"it is {(end - first).days:,} days before 'to'; a trend has at most {LONGEST:,} points")
    return Period(length, first, end), _population(fields, surveys)


def read_quality_window(query: Mapping[str, str], now: int, survey: Survey) -> Window:
    """Read `window` and `as_of`; by default the 30 days that end today where the survey is."""
    fields = Fields(query)
    as_of = _last_day(fields, latest_day(now, [survey]))
    length = fields.take("window", days_length, DEFAULT_WINDOW) or DEFAULT_WINDOW
    fields.unknown(no_such)
    fields.finish()
    return rolling(length, as_of)


def read_surveys(request: Request, surveys: Surveys) -> tuple[dict[str, str], tuple[Survey, ...]]:
    """Read the survey of the path, or the query's `surveys`, two to ten ids; return the other parameters and surveys.

    Raises NotFoundError for the first survey there is none of, EmployeeSurveyError for one that asks employees.
    """
    query = request.query
    if "{survey}" in request.route:
        return query, (find_whole_readable(request.path("survey"), surveys),)
    names = query.pop("surveys", "").split(",")
    if not 2 <= len(names) <= MOST_SURVEYS or len(names) != len(set(names)) or "" in names:
        raise InvalidError(
            FieldError("surveys", f"name 2 to {MOST_SURVEYS} different surveys, as in surveys=shop,support")
        )
    return query, tuple(find_whole_readable(name, surveys) for name in names)


@describes(
    type="string",
    pattern=r"^([1-9][0-9]{0,2}d|[12][0-9]{3}d|3[0-5][0-9]{2}d|36[0-4][0-9]d|3650d)$",
    description="Whole local days, `1d` to `3650d`.",
)
def days_length(text: str) -> str:
    """Check the name of a window that is a number of days."""
    if text in NO_DAYS:
        raise ValueError("give a number of days, such as 30d: the window is compared with the one before it")
    return check_length(text)


def latest_day(now: int, surveys: Sequence[Survey]) -> date:
    """Give today where it is latest."""
    return max(date.fromisoformat(day_of(now, survey.zone)) for survey in surveys)


FUTURE = "it lies in the future"


def _last_day(fields: Fields, today: date) -> date:
    """Read `as_of`; tomorrow is no fault, for where the caller is it may have begun."""
    as_of = fields.take("as_of", day, today) or today
    if as_of > today + timedelta(1):
        fields.fault("as_of", FUTURE)
    return as_of


def _population(fields: Fields, surveys: Sequence[Survey], *, by_value: bool = True) -> ScoreScope:
    """Read whose responses are asked for, of a segment's value where one may be named; refuse what is wrong."""
    segment = fields.take("segment", read_segment, None) if by_value else None
    basis = fields.take("basis", one_of(*(basis.value for basis in Basis)), Basis.ALL.value)
    fields.unknown(no_such)
    fields.finish()
    return ScoreScope(tuple(surveys), segment, Basis(basis))
