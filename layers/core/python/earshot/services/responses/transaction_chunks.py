"""Cut changes into transactions that the ledger takes: at most 100 distinct items and 3 MB each."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from earshot.domain.response import Response
from earshot.ports.ledger import Change, import_sums

Plan = TypeVar("Plan")

MOST_ITEMS = 100
MOST_BYTES = 3_000_000
# Names, keys, numbers and times of a response, and of a correction of it, besides the texts that people write.
FIXED_BYTES = 600
CORRECTION_BYTES = 120


def cut(plans: Iterable[Plan], change_of: Callable[[Plan], Change]) -> Iterator[list[Plan]]:
    """Pack plans in their order; a change to an item that the chunk already holds begins a new one."""
    chunk: list[Plan] = []
    items: set[tuple[str, ...]] = set()
    size = 0
    for plan in plans:
        change = change_of(plan)
        own, counts, length = _own_items(change), _count_items(change), _bytes(change.new)
        counts |= {("import", *key) for key in import_sums([change])}
        if chunk and (len(items | own | counts) > MOST_ITEMS or size + length > MOST_BYTES or own & items):
            yield chunk
            chunk, items, size = [], set(), 0
        chunk.append(plan)
        items |= own | counts
        size += length
    if chunk:
        yield chunk


def _own_items(change: Change) -> set[tuple[str, ...]]:
    """Return the items that only this change writes: the response, its alias, the person's pointers."""
    new, old = change.new, change.old
    own: set[tuple[str, ...]] = {("response", new.survey, new.id)}
    if change.alias:
        own.add(("response", new.survey, change.alias.sent_id))
    own |= _pointer(old) ^ _pointer(new)  # one that stays as it is is not written
    return own


def _pointer(side: Response | None) -> set[tuple[str, ...]]:
    if side is None:
        return set()
    owners = (("person", side.person), ("mailbox", side.statement.email_hash))
    return {(kind, owner, side.survey, side.id) for kind, owner in owners if owner is not None}


def _count_items(change: Change) -> set[tuple[str, ...]]:
    survey = change.new.survey
    return {("count", survey, *map(str, cell)) for cell in change.movement.cells}


def _bytes(response: Response) -> int:
    texts = [
        response.statement.comment or "",
        response.statement.exclusion_reason or "",
        *(correction.reason or "" for correction in response.history.corrections),
        *response.series,
        *(text for pair in response.statement.properties.items() for text in pair),
    ]
    fixed = FIXED_BYTES + CORRECTION_BYTES * len(response.history.corrections)
    return fixed + sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
