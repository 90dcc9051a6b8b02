"""What a page sent, cleaned: what is optional never costs the score, and the answer names what was left out.

Cleaning depends on nothing but the body and the survey's segments, so that a repeat is cleaned the same way.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from earshot.api.fields import kind, shown, signed_token
from earshot.api.properties import LARGEST_NUMBER, NAME, PROPERTIES, VALUE
from earshot.api.request_body import Given
from earshot.domain import ids
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.sqs_submissions import LONGEST_SHOWN
from earshot.domain.unicode_text import (
    has_unstorable_characters,
    normal,
    normal_number,
    normal_text,
    replace_unstorable,
)

COMMENT, CHANNEL, EMAIL, ID = 10_000, 64, 254, 200
MOST_IGNORED = 20
# Of more properties than a page has, the first are looked at, and those that are tracked under the name as it was sent.
MOST_PROPERTIES = 100
NOBODYS = ": the response is nobody's"
# What is refused and not left out: it would make another response of it, or date one.
KEPT = ("id", "score", "person", "responded_at", "announce", "responses")
ONCE = ("id", "score")

_LABEL = r"[^\s@.,;:<>()\[\]\\\"]+"
_ADDRESS = re.compile(rf"[^\s@,;:<>()\[\]\\\"]+@{_LABEL}(?:\.{_LABEL})+")

Note = Callable[[str, str], None]


class Cleaning:
    """Cleans responses of a survey whose `segments` are tracked, and notes in `ignored` what was left out and why."""

    def __init__(self, survey: str, segments: Sequence[str]) -> None:
        self.ignored: list[FieldError] = []
        self._survey, self._segments = survey, segments

    def clean(self, body: Mapping[str, Any], prefix: str = "", *, any_id: bool = False) -> dict[str, Any]:
        """Return a body of which only what is required can still be refused; InvalidError if that is given twice.

        `any_id` says that the sender may make ids of each version; else those of version 4 and 7 are ids.
        """
        repeated = body.repeated if isinstance(body, Given) else ()

        def note(field: str, reason: str) -> None:
            self.ignored.append(FieldError(shown(prefix + field), reason))

        if twice := [FieldError(prefix + name, "this field is given twice") for name in ONCE if name in repeated]:
            raise InvalidError(*twice)
        # As many of a kind as the answer shows: thousands of names cost no more to refuse than to read.
        for name in repeated[:MOST_IGNORED]:
            reason = "it counts as false" if name == "final" else "only the first counts"
            note(name, f"it is given twice: {reason}")
        for name in islice((name for name in body if name not in _KNOWN), MOST_IGNORED):
            note(name, "there is no such field")
        kept = {name: body[name] for name in KEPT if name in body}
        if "id" in kept:
            kept["id"] = self._id(kept["id"], any_id=any_id)
        kept["final"] = "final" not in repeated and _final(body.get("final", True), note)
        kept["properties"] = self._properties(body.get("properties"), note)
        for name, cleaned in _OPTIONAL.items():
            if (value := cleaned(body.get(name), note)) is not None:
                kept[name] = value
        return kept

    def shown(self) -> list[dict[str, str]]:
        """Show what was left out, never its value; at most twenty of them."""
        return [{"field": fault.field, "reason": fault.reason} for fault in self.ignored[:MOST_IGNORED]]

    def _id(self, sent: Any, *, any_id: bool) -> Any:
        if not isinstance(sent, str) or not 1 <= len(sent) <= ID or has_unstorable_characters(sent):
            return sent
        canonical = ids.canonical(sent)
        if canonical is not None and (any_id or canonical[14] in "47"):
            return sent
        # A UUID that is no id of ours is a name, and one name however it is spelled.
        return ids.named(self._survey, ids.spelled(sent) or sent)

    def _properties(self, said: Any, note: Note) -> dict[str, str]:
        if not isinstance(said, dict):
            if said is not None:
                note("properties", f"it must be an object, not {kind(said)}")
            return {}
        for name in said.repeated[:MOST_IGNORED] if isinstance(said, Given) else ():
            note(f"properties.{name}", "it is given twice: only the first counts")
        first = dict.fromkeys(islice(said, MOST_PROPERTIES))
        if len(said) > len(first):
            note("properties", f"only the first {MOST_PROPERTIES} are looked at, and those that are tracked")
        names = _names(first | dict.fromkeys(name for name in self._segments if name in said), note)
        return self._chosen({name: (f"properties.{each}", said[each]) for name, each in names.items()}, note)

    def _chosen(self, found: Mapping[str, tuple[str, Any]], note: Note) -> dict[str, str]:
        """Return the properties that fit: tracked ones first, then in their order; the values of others are not read.

        Each is found by name, with its path as it was sent.
        """
        order = dict.fromkeys((*(name for name in self._segments if name in found), *found))
        chosen: dict[str, str] = {}
        for place, name in enumerate(order):
            if len(chosen) == PROPERTIES:
                for left in islice(order, place, place + MOST_IGNORED):
                    note(f"properties.{left}", f"at most {PROPERTIES} properties fit: tracked ones, then the first")
                break
            path, value = found[name]
            if text := _value(value, path, note):
                chosen[name] = text
        return chosen


def _names(sent: Iterable[str], note: Note) -> dict[str, str]:
    """Return names of properties in their one spelling, each with the name as it was sent."""
    found: dict[str, str] = {}
    for each in sent:
        name, path = normal(replace_unstorable(each)) if len(each) <= NAME else "", f"properties.{each}"
        if not name or len(name) > NAME:
            note(path, f"a name has 1 to {NAME} characters")
        elif "=" in name:
            note(path, "a name cannot hold '='")
        elif name in found:
            note(path, "it looks like another name here: only the first counts")
        else:
            found[name] = each
    return found


# Characters of a value that are read, of which the first are kept.
LONGEST_SENT = VALUE + 64
# What a value does not end in: it may stand where it is cut.
SHOWS_NOTHING = " \u200c\u200d"


def _value(value: Any, path: str, note: Note) -> str | None:
    """Return the text of a property's value, empty for none; None if it has no text."""
    if value is None or isinstance(value, bool):
        return "" if value is None else "true" if value else "false"
    if isinstance(value, (int, float)):
        if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            note(path, "it is a number too large to be one")
            return None
        return normal_number(value)
    if not isinstance(value, str):
        note(path, f"it must be text, a number, true or false, not {kind(value)}")
        return None
    # What shows nothing is taken out first, so that a value may be sent longer than it is kept; within bounds.
    read = normal(_mended(value[:LONGEST_SENT], path, note))
    if len(value) > LONGEST_SENT and len(read) <= VALUE:
        note(path, f"only its first {LONGEST_SENT} characters are read")
    return _cut(read, VALUE, path, note).rstrip(SHOWS_NOTHING)


