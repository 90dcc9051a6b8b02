"""Query parameters: what is read, what is refused, and cursors that hold only where they were made."""

from zoneinfo import ZoneInfo

import pytest

from earshot.api.queries import make_cursor, read_list, read_listing, read_span
from earshot.api.request import parse_query
from earshot.domain.errors import InvalidError
from tests.factories import uuid7

UTC = ZoneInfo("UTC")
NOW = 1_795_967_188_529  # 2026-11-29T15:46 UTC


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"window": "0d"},
        {"window": "7"},
        {"limit": "501"},
        {"limit": "x"},
        {"min_score": "11"},
        {"max_score": "-1"},
        {"min_score": "7", "max_score": "6"},
        {"from": "2015-08-02", "to": "2015-08-02"},
        {"cursor": "x"},
        {"cursor": ""},
        {"page": "2"},
        {"cursor": "ü"},
    ],
)
def test_a_list_is_asked_for_properly_or_not_at_all(query: dict[str, str]) -> None:
    with pytest.raises(InvalidError):
        read_list(query, "demo", UTC, NOW)


def test_a_span_has_a_beginning_before_its_end() -> None:
    span, _ = read_span({"from": "2015-01-01"})
    assert (span.first, span.end) == ("2015-01-01", "9999-12-31")
    with pytest.raises(InvalidError):
        read_span({"from": "2015-01-02", "to": "2015-01-01"})


def test_a_cursor_continues_the_same_list_and_no_other() -> None:
    cursor = make_cursor(uuid7(), "demo", {"min_score": "3", "limit": "5"})
    assert cursor is not None
    assert read_list({"min_score": "3", "cursor": cursor, "limit": "9"}, "demo", UTC, NOW).below == uuid7()
    for query, survey in (({"cursor": cursor}, "demo"), ({"cursor": cursor, "min_score": "3"}, "other")):
        with pytest.raises(InvalidError):
            read_list(query, survey, UTC, NOW)


def test_a_cursor_that_was_tampered_with_is_refused() -> None:
    cursor = make_cursor(uuid7(), "demo", {})
    assert cursor is not None
    for place in range(len(cursor)):
        for other in ("A", "z"):
            tampered = cursor[:place] + other + cursor[place + 1 :]
            if tampered != cursor:
                with pytest.raises(InvalidError):
                    read_list({"cursor": tampered}, "demo", UTC, NOW)


@pytest.mark.parametrize("raw", ["a=1&a=2", "a=%ff", "%ff=1", "a=%ed%a0%80"])
def test_a_query_parameter_occurs_once_and_in_utf8(raw: str) -> None:
    with pytest.raises(InvalidError):
        parse_query(raw)


def test_a_query_string_may_hold_anything_else() -> None:
    assert parse_query("a=b+c%3Dd&e=&&f") == {"a": "b c=d", "e": "", "f": ""}


def test_no_address_stands_in_a_filter() -> None:
    assert read_list({"person": "c-17"}, "demo", ZoneInfo("UTC"), NOW).person == "c-17"
    with pytest.raises(InvalidError, match="POST /v1/people/search") as refused:
        read_list({"person": "ann@example.com"}, "demo", ZoneInfo("UTC"), NOW)
    assert [fault.field for fault in refused.value.faults] == ["person"]
    assert "ann" not in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "zone", "first", "end"),
    [
        ({"window": "7d"}, "UTC", "2026-11-23", "2026-11-30"),
        ({"window": "1d"}, "Pacific/Auckland", "2026-11-30", "2026-12-01"),
        ({"window": "month"}, "UTC", "2026-11-01", "2026-11-30"),
        ({"window": "all"}, "UTC", None, None),
        ({"window": "7d", "from": "2026-11-25"}, "UTC", "2026-11-25", "2026-11-30"),
        ({"window": "7d", "to": "2026-11-25"}, "UTC", "2026-11-23", "2026-11-25"),
    ],
)
def test_a_window_of_responses_ends_today_where_the_survey_is(
    asked: dict[str, str], zone: str, first: str | None, end: str | None
) -> None:
    found = read_list(asked, "demo", ZoneInfo(zone), NOW)
    assert (found.first_day, found.end_day) == (first, end)


def test_days_behind_the_window_are_no_span_that_ends_before_it_begins() -> None:
    found = read_list({"window": "7d", "from": "2027-01-01"}, "demo", UTC, NOW)
    assert found.oldest is not None
    assert found.newest is not None
    assert found.oldest <= found.newest


@pytest.mark.parametrize(("below", "score"), [(uuid7(), None), (uuid7(), 10), (None, 7)])
def test_a_cursor_in_the_order_of_scores_has_the_score_that_its_page_begins_with(
    below: str | None, score: int | None
) -> None:
    query = {"order": "score" if score is not None else "oldest"}
    cursor = make_cursor(below, "demo", query, score) or ""
    listing = read_listing(query | {"cursor": cursor}, "demo", UTC, NOW)
    assert (listing.query.below, listing.score, listing.order.value) == (below, score, query["order"])
    with pytest.raises(InvalidError, match="cursor"):
        read_listing({"order": "newest", "cursor": cursor}, "demo", UTC, NOW)


def test_a_case_is_listed_whole() -> None:
    case = uuid7()
    assert read_listing({"case": case, "limit": "5"}, "demo", UTC, NOW).case == case
    assert read_listing({"account": " ACME "}, "demo", UTC, NOW).account == "ACME"
    for wrong in ({"case": case, "min_score": "3"}, {"case": "none"}, {"account": ""}, {"order": "best"}):
        with pytest.raises(InvalidError):
            read_listing(wrong, "demo", UTC, NOW)
