"""The table as the adapters see it: items of plain values, writes on conditions, and AWS's errors as Earshot's own."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.domain.errors import BusyError

ABSENT, EXISTS = "attribute_not_exists(pk)", "attribute_exists(pk)"
# How many keys one call may read, and how often the keys that it left out are asked for again.
KEYS_A_CALL = 100
ATTEMPTS = 8
CONFLICTS = frozenset({"TransactionCanceledException", "TransactionConflictException"})
# How often a single write is tried that a transaction is in the way of: a try takes about as long as a transaction.
TRIES = 4
THROTTLES = frozenset({"ThrottlingError", "ProvisionedThroughputExceeded"})
BUSY = "the table is busy; try again in a moment"

Item = Mapping[str, Any]
Key = Mapping[str, str]

_NAME = re.compile(r"#(\w+)")


class Index(NamedTuple):
    """The name of an index (None: the table itself), and the attributes that are its partition and its sort key."""

    name: str | None
    partition: str
    sort: str


MAIN = Index(None, "pk", "sk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Items of one partition in the order of their sort keys.

    They begin with `prefix`, or lie between `low` and `high` (both included), or behind `after`; at most one of the
    three is given. `limit` is how many items a call looks at, and `attributes` are those it returns. Of what it looks
    at, it returns what `holds`, a condition with `values`.
    """

    partition: str
    index: Index = MAIN
    prefix: str | None = None
    low: str | None = None
    high: str | None = None
    after: str | None = None
    consistent: bool = False
    backwards: bool = False
    limit: int | None = None
    attributes: str | None = None
    holds: str | None = None
    names: Mapping[str, str] | None = None
    values: Mapping[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether nothing lies between its bounds: DynamoDB refuses such a query."""
        return self.low is not None and self.high is not None and self.low > self.high

    def request(self) -> dict[str, Any]:
        """Return the query as DynamoDB takes it."""
        sort, values = self.index.sort, {"pk": self.partition, **(self.values or {})}
        condition = f"{self.index.partition} = :pk"
        if self.prefix is not None:
            condition += f" AND begins_with({sort}, :prefix)"
            values["prefix"] = self.prefix
        elif self.low is not None:
            condition += f" AND {sort} BETWEEN :low AND :high"
            values |= {"low": self.low, "high": self.high}
        elif self.after is not None:
            condition += f" AND {sort} > :after"
            values["after"] = self.after
        request = {
            "IndexName": self.index.name,
            "KeyConditionExpression": condition,
            "FilterExpression": self.holds,
            "ProjectionExpression": self.attributes,
            **_expressed((self.holds, self.attributes), self.names, values),
            "ConsistentRead": self.consistent or None,
            "ScanIndexForward": False if self.backwards else None,
            "Limit": self.limit,
        }
        return filled(request)


class Write(NamedTuple):
    """One write of an item, or a check of one: `action` is the verb, `request` all but the name of the table."""

    action: str
    request: Mapping[str, Any]


class Reason(NamedTuple):
    """Why DynamoDB refused one write of a transaction: the code (None: it did not), and the item it found."""

    code: str | None
    item: Item | None


def put(item: Item, when: str = "", **values: Any) -> Write:
    """Build the write of an item, if a condition holds; its values are given by name."""
    return Write("Put", {"Item": marshalled(item), **_condition(when), **_expressed((when,), None, values)})


def update(key: Key, change: str, when: str = "", names: Mapping[str, str] | None = None, **values: Any) -> Write:
    """Build the update of an item, if a condition holds.

    `#name` stands for the attribute `name` or for the one that `names` maps it to, `:name` for a value.
    """
    expressed = _expressed((change, when), names, values)
    return Write("Update", {"Key": marshalled(key), "UpdateExpression": change, **_condition(when), **expressed})


def delete(key: Key, when: str = "", **values: Any) -> Write:
    """Build the deletion of an item, if a condition holds."""
    return Write("Delete", {"Key": marshalled(key), **_condition(when), **_expressed((when,), None, values)})


def check(key: Key, when: str, **values: Any) -> Write:
    """Build the check that a condition holds on an item which a transaction does not write."""
    return Write("ConditionCheck", {"Key": marshalled(key), **_condition(when), **_expressed((when,), None, values)})


def returning(write: Write) -> Write:
    """Make a write return the item that was found if it is refused."""
    return write._replace(request={**write.request, "ReturnValuesOnConditionCheckFailure": "ALL_OLD"})


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def setting(*names: str) -> str:
    """Return the change that sets each of these attributes to the value of its name."""
    return "SET " + ", ".join(f"#{name} = :{name}" for name in names)


def adding(*names: str) -> str:
    """Return the change that adds the value of its name to each of these attributes."""
    return "ADD " + ", ".join(f"#{name} :{name}" for name in names)


def key_of(item: Item) -> Key:
    """Return the primary key of an item."""
    return {"pk": item["pk"], "sk": item["sk"]}


class Table:
    """A table by its name, and a client of DynamoDB."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def get(self, key: Key, attributes: str | None = None, *, consistent: bool = True) -> Item | None:
        """Read an item as it is now, or only some of its attributes.

        Not `consistent`, it is as it was within the last second or so, for half of the read units.
        """
        projection = {} if attributes is None else {"ProjectionExpression": attributes}
        projection |= _expressed((attributes,), None, {})
        reply = self._call(self._client.get_item, Key=marshalled(key), ConsistentRead=consistent, **projection)
        return unmarshalled(reply["Item"]) if "Item" in reply else None

    def get_many(self, keys: Sequence[Key], *, consistent: bool = True) -> Iterator[Item]:
        """Yield the items under distinct keys as they are now; BusyError if the table never returns them all.

        Not `consistent`, they are as they were within the last second or so, for half of the read units.
        """
        for start in range(0, len(keys), KEYS_A_CALL):
            yield from self._read([marshalled(key) for key in keys[start : start + KEYS_A_CALL]], consistent)

    def query(self, query: Query) -> Iterator[Item]:
        """Yield the items that a query finds, page by page as they are asked for."""
        return map(unmarshalled, self.query_raw(query))

    def query_raw(self, query: Query) -> Iterator[Mapping[str, Any]]:
        """Yield the same items as DynamoDB wrote them, for callers that read tens of thousands of numbers."""
        for page in self._pages(query):
            yield from page["Items"]

    def page(self, query: Query, behind: Key | None = None) -> tuple[list[Item], Key | None]:
        """Return what one call of a query finds behind a key, and up to which it looked (None: to the end)."""
        reply = self._ask(query, behind and marshalled(behind))
        last = reply.get("LastEvaluatedKey")
        return [unmarshalled(item) for item in reply["Items"]], unmarshalled(last) if last else None

    def count(self, query: Query, behind: Key | None = None) -> tuple[int, Key | None]:
        """Count what one call of a query finds behind a key, without reading it, and return up to which it looked."""
        reply = self._ask(query, behind and marshalled(behind), Select="COUNT")
        last = reply.get("LastEvaluatedKey")
        return reply["Count"], unmarshalled(last) if last else None

    def write(self, write: Write) -> bool:
        """Make one write; False if its condition does not hold."""
        return self._written(write) is not None

    def written(self, write: Write) -> Item | None:
        """Make one update and return the item as it is then; None if its condition does not hold."""
        reply = self._written(write, ReturnValues="ALL_NEW")
        return None if reply is None else unmarshalled(reply["Attributes"])

    def transact(self, *writes: Write) -> bool:
        """Make all writes or none; False if a condition does not hold or another writer is at work."""
        return _is_made(lambda: self._transact(writes))

    def write_together(self, *writes: Write) -> bool:
        """Do the same; a write alone is made without a transaction, which costs half."""
        if len(writes) != 1:
            return not writes or self.transact(*writes)
        return _is_made(lambda: self._write(writes[0]))

    def transact_with_reasons(self, writes: Sequence[Write]) -> list[Reason] | None:
        """Make all writes or none; None once they are made, else why each was refused.

        Where a transaction was only in another's way there are no reasons. Other errors of AWS are raised.
        """
        try:
            self._transact(writes)
        except ClientError as exc:
            if code_of(exc) not in CONFLICTS:
                raise
            return [_reason(reason) for reason in exc.response.get("CancellationReasons", ())]
        return None

    def _written(self, write: Write, **more: Any) -> Mapping[str, Any] | None:
        """Make one write; None if its condition does not hold, BusyError if transactions stay in its way."""
        for _ in range(TRIES):
            try:
                return self._write(write, **more)
            except ClientError as exc:
                if code_of(exc) == "ConditionalCheckFailedException":
                    return None
                if code_of(exc) not in CONFLICTS:
                    raise
        raise BusyError(BUSY)

    def _write(self, write: Write, **more: Any) -> Mapping[str, Any]:
        if write.action == "Put":
            return self._call(self._client.put_item, **write.request, **more)
        if write.action == "Update":
            return self._call(self._client.update_item, **write.request, **more)
        return self._call(self._client.delete_item, **write.request, **more)

    def _transact(self, writes: Sequence[Write]) -> None:
        items = [{write.action: {"TableName": self._name, **write.request}} for write in writes]
        with translated("the table"):
            self._client.transact_write_items(TransactItems=items)

    def _pages(self, query: Query) -> Iterator[Mapping[str, Any]]:
        start = None
        while True:
            reply = self._ask(query, start)
            yield reply
            if (start := reply.get("LastEvaluatedKey")) is None:
                return

    def _ask(self, query: Query, start: Item | None, **more: Any) -> Mapping[str, Any]:
        if query.is_empty:
            return {"Items": [], "Count": 0}
        behind = {} if start is None else {"ExclusiveStartKey": start}
        return self._call(self._client.query, **query.request(), **behind, **more)

    def _read(self, wanted: list[Any], consistent: bool) -> Iterator[Item]:
        """Read up to 100 keys; a reply stops at 16 MB and names what it left out."""
        for _ in range(ATTEMPTS):
            request = {self._name: {"Keys": wanted, "ConsistentRead": consistent}}
            with translated("the table"):
                reply = self._client.batch_get_item(RequestItems=request)
            yield from map(unmarshalled, reply["Responses"].get(self._name, ()))
            if not (left := reply.get("UnprocessedKeys", {}).get(self._name)):
                return
            wanted = left["Keys"]
        raise BusyError(BUSY)

    def _call(self, operation: Callable[..., Mapping[str, Any]], **request: Any) -> Mapping[str, Any]:
        with translated("the table"):
            return operation(TableName=self._name, **request)


class TableAdapter:
    """An adapter over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)


def marshalled(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values as DynamoDB writes them; None takes no room."""
    return {name: _attribute(value) for name, value in item.items() if value is not None}


def unmarshalled(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what DynamoDB wrote as plain values: lists as lists, sets of texts as frozen sets."""
    return {name: _READ[kind](value) for name, attribute in item.items() for kind, value in attribute.items()}


def _attribute(value: Any) -> dict[str, Any]:
    write = _WRITE.get(type(value))
    if write is None:
        raise TypeError(f"a {type(value).__name__} has no place in an item")
    return write(value)


def _value(attribute: Mapping[str, Any]) -> Any:
    ((kind, value),) = attribute.items()
    return _READ[kind](value)


def _listed(values: Sequence[Any]) -> dict[str, Any]:
    return {"L": [_attribute(value) for value in values]}


def _number(text: str) -> float:
    try:
        return int(text)
    except ValueError:
        return float(text)


# By the exact type: a caller spells out any other value, such as a member of an enumeration.
_WRITE: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    str: lambda text: {"S": text},
    int: lambda number: {"N": str(number)},
    float: lambda number: {"N": str(number)},
    bool: lambda flag: {"BOOL": flag},
    dict: lambda values: {"M": marshalled(values)},
    list: _listed,
    tuple: _listed,
    frozenset: lambda texts: {"SS": sorted(texts)},
    type(None): lambda _: {"NULL": True},
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "S": str,
    "N": _number,
    "BOOL": bool,
    "M": unmarshalled,
    "L": lambda values: [_value(value) for value in values],
    "SS": frozenset,
    "NULL": lambda _: None,
}


def _condition(when: str) -> dict[str, str]:
    return {"ConditionExpression": when} if when else {}


def _expressed(
    expressions: Sequence[str | None], names: Mapping[str, str] | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the names and the values that expressions use."""
    spoken = {name for expression in expressions if expression for name in _NAME.findall(expression)}
    expressed: dict[str, Any] = {}
    if spoken:
        expressed["ExpressionAttributeNames"] = {f"#{name}": (names or {}).get(name, name) for name in sorted(spoken)}
    if values:
        expressed["ExpressionAttributeValues"] = {f":{name}": _attribute(value) for name, value in values.items()}
    return expressed


def _is_made(write: Callable[[], object]) -> bool:
    """Make writes; False if a condition does not hold or another writer is at work, BusyError under throttling."""
    try:
        write()
    except ClientError as exc:
        if code_of(exc) not in CONFLICTS and code_of(exc) != "ConditionalCheckFailedException":
            raise
        reasons = {reason.get("Code") for reason in exc.response.get("CancellationReasons", ())}
        if reasons & THROTTLES:
            raise BusyError(BUSY) from exc
        if "ValidationError" in reasons:
            raise
        return False
    return True


def _reason(reason: Mapping[str, Any]) -> Reason:
    code, item = reason.get("Code"), reason.get("Item")
    return Reason(None if code == "None" else code, None if item is None else unmarshalled(item))
