"""The funnels in DynamoDB: a cohort is one small item, and counted events are noted in the same transaction.

A note has room for the events of a minute until it is full, which it then stays; the events of a full minute that come
later have notes of five seconds each.
"""

from base64 import urlsafe_b64encode
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, Query, TableAdapter, Write, adding, update
from earshot.domain.funnel import Funnel
from earshot.domain.invitation_cohorts import COLUMNS, Cohort, Count, WaveStage, columns, funnel_of
from earshot.ports.funnel import Tally

MINUTE = 60_000
# The events of a full minute are noted by parts of five seconds: with longer ones each write costs that of a large
# item; with shorter ones a batch writes more items.
PART = 5_000
# With so many events a minute is full. With 50 more its note has 2 KB, and costs what two notes of parts would.
FULL = 170
# The stream keeps a record for a day; so much later it cannot come again.
KEPT_SECONDS = 2 * 86_400
# How stages are written: an item with all of them in three waves stays below a kilobyte.
CODES = {
    "scheduled": "sd",
    "sent": "st",
    "waiting": "wa",
    "claimed": "ca",
    "stopped": "sp",
    "delivered": "de",
    "bounced": "bo",
    "soft-bounced": "sb",
    "complained": "co",
    "opened": "op",
    "opened-by-machine": "om",
    "clicked": "cl",
    "clicked-by-machine": "cm",
    "clicked-score": "cs",
    "unsubscribed": "un",
    "responded": "re",
    "commented": "ct",
    "declined": "dd",
}
_STAGES = {code: stage for stage, code in CODES.items()}


class Note(NamedTuple):
    """Which events were counted in a minute (Unix time), or in a part of it once it was full."""

    minute: int
    part: int | None = None


class DynamoDBFunnels(TableAdapter):
    """The `Funnels` port over the table.

    A transaction costs two write units a kilobyte and item. What becomes of a mail within a minute moves one cohort:
    with its note that is 4 units, however many changes it were. 50 events of a steady stream write one to three notes
    and the cohorts of the days they belong to: 0.2 to 0.3 units an event, also at 200 events a second. One that moves
    nothing costs none.
    """

    def add(self, tallies: Sequence[Tally]) -> frozenset[str] | None:
        """Count events once in one transaction, see `Funnels.add`.

        What a note names it keeps, and a full one stays as it is, so at first a reading that lags will do.
        """
        known = self._names({_notes(tally)[0] for tally in tallies}, consistent=False)
        for _ in range(2):
            if not _named(tallies, known) and self._is_counted(tallies, known):
                return None
            known = self._names({note for tally in tallies for note in _notes(tally)}, consistent=True)
            if again := _named(tallies, known):
                return again
        return frozenset()

    def read(self, survey: str) -> Funnel:
        """Return the funnel of a survey; eventually consistent, as it costs half and lags by milliseconds.

        It costs half a read unit for every four kilobytes: up to 50 for a survey that sent mails on each day of a year.
        """
        items = self._table.query(Query(partition=table_keys.funnel(survey)))
        return funnel_of(survey, map(_counts, items))

    def days(self, survey: str, first: str, end: str) -> dict[str, Mapping[str, int]]:
        """Return what became of the first mails of each day, see `Funnels.days`."""
        items = self._table.query(Query(partition=table_keys.funnel(survey), low=first, high=end))
        found = {item["sk"]: columns(_counts(item)) for item in items if item["sk"] != end}
        return {day: numbers for day, numbers in found.items() if any(numbers.values())}

    def _is_counted(self, tallies: Sequence[Tally], known: Mapping[Note, frozenset[str]]) -> bool:
        """Note and count events, where the notes that are known say which minutes are full; False if refused."""
        notes: dict[Note, list[Tally]] = defaultdict(list)
        for tally in tallies:
            notes[_note_of(tally, known)].append(tally)
        writes = [_noting(note, group) for note, group in notes.items()]
        return self._table.transact(*writes, *cohort_updates(tallies))

    def _names(self, notes: Iterable[Note], *, consistent: bool) -> dict[Note, frozenset[str]]:
        """Read which events notes name; those that are not there are left out."""
        keys = [table_keys.counted_key(*note) for note in notes]
        items = self._table.get_many(keys, consistent=consistent)
        return {Note(*table_keys.read_counted_key(item)): item["seen"] for item in items}


def cohort_updates(tallies: Sequence[Tally]) -> list[Write]:
    """Build one ADD a cohort, with what all events together add to it."""
    sums: dict[Cohort, dict[Count, int]] = defaultdict(lambda: defaultdict(int))
    for tally in tallies:
        for (cohort, count), change in tally.moves.items():
            sums[cohort][count] += change
    return [_add(cohort, moved) for cohort in sums if (moved := {c: n for c, n in sums[cohort].items() if n})]


def _add(cohort: Cohort, moved: Mapping[Count, int]) -> Write:
    names: dict[str, str] = {f"c{place}": _attribute(count) for place, count in enumerate(moved)}
    values: dict[str, Any] = dict(zip(names, moved.values(), strict=True))
    return update(table_keys.cohort_key(*cohort), adding(*names), names=names, **values)


def _note_of(tally: Tally, known: Mapping[Note, frozenset[str]]) -> Note:
    """Return where an event is to be noted: with its minute, or with its part of a minute that is full."""
    minute, part = _notes(tally)
    return part if len(known.get(minute, ())) >= FULL else minute


def _noting(note: Note, tallies: Sequence[Tally]) -> Write:
    """Note events as counted, unless one of them was before, or the minute is full by now."""
    names: dict[str, Any] = {f"e{place}": _name(tally) for place, tally in enumerate(tallies)}
    values: dict[str, Any] = {**names, "full": FULL} if note.part is None else names
    is_open = ["(attribute_not_exists(seen) OR size(seen) < :full)"] if note.part is None else []
    return update(
        table_keys.counted_key(*note),
        "ADD seen :all SET expires = :expires",
        " AND ".join([*is_open, *(f"NOT contains(seen, :{name})" for name in names)]),
        **values,
        all=frozenset(names.values()),
        expires=note.minute * MINUTE // 1000 + KEPT_SECONDS,
    )


def _named(tallies: Sequence[Tally], known: Mapping[Note, frozenset[str]]) -> frozenset[str]:
    """Return the events that one of their notes names."""
    return frozenset(tally.event for tally in tallies if any(_name(tally) in known.get(n, ()) for n in _notes(tally)))


def _notes(tally: Tally) -> tuple[Note, Note]:
    """Return both notes in which an event may be named."""
    minute, rest = divmod(tally.time, MINUTE)
    return Note(minute), Note(minute, rest // PART)


def _name(tally: Tally) -> str:
    """Shorten an event's id to 48 bits: of a thousand events in one note two are the same once in 500 million notes."""
    return urlsafe_b64encode(sha256(tally.event.encode()).digest()[:6]).decode()


def _attribute(count: Count) -> str:
    return f"{count.channel}#{count.wave}#{CODES[count.stage]}" if isinstance(count, WaveStage) else count


def _counts(item: Item) -> dict[Count, int]:
    return {count: item[name] for name in item if (count := _count(name)) is not None}


def _count(name: str) -> Count | None:
    """Return what an attribute counts; None for those of the key."""
    if name in COLUMNS:
        return name
    channel, *rest = name.rsplit("#", 2)
    return WaveStage(channel, int(rest[0]), _STAGES[rest[1]]) if rest else None
