"""The page of segments: differences that are sure, and what is left out."""

import csv
import io
import re
from datetime import date
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.access import Access
from earshot.domain.score import Histogram, change
from earshot.domain.window import rolling
from earshot.services.scores.compare_segments import compared
from earshot.services.scores.report_breakdown import Breakdown, Row
from earshot.services.scores.report_score import Basis
from earshot_cli.local.delivered_path import delivered_path
from tests.factories import make_survey
from tests.unit.console.world import Console, words_of

PARTS = st.lists(st.lists(st.integers(0, 10), max_size=40), min_size=1, max_size=6)


def broken_down(parts: list[list[int]]) -> Breakdown:
    rows = tuple(Row(f"value {number}", Histogram.of(scores)) for number, scores in enumerate(parts))
    total = Histogram.total(row.histogram for row in rows)
    window = rolling("90d", date(2026, 11, 21))
    return Breakdown(make_survey(segments=("plan",)), "plan", Basis.ALL, window, total, rows)


def test_a_value_that_differs_for_sure_comes_first(console: Console) -> None:
    console.record(*[10] * 40, *[0] * 40, properties={"plan": "free"}, channel="api")
    console.record(*[0] * 40, properties={"plan": "pro"}, channel="api")
    html = console.page("/app/s/demo/segments/plan")
    text = words_of(html)
    assert text.index("differ for sure from the rest: free, pro") < text.index("Sorted by")
    assert 'href="/app/s/demo?segment=plan=pro"' in html


def test_a_value_with_few_responses_is_folded_away(console: Console) -> None:
    console.record(*[10] * 20, properties={"plan": "free"}, channel="api")
    console.record(*[0] * 9, properties={"plan": "pro"}, channel="api")
    text = words_of(console.page("/app/s/demo/segments/plan"))
    assert "Fewer than 10 responses pro : 9 responses" in text
    assert "No value differs for sure" in text


def test_the_file_has_every_value_with_its_adjusted_p(console: Console) -> None:
    console.record(*[10] * 20, properties={"plan": "free"}, channel="api")
    console.record(*[0] * 20, properties={"plan": "pro"}, channel="api")
    rows = list(csv.DictReader(io.StringIO(console.page("/app/s/demo/segments/plan.csv"))))
    assert {row["value"]: row["responses"] for row in rows} == {"free": "20", "pro": "20"}
    assert all(float(row["p_value_holm"]) < 0.001 for row in rows)


@given(PARTS)
def test_holm_never_makes_a_difference_surer_and_keeps_their_order(parts: list[list[int]]) -> None:
    found = broken_down(parts)
    rows = compared(found)
    assert sorted(row.row.value for row in rows) == sorted(row.value for row in found.rows)
    tested = [row for row in rows if row.p_value is not None]
    raw = {row.row.value: change(found.total.without(row.row.histogram), row.row.histogram) for row in tested}
    for row in tested:
        alone = raw[row.row.value]
        assert alone is not None
        assert row.p_value is not None
        assert alone.p_value <= row.p_value <= 1
    adjusted = [row.p_value or 0 for row in tested]
    assert adjusted == sorted(adjusted)


def test_holm_gives_the_values_of_the_textbook() -> None:
    """0.01, 0.02, 0.03, 0.04 become 0.04, 0.06, 0.06, 0.06 (Holm 1979, as R's p.adjust computes them)."""
    p_values, adjusted, highest = [0.01, 0.02, 0.03, 0.04], [], 0.0
    for place, p_value in enumerate(p_values):
        highest = max(highest, p_value * (len(p_values) - place))
        adjusted.append(highest)
    assert adjusted == pytest.approx([0.04, 0.06, 0.06, 0.06])


def test_a_survey_that_tracks_nothing_says_how_to(console: Console) -> None:
    assert "--segment plan" in console.page("/app/s/other/segments")


def test_the_first_property_is_shown_unless_another_is_asked_for(console: Console) -> None:
    assert (
        console.reply("/app/s/demo/segments?period=30d").headers["location"] == "/app/s/demo/segments/plan?period=30d"
    )


def test_an_access_to_one_value_has_no_comparison_with_others(console: Console) -> None:
    console.record(*[0] * 20, properties={"plan": "free"}, channel="api")
    console.record(9, properties={"plan": "pro"}, channel="api")
    visitor = console.visitor(access=Access(segment=("plan", "pro")))
    for form in ("", ".csv", ".json"):
        reply = console.reply(f"/app/s/demo/segments/plan{form}", visitor)
        assert (reply.status, reply.headers["location"]) == (303, "/app/s/demo?segment=plan=pro")


def test_an_access_to_another_property_has_none_of_this_one(console: Console) -> None:
    console.record(*[0] * 20, properties={"plan": "free"}, channel="api")
    visitor = console.visitor(access=Access(segment=("region", "emea")))
    assert console.reply("/app/s/demo/segments/plan", visitor).status == 403


@pytest.mark.parametrize("name", ["a/b", "50%", "50%25", "a+b", "#1", "größe x", 'a"b', "a&b"])
def test_a_property_of_any_name_has_its_page_and_file(console: Console, name: str) -> None:
    console.surveys.surveys["demo"] = make_survey(segments=("plan", name), open_segments=("plan", name))
    console.record(*[9] * 12, properties={name: "yes"}, channel="api")
    html = console.page("/app/s/demo/segments/plan")
    (way,) = [unescape(each) for each in re.findall(r'href="(/app/s/demo/segments/[^"]+)"', html) if "plan" not in each]
    found = console.page(delivered_path(way))
    assert "12 responses" in words_of(found)
    (file,) = [unescape(each) for each in re.findall(r'href="([^"]+\.csv)"', found)]
    reply = console.reply(delivered_path(file))
    assert b"yes,100.0" in reply.body
    assert re.fullmatch(r'attachment; filename="demo-[\w.-]+\.csv"', reply.headers["content-disposition"], re.ASCII)
