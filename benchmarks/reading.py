"""Read units of a 365-day score, at few responses and at a million."""

import random
from collections import Counter
from datetime import date, timedelta
from typing import Any

from benchmarks.capacity import item_bytes
from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, handler_of, prepare
from benchmarks.lab import Lab
from benchmarks.metering import Call, metered
from benchmarks.report import Row, Section
from benchmarks.submissions import WEIGHTS
from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.domain.response import ALL
from earshot.domain.survey import Survey
from earshot.services.api_keys.manage_api_keys import create

TITLE = "Reading: what a 365-day score costs"
HOW = (
    "The real `read_results` handler computes `nps?window=365d` in this process, from count items that were put "
    "there directly with responses spread evenly over the days. The units are the documented size rule over the "
    "items that each call gave (a Query adds up, then rounds up to 4 KB; half a unit each where it may be a moment "
    "old), as the engine's own read units are wrong; the survey and the API key are read consistently and counted "
    "apart. It does not show DynamoDB's latency, and a longer name of a survey or a segment adds its bytes to every "
    "day."
)
COLUMNS = ("responses a year", "history", "count items", "bytes", "units for the counts", "survey", "key")
AS_OF = date(2026, 11, 20)
VOLUMES = (1_000, 10_000, 1_000_000)
HISTORIES = ((365, 6.0), (730, 12.0))
MOST_GROWTH = 1.0


def measure(lab: Lab) -> list[Section]:
    """Ask for the score at each volume, without and with a window before it."""
    lab.steps.begin("reading", 1 + len(HISTORIES) * len(VOLUMES))
    client = prepare(lab.stack.endpoint)
    handler = handler_of("read_results")
    _, secret = create("bench", ("scores:read",), "2026-11-21T00:00:00.000Z", b"bench" * 6, keys=bootstrap.api_keys())
    rows: list[Row] = []
    for days, limit in HISTORIES:
        units_of: dict[int, float] = {}
        for volume in VOLUMES:
            lab.steps.step(f"{volume:,} responses, {days} days")
            survey = f"read-{days}-{volume:07d}"
            expected = _seed(client, survey, volume, days)
            with metered(client) as meter:
                reply = handler(_request(survey, secret), None)
            if reply["statusCode"] != 200 or f'"responses": {expected}' not in reply["body"]:
                raise BenchError(f"{survey}: {reply}")
            row, units_of[volume] = _row(volume, days, limit, meter.reads)
            rows.append(row)
        rows.append(_growth(days, units_of[max(VOLUMES)] - units_of[min(VOLUMES)]))
    return [Section(TITLE, COLUMNS, rows, HOW)]


def _row(volume: int, days: int, limit: float, calls: list[Call]) -> tuple[Row, float]:
    counts, survey, key = (_reading(calls, *prefixes) for prefixes in (("C#",), ("SURVEY#", "VALUES#"), ("KEYS",)))
    if len(counts) + len(survey) + len(key) != len(calls):
        raise BenchError("the handler read something else, too")
    items = [item for call in counts for item in call.reply["Items"]]
    units = _units(counts)
    cells = (
        f"{volume:,}",
        f"{days} days",
        f"{len(items)}",
        f"{sum(map(item_bytes, items)):,}",
        f"{units:.1f}",
        f"{_units(survey):.1f}",
        f"{_units(key):.1f}",
    )
    return Row(cells, f"≤ {limit:.0f}", units <= limit), units


def _growth(days: int, units: float) -> Row:
    cells = ("1,000,000 over 1,000", f"{days} days", "", "", f"+{units:.1f}", "", "")
    # The promise is about the score of 365 days; with the window before it there are twice as many items to grow.
    return Row(cells, "≤ +1", units <= MOST_GROWTH) if days == HISTORIES[0][0] else Row(cells)


def _reading(calls: list[Call], *prefixes: str) -> list[Call]:
    return [call for call in calls if _partition(call).startswith(prefixes)]


def _partition(call: Call) -> str:
    key = call.params.get("Key") or {"pk": call.params["ExpressionAttributeValues"][":pk"]}
    return str(key["pk"]["S"])


def _units(calls: list[Call]) -> float:
    return sum(call.read_units for call in calls)


def _seed(client: Any, survey: str, volume: int, days: int) -> int:
    """Put the count items of so many responses a year, as the recorder leaves them; return those of the window."""
    bootstrap.surveys().put(Survey(survey, "Bench", created_at="now", updated_at="now"), None)
    dice, number = random.Random(survey), volume * days // 365
    drawn = Counter(zip(dice.choices(range(days), k=number), dice.choices(range(11), WEIGHTS, k=number), strict=True))
    items: dict[int, dict[str, Any]] = {}
    for (ago, score), count in drawn.items():
        day = (AS_OF - timedelta(ago)).isoformat()
        zeros = {f"h{each}": {"N": "0"} for each in range(11)}
        item = items.setdefault(ago, {"pk": {"S": table_keys.counts(survey, ALL)}, "sk": {"S": day}, **zeros})
        item[f"h{score}"] = {"N": str(count)}
    puts = [{"PutRequest": {"Item": item}} for item in items.values()]
    for start in range(0, len(puts), 25):
        client.batch_write_item(RequestItems={TABLE: puts[start : start + 25]})
    return sum(count for (ago, _), count in drawn.items() if ago < 365)


def _request(survey: str, secret: str) -> dict[str, Any]:
    return {
        "routeKey": "GET /v1/surveys/{survey}/nps",
        "rawQueryString": f"window=365d&as_of={AS_OF}",
        "pathParameters": {"survey": survey},
        "headers": {"authorization": f"Bearer {secret}"},
        "requestContext": {"requestId": "bench"},
    }
