"""What must survive a restore: people erased, suppressed or invited since the restored moment stay so."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.invitation_items import read_invitation
from earshot.adapters.dynamodb.response_items import read_either, read_response
from earshot.adapters.dynamodb.segment_items import is_places, read_value
from earshot.adapters.dynamodb.survey_items import read_survey
from earshot.adapters.dynamodb.table import unmarshalled
from earshot.domain.campaign import CampaignState
from earshot.domain.deliveries import DeliveryState
from earshot.domain.destinations import DestinationState
from earshot.domain.response import Alias, Response
from earshot.domain.segment_values import Source
from earshot.domain.suppression import not_replaced_by
from earshot.domain.survey import Survey

Item = Mapping[str, Any]
_ENABLED = DestinationState.ENABLED.value
OVER = frozenset({CampaignState.STOPPED.value, CampaignState.FINISHED.value})


class Family(Enum):
    """A kind of item that is carried over, in the words of the command."""

    SURVEY = "surveys made or restricted"
    VALUE = "values of segments"
    KEY = "API keys made or revoked"
    SUPPRESSION = "suppressed addresses"
    ERASED_PERSON = "erased people"
    REACHED_PLACE = "destinations that had something of erased people"
    RESPONSE = "erased or anonymised responses"
    REMOVED_COMMENT = "comments removed"
    CAMPAIGN = "campaigns"
    INVITATION = "invitations"
    SUBMISSION_COMMENT = "comments of submissions"
    ASKED_PERSON = "people invited"
    MAILBOX = "mailboxes invited or erased"
    SHOWING = "people asked by a widget"
    BUDGET = "days of a mail budget"
    EVALUATION = "days evaluated for alerts"
    DESTINATION = "destinations made or disabled"
    ALERT_RULE = "alert rules made"
    ALERT = "alerts raised"
    CASE = "cases opened"
    MEMBER = "members added or removed"
    ACCOUNT = "accounts made"
    CALENDAR = "calendars made"
    INBOUND_CALL = "calls from outside"
    DELIVERY = "deliveries made"
    BREAKER = "destinations that do not reply"
    DIGEST = "digests made"
    DIGEST_SENDING = "digests sent or skipped"
    STOPPED_DIGEST = "digests stopped by their recipients"
    IMPORT = "imports begun"
    NEW_RESPONSE = "responses and corrections"
    UNDONE_IMPORT = "imports undone"


# Only on request: otherwise the restored table alone says what was answered, and what was taken back.
ON_REQUEST = frozenset({Family.NEW_RESPONSE, Family.UNDONE_IMPORT})
# Once the restored table is written to, its own item is the later one, if it has one.
OWN_ITEM_STANDS = frozenset({Family.INVITATION, Family.ASKED_PERSON, Family.BUDGET})
# An erasure leaves nothing in the place of these, so that one which is missing then may be one that was erased.
LEAVES_NOTHING = frozenset({Family.SUBMISSION_COMMENT, Family.SHOWING, Family.ALERT, Family.CASE})


def family_of(item: Item) -> Family | None:
    """Return which family an item is of; None if the restored table alone has the say."""
    pk = item["pk"]["S"]
    by_item = next((family for prefix, family in _BY_ITEM.items() if pk.startswith(prefix)), None)
    if by_item is not None:
        return by_item(item)
    return next((family for prefix, family in _BY_PREFIX.items() if pk.startswith(prefix)), None)


def is_missing(family: Family, old: Item, new: Item | None, *, in_service: bool) -> bool:
    """Return whether the restored table lacks what an item of the old one says.

    Until it is `in_service` the old one goes on from what was restored, so that whatever differs is later there.
    """
    if in_service and (family in LEAVES_NOTHING or (new is not None and family in OWN_ITEM_STANDS)):
        return False
    if family in _BY_ATTRIBUTES:
        return _BY_ATTRIBUTES[family](old, new, in_service)
    if new is None:
        return True
    if family in _UNTIL_IN_SERVICE and not in_service:
        return _UNTIL_IN_SERVICE[family](old, new)
    return _IS_MISSING[family](old, new)


def restricted(old: Survey, new: Survey) -> Survey:
    """Return the survey with what was restricted since: it was closed, its tokens revoked, or its retention shortened.

    All else is as restored. What was changed later than in the old table stays.
    """
    if old.updated_at <= new.updated_at:
        return new
    return replace(
        new,
        state=new.state if old.is_open or not new.is_open else old.state,
        identity=max(new.identity, old.identity, key=lambda tokens: tokens.generation),
        retention_days=min((days for days in (old.retention_days, new.retention_days) if days), default=None),
    )


def _of_a_person(item: Item) -> Family | None:
    sk = item["sk"]["S"]
    if sk.startswith(table_keys.INVITATIONS):
        return Family.INVITATION
    if sk.startswith(table_keys.REACHED):
        return Family.REACHED_PLACE
    if sk.startswith(table_keys.SUBJECT_CASES):
        return Family.CASE
    if sk != table_keys.META:
        return None
    return Family.ERASED_PERSON if "erased_at" in item else Family.ASKED_PERSON if "last_invited_at" in item else None


def _of_a_response(item: Item) -> Family | None:
    response = read_either(unmarshalled(item))
    if isinstance(response, Alias):
        return None
    if response.kind.is_anonymized:
        return Family.RESPONSE
    is_removed = any("comment" in correction.changed for correction in response.history.corrections)
    return Family.REMOVED_COMMENT if is_removed and response.statement.comment is None else Family.NEW_RESPONSE


def _of_a_mailbox(item: Item) -> Family | None:
    return Family.MAILBOX if item["sk"]["S"] == table_keys.META else None


def _of_an_account(item: Item) -> Family:
    return Family.ACCOUNT if item["sk"]["S"] == table_keys.META else Family.CASE


def _of_a_digest_sent(item: Item) -> Family:
    is_stop = item["sk"]["S"].startswith(table_keys.STOPPED)
    return Family.STOPPED_DIGEST if is_stop else Family.DIGEST_SENDING


def _of_an_import(item: Item) -> Family | None:
    """Distinguish an import from the notes of its parts, which lie in a partition of its own."""
    if item["pk"]["S"].count("#") > 1:
        return None
    return Family.UNDONE_IMPORT if "undone_at" in item else Family.IMPORT


def _person_is_missing(old: Item, new: Item | None, _: bool) -> bool:
    """People made since are not carried; those there may have been invited since."""
    return new is not None and "erased_at" not in new and _is_asked_later(old, new)


def _mailbox_is_missing(old: Item, new: Item | None, in_service: bool) -> bool:
    there = new or {}
    return ("erased" in old and "erased" not in there) or (not in_service and _is_asked_later(old, there))


def _comment_is_left(old: Item, new: Item | None, _: bool) -> bool:
    return new is not None and "comment" in new and _is_later(old, new)


def _is_asked_later(old: Item, new: Item) -> bool:
    return _number(old, "last_invited_at") > _number(new, "last_invited_at")


def _is_stronger(old: Item, new: Item) -> bool:
    return new["reason"]["S"] not in not_replaced_by(old["reason"]["S"])


def _is_later(old: Item, new: Item) -> bool:
    there = read_either(unmarshalled(new))
    return isinstance(there, Response) and read_response(unmarshalled(old)).order > there.order


def _is_restricted(old: Item, new: Item) -> bool:
    there = read_survey(unmarshalled(new))
    return restricted(read_survey(unmarshalled(old)), there) != there


def _is_decided(old: Item, new: Item) -> bool:
    """Return whether the owner took a value's series back; of places, whether a number would be given again."""
    if is_places(unmarshalled(old)):
        return _candidates_ever(old) > _candidates_ever(new)
    before, there = read_value(unmarshalled(old)), read_value(unmarshalled(new))
    return before.status.is_decided and not there.status.is_decided and there.source is not Source.OWNER