def _cut(text: str, longest: int, field: str, note: Note) -> str:
    if len(text) > longest:
        note(field, f"it was cut at {longest} characters")
    return text[:longest]


def _mended(text: str, field: str, note: Note) -> str:
    whole = replace_unstorable(text)
    if whole != text:
        note(field, "what is no character was taken out (an unpaired surrogate, U+FFFE or U+FFFF)")
    return whole


def _final(value: Any, note: Note) -> bool:
    if not isinstance(value, bool):
        note("final", f"it must be true or false, not {kind(value)}: it counts as false")
    return value is True


def _comment(value: Any, note: Note) -> str | None:
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
        note("comment", "it is a number, and became text")
        return normal_number(value)
    if not isinstance(value, str):
        note("comment", f"it must be a string, not {kind(value)}")
        return None
    whole = _mended(value, "comment", note).strip()
    # Cut first: to put a long text in NFC takes longer than all else. A few characters become several in it.
    read = normal_text(whole[:COMMENT])
    if max(len(whole), len(read)) > COMMENT:
        note("comment", f"it was cut at {COMMENT} characters")
    return read[:COMMENT].strip()


def _channel(value: Any, note: Note) -> str | None:
    if value is not None and not isinstance(value, str):
        note("channel", f"it must be a string, not {kind(value)}")
    return _cut(_mended(value, "channel", note), CHANNEL, "channel", note) if isinstance(value, str) else None


def _email(value: Any, note: Note) -> str | None:
    if value is None or value == "":
        return None
    said = normal(value) if isinstance(value, str) and not has_unstorable_characters(value) else ""
    if len(said) <= EMAIL and _ADDRESS.fullmatch(said):
        return said
    note("email", "it is no e-mail address")
    return None


def _token(value: Any, note: Note) -> str | None:
    if value is None or value == "":
        return None
    try:
        return signed_token(value) or None
    except ValueError as exc:
        note("token", str(exc) + NOBODYS)
        return None


def _seconds(value: Any, note: Note) -> float | None:
    if value is None:
        return None
    if type(value) in (int, float) and 0 <= value <= LONGEST_SHOWN:
        return float(value)
    note("seconds", f"it is not a number from 0 to {LONGEST_SHOWN}")
    return None


_OPTIONAL: Mapping[str, Callable[[Any, Note], Any]] = {
    "comment": _comment,
    "channel": _channel,
    "email": _email,
    "token": _token,
    "seconds": _seconds,
}
_KNOWN = frozenset((*_OPTIONAL, *KEPT, "final", "properties"))
