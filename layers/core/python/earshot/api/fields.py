"""The fields that several calls have in common: the ids of people, addresses, and signed tokens."""

from typing import Any

from earshot.api.schema import NullOrEmpty, Schema, Text
from earshot.domain.identity_claims import LONGEST_TOKEN
from earshot.domain.person_id import (
    ADDRESS,
    CHANGED_IN_A_PATH,
    LONGEST_ID,
    check_id_or_address,
    check_spelling,
    is_address,
)
from earshot.domain.unicode_text import INVISIBLE

# What an id cannot hold: what a path may change, and what is invisible.
_IN_NO_ID = rf"{CHANGED_IN_A_PATH}\u0000-\u001f\u007f-\u009f{INVISIBLE}\ufffe\uffff"
_IN_NO_ADDRESS = rf"\s@\u0000-\u001f\u007f-\u009f{INVISIBLE}\ufffe\uffff"
_ID = rf"[^{_IN_NO_ID}]*[^\s{_IN_NO_ID}][^{_IN_NO_ID}]*"
_ADDRESS = rf"[^{_IN_NO_ADDRESS}]+@[^{_IN_NO_ADDRESS}.]+(?:\.[^{_IN_NO_ADDRESS}.]+)+"
_OF_AN_ID = (
    f"up to {LONGEST_ID} bytes of UTF-8, not blank, without `/`, `?`, `%`, `+`, U+FFFD and control characters, and "
    "neither `.` nor `..`, as it must arrive in a path as it was sent; in NFC, and without invisible characters"
)


class PersonId(Text):
    """What is to name a person, an id or an address: two ids that look the same would be two people."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the id, or the address."""
        return check_spelling(check_id_or_address(super().check(value)))

    def schema(self) -> Schema:
        """Return a string that fits a path, and shows, or an address."""
        return {
            "type": "string",
            "maxLength": LONGEST_ID,
            "pattern": f"^(?:{_ID}|{_ADDRESS})$",
            "not": {"enum": [".", ".."]},
            "description": f"Your own name for the person: {_OF_AN_ID}. Of an e-mail address an id is made.",
        }


class OwnId(PersonId):
    """The id that a caller gives a person: never an address, which would be in URLs and logs."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the id."""
        own_id = super().check(value)
        if is_address(own_id):
            raise ValueError("it looks like an address: leave `id` out and send it as `email`; an id is made from it")
        return own_id

    def schema(self) -> Schema:
        """Return a string that fits a path, and is no address."""
        return super().schema() | {
            "pattern": f"^{_ID}$",
            "not": {"anyOf": [{"enum": [".", ".."]}, {"type": "string", "pattern": f"^{ADDRESS}$"}]},
            "description": f"Your own name for the person: {_OF_AN_ID}; no e-mail address: give that as `email`.",
        }


class SignedToken(Text):
    """Text that may be a token, without the white space around it. It may be empty."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the token."""
        return super().check(value.strip() if isinstance(value, str) else value)

    def schema(self) -> Schema:
        """Return a string."""
        return super().schema() | {
            "description": "A JSON Web Token (HS256) whose `sub` is the person's id. White space around it is ignored.",
        }


def _mailable(text: str) -> str:
    """Return an e-mail address as it can be mailed: in ASCII.

    A domain in other letters is given as its punycode; nothing stands for them before the @, and SES takes none there.
    """
    # Only who brings an address pays for the start of the library.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    if not text.strip().rpartition("@")[0].isascii():
        raise ValueError("letters outside ASCII before the @ are not supported")
    try:
        checked = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as exc:
        raise ValueError(f"it is not a valid email address: {exc}") from exc
    return _EMAIL_TEXT.check(checked.ascii_email)


LONGEST_EMAIL = 254
_EMAIL_TEXT = Text(LONGEST_EMAIL)
# Its form is checked without asking anyone.
EMAIL = _EMAIL_TEXT.then(
    _mailable,
    format="email",
    description="Its form is checked, and nothing is sent. Kept as it can be mailed: a domain in other letters as its "
    "punycode; letters outside ASCII before the `@` are refused.",
)
PERSON_ID, OWN_ID = PersonId(LONGEST_ID, blank=False), OwnId(LONGEST_ID, blank=False)
# Null and empty text mean an unknown person.
PERSON_OR_NONE = NullOrEmpty(PERSON_ID)
SIGNED_TOKEN = SignedToken(LONGEST_TOKEN)
