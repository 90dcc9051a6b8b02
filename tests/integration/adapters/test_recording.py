"""The recorder over the real adapters: who speaks, whose response it is, and in which series it counts."""

from collections.abc import Callable
from typing import Any

import pytest

from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain import ids
from earshot.domain.score import Histogram
from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission
from earshot.services.responses.record_responses import record
from tests.factories import NOON, make_submission, make_survey, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.surveys import InMemorySurveys

TIMELESS = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"
ANN: dict[str, Any] = {"person": "ann", "rank": Rank.SIGNED}
BEN: dict[str, Any] = {"person": "ben", "rank": Rank.SIGNED}

Deliver = Callable[..., None]


@pytest.fixture
def ledger(dynamodb: Any) -> DynamoDBLedger:
    return DynamoDBLedger(dynamodb, "earshot")


@pytest.fixture
def deliver(dynamodb: Any, ledger: DynamoDBLedger) -> Deliver:
    surveys = InMemorySurveys(make_survey(segments=("plan",), open_segments=("plan",)))

    def deliver(*submissions: Submission) -> None:
        people = DynamoDBPeople(dynamodb, "earshot")
        assert record(submissions, surveys=surveys, ledger=ledger, people=people, pause=no_pause) == set()

    return deliver


def counted(dynamodb: Any, series: str = "all") -> list[int]:
    days: dict[str, Histogram] = DynamoDBCounts(dynamodb, "earshot").days("demo", series, "2000-01-01", "2100-01-01")
    return [score for score, number in enumerate(Histogram.total(days.values()).counts) for _ in range(number)]


@pytest.mark.parametrize("sent", [uuid7(), TIMELESS])
@pytest.mark.parametrize("at_once", [True, False])
def test_two_persons_under_one_id_have_a_response_each(
    dynamodb: Any, ledger: DynamoDBLedger, deliver: Deliver, sent: str, at_once: bool
) -> None:
    ann, ben = make_submission(2, id=sent, **ANN), make_submission(10, id=sent, **BEN)
    for batch in [[ann, ben]] if at_once else [[ann], [ben]]:
        deliver(*batch)
    deliver(ben, ann)
    assert counted(dynamodb) == [2, 10]
    bens = ledger.find("demo", ids.of_person("demo", sent, "ben"))
    anns = ledger.find("demo", sent)
    assert anns is not None
    assert bens is not None
    assert [(one.person, one.score) for one in (anns, bens)] == [("ann", 2), ("ben", 10)]
    people = DynamoDBPeople(dynamodb, "earshot")
    assert [found.response for found in people.responses("ben", 10)[0]] == [bens.id]


def test_a_keys_final_takes_the_place_of_a_strangers_and_its_series_with_it(
    dynamodb: Any, ledger: DynamoDBLedger, deliver: Deliver
) -> None:
    deliver(make_submission(0, properties={"plan": "free"}))
    deliver(make_submission(9, received_at=NOON + 5, properties={"plan": "pro"}, rank=Rank.KEYED, by="0f1e2d3c4b5a"))
    deliver(make_submission(1, received_at=NOON - 5))
    assert [counted(dynamodb, series) for series in ("all", "plan=free", "plan=pro")] == [[9], [], [9]]
    found = ledger.find("demo", uuid7())
    assert found is not None
    assert (found.statement.rank, found.history.corrections[0].by) == (Rank.KEYED, "0f1e2d3c4b5a")


def test_a_late_partial_still_names_the_person_of_the_response(
    dynamodb: Any, ledger: DynamoDBLedger, deliver: Deliver
) -> None:
    deliver(make_submission(9))
    deliver(make_submission(3, kind=StatementKind.PARTIAL, **ANN))
    found = ledger.find("demo", uuid7())
    assert found is not None
    assert (found.score, found.person) == (9, "ann")
    people = DynamoDBPeople(dynamodb, "earshot")
    assert [one.response for one in people.responses("ann", 10)[0]] == [uuid7()]
    assert counted(dynamodb) == [9]
