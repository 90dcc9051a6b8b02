"""The page of a score: what it says is what the API says and what the rows are."""

import csv
import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.access import Access
from earshot.domain.score import Histogram, category, net_promoter_score
from tests.unit.console.world import Console, words_of

Recorded = tuple[int, str, int]
DAYS_OF = {"7d": 7, "30d": 30, "90d": 90, "all": 10**4}
SCORES = st.lists(st.tuples(st.integers(0, 10), st.sampled_from(["pro", "free"]), st.integers(0, 120)), max_size=40)


def test_a_score_is_shown_with_its_finding_in_a_sentence(console: Console) -> None:
    console.record(*[10] * 30, *[7] * 5, *[0] * 5)
    html = console.page("/app/s/demo")
    assert "<figcaption>NPS 63, 95% confidence interval" in html
    assert "from 40 responses, 24 Aug 2026 to 21 Nov 2026 (UTC)" in html
    assert '<svg role="img" class="gauge"' in html
    assert 'href="/app/s/demo/responses?category=detractor">5</a>' in html


@pytest.mark.parametrize(
    ("responses", "has_gauge", "words"),
    [(0, False, "No responses in these days"), (9, False, "a hint"), (10, True, "a hint"), (30, True, "Categories")],
)
def test_what_is_drawn_depends_on_how_many_responses_there_are(
    console: Console, responses: int, words: str, *, has_gauge: bool
) -> None:
    console.record(*[10] * responses)
    html = console.page("/app/s/demo")
    assert ('class="gauge"' in html) is has_gauge
    assert words in html
    assert ("a hint" in html) is (0 < responses < 30)


def test_the_other_basis_is_a_link(console: Console) -> None:
    console.record(3, person="ann", days_ago=3)
    console.record(10, person="ann")
    assert "2 responses" in console.page("/app/s/demo")
    assert 'href="/app/s/demo?basis=latest"' in console.page("/app/s/demo")
    assert console.data("/app/s/demo.json?basis=latest")["responses"] == 1


@given(
    recorded=SCORES,
    period=st.sampled_from(list(DAYS_OF)),
    plan=st.sampled_from([None, "pro", "free"]),
    named=st.sampled_from([None, "detractor", "passive", "promoter"]),
)
def test_page_api_file_rows_and_a_recount_agree_under_any_filters(
    recorded: list[Recorded], period: str, plan: str | None, named: str | None
) -> None:
    console = Console()
    for score, value, days_ago in recorded:
        console.record(score, days_ago=days_ago, properties={"plan": value}, channel="api")
    query = f"period={period}" + (f"&segment=plan={plan}" if plan else "")
    fits = [score for score, value, ago in recorded if ago < DAYS_OF[period] and plan in {None, value}]
    data = console.data(f"/app/s/demo.json?{query}")
    assert data["nps"] == net_promoter_score(Histogram.of(fits))
    assert data["responses"] == len(fits)
    counted = "1 response," if len(fits) == 1 else f"{len(fits)} responses,"
    assert f"from {counted}" in words_of(console.page(f"/app/s/demo?{query}"))
    rows = list(csv.reader(io.StringIO(console.page(f"/app/s/demo.csv?{query}"))))[1:]
    assert [int(count) for _, count in rows] == list(Histogram.of(fits).counts)
    listed = console.data(f"/app/s/demo/responses.json?{query}" + (f"&category={named}" if named else ""))
    found = sorted(each["score"] for each in listed["responses"])
    assert found == sorted(each for each in fits if named in {None, category(each)})


@given(recorded=SCORES, mine=st.sampled_from(["pro", "free"]))
def test_under_an_access_every_figure_is_a_recount_of_its_rows(recorded: list[Recorded], mine: str) -> None:
    console = Console()
    for score, value, days_ago in recorded:
        console.record(score, days_ago=days_ago, properties={"plan": value}, channel="api", comment=f"of {value}")
    visitor = console.visitor(access=Access(segment=("plan", mine)))
    rows: list[dict[str, Any]] = console.data("/app/s/demo/responses.json?period=all", visitor)["responses"]
    assert {row["properties"]["plan"] for row in rows} <= {mine}
    recount = Histogram.of(row["score"] for row in rows)
    data = console.data("/app/s/demo.json?period=all", visitor)
    assert (data["nps"], data["responses"]) == (net_promoter_score(recount), len(rows))
    last = console.data("/app/s/demo/trend.json?period=30d", visitor)["points"][-1]
    within = [row["score"] for row in rows if row["day"] >= last["from"]]
    assert last["responses"] == len(within)
    other = {"pro": "free", "free": "pro"}[mine]
    assert f"of {other}" not in console.page("/app", visitor)


@pytest.mark.parametrize("page", ["", "/trend", "/responses"])
def test_a_segment_outside_of_the_access_is_refused(console: Console, page: str) -> None:
    console.record(9, properties={"plan": "free"}, channel="api", comment="secret")
    visitor = console.visitor(access=Access(segment=("plan", "pro")))
    html = console.page(f"/app/s/demo{page}?segment=plan=free", visitor, 403)
    assert "limited to plan=pro" in html
    assert "secret" not in html
