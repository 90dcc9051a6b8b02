"""Table stream: turn each change that others may want to hear of into events on the bus."""

from typing import Any

from earshot import bootstrap
from earshot.adapters.stream import keys_of, read_record
from earshot.observability import logger
from earshot.services.announce_changes import announce


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    announced, parked = announce(
        event["Records"],
        read=read_record,
        keys_of=keys_of,
        bus=bootstrap.bus(),
        parking=bootstrap.task_queue("EARSHOT_PARKING_QUEUE"),
        pause=bootstrap.pause,
    )
    logger.info("announced", records=len(event["Records"]), events=announced, parked=parked)
    return {"batchItemFailures": []}
