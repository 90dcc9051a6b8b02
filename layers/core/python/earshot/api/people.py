"""The bodies and parameters of the calls on people, checked: addresses, locales and zones are written one way."""

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from earshot.api.cursors import read_cursor, write_cursor
from earshot.api.fields import EMAIL, OWN_ID
from earshot.api.properties import PROPERTIES_OR_NULL
from earshot.api.schema import (
    BOOLEAN,
    NO_SUCH_FIELD,
    NO_SUCH_PARAMETER,
    NORMAL,
    Batch,
    Checked,
    Context,
    Contextual,
    Field,
    Found,
    NoOthers,
    Nullable,
    NullOrEmpty,
    Object,
    OneOf,
    Optional,
    Required,
    Rule,
    Schema,
    Step,
    Text,
)
from earshot.api.survey_settings import ZONE
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.ids import FAR_FUTURE
from earshot.domain.iso_time import instant
from earshot.domain.person import PersonDraft
from earshot.domain.person_id import is_address
from earshot.domain.suppression import GIVEN_REASONS, SuppressionDraft
from earshot.domain.unicode_text import normal

ADDRESS_HINT = (
    "name the person by your own id, or by the id that Earshot made of the address (p-…), which POST /v1/people/search "
    "with the address as `email` returns as `means`"
)
LONGEST_BATCH = 500
LONGEST_NAME, LONGEST_LOCALE = 200, 35

_LANGUAGE = r"[A-Za-z]{2,3}"
_SCRIPT, _REGION, _VARIANT = r"[A-Za-z]{4}", r"(?:[A-Za-z]{2}|[0-9]{3})", r"(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3})"
_LOCALE = rf"({_LANGUAGE})(?:[-_]({_SCRIPT}))?(?:[-_]({_REGION}))?((?:[-_]{_VARIANT})*)"


def read_person(body: Mapping[str, Any], person_id: str) -> PersonDraft:
    """Read the person of `PUT /v1/people/{person}`."""
    return draft_of(PERSON.read(body, Context(id=person_id)))


def read_people(body: Mapping[str, Any]) -> list[PersonDraft]:
    """Read the people of `POST /v1/people`; all faults of all of them are named, or none is taken."""
    return [draft_of(row) for row in PEOPLE.read(body)["people"]]


def read_draft(body: Mapping[str, Any]) -> PersonDraft:
    """Read one person: with an id, or with the address their id is made from; null and empty text mean 'none'."""
    return draft_of(PERSON_DRAFT.read(body))


def draft_of(given: Mapping[str, Any]) -> PersonDraft:
    """Return the draft of a person: their id and the given fields."""
    return PersonDraft(given.get("id"), {name: value for name, value in given.items() if name != "id"})


def read_suppressions(body: Mapping[str, Any], now: int) -> list[SuppressionDraft]:
    """Read the addresses of `POST /v1/suppressions`; all faults of all rows are named, or none is taken."""
    rows = SUPPRESSIONS.read(body, Context(now=now))["suppressions"]
    return [
        SuppressionDraft(row["email"], row["reason"], now if row["since"] is None else row["since"], row["lift"])
        for row in rows
    ]


def check_person_id(person_id: str) -> str:
    """Return the id of a person from a path; InvalidError for what can be none."""
    if is_address(person_id):
        raise InvalidError(FieldError("id", f"it looks like an address: {ADDRESS_HINT}"))
    try:
        return OWN_ID.check(person_id)
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


def check_lift(query: Mapping[str, str], person_id: str) -> None:
    """Check the parameters of `DELETE /v1/people/{person}/suppression`."""
    LIFT.read(query, Context(id=person_id))


def read_erasure(query: Mapping[str, str], person_id: str) -> tuple[bool, bool, bool]:
    """Read whether an erasure subtracts the responses from the counts, and its extent.

    The second is whether it includes the whole mailbox, the third whether it includes a person without stored data.
    """
    given = ERASURE.read(query, Context(id=person_id))
    return given["subtract"] == "true", given["mailbox"] == "true", given["unknown"] == "true"


def read_export(query: Mapping[str, str]) -> tuple[str | None, bool]:
    """Read where a page of an export begins, and whether the export means the whole mailbox."""
    given = EXPORT.read(query)
    return given.get("cursor"), given["mailbox"] == "true"


def make_export_cursor(after: str | None) -> str | None:
    """Make the cursor of an export's next page."""
    return write_cursor(after) if after else None


def _spell_account(text: str) -> str | None:
    return normal(text) or None


def _spell_locale(text: str) -> str:
    """Return a BCP 47 tag like pt-BR (pt_BR will do) in the usual case."""
    if not (found := re.fullmatch(_LOCALE, text.replace("_", "-"))):
        raise ValueError("it is not a language tag like de, pt-BR or zh-Hant-TW")
    language, script, region, rest = found.groups()
    parts = (language.lower(), (script or "").title(), (region or "").upper(), rest.lower().removeprefix("-"))
    return "-".join(part for part in parts if part)


