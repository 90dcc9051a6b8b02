"""What a page may learn of somebody it knows, and no more: its function's role names these attributes alone."""

from collections.abc import Mapping
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.mailbox_items import asked_key, mailbox_of
from earshot.adapters.dynamodb.person_pointers import between, span
from earshot.domain.person import ErasedPerson, Person

PERSON = "pk, erased, mailbox, last_asked"
MAILBOX = "pk, last_asked"


class DynamoDBKnownPeople:
    """The `KnownPeople` port over the table."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        """Read of a person whether they were erased and, if `asked`, when they were last asked; nothing else."""
        item = self._item(asked_key(None, person_id), PERSON)
        if item is None:
            return None
        if "erased" in item:
            return ErasedPerson(person_id, int(item["erased"]["N"]), subtract=False, revision=0)
        mailbox = mailbox_of(item)
        said = item if mailbox is None else self._item(asked_key(mailbox), MAILBOX) if asked else None
        last_asked = int(said["last_asked"]["N"]) if said and "last_asked" in said else None
        return Person(person_id, last_asked=last_asked, mailbox=mailbox)

    def has_answered_since(self, person_id: str, survey: str, since: int) -> bool:
        """Return whether a person answered a survey at a moment or later: one read of a pointer, which is not seen."""
        first, last = span(survey, since)
        with translated("the table"):
            answer = self._client.query(
                TableName=self._table, **between(table_keys.person(person_id), first, last), Limit=1, Select="COUNT"
            )
        return bool(answer["Count"])

    def _item(self, key: Mapping[str, Any], attributes: str) -> Mapping[str, Any] | None:
        with translated("the table"):
            answer = self._client.get_item(
                TableName=self._table, Key=key, ConsistentRead=True, ProjectionExpression=attributes
            )
        found: Mapping[str, Any] | None = answer.get("Item")
        return found
