"""The page of a trend: a chart, its table, and the same as data."""

import csv
import io

from tests.unit.console.world import Console


def test_a_trend_is_drawn_without_a_style_of_its_own_and_has_its_table(console: Console) -> None:
    console.record(*[10] * 20, days_ago=40)
    console.record(*[0] * 20)
    html = console.page("/app/s/demo/trend")
    assert "From 100 on 24 Aug 2026" not in html
    assert "From 100 on 12 Oct 2026 (20 responses) to −100 on 21 Nov 2026 (20 responses)" in html
    assert "<style" not in html
    assert "<summary>Show as table</summary>" in html


def test_the_file_and_the_data_have_the_same_points(console: Console) -> None:
    console.record(10, 9, 3, days_ago=1)
    points = console.data("/app/s/demo/trend.json?period=7d")["points"]
    rows = list(csv.DictReader(io.StringIO(console.page("/app/s/demo/trend.csv?period=7d"))))
    assert [row["day"] for row in rows] == [point["day"] for point in points]
    assert [row["nps"] for row in rows][-2:] == ["33", "33"]
    assert len(points) == 7


def test_the_chart_is_a_file_of_its_own(console: Console) -> None:
    console.record(10)
    assert console.reply("/app/s/demo/trend.svg").body.startswith(b"<svg")


def test_all_days_are_drawn_as_far_as_they_can_be(console: Console) -> None:
    console.record(10)
    assert len(console.data("/app/s/demo/trend.json?period=all")["points"]) == 1100
    assert len(console.data("/app/s/demo/trend.json?period=3650d")["points"]) == 1100


def test_without_responses_it_says_so(console: Console) -> None:
    assert "No responses in these days" in console.page("/app/s/demo/trend")
