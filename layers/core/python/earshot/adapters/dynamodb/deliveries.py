"""Deliveries in DynamoDB, in one partition a destination, and the breakers of destinations.

A delivery stands in the index while it waits longer than a queue can, or for its destination to reply again.
"""

from collections.abc import Sequence
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.destinations import read_destination
from earshot.adapters.dynamodb.response_items import is_alias, read_response
from earshot.adapters.dynamodb.table import ABSENT, Item, Query, TableAdapter, key_of, put
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import KEPT_DAYS, Attempt, Delivery, DeliveryKey, DeliveryState
from earshot.domain.destinations import BUILT_IN, CONTACT, STAFF
from earshot.domain.response import Key as ResponseKey
from earshot.ports.destinations import Due, Standing

DAY = 86_400_000
DEPLOYED = frozenset({*BUILT_IN, CONTACT, STAFF})


class DynamoDBDeliveries(TableAdapter):
    """The `Deliveries` port over the table."""

    def standing(self, key: DeliveryKey, response: ResponseKey | None = None) -> Standing:
        """Read a delivery with its destination and its breaker, and a response, as they are now, in one call."""
        keys = (
            # No item has a destination of the deployment.
            None if key.destination in DEPLOYED else table_keys.destination_key(key.destination),
            table_keys.breaker_key(key.destination),
            table_keys.delivery_key(*key),
            table_keys.response_key(*response) if response else None,
        )
        items = self._table.get_many([each for each in keys if each])
        found = {(item["pk"], item["sk"]): item for item in items}
        destination, breaker, delivery, about = (found.get((each["pk"], each["sk"])) if each else None for each in keys)
        return Standing(
            read_destination(destination) if destination else None,
            read_breaker(breaker) if breaker else Breaker(key.destination),
            read_delivery(delivery) if delivery else None,
            read_response(about) if about and not is_alias(about) else None,
        )

    def put(self, delivery: Delivery, replaces: Delivery | None) -> bool:
        """Write a delivery if it still has the version that it `replaces`."""
        item = delivery_item(delivery)
        if replaces is None:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=replaces.version))

    def put_breaker(self, breaker: Breaker) -> bool:
        """Write a breaker if it still has the revision before; False if another was faster."""
        item = breaker_item(breaker)
        if breaker.revision == 1:
            return self._table.write(put(item, ABSENT))
        return self._table.write(put(item, "v = :old", old=breaker.revision - 1))

    def breaker(self, destination: str) -> Breaker:
        """Read the breaker of a destination as it is now."""
        item = self._table.get(table_keys.breaker_key(destination))
        return read_breaker(item) if item else Breaker(destination)

    def find(self, key: DeliveryKey) -> Delivery | None:
        """Read a delivery as it is now."""
        item = self._table.get(table_keys.delivery_key(*key))
        return read_delivery(item) if item else None

    def find_many(self, keys: Sequence[DeliveryKey]) -> list[Delivery]:
        """Read those of some deliveries that there are, as they are now."""
        items = self._table.get_many([table_keys.delivery_key(*key) for key in keys])
        return [read_delivery(item) for item in items]

    def of_destination(self, destination: str, limit: int, before: str = "") -> tuple[list[Delivery], str | None]:
        """List deliveries, those of the newest alerts first, and before what the next page begins."""
        partition = table_keys.deliveries(destination)
        query = Query(partition=partition, backwards=True, consistent=True, limit=limit)
        items, more = self._table.page(query, {"pk": partition, "sk": before} if before else None)
        return [read_delivery(item) for item in items], more["sk"] if more else None

    def due(self, now: int, limit: int, after: str = "") -> Due:
        """List what is due by now: deliveries after long waits, breakers to look at, steps of cases, and digests."""
        low, high = table_keys.due_span(now, after)
        query = Query(partition=table_keys.DUE_FOLLOW, index=table_keys.DUE_INDEX, low=low, high=high, limit=limit)
        items, more = self._table.page(query)
        return Due(
            deliveries=[_key(item) for item in items if item["pk"].startswith(table_keys.DELIVERIES)],
            breakers=_ids(items, table_keys.BREAKERS),
            more=items[-1]["due_order"] if more and items else None,
            cases=_ids(items, table_keys.CASES),
            digests=[item["sk"] for item in items if item["pk"] == table_keys.DIGESTS],
        )

    def waiting(self, destination: str, limit: int) -> list[DeliveryKey]:
        """List deliveries that wait for a destination to reply again, those of the oldest alerts first."""
        query = Query(partition=table_keys.waiting_deliveries(destination), index=table_keys.DUE_INDEX, limit=limit)
        items, _ = self._table.page(query)
        return [_key(item) for item in items]


