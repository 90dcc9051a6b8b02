"""What a page may learn about a known visitor: its function's role allows only these attributes."""

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Query, TableAdapter
from earshot.domain.person import ErasedPerson, Person

PERSON = "pk, erased_at, mailbox, last_invited_at"
MAILBOX = "pk, last_invited_at"


class DynamoDBKnownPeople(TableAdapter):
    """The `KnownPeople` port over the table."""

    def get(self, person_id: str, *, asked: bool = True) -> Person | ErasedPerson | None:
        """Read of a person whether they were erased and, if `asked`, when they were last asked; nothing else."""
        item = self._table.get(table_keys.person_key(person_id), PERSON)
        if item is None:
            return None
        if "erased_at" in item:
            return ErasedPerson(person_id, item["erased_at"], subtract=False, revision=0)
        mailbox = table_keys.mailbox_of(item)
        asked_item = item
        if mailbox is not None:
            asked_item = (self._table.get(table_keys.mailbox_key(mailbox), MAILBOX) if asked else None) or {}
        return Person(person_id, last_invited_at=asked_item.get("last_invited_at"), mailbox=mailbox)

    def has_response_since(self, person_id: str, survey: str, since: int) -> bool:
        """Return whether a person responded to a survey at a moment or later: one read of a pointer."""
        low, high = table_keys.person_responses_span(survey, since)
        partition = table_keys.person(person_id)
        number, _ = self._table.count(Query(partition=partition, low=low, high=high, consistent=True, limit=1))
        return number > 0
