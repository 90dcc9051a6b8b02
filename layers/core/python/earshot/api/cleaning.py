"""Cleaning of what a page sent: optional fields never cost the score, and the reply names what was left out.

Cleaning depends on nothing but the body and the survey's segments, so that a repeat is cleaned the same way.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from earshot.api.fields import SIGNED_TOKEN
from earshot.api.properties import LARGEST_NUMBER
from earshot.api.request_body import Given
from earshot.api.schema import (
    MOST_IGNORED,
    Cleaning,
    Context,
    Contextual,
    Field,
    Found,
    NoOthers,
    Object,
    Optional,
    Schema,
    kind,
)
from earshot.domain import ids
from earshot.domain.errors import FieldError
from earshot.domain.statement import (
    LONGEST_COMMENT,
    LONGEST_PROPERTY_NAME,
    LONGEST_PROPERTY_VALUE,
    LONGEST_SHOWN,
    MOST_PROPERTIES,
)
from earshot.domain.unicode_text import (
    has_unstorable_characters,
    normal,
    normal_number,
    normal_text,
    replace_unstorable,
)

LONGEST_CHANNEL, LONGEST_EMAIL, LONGEST_NAME = 64, 254, 200
# Of more properties than a page has, the first are looked at, and those that are tracked under the name as it was sent.
MOST_PROPERTIES_SENT = 100
ANONYMOUS = "; the response is anonymous"
GIVEN_TWICE = "this field is given twice"
ONCE = ("id", "score")

_LABEL = r"[^\s@.,;:<>()\[\]\\\"]+"
_ADDRESS = re.compile(rf"[^\s@,;:<>()\[\]\\\"]+@{_LABEL}(?:\.{_LABEL})+")

Note = Callable[[str, str], None]


class Lenient(Contextual):
    """A field that can be cleaned: `clean` returns what is kept of any value, or None."""

    __slots__ = ("_field", "clean")

    def __init__(self, field: Field, clean: Callable[[Any, Cleaning], Any]) -> None:
        self._field, self.clean = field, clean

    def check_in(self, value: Any, context: Context) -> Any:
        """Return the value as the field keeps it."""
        return self._field.check_in(value, context)

    def schema(self) -> Schema:
        """Return the schema of the field."""
        return self._field.schema()

    def lenient_schema(self) -> Schema:
        """Return a schema that takes anything."""
        described = self.schema()
        return {"description": described["description"]} if "description" in described else {}


class LenientObject(Object):
    """An object whose lenient fields are cleaned and never refused.

    Its lenient fields are cleaned in the order of `cleaned`. Names that are `kept` are refused, never ignored.
    """

    __slots__ = ("_cleaners", "_kept")

    def __init__(
        self, *steps: Optional | NoOthers, cleaned: Sequence[str], kept: Sequence[str], name: str = ""
    ) -> None:
        super().__init__(*steps, name=name)
        fields = {step.name: step.field for step in steps if isinstance(step, Optional)}
        self._cleaners = {each: field.clean for each in cleaned if isinstance(field := fields[each], Lenient)}
        self._kept = kept

    def lenient_definition(self, description: str, *, keyed: bool) -> Schema:
        """Return the schema of a lenient request, with a key or without."""
        strict = self.definition()
        properties: dict[str, Any] = dict.fromkeys(self._kept, False)
        for step in self.steps:
            if isinstance(step, Optional) and (keyed or not step.needs_key):
                whole = strict["properties"][step.name]
                properties[step.name] = whole if step.needs_key else step.field.lenient_schema()
        return {
            "type": "object",
            "required": strict["required"],
            "properties": properties,
            "description": description,
        }

    def _prepare(self, found: Found) -> None:
        cleaning, body = found.context.cleaning, found.body
        if cleaning is None:
            return
        cleaning.prefix = found.context.prefix
        repeated = body.repeated if isinstance(body, Given) else ()
        found.faults += [FieldError(name, GIVEN_TWICE) for name in ONCE if name in repeated]
        if found.faults:
            return
        # As many of a kind as the reply shows, so that thousands of names cost no more to refuse than to read.
        for name in repeated[:MOST_IGNORED]:
            reason = "it counts as false" if name == "final" else "only the first counts"
            cleaning.note(name, f"it is given twice: {reason}")
        unknown = (name for name in body if name not in self._cleaners and name not in self._kept)
        for name in islice(unknown, MOST_IGNORED):
            cleaning.note(name, "there is no such field")
        for name, clean in self._cleaners.items():
            if name in body:
                found.given[name] = False if name == "final" and name in repeated else clean(body[name], cleaning)
        found.known.update(self._cleaners)
        found.body = {name: body[name] for name in self._kept if name in body}


def _names(sent: Iterable[str], note: Note) -> dict[str, str]:
    """Return names of properties in their one spelling, each with the name as it was sent."""
    found: dict[str, str] = {}
    for each in sent:
        name, path = (
            normal(replace_unstorable(each)) if len(each) <= LONGEST_PROPERTY_NAME else "",
            f"properties.{each}",
        )
        if not name or len(name) > LONGEST_PROPERTY_NAME:
            note(path, f"a name has 1 to {LONGEST_PROPERTY_NAME} characters")
        elif "=" in name:
            note(path, "a name cannot contain '='")
        elif name in found:
            note(path, "it looks like another name in this request; only the first one counts")
        else:
            found[name] = each
    return found


# Characters of a value that are read, of which the first are kept.
LONGEST_SENT = LONGEST_PROPERTY_VALUE + 64
# What a value does not end in: it may stand where it is cut.
SHOWS_NOTHING = " \u200c\u200d"


def _value(value: Any, path: str, note: Note) -> str | None:
    """Return the text of a property's value, empty for none; None if it has no text."""
    if value is None or isinstance(value, bool):
        return "" if value is None else "true" if value else "false"
    if isinstance(value, (int, float)):
        if not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
            note(path, "the number is too large")
            return None
        return normal_number(value)
    if not isinstance(value, str):
        note(path, f"it must be text, a number, true or false, not {kind(value)}")
        return None
    # What shows nothing is taken out first, so that a value may be sent longer than it is kept; within bounds.
    read = normal(_storable(value[:LONGEST_SENT], path, note))
    if len(value) > LONGEST_SENT and len(read) <= LONGEST_PROPERTY_VALUE:
        note(path, f"only its first {LONGEST_SENT} characters are read")
    return _cut(read, LONGEST_PROPERTY_VALUE, path, note).rstrip(SHOWS_NOTHING)


