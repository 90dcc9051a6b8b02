"""Responses recorded before there were links: the operator links them on the deployed stack, next to a recorder."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode

from tests.e2e.conftest import Stack
from tests.e2e.survey_client import physical, settle
from tests.e2e.test_operations import earshot
from tests.e2e.test_trend import END, FIRST, SHOP, Kept, check_trend

SERIES = ("all", "plan=pro", "plan=free")
MEANWHILE = """
2025-03-20T10:00:00 2  dora free
2025-01-02T10:00:00 9  dora pro
2025-04-11T10:00:00 0  ann  free
2025-02-11T10:00:00 8  bob  pro
2025-04-11T11:00:00 10 hugo pro
"""


def test_responses_without_links_are_linked_while_others_arrive(stack: Stack) -> None:
    kept = Kept(stack, "UTC")
    kept.give(SHOP)
    settle(stack)
    survey, right = kept.survey.id, asked(kept)
    removed = remove_links(stack, survey)
    assert [point["responses"] for point in asked(kept)["points"]] == [
        point["responses"] for point in asked(kept, basis="all")["points"]
    ]

    output = earshot(stack, "rebuild", survey, "--links", "--dry-run", exit_code=1)
    assert f"{survey}: {removed} links are missing or wrong; dry run, nothing was changed." in output
    with ThreadPoolExecutor(1) as pool:
        arriving = pool.submit(kept.give, MEANWHILE)
        earshot(stack, "rebuild", survey, "--links")
        arriving.result()
    settle(stack)

    assert asked(kept) != right
    for length in ("30d", "month", "quarter", "all"):
        check_trend(asked(kept, length), [kept.responses], None, "latest", length)
        check_trend(asked(kept, length, segment="plan=pro"), [kept.responses], "pro", "latest", length)
    assert "every response is linked to its person's next" in earshot(stack, "rebuild", survey, "--links")


def asked(kept: Kept, window: str = "quarter", basis: str = "latest", **more: str) -> dict[str, Any]:
    period = {"from": FIRST.isoformat(), "to": END.isoformat()}
    query = urlencode({"window": window, "basis": basis, **period, **more}, quote_via=quote)
    reply = kept.survey.stack.call("GET", f"{kept.survey.path}/trend?{query}")
    assert reply.status == 200, reply.raw
    return dict(reply.body)


def remove_links(stack: Stack, survey: str) -> int:
    """Leave the table as it was before responses had links; return how many there were."""
    dynamodb, table = stack.client("dynamodb"), physical(stack, "Table")

    def items(partition: str, first: str = "") -> list[dict[str, Any]]:
        condition = "pk = :pk AND begins_with(sk, :first)" if first else "pk = :pk"
        values = {":pk": {"S": partition}} | ({":first": {"S": first}} if first else {})
        found: list[dict[str, Any]] = dynamodb.query(
            TableName=table, KeyConditionExpression=condition, ExpressionAttributeValues=values
        )["Items"]
        return found

    linked = [item for shard in range(4) for item in items(f"R#{survey}#{shard}") if "superseded_on" in item]
    for item in linked:
        dynamodb.update_item(TableName=table, Key=key(item), UpdateExpression="REMOVE superseded_on")
    for cell in [cell for series in SERIES for cell in items(f"C#{survey}#{series}", "S#")]:
        dynamodb.delete_item(TableName=table, Key=key(cell))
    return len(linked)


def key(item: dict[str, Any]) -> dict[str, Any]:
    return {"pk": item["pk"], "sk": item["sk"]}
