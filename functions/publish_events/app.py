"""Table stream: turn each change that others may want to hear of into events on the bus."""

from typing import Any

from earshot import bootstrap
from earshot.adapters.dynamodb.stream import correlation_of, keys_of, read_record
from earshot.metrics import count
from earshot.observability import correlations, logger
from earshot.services.events.publish_events import publish


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    published, parked = publish(
        event["Records"],
        read=read_record,
        keys_of=keys_of,
        bus=bootstrap.bus(),
        parking=bootstrap.task_queue("EARSHOT_PARKING_QUEUE"),
        scores=bootstrap.task_queue("EARSHOT_SCORE_QUEUE"),
        pause=bootstrap.pause,
    )
    count(EventsPublished=published, RecordsParked=parked)
    about = correlations(correlation_of(record) for record in event["Records"])
    logger.info("published", records=len(event["Records"]), events=published, parked=parked, correlation_ids=about)
    return {"batchItemFailures": []}