def _cut(text: str, longest: int, field: str, note: Note) -> str:
    if len(text) > longest:
        note(field, f"it was cut at {longest} characters")
    return text[:longest]


def _storable(text: str, field: str, note: Note) -> str:
    whole = replace_unstorable(text)
    if whole != text:
        note(field, "invalid characters were removed (an unpaired surrogate, U+FFFE or U+FFFF)")
    return whole


def id_of(sent: Any, survey: str, *, any_id: bool) -> Any:
    """Return the id of a response of the survey, as it was sent or made of a name; what can be neither stays as it is.

    With `any_id` the sender may make ids of each version; otherwise only those of versions 4 and 7 are ids.
    """
    if not isinstance(sent, str) or not 1 <= len(sent) <= LONGEST_NAME or has_unstorable_characters(sent):
        return sent
    canonical = ids.canonical(sent)
    if canonical is not None and (any_id or canonical[14] in "47"):
        return sent
    # A UUID that is no id of ours is a name, and one name however it is spelled.
    return ids.named(survey, ids.spelled(sent) or sent)


def clean_properties(sent: Any, cleaning: Cleaning) -> dict[str, str]:
    """Return the properties that fit, each as text."""
    note = cleaning.note
    if not isinstance(sent, dict):
        if sent is not None:
            note("properties", f"it must be an object, not {kind(sent)}")
        return {}
    for name in sent.repeated[:MOST_IGNORED] if isinstance(sent, Given) else ():
        note(f"properties.{name}", "it is given twice; only the first one counts")
    first = dict.fromkeys(islice(sent, MOST_PROPERTIES_SENT))
    if len(sent) > len(first):
        note("properties", f"only the first {MOST_PROPERTIES_SENT} and the tracked ones are read")
    names = _names(first | dict.fromkeys(name for name in cleaning.segments if name in sent), note)
    return _chosen({name: (f"properties.{each}", sent[each]) for name, each in names.items()}, cleaning)


