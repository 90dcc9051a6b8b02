"""The recorder's porch: messages in, the failed ones out."""

import pytest

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


def test_what_there_is_no_time_to_look_after_is_counted_and_its_message_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (list(pack([make_submission(id=uuid7(seed=name), person=name)])) for name in ("ann", "ben"))
    porch = load("record_responses")
    clock = iter([0.0, 1.0, 20.5, 20.5])
    monkeypatch.setattr(porch, "monotonic", lambda: next(clock))
    event = sqs_event(first + second)
    event["Records"][1]["attributes"]["ApproximateReceiveCount"] = "2"
    assert porch.lambda_handler(event, None)["batchItemFailures"] == [{"itemIdentifier": "message-0"}]
    assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == 2
