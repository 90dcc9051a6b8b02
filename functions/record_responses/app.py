"""The queues of submissions: record and count a batch, each response exactly once."""

from collections.abc import Callable
from time import monotonic
from typing import Any

from earshot import bootstrap
from earshot.adapters.sqs_submissions import unpack
from earshot.api.sqs_batch import failures, queue_of, read_submissions
from earshot.metrics import count
from earshot.observability import correlations, logger
from earshot.services.responses.record_responses import record
from earshot.services.responses.resolve_addresses import resolve

# Seconds until which latest per person is brought up to date; the function has 30, and ends what it has begun.
FOLLOW_UP = 20


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    queues, began = bootstrap.queue_contracts(), monotonic()
    batch = read_submissions(event["Records"], queues, unpack)
    submissions = resolve(batch.submissions, hash_key=bootstrap.hash_key)
    failed = record(
        submissions,
        surveys=bootstrap.tracking_surveys(),
        ledger=bootstrap.ledger(),
        people=bootstrap.people(),
        pause=bootstrap.pause,
        has_time=within(began, FOLLOW_UP),
        note_known=lambda known, failed: batch.parts.note_known(
            known, failed, bootstrap.now(), imports=bootstrap.imports()
        ),
    )
    for record_ in batch.refused:
        if queue := queues.get(queue_of(record_)):
            bootstrap.submission_queue(queue.setting).hurry(record_["receiptHandle"])
    ids = batch.messages_of(failed)
    recorded = [each.correlation for place, each in enumerate(batch.submissions) if place not in failed]
    count("recorded", {"correlation_ids": correlations(recorded)}, ResponsesRecorded=len(recorded))
    if failed or batch.refused:
        about = correlations(batch.submissions[place].correlation for place in sorted(failed))
        logger.warning("not recorded", refused=len(batch.refused), failed=len(failed), correlation_ids=about)
    waiting = 0 if within(began, FOLLOW_UP)() else len(ids)
    return failures(ids | {record_["messageId"] for record_ in batch.refused}, waiting)


def within(began: float, seconds: int) -> Callable[[], bool]:
    """Return a function that is true until so many seconds have passed; unfinished messages are retried."""
    return lambda: monotonic() - began < seconds
