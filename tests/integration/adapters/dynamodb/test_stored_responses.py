"""Responses read by their keys, from memory and from the table, however many and under whichever id."""

from collections.abc import Sequence
from typing import Any

import pytest

from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.stored_responses import DynamoDBStoredResponses
from earshot.domain.response import Response
from earshot.ports.ledger import Change
from earshot.ports.responses import StoredResponses
from tests.factories import DAY, NOON, make_response, uuid7
from tests.fakes.ledger import InMemoryLedger

Store = tuple[Any, StoredResponses]


@pytest.fixture(params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return a ledger to write with, and what reads the same responses."""
    if request.param == "fake":
        fake = InMemoryLedger()
        return fake, fake
    client = request.getfixturevalue("dynamodb")
    return DynamoDBLedger(client, "earshot"), DynamoDBStoredResponses(client, "earshot")


def write(ledger: Any, responses: Sequence[Response]) -> None:
    for response in responses:
        assert ledger.commit([Change(None, response)]) is None


def test_more_than_one_call_takes_are_found_and_what_is_not_there_is_left_out(store: Store) -> None:
    ledger, responses = store
    kept = [make_response(3, id=uuid7(NOON + number)) for number in range(105)]
    write(ledger, kept)
    found = responses.find_many(
        [*(("demo", each.id) for each in kept), ("demo", uuid7(NOON - 1)), ("else", kept[0].id)]
    )
    assert found == {("demo", each.id): each for each in kept}
    assert responses.find_many([]) == {}


def test_the_id_that_was_sent_leads_to_the_response_that_took_its_place(store: Store) -> None:
    ledger, responses = store
    sent = uuid7(NOON - 30 * DAY)
    write(ledger, [response := make_response(3, sent_id=sent)])
    assert responses.find("demo", sent) == response
    assert responses.find_many([("demo", sent)]) == {("demo", sent): response}
    assert responses.find("demo", uuid7(NOON - DAY)) is None
