"""Response queue: record and count a batch of submissions, each exactly once."""

from typing import Any

from earshot import bootstrap
from earshot.api.queue import failures, read_submissions
from earshot.metrics import count
from earshot.observability import correlations, logger
from earshot.services.note_repeats import note_repeats
from earshot.services.record_responses import record


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    batch = read_submissions(event["Records"])
    ports: dict[str, Any] = {"ledger": bootstrap.ledger(), "people": bootstrap.people(), "pause": bootstrap.pause}
    failed = record(batch.submissions, surveys=bootstrap.surveys(), **ports)
    failed |= note_repeats(((at, said) for at, said in enumerate(batch.submissions) if at not in failed), **ports)
    for record_ in batch.unreadable:
        bootstrap.submission_queue().hurry(record_["receiptHandle"])
    ids = batch.messages_of(failed)
    count(AnswersRecorded=len(batch.submissions) - len(failed))
    about = correlations(said.correlation for said in batch.submissions)
    told: dict[str, Any] = {
        "submissions": len(batch.submissions),
        "unreadable": len(batch.unreadable),
        "failed": len(failed),
    }
    logger.info("recorded", **told, correlation_ids=about)
    return failures(ids | {record_["messageId"] for record_ in batch.unreadable})
