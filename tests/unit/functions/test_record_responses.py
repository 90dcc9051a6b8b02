"""The recorder's porch: messages in, the failed ones out."""

from earshot.domain.messages import pack
from tests.aws_events import sqs_event
from tests.factories import make_submission, uuid7
from tests.unit.functions.conftest import World, load


def test_a_batch_is_recorded_and_nothing_fails(world: World) -> None:
    bodies = [body for n in range(3) for body in pack([make_submission(id=uuid7(seed=str(n)))])]
    assert load("record_responses").lambda_handler(sqs_event(bodies), None) == {"batchItemFailures": []}
    assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == 3


def test_a_poison_message_fails_alone_and_at_once(world: World) -> None:
    good = list(pack([make_submission()]))
    event = sqs_event(["nope", *good, '{"version":1,"submissions":[{"score":"9"}]}'])
    failed = load("record_responses").lambda_handler(event, None)["batchItemFailures"]
    assert failed == [{"itemIdentifier": "message-0"}, {"itemIdentifier": "message-2"}]
    assert world.queue.hurried == ["receipt-0", "receipt-2"]
    assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == 1


def test_a_submission_that_fails_fails_its_message_and_no_other(world: World) -> None:
    packed = list(pack([make_submission(), make_submission(id=uuid7(seed="b"), survey="gone")]))
    other = list(pack([make_submission(id=uuid7(seed="c"))]))
    failed = load("record_responses").lambda_handler(sqs_event(packed + other), None)["batchItemFailures"]
    assert failed == [{"itemIdentifier": "message-0"}]
    assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == 2
