"""What every ledger keeps, the fake one and the one in DynamoDB alike."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.responses import DynamoDBResponses
from earshot.domain.merge import merge
from earshot.domain.response import Alias
from earshot.domain.score import Histogram
from earshot.domain.statement import Statement, StatementKind
from earshot.ports.ledger import Change, Verdict
from earshot.ports.responses import ResponseQuery
from tests.factories import DAY, NOON, make_response, revised, uuid7
from tests.fakes.ledger import InMemoryLedger

FULL = ResponseQuery(limit=100)


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> tuple[Any, Any, Any]:
    """Return a ledger with its readers of counts and responses."""
    if request.param == "fake":
        fake = InMemoryLedger()
        return fake, fake, fake
    client = request.getfixturevalue("dynamodb")
    return DynamoDBLedger(client, "earshot"), DynamoDBCounts(client, "earshot"), DynamoDBResponses(client, "earshot")


def counted(counts: Any, series: str = "all") -> list[int]:
    days: dict[str, Histogram] = counts.days("demo", series, "2000-01-01", "2100-01-01")
    return list(Histogram.total(days.values()).counts)


def at(score: int) -> list[int]:
    return [int(place == score) for place in range(11)]


def test_a_response_and_its_counts_are_written_together(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    response = make_response(
        3,
        comment="bad 💬",
        properties={"plan": "pro"},
        person="ann",
        channel="widget",
        series=("plan=pro",),
        correlation="r",
    )
    assert ledger.commit([Change(None, response)]) is None
    assert ledger.find("demo", response.id) == response
    assert counted(counts) == counted(counts, "plan=pro") == at(3)


def test_a_superseded_response_is_counted_once_more_by_both_days(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    first = make_response(3, person="ann", series=("plan=pro",), day="2026-11-19")
    second = make_response(9, person="ann", id=uuid7(seed="b"))
    ledger.commit([Change(None, first), Change(None, second)])
    assert counts.superseded("demo", "all", "2000-01-01", "2100-01-01") == {}
    linked = revised(first, superseded_on="2026-11-21")
    assert ledger.commit([Change(first, linked)]) is None
    assert ledger.find("demo", first.id) == linked
    for series in ("all", "plan=pro"):
        found = counts.superseded("demo", series, "2026-11-21", "2026-11-22")
        assert found == {("2026-11-19", "2026-11-21"): Histogram.of([3])}
    assert counts.superseded("demo", "all", "2026-11-19", "2026-11-21") == {}
    assert counted(counts) == [sum(scores) for scores in zip(at(3), at(9), strict=True)]
    assert sorted(counts.days("demo", "all", "0001-01-01", "9999-12-31")) == ["2026-11-19", "2026-11-21"]
    ledger.commit([Change(linked, revised(linked, superseded_on=None))])
    assert counts.superseded("demo", "all", "2000-01-01", "2100-01-01") == {}


def test_what_is_there_already_comes_back_and_nothing_is_counted(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    response, neighbour = make_response(3), make_response(9, id=uuid7(seed="b"))
    ledger.commit([Change(None, response)])
    refusals = ledger.commit([Change(None, neighbour), Change(None, make_response(8))])
    assert [refusal.verdict for refusal in refusals] == [Verdict.UNHARMED, Verdict.STALE]
    assert refusals[1].found == response
    assert counted(counts) == at(3)


def test_a_revision_rests_on_the_one_before(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    response = make_response(3)
    ledger.commit([Change(None, response)])
    newer = revised(response, score=9)
    assert ledger.commit([Change(response, newer)]) is None
    (refusal,) = ledger.commit([Change(response, revised(response, score=1))])
    assert (refusal.verdict, refusal.found) == (Verdict.STALE, newer)
    assert counted(counts) == at(9)


def test_an_alias_leads_to_the_response_that_took_its_place(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    sent = uuid7(NOON - 30 * DAY)
    assert ledger.commit([Change(None, make_response(3, sent_id=sent))]) is None
    found = ledger.find("demo", sent)
    assert found is not None
    assert found.id == uuid7()
    (refusal,) = ledger.commit([Change(None, make_response(3, id=uuid7(NOON + 1), sent_id=sent))])
    assert refusal.found == Alias("demo", sent, uuid7())
    (refusal,) = ledger.commit([Change(None, make_response(3, id=sent))])
    assert isinstance(refusal.found, Alias)
    assert counted(counts) == at(3)


def test_an_erased_response_leaves_a_bare_tombstone(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, responses = store
    response = make_response(3, comment="secret", person="ann")
    ledger.commit([Change(None, response)])
    ledger.commit([Change(response, merge(response, Statement(StatementKind.ERASED, NOON + 1)))])
    found = ledger.find("demo", response.id)
    assert found is not None
    assert (found.kind, found.statement.comment, found.person, found.score) == (StatementKind.ERASED, None, None, None)
    assert counted(counts) == [0] * 11
    assert responses.page("demo", FULL) == ([], None)


def test_an_excluded_response_keeps_its_history_and_is_counted_no_more(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, responses = store
    response, other = make_response(3, comment="bad"), make_response(9, id=uuid7(seed="b"))
    ledger.commit([Change(None, response), Change(None, other)])
    statement = Statement(
        StatementKind.CHANGED_WITH_KEY, NOON + 1, 3, "bad", excluded=True, exclusion_reason="☂", reason="☂", by="k"
    )
    out = merge(response, statement)
    withdrawn = merge(out, Statement(StatementKind.CHANGED_WITH_KEY, NOON + 2, None, by="k"))
    shortened = replace(withdrawn, history=replace(withdrawn.history, left_out=7))
    assert ledger.commit([Change(response, out)]) is None
    assert ledger.find("demo", response.id) == out
    assert counted(counts) == at(9)
    assert [listed.id for listed in responses.page("demo", replace(FULL, excluded=True))[0]] == [response.id]
    assert [listed.id for listed in responses.page("demo", replace(FULL, excluded=False))[0]] == [other.id]
    assert len(responses.page("demo", FULL)[0]) == 2
    assert ledger.commit([Change(out, shortened)]) is None
    assert ledger.find("demo", response.id) == shortened


def test_quality_flags_of_a_response_are_counted_next_to_its_day(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    hasty, plain = make_response(3, seconds=0.25, is_repeat=True), make_response(9, id=uuid7(seed="b"), seconds=9.5)
    other = make_response(9, id=uuid7(seed="c"), day="2026-11-20", series=("plan=pro",))
    assert ledger.commit([Change(None, hasty), Change(None, plain), Change(None, other)]) is None
    assert ledger.find("demo", hasty.id) == hasty
    noted = {"2026-11-21": {"timed": 2, "speeders": 1, "repeats": 1}}
    assert counts.quality_flags("demo", "2026-11-20", "2026-11-22") == noted
    assert counts.quality_flags("demo", "2026-11-20", "2026-11-21") == {}
    out = revised(hasty, excluded=True)
    assert ledger.commit([Change(hasty, out)]) is None
    left = {
        flag: count
        for flag, count in counts.quality_flags("demo", "2026-11-21", "2026-11-22")["2026-11-21"].items()
        if count
    }
    assert left == {"timed": 1, "excluded": 1}
    assert counted(counts) == [int(score == 9) * 2 for score in range(11)]


def test_many_changes_of_a_day_add_up_in_one_item(store: tuple[Any, Any, Any]) -> None:
    ledger, counts, _ = store
    changes = [Change(None, make_response(n % 11, id=uuid7(seed=str(n)))) for n in range(99)]
    assert ledger.commit(changes) is None
    assert counted(counts) == [9] * 11


@pytest.mark.parametrize("is_oldest_first", [False, True])
def test_responses_come_in_order_of_time_page_by_page(store: tuple[Any, Any, Any], *, is_oldest_first: bool) -> None:
    ledger, _, responses = store
    made = [make_response(n % 11, id=uuid7(NOON + n, str(n)), responded_at=NOON + n) for n in range(60)]
    ledger.commit([Change(None, response) for response in made])
    ledger.commit([Change(None, make_response(3, survey="other", id=uuid7(seed="x")))])
    below, listed = None, []
    for _ in range(100):
        page, below = responses.page("demo", ResponseQuery(limit=7, below=below, is_oldest_first=is_oldest_first))
        listed += page
        if below is None:
            break
    assert listed == (made if is_oldest_first else made[::-1])


def test_responses_can_be_asked_for_by_score_day_and_property(store: tuple[Any, Any, Any]) -> None:
    ledger, _, responses = store
    days = ("2026-11-19", "2026-11-20", "2026-11-21")
    made = [
        make_response(score, id=uuid7(seed=f"{score}{day}"), day=day, properties={"plan": f"p{score % 2}"})
        for score in (2, 5, 9)
        for day in days
    ]
    made.append(make_response(10, id=uuid7(seed="said"), day=days[2], comment="Why not.", person="ann"))
    ledger.commit([Change(None, response) for response in made])

    def asked(**filters: Any) -> int:
        query = ResponseQuery(limit=100, **filters)
        found = len(responses.page("demo", query)[0])
        assert responses.count("demo", replace(query, limit=1), lambda: True) == found
        return found

    assert responses.count("demo", ResponseQuery(100), lambda: False) is None
    assert asked() == 10
    assert asked(min_score=5) == 7
    assert (asked(has_comment=True), asked(has_comment=False)) == (1, 9)
    assert (asked(person="ann"), asked(person="bob"), asked(person="ann", has_comment=False)) == (1, 0, 0)
    assert asked(max_score=0) == 0
    assert asked(first_day="2026-11-20", end_day="2026-11-21") == 3
    assert asked(segment=("plan", "p1")) == 6
    assert asked(segment=("plan", "p0"), min_score=3) == 0
