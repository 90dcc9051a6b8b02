"""Touchpoints from the bus: events of other systems after which someone is to be asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.api.invitations import OWN_ID, WISH, wish_of
from earshot.api.schema import Object, Required
from earshot.api.survey_settings import SURVEY_ID
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import SOURCE
from earshot.domain.person import FIELDS
from earshot.services.invitations.invite_people import Wish

DETAIL_TYPE = "TouchpointReached"
# The field names that a log line may have: they repeat nothing that somebody wrote.
OUR_NAMES = frozenset(("detail-type", "detail", "survey", "person", "delay", "properties", "id", "person.id")) | {
    f"person.{name}" for name in FIELDS
}


@dataclass(frozen=True, slots=True)
class Touchpoint:
    """A touchpoint's survey and person; `event` is its EventBridge id."""

    survey: str
    wish: Wish
    event: str


def read_touchpoint(event: Mapping[str, Any]) -> Touchpoint:
    """Read an event as a rule puts it into a queue; InvalidError names every fault.

    It takes what events/schemas/TouchpointReached.v1.json describes; a test holds the two together. The sender's own
    `id`, or else EventBridge's, makes a touchpoint that comes twice one.
    """
    detail, event_id, source = event.get("detail"), event.get("id"), event.get("source")
    if event.get("detail-type") != DETAIL_TYPE or source == SOURCE:
        raise InvalidError(FieldError("detail-type", f"it must be {DETAIL_TYPE}, from another source than {SOURCE}"))
    if not isinstance(detail, dict) or not isinstance(event_id, str) or not isinstance(source, str) or not event_id:
        raise InvalidError(FieldError("detail", "it must be an event with an id, a source and an object as detail"))
    given = DETAIL.read(detail)
    own_id = given.get("id")
    seed = f"own\n{source}\n{own_id}" if own_id is not None else f"event\n{event_id}"
    return Touchpoint(given["survey"], wish_of(given, seed), event_id)


DETAIL = Object(Required("survey", SURVEY_ID), OWN_ID, *WISH)
