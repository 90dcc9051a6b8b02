"""What a page sees of a response is what the ledger knows of it, as far as it goes."""

from typing import Any

from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.recorded_responses import DynamoDBRecordedResponses
from earshot.domain.anonymization import anonymized
from earshot.domain.merge import merge
from earshot.ports.ledger import Change
from tests.factories import NOON, make_response, uuid7

SHOWN = ("received_at", "score", "comment", "comment_score")


def test_what_stands_is_shown_and_never_whose_it_is(dynamodb: Any) -> None:
    ledger, recorded = DynamoDBLedger(dynamodb, "earshot"), DynamoDBRecordedResponses(dynamodb, "earshot")
    full = make_response(
        3, id=uuid7(seed="a"), person="ann", comment="Cold", comment_score=2, properties={"plan": "pro"}
    )
    bare = make_response(0, id=uuid7(seed="b"))
    ledger.commit([Change(None, full), Change(None, bare)])
    gone = merge(bare, anonymized(bare, NOON + 9, subtract=True))
    for response in (full, bare):
        found = recorded.find("demo", response.id)
        assert found is not None
        assert [getattr(found, name) for name in SHOWN] == [getattr(response.statement, name) for name in SHOWN]
        assert not hasattr(found, "person")
    ledger.commit([Change(bare, gone)])
    left = recorded.find("demo", bare.id)
    assert left is not None
    assert (left.received_at, left.score, left.comment) == (gone.statement.received_at, None, None)
    assert recorded.find("demo", uuid7(seed="none")) is None