class _Since(Contextual):
    """Since when an address is not written to, in Unix milliseconds."""

    __slots__ = ()

    def check_in(self, value: Any, context: Context) -> int:
        """Return the time, now for one that is only minutes ahead."""
        text = _SINCE_TEXT.check(value)
        try:
            time = instant(text, ZoneInfo("UTC"))
        except (ValueError, OverflowError) as exc:
            raise ValueError("it is neither a day like 2024-08-02 nor a time like 2024-08-02T10:00:00Z") from exc
        if time > context.now + FAR_FUTURE:
            raise ValueError("it is in the future")
        return min(time, context.now)

    def schema(self) -> Schema:
        """Return a day or a time."""
        return {
            "type": "string",
            "format": "day-or-time",
            "description": "A day or a time, UTC unless it has an offset.",
        }


def _read_export_cursor(value: str) -> str:
    """Return where a page of an export begins."""
    after = read_cursor(value, "it is not a cursor of this export")
    if not re.fullmatch(r"\d{1,4}(:R#[a-z0-9-]{1,63}#\d{14}#[0-9a-f-]{36})?", after):
        raise ValueError("it is not a cursor of this export")
    return after


def _check_named(found: Found) -> None:
    if found.given.get("id") is None and not found.given.get("email") and not found.faults:
        found.fault("email", "without an id the address is required, because the id is made from it")


class _NamedAgain(Required):
    """The id in the path, a second time: where AWS changed it in the path, another person would be meant."""

    __slots__ = ()

    def read(self, found: Found) -> None:
        """Read the id, and compare it."""
        if self.name not in found.body:
            found.known.add(self.name)
            found.fault(self.name, "it is required: the id in the path, a second time, as AWS may change it in a path")
            return
        super().read(found)
        if self.name in found.given and found.given[self.name] != found.context.id:
            found.fault(self.name, "it is not the id in the path as it arrived, so it is unclear who is meant")


_SINCE_TEXT = Text(64, blank=False)
ACCOUNT = Text(LONGEST_NAME).then(_spell_account, description=NORMAL)
LOCALE = Text(LONGEST_LOCALE).then(
    _spell_locale, pattern=f"^{_LOCALE}$", description="A language tag like `de`, `pt-BR` or `zh-Hant-TW`."
)
_FIELDS = (
    Optional("email", NullOrEmpty(EMAIL)),
    Optional("name", NullOrEmpty(Text(LONGEST_NAME))),
    Optional("account", NullOrEmpty(ACCOUNT)),
    Optional("locale", NullOrEmpty(LOCALE)),
    Optional("timezone", NullOrEmpty(ZONE)),
    Optional("properties", PROPERTIES_OR_NULL),
    NoOthers(NO_SUCH_FIELD),
)
# A caller names a person by an id of their own, or by the address that the id is made from.
_NAMED = Rule(
    _check_named,
    anyOf=[
        {"required": ["id"], "properties": {"id": {"type": "string"}}},
        {"required": ["email"], "properties": {"email": {"type": "string", "minLength": 1}}},
    ],
)


def named_person(person_id: Field) -> tuple[Step, ...]:
    """Return the steps of reading a person who is named by an id, or by an address."""
    return (Optional("id", Nullable(person_id)), *_FIELDS, _NAMED)


PERSON = Object(_NamedAgain("id", OWN_ID), *_FIELDS, name="PersonWhole")
PERSON_DRAFT = Object(*named_person(OWN_ID), name="PersonDraft")
PEOPLE = Object(
    Required("people", Batch("people", LONGEST_BATCH, PERSON_DRAFT)),
    NoOthers("the body has only 'people'"),
    name="PeopleBatch",
)
SUPPRESSION = Object(
    Required("email", EMAIL),
    Optional("reason", OneOf(*GIVEN_REASONS), "unsubscribed"),
    Optional("since", Nullable(_Since()), None),
    Optional("lift", BOOLEAN, False),
    NoOthers(NO_SUCH_FIELD),
)
SUPPRESSIONS = Object(
    Required("suppressions", Batch("addresses", LONGEST_BATCH, SUPPRESSION)),
    NoOthers("the body has only 'suppressions'"),
    name="Suppressions",
)
_YES_OR_NO = OneOf("true", "false")
# Undecoded, unlike a path, arrives the query.
_AGAIN = _NamedAgain("id", OWN_ID.described("The id in the path, a second time: a path may arrive changed."))
LIFT = Object(_AGAIN, NoOthers(NO_SUCH_PARAMETER))
ERASURE = Object(
    _AGAIN,
    Optional("subtract", _YES_OR_NO, "false"),
    Optional("mailbox", _YES_OR_NO, "false"),
    Optional("unknown", _YES_OR_NO, "false"),
    NoOthers(NO_SUCH_PARAMETER),
)
EXPORT = Object(
    Optional(
        "cursor",
        Checked(
            _read_export_cursor,
            type="string",
            format="cursor",
            description="Where the next page begins: the `cursor` of the page before.",
        ),
    ),
    Optional("mailbox", _YES_OR_NO, "false"),
    NoOthers(NO_SUCH_PARAMETER),
)
