"""Responses and aliases as DynamoDB items, there and back."""

from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.table import Item, Key
from earshot.domain.response import NONE, Alias, Correction, EmittedEvent, History, Previous, Response, initial_emitted
from earshot.domain.statement import Rank, Statement, StatementKind


def response_item(response: Response) -> dict[str, Any]:
    """Write a response; what it lacks takes no room."""
    return {
        **table_keys.response_key(response.survey, response.id),
        "type": "response",
        "survey": response.survey,
        "v": response.revision,
        **_statement_attributes(response.statement),
        "digest": response.digest,
        "responded_at": response.responded_at,
        "day": response.day,
        "series": response.series or None,
        "candidates": dict(response.candidates) or None,
        "sent_id": response.sent_id or None,
        "correlation": response.correlation or None,
        "is_repeat": response.is_repeat or None,
        "superseded_on": response.superseded_on or None,
        "import": response.import_id or None,
        **_event_attributes(response),
        **_history_attributes(response.history),
    }


def _statement_attributes(statement: Statement) -> dict[str, Any]:
    """Return the attributes of the winning statement; None for missing ones."""
    return {
        "kind": int(statement.kind),
        "received_at": statement.received_at,
        "score": statement.score,
        "comment": statement.comment or None,
        "properties": dict(statement.properties) or None,
        "person": statement.person or None,
        "channel": statement.channel or None,
        "emit_events": None if statement.emit_events else False,
        "unverified_email": statement.unverified_email or None,
        "excluded": statement.excluded or None,
        "exclusion_reason": statement.exclusion_reason or None,
        "seconds": statement.seconds,
        "rank": int(statement.rank) or None,
        "comment_score": statement.comment_score,
        "cleaned": statement.cleaned or None,
        "email_hash": statement.email_hash or None,
        "contact_requested": statement.contact_requested or None,
    }


def read_response(item: Item) -> Response:
    """Read a response back; KeyError, TypeError or ValueError if the item is no response."""
    response = Response(
        survey=item["survey"],
        id=item["sk"],
        revision=item["v"],
        statement=_read_statement(item),
        digest=item["digest"],
        responded_at=item["responded_at"],
        day=item["day"],
        series=tuple(item.get("series", ())),
        candidates=item.get("candidates", {}),
        sent_id=item.get("sent_id"),
        correlation=item.get("correlation", ""),
        is_repeat="is_repeat" in item,
        history=_read_history(item),
        superseded_on=item.get("superseded_on"),
        import_id=item.get("import"),
    )
    last_event, detractor_event_revision = initial_emitted(response)
    if "last_event" in item:
        last_event = _read_event(item["last_event"])
    detractor_event_revision = item.get("detractor_event_revision", detractor_event_revision)
    return replace(response, last_event=last_event, detractor_event_revision=detractor_event_revision)


def _read_statement(item: Item) -> Statement:
    return Statement(
        kind=StatementKind(item["kind"]),
        received_at=item["received_at"],
        score=item.get("score"),
        comment=item.get("comment"),
        properties=item.get("properties", {}),
        person=item.get("person"),
        channel=item.get("channel"),
        emit_events="emit_events" not in item,
        unverified_email=item.get("unverified_email"),
        excluded="excluded" in item,
        exclusion_reason=item.get("exclusion_reason"),
        seconds=float(item["seconds"]) if "seconds" in item else None,
        rank=Rank(item["rank"]) if "rank" in item else Rank.ANONYMOUS,
        comment_score=item.get("comment_score"),
        cleaned="cleaned" in item,
        email_hash=item.get("email_hash"),
        contact_requested="contact_requested" in item,
    )


def alias_item(alias: Alias) -> dict[str, Any]:
    """Write an alias under the id as sent."""
    key = table_keys.response_key(alias.survey, alias.sent_id)
    return {**key, "type": "alias", "survey": alias.survey, "target": alias.target}


def read_either(item: Item) -> Response | Alias:
    """Read the response or alias under a response's key."""
    return Alias(item["survey"], item["sk"], item["target"]) if is_alias(item) else read_response(item)


def is_alias(item: Item) -> bool:
    """Return whether an item is an alias and not a response."""
    return bool(item.get("type") == "alias")


def pointer_items(response: Response | None) -> dict[str, dict[str, Any]]:
    """Write the pointers to a response by their partitions: its person, and the mailbox of an unverified address."""
    if response is None:
        return {}
    pointers = {table_keys.person(response.person): person_item(response)} if response.person else {}
    if response.statement.email_hash:
        name = table_keys.mailbox(response.statement.email_hash)
        pointers[name] = {**person_item(response), "pk": name}
    return pointers


def person_item(response: Response) -> dict[str, Any]:
    """Write the pointer from the person to the response."""
    return {**person_key(response), "survey": response.survey, "response": response.id}


def person_key(response: Response) -> Key:
    """Return the primary key of the pointer from the person to the response."""
    sort = table_keys.person_response(response.survey, response.responded_at, response.id)
    return table_keys.key(table_keys.person(response.person or ""), sort)


def _event_attributes(response: Response) -> dict[str, Any]:
    """Write which events were emitted for a response; nothing if they are those of its first recording."""
    last_event, detractor_event_revision = initial_emitted(response)
    item: dict[str, Any] = {}
    if response.last_event is not None and response.last_event != last_event:
        item["last_event"] = _event_item(response.last_event)
    if response.detractor_event_revision not in (None, detractor_event_revision):
        item["detractor_event_revision"] = response.detractor_event_revision
    return item


def _event_item(event: EmittedEvent) -> dict[str, Any]:
    before = event.previous
    previous = None if before is None else {"v": before.revision, "score": before.score}
    return {"v": event.revision, "type": event.detail_type, "previous": previous}


def _read_event(item: Item) -> EmittedEvent:
    previous = item.get("previous")
    return EmittedEvent(
        item["v"], item["type"], None if previous is None else Previous(previous["v"], previous["score"])
    )


def _history_attributes(history: History) -> dict[str, Any]:
    """Write a history; what it lacks takes no room."""
    if not history.corrections:
        return {}
    return {
        "history": [_written_correction(one) for one in history.corrections],
        "left_out": history.left_out or None,
        "published_at": history.published_at,
    }


def _read_history(item: Item) -> History:
    """Read the history of a response's item back; KeyError, TypeError or ValueError if it is none."""
    if "history" not in item:
        return NONE
    corrections = tuple(map(_read_correction, item["history"]))
    return History(corrections, item.get("left_out", 0), item.get("published_at"))


def _written_correction(one: Correction) -> dict[str, Any]:
    return {
        "action": one.action,
        "corrected_at": one.corrected_at,
        "by": one.by or None,
        "changed": one.changed or None,
        "scores": one.scores or None,
        "reason": one.reason or None,
    }


def _read_correction(entry: Item) -> Correction:
    scores = entry.get("scores")
    return Correction(
        action=entry["action"],
        corrected_at=entry["corrected_at"],
        by=entry.get("by"),
        changed=tuple(entry.get("changed", ())),
        scores=(scores[0], scores[1]) if scores else None,
        reason=entry.get("reason"),
    )
