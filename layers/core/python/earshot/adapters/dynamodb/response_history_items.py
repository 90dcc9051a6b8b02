"""The history of a response as attributes of its item, there and back; one that was never corrected has none."""

from collections.abc import Mapping
from typing import Any

from earshot.domain.response import NONE, Correction, History

Item = Mapping[str, Any]


def history_attributes(history: History) -> dict[str, Any]:
    """Write a history; what it lacks takes no room."""
    if not history.corrections:
        return {}
    attributes: dict[str, Any] = {"history": {"L": [{"M": _written(one)} for one in history.corrections]}}
    return attributes | ({"left_out": {"N": str(history.left_out)}} if history.left_out else {})


def read_history(item: Item) -> History:
    """Read the history of a response's item back; KeyError or ValueError if it is none."""
    if "history" not in item:
        return NONE
    corrections = tuple(_read(entry["M"]) for entry in item["history"]["L"])
    return History(corrections, int(item["left_out"]["N"]) if "left_out" in item else 0)


def _written(one: Correction) -> dict[str, Any]:
    written: dict[str, Any] = {"action": {"S": one.action}, "time": {"N": str(one.time)}}
    written |= {"by": {"S": one.by}} if one.by else {}
    written |= {"changed": {"L": [{"S": name} for name in one.changed]}} if one.changed else {}
    written |= {"scores": {"L": [_number(score) for score in one.scores]}} if one.scores else {}
    return written | ({"reason": {"S": one.reason}} if one.reason else {})


def _read(entry: Item) -> Correction:
    scores = [int(score["N"]) if "N" in score else None for score in entry["scores"]["L"]] if "scores" in entry else []
    return Correction(
        action=entry["action"]["S"],
        time=int(entry["time"]["N"]),
        by=entry["by"]["S"] if "by" in entry else None,
        changed=tuple(name["S"] for name in entry.get("changed", {}).get("L", ())),
        scores=(scores[0], scores[1]) if scores else None,
        reason=entry["reason"]["S"] if "reason" in entry else None,
    )


def _number(score: int | None) -> dict[str, Any]:
    return {"N": str(score)} if score is not None else {"NULL": True}
