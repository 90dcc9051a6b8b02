"""The recorder's handler: messages in, the failed ones out."""

from typing import Any

import pytest

from earshot.adapters.sqs_submissions import pack
from earshot.domain.statement import Rank, StatementKind
from tests.aws_events import sqs_event
from tests.factories import NOON, make_submission, uuid7
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
    handler = load("record_responses")
    clock = iter([0.0, 1.0, 20.5, 20.5])
    monkeypatch.setattr(handler, "monotonic", lambda: next(clock))
    event = sqs_event(first + second)
    event["Records"][1]["attributes"]["ApproximateReceiveCount"] = "2"
    assert handler.lambda_handler(event, None)["batchItemFailures"] == [{"itemIdentifier": "message-0"}]
    assert sum(world.ledger.sums["demo", "all", "2026-11-21"]) == 2


# Each with the queue it comes from, in which nobody has any business to say it.
NOT_CARRIED: dict[str, tuple[str, dict[str, Any]]] = {
    "an erasure by a page": ("LinkQueue", {"kind": StatementKind.ERASED, "rank": Rank.SIGNED}),
    "an erasure by the intake": ("ResponseQueue", {"kind": StatementKind.ERASED}),
    "a key's change by a page": ("LinkQueue", {"kind": StatementKind.CHANGED_WITH_KEY, "rank": Rank.SIGNED}),
    "a key's change by the intake": ("ResponseQueue", {"kind": StatementKind.CHANGED_WITH_KEY, "rank": Rank.KEYED}),
    "a respondent's change by the intake": (
        "ResponseQueue",
        {"kind": StatementKind.CHANGED_BY_RESPONDENT, "rank": Rank.SIGNED},
    ),
    "a page that speaks as a key": ("LinkQueue", {"rank": Rank.KEYED}),
    "a page that speaks as nobody": ("LinkQueue", {"rank": Rank.ANONYMOUS}),
    "properties that a page corrects": ("LinkQueue", {"rank": Rank.SIGNED, "import_id": "reviews", "updates": True}),
    "a queue of somebody else's": ("DeliveryQueue", {}),
}


@pytest.mark.parametrize("case", NOT_CARRIED)
def test_a_message_that_its_queue_may_not_carry_changes_nothing_and_comes_back_at_once(world: World, case: str) -> None:
    stands, other = make_submission(3, person="ann"), make_submission(id=uuid7(seed="b"))
    load("record_responses").lambda_handler(sqs_event(pack([stands])), None)
    before = world.ledger.find("demo", stands.id)
    queue, sent = NOT_CARRIED[case]
    forged = make_submission(0, received_at=stands.first_received + 1, **({"person": "ann"} | sent))
    event = sqs_event(pack([other, forged]), queue)
    assert load("record_responses").lambda_handler(event, None) == {
        "batchItemFailures": [{"itemIdentifier": "message-0"}]
    }
    assert world.ledger.find("demo", stands.id) == before
    assert world.ledger.find("demo", other.id) is None, "a message is refused as a whole"
    hurried = {"ResponseQueue": world.queue.hurried, "LinkQueue": world.links.hurried, "DeliveryQueue": []}
    assert [name for name, receipts in hurried.items() if receipts] == [queue] * (queue != "DeliveryQueue")


def test_a_change_behind_a_link_is_recorded(world: World) -> None:
    first, changed = (
        make_submission(score, person="ann", kind=kind, rank=Rank.SIGNED, received_at=NOON + kind)
        for score, kind in ((3, StatementKind.FINAL), (8, StatementKind.CHANGED_BY_RESPONDENT))
    )
    bodies = [*pack([first]), *pack([changed])]
    assert load("record_responses").lambda_handler(sqs_event(bodies, "LinkQueue"), None) == {"batchItemFailures": []}
    found = world.ledger.find("demo", first.id)
    assert found is not None
    assert (found.score, found.state) == (8, "changed")
