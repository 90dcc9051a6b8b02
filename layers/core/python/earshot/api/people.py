"""The bodies and parameters of the calls on people, checked: addresses, locales and zones are written one way."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from earshot.api.fields import (
    CHARACTERS,
    NORMAL,
    Fields,
    batch,
    boolean,
    describes,
    kind,
    one_of,
    optional,
    or_none,
    own_id,
    text,
)
from earshot.api.properties import properties_or_none
from earshot.api.survey_settings import zone
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.ids import FAR_FUTURE
from earshot.domain.person import LONGEST_ID, PersonDraft, is_address
from earshot.domain.submission import instant
from earshot.domain.suppression import GIVEN_REASONS, SuppressionDraft
from earshot.domain.unicode_text import normal

Draft = TypeVar("Draft")

ADDRESS_HINT = (
    "name the person by your own id, or by the id that Earshot made of the address (p-…), which POST /v1/people/search "
    "with the address as `email` answers as `means`"
)
LONGEST_BATCH = 500
LONGEST_EMAIL, LONGEST_NAME, LONGEST_LOCALE = 254, 200, 35

_LANGUAGE = r"[A-Za-z]{2,3}"
_SCRIPT, _REGION, _VARIANT = r"[A-Za-z]{4}", r"(?:[A-Za-z]{2}|[0-9]{3})", r"(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3})"
_LOCALE = rf"({_LANGUAGE})(?:[-_]({_SCRIPT}))?(?:[-_]({_REGION}))?((?:[-_]{_VARIANT})*)"


def read_person(body: Mapping[str, Any], person_id: str) -> PersonDraft:
    """Read the person of `PUT /v1/people/{person}`."""
    check_person_id(person_id)
    return read_draft({"id": person_id, **body}, person_id=person_id)


def read_people(body: Mapping[str, Any]) -> list[PersonDraft]:
    """Read the people of `POST /v1/people`; all faults of all of them are named, or none is taken."""
    fields = Fields(body)
    rows = fields.take("people", batch("people", LONGEST_BATCH))
    fields.unknown(lambda _: "there is only 'people'")
    fields.finish()
    read = [_attempt(row, f"people[{place}]", read_draft) for place, row in enumerate(rows)]
    faults = [fault for result in read if isinstance(result, InvalidError) for fault in result.faults]
    if faults:
        raise InvalidError(*faults)
    return [result for result in read if isinstance(result, PersonDraft)]


def read_draft(
    body: Mapping[str, Any], prefix: str = "", person_id: str | None = None, named: Callable[[Any], str] = own_id
) -> PersonDraft:
    """Read one person: with an id, or with the address their id is made from; null and empty text say 'none'.

    `named` checks the id.
    """
    fields = Fields(body, prefix)
    given = fields.take("id", optional(named), None)
    if person_id is not None and given != person_id:
        fields.fault("id", "it is not the id in the path")
    checks = {
        "email": or_none(email),
        "name": or_none(text(LONGEST_NAME)),
        "account": or_none(_account),
        "locale": or_none(locale),
        "timezone": or_none(zone),
        "properties": properties_or_none,
    }
    said = {name: fields.take(name, check) for name, check in checks.items() if fields.has(name)}
    fields.unknown(lambda _: "there is no such field")
    if given is None and not said.get("email") and not fields.faults:
        fields.fault("email", "without an id the address is required, as the id is made from it")
    fields.finish()
    return PersonDraft(given, said)


def read_suppressions(body: Mapping[str, Any], now: int) -> list[SuppressionDraft]:
    """Read the addresses of `POST /v1/suppressions`; all faults of all rows are named, or none is taken."""
    fields = Fields(body)
    rows = fields.take("suppressions", batch("addresses", LONGEST_BATCH))
    fields.unknown(lambda _: "there is only 'suppressions'")
    fields.finish()
    read = [
        _attempt(row, f"suppressions[{place}]", partial(read_suppression, now=now)) for place, row in enumerate(rows)
    ]
    faults = [fault for result in read if isinstance(result, InvalidError) for fault in result.faults]
    if faults:
        raise InvalidError(*faults)
    return [result for result in read if isinstance(result, SuppressionDraft)]


def read_suppression(body: Mapping[str, Any], prefix: str = "", *, now: int) -> SuppressionDraft:
    """Read one address that is not to be written to: why (unsubscribed, unless said), and since when (now).

    With `lift` it may be written to again, and neither counts.
    """
    fields = Fields(body, prefix)
    address = fields.take("email", email)
    reason = fields.take("reason", one_of(*GIVEN_REASONS), "unsubscribed")
    since = fields.take("since", optional(_since(now)), None)
    is_lift = fields.take("lift", boolean, False)
    fields.unknown(lambda _: "there is no such field")
    fields.finish()
    return SuppressionDraft(address, reason, now if since is None else since, is_lift)


def check_person_id(person_id: str) -> str:
    """Check the id in a path of a person who may be there: one that nobody would be given today, too."""
    if is_address(person_id):
        raise InvalidError(FieldError("id", f"it has the form of an address: {ADDRESS_HINT}"))
    try:
        return text(LONGEST_ID, empty=False)(person_id)
    except ValueError as exc:
        raise InvalidError(FieldError("id", str(exc))) from exc


def read_erasure(query: Mapping[str, str]) -> tuple[bool, bool, bool]:
    """Read whether an erasure also takes the answers out of the counts, and whom it means.

    The second tells whether it means the whole mailbox, the third whether also somebody of whom nothing is kept.
    """
    fields = Fields(query)
    subtract = fields.take("subtract", one_of("true", "false"), "false")
    mailbox = fields.take("mailbox", one_of("true", "false"), "false")
    unknown = fields.take("unknown", one_of("true", "false"), "false")
    fields.unknown(lambda _: "there is no such parameter")
    fields.finish()
    return subtract == "true", mailbox == "true", unknown == "true"


def read_export(query: Mapping[str, str]) -> tuple[str | None, bool]:
    """Read where a page of an export begins, and whether the export means the whole mailbox."""
    fields = Fields(query)
    after: str | None = fields.take("cursor", _after, None)
    mailbox = fields.take("mailbox", one_of("true", "false"), "false")
    fields.unknown(lambda _: "there is no such parameter")
    fields.finish()
    return after, mailbox == "true"


def make_export_cursor(after: str | None) -> str | None:
    """Make the cursor of an export's next page."""
    return base64.urlsafe_b64encode(after.encode()).decode().rstrip("=") if after else None


