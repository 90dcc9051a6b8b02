"""Responses are listed in three orders, of a case and of an account, and counted as far as is known."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.domain.alert_rules import CaseBy
from earshot.domain.alerts import Alert
from earshot.domain.errors import NotFoundError
from earshot.domain.segment_values import OTHER
from earshot.ports.responses import ResponseQuery
from earshot.services.cases.open_cases import OpenCasesDeps, raise_in_case
from earshot.services.responses.list_responses import (
    ListedResponses,
    Listing,
    ListResponsesDeps,
    Order,
    ResponseCount,
    count_responses,
    list_responses,
)
from earshot.services.responses.record_responses import record
from tests.factories import NOON, make_person, make_submission, make_survey, uuid7
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.fake_time import no_pause
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.surveys import InMemorySurveys

DAY = 86_400_000


class World:
    """A survey with responses, a day apart each, and the person of each."""

    def __init__(self, *scores: int, **of_all: Any) -> None:
        self.surveys = InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.cases = InMemoryCases(InMemoryAlerts())
        batch = [
            make_submission(score, **self.of_response(number), person=f"p{number}", **of_all)
            for number, score in enumerate(scores)
        ]
        record(batch, surveys=self.surveys, ledger=self.ledger, people=self.people, pause=no_pause)

    @staticmethod
    def of_response(number: int) -> dict[str, Any]:
        at = NOON + number * DAY
        return {"id": uuid7(at, f"{number}"), "received_at": at, "first_received": at}

    @property
    def survey(self) -> Any:
        return self.surveys.with_values(self.surveys.surveys["demo"])

    def list(self, **asked: Any) -> ListedResponses:
        of_query = {name: asked.pop(name) for name in list(asked) if name in ResponseQuery.__slots__}
        query = ResponseQuery(**({"limit": 100} | of_query))
        deps = ListResponsesDeps(self.ledger, lambda: self.ledger, lambda: self.people, lambda: self.cases)
        return list_responses(self.survey, Listing(query, **asked), deps)

    def count(self, page: ListedResponses, **asked: Any) -> ResponseCount:
        of_query = {name: asked.pop(name) for name in list(asked) if name in ResponseQuery.__slots__}
        query = ResponseQuery(**({"limit": 100} | of_query))
        is_whole = asked.pop("is_whole", True)
        return count_responses(self.survey, Listing(query, **asked), page, counts=self.ledger, is_whole=is_whole)


@settings(max_examples=50, deadline=None)
@given(scores=st.lists(st.integers(0, 10), max_size=12), order=st.sampled_from(Order), limit=st.integers(1, 5))
def test_in_each_order_every_response_comes_once(scores: list[int], order: Order, limit: int) -> None:
    world, found = World(*scores), []
    below, score = None, None
    for _ in range(100):
        page = world.list(order=order, limit=limit, below=below, score=score)
        found += page.rows
        below, score = page.below, page.score
        if page.is_last:
            break
    newest = sorted(found, key=lambda each: each.id, reverse=True)
    ordered = {Order.NEWEST: newest, Order.OLDEST: newest[::-1]}
    assert found == ordered.get(order, sorted(newest, key=lambda each: each.score or 0))
    assert sorted(each.score or 0 for each in found) == sorted(scores)


def test_by_score_a_page_looks_at_two_scores_at_most_and_says_where_to_go_on() -> None:
    world = World(9, 10)
    page = world.list(order=Order.SCORE)
    assert (page.rows, page.below, page.score, page.is_last) == ([], None, 2, False)
    assert [each.score for each in world.list(order=Order.SCORE, min_score=9).rows] == [9, 10]


def test_of_an_account_come_the_responses_of_those_who_belong_to_it_now() -> None:
    world = World(1, 2, 3)
    world.people.kept.update({f"p{n}": make_person(id=f"p{n}", account="ACME" if n else "BETA") for n in range(3)})
    page = world.list(account="ACME")
    assert ([each.score for each in page.rows], page.is_last) == ([3, 2], True)
    assert world.count(page, account="ACME") == ResponseCount(2, is_exact=True)
    assert World().list(account="ACME").rows == []


def test_of_a_case_come_all_its_responses() -> None:
    world = World(1, 2, 9)
    opening = OpenCasesDeps(InMemoryAlerts(), world.cases, no_pause)
    for number in range(2):
        sent = world.of_response(number)["id"]
        raise_in_case(Alert("demo", "own", sent, NOON + number), CaseBy.PERSON, "ann", opening)
    (case,) = world.cases.kept
    page = world.list(case=case)
    assert ([each.score for each in page.rows], page.is_last) == ([2, 1], True)
    for wrong in ("none", case):
        world.surveys.surveys["demo"] = make_survey(id="demo" if wrong == "none" else "shop")
        with pytest.raises(NotFoundError, match="has no case of this id"):
            world.list(case=wrong)


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({}, 5),
        ({"min_score": 9}, 2),
        ({"max_score": 6}, 3),
        ({"first_day": "2026-11-22", "end_day": "2026-11-25"}, 3),
        ({"segment": ("plan", "pro")}, 5),
        ({"segment": ("plan", "free")}, 0),
    ],
)
def test_counts_of_days_know_how_many_there_are(asked: dict[str, Any], value: int) -> None:
    world = World(1, 3, 6, 9, 10, properties={"plan": "pro"})
    page = world.list(limit=1, excluded=False, **asked)
    assert world.count(page, limit=1, excluded=False, **asked) == ResponseCount(value, is_exact=True)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"excluded": False, "has_comment": False},
        {"excluded": False, "account": "ACME"},
        {"excluded": False, "is_whole": False},
        {"excluded": False, "segment": ("plan", OTHER)},
        {"excluded": False, "segment": ("region", "emea")},
    ],
)
def test_what_they_do_not_know_is_counted_as_far_as_the_page_looked(asked: dict[str, Any]) -> None:
    world = World(1, 3, 6)
    page = world.list(limit=2)
    assert world.count(page, **asked) == ResponseCount(2, is_exact=False, looked_to="2026-11-22")
    assert world.count(page, order=Order.SCORE, **asked) == ResponseCount(2, is_exact=False)
