"""What must survive a restore: people erased, suppressed or invited since the restored moment stay so."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.response_items import read_either, read_response
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.domain.response import Alias, Response
from earshot.domain.statement import StatementKind
from earshot.domain.suppression import not_replaced_by

Item = Mapping[str, Any]


class Family(Enum):
    """A kind of item that is carried over, in the words of the command."""

    SURVEY = "surveys made"
    VALUE = "values of segments"
    KEY = "API keys made or revoked"
    SUPPRESSION = "suppressed addresses"
    ERASED_PERSON = "erased people"
    RESPONSE = "erased or anonymised responses"
    INVITATION = "invitations"
    SUBMISSION_COMMENT = "comments of submissions"
    ASKED_PERSON = "people invited"
    ASKED_MAILBOX = "mailboxes invited"
    BUDGET = "days of a mail budget"
    IMPORT = "imports begun"
    NEW_RESPONSE = "responses and corrections"
    UNDONE_IMPORT = "imports undone"


# Only on request: otherwise the restored table alone says what was answered, and what was taken back.
ON_REQUEST = frozenset({Family.NEW_RESPONSE, Family.UNDONE_IMPORT})


def family_of(item: Item) -> Family | None:
    """Return which family an item is of; None if the restored table alone has the say."""
    pk = item["pk"]["S"]
    if pk.startswith(table_keys.person("")):
        return _of_a_person(item)
    if pk.startswith(table_keys.RESPONSES):
        return _of_a_response(item)
    if pk.startswith(table_keys.mailbox("")):
        return Family.ASKED_MAILBOX if item["sk"]["S"] == table_keys.META and "last_invited_at" in item else None
    if pk.startswith(table_keys.imports("")):
        return _of_an_import(item)
    return next((family for prefix, family in _BY_PREFIX.items() if pk.startswith(prefix)), None)


def is_missing(family: Family, old: Item, new: Item | None) -> bool:
    """Return whether the restored table lacks what an item of the old one says."""
    if family is Family.ASKED_PERSON:
        # People made since are not carried; those there may have been invited since.
        return (
            new is not None
            and "erased_at" not in new
            and _number(old, "last_invited_at") > _number(new, "last_invited_at")
        )
    if family is Family.ASKED_MAILBOX:
        return _number(old, "last_invited_at") > _number(new or {}, "last_invited_at")
    return new is None or _IS_MISSING[family](old, new)


def _of_a_person(item: Item) -> Family | None:
    sk = item["sk"]["S"]
    if sk.startswith(table_keys.INVITATIONS):
        return Family.INVITATION
    if sk != table_keys.META:
        return None
    return Family.ERASED_PERSON if "erased_at" in item else Family.ASKED_PERSON if "last_invited_at" in item else None


def _of_a_response(item: Item) -> Family | None:
    response = read_either(unmarshalled(item))
    if isinstance(response, Alias):
        return None
    return Family.RESPONSE if response.kind >= StatementKind.ANONYMISED else Family.NEW_RESPONSE


def _of_an_import(item: Item) -> Family | None:
    """Distinguish an import from the notes of its parts, which lie in a partition of its own."""
    if item["pk"]["S"].count("#") > 1:
        return None
    return Family.UNDONE_IMPORT if "undone_at" in item else Family.IMPORT


def _is_stronger(old: Item, new: Item) -> bool:
    return new["reason"]["S"] not in not_replaced_by(old["reason"]["S"])


def _is_later(old: Item, new: Item) -> bool:
    there = read_either(unmarshalled(new))
    return isinstance(there, Response) and read_response(unmarshalled(old)).order > there.order


def _candidates_ever(item: Item) -> int:
    """Add up how many candidates all segments ever had: the next one gets a number that no response has yet."""
    return sum(_number(item, name) for name in item if name.endswith("=numbered"))


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


_BY_PREFIX = {
    table_keys.survey(""): Family.SURVEY,
    table_keys.SURVEYS: Family.SURVEY,
    table_keys.values(""): Family.VALUE,
    table_keys.KEYS: Family.KEY,
    table_keys.suppression(""): Family.SUPPRESSION,
    table_keys.attempt_comments(""): Family.SUBMISSION_COMMENT,
    table_keys.budget(""): Family.BUDGET,
}
# Of what is on both sides: whether the old one says more.
_IS_MISSING: dict[Family, Callable[[Item, Item], bool]] = {
    Family.SURVEY: lambda old, new: False,  # noqa: ARG005 - settings are as restored
    Family.VALUE: lambda old, new: _candidates_ever(old) > _candidates_ever(new),
    Family.KEY: lambda old, new: "revoked_at" in old and "revoked_at" not in new,
    Family.SUPPRESSION: _is_stronger,
    Family.ERASED_PERSON: lambda old, new: "erased_at" not in new,  # noqa: ARG005
    Family.RESPONSE: _is_later,
    Family.NEW_RESPONSE: _is_later,
    Family.IMPORT: lambda old, new: False,  # noqa: ARG005 - its figures follow the responses
    Family.UNDONE_IMPORT: lambda old, new: (
        _number(old, "finished_at") != _number(new, "finished_at") or "undone_at" not in new
    ),
    Family.INVITATION: lambda old, new: read_invitation(unmarshalled(old)) != read_invitation(unmarshalled(new)),
    Family.SUBMISSION_COMMENT: lambda old, new: False,  # noqa: ARG005 - its key is a hash of it
    Family.BUDGET: lambda old, new: _number(old, "sent") > _number(new, "sent"),
}
