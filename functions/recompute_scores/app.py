"""Score queue: recompute the scores of the surveys that were answered, or once an hour of all, and judge their days."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import correlation_of, failures, json_body, sent_at
from earshot.domain.alerts import DailyEvaluation
from earshot.metrics import count
from earshot.observability import correlations, logger
from earshot.services.scores.recompute_scores import Ask, fan_out, merge_asks, recompute


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    asks: dict[str, Ask] = {}
    failed: set[str] = set()
    for record in event["Records"]:
        try:
            if ask := read_ask(record):
                asks[record["messageId"]] = ask
        except (ValueError, KeyError, TypeError):
            failed.add(record["messageId"])
    written = 0
    for ask in merge_asks(list(asks.values())):
        try:
            done = recompute(
                ask,
                bootstrap.now(),
                surveys=bootstrap.surveys(),
                counts=bootstrap.counts(),
                scores=bootstrap.scores(),
                judgements=bootstrap.daily_evaluations(),
            )
            written += done.series
            tell(done.judgement)
        except Exception:  # noqa: BLE001 - one survey's trouble is none of its neighbours'
            logger.exception("not recomputed", survey=ask.survey)
            failed |= {message_id for message_id, asked in asks.items() if asked.survey == ask.survey}
    count(ScoresRecomputed=written)
    about = correlations(correlation_of(record) for record in event["Records"])
    logger.info("recomputed", asks=len(asks), series=written, failed=len(failed), correlation_ids=about)
    return failures(failed)


def tell(judgement: DailyEvaluation | None) -> None:
    """Say that a day was judged, under the id its events carry; of series only how many, as values are personal."""
    if judgement is not None:
        about, changed = judgement.correlation, len(judgement.alerts)
        logger.info("judged", correlation_id=about, survey=judgement.survey, day=judgement.day, changed=changed)


def read_ask(record: dict[str, Any]) -> Ask | None:
    body, time = json_body(record), sent_at(record)
    if body.get("all_surveys"):
        fan_out(surveys=bootstrap.surveys(), queue=bootstrap.task_queue("EARSHOT_SCORE_QUEUE"))
        return None
    data = body["detail"]["data"] if "detail" in body else body
    series = (*data.get("series", ()), *data.get("previous_series", ())) if "detail" in body else None
    if not all(isinstance(text, str) for text in (data["survey"], *(series or ()))):
        raise ValueError("the wish names no survey or no series")
    return Ask(data["survey"], series, time)
