"""The backfill's porch: a task a message."""

from dataclasses import replace

from earshot.services.record_responses import record
from tests.aws_events import sqs_event
from tests.factories import make_submission
from tests.fakes.people import InMemoryPeople
from tests.fakes.waiting import no_pause
from tests.unit.functions.conftest import World, load


def test_a_task_counts_the_past_and_looks_again_later(world: World) -> None:
    said = make_submission(3, properties={"plan": "pro"})
    record([said], surveys=world.surveys, ledger=world.ledger, people=InMemoryPeople(), pause=no_pause)
    survey = world.surveys.surveys["demo"]
    world.surveys.surveys["demo"] = replace(survey, segments=("plan",), incomplete=("plan",))
    event = sqs_event([{"survey": "demo", "segments": ["plan"], "revision": 1}], "BackfillQueue")
    assert load("backfill_segments").lambda_handler(event, None) == {"batchItemFailures": []}
    assert world.ledger.counted() == world.ledger.recount()
    ((task, delay),) = world.tasks.sent
    assert (task["second"], delay) == (True, 40)
    load("backfill_segments").lambda_handler(sqs_event([task], "BackfillQueue"), None)
    assert world.surveys.surveys["demo"].incomplete == ()


def test_a_poison_task_fails_alone(world: World) -> None:
    event = sqs_event(["nope", '{"survey": "gone", "segments": ["x"]}'], "BackfillQueue")
    failed = load("backfill_segments").lambda_handler(event, None)["batchItemFailures"]
    assert failed == [{"itemIdentifier": "message-0"}]
