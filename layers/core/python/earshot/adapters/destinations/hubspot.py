"""Alerts in HubSpot: the score at the contact, and a ticket or a note, once whatever is lost.

Every call can be repeated: contacts are written under their address, tickets and notes under a unique property of ours,
and associations are sets. So an attempt of unknown outcome is simply made again.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from time import monotonic
from typing import Any

from earshot.adapters.destinations.hubspot_api import API, CONTACTS, EMAIL, FailedError, HubSpotCalls, Record
from earshot.adapters.destinations.hubspot_properties import (
    CATEGORY,
    COMMENT,
    OF_CONTACTS,
    RESPONDED_AT,
    RESPONSE,
    SCORE,
    UNIQUE,
    ensure_property,
    missing_properties,
)
from earshot.adapters.https_sender import HttpsSender
from earshot.domain.alert_words import facts_of, title_of
from earshot.domain.deliveries import Delivery, joined_ids, response_key
from earshot.domain.delivery_outcome import Ambiguous, Delivered, Outcome, Rejected, after_writing
from earshot.domain.destination_url import DestinationUrl
from earshot.domain.iso_time import read_time
from earshot.domain.message_types import TEST, is_about_a_response
from earshot.ports.destinations import Message, Target

TICKET, NOTE = "ticket", "note"
OBJECTS = {TICKET: "tickets", NOTE: "notes"}
# The pipeline that every account has, and its first stage.
USUAL_PIPELINE, USUAL_STAGE = "0", "1"
# What HubSpot takes at most in a text.
LONGEST_TEXT, LONGEST_SUBJECT = 65_536, 255
# After so many seconds no further call of an attempt is begun.
LONGEST_ATTEMPT = 9.0


class HubSpotSender:
    """The `Sender` of the kind `hubspot`; `clock` counts the seconds of an attempt.

    Each process looks once whether our properties are there.
    """

    def __init__(
        self,
        sender: HttpsSender,
        read_url: Callable[[str], DestinationUrl],
        api: str = API,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._sender, self._read_url, self._api, self._clock = sender, read_url, api, clock
        self._known: dict[str, set[str]] = {}

    def render(self, message: Message, target: Target) -> str:
        """Write what the records are made of."""
        kind = target.destination.settings["object"]
        return json.dumps(
            {
                "type": message.type,
                "record": _ticket(message, target) if kind == TICKET else _note(message),
                "email": _email(message),
                "scores": _scores(message) if message.is_newest else None,
            },
            ensure_ascii=False,
        )

    def send(self, delivery: Delivery, body: str, target: Target, now: int) -> Outcome:
        """Write the contact, then the ticket or note, and tie them together."""
        written, kind = json.loads(body), target.destination.settings["object"]
        calls, email, key = self._calls(target, now), written["email"], _key(delivery)
        scores = written["scores"] and {**written["scores"], RESPONSE: key}
        contact = record = None
        try:
            self._ensure_properties(calls, target, with_contacts=email is not None)
            contact = _write_contact(calls, email, scores) if email else None
            record = _write_record(calls, OBJECTS[kind], key, written["record"])
            if contact is not None:
                calls.associate(OBJECTS[kind], record, CONTACTS, contact)
            if written["type"] == TEST:
                calls.delete(OBJECTS[kind], record)
                return Delivered(None, 200)
        except FailedError as exc:
            if isinstance(exc.outcome, Rejected):
                # It may be that somebody deleted a property of ours.
                self._known.clear()
            return after_writing(exc.outcome, _vendor_id(kind, record, contact))
        return Delivered(_vendor_id(kind, record, contact), 200)

    def probe(self, delivery: Delivery, target: Target, now: int) -> Outcome | None:
        """Look for our ticket or note by its unique property, and for the contact by the address it was sent with."""
        kind, calls, key = target.destination.settings["object"], self._calls(target, now), _key(delivery)
        email = json.loads(delivery.body)["email"] if delivery.body else None
        try:
            contact = calls.find_contact(email, [RESPONSE]) if email else None
            is_set_up = calls.property(OBJECTS[kind], UNIQUE) is not None
            record = calls.get(OBJECTS[kind], key, [UNIQUE], by=UNIQUE) if is_set_up else None
        except FailedError as exc:
            return exc.outcome
        shows_it = contact is not None and contact.properties.get(RESPONSE) == key
        found = _vendor_id(kind, record.id if record else None, contact.id if contact and shows_it else None)
        return Delivered(found, 200) if found else None

    def erase(self, delivery: Delivery, target: Target, now: int) -> Outcome:
        """Delete the ticket or note, and clear our properties of the contact, which itself belongs to others."""
        calls, key = self._calls(target, now), delivery.subject
        try:
            # A reply may have told one of two ids.
            is_known, kind = delivery.uncertain_since is None, target.destination.settings["object"]
            written = joined_ids(delivery.vendor_id, None if is_known else _found_by(calls, key, kind))
            for each in filter(None, written.split(",")):
                kind, _, record = each.partition("/")
                if kind in OBJECTS:
                    calls.delete(OBJECTS[kind], record)
                else:
                    _clear(calls, record, key)
        except FailedError as exc:
            return exc.outcome
        return Delivered(written, 200)

    def _calls(self, target: Target, now: int) -> HubSpotCalls:
        end, clock = self._clock() + LONGEST_ATTEMPT, self._clock
        token = target.credentials.fields.get("access_token", "")
        return HubSpotCalls(self._sender, self._read_url, self._api, token, now, lambda: clock() < end)

    def _ensure_properties(self, calls: HubSpotCalls, target: Target, *, with_contacts: bool) -> None:
        """Make the properties that this process has not yet seen in the account of a token."""
        token = sha256(target.credentials.fields.get("access_token", "").encode()).hexdigest()
        known = self._known.setdefault(token, set())
        objects = OBJECTS[target.destination.settings["object"]]
        for where, definition in missing_properties(objects, with_contacts=with_contacts, known=frozenset(known)):
            ensure_property(calls, where, definition)
            known.add(f"{where}/{definition['name']}")


def _key(delivery: Delivery) -> str:
    """Return what makes a repeat the same: the response or the event; a test has its own id alone."""
    if delivery.subject and is_about_a_response(delivery.type):
        return response_key(delivery.survey, delivery.subject)
    return delivery.subject or delivery.id


def _write_contact(calls: HubSpotCalls, email: str, scores: Mapping[str, str] | None) -> str:
    """Write a contact under its address, with the scores unless it has those of a newer response; return its id."""
    found = calls.find_contact(email, [RESPONDED_AT, RESPONSE])
    if found and not _may_be_replaced(found, scores):
        return found.id
    contact, is_written = calls.upsert(CONTACTS, email, EMAIL, {EMAIL: email, **(scores or {})})
    if is_written:
        return contact
    existing = calls.get(CONTACTS, contact, [RESPONDED_AT, RESPONSE])
    if existing is None:
        raise FailedError(Ambiguous("the contact that HubSpot named is gone", None))
    if scores and _may_be_replaced(existing, scores) and not calls.update(CONTACTS, contact, scores):
        raise FailedError(Ambiguous("the contact is gone that was there a moment ago", None))
    return contact


def _found_by(calls: HubSpotCalls, key: str, kind: str) -> str:
    """Find the ticket or note of a response by our unique property, and the contact that shows it by a search.

    The index of the search lags behind; nobody asks before the attempt is long over.
    """
    is_set_up = calls.property(OBJECTS[kind], UNIQUE) is not None
    record = calls.get(OBJECTS[kind], key, [UNIQUE], by=UNIQUE) if is_set_up else None
    is_shown = calls.property(CONTACTS, RESPONSE) is not None
    contacts = calls.search(CONTACTS, RESPONSE, key) if is_shown else []
    return ",".join([*([f"{kind}/{record.id}"] if record else []), *(f"contact/{each}" for each in contacts)])


def _clear(calls: HubSpotCalls, contact: str, key: str) -> None:
    """Clear our properties of a contact, unless it shows another response by now; with no key, whatever it shows."""
    found = calls.get(CONTACTS, contact, [RESPONSE])
    if found is not None and found.properties.get(RESPONSE) and key in ("", found.properties[RESPONSE]):
        calls.update(CONTACTS, contact, dict.fromkeys(OF_CONTACTS, ""))


def _may_be_replaced(contact: Record, scores: Mapping[str, str] | None) -> bool:
    """Return whether a contact shows no newer response than these scores are of; without scores nothing is replaced."""
    if not scores:
        return False
    if contact.properties.get(RESPONSE) in (None, "", scores[RESPONSE]):
        return True
    shown = _moment(contact.properties.get(RESPONDED_AT))
    given = _moment(scores[RESPONDED_AT])
    return shown is None or given is None or shown <= given


def _moment(value: Any) -> datetime | None:
    """Read a time as HubSpot writes it: ISO 8601, or Unix milliseconds."""
    text = str(value or "")
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        moment = read_time(text)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write_record(calls: HubSpotCalls, objects: str, key: str, properties: Mapping[str, Mapping[str, str]]) -> str:
    """Write a ticket or note under our unique property; return its id. A ticket stays where people moved it."""
    found = calls.get(objects, key, [UNIQUE], by=UNIQUE)
    changing = properties["always"]
    if found is None:
        record, is_written = calls.upsert(objects, key, UNIQUE, {UNIQUE: key, **properties["once"], **changing})
        if is_written:
            return record
        # Its id is in the text of the refusal alone, so it is looked up under our own property.
        found = calls.get(objects, key, [UNIQUE], by=UNIQUE)
    if found is None:
        raise FailedError(Rejected("HubSpot says that it exists, under another key than ours (409)", 409))
    if not calls.update(objects, found.id, changing):
        raise FailedError(Ambiguous("the record is gone that was there a moment ago", None))
    return found.id


def _vendor_id(kind: str, record: str | None, contact: str | None) -> str:
    """Name what was written: the ticket or note, and the contact, without which nothing of it could be erased."""
    found = [f"{kind}/{record}"] if record else []
    return ",".join([*found, f"contact/{contact}"] if contact else found)


def _email(message: Message) -> str | None:
    email = (message.data.get("person") or {}).get("email")
    return str(email).lower() if email else None


def _scores(message: Message) -> dict[str, str] | None:
    """Return the properties of the contact: of what the destination may have, nothing else is touched."""
    data = message.data
    if not is_about_a_response(message.type):
        return None
    scores = {
        SCORE: str(data["score"]),
        CATEGORY: data["category"],
        RESPONDED_AT: data["responded_at"],
    }
    return scores | {COMMENT: (data["comment"] or "")[:LONGEST_TEXT]} if "comment" in data else scores


def _ticket(message: Message, target: Target) -> dict[str, dict[str, str]]:
    settings = target.destination.settings
    place = {
        "hs_pipeline": settings.get("pipeline", USUAL_PIPELINE),
        "hs_pipeline_stage": settings.get("stage", USUAL_STAGE),
    }
    text = "\n".join(_lines(message))[:LONGEST_TEXT]
    title = title_of(message.type, message.data)[:LONGEST_SUBJECT]
    return {"once": place, "always": {"subject": title, "content": text}}


def _note(message: Message) -> dict[str, dict[str, str]]:
    """Return a note, whose text is HTML; no line is cut within a tag or a character."""
    html, title = "", title_of(message.type, message.data)
    for line in (title, *_lines(message)):
        more = f"{escape(line)}<br>"
        if len(html) + len(more) > LONGEST_TEXT:
            break
        html += more
    at = message.data.get("responded_at") or message.timestamp
    return {"once": {}, "always": {"hs_timestamp": at, "hs_note_body": html}}


def _lines(message: Message) -> list[str]:
    """Return the words, the facts and the link of an alert, line by line."""
    data = message.data
    words = str(data.get("comment") or "").splitlines()
    facts = [f"{name}: {value}" for name, value in facts_of(message.type, data)]
    return [*words, *([""] if words and facts else []), *facts, *(data.get("links") or {}).values()]
