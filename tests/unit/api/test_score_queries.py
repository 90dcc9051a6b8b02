"""The query of a score or its course: what is read, what is refused, and which surveys are meant."""

from datetime import date
from typing import Any

import pytest

from earshot.api.request import Request
from earshot.api.score_queries import read_period, read_quality_window, read_survey_ids, read_window
from earshot.domain.errors import InvalidError, NotFoundError
from earshot.services.scores.report_score import Basis
from earshot.services.surveys.find_survey import find_all_whole_readable
from tests.aws_events import http_event
from tests.factories import NOON, make_survey
from tests.fakes.surveys import InMemorySurveys

DEMO = [make_survey()]
AUCKLAND = make_survey(id="auckland", timezone="Pacific/Auckland")


def test_the_default_is_the_thirty_days_that_end_today_where_the_survey_is() -> None:
    window, population = read_window({}, NOON, [AUCKLAND])
    assert (window.days, window.end) == (30, date(2026, 11, 23))
    assert (population.surveys, population.segment) == ((AUCKLAND,), None)


def test_of_several_surveys_today_is_where_it_is_latest() -> None:
    assert read_window({}, NOON, [*DEMO, AUCKLAND])[0].last_day == date(2026, 11, 22)
    assert read_period({}, NOON, [*DEMO, AUCKLAND])[0].end == date(2026, 11, 23)


def test_tomorrow_may_be_the_last_day_of_all_three_and_the_day_after_of_none() -> None:
    """Where the caller is it may have begun."""
    tomorrow, later = date(2026, 11, 22), date(2026, 11, 23)
    assert read_window({"as_of": str(tomorrow)}, NOON, DEMO)[0].last_day == tomorrow
    assert read_quality_window({"as_of": str(tomorrow)}, NOON, DEMO[0]).last_day == tomorrow
    assert read_period({"to": str(later)}, NOON, DEMO)[0].end == later
    for read in (read_window, lambda query, now, surveys: read_quality_window(query, now, surveys[0])):
        with pytest.raises(InvalidError, match="it is in the future"):
            read({"as_of": str(later)}, NOON, DEMO)


def test_a_segment_is_parted_at_the_first_equals_sign() -> None:
    window, population = read_window({"window": "all", "as_of": "2015-08-02", "segment": "a=b=c"}, NOON, DEMO)
    assert (window.days, window.end, population.segment) == (None, date(2015, 8, 3), ("a", "b=c"))


@pytest.mark.parametrize("read", [read_window, read_period])
def test_the_basis_is_all_responses_unless_the_latest_are_asked_for(read: Any) -> None:
    assert read({}, NOON, DEMO)[1].basis is read({"basis": "all"}, NOON, DEMO)[1].basis is Basis.ALL
    assert read({"basis": "latest"}, NOON, DEMO)[1].basis is Basis.LATEST
    with pytest.raises(InvalidError, match="basis: it must be one of all, latest"):
        read({"basis": "first"}, NOON, DEMO)


@pytest.mark.parametrize(
    "query",
    [
        {"window": "0d"},
        {"window": "3651d"},
        {"window": "-1d"},
        {"window": "30"},
        {"window": ""},
        {"as_of": "2015-02-30"},
        {"as_of": "yesterday"},
        {"as_of": "2026-11-23"},
        {"as_of": "1969-12-31"},
        {"segment": "cabin"},
        {"segment": "=x"},
        {"segment": "x="},
        {"segment": "n" * 65 + "=x"},
        {"windows": "30d"},
        {"surveys": "a,b"},
    ],
)
def test_what_makes_no_sense_is_refused_by_name(query: dict[str, str]) -> None:
    with pytest.raises(InvalidError) as refused:
        read_window(query, NOON, DEMO)
    assert [fault.field for fault in refused.value.faults] == list(query)


def test_a_trend_is_of_the_ninety_days_that_end_today() -> None:
    period, _ = read_period({}, NOON, DEMO)
    assert (period.length, period.first, period.end) == ("30d", date(2026, 8, 24), date(2026, 11, 22))


def test_a_trend_may_end_anywhere_and_begin_eleven_hundred_days_before() -> None:
    period, _ = read_period({"to": "2015-08-03", "window": "quarter"}, NOON, DEMO)
    assert (period.length, period.first, period.end) == ("quarter", date(2015, 5, 5), date(2015, 8, 3))
    longest, _ = read_period({"from": "2012-01-01", "to": "2015-01-05"}, NOON, DEMO)
    assert (longest.end - longest.first).days == 1100


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ({"from": "2015-08-03", "to": "2015-08-03"}, "from", "it must be before 'to'"),
        ({"from": "2027-01-01"}, "from", "it must be before 'to'"),
        ({"to": "2026-11-24"}, "to", "it is in the future"),
        ({"from": "2012-01-01", "to": "2015-01-06"}, "from", "it is 1,101 days before 'to'; a trend has at most 1,100"),
        ({"window": "0d"}, "window", "neither 'month', 'quarter' or 'all' nor a number of days"),
        ({"window": "year"}, "window", "neither"),
        ({"as_of": "2015-08-03"}, "as_of", "no such parameter"),
        ({"from": "soon"}, "from", "not a day like"),
    ],
)
def test_a_trend_that_makes_no_sense_is_refused_in_one_sentence(query: dict[str, str], field: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason) as refused:
        read_period(query, NOON, DEMO)
    assert [fault.field for fault in refused.value.faults] == [field]


def asked(query: str, route: str = "GET /v1/nps") -> Request:
    return Request(http_event(route, "/v1/surveys/shop/nps" if "{" in route else "/v1/nps", query=query))


KNOWN = InMemorySurveys(*(make_survey(id=name) for name in "abcdefghijk"), make_survey(id="shop"))


def test_the_survey_is_that_of_the_path_or_those_of_the_query() -> None:
    assert read_survey_ids(asked("window=7d", "GET /v1/surveys/{survey}/nps")) == ({"window": "7d"}, ["shop"])
    query, named = read_survey_ids(asked("surveys=b,a&window=7d"))
    assert (query, named) == ({"window": "7d"}, ["b", "a"])
    assert [survey.id for survey in find_all_whole_readable(named, KNOWN)] == ["b", "a"]
    assert len(read_survey_ids(asked("surveys=a,b,c,d,e,f,g,h,i,j"))[1]) == 10


@pytest.mark.parametrize("named", ["", "a", "a,a", "a,,b", ",".join("abcdefghijk")])
def test_a_score_together_is_of_two_to_ten_different_surveys(named: str) -> None:
    with pytest.raises(InvalidError, match="name 2 to 10 different surveys") as refused:
        read_survey_ids(asked(f"surveys={named}" if named else ""))
    assert [fault.field for fault in refused.value.faults] == ["surveys"]


def test_a_survey_that_there_is_not_is_named() -> None:
    with pytest.raises(NotFoundError, match="there is no survey 'gone'"):
        find_all_whole_readable(read_survey_ids(asked("surveys=a,gone,b"))[1], KNOWN)
