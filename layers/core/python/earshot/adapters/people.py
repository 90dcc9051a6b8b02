"""People in DynamoDB: one item each, and pointers from it to what they answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters import keys
from earshot.adapters.faults import code_of, translated
from earshot.adapters.items import person_key
from earshot.adapters.many_items import read_many
from earshot.adapters.pointers import between, span
from earshot.domain.campaign import bucket_of
from earshot.domain.errors import BusyError
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.people_ports import PersonChange, PersonResponse

NEIGHBOURS = 10
TEXTS = ("email", "name", "account", "locale", "timezone")
# By these the living stand in the people directory; a tombstone is put without them.
DIRECTORY = ("due_shard", "due_order")
REFUSALS = frozenset(
    {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}
)


class DynamoDBPeople:
    """The `People` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, person_id: str) -> Person | ErasedPerson | None:
        """Read a person as they are now."""
        with translated("the table"):
            answer = self._client.get_item(TableName=self._table, Key=_key(person_id), ConsistentRead=True)
        return _read(answer["Item"]) if "Item" in answer else None

    def get_many(self, person_ids: Iterable[str]) -> Mapping[str, Person | ErasedPerson]:
        """Read many people as they are now, by id."""
        wanted = [_key(person_id) for person_id in dict.fromkeys(person_ids)]
        found = (_read(item) for item in read_many(self._client, self._table, wanted))
        return {person.id: person for person in found}

    def put(self, changes: Sequence[PersonChange]) -> bool:
        """Write up to 100 people, all of them or none; alone it costs half."""
        updates = [self._update(change) for change in changes]
        try:
            with translated("the table"):
                if len(updates) == 1:
                    self._client.update_item(**updates[0])
                elif updates:
                    self._client.transact_write_items(TransactItems=[{"Update": update} for update in updates])
        except ClientError as exc:
            return _refused(exc)
        return True

    def bury(self, erased: ErasedPerson, replaces: Person | None) -> bool:
        """Leave a tombstone in a person's place; False if the person is not what they were."""
        item = {
            **_key(erased.id),
            "erased": {"N": str(erased.erased)},
            "subtract": {"BOOL": erased.subtract},
            "v": {"N": str(erased.revision)},
        }
        try:
            with translated("the table"):
                self._client.put_item(TableName=self._table, Item=item, **_condition(replaces))
        except ClientError as exc:
            return _refused(exc)
        return True

    def responses(
        self, person_id: str, limit: int, after: str | None = None
    ) -> tuple[list[PersonResponse], str | None]:
        """Give a page of a person's responses, and the sort key after which the next begins."""
        start = {"ExclusiveStartKey": {**_key(person_id), "sk": {"S": after}}} if after else {}
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={
                    ":pk": {"S": keys.person(person_id)},
                    ":prefix": {"S": keys.PERSON_RESPONSES},
                },
                ConsistentRead=True,
                Limit=limit,
                **start,
            )
        found = [PersonResponse(item["survey"]["S"], item["response"]["S"]) for item in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        return found, last["sk"]["S"] if last else None

    def answered_since(self, person_id: str, survey: str, since: int) -> list[str]:
        """Give the ids of a person's responses to a survey answered at a moment or later; one read, of the pointers."""
        first, last = span(survey, since)
        return list(self._pointers(person_id, first, last, page=1000))

    def answered_latest(self, person_id: str, survey: str, limit: int) -> tuple[list[str], bool]:
        """Give the ids of a person's latest answers to a survey in their order, and whether the first is among them."""
        first, last = span(survey)
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table, **between(person_id, first, last), ScanIndexForward=False, Limit=limit
            )
        return [item["response"]["S"] for item in reversed(answer["Items"])], "LastEvaluatedKey" not in answer

    def answered_before(self, place: Response) -> Iterator[str]:
        """Give the ids of the same person's answers to the survey that come before one, nearest first."""
        return self._beside(place, span(place.survey)[0], person_key(place)["sk"]["S"], forward=False)

    def answered_after(self, place: Response) -> Iterator[str]:
        """Give the ids of the same person's answers to the survey that come after one, nearest first."""
        return self._beside(place, person_key(place)["sk"]["S"], span(place.survey)[1], forward=True)

    def _beside(self, place: Response, first: str, last: str, *, forward: bool) -> Iterator[str]:
        """Walk over pointers, both ends included; the place itself is left out."""
        found = self._pointers(place.person or "", first, last, forward=forward)
        return (response_id for response_id in found if response_id != place.id)

    def _pointers(
        self, person_id: str, first: str, last: str, *, forward: bool = True, page: int = NEIGHBOURS
    ) -> Iterator[str]:
        """Walk over pointers, both ends included, page by page as they are asked for."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table, **between(person_id, first, last), ScanIndexForward=forward, Limit=page
        )
        with translated("the table"):
            for items in pages:
                yield from (item["response"]["S"] for item in items["Items"])

    def _update(self, change: PersonChange) -> dict[str, Any]:
        """Build the write of everything but who asked when, which others may be writing meanwhile."""
        said = _attributes(change.new)
        names = {f"#{name}": name for name in (*TEXTS, "properties", "v", *DIRECTORY)}
        given = ", ".join(f"#{name} = :{name}" for name in said)
        gone = ", ".join(f"#{name}" for name in (*TEXTS, "properties") if name not in said)
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
    return {"pk": {"S": keys.person(person_id)}, "sk": {"S": keys.META}}


def _attributes(person: Person) -> dict[str, Any]:
    said: dict[str, Any] = {name: {"S": value} for name in TEXTS if (value := getattr(person, name)) is not None}
    if person.properties:
        said["properties"] = {"M": {name: {"S": value} for name, value in person.properties.items()}}
    directory = {"due_shard": {"S": keys.directory(bucket_of(person.id))}, "due_order": {"S": person.id}}
    return said | directory | {"v": {"N": str(person.revision)}}


def _read(item: Mapping[str, Any]) -> Person | ErasedPerson:
    person_id, revision = item["pk"]["S"].partition("#")[2], int(item["v"]["N"])
    if "erased" in item:
        return ErasedPerson(person_id, int(item["erased"]["N"]), item["subtract"]["BOOL"], revision)
    return Person(
        person_id,
        **{name: item[name]["S"] for name in TEXTS if name in item},
        properties={name: value["S"] for name, value in item.get("properties", {}).get("M", {}).items()},
        last_asked=int(item["last_asked"]["N"]) if "last_asked" in item else None,
        asked_by=item["asked_by"]["S"] if "asked_by" in item else None,
        revision=revision,
    )
