"""Report where something of an erased person was, and what became of it there."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from earshot.domain.deliveries import Delivery, DeliveryKey, DeliveryState, Reached
from earshot.domain.destinations import (
    BUILT_IN,
    CRM,
    Destination,
    DestinationState,
    crm_destination,
    owner_destination,
)
from earshot.ports.destinations import Deliveries, Destinations

GONE = "the destination was deleted; ask who had it to erase what it got"
DISABLED = "the destination is disabled; enable it, then redrive it"


class ElsewhereState(Enum):
    """What became of something at a destination, in the word of the API."""

    REQUESTED = "requested"
    DELETED = "deleted"
    FAILED = "failed"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Something of an erased person at a destination, whose kind is None if it was deleted.

    `delivery` is the deletion, None if the destination deletes nothing; `why` says why it is still there.
    """

    destination: str
    kind: str | None
    state: ElsewhereState
    why: str | None = None
    delivery: str | None = None


def report_erasure(
    reached: Iterable[Reached], *, destinations: Destinations, deliveries: Deliveries
) -> list[Elsewhere]:
    """Return what became of each thing that destinations had of a person, or may have had."""
    all_reached = sorted(reached, key=lambda each: (each.destination, each.deletion or ()))
    keys = [each.deletion for each in all_reached if each.deletion is not None]
    deletions = {found.key: found for found in deliveries.find_many(keys)} if keys else {}
    names = {each.destination for each in all_reached}
    known = {name: found for name in names if (found := _destination(name, destinations)) is not None}
    return [_elsewhere(each, known.get(each.destination), deletions) for each in all_reached]


def _elsewhere(reached: Reached, known: Destination | None, deletions: Mapping[DeliveryKey, Delivery]) -> Elsewhere:
    deletion = None if reached.deletion is None else deletions.get(reached.deletion)
    kind = None if known is None else known.kind
    if reached.deletion is None:
        why = GONE if known is None else known.rules.why_it_stays or None
        return Elsewhere(reached.destination, kind, ElsewhereState.IMPOSSIBLE, why)
    made = reached.deletion.id
    if deletion is not None and deletion.state is DeliveryState.DELIVERED:
        return Elsewhere(reached.destination, kind, ElsewhereState.DELETED, None, made)
    if known is None:
        return Elsewhere(reached.destination, None, ElsewhereState.IMPOSSIBLE, GONE, made)
    if known.state is DestinationState.DISABLED:
        return Elsewhere(reached.destination, kind, ElsewhereState.REQUESTED, DISABLED, made)
    if deletion is not None and deletion.state is DeliveryState.PARKED:
        return Elsewhere(reached.destination, kind, ElsewhereState.FAILED, deletion.reason, made)
    return Elsewhere(reached.destination, kind, ElsewhereState.REQUESTED, deletion.reason if deletion else None, made)


def _destination(name: str, destinations: Destinations) -> Destination | None:
    if name in BUILT_IN:
        return crm_destination("") if name == CRM else owner_destination()
    return destinations.get(name)
