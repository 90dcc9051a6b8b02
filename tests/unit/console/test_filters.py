"""The filters of a page: what an address means, and the addresses that pages link to."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.api.request import parse_query
from earshot.console.filters import path_part, read_filters
from earshot.domain.errors import InvalidError
from earshot.services.scores.report_score import Basis
from earshot_cli.local.delivered_path import delivered_path
from tests.factories import NOON, make_survey

SURVEY = make_survey(timezone="Pacific/Auckland")


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, "2026-08-25", "2026-11-22"),
        ({"period": "7d"}, "2026-11-16", "2026-11-22"),
        ({"period": "month"}, "2026-11-01", "2026-11-22"),
        ({"period": "7d", "as_of": "2026-10-07"}, "2026-10-01", "2026-10-07"),
        ({"period": "custom", "from": "2026-10-01", "to": "2026-10-08"}, "2026-10-01", "2026-10-07"),
        ({"from": "2026-10-01", "to": "2026-10-08"}, "2026-10-01", "2026-10-07"),
        ({"period": "7d", "from": "2026-01-01", "to": "2026-01-08"}, "2026-11-16", "2026-11-22"),
    ],
)
def test_a_period_is_of_days_where_the_survey_is(query: dict[str, str], first: str, last: str) -> None:
    window = read_filters(query).window(SURVEY, NOON)
    assert (window.start, window.last_day) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "5x"}, "period"),
        ({"period": "custom"}, "from"),
        ({"from": "2026-11-02", "to": "2026-11-01"}, "from"),
        ({"from": "2026-11-01"}, "from"),
        ({"period": "custom", "from": "2001-01-01", "to": "2026-01-01"}, "from"),
        ({"q": "late"}, "q"),
        ({"basis": "some"}, "basis"),
        ({"segment": "plan"}, "segment"),
        ({"sgement": "plan=pro"}, "sgement"),
        ({"theme": "neon"}, "theme"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(query: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_filters(query)
    assert field in [fault.field for fault in refused.value.faults]


def test_an_empty_field_of_a_form_counts_as_not_given() -> None:
    assert read_filters({"segment": "", "basis": ""}).basis is Basis.ALL


def test_a_link_keeps_the_filters_and_begins_at_the_first_page() -> None:
    filters = read_filters({"period": "30d", "segment": "plan=pro & more", "cursor": "c", "theme": "dark"})
    assert filters.url("/app/s/demo") == "/app/s/demo?period=30d&segment=plan=pro%20%26%20more"
    assert filters.url("/app/s/demo", period=None, segment=None) == "/app/s/demo"


def test_days_of_another_period_are_not_kept() -> None:
    query = {"period": "30d", "as_of": "2026-11-01", "from": "2026-01-01", "to": "2026-01-08"}
    assert read_filters(query).url("/app/s/demo") == "/app/s/demo?period=30d&as_of=2026-11-01"


@given(st.text("=&?#%+ äx", min_size=1, max_size=12).filter(lambda text: text.strip()))
def test_a_link_leads_to_the_same_segment(value: str) -> None:
    filters = read_filters({"segment": f"plan={value}x"})
    again = read_filters(parse_query(filters.url("/app").partition("?")[2]))
    assert again.segment == filters.segment


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20))
def test_a_part_of_a_path_arrives_as_it_was(text: str) -> None:
    assert delivered_path(f"/app/{path_part(text)}") == f"/app/{text}"
