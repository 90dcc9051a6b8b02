"""A year of responses that lie in no table: what `audit` and `rebuild` ask of DynamoDB, CloudFormation and the API.

Each answer is made when it is asked for, so that neither the table's memory nor its speed is measured, and a million
of them need no seeding. The engine's own table goes through a whole partition for every page of it.
"""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_items import response_item
from earshot.adapters.dynamodb.segment_items import value_item
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain import ids
from earshot.domain.response import ALL, Response, with_emitted_events
from earshot.domain.segment_values import Source, Value, ValueStatus
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.survey import Survey

SURVEY = "bench"
FIRST, DAYS = date(2025, 11, 21), 365
BEGAN = int(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC).timestamp() * 1000)
DAY = 86_400_000
PLANS = ("free", "pro", "team")
# A page of DynamoDB is 1 MB, of the items below about that many.
PAGE = 2_200
# One count is off, so that a rebuild has something to find: day 100, score 3, of the whole survey.
DRIFTED = ("all", (FIRST + timedelta(100)).isoformat())
DRIFT = 2


class SeededTable:
    """So many responses, evenly over a year and the four partitions, a third of each plan."""

    def __init__(self, responses: int) -> None:
        self.responses = responses
        self.drift: dict[tuple[str, str], dict[str, int]] = {DRIFTED: {"h3": DRIFT}}
        self._step = DAYS * DAY / responses

    def response(self, number: int) -> Response:
        """Make one response, the same each time."""
        time = self._time(number)
        made = Response(
            survey=SURVEY,
            id=ids.mint(time, str(number).encode()),
            revision=1,
            statement=Statement(
                kind=StatementKind.FINAL,
                received_at=time,
                score=number * 7 % 11,
                comment="The seat was narrow, the crew was kind, and we were late.",
                properties={"plan": PLANS[number % 3]},
                channel="mail",
            ),
            digest="0123456789abcdef",
            responded_at=time,
            day=self._day(number),
            series=(f"plan={PLANS[number % 3]}",),
            correlation="JKJaXmPLvHcESHA=",
        )
        return with_emitted_events(None, made)

    def between(self, shard: int, low: str, high: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of a partition's items between two ids, and where it ended if there is more."""
        begin = self._number(after, 1) if after else self._number(low, 0)
        begin += (shard - begin) % table_keys.SHARDS
        end = min(begin + PAGE * table_keys.SHARDS, self.responses)
        found = [marshalled(response_item(self.response(number))) for number in range(begin, end, table_keys.SHARDS)]
        inside = [item for item in found if item["sk"]["S"] <= high]
        more = len(inside) == len(found) and end < self.responses and inside
        return inside, inside[-1]["sk"]["S"] if more else None

    def outermost(self, shard: int, *, forward: bool) -> list[dict[str, Any]]:
        """Return the first or the last item of a partition."""
        last = self.responses - 1 - (self.responses - 1 - shard) % table_keys.SHARDS
        return [marshalled(response_item(self.response(shard if forward else last)))]

    @cached_property
    def counted(self) -> dict[tuple[str, str], list[int]]:
        """Count the responses by series and day."""
        found: dict[tuple[str, str], list[int]] = {}
        for number in range(self.responses):
            for series in (ALL, f"plan={PLANS[number % 3]}"):
                found.setdefault((series, self._day(number)), [0] * 11)[number * 7 % 11] += 1
        return found

    def counts(self, series: str, low: str, high: str) -> Iterator[tuple[str, list[int]]]:
        """Return the counts of a series, with the drift that is left."""
        for (name, day), histogram in sorted(self.counted.items()):
            if name == series and low <= day <= high:
                off = self.drift.get((name, day), {})
                yield day, [count + off.get(f"h{score}", 0) for score, count in enumerate(histogram)]

    def _time(self, number: int) -> int:
        return BEGAN + int(number * self._step)

    def _day(self, number: int) -> str:
        return (FIRST + timedelta((self._time(number) - BEGAN) // DAY)).isoformat()

    def _number(self, bound: str, later: int) -> int:
        """Return the first response that does not lie below an id, or (later) the one after it."""
        time = int(bound.replace("-", "")[:12].ljust(12, "0"), 16)
        number = max(int((time - BEGAN) / self._step) - 2, 0)
        while number < self.responses and self.response(number).id < bound:
            number += 1
        return number + later


class Capture:
    """Takes what an adapter writes, to know the items without a table."""

    def __init__(self) -> None:
        self.items: list[dict[str, Any]] = []

    def transact_write_items(self, TransactItems: list[dict[str, Any]]) -> None:  # noqa: N803 boto3's name
        """Keep the items."""
        self.items += [write["Put"]["Item"] for write in TransactItems]


def survey_items() -> list[dict[str, Any]]:
    """Return the items of the survey, its place in the directory, and the values of its segment."""
    capture = Capture()
    DynamoDBSurveys(capture, "seeded").put(Survey(SURVEY, "Bench", segments=("plan",), zone_is_fixed=True), None)
    values = (Value("plan", plan, ValueStatus.SERIES, Source.OWNER) for plan in PLANS)
    return [*capture.items, *(value_item(SURVEY, value) for value in values)]


def api_reply(table: SeededTable, target: str) -> Any:
    """Return the reply to a GET of the API: the survey, its counts, a page of its responses."""
    path, query = urlsplit(target).path, {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
    if path.endswith("/counts"):
        days = table.counts(query.get("segment", ALL), query.get("from", "0"), query.get("to", "~"))
        return {"days": [{"day": day, "histogram": histogram} for day, histogram in days if day != query.get("to")]}
    if not path.endswith("/responses"):
        return {"id": SURVEY, "segments": ["plan"], "values": {"plan": list(PLANS)}}
    start, limit = int(query.get("cursor", 0)), int(query["limit"])
    if "from" in query:
        # The second look at one day: all of it is on the first page, as the stand-in has no need to cut it.
        first = (date.fromisoformat(query["from"]) - FIRST).days * table.responses // DAYS
        start, limit = first - 2, table.responses // DAYS + 4
    numbers = range(max(start, 0), min(start + limit, table.responses))
    shown = [_shown(table.response(number)) for number in numbers]
    if "from" in query:
        return {"responses": [one for one in shown if one["day"] == query["from"]], "cursor": None}
    return {"responses": shown, "cursor": str(numbers.stop) if numbers.stop < table.responses else None}


def _shown(response: Response) -> dict[str, Any]:
    return {
        "id": response.id,
        "survey": response.survey,
        "state": response.kind.state,
        "score": response.score,
        "comment": response.statement.comment,
        "properties": response.statement.properties,
        "channel": response.statement.channel,
        "day": response.day,
        "series": list(response.counted_series),
        "revision": response.revision,
    }


def dynamodb_reply(table: SeededTable, operation: str, request: dict[str, Any]) -> dict[str, Any]:
    """Return the reply to a call to the table."""
    if operation == "Query":
        return _query(table, request)
    if operation == "BatchGetItem":
        ((name, wanted),) = request["RequestItems"].items()
        places = [(key["pk"]["S"], key["sk"]["S"]) for key in wanted["Keys"]]
        found = [_count_item(pk, *one) for pk, sk in places for one in table.counts(_series(pk), sk, sk)]
        return {"Responses": {name: found}, "UnprocessedKeys": {}}
    place = _series(request["Key"]["pk"]["S"]), request["Key"]["sk"]["S"]
    names, values = request["ExpressionAttributeNames"], request["ExpressionAttributeValues"]
    into = table.drift.setdefault(place, {})
    for ref, name in names.items():
        if name.startswith("h"):
            into[name] = into.get(name, 0) + int(values[f":{ref[1:]}"]["N"])
    return {}


def _query(table: SeededTable, request: dict[str, Any]) -> dict[str, Any]:
    values = request["ExpressionAttributeValues"]
    pk = values[":pk"]["S"]
    if pk.startswith("SURVEY"):
        return {"Items": [item for item in survey_items() if item["pk"]["S"] == pk]}
    low, high = values[":low"]["S"], values[":high"]["S"]
    if pk.startswith("C#"):
        items = [_count_item(pk, *one) for one in table.counts(_series(pk), low, high)]
        return {"Items": items if request.get("ScanIndexForward", True) else items[::-1]}
    shard = int(pk[-1])
    if "Limit" in request:
        return {"Items": table.outermost(shard, forward=request["ScanIndexForward"])}
    after = request.get("ExclusiveStartKey", {}).get("sk", {}).get("S")
    items, reached = table.between(shard, low, high, after)
    more = {"LastEvaluatedKey": {"pk": {"S": pk}, "sk": {"S": reached}}} if reached else {}
    return {"Items": items, **more}


def _series(pk: str) -> str:
    return pk.removeprefix(table_keys.counts(SURVEY, ""))


def _count_item(pk: str, day: str, histogram: list[int]) -> dict[str, Any]:
    numbers = {f"h{score}": {"N": str(count)} for score, count in enumerate(histogram)}
    return {"pk": {"S": pk}, "sk": {"S": day}, **numbers}


def dumped(reply: Any) -> bytes:
    """Return a reply as bytes."""
    return json.dumps(reply, separators=(",", ":")).encode()
