"""Items of counts: where each response counts, and how the items are read and corrected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, Query, Table, adding, setting, update
from earshot.domain.counting import QUALITY_FLAGS, candidate_of, contribution, listed, quality_flags_of
from earshot.domain.response import ALL, Response
from earshot.domain.survey import Survey
from earshot_cli.ops.count_drift import Place, Share

# The id of the last rebuild that corrected an item: another rebuild, or a repeated call, sees that it was corrected.
REBUILT = "rebuilt"
# Other numbers of an item are left alone: `share_of` does not recount them.
NUMBERS = frozenset((*(f"h{score}" for score in range(11)), *QUALITY_FLAGS))


def share_of(response: Response) -> Share:
    """Return what a response adds to the counts."""

    def place(series: str, day: str, superseded_on: str | None = None) -> Place:
        return Place(table_keys.counts(response.survey, series), table_keys.count(day, superseded_on))

    cells = contribution(response).items()
    return {
        **{
            (place(cell.series, cell.day, cell.superseded_on), f"h{score}"): count
            for cell, scores in cells
            for score, count in scores.items()
        },
        **{(place(ALL, response.day), flag): 1 for flag in quality_flags_of(response)},
        **{(place(cell.series, cell.day), name): 1 for cell, name in listed(response).items()},
    }


def own_day(sort_key: str) -> str:
    """Return the day of the responses that an item counts: every kind of count ends with it."""
    return sort_key[-len("2026-11-21") :]


def known_series(survey: Survey) -> set[str]:
    """Return every series that the survey may have counted in, also those of segments no longer tracked."""
    return set(replace(survey, segments=(*survey.segments, *survey.values)).all_series())


class CountItems:
    """The count items of a survey in the table."""

    def __init__(self, client: Any, table: str, survey: str) -> None:
        self._table = Table(client, table)
        self._survey = survey

    def between(self, series: Iterable[str], first: date, end: date) -> Iterator[tuple[Place, dict[str, int]]]:
        """Yield the numbers of all items of some series whose own day is from `first` to `end` (exclusive)."""
        days = first.isoformat(), end.isoformat()
        for name in sorted(series):
            for low, high in (days, ("A", "~")):
                for item in self._table.query(self._query(name, low, high)):
                    place = Place(item["pk"], item["sk"])
                    if days[0] <= own_day(place.sk) < days[1] and _is_recounted(place.sk):
                        yield place, numbers_of(item)

    def days(self, series: Iterable[str]) -> Iterator[str]:
        """Yield the first and the last day for which each series has a count."""
        for name in sorted(series):
            for backwards in (False, True):
                query = self._query(name, "0", ":", backwards=backwards, limit=1)
                yield from (item["sk"] for item in islice(self._table.query(query), 1))

    def read(self, places: Iterable[Place]) -> dict[Place, Item]:
        """Read some items as they are now; missing ones are left out."""
        found = self._table.get_many([table_keys.key(*place) for place in places])
        return {Place(item["pk"], item["sk"]): item for item in found}

    def add(self, place: Place, lacking: Mapping[str, int], last_rebuild: str | None, rebuild: str) -> bool:
        """Add what an item lacks, unless another rebuild corrected it after it was read; False if one did."""
        whole = {f"h{score}": 0 for score in range(11)} if place.sk == own_day(place.sk) else {}
        amounts = whole | dict(lacking)
        values: dict[str, Any] = {REBUILT: rebuild, **amounts}
        when = f"attribute_not_exists(#{REBUILT})"
        if last_rebuild is not None:
            when, values["last"] = f"#{REBUILT} = :last", last_rebuild
        change = f"{setting(REBUILT)} {adding(*amounts)}"
        return self._table.write(update(table_keys.key(*place), change, when, **values))

    def _query(self, series: str, low: str, high: str, **more: Any) -> Query:
        partition = table_keys.counts(self._survey, series)
        return Query(partition=partition, low=low, high=high, consistent=True, **more)


def numbers_of(item: Item) -> dict[str, int]:
    """Return the numbers of a count item that a recount gives too and that are not zero."""
    named = [name for name in item if name in NUMBERS or candidate_of(name) is not None]
    return {name: item[name] for name in named if item[name]}


def last_rebuild_of(item: Item | None) -> str | None:
    """Return the id of the rebuild that last corrected an item."""
    return item.get(REBUILT) if item else None


def _is_recounted(sort_key: str) -> bool:
    return sort_key == own_day(sort_key) or sort_key.startswith(table_keys.SUPERSEDED)
