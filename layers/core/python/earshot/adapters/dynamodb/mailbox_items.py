"""When a mailbox was last asked, as a DynamoDB item under the keyed hash of its address."""

from collections.abc import Mapping
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.domain.person import Asked

INDEX = "MailboxIndex"


def asked_key(mailbox: str | None, person: str = "") -> dict[str, Any]:
    """Return the key of the item that says when somebody was last asked: their mailbox's, or their own without one."""
    name = table_keys.person(person) if mailbox is None else table_keys.mailbox(mailbox)
    return {"pk": {"S": name}, "sk": {"S": table_keys.META}}


def read_asked(item: Mapping[str, Any]) -> Asked:
    """Read when a mailbox, or a person without one, was last asked."""
    last_asked = int(item["last_asked"]["N"]) if "last_asked" in item else None
    by = item["asked_by"]["S"] if "asked_by" in item else None
    return Asked(last_asked, by, int(item["v"]["N"]), item["erased"]["BOOL"] if "erased" in item else None)


def mailbox_of(person: Mapping[str, Any]) -> str | None:
    """Return the keyed hash of a person's address as their item has it; None without an address."""
    return table_keys.mailbox_digest(person["mailbox"]["S"]) if "mailbox" in person else None