@describes(type="string", maxLength=LONGEST_NAME, pattern=CHARACTERS, description=NORMAL)
def _account(value: Any) -> str | None:
    return normal(text(LONGEST_NAME)(value)) or None


@describes(
    type="string",
    format="email",
    maxLength=LONGEST_EMAIL,
    description="Its form is checked, and nothing is sent. Kept as it can be mailed: a domain in other letters as its "
    "punycode; letters outside ASCII before the `@` are refused.",
)
def email(value: Any) -> str:
    """Check an e-mail address without asking anyone, and give it normalised, as it can be mailed: in ASCII.

    A domain in other letters is given as its punycode; nothing stands for them before the @, and SES takes none there.
    """
    # Only who brings an address pays for the start of the library.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    said: str = text(LONGEST_EMAIL)(value)
    if not said.strip().rpartition("@")[0].isascii():
        raise ValueError("letters outside ASCII before the @ cannot be mailed")
    try:
        checked = validate_email(said.strip(), check_deliverability=False)
    except EmailNotValidError as exc:
        raise ValueError(f"it is no e-mail address: {exc}") from exc
    return text(LONGEST_EMAIL)(checked.ascii_email)


@describes(
    type="string",
    maxLength=LONGEST_LOCALE,
    pattern=f"^{_LOCALE}$",
    description="A language tag like `de`, `pt-BR` or `zh-Hant-TW`.",
)
def locale(value: Any) -> str:
    """Check a BCP 47 tag like pt-BR (pt_BR will do), and give it in the usual case."""
    said = text(LONGEST_LOCALE)(value).replace("_", "-")
    if not (found := re.fullmatch(_LOCALE, said)):
        raise ValueError("it is not a language tag like de, pt-BR or zh-Hant-TW")
    language, script, region, rest = found.groups()
    parts = (language.lower(), (script or "").title(), (region or "").upper(), rest.lower().removeprefix("-"))
    return "-".join(part for part in parts if part)


def _attempt(row: Any, prefix: str, read: Callable[[Mapping[str, Any], str], Draft]) -> Draft | InvalidError:
    if not isinstance(row, dict):
        return InvalidError(FieldError(prefix, f"it must be an object, not {kind(row)}"))
    try:
        return read(row, prefix + ".")
    except InvalidError as exc:
        return exc


def _since(now: int) -> Callable[[Any], int]:
    @describes(type="string", format="day-or-time", description="A day or a time, UTC unless it has an offset.")
    def check(value: Any) -> int:
        said: str = text(64, empty=False)(value)
        try:
            time = instant(said, ZoneInfo("UTC"))
        except (ValueError, OverflowError) as exc:
            raise ValueError("it is neither a day like 2024-08-02 nor a time like 2024-08-02T10:00:00Z") from exc
        if time > now + FAR_FUTURE:
            raise ValueError("it lies in the future")
        return min(time, now)

    return check


@describes(type="string", format="cursor", description="Where the next page begins, as the page before said.")
def _after(value: str) -> str:
    try:
        after = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as exc:
        raise ValueError("it is not a cursor of this export") from exc
    if not re.fullmatch(r"\d{1,4}(:R#[a-z0-9-]{1,63}#\d{14}#[0-9a-f-]{36})?", after):
        raise ValueError("it is not a cursor of this export")
    return after
