"""Comments that are quoted: none of what was erased or excluded, none outside of the access."""

from earshot.domain.access import Access
from tests.unit.console.world import Console


def test_an_excluded_response_is_not_quoted(console: Console) -> None:
    console.record(1, comment="not this", excluded=True)
    assert "not this" not in console.page("/app")


def test_only_rows_of_the_access_are_quoted(console: Console) -> None:
    console.record(1, comment="of pro", properties={"plan": "pro"}, channel="api")
    console.record(1, comment="of free", properties={"plan": "free"}, channel="api")
    html = console.page("/app", console.visitor(access=Access(segment=("plan", "pro"))))
    assert "of pro" in html
    assert "of free" not in html


def test_a_long_comment_is_cut(console: Console) -> None:
    console.record(1, comment="x" * 400)
    assert "x" * 281 not in console.page("/app")
    assert "x…" in console.page("/app")