def _chosen(found: Mapping[str, tuple[str, Any]], cleaning: Cleaning) -> dict[str, str]:
    """Return the properties that fit: tracked ones first, then in their order; the values of others are not read.

    Each is found by name, with its path as it was sent.
    """
    names = dict.fromkeys((*(name for name in cleaning.segments if name in found), *found))
    chosen: dict[str, str] = {}
    for place, name in enumerate(names):
        if len(chosen) == MOST_PROPERTIES:
            for left in islice(names, place, place + MOST_IGNORED):
                cleaning.note(
                    f"properties.{left}", f"at most {MOST_PROPERTIES} properties are kept: tracked ones, then the first"
                )
            break
        path, value = found[name]
        if text := _value(value, path, cleaning.note):
            chosen[name] = text
    return chosen


def clean_final(value: Any, cleaning: Cleaning) -> bool:
    """Return whether a response is final; anything but a boolean counts as false, a missing value as true."""
    if not isinstance(value, bool):
        cleaning.note("final", f"it must be true or false, not {kind(value)}: it counts as false")
    return value is True


def clean_contact_requested(value: Any, cleaning: Cleaning) -> bool:
    """Return whether contact is requested; anything but true does not."""
    if value is not None and not isinstance(value, bool):
        cleaning.note("contact_requested", f"it must be true or false, not {kind(value)}")
    return value is True


def clean_comment(value: Any, cleaning: Cleaning) -> str | None:
    """Return a comment in NFC, cut to its longest length; a number becomes text."""
    note = cleaning.note
    if value is None:
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER:
        note("comment", "the number was converted to text")
        return normal_number(value)
    if not isinstance(value, str):
        note("comment", f"it must be a string, not {kind(value)}")
        return None
    whole = _storable(value, "comment", note).strip()
    # Cut first: to put a long text in NFC takes longer than all else. A few characters become several in it.
    read = normal_text(whole[:LONGEST_COMMENT])
    if max(len(whole), len(read)) > LONGEST_COMMENT:
        note("comment", f"it was cut at {LONGEST_COMMENT} characters")
    return read[:LONGEST_COMMENT].strip() or None


def clean_channel(value: Any, cleaning: Cleaning) -> str | None:
    """Return the name of a channel, cut to its longest length."""
    note = cleaning.note
    if value is not None and not isinstance(value, str):
        note("channel", f"it must be a string, not {kind(value)}")
    if not isinstance(value, str):
        return None
    return _cut(_storable(value, "channel", note), LONGEST_CHANNEL, "channel", note) or None


def clean_email(value: Any, cleaning: Cleaning) -> str | None:
    """Return what looks like an address."""
    if value is None or value == "":
        return None
    sent = normal(value) if isinstance(value, str) and not has_unstorable_characters(value) else ""
    if len(sent) <= LONGEST_EMAIL and _ADDRESS.fullmatch(sent):
        return sent
    cleaning.note("email", "it is not a valid email address")
    return None


def clean_token(value: Any, cleaning: Cleaning) -> str | None:
    """Return text that may be a token."""
    if value is None or value == "":
        return None
    try:
        return SIGNED_TOKEN.check(value) or None
    except ValueError as exc:
        cleaning.note("token", str(exc) + ANONYMOUS)
        return None


def clean_seconds(value: Any, cleaning: Cleaning) -> float | None:
    """Return for how many seconds the question was shown; milliseconds are kept."""
    if value is None:
        return None
    if type(value) in (int, float) and 0 <= value <= LONGEST_SHOWN:
        return round(float(value), 3)
    cleaning.note("seconds", f"it is not a number from 0 to {LONGEST_SHOWN}")
    return None
