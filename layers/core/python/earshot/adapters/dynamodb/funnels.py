"""The funnels in DynamoDB: a row is one small item, and counted events are stored in the same transaction."""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, Key, Query, TableAdapter, Write, adding, update
from earshot.domain.funnel import STAGES, Funnel, Row
from earshot.domain.invitation_cohorts import COLUMNS, MailDay
from earshot.ports.funnel import Place, Tally

# Events are stored as counted by slices of five seconds: with longer ones each write costs that of a large item;
# with shorter ones a batch writes more items.
SLICE = 5_000
# The stream keeps a record for a day; so much later it cannot come again.
KEPT_SECONDS = 2 * 86_400


class DynamoDBFunnels(TableAdapter):
    """The `Funnels` port over the table.

    A transaction costs two write units a kilobyte and item: 50 events of a steady stream write one to three notes and
    two or three rows, 0.2 to 0.3 units an event; at 200 events a second, where notes grow to 13 KB, 0.7. An event that
    comes alone costs 4 units, 6 if it moves two waves, and 2 more where it moves a day. One that moves nothing costs
    none.
    """

    def add(self, tallies: Sequence[Tally]) -> frozenset[str] | None:
        """Count events once in one transaction, see `Funnels.add`."""
        slices: dict[int, list[Tally]] = defaultdict(list)
        for tally in tallies:
            slices[tally.time // SLICE].append(tally)
        notes = [_note(number, group) for number, group in slices.items()]
        if self._table.transact(*notes, *row_updates(tallies)):
            return None
        found = self._table.get_many([table_keys.counted_key(number) for number in slices])
        seen = {name for item in found for name in item["seen"]}
        return frozenset(tally.event for tally in tallies if _name(tally) in seen)

    def read(self, survey: str) -> Funnel:
        """Return the funnel of a survey; eventually consistent, as it costs half and lags by milliseconds."""
        items = self._table.query(Query(partition=table_keys.funnel(survey)))
        return Funnel(dict(_row(survey, item) for item in items))

    def days(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return what became of the first mails of each day, see `Funnels.days`."""
        items = self._table.query(Query(partition=table_keys.mail_days(survey), low=first, high=end))
        found = {item["sk"]: _numbers(item, COLUMNS) for item in items if item["sk"] != end}
        return {day: numbers for day, numbers in found.items() if any(numbers.values())}


def _note(number: int, tallies: Sequence[Tally]) -> Write:
    """Store events as counted, unless one of them was before."""
    names: dict[str, Any] = {f"e{place}": _name(tally) for place, tally in enumerate(tallies)}
    return update(
        table_keys.counted_key(number),
        "ADD seen :all SET expires = :expires",
        " AND ".join(f"NOT contains(seen, :{name})" for name in names),
        **names,
        all=frozenset(names.values()),
        expires=number * SLICE // 1000 + KEPT_SECONDS,
    )


def row_updates(tallies: Sequence[Tally]) -> list[Write]:
    """Build one ADD a row, with what all events together add to it."""
    sums: dict[Place, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for tally in tallies:
        for (row, stage), change in tally.moves.items():
            sums[row][stage] += change
    return [_add(row, moved) for row in sums if (moved := {s: n for s, n in sums[row].items() if n})]


def _add(row: Place, moved: Mapping[str, int]) -> Write:
    stages: dict[str, str] = {f"s{place}": stage for place, stage in enumerate(moved)}
    values: dict[str, Any] = {short: moved[stage] for short, stage in stages.items()}
    return update(_key(row), adding(*stages), names=stages, **values)


def _name(tally: Tally) -> str:
    """Shorten an event's id to 72 bits: among the few thousand events of a slice no two will be the same."""
    return urlsafe_b64encode(sha256(tally.event.encode()).digest()[:9]).decode()


def _row(survey: str, item: Item) -> tuple[Row, dict[str, int]]:
    channel, wave = table_keys.read_funnel_row(item["sk"])
    return Row(survey, channel, wave), _numbers(item, STAGES)


def _key(row: Place) -> Key:
    if isinstance(row, MailDay):
        return table_keys.mail_day_key(row.survey, row.day)
    return table_keys.funnel_key(row.survey, row.channel, row.wave)


def _numbers(item: Item, names: Iterable[str]) -> dict[str, int]:
    return {name: item[name] for name in names if name in item}
