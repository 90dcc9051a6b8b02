"""Table stream: turn each change that others may want to hear of into events on the bus."""

from typing import Any

from earshot import bootstrap
from earshot.adapters.dynamodb.stream import correlation_of, keys_of, read_record, read_responded_again
from earshot.metrics import count
from earshot.observability import correlations
from earshot.services.events.publish_events import publish


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    published, parked = publish(
        event["Records"],
        bootstrap.publish_deps(),
        read=read_record,
        read_responded_again=read_responded_again,
        keys_of=keys_of,
    )
    about = correlations(correlation_of(record) for record in event["Records"])
    count("published", {"correlation_ids": about}, EventsPublished=published, RecordsParked=parked)
    return {"batchItemFailures": []}
