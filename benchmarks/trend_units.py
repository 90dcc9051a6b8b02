"""Units of the trend: reads of 365 points on both bases, and the extra writes of a repeated respondent's response."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from benchmarks.capacity import item_bytes, read_units
from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, Handler, handler_of, prepare
from benchmarks.lab import Lab
from benchmarks.metering import Call, Meter, metered
from benchmarks.repeats import LAST_DAY, YEAR, responses
from benchmarks.report import Row, Section
from benchmarks.submissions import Crowd, batches
from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.domain.response import ALL
from earshot.domain.score import Histogram
from earshot.domain.survey import Survey
from earshot.services.api_keys.manage_api_keys import create

READ = "Trend: read units of 365 points"
READ_HOW = (
    "The real `read_trends` handler computes `trend` of 365 days in this process, from count items put there as the "
    "recorder leaves them: responses spread evenly over two years, each person giving four of them. The units are "
    "the documented size rule over the items of each call, as in the table of the score. `latest` also reads the "
    "superseded counts; a million responses make too many of them to put them all there, so those rows are the size "
    "rule over the items that the recorder would leave, which the handler's own reads confirm at 1,000 and 10,000 "
    "responses."
)
READ_COLUMNS = ("responses a year", "window", "basis", "items", "bytes", "read units")
VOLUMES = (1_000, 10_000, 1_000_000)
WINDOWS = ("30d", "365d")
EACH = 4
MOST_UNITS = 18
WRITE = "Latest per person: write units"
WRITE_HOW = (
    "The real `record_responses` handler in this process records 100 people's first responses and then, a day "
    "later, another of each, one message a batch. The engine charges each call, checked against the size rule; what "
    "the response itself costs (its item, its pointer, its count) stands apart from the link of the one before it. "
    "Comments are short enough for an item below 1 KB."
)
WRITE_COLUMNS = ("response", "responses", "units for the response", "units for the link", "read units for the link")
MOST_MORE = 4.0
PEOPLE, DAY = 100, 86_400_000
STEPS = len(VOLUMES) + 2


def measure(lab: Lab) -> list[Section]:
    """Measure reading, then writing."""
    client = prepare(lab.stack.endpoint)
    return [_reading(lab, client), _writing(lab, client)]


def _reading(lab: Lab, client: Any) -> Section:
    handler = handler_of("read_trends")
    _, secret = create("bench", ("scores:read",), "2026-11-21T00:00:00.000Z", b"trend" * 6, keys=bootstrap.api_keys())
    rows: list[Row] = []
    for volume in VOLUMES:
        lab.steps.step(f"{volume:,} responses: read units")
        survey, made = f"trend-{volume:07d}", responses(volume, EACH)
        bootstrap.surveys().put(Survey(survey, "Bench", created_at="now", updated_at="now"), None)
        _put(client, (_count(survey, day, None, histogram) for day, histogram in made.days().items()))
        cells = [_count(survey, day, later, histogram) for (day, later), histogram in made.superseded().items()]
        is_put = volume < max(VOLUMES)
        _put(client, cells if is_put else ())
        for window in WINDOWS:
            counts, read = _asked(handler, client, _request(survey, secret, window, "all"))
            rows.append(_row(volume, window, "all", counts, read))
            if is_put:
                rows.append(
                    _row(volume, window, "latest", *_asked(handler, client, _request(survey, secret, window, "latest")))
                )
            first = f"S#{LAST_DAY - timedelta(YEAR + int(window.removesuffix('d')) - 2)}"
            superseded = [cell for cell in cells if cell["sk"]["S"] >= first]
            expected = read_units(sum(map(item_bytes, superseded)), consistent=False)
            if is_put and abs(expected - float(rows[-1].cells[-1]) + read) > 1:
                raise BenchError(f"{survey}: {rows[-1].cells}, and {read} + {expected} were expected")
            if not is_put:
                rows.append(_row(volume, window, "latest, by the rule", counts + superseded, read + expected))
    return Section(READ, READ_COLUMNS, rows, READ_HOW)


def _row(volume: int, window: str, basis: str, items: Sequence[Mapping[str, Any]], units: float) -> Row:
    size = f"{sum(map(item_bytes, items)):,}"
    cells = (f"{volume:,}", window, basis, f"{len(items):,}", size, f"{units:.1f}")
    return Row(cells, f"≤ {MOST_UNITS}", units <= MOST_UNITS) if basis == "all" else Row(cells)


def _asked(handler: Handler, client: Any, request: dict[str, Any]) -> tuple[list[Any], float]:
    """Return the count items that a trend reads, and the units they cost."""
    with metered(client) as meter:
        reply = handler(request, None)
    if reply["statusCode"] != 200 or len(json.loads(reply["body"])["points"]) != YEAR:
        raise BenchError(f"{request['rawQueryString']}: {reply}")
    values = [
        (call, call.params.get("ExpressionAttributeValues", {}).get(":pk", {}).get("S", "")) for call in meter.reads
    ]
    counts = [call for call, partition in values if partition.startswith("C#")]
    return [item for call in counts for item in call.reply["Items"]], sum(call.read_units for call in counts)


def _count(survey: str, day: str, later: str | None, histogram: Histogram) -> dict[str, Any]:
    """Write a count as the recorder leaves it: a day has all eleven scores, a superseded one those it was given."""
    scores = {f"h{score}": {"N": str(n)} for score, n in enumerate(histogram.counts) if n or later is None}
    return {"pk": {"S": table_keys.counts(survey, ALL)}, "sk": {"S": table_keys.count(day, later)}, **scores}


def _put(client: Any, items: Iterable[dict[str, Any]]) -> None:
    puts = [{"PutRequest": {"Item": item}} for item in items]
    for start in range(0, len(puts), 25):
        client.batch_write_item(RequestItems={TABLE: puts[start : start + 25]})


def _request(survey: str, secret: str, window: str, basis: str) -> dict[str, Any]:
    first, end = LAST_DAY - timedelta(YEAR - 1), LAST_DAY + timedelta(1)
    return {
        "routeKey": "GET /v1/surveys/{survey}/trend",
        "rawQueryString": f"window={window}&from={first}&to={end}&basis={basis}",
        "pathParameters": {"survey": survey},
        "headers": {"authorization": f"Bearer {secret}"},
        "requestContext": {"requestId": "bench"},
    }


def _writing(lab: Lab, client: Any) -> Section:
    handler, survey = handler_of("record_responses"), "trend-repeats"
    bootstrap.surveys().put(Survey(survey, "Bench", created_at="now", updated_at="now", zone_is_fixed=True), None)
    crowd, rows, now = Crowd(survey, known=True), [], time.time_ns() // 1_000_000
    for name, moment, first in (("a person's first", now - DAY, 0), ("a person's next", now, PEOPLE)):
        lab.steps.step(f"{name}: write units")
        given = list(crowd.submissions(moment, first, PEOPLE))
        again = [replace(one, statement=replace(one.statement, person=f"repeat-{n}")) for n, one in enumerate(given)]
        with metered(client) as meter:
            for event in batches(again, 1):
                if handler(event, None)["batchItemFailures"]:
                    raise BenchError("a response was not recorded")
        rows.append(_written(name, meter))
    return Section(WRITE, WRITE_COLUMNS, rows, WRITE_HOW)


def _written(name: str, meter: Meter) -> Row:
    """Part the transactions into those that put a new response and those that link one to another."""
    new_writes = [call for call in meter.writes if _is_new(call)]
    links = [call for call in meter.writes if not _is_new(call)]
    if len(new_writes) != PEOPLE:
        raise BenchError(f"{len(new_writes)} responses were recorded")
    looked = sum(call.read_units for call in meter.reads if _is_look(call)) / PEOPLE
    more = sum(call.write_units for call in links) / PEOPLE
    own = sum(call.write_units for call in new_writes) / PEOPLE
    limit = 0.0 if "first" in name else MOST_MORE
    cells = (name, f"{PEOPLE}", f"{own:.2f}", f"{more:.2f}", f"{looked:.2f}")
    return Row(cells, f"≤ {limit:.0f} for the link", more <= limit)


def _is_new(call: Call) -> bool:
    verb, action = call.actions[0]
    return verb == "Put" and "attribute_not_exists" in action.get("ConditionExpression", "")


def _is_look(call: Call) -> bool:
    """Return whether a call reads pointers or responses, and not the survey or an erased person."""
    if call.operation == "BatchGetItem":
        return any(key["pk"]["S"].startswith("R#") for key in call.params["RequestItems"][TABLE]["Keys"])
    values, key = call.params.get("ExpressionAttributeValues", {}), call.params.get("Key", {})
    partition: str = (key.get("pk") or values.get(":pk") or {"S": ""})["S"]
    return partition.startswith(("P#", "R#")) and call.operation in ("GetItem", "Query")
