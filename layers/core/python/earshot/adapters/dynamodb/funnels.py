"""The funnels in DynamoDB: a row is one small item, and what was counted is noted in the same transaction."""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_many, read_partition
from earshot.adapters.dynamodb.conditional import transacted
from earshot.domain.funnel import STAGES, Funnel, Row
from earshot.domain.invitation_cohorts import COLUMNS, MailDay
from earshot.ports.funnel import Place, Tally

# Events are noted by the five seconds they are of: longer, and each note costs the size of a large item to write;
# shorter, and a batch writes more notes.
SLICE = 5_000
# The stream forgets a record after a day; so much later it cannot come again.
KEPT_SECONDS = 2 * 86_400


class DynamoDBFunnels:
    """The `Funnels` port over the table.

    A transaction costs two write units a kilobyte and item: 50 events of a steady stream write one to three notes and
    two or three rows, 0.2 to 0.3 units an event; at 200 events a second, where notes grow to 13 KB, 0.7. An event that
    comes alone costs 4 units, 6 if it moves two waves, and 2 more where it moves a day. One that moves nothing costs
    none.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add(self, tallies: Sequence[Tally]) -> frozenset[str] | None:
        """Count events once in one transaction, see `Funnels.add`."""
        slices: dict[int, list[Tally]] = defaultdict(list)
        for tally in tallies:
            slices[tally.time // SLICE].append(tally)
        notes = [self._note(number, group) for number, group in slices.items()]
        if transacted(self._client, *notes, *self._counts(tallies)):
            return None
        return self._noted(slices)

    def read(self, survey: str) -> Funnel:
        """Give the funnel of a survey; eventually consistent, as it costs half and lags by milliseconds."""
        items = read_partition(self._client, self._table, table_keys.funnel(survey), consistent=False)
        return Funnel(dict(_row(survey, item) for item in items))

    def days(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Give what became of the first mails of each day, see `Funnels.days`."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :end",
            ExpressionAttributeValues={
                ":pk": {"S": table_keys.mail_days(survey)},
                ":first": {"S": first},
                ":end": {"S": end},
            },
        )
        with translated("the table"):
            found = {item["sk"]["S"]: _numbers(item, COLUMNS) for page in pages for item in page["Items"]}
        found.pop(end, None)
        return {day: numbers for day, numbers in found.items() if any(numbers.values())}

    def _note(self, number: int, tallies: Sequence[Tally]) -> dict[str, Any]:
        """Note events as counted, unless one of them was before."""
        names = {f":e{place}": {"S": _name(tally)} for place, tally in enumerate(tallies)}
        return {
            "Update": {
                "TableName": self._table,
                "Key": _note_key(number),
                "UpdateExpression": "ADD seen :all SET expires = :expires",
                "ConditionExpression": " AND ".join(f"NOT contains(seen, {name})" for name in names),
                "ExpressionAttributeValues": {
                    **names,
                    ":all": {"SS": [name["S"] for name in names.values()]},
                    ":expires": {"N": str(number * SLICE // 1000 + KEPT_SECONDS)},
                },
            }
        }

    def _counts(self, tallies: Sequence[Tally]) -> list[dict[str, Any]]:
        """Build one ADD a row, with what all events together add to it."""
        sums: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for tally in tallies:
            for (row, stage), change in tally.moves.items():
                sums[row][stage] += change
        return [self._add(row, moved) for row in sums if (moved := {s: n for s, n in sums[row].items() if n})]

    def _add(self, row: Place, moved: Mapping[str, int]) -> dict[str, Any]:
        places = dict(enumerate(moved))
        return {
            "Update": {
                "TableName": self._table,
                "Key": _key(row),
                "UpdateExpression": "ADD " + ", ".join(f"#s{place} :n{place}" for place in places),
                "ExpressionAttributeNames": {f"#s{place}": stage for place, stage in places.items()},
                "ExpressionAttributeValues": {f":n{place}": {"N": str(moved[s])} for place, s in places.items()},
            }
        }

    def _noted(self, slices: Mapping[int, Sequence[Tally]]) -> frozenset[str]:
        found = read_many(self._client, self._table, [_note_key(number) for number in slices])
        seen = {name for item in found for name in item["seen"]["SS"]}
        return frozenset(tally.event for group in slices.values() for tally in group if _name(tally) in seen)


def _note_key(number: int) -> dict[str, Any]:
    return {"pk": {"S": table_keys.counted(number)}, "sk": {"S": table_keys.META}}


def _name(tally: Tally) -> str:
    """Shorten an event's id to 72 bits: among the few thousand events of a slice no two will be the same."""
    return urlsafe_b64encode(sha256(tally.event.encode()).digest()[:9]).decode()


def _row(survey: str, item: Mapping[str, Any]) -> tuple[Row, dict[str, int]]:
    channel, _, wave = item["sk"]["S"].rpartition("#")
    return Row(survey, channel, int(wave)), _numbers(item, STAGES)


def _key(row: Place) -> dict[str, Any]:
    if isinstance(row, MailDay):
        return {"pk": {"S": table_keys.mail_days(row.survey)}, "sk": {"S": row.day}}
    return {"pk": {"S": table_keys.funnel(row.survey)}, "sk": {"S": table_keys.funnel_row(row.channel, row.wave)}}


def _numbers(item: Mapping[str, Any], names: Iterable[str]) -> dict[str, int]:
    return {name: int(item[name]["N"]) for name in names if name in item}