def delivery_item(delivery: Delivery) -> dict[str, Any]:
    """Write a delivery; what it lacks takes no room."""
    ended_at = delivery.attempts[-1].at if delivery.attempts else delivery.alerted_at
    item = {
        **table_keys.delivery_key(*delivery.key),
        "type": "delivery",
        "v": delivery.version,
        "alert": delivery.alert,
        "rule": delivery.rule,
        "survey": delivery.survey,
        "subject": delivery.subject,
        "sends": delivery.type,
        "revision": delivery.revision or None,
        "state": delivery.state.value,
        "reason": delivery.reason,
        "attempts": [[each.at, each.outcome, each.status] for each in delivery.attempts] or None,
        "number": delivery.number or None,
        "begun_at": delivery.begun_at,
        "lease_until": delivery.lease_until,
        "next_attempt_at": delivery.next_attempt_at,
        "waits_for_breaker": delivery.waits_for_breaker or None,
        "is_far_off": delivery.is_far_off or None,
        "body": delivery.body,
        "body_hash": delivery.body_hash,
        "vendor_id": delivery.vendor_id,
        "maybe_doubled": delivery.maybe_doubled or None,
        "uncertain_since": delivery.uncertain_since,
        "delivered_at": delivery.delivered_at,
        "correlation": delivery.correlation or None,
        "case": delivery.case,
        "erased_by": delivery.erased_by or None,
        "expires": None if delivery.is_kept else (max(ended_at, delivery.alerted_at) + KEPT_DAYS * DAY) // 1000,
    }
    if delivery.waits_for_breaker:
        return item | table_keys.waiting_delivery(*delivery.key)
    if delivery.is_in_the_index and delivery.next_attempt_at is not None:
        return item | table_keys.due_delivery(delivery.next_attempt_at, delivery.id)
    return item


def read_delivery(item: Item) -> Delivery:
    """Read a delivery back; KeyError, TypeError or ValueError if the item is none."""
    key = _key(item)
    return Delivery(
        id=key.id,
        destination=key.destination,
        alerted_at=key.alerted_at,
        alert=item["alert"],
        rule=item["rule"],
        survey=item["survey"],
        subject=item["subject"],
        type=item["sends"],
        revision=item.get("revision", 0),
        state=DeliveryState(item["state"]),
        reason=item.get("reason"),
        attempts=tuple(Attempt(*each) for each in item.get("attempts", ())),
        number=item.get("number", 0),
        begun_at=item.get("begun_at"),
        lease_until=item.get("lease_until"),
        next_attempt_at=item.get("next_attempt_at"),
        waits_for_breaker=item.get("waits_for_breaker", False),
        is_far_off=item.get("is_far_off", False),
        body=item.get("body"),
        body_hash=item.get("body_hash"),
        vendor_id=item.get("vendor_id"),
        maybe_doubled=item.get("maybe_doubled", False),
        uncertain_since=item.get("uncertain_since"),
        delivered_at=item.get("delivered_at"),
        correlation=item.get("correlation", ""),
        case=item.get("case"),
        erased_by=item.get("erased_by", ""),
        version=item["v"],
    )


def breaker_item(breaker: Breaker) -> dict[str, Any]:
    """Write a breaker; it stands in the index while the planner should look at it."""
    due_at = breaker.due_at()
    item = {
        **table_keys.breaker_key(breaker.destination),
        "type": "breaker",
        "v": breaker.revision,
        "failures": breaker.failures,
        "until": breaker.until,
        "pause": breaker.pause or None,
        "probe_until": breaker.probe_until,
        "is_releasing": breaker.is_releasing or None,
    }
    return item if due_at is None else item | table_keys.due_breaker(due_at, breaker.destination)


def read_breaker(item: Item) -> Breaker:
    """Read a breaker back; KeyError or TypeError if the item is none."""
    return Breaker(
        destination=item["pk"].removeprefix(table_keys.BREAKERS),
        failures=item["failures"],
        until=item.get("until"),
        pause=item.get("pause", 0),
        probe_until=item.get("probe_until"),
        is_releasing=item.get("is_releasing", False),
        revision=item["v"],
    )


def _ids(items: Sequence[Item], prefix: str) -> list[str]:
    """Return what the partitions of a family are named for."""
    return [item["pk"].removeprefix(prefix) for item in items if item["pk"].startswith(prefix)]


def _key(item: Item) -> DeliveryKey:
    return DeliveryKey(*table_keys.read_delivery_key(key_of(item)))
