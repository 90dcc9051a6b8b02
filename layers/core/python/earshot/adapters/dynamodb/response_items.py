"""Responses and aliases as DynamoDB items, there and back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.domain.response import NONE, Alias, Correction, EmittedEvent, History, Previous, Response, initial_emitted
from earshot.domain.statement import Rank, Statement, StatementKind

Item = dict[str, Any]


def response_key(survey: str, response_id: str) -> Item:
    """Return the primary key of a response (or of an alias, by the id as sent)."""
    return {"pk": {"S": table_keys.response(survey, response_id)}, "sk": {"S": response_id}}


def response_item(response: Response) -> Item:
    """Write a response; what it lacks takes no room."""
    attributes = {
        **response_key(response.survey, response.id),
        "type": {"S": "response"},
        "survey": {"S": response.survey},
        "v": _number(response.revision),
        **_statement_attributes(response.statement),
        "digest": {"S": response.digest},
        "responded_at": _number(response.responded_at),
        "day": {"S": response.day},
        "series": {"L": [{"S": name} for name in response.series]} if response.series else None,
        "candidates": _map({name: _number(number) for name, number in response.candidates.items()}),
        "sent_id": _string(response.sent_id),
        "correlation": _string(response.correlation),
        "is_repeat": _flag(response.is_repeat),
        "superseded_on": _string(response.superseded_on),
        "import": _string(response.import_id),
    }
    item = {name: value for name, value in attributes.items() if value is not None}
    return item | _event_attributes(response) | history_attributes(response.history)


def _statement_attributes(statement: Statement) -> dict[str, Item | None]:
    """Return the attributes of the winning statement; None for missing ones."""
    return {
        "kind": _number(int(statement.kind)),
        "received": _number(statement.received),
        "score": _number(statement.score),
        "comment": _string(statement.comment),
        "properties": _map({name: {"S": value} for name, value in statement.properties.items()}),
        "person": _string(statement.person),
        "channel": _string(statement.channel),
        "emit_events": None if statement.emit_events else {"BOOL": False},
        "unverified_email": _string(statement.unverified_email),
        "excluded": _flag(statement.excluded),
        "exclusion_reason": _string(statement.exclusion_reason),
        "seconds": _number(statement.seconds),
        "rank": _number(int(statement.rank) or None),
        "comment_score": _number(statement.comment_score),
        "cleaned": _flag(statement.cleaned),
        "email_hash": _string(statement.email_hash),
    }


def read_response(item: Mapping[str, Any]) -> Response:
    """Read a response back; KeyError or ValueError if the item is no response."""
    response = Response(
        survey=item["survey"]["S"],
        id=item["sk"]["S"],
        revision=int(item["v"]["N"]),
        statement=_read_statement(item),
        digest=item["digest"]["S"],
        responded_at=int(item["responded_at"]["N"]),
        day=item["day"]["S"],
        series=tuple(name["S"] for name in item.get("series", {}).get("L", ())),
        candidates={name: int(number["N"]) for name, number in item.get("candidates", {}).get("M", {}).items()},
        sent_id=_text(item, "sent_id"),
        correlation=_text(item, "correlation") or "",
        is_repeat="is_repeat" in item,
        history=read_history(item),
        superseded_on=_text(item, "superseded_on"),
        import_id=_text(item, "import"),
    )
    last_event, detractor_event_revision = initial_emitted(response)
    if "last_event" in item:
        last_event = _read_event(item["last_event"]["M"])
    if "detractor_event_revision" in item:
        detractor_event_revision = int(item["detractor_event_revision"]["N"])
    return replace(response, last_event=last_event, detractor_event_revision=detractor_event_revision)


def _read_statement(item: Mapping[str, Any]) -> Statement:
    return Statement(
        kind=StatementKind(int(item["kind"]["N"])),
        received=int(item["received"]["N"]),
        score=int(item["score"]["N"]) if "score" in item else None,
        comment=_text(item, "comment"),
        properties={name: value["S"] for name, value in item.get("properties", {}).get("M", {}).items()},
        person=_text(item, "person"),
        channel=_text(item, "channel"),
        emit_events="emit_events" not in item,
        unverified_email=_text(item, "unverified_email"),
        excluded="excluded" in item,
        exclusion_reason=_text(item, "exclusion_reason"),
        seconds=float(item["seconds"]["N"]) if "seconds" in item else None,
        rank=Rank(int(item["rank"]["N"])) if "rank" in item else Rank.ANONYMOUS,
        comment_score=int(item["comment_score"]["N"]) if "comment_score" in item else None,
        cleaned="cleaned" in item,
        email_hash=_text(item, "email_hash"),
    )


def alias_item(alias: Alias) -> Item:
    """Write an alias under the id as sent."""
    return {
        **response_key(alias.survey, alias.sent_id),
        "type": {"S": "alias"},
        "survey": {"S": alias.survey},
        "target": {"S": alias.target},
    }


def read_either(item: Mapping[str, Any]) -> Response | Alias:
    """Read the response or alias under a response's key."""
    if is_alias(item):
        return Alias(item["survey"]["S"], item["sk"]["S"], item["target"]["S"])
    return read_response(item)


