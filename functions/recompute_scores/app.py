"""Score queue: recompute the scores of the surveys that were answered, or once an hour of all."""

from typing import Any

from earshot import bootstrap
from earshot.api.queue import failures, json_body, sent_at
from earshot.observability import logger
from earshot.services.recompute_scores import Ask, fan_out, merge_asks, recompute


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    asks: dict[str, Ask] = {}
    unreadable: set[str] = set()
    for record in event["Records"]:
        try:
            if ask := read_ask(record):
                asks[record["messageId"]] = ask
        except (ValueError, KeyError, TypeError):
            unreadable.add(record["messageId"])
    written = 0
    for ask in merge_asks(list(asks.values())):
        written += recompute(
            ask,
            bootstrap.now(),
            surveys=bootstrap.surveys(),
            counts=bootstrap.counts(),
            scores=bootstrap.scores(),
        )
    logger.info("recomputed", asks=len(asks), series=written, unreadable=len(unreadable))
    return failures(unreadable)


def read_ask(record: dict[str, Any]) -> Ask | None:
    body, time = json_body(record), sent_at(record)
    if body.get("all_surveys"):
        fan_out(surveys=bootstrap.surveys(), queue=bootstrap.task_queue("EARSHOT_SCORE_QUEUE"))
        return None
    if "detail" not in body:
        return Ask(body["survey"], None, time)
    data = body["detail"]["data"]
    return Ask(data["survey"], (*data.get("series", ()), *data.get("previous_series", ())), time)
