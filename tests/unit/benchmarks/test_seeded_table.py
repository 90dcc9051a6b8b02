"""The stand-in of the operations bench: its pages hold every response once, and its counts are theirs."""

from collections import Counter

from benchmarks.seeded_table import DRIFT, DRIFTED, SURVEY, SeededTable, api_reply, dynamodb_reply
from earshot.adapters.dynamodb.response_items import read_response
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.domain.response import Response

RESPONSES = 20_000


def walked(table: SeededTable) -> list[Response]:
    """Read all four partitions page by page."""
    found: list[Response] = []
    for shard in range(4):
        after = None
        while True:
            items, after = table.between(shard, "0", "g", after)
            found += [read_response(unmarshalled(item)) for item in items]
            if after is None:
                break
    return found


def test_every_response_is_on_one_page() -> None:
    table = SeededTable(RESPONSES)
    assert sorted(response.id for response in walked(table)) == sorted(table.response(n).id for n in range(RESPONSES))


def test_a_day_is_found_by_its_ids() -> None:
    table = SeededTable(RESPONSES)
    low, high = table.response(7_000).id, table.response(7_500).id
    inside = [item["sk"]["S"] for shard in range(4) for item in table.between(shard, low, high, None)[0]]
    assert sorted(inside) == sorted(table.response(number).id for number in range(7_000, 7_501))


def test_the_counts_are_those_of_the_responses_but_for_the_one_that_is_off() -> None:
    table = SeededTable(RESPONSES)
    counted = Counter((series, r.day, r.score) for r in walked(table) for series in r.counted_series)
    counts = Counter[tuple[str, str, int | None]]()
    for series in ("all", "plan=free", "plan=pro", "plan=team"):
        request = {
            "ExpressionAttributeValues": {
                f":{n}": {"S": v}
                for n, v in zip(("pk", "low", "high"), (f"C#{SURVEY}#{series}", "0", "~"), strict=True)
            }
        }
        for item in dynamodb_reply(table, "Query", request)["Items"]:
            counts |= Counter({(series, item["sk"]["S"], score): int(item[f"h{score}"]["N"]) for score in range(11)})
    assert counts - counted == Counter({(*DRIFTED, 3): DRIFT})
    assert not counted - counts


def test_the_api_lists_the_same_responses() -> None:
    table, listed = SeededTable(1_234), []
    for start in (0, 500, 1_000):
        page = api_reply(table, f"/v1/surveys/{SURVEY}/responses?limit=500&cursor={start}")
        listed += [response["id"] for response in page["responses"]]
        assert page["cursor"] == (str(start + 500) if start < 1_000 else None)
    assert listed == [table.response(number).id for number in range(1_234)]
