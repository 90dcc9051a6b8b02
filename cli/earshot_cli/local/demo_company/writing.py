"""Writes the sample into the table, before its survey can be read."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.segment_values import Source
from earshot.domain.survey import Survey
from earshot.ports.people import HashKey
from earshot_cli.local.demo_company.sample import sample_of
from earshot_cli.local.demo_company.table_in_memory import Item

# As many as a call takes, and as many calls at once as the engine has use for.
A_CALL, WORKERS = 25, 4
PAUSE_SECONDS = 0.05


def write_sample(client: Any, table: str, hash_key: HashKey, survey: Survey, today: date) -> int:
    """Write the sample of the year before `today`, and at last its survey; return how many responses it has.

    The same day makes the same items, so a run that was interrupted is repeated without harm: nobody can respond before
    the survey is there.
    """
    sample = sample_of(survey, hash_key, today)
    surveys = DynamoDBSurveys(client, table)
    for segment, values in sample.survey.values.items():
        surveys.admit(survey.id, segment, sorted(values), Source.OWNER)
    put_all(client, table, sample.items)
    surveys.put(survey, None)
    return sample.responses


def day_of_the_demo(kept: Path, now: int) -> date:
    """Return the day before which the year ends: today, or the day on which writing it was begun already."""
    try:
        return date.fromisoformat(kept.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        today = datetime.fromtimestamp(now / 1000, UTC).date()
        kept.write_text(f"{today}\n", encoding="utf-8")
        return today


def put_all(client: Any, table: str, items: Sequence[Item]) -> None:
    """Put items into the table, some calls at a time."""
    batches = [items[at : at + A_CALL] for at in range(0, len(items), A_CALL)]
    with ThreadPoolExecutor(WORKERS) as workers:
        for done in [workers.submit(_put, client, table, batch) for batch in batches]:
            done.result()


def _put(client: Any, table: str, items: Sequence[Item]) -> None:
    """Put the items of a call, and again those that were left out."""
    left = [{"PutRequest": {"Item": item}} for item in items]
    while left:
        reply = client.batch_write_item(RequestItems={table: left})
        left = reply.get("UnprocessedItems", {}).get(table, [])
        if left:
            time.sleep(PAUSE_SECONDS)
