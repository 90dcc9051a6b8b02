"""The properties of ours at HubSpot: made before the first write, and read back, since nothing else proves them."""

from collections.abc import Mapping
from typing import Any

from earshot.adapters.destinations.hubspot_api import CONTACTS, FailedError, HubSpotCalls
from earshot.domain.delivery_outcome import Rejected

# What makes a repeat the same ticket or note: the response in its survey, or the event about the score.
UNIQUE = "earshot_response"
SCORE, CATEGORY, COMMENT = "nps_score", "nps_category", "nps_comment"
RESPONDED_AT, RESPONSE = "nps_responded_at", "nps_response_id"
OF_CONTACTS = (SCORE, CATEGORY, COMMENT, RESPONDED_AT, RESPONSE)

_CATEGORIES = ("detractor", "passive", "promoter")
_GROUPS = {CONTACTS: "contactinformation", "tickets": "ticketinformation", "notes": "engagement"}
_UNIQUE: Mapping[str, Any] = {
    "name": UNIQUE,
    "label": "Earshot response",
    "type": "string",
    "fieldType": "text",
    "hasUniqueValue": True,
}
_OF_CONTACTS: tuple[Mapping[str, Any], ...] = (
    {"name": SCORE, "label": "NPS score", "type": "number", "fieldType": "number"},
    {
        "name": CATEGORY,
        "label": "NPS category",
        "type": "enumeration",
        "fieldType": "select",
        "options": [{"label": each.capitalize(), "value": each, "hidden": False} for each in _CATEGORIES],
    },
    {"name": COMMENT, "label": "NPS comment", "type": "string", "fieldType": "textarea"},
    {"name": RESPONDED_AT, "label": "NPS answered at", "type": "datetime", "fieldType": "date"},
    {"name": RESPONSE, "label": "NPS response", "type": "string", "fieldType": "text"},
)


def missing_properties(objects: str, *, with_contacts: bool, known: frozenset[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return what has to be there before a write, by object, without what is `known` to be there."""
    wanted = [(objects, _UNIQUE)]
    wanted += [(CONTACTS, each) for each in _OF_CONTACTS] if with_contacts else []
    return [
        (where, {"groupName": _GROUPS[where], **definition})
        for where, definition in wanted
        if f"{where}/{definition['name']}" not in known
    ]


def ensure_property(calls: HubSpotCalls, objects: str, definition: Mapping[str, Any]) -> None:
    """Make a property if there is none, and check what is there; FailedError if it does not do."""
    name = definition["name"]
    found = calls.property(objects, name)
    if found is None:
        _create(calls, objects, definition)
        found = calls.property(objects, name) or {}
    is_unique = bool(definition.get("hasUniqueValue"))
    if found.get("type") != definition["type"] or (is_unique and found.get("hasUniqueValue") is not True):
        raise FailedError(Rejected(_unfit(objects, definition), None))


def _create(calls: HubSpotCalls, objects: str, definition: Mapping[str, Any]) -> None:
    try:
        calls.create_property(objects, definition)
    except FailedError as exc:
        if objects == "notes" and isinstance(exc.outcome, Rejected):
            raise FailedError(Rejected(_unfit(objects, definition), None)) from exc
        raise


def _unfit(objects: str, definition: Mapping[str, Any]) -> str:
    if objects == "notes":
        return "notes of this account take no unique property, so that a repeat would double them; use object: ticket"
    unique = " with unique values" if definition.get("hasUniqueValue") else ""
    return (
        f"the property {definition['name']} of {objects} is not of the type {definition['type']}{unique}; "
        "delete it in HubSpot, and Earshot makes it again"
    )