def is_alias(item: Mapping[str, Any]) -> bool:
    """Return whether an item is an alias and not a response."""
    return bool(item.get("type", {}).get("S") == "alias")


def pointer_items(response: Response | None) -> dict[str, Item]:
    """Write the pointers to a response by their partitions: its person, and the mailbox of an unverified address."""
    if response is None:
        return {}
    pointers = {table_keys.person(response.person): person_item(response)} if response.person else {}
    if response.statement.email_hash:
        name = table_keys.mailbox(response.statement.email_hash)
        pointers[name] = {**person_item(response), "pk": {"S": name}}
    return pointers


def person_item(response: Response) -> Item:
    """Write the pointer from the person to the response."""
    return {**person_key(response), "survey": {"S": response.survey}, "response": {"S": response.id}}


def person_key(response: Response) -> Item:
    """Return the primary key of the pointer from the person to the response."""
    sort = table_keys.person_response(response.survey, response.responded_at, response.id)
    return {"pk": {"S": table_keys.person(response.person or "")}, "sk": {"S": sort}}


def _event_attributes(response: Response) -> Item:
    """Write which events were emitted for a response; nothing if they are those of its first recording."""
    last_event, detractor_event_revision = initial_emitted(response)
    item: Item = {}
    if response.last_event is not None and response.last_event != last_event:
        item["last_event"] = {"M": _event_item(response.last_event)}
    if response.detractor_event_revision not in (None, detractor_event_revision):
        item["detractor_event_revision"] = {"N": str(response.detractor_event_revision)}
    return item


def _event_item(event: EmittedEvent) -> Item:
    item: Item = {"v": {"N": str(event.revision)}, "type": {"S": event.detail_type}}
    if event.previous is not None:
        previous = {"v": {"N": str(event.previous.revision)}, "score": {"N": str(event.previous.score)}}
        item["previous"] = {"M": previous}
    return item


def _read_event(item: Mapping[str, Any]) -> EmittedEvent:
    previous = item["previous"]["M"] if "previous" in item else None
    return EmittedEvent(
        int(item["v"]["N"]),
        item["type"]["S"],
        None if previous is None else Previous(int(previous["v"]["N"]), int(previous["score"]["N"])),
    )


def _text(item: Mapping[str, Any], name: str) -> str | None:
    return str(item[name]["S"]) if name in item else None


def _string(text: str | None) -> Item | None:
    return {"S": text} if text else None


def _number(number: float | None) -> Item | None:
    return {"N": str(number)} if number is not None else None


def _flag(is_set: bool) -> Item | None:
    return {"BOOL": True} if is_set else None


def _map(values: Mapping[str, Item | None]) -> Item | None:
    return {"M": dict(values)} if values else None


def history_attributes(history: History) -> dict[str, Any]:
    """Write a history; what it lacks takes no room."""
    if not history.corrections:
        return {}
    attributes: dict[str, Any] = {"history": {"L": [{"M": _written_correction(one)} for one in history.corrections]}}
    return attributes | ({"left_out": {"N": str(history.left_out)}} if history.left_out else {})


def read_history(item: Mapping[str, Any]) -> History:
    """Read the history of a response's item back; KeyError or ValueError if it is none."""
    if "history" not in item:
        return NONE
    corrections = tuple(_read_correction(entry["M"]) for entry in item["history"]["L"])
    return History(corrections, int(item["left_out"]["N"]) if "left_out" in item else 0)


def _written_correction(one: Correction) -> dict[str, Any]:
    written: dict[str, Any] = {"action": {"S": one.action}, "time": {"N": str(one.time)}}
    written |= {"by": {"S": one.by}} if one.by else {}
    written |= {"changed": {"L": [{"S": name} for name in one.changed]}} if one.changed else {}
    written |= {"scores": {"L": [_score_or_null(score) for score in one.scores]}} if one.scores else {}
    return written | ({"reason": {"S": one.reason}} if one.reason else {})


def _read_correction(entry: Mapping[str, Any]) -> Correction:
    scores = [int(score["N"]) if "N" in score else None for score in entry["scores"]["L"]] if "scores" in entry else []
    return Correction(
        action=entry["action"]["S"],
        time=int(entry["time"]["N"]),
        by=entry["by"]["S"] if "by" in entry else None,
        changed=tuple(name["S"] for name in entry.get("changed", {}).get("L", ())),
        scores=(scores[0], scores[1]) if scores else None,
        reason=entry["reason"]["S"] if "reason" in entry else None,
    )


def _score_or_null(score: int | None) -> dict[str, Any]:
    return {"N": str(score)} if score is not None else {"NULL": True}
