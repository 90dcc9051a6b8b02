"""Responses and aliases as DynamoDB items, there and back."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from earshot.adapters.dynamodb import table_keys
from earshot.adapters.dynamodb.response_history_items import history_attributes, read_history
from earshot.domain.response import Alias, Rank, Response, StatementKind
from earshot.domain.response_events import EmittedEvent, Previous, initial_emitted

Item = dict[str, Any]


def response_key(survey: str, response_id: str) -> Item:
    """Return the primary key of a response (or of an alias, by the id as sent)."""
    return {"pk": {"S": table_keys.response(survey, response_id)}, "sk": {"S": response_id}}


def response_item(response: Response) -> Item:
    """Write a response; what it lacks takes no room."""
    item = {
        **response_key(response.survey, response.id),
        "type": {"S": "response"},
        "survey": {"S": response.survey},
        "v": {"N": str(response.revision)},
        "kind": {"N": str(int(response.kind))},
        "received": {"N": str(response.received)},
        "digest": {"S": response.digest},
        "answered": {"N": str(response.answered)},
        "day": {"S": response.day},
    }
    if response.series:
        item["series"] = {"L": [{"S": name} for name in response.series]}
    if response.candidates:
        item["candidates"] = {"M": {name: {"N": str(number)} for name, number in response.candidates.items()}}
    numbers = {"score": response.score, "seconds": response.seconds, "rank": int(response.rank) or None}
    numbers |= {"comment_score": response.comment_score}
    item |= {name: {"N": str(number)} for name, number in numbers.items() if number is not None}
    if response.properties:
        item["properties"] = {"M": {name: {"S": value} for name, value in response.properties.items()}}
    for name, said in (
        ("quiet", not response.announce),
        ("excluded", response.excluded),
        ("repeated", response.repeated),
        ("cleaned", response.cleaned),
    ):
        item |= {name: {"BOOL": True}} if said else {}
    for name in (
        *("comment", "person", "channel", "unverified_email", "email_hash", "sent_id"),
        *("correlation", "exclusion_reason", "superseded"),
    ):
        if value := getattr(response, name):
            item[name] = {"S": value}
    item |= {"import": {"S": response.import_id}} if response.import_id else {}
    return item | _announced_item(response) | history_attributes(response.history)


def read_response(item: Mapping[str, Any]) -> Response:
    """Read a response back; KeyError or ValueError if the item is no response."""
    response = Response(
        survey=item["survey"]["S"],
        id=item["sk"]["S"],
        revision=int(item["v"]["N"]),
        kind=StatementKind(int(item["kind"]["N"])),
        received=int(item["received"]["N"]),
        digest=item["digest"]["S"],
        answered=int(item["answered"]["N"]),
        day=item["day"]["S"],
        series=tuple(name["S"] for name in item.get("series", {}).get("L", ())),
        candidates={name: int(number["N"]) for name, number in item.get("candidates", {}).get("M", {}).items()},
        score=int(item["score"]["N"]) if "score" in item else None,
        properties={name: value["S"] for name, value in item.get("properties", {}).get("M", {}).items()},
        announce="quiet" not in item,
        comment=_text(item, "comment"),
        person=_text(item, "person"),
        channel=_text(item, "channel"),
        unverified_email=_text(item, "unverified_email"),
        email_hash=_text(item, "email_hash"),
        sent_id=_text(item, "sent_id"),
        correlation=_text(item, "correlation") or "",
        excluded="excluded" in item,
        repeated="repeated" in item,
        cleaned="cleaned" in item,
        exclusion_reason=_text(item, "exclusion_reason"),
        seconds=float(item["seconds"]["N"]) if "seconds" in item else None,
        comment_score=int(item["comment_score"]["N"]) if "comment_score" in item else None,
        history=read_history(item),
        superseded=_text(item, "superseded"),
        import_id=_text(item, "import"),
        rank=Rank(int(item["rank"]["N"])) if "rank" in item else Rank.ANONYMOUS,
    )
    announced, identified = initial_emitted(response)
    if "announced" in item:
        announced = _announcement(item["announced"]["M"])
    if "identified" in item:
        identified = int(item["identified"]["N"])
    return replace(response, announced=announced, identified=identified)


def alias_item(alias: Alias) -> Item:
    """Write an alias under the id as sent."""
    return {
        **response_key(alias.survey, alias.sent_id),
        "type": {"S": "alias"},
        "survey": {"S": alias.survey},
        "target": {"S": alias.target},
    }


def read_either(item: Mapping[str, Any]) -> Response | Alias:
    """Read whatever stands under a response's key."""
    if is_alias(item):
        return Alias(item["survey"]["S"], item["sk"]["S"], item["target"]["S"])
    return read_response(item)


def is_alias(item: Mapping[str, Any]) -> bool:
    """Tell an alias from a response."""
    return bool(item.get("type", {}).get("S") == "alias")


def pointer_items(response: Response | None) -> dict[str, Item]:
    """Write the pointers to a response by their partitions: its person, and the mailbox of an unverified address."""
    if response is None:
        return {}
    pointers = {table_keys.person(response.person): person_item(response)} if response.person else {}
    if response.email_hash:
        name = table_keys.mailbox(response.email_hash)
        pointers[name] = {**person_item(response), "pk": {"S": name}}
    return pointers


def person_item(response: Response) -> Item:
    """Write the pointer from the person to the response."""
    return {**person_key(response), "survey": {"S": response.survey}, "response": {"S": response.id}}


def person_key(response: Response) -> Item:
    """Return the primary key of the pointer from the person to the response."""
    sort = table_keys.person_response(response.survey, response.answered, response.id)
    return {"pk": {"S": table_keys.person(response.person or "")}, "sk": {"S": sort}}


def _announced_item(response: Response) -> Item:
    """Write what was announced of a response, unless it was when it was first recorded and not since."""
    announced, identified = initial_emitted(response)
    item: Item = {}
    if response.announced is not None and response.announced != announced:
        item["announced"] = {"M": _announcement_item(response.announced)}
    if response.identified is not None and response.identified != identified:
        item["identified"] = {"N": str(response.identified)}
    return item


def _announcement_item(announced: EmittedEvent) -> Item:
    item: Item = {"v": {"N": str(announced.revision)}, "as": {"S": announced.detail_type}}
    if announced.previous is not None:
        item["was"] = {"N": str(announced.previous.revision)}
        item["score"] = {"N": str(announced.previous.score)}
    return item


def _announcement(item: Mapping[str, Any]) -> EmittedEvent:
    was = Previous(int(item["was"]["N"]), int(item["score"]["N"])) if "was" in item else None
    return EmittedEvent(int(item["v"]["N"]), item["as"]["S"], was)


def _text(item: Mapping[str, Any], name: str) -> str | None:
    return str(item[name]["S"]) if name in item else None
