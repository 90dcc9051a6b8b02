"""Surveys in DynamoDB: one item each, the values of their segments apart, and a directory to list them by."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.segment_items import (
    flag_unlisted,
    is_places,
    put_value,
    read_places,
    read_value,
    take_places,
)
from earshot.adapters.dynamodb.submission_policies import DynamoDBSubmissionPolicies
from earshot.adapters.dynamodb.survey_items import read_survey, survey_item
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, Write, delete, key_of, put
from earshot.domain.errors import BusyError
from earshot.domain.segment_values import (
    CANDIDATES,
    VALUES_PER_SEGMENT,
    Places,
    Source,
    Value,
    ValueStatus,
)
from earshot.domain.survey import Survey
from earshot.ports.messaging import TaskQueue

ATTEMPTS = 8
Writes = list[Write]
MOST_KNOWN = 100
# This many values, the places and the survey fit into one transaction.
AT_ONCE = 90
HELD = "the values of this segment are being changed by another request; try again"


class DynamoDBSurveys(DynamoDBSubmissionPolicies):
    """The `Surveys` port over the table; `backfills` is asked where a value that gets a series may have a past."""

    def __init__(self, client: Any, table: str, backfills: TaskQueue | None = None) -> None:
        super().__init__(client, table)
        self._backfills = backfills
        # By survey: of which making and revision it is, and its values that have a series, segment and name each.
        self._known: dict[str, tuple[tuple[str, int], set[tuple[str, str]]]] = {}

    def get(self, survey_id: str) -> Survey | None:
        """Read a survey's settings as they are now; the cost does not depend on the number of values."""
        item = self._table.get(table_keys.survey_key(survey_id))
        return read_survey(item) if item else None

    def with_values(self, survey: Survey) -> Survey:
        """Return the survey with the values of its segments as they are now."""
        items = list(self._query(table_keys.values(survey.id)))
        bare = replace(survey, values={}, others={}, numbers={}, places=_places_in(items, survey))
        return bare.with_known(read_value(item) for item in items if not is_places(item))

    def values(self, survey_id: str, segment: str) -> Sequence[Value]:
        """Return all that is known of the values of a segment."""
        known = (read_value(item) for item in self._query(table_keys.values(survey_id)) if not is_places(item))
        return [value for value in known if value.segment == segment]

    def list(self) -> list[Survey]:
        """List all surveys by id, without their values."""
        return [read_survey(item) for item in self._query(table_keys.SURVEYS)]

    def put(self, survey: Survey, replaces: Survey | None) -> bool:
        """Write a survey and its place in the directory, if it still is what it replaces."""
        return self._table.transact(*_puts(survey, replaces))

    def delete(self, survey: Survey) -> bool:
        """Delete a survey and its place in the directory, if it still is as given and has no responses."""
        unanswered = "v = :v AND zone_is_fixed = :no"
        gone = delete(table_keys.survey_key(survey.id), unanswered, v=survey.revision, no=False)
        if not self._table.transact(gone, delete(table_keys.listed_survey_key(survey.id))):
            return False
        for item in list(self._query(table_keys.values(survey.id))):
            self._table.write(delete(key_of(item)))
        return True

    def fix_zone(self, survey_id: str) -> Survey:
        """Make the survey's zone final, and return the survey with it."""
        return self._revise(survey_id, lambda survey: replace(survey, zone_is_fixed=True))

    def complete(self, survey_id: str, segments: Sequence[str], revision: int) -> bool:
        """Store that the older responses of these segments are counted; False if the survey is of another revision."""
        old = self.get(survey_id)
        if old is None or old.revision != revision:
            return False
        left = tuple(name for name in old.incomplete if name not in frozenset(segments))
        return self.put(replace(old, incomplete=left, revision=revision + 1), old)

    def look_up(self, survey: Survey, wanted: Iterable[tuple[str, str]]) -> Survey:
        """Return the survey with the status of some values, see `Surveys.look_up`.

        That a value has a series holds as long as the survey is not revised, so it is read once.
        """
        known = self._remembered(survey)
        asked = set(wanted)
        fresh = [table_keys.value_key(survey.id, *value) for value in sorted(asked - known)]
        wanted_items = [table_keys.places_key(survey.id), *fresh] if fresh else []
        items = list(self._table.get_many(wanted_items))
        found = [read_value(item) for item in items if not is_places(item)]
        old = [Value(segment, name, ValueStatus.SERIES) for segment, name in asked & known]
        known |= {(value.segment, value.name) for value in found if value.status is ValueStatus.SERIES}
        return replace(survey, places=_places_in(items, survey)).with_known([*old, *found])

    def _remembered(self, survey: Survey) -> set[tuple[str, str]]:
        """Return the values known to have a series as long as the survey is as it is."""
        stands = (survey.created_at, survey.revision)
        if self._known.get(survey.id, (None,))[0] != stands:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[survey.id] = (stands, set())
        return self._known[survey.id][1]

    def admit(self, survey_id: str, segment: str, names: Sequence[str], source: Source) -> Sequence[Value]:
        """Add a series for each value, see `Surveys.admit`; as many at once as a transaction takes."""
        parts = (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))
        return [value for part in parts for value in self._admit(survey_id, segment, part, source)]

    def _admit(self, survey_id: str, segment: str, names: Sequence[str], source: Source) -> Sequence[Value]:
        for _ in range(ATTEMPTS):
            found, places = self._places(survey_id, segment, names)
            fresh = [name for name in names if name not in found or found[name].status is ValueStatus.CANDIDATE]
            taken = fresh[: places.places_left(source)]
            if not taken:
                return list(found.values())
            candidates = [name for name in taken if name in found]
            values = [
                Value(segment, name, ValueStatus.SERIES, source, number=found[name].number if name in found else None)
                for name in taken
            ]
            of_anybody = len(taken) if source is Source.OPEN else 0
            more = {"series": len(taken), "open": of_anybody, "candidates": -len(candidates)}
            writes = [put_value(survey_id, value, found.get(value.name)) for value in values]
            writes.append(take_places(survey_id, segment, places, more))
            if candidates or places.is_unlisted:
                writes += self._ask_for_backfill(survey_id, segment)
            if self._table.transact(*writes):
                _, known = self._known.get(survey_id, (None, set()))
                known |= {(segment, name) for name in taken}
                return list((found | {value.name: value for value in values}).values())
        raise BusyError(HELD)

    def propose(self, survey_id: str, segment: str, names: Sequence[str]) -> Sequence[Value]:
        """Make values candidates unless they are known, see `Surveys.propose`; as many at once as one write takes."""
        parts = (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))
        return [value for part in parts for value in self._propose(survey_id, segment, part)]

    def _propose(self, survey_id: str, segment: str, names: Sequence[str]) -> Sequence[Value]:
        for _ in range(ATTEMPTS):
            found, places = self._places(survey_id, segment, names)
            fresh = [name for name in names if name not in found]
            taken = fresh[: max(0, CANDIDATES - places.candidates)]
            if taken:
                numbered = enumerate(taken, places.numbered + 1)
                values = [Value(segment, name, ValueStatus.CANDIDATE, number=number) for number, name in numbered]
                more = {"candidates": len(taken), "numbered": len(taken)}
                writes = [put_value(survey_id, value, None) for value in values]
                self._table.transact(*writes, take_places(survey_id, segment, places, more))
            elif not fresh or places.is_unlisted:
                return list(found.values())
            else:
                self._table.write(flag_unlisted(survey_id, segment))
            # Read once more: a writer that gave one a series meanwhile did not know that it may be in `(other)`.
        raise BusyError(HELD)

    def decide(self, survey: Survey, decided: Sequence[Value], now: str) -> bool:
        """Write what the owner decided about values of one segment, see `Surveys.decide`."""
        segment = decided[0].segment
        before, places = self._places(survey.id, segment, [value.name for value in decided])
        kept = [replace(value, number=before[value.name].number if value.name in before else None) for value in decided]
        more = dict.fromkeys(("series", "open", "candidates"), 0)
        for sign, side in ((1, kept), (-1, list(before.values()))):
            for value in side:
                more["series"] += sign * (value.status is ValueStatus.SERIES)
                more["open"] += sign * (value.status is ValueStatus.SERIES and value.source is Source.OPEN)
                more["candidates"] += sign * (value.status is ValueStatus.CANDIDATE)
        if places.series + more["series"] > VALUES_PER_SEGMENT:
            return False
        moves = any(
            value.status is not ValueStatus.IGNORED and (value.name in before or places.is_unlisted) for value in kept
        )
        incomplete = (*survey.incomplete, segment) if moves and segment not in survey.incomplete else survey.incomplete
        revised = replace(survey, incomplete=incomplete, revision=survey.revision + 1, updated_at=now)
        puts = [put_value(survey.id, value, before.get(value.name)) for value in kept]
        taken = [take_places(survey.id, segment, places, more)] if any(more.values()) else []
        return self._table.transact(*puts, *taken, *_puts(revised, survey))

    def _places(self, survey_id: str, segment: str, names: Sequence[str]) -> tuple[dict[str, Value], Places]:
        """Read values of a segment as they are now, by name, and its places."""
        values = (table_keys.value_key(survey_id, segment, name) for name in names)
        found = {item["sk"]: item for item in self._table.get_many([table_keys.places_key(survey_id), *values])}
        places = read_places(found.pop(table_keys.PLACES, None), segment)
        return {value.name: value for value in map(read_value, found.values())}, places

    def _ask_for_backfill(self, survey_id: str, segment: str) -> Writes:
        """Ask for a backfill of a segment, and build the writes that say that it is incomplete.

        It is asked for before anything is written, since who writes may not live to do it after. The revision tells
        one that runs already that it has to begin again.
        """
        old = self.get(survey_id)
        if old is None or self._backfills is None:
            raise BusyError(f"the survey {survey_id!r} is not there yet")
        if segment not in old.incomplete:
            task = {"survey": survey_id, "segments": [segment], "revision": old.revision + 1}
            self._backfills.send([task])
        incomplete = tuple(dict.fromkeys((*old.incomplete, segment)))
        return _puts(replace(old, incomplete=incomplete, revision=old.revision + 1), old)

    def _revise(self, survey_id: str, change: Callable[[Survey], Survey]) -> Survey:
        for _ in range(ATTEMPTS):
            old = self.get(survey_id)
            if old is None:
                raise BusyError(f"the survey {survey_id!r} is not there yet")
            changed = change(old)
            if changed == old:
                return old
            new = replace(changed, revision=old.revision + 1)
            if self.put(new, old):
                return new
        raise BusyError("the survey is being changed by another request; try again")

    def _query(self, partition: str) -> Iterator[Item]:
        return self._table.query(Query(partition=partition, consistent=True))


def _places_in(items: Sequence[Item], survey: Survey) -> dict[str, Places]:
    """Read the places of a survey's segments, if their item is among these."""
    found = next((item for item in items if is_places(item)), None)
    return {segment: read_places(found, segment) for segment in survey.segments} if found else {}


def _puts(survey: Survey, replaces: Survey | None) -> list[Write]:
    item = survey_item(survey)
    listed = put({**item, **table_keys.listed_survey_key(survey.id)})
    if replaces is None:
        return [put(item, ABSENT), listed]
    return [put(item, "v = :v", v=replaces.revision), listed]
