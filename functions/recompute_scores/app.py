"""Score queue: recompute scores of surveys with new responses, once an hour of all, and evaluate each day."""

from typing import Any

from earshot import bootstrap
from earshot.api.sqs_batch import failures, json_body, sent_at
from earshot.domain.daily_evaluation import DailyEvaluation
from earshot.metrics import count
from earshot.observability import logger
from earshot.services.scores.recompute_scores import Ask, fan_out, merge_asks, recompute

# A line is no place for more.
MOST_SURVEYS = 20


def lambda_handler(event: dict[str, Any], _: object) -> dict[str, Any]:
    asks: dict[str, Ask] = {}
    failed: set[str] = set()
    for record in event["Records"]:
        try:
            if json_body(record).get("all_surveys"):
                fan_out(surveys=bootstrap.surveys(), queue=bootstrap.task_queue("EARSHOT_SCORE_QUEUE"))
            else:
                asks[record["messageId"]] = read_ask(record)
        except (ValueError, KeyError, TypeError):
            failed.add(record["messageId"])
    written = asked = 0
    for ask in merge_asks(list(asks.values())):
        try:
            done = recompute(
                ask,
                bootstrap.now(),
                surveys=bootstrap.surveys(),
                counts=bootstrap.counts(),
                scores=bootstrap.scores(),
                evaluations=bootstrap.daily_evaluations(),
            )
            written += done.series
            # What the hour asks for is in the log only: the metric would be charged for hours without any response.
            asked += done.series if ask.series is not None else 0
            log_evaluation(done.evaluation)
        except Exception:  # noqa: BLE001 - one survey's failure must not fail the others
            logger.exception("not recomputed", survey=ask.survey)
            failed |= {message_id for message_id, asked in asks.items() if asked.survey == ask.survey}
    surveys = sorted({ask.survey for ask in asks.values()})[:MOST_SURVEYS]
    count("recomputed", {"surveys": surveys}, ScoresRecomputed=asked)
    if failed or written > asked:
        logger.info("recomputed", surveys=surveys, series=written, failed=len(failed))
    return failures(failed)


def log_evaluation(evaluation: DailyEvaluation | None) -> None:
    """Log that a day was evaluated, under the id of its events; of series only how many, as values are personal."""
    if evaluation is not None:
        about, changed = evaluation.correlation, len(evaluation.changes)
        logger.info("evaluated", correlation_id=about, survey=evaluation.survey, day=evaluation.day, changed=changed)


def read_ask(record: dict[str, Any]) -> Ask:
    body = json_body(record)
    survey, series = body["survey"], body.get("series")
    if not all(isinstance(text, str) for text in (survey, *(series or ()))):
        raise ValueError("the task has no survey or no series")
    return Ask(survey, None if series is None else tuple(series), sent_at(record))
