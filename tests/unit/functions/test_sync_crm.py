"""The CRM's handler: one event a message, each failing alone."""

from typing import Any

from earshot.domain.events import response_events
from earshot.services.responses.record_responses import record
from tests.aws_events import bus_event, sqs_event
from tests.factories import make_submission, uuid7
from tests.fakes.fake_time import no_pause
from tests.fakes.people import InMemoryPeople
from tests.unit.functions.conftest import World, load


def published(world: World) -> dict[str, Any]:
    record(
        [make_submission(2, comment="late")],
        surveys=world.surveys,
        ledger=world.ledger,
        people=InMemoryPeople(),
        pause=no_pause,
    )
    old, new = world.ledger.history[-1]
    identified = response_events(old, new, "2026-11-21T12:00:00.000Z")[1]
    return bus_event(identified.detail_type, identified.detail)


def test_a_detractor_reaches_the_crm(world: World) -> None:
    event = sqs_event([published(world)], "CrmQueue")
    assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": []}
    ((key, payload),) = world.crm.sent
    assert (key, payload["response"], payload["comment"]) == (payload["id"], uuid7(), "late")


def test_while_the_crm_is_away_its_messages_come_back(world: World) -> None:
    world.crm.is_away = True
    event = sqs_event([published(world)], "CrmQueue")
    assert load("sync_crm").lambda_handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_a_poison_message_fails_alone(world: World) -> None:
    event = sqs_event(["nope", "[]", '{"detail": {}}', published(world)], "CrmQueue")
    failed = load("sync_crm").lambda_handler(event, None)["batchItemFailures"]
    assert [each["itemIdentifier"] for each in failed] == ["message-0", "message-1", "message-2"]
    assert len(world.crm.sent) == 1