def _candidates_ever(item: Item) -> int:
    """Add up how many candidates all segments ever had: the next one gets a number that no response has yet."""
    return sum(_number(item, name) for name in item if name.endswith("=numbered"))


def _is_removed(old: Item, new: Item) -> bool:
    """Return whether a member was removed, and not added again later."""
    return "removed_at" in old and "removed_at" not in new and _number(old, "v") > _number(new, "v")


def _is_over(item: Item) -> bool:
    return item["state"]["S"] in OVER


def _is_made(delivery: Item) -> bool:
    """Return whether nothing more is done about a delivery: one that was made is not made a second time."""
    return DeliveryState(delivery["state"]["S"]).is_final


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def _differs(old: Item, new: Item) -> bool:
    return dict(old) != dict(new)


_BY_ITEM: dict[str, Callable[[Item], Family | None]] = {
    table_keys.person(""): _of_a_person,
    table_keys.RESPONSES: _of_a_response,
    table_keys.mailbox(""): _of_a_mailbox,
    table_keys.ACCOUNTS: _of_an_account,
    table_keys.DIGEST_SENDINGS: _of_a_digest_sent,
    table_keys.imports(""): _of_an_import,
}
_BY_PREFIX = {
    table_keys.survey(""): Family.SURVEY,
    table_keys.values(""): Family.VALUE,
    table_keys.KEYS: Family.KEY,
    table_keys.suppression(""): Family.SUPPRESSION,
    table_keys.campaigns(""): Family.CAMPAIGN,
    table_keys.attempt_comments(""): Family.SUBMISSION_COMMENT,
    table_keys.SHOWINGS: Family.SHOWING,
    table_keys.budget(""): Family.BUDGET,
    table_keys.evaluations(""): Family.EVALUATION,
    table_keys.DESTINATIONS: Family.DESTINATION,
    table_keys.ALERT_RULES: Family.ALERT_RULE,
    table_keys.ALERTS: Family.ALERT,
    **dict.fromkeys(
        (
            table_keys.CASES,
            table_keys.OPEN_CASES,
            table_keys.CASE_FIGURES,
            table_keys.ANONYMOUS_CASES,
        ),
        Family.CASE,
    ),
    table_keys.TEAM: Family.MEMBER,
    table_keys.CALENDARS: Family.CALENDAR,
    table_keys.INBOUND: Family.INBOUND_CALL,
    table_keys.DIGESTS: Family.DIGEST,
    table_keys.DELIVERIES: Family.DELIVERY,
    table_keys.BREAKERS: Family.BREAKER,
}
# Of what is on both sides: whether the old one says more.
_IS_MISSING: dict[Family, Callable[[Item, Item], bool]] = {
    Family.SURVEY: _is_restricted,
    Family.VALUE: _is_decided,
    Family.KEY: lambda old, new: "revoked_at" in old and "revoked_at" not in new,
    Family.SUPPRESSION: _is_stronger,
    Family.ERASED_PERSON: lambda old, new: "erased_at" not in new,  # noqa: ARG005
    Family.REACHED_PLACE: lambda old, new: False,  # noqa: ARG005 - its key is all it says
    Family.RESPONSE: _is_later,
    Family.NEW_RESPONSE: _is_later,
    Family.CAMPAIGN: lambda old, new: _is_over(old) and not _is_over(new),
    Family.IMPORT: lambda old, new: False,  # noqa: ARG005 - its figures follow the responses
    Family.UNDONE_IMPORT: lambda old, new: (
        _number(old, "finished_at") != _number(new, "finished_at") or "undone_at" not in new
    ),
    Family.INVITATION: lambda old, new: read_invitation(unmarshalled(old)) != read_invitation(unmarshalled(new)),
    Family.SUBMISSION_COMMENT: lambda old, new: False,  # noqa: ARG005 - its key is a hash of it
    Family.BUDGET: lambda old, new: _number(old, "sent") > _number(new, "sent"),
    Family.EVALUATION: lambda old, new: False,  # noqa: ARG005 - a day is evaluated once
    Family.DESTINATION: lambda old, new: "state" in old and old["state"]["S"] != _ENABLED == new["state"]["S"],
    Family.ALERT_RULE: lambda old, new: False,  # noqa: ARG005 - its settings are as restored
    Family.ALERT: lambda old, new: False,  # noqa: ARG005 - a rule fires once
    Family.CASE: lambda old, new: False,  # noqa: ARG005 - in service it goes on by itself
    Family.MEMBER: _is_removed,
    Family.ACCOUNT: lambda old, new: False,  # noqa: ARG005 - it is as restored
    Family.CALENDAR: lambda old, new: False,  # noqa: ARG005 - it is as restored
    Family.INBOUND_CALL: lambda old, new: False,  # noqa: ARG005 - its key is all it says
    Family.DIGEST: lambda old, new: False,  # noqa: ARG005 - its settings are as restored
    Family.DIGEST_SENDING: lambda old, new: _number(old, "v") > _number(new, "v"),
    Family.STOPPED_DIGEST: lambda old, new: False,  # noqa: ARG005 - its key is all it says
    Family.DELIVERY: lambda old, new: _is_made(old) and not _is_made(new),
    Family.BREAKER: lambda old, new: False,  # noqa: ARG005 - the engine finds out
}
_UNTIL_IN_SERVICE: dict[Family, Callable[[Item, Item], bool]] = {
    Family.VALUE: _differs,
    Family.CAMPAIGN: _differs,
    Family.SHOWING: _differs,
    Family.CASE: _differs,
    Family.DELIVERY: _differs,
    # What waits for a destination goes on by its breaker.
    Family.BREAKER: _differs,
}
# What is missing depends on attributes of an item that may be there for other reasons.
_BY_ATTRIBUTES: dict[Family, Callable[[Item, Item | None, bool], bool]] = {
    Family.ASKED_PERSON: _person_is_missing,
    Family.MAILBOX: _mailbox_is_missing,
    Family.REMOVED_COMMENT: _comment_is_left,
}
