"""People in DynamoDB: one item each, and pointers from it to what they answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.batch_get import read_many
from earshot.adapters.dynamodb.mailbox_items import INDEX, asked_key, mailbox_of, read_asked
from earshot.adapters.dynamodb.person_pointers import between, span
from earshot.adapters.dynamodb.response_items import person_key
from earshot.domain.campaign import bucket_of
from earshot.domain.errors import BusyError
from earshot.domain.people_search import name_order
from earshot.domain.person import Asked, ErasedPerson, Person, asked_of, later
from earshot.domain.response import Response
from earshot.ports.people import PersonChange, PersonResponse

NEIGHBOURS = 10
TEXTS = ("email", "name", "account", "locale", "timezone")
ASKED = ("last_asked", "asked_by")
REFUSALS = frozenset(
    {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}
)


class DynamoDBPeople:
    """The `People` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        """Read a person as they are now; without `asked` not when they were last asked, which is another item."""
        item = self._item(_key(person_id))
        person = _read(item) if item else None
        if not asked or not isinstance(person, Person) or person.mailbox is None:
            return person
        kept = self._item(asked_key(person.mailbox))
        return _with(person, {person.mailbox: read_asked(kept) if kept else Asked()})

    def get_many(self, person_ids: Iterable[str], *, asked: bool = True) -> Mapping[str, Person | ErasedPerson]:
        """Read many people as they are now, by id; without `asked` not when they were last asked."""
        found = self._people(person_ids)
        if not asked:
            return {who.id: who for who in found}
        boxes = self.mailboxes(who.mailbox for who in found if isinstance(who, Person) and who.mailbox is not None)
        return {who.id: _with(who, boxes) for who in found}

    def erased(self, person_ids: Iterable[str]) -> Mapping[str, ErasedPerson]:
        """Read which of many people were erased."""
        return {who.id: who for who in self._people(person_ids) if isinstance(who, ErasedPerson)}

    def mailboxes(self, digests: Iterable[str]) -> Mapping[str, Asked]:
        """Read when mailboxes were last asked, each by the keyed hash of its address."""
        wanted = {digest: asked_key(digest) for digest in digests}
        found = read_many(self._client, self._table, list(wanted.values()))
        kept = {table_keys.mailbox_digest(item["pk"]["S"]): read_asked(item) for item in found}
        return {digest: kept.get(digest, Asked()) for digest in wanted}

    def sharing(self, mailbox: str) -> list[str]:
        """Return the ids of those who have an address, by its keyed hash; who came a second ago may be missing."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression="mailbox = :pk",
            ExpressionAttributeValues={":pk": {"S": table_keys.mailbox(mailbox)}},
        )
        with translated("the table"):
            return sorted(item["pk"]["S"].partition("#")[2] for page in pages for item in page["Items"])

    def put(self, changes: Sequence[PersonChange]) -> bool:
        """Write up to 100 people and mailboxes, all of them or none; alone it costs half."""
        updates = [self._update(change) for change in changes] + self._moves(changes)
        try:
            with translated("the table"):
                if len(updates) == 1:
                    self._client.update_item(**updates[0])
                elif updates:
                    self._client.transact_write_items(TransactItems=[{"Update": update} for update in updates])
        except ClientError as exc:
            return _refused(exc)
        return True

    def put_tombstone(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        """Leave a tombstone in a person's place; False if the person is not what they were."""
        item = {
            **_key(erased.id),
            "erased": {"N": str(erased.erased)},
            "subtract": {"BOOL": erased.subtract},
            "v": {"N": str(erased.revision)},
        }
        item |= {"left": {"S": erased.mailbox}} if erased.mailbox else {}
        item |= {"made": {"L": [{"S": made} for made in erased.made]}} if erased.made else {}
        put = {"TableName": self._table, "Item": item, **_condition(replaces)}
        mailbox = erased.mailbox
        try:
            with translated("the table"):
                if mailbox is None:
                    self._client.put_item(**put)
                else:
                    # In one with the mailbox: who read it before the tombstone opens no invitation any more.
                    left = {"Update": self._left(mailbox, subtract=erased.subtract)}
                    self._client.transact_write_items(TransactItems=[{"Put": put}, left])
        except ClientError as exc:
            return _refused(exc)
        return True

    def delete(self, person: Person, *, with_mailbox: bool) -> bool:
        """Delete a person, and what is kept of their mailbox, without a trace; False if they are not what they were."""
        gone = [{"TableName": self._table, "Key": _key(person.id), **_condition(person)}]
        if with_mailbox and person.mailbox is not None and person.asked_revision:
            mailbox = {"TableName": self._table, "Key": asked_key(person.mailbox)}
            revision = {":old": {"N": str(person.asked_revision)}}
            gone.append({**mailbox, "ConditionExpression": "v = :old", "ExpressionAttributeValues": revision})
        try:
            with translated("the table"):
                if len(gone) == 1:
                    self._client.delete_item(**gone[0])
                else:
                    self._client.transact_write_items(TransactItems=[{"Delete": one} for one in gone])
        except ClientError as exc:
            return _refused(exc)
        return True

    def finish_erasure(self, erased: ErasedPerson) -> None:
        """Delete where an erasure went on, once it is done."""
        with translated("the table"):
            self._client.update_item(
                TableName=self._table,
                Key=_key(erased.id),
                UpdateExpression="REMOVE #left, made",
                ConditionExpression="attribute_exists(erased)",
                ExpressionAttributeNames={"#left": "left"},
            )

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        """Return a page of a person's responses, and the sort key after which the next begins."""
        return self._responses(table_keys.person(person_id), limit, after)

    def unsigned(self, mailbox: str, limit: int, after: str | None = None) -> tuple[list[PersonResponse], str | None]:
        """Return a page of the responses whose unverified address has a keyed hash, as `responses` does."""
        return self._responses(table_keys.mailbox(mailbox), limit, after)

    def _responses(self, name: str, limit: int, after: str | None) -> tuple[list[PersonResponse], str | None]:
        start = {"ExclusiveStartKey": {"pk": {"S": name}, "sk": {"S": after}}} if after else {}
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={
                    ":pk": {"S": name},
                    ":prefix": {"S": table_keys.PERSON_RESPONSES},
                },
                ConsistentRead=True,
                Limit=limit,
                **start,
            )
        found = [PersonResponse(item["survey"]["S"], item["response"]["S"]) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return found, last["sk"]["S"] if last else None

    def last_answered(self, person_id: str, mailbox: str | None) -> int | None:
        """Return when a person, or their mailbox by its keyed hash, last answered any survey: one read of pointers."""
        partitions = [table_keys.person(person_id), *([table_keys.mailbox(mailbox)] if mailbox is not None else [])]
        latest: int | None = None
        for partition in partitions:
            pages = self._client.get_paginator("query").paginate(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":pk": {"S": partition}, ":prefix": {"S": table_keys.PERSON_RESPONSES}},
                ProjectionExpression="sk",
                ConsistentRead=True,
            )
            with translated("the table"):
                answered = [int(item["sk"]["S"].rsplit("#", 2)[1]) for page in pages for item in page["Items"]]
            latest = max([*answered, *([latest] if latest is not None else [])], default=None)
        return latest

    def answered_since(self, person_id: str, survey: str, since: int) -> list[str]:
        """Return the ids of a person's responses to a survey answered at a moment or later: one read of pointers."""
        first, last = span(survey, since)
        return list(self._pointers(table_keys.person(person_id), first, last, page=1000))

    def has_answered_since(self, person_id: str, survey: str, since: int) -> bool:
        """Return whether a person has a response to a survey answered at a moment or later: one pointer is read."""
        first, last = span(survey, since)
        return next(self._pointers(table_keys.person(person_id), first, last, page=1), None) is not None

    def unsigned_since(self, mailbox: str, survey: str, since: int) -> list[str]:
        """Return the ids of those of an unverified address to a survey, by its keyed hash, as `answered_since` does."""
        first, last = span(survey, since)
        return list(self._pointers(table_keys.mailbox(mailbox), first, last, page=1000))

    def answered_latest(self, person_id: str, survey: str, limit: int) -> tuple[list[str], bool]:
        """Return the ids of a person's latest answers to a survey in order, and whether the first is among them."""
        first, last = span(survey)
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                **between(table_keys.person(person_id), first, last),
                ScanIndexForward=False,
                Limit=limit,
            )
        return [item["response"]["S"] for item in reversed(answer["Items"])], "LastEvaluatedKey" not in answer

    def answered_before(self, place: Response) -> Iterator[str]:
        """Return the ids of the same person's answers to the survey that come before one, nearest first."""
        return self._beside(place, span(place.survey)[0], person_key(place)["sk"]["S"], forward=False)

    def answered_after(self, place: Response) -> Iterator[str]:
        """Return the ids of the same person's answers to the survey that come after one, nearest first."""
        return self._beside(place, person_key(place)["sk"]["S"], span(place.survey)[1], forward=True)

    def _beside(self, place: Response, first: str, last: str, *, forward: bool) -> Iterator[str]:
        """Walk over pointers, both ends included; the place itself is left out."""
        found = self._pointers(table_keys.person(place.person or ""), first, last, forward=forward)
        return (response_id for response_id in found if response_id != place.id)

    def _pointers(
        self, name: str, first: str, last: str, *, forward: bool = True, page: int = NEIGHBOURS
    ) -> Iterator[str]:
        """Walk over pointers, both ends included, page by page as they are asked for."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table, **between(name, first, last), ScanIndexForward=forward, Limit=page
        )
        with translated("the table"):
            for items in pages:
                yield from (item["response"]["S"] for item in items["Items"])

    def _item(self, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        found: Mapping[str, Any] | None = answer.get("Item")
        return found

    def _people(self, person_ids: Iterable[str]) -> list[Person | ErasedPerson]:
        wanted = [_key(person_id) for person_id in dict.fromkeys(person_ids)]
        return [_read(item) for item in read_many(self._client, self._table, wanted)]

    def _moves(self, changes: Sequence[PersonChange]) -> list[dict[str, Any]]:
        """Build the writes of the mailboxes that people leave, and of those that they move to with a later time."""
        moves: dict[str, Asked | None] = {}
        revisions: dict[str, int] = {}
        for old, new in ((change.old, change.new) for change in changes):
            if old is None or old.mailbox == new.mailbox:
                continue
            if old.mailbox is not None:
                moves.setdefault(old.mailbox, None)
                revisions[old.mailbox] = old.asked_revision
            if new.mailbox is not None and old.last_asked is not None:
                before = moves.get(new.mailbox) or Asked()
                moves[new.mailbox] = later(asked_of(new), before) if before.last_asked else asked_of(new)
                revisions[new.mailbox] = new.asked_revision
        return [self._mailbox(digest, revisions[digest], asked) for digest, asked in moves.items()]

    def _mailbox(self, digest: str, revision: int, asked: Asked | None) -> dict[str, Any]:
        said: dict[str, Any] = {"v": {"N": str(revision + 1)}}
        if asked is not None:
            said |= {"last_asked": {"N": str(asked.last_asked)}}
            said |= {"asked_by": {"S": asked.last_invitation}} if asked.last_invitation else {}
        forgets = " REMOVE asked_by" if asked is not None and not asked.last_invitation else ""
        values = {f":{name}": value for name, value in said.items()}
        return {
            "TableName": self._table,
            "Key": asked_key(digest),
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in said) + forgets,
            "ConditionExpression": "v = :old" if revision else "attribute_not_exists(pk)",
            "ExpressionAttributeValues": values | ({":old": {"N": str(revision)}} if revision else {}),
        }

    def _left(self, digest: str, *, subtract: bool) -> dict[str, Any]:
        """Build the write of a mailbox whose person is erased: what asked it last is theirs, and not kept."""
        return {
            "TableName": self._table,
            "Key": asked_key(digest),
            "UpdateExpression": "SET v = if_not_exists(v, :none) + :one, erased = :subtract REMOVE asked_by",
            "ExpressionAttributeValues": {":none": {"N": "0"}, ":one": {"N": "1"}, ":subtract": {"BOOL": subtract}},
        }

    def _update(self, change: PersonChange) -> dict[str, Any]:
        """Build the write of everything but who asked when, which others may be writing meanwhile.

        Who has no address any more keeps it themselves, who has one again does so no longer.
        """
        old, new = change.old, change.new
        said, moved = _attributes(new), old is not None and old.mailbox != new.mailbox
        said |= _own_asked(new) if moved and new.mailbox is None else {}
        optional = (
            *TEXTS,
            "properties",
            "mailbox",
            "name_order",
            *(ASKED if moved and new.mailbox is not None else ()),
        )
        names = {f"#{name}": name for name in {*optional, *said}}
        given = ", ".join(f"#{name} = :{name}" for name in said)
        gone = ", ".join(f"#{name}" for name in optional if name not in said)
        condition = _condition(change.old)
        values = {f":{name}": value for name, value in said.items()}
        return {
            "TableName": self._table,
            "Key": _key(change.new.id),
            "UpdateExpression": f"SET {given}" + (f" REMOVE {gone}" if gone else ""),
            "ConditionExpression": condition["ConditionExpression"],
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values | condition.get("ExpressionAttributeValues", {}),
        }


def _condition(old: Person | None) -> dict[str, Any]:
    if old is None:
        return {"ConditionExpression": "attribute_not_exists(pk)"}
    return {"ConditionExpression": "v = :old", "ExpressionAttributeValues": {":old": {"N": str(old.revision)}}}


def _refused(error: ClientError) -> bool:
    if code_of(error) not in REFUSALS:
        raise error
    reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
    if reasons & {"ThrottlingError", "ProvisionedThroughputExceeded"}:
        raise BusyError("the table is busy; try again in a moment") from error
    if "ValidationError" in reasons:
        raise error
    return False


def _key(person_id: str) -> dict[str, Any]:
    return {"pk": {"S": table_keys.person(person_id)}, "sk": {"S": table_keys.META}}


def _attributes(person: Person) -> dict[str, Any]:
    said: dict[str, Any] = {name: {"S": value} for name in TEXTS if (value := getattr(person, name)) is not None}
    if person.properties:
        said["properties"] = {"M": {name: {"S": value} for name, value in person.properties.items()}}
    if person.mailbox is not None:
        said["mailbox"] = {"S": table_keys.mailbox(person.mailbox)}
    if (order := name_order(person)) is not None:
        said["name_order"] = {"S": order}
    if person.written is not None:
        said["written"] = {"N": str(person.written)}
    return said | _directory(person.id) | {"v": {"N": str(person.revision)}}


def _directory(person_id: str) -> dict[str, Any]:
    """Return by what the living stand in the people directory and its lists; a tombstone is put without it."""
    return {
        "due_shard": {"S": table_keys.directory(bucket_of(person_id))},
        "due_order": {"S": person_id},
        "people_shard": {"S": table_keys.people(table_keys.shard_of(person_id))},
    }


def _read(item: Mapping[str, Any]) -> Person | ErasedPerson:
    person_id, revision = item["pk"]["S"].partition("#")[2], int(item["v"]["N"])
    if "erased" in item:
        made = tuple(each["S"] for each in item.get("made", {}).get("L", ()))
        left = item["left"]["S"] if "left" in item else None
        return ErasedPerson(person_id, int(item["erased"]["N"]), item["subtract"]["BOOL"], revision, left, made)
    return Person(
        person_id,
        **{name: item[name]["S"] for name in TEXTS if name in item},
        properties={name: value["S"] for name, value in item.get("properties", {}).get("M", {}).items()},
        last_asked=read_asked(item).last_asked,
        last_invitation=read_asked(item).last_invitation,
        revision=revision,
        mailbox=mailbox_of(item),
        written=int(item["written"]["N"]) if "written" in item else None,
    )


def _own_asked(person: Person) -> dict[str, Any]:
    said = {"last_asked": {"N": str(person.last_asked)}} if person.last_asked is not None else {}
    return said | ({"asked_by": {"S": person.last_invitation}} if person.last_invitation else {})


def _with(person: Person | ErasedPerson, boxes: Mapping[str, Asked]) -> Person | ErasedPerson:
    if not isinstance(person, Person) or person.mailbox is None:
        return person
    asked = boxes[person.mailbox]
    return replace(
        person, last_asked=asked.last_asked, last_invitation=asked.last_invitation, asked_revision=asked.revision
    )
