"""A breakdown by 200 values over years of days, through the real client: right, and read within the function's time."""

import json
import sys
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from earshot.adapters.dynamodb.counts import DynamoDBCounts
from earshot.domain.score import Histogram
from earshot.domain.segment_values import OTHER
from earshot.domain.window import Window
from earshot.services.scores.report_breakdown import break_down
from earshot.services.scores.report_score import Basis
from tests.factories import make_survey

DAYS = [date(2025, 1, 1) + timedelta(day) for day in range(100)]
VALUES = [f"value {number:03d}" for number in range(200)]
EVER = Window("all", date(1970, 1, 1), date(2026, 1, 1))
PAGE = 60
# Python calls for each day of each value; read by the model of the service it takes some 70.
MOST_CALLS = 12


class Raw(BytesIO):
    """The bytes of a reply as urllib3 streams them."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


class Stub:
    """Replies to each query of a client with the bytes that DynamoDB sends: a day an item, two pages a series."""

    def __init__(self, client: Any) -> None:
        self.queries = 0
        client.meta.events.register("before-send.dynamodb.Query", self._reply)

    def _reply(self, request: Any, **_: Any) -> AWSResponse:
        self.queries += 1
        asked = json.loads(request.body)
        series = asked["ExpressionAttributeValues"][":pk"]["S"].removeprefix("C#demo#")
        first, end = (asked["ExpressionAttributeValues"][name]["S"] for name in (":low", ":high"))
        after = asked["ExclusiveStartKey"]["sk"]["S"] if "ExclusiveStartKey" in asked else ""
        days = [day for day in DAYS if first <= day.isoformat() < end and day.isoformat() > after]
        items = [item_of(series, day) for day in days[:PAGE]]
        more = {"LastEvaluatedKey": {"pk": items[-1]["pk"], "sk": items[-1]["sk"]}} if len(days) > PAGE else {}
        body = json.dumps({"Items": items, "Count": len(items), **more}, separators=(",", ":")).encode()
        return AWSResponse(request.url, 200, {"content-type": "application/x-amz-json-1.0"}, Raw(body))


def item_of(series: str, day: date) -> dict[str, dict[str, str]]:
    """Make a day's count: of a value one response of a score that its number gives, of the others a 10."""
    value = series.removeprefix("plan=")
    scores = range(11) if series == "all" else (VALUES.index(value) % 11 if value in VALUES else 10,)
    numbers = {f"h{score}": {"N": "1"} for score in scores}
    return {"pk": {"S": f"C#demo#{series}"}, "sk": {"S": day.isoformat()}, **numbers}


@pytest.fixture
def client() -> Any:
    return boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="x")


def calls_of(work: Any) -> tuple[Any, int]:
    """Do some work; return what it returned, and how many Python functions were called."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        return work(), calls
    finally:
        sys.setprofile(None)


def test_two_hundred_values_over_all_days_are_broken_down_right(client: Any) -> None:
    stub = Stub(client)
    survey = make_survey(segments=("plan",), values={"plan": tuple(VALUES)})
    found = break_down(survey, "plan", Basis.ALL, EVER, counts=DynamoDBCounts(client, "earshot"))
    assert (found.total, found.window.start) == (Histogram((100,) * 11), DAYS[0])
    assert {row.value: row.histogram for row in found.rows} == {
        value: Histogram.of([number % 11] * 100) for number, value in enumerate(VALUES)
    } | {OTHER: Histogram.of([10] * 100)}
    # One query a value, one of those that share a series and one of all, two pages each.
    assert stub.queries == 404


def test_a_day_of_counts_costs_few_calls(client: Any) -> None:
    """Read by the service's model, three years of 200 values took 10 s of CPU, and ten years the function's time."""
    Stub(client)
    counts = DynamoDBCounts(client, "earshot")
    counts.days("demo", "all", "2025-01-01", "2025-01-02")
    few, calls_of_few = calls_of(lambda: counts.days("demo", "all", "2025-01-01", "2025-01-11"))
    many, calls_of_many = calls_of(lambda: counts.days("demo", "all", "2025-01-01", "2025-02-20"))
    assert (len(few), len(many)) == (10, 50)
    assert calls_of_many - calls_of_few <= MOST_CALLS * (len(many) - len(few))


def test_what_else_is_queried_is_read_as_ever(client: Any) -> None:
    """A comment may hold the characters of a count's key, and binary values are bytes."""
    items = [{"pk": {"S": "R#demo"}, "comment": {"S": '"C#'}, "hash": {"B": "AAE="}}]
    body = json.dumps({"Items": items, "Count": 1}).encode()

    def reply(request: Any, **_: Any) -> AWSResponse:
        return AWSResponse(request.url, 200, {}, Raw(body))

    client.meta.events.register("before-send.dynamodb.Query", reply)
    DynamoDBCounts(client, "earshot")
    (found,) = client.query(TableName="earshot")["Items"]
    assert (found["comment"], found["hash"]) == ({"S": '"C#'}, {"B": b"\x00\x01"})
