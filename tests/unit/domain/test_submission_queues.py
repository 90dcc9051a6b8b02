"""What a queue of responses may carry: what its senders need, and nothing else."""

from typing import Any

import pytest

from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission_queues import (
    LINK_QUEUE,
    QUEUE_CONTRACTS,
    RESPONSE_QUEUE,
    NotCarriedError,
    QueueContract,
    queue_named_by,
)
from tests.factories import make_submission

OF_KEYS = (StatementKind.CHANGED_WITH_KEY, StatementKind.WITHDRAWN, StatementKind.ANONYMISED, StatementKind.ERASED)


def carries(queue: QueueContract, score: int | None = 9, **fields: Any) -> bool:
    try:
        queue.check(make_submission(score, **fields))
    except NotCarriedError:
        return False
    return True


@pytest.mark.parametrize("queue", QUEUE_CONTRACTS, ids=lambda queue: queue.setting)
@pytest.mark.parametrize("kind", OF_KEYS)
@pytest.mark.parametrize("rank", Rank)
def test_no_queue_carries_what_keys_correct_withdraw_and_erase(
    queue: QueueContract, kind: StatementKind, rank: Rank
) -> None:
    assert not carries(queue, kind=kind, rank=rank)
    assert not carries(queue, None, kind=kind, rank=rank)


def test_each_queue_carries_what_its_senders_name() -> None:
    every = [(kind.name, rank.name) for kind in StatementKind for rank in Rank]

    def carried(queue: QueueContract) -> set[tuple[str, str]]:
        return {(kind, rank) for kind, rank in every if carries(queue, kind=StatementKind[kind], rank=Rank[rank])}

    assert carried(RESPONSE_QUEUE) == {(kind, rank.name) for kind in ("PARTIAL", "FINAL") for rank in Rank}
    assert carried(LINK_QUEUE) == {(kind, "SIGNED") for kind in ("PARTIAL", "FINAL", "CHANGED_BY_RESPONDENT")}


def test_only_a_link_takes_back_what_a_machine_gave() -> None:
    withdrawn = {"kind": StatementKind.PARTIAL, "rank": Rank.SIGNED}
    assert carries(LINK_QUEUE, None, **withdrawn)
    assert not carries(RESPONSE_QUEUE, None, **withdrawn)


@pytest.mark.parametrize(
    "expected",
    [
        {"import_id": "reviews"},
        {"import_id": "reviews", "updates": True},
        {"responded_at": "2015-08-02"},
        {"by": "0f1e2d3c4b5a"},
        {"emit_events": False},
    ],
)
def test_what_takes_a_key_is_carried_with_a_key_alone(expected: dict[str, Any]) -> None:
    assert carries(RESPONSE_QUEUE, rank=Rank.KEYED, **expected)
    for queue in QUEUE_CONTRACTS:
        assert not carries(queue, rank=Rank.SIGNED, **expected)
    assert not carries(RESPONSE_QUEUE, rank=Rank.ANONYMOUS, **expected)


@pytest.mark.parametrize(
    "source",
    [
        "https://sqs.eu-central-1.amazonaws.com/123456789012/earshot-LinkQueue-1X2Y",
        "arn:aws:sqs:eu-central-1:123456789012:earshot-LinkQueue-1X2Y",
        "http://127.0.0.1:4566/000000000000/earshot-LinkQueue-1X2Y",
    ],
)
def test_a_queue_is_named_by_its_url_and_by_its_arn(source: str) -> None:
    assert queue_named_by(source) == "earshot-LinkQueue-1X2Y"
