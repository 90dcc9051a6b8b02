"""Suppressed addresses in DynamoDB, under keyed hashes: the address itself is not stored."""

from collections.abc import Iterable, Mapping
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import ABSENT, Item, TableAdapter, Write, delete, put
from earshot.domain.errors import BusyError
from earshot.domain.keyed_hash import mailbox_hash
from earshot.domain.suppression import not_replaced_by
from earshot.ports.people import HashKey
from earshot.ports.suppressions import Suppression

ERASED, UNSUBSCRIBED = "erased", "unsubscribed"
AS_READ = "reason = :reason AND #time = :time"
# How often a write is tried again when another came between.
ATTEMPTS = 5


class DynamoDBSuppressedHashes(TableAdapter):
    """The `SuppressedHashes` port over the table."""

    def add_hash(self, digest: str, reason: str, time: int) -> bool:
        """Suppress the address that a keyed hash was made of; False if it already is, for this or a stronger reason."""
        stronger: dict[str, Any] = {f"r{place}": known for place, known in enumerate(not_replaced_by(reason))}
        weaker = f"{ABSENT} OR NOT reason IN ({', '.join(f':{name}' for name in stronger)})"
        return self._table.write(put(_item(digest, Suppression(reason, time)), weaker, **stronger))

    def unsubscribe(self, digest: str, time: int) -> Suppression:
        """Suppress an address as its person wishes; what stood before is kept with it, see `Suppressions`."""
        for _ in range(ATTEMPTS):
            stands = self.suppression_of(digest)
            if stands is not None and stands.reason in not_replaced_by(UNSUBSCRIBED):
                return stands
            wanted = Suppression(UNSUBSCRIBED, time)
            if self._table.write(_put(_item(digest, wanted, stands), stands)):
                return wanted
        raise BusyError("another request is suppressing this address; try again")

    def suppression_of(self, digest: str) -> Suppression | None:
        """Return what suppresses the address of a keyed hash, read consistently; None if nothing does."""
        item = self._table.get(table_keys.suppression_key(digest))
        return _read(item) if item else None

    def undo_unsubscribe(self, digest: str, since: int) -> bool:
        """Restore what stood before an unsubscribe at `since` or later, see `Suppressions`."""
        item = self._table.get(table_keys.suppression_key(digest))
        stands = _read(item) if item else None
        if item is None or stands is None or stands.reason != UNSUBSCRIBED or stands.time < since:
            return False
        if "before" in item:
            return self._table.write(_put(_item(digest, _read(item["before"])), stands))
        as_read: dict[str, Any] = {"reason": stands.reason, "time": stands.time}
        return self._table.write(delete(table_keys.suppression_key(digest), AS_READ, **as_read))


class DynamoDBSuppressions(DynamoDBSuppressedHashes):
    """The `Suppressions` port over the table."""

    def __init__(self, client: Any, table: str, hash_key: HashKey) -> None:
        super().__init__(client, table)
        self._hash_key = hash_key

    def is_suppressed(self, address: str) -> str | None:
        """Return the reason why an address is not written to, if there is one."""
        found = self.find([address]).get(address)
        return found.reason if found else None

    def find(self, addresses: Iterable[str]) -> Mapping[str, Suppression]:
        """Return the suppressions of many addresses, by address."""
        digests = {address: self.hash_of(address) for address in addresses}
        items = self._table.get_many([table_keys.suppression_key(digest) for digest in set(digests.values())])
        kept = {item["pk"]: _read(item) for item in items}
        names = {address: table_keys.suppression(digest) for address, digest in digests.items()}
        return {address: kept[name] for address, name in names.items() if name in kept}

    def add(self, address: str, reason: str, time: int) -> bool:
        """Suppress an address; False if it already is for this reason or a stronger one."""
        return self.add_hash(self.hash_of(address), reason, time)

    def hash_of(self, address: str) -> str:
        """Return the keyed hash under which an address is suppressed, and by which its mailbox is known."""
        return mailbox_hash(address, self._hash_key())

    def lift(self, address: str) -> bool:
        """Remove the suppression of an address; False if it was erased, which cannot be lifted."""
        # Checked where it is deleted: an erasure may come between a look and the deletion.
        key, liftable = table_keys.suppression_key(self.hash_of(address)), f"{ABSENT} OR NOT reason = :erased"
        return self._table.write(delete(key, liftable, erased=ERASED))


def _put(item: Item, stands: Suppression | None) -> Write:
    """Build the replacement of an item, if it is unchanged since it was read."""
    if stands is None:
        return put(item, ABSENT)
    return put(item, AS_READ, reason=stands.reason, time=stands.time)


def _item(digest: str, new: Suppression, before: Suppression | None = None) -> dict[str, Any]:
    kept = {"reason": before.reason, "time": before.time} if before else None
    return {**table_keys.suppression_key(digest), "reason": new.reason, "time": new.time, "before": kept}


def _read(item: Item) -> Suppression:
    return Suppression(item["reason"], item["time"])
