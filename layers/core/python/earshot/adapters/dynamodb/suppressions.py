"""Suppressed addresses in DynamoDB, under keyed hashes: the address itself stands nowhere."""

from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_many
from earshot.domain.errors import BusyError
from earshot.domain.keyed_hash import mailbox_hash
from earshot.domain.suppression import not_replaced_by
from earshot.ports.people import HashKey
from earshot.ports.suppressions import Suppression

ERASED, UNSUBSCRIBED = "erased", "unsubscribed"
# How often a write is tried again when another came between.
ATTEMPTS = 5


class DynamoDBSuppressedHashes:
    """The `SuppressedHashes` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def add_hash(self, digest: str, reason: str, time: int) -> bool:
        """Suppress the address that a keyed hash was made of; False if it already is, for this or a stronger reason."""
        standing = {f":r{place}": {"S": known} for place, known in enumerate(not_replaced_by(reason))}
        try:
            with translated("the table"):
                self._client.put_item(
                    TableName=self._table,
                    Item={**_key(digest), "reason": {"S": reason}, "time": {"N": str(time)}},
                    ConditionExpression=f"attribute_not_exists(pk) OR NOT reason IN ({', '.join(standing)})",
                    ExpressionAttributeValues=standing,
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def unsubscribe(self, digest: str, time: int) -> Suppression:
        """Suppress an address as its person wishes; what stood before is kept with it, see `Suppressions`."""
        for _ in range(ATTEMPTS):
            item = self._item(digest)
            stands = _read(item) if item else None
            if stands is not None and stands.reason in not_replaced_by(UNSUBSCRIBED):
                return stands
            before = {"before": {"M": {name: item[name] for name in ("reason", "time")}}} if item else {}
            wanted = {**_key(digest), "reason": {"S": UNSUBSCRIBED}, "time": {"N": str(time)}, **before}
            if self._replace(digest, stands, wanted):
                return Suppression(UNSUBSCRIBED, time)
        raise BusyError("this address is being suppressed by others; try again")

    def standing(self, digest: str) -> Suppression | None:
        """Return what suppresses the address of a keyed hash, read consistently; None if nothing does."""
        item = self._item(digest)
        return _read(item) if item else None

    def undo_unsubscribe(self, digest: str, since: int) -> bool:
        """Restore what stood before an unsubscribe at `since` or later, see `Suppressions`."""
        item = self._item(digest)
        stands = _read(item) if item else None
        if stands is None or stands.reason != UNSUBSCRIBED or stands.time < since:
            return False
        before = item["before"]["M"] if "before" in item else None
        return self._replace(digest, stands, {**_key(digest), **before} if before else None)

    def _item(self, digest: str) -> Mapping[str, Any]:
        with translated("the table"):
            found = self._client.get_item(TableName=self._table, Key=_key(digest), ConsistentRead=True)
        item: Mapping[str, Any] = found.get("Item", {})
        return item

    def _replace(self, digest: str, stands: Suppression | None, wanted: Mapping[str, Any] | None) -> bool:
        """Write an item in place of what was read, or delete it; False if it is not what was read any more."""
        how: dict[str, Any] = {"TableName": self._table, "ConditionExpression": "attribute_not_exists(pk)"}
        if stands is not None:
            values = {":reason": {"S": stands.reason}, ":time": {"N": str(stands.time)}}
            how |= {"ConditionExpression": "reason = :reason AND #time = :time", "ExpressionAttributeValues": values}
            how |= {"ExpressionAttributeNames": {"#time": "time"}}
        try:
            with translated("the table"):
                if wanted is None:
                    self._client.delete_item(Key=_key(digest), **how)
                else:
                    self._client.put_item(Item=wanted, **how)
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return False
            raise
        return True


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
        names = {address: table_keys.suppression(self.hash_of(address)) for address in addresses}
        wanted = [_item_key(name) for name in set(names.values())]
        kept = {item["pk"]["S"]: _read(item) for item in read_many(self._client, self._table, wanted)}
        return {address: kept[name] for address, name in names.items() if name in kept}

    def add(self, address: str, reason: str, time: int) -> bool:
        """Suppress an address; False if it already is for this reason or a stronger one."""
        return self.add_hash(self.hash_of(address), reason, time)

    def hash_of(self, address: str) -> str:
        """Return the keyed hash under which an address is suppressed, and by which its mailbox is known."""
        return mailbox_hash(address, self._hash_key())

    def lift(self, address: str) -> bool:
        """Take what suppresses an address away; False if it was erased: that stands."""
        try:
            with translated("the table"):
                self._client.delete_item(
                    TableName=self._table,
                    Key=_key(self.hash_of(address)),
                    # Checked where it is deleted: an erasure may come between a look and the deletion.
                    ConditionExpression="attribute_not_exists(pk) OR NOT reason = :erased",
                    ExpressionAttributeValues={":erased": {"S": ERASED}},
                )
        except ClientError as exc:
            if code_of(exc) == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _key(digest: str) -> dict[str, Any]:
    return _item_key(table_keys.suppression(digest))


def _item_key(name: str) -> dict[str, Any]:
    return {"pk": {"S": name}, "sk": {"S": table_keys.META}}


def _read(item: Mapping[str, Any]) -> Suppression:
    return Suppression(item["reason"]["S"], int(item["time"]["N"]))
