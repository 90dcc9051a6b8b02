"""Table stream: count how far each invitation came into the funnel of its survey, each change once."""

from typing import Any

from earshot import bootstrap
from earshot.adapters.dynamodb.stream import correlation_of, keys_of, read_tally
from earshot.observability import correlations, logger
from earshot.services.funnel.count_funnel import count


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    done = count(event["Records"], read=read_tally, funnels=bootstrap.funnels(), pause=bootstrap.pause)
    if done.unreadable:
        # Never the keys: a person's id may say who they are.
        logger.warning("not readable", sequence=[keys_of(record)["sequence"] for record in done.unreadable])
    about = correlations(correlation_of(record) for record in event["Records"])
    records = len(event["Records"])
    logger.info("counted", records=records, events=done.counted, repeated=done.repeated, correlation_ids=about)
    return {"batchItemFailures": []}
