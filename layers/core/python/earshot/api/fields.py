"""The fields that several calls have in common: the ids of people, and signed tokens."""

from typing import Any

from earshot.api.schema import NullOrEmpty, Schema, Text
from earshot.domain.identity_claims import LONGEST_TOKEN
from earshot.domain.person_id import ADDRESS, LONGEST_ID, check_id, check_spelling, is_address
from earshot.domain.unicode_text import INVISIBLE


class PersonId(Text):
    """The id that is to name a person: two that look the same would be two people."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the id."""
        return check_spelling(check_id(super().check(value)))

    def schema(self) -> Schema:
        """Return a string that fits a path, and shows."""
        # Without characters that a path cannot carry, and without invisible ones.
        in_no_path = rf"/\u0000-\u001f\u007f-\u009f{INVISIBLE}\ufffe\uffff"
        return {
            "type": "string",
            "maxLength": LONGEST_ID,
            "pattern": rf"^[^{in_no_path}]*[^\s{in_no_path}][^{in_no_path}]*$",
            "not": {"enum": [".", ".."]},
            "description": f"Your own name for the person: up to {LONGEST_ID} bytes of UTF-8, not blank, without `/` "
            "or control characters, and neither `.` nor `..`, as it must fit a path; in NFC, and without "
            "invisible characters.",
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
            "not": {"anyOf": [{"enum": [".", ".."]}, {"type": "string", "pattern": f"^{ADDRESS}$"}]},
            "description": f"Your own name for the person: up to {LONGEST_ID} bytes of UTF-8, not blank, without `/` "
            "or control characters, neither `.` nor `..`, as it must fit a path; in NFC, and without "
            "invisible characters; no e-mail address: give that as `email`.",
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


PERSON_ID, OWN_ID = PersonId(LONGEST_ID, blank=False), OwnId(LONGEST_ID, blank=False)
# Null and empty text mean an unknown person.
PERSON_OR_NONE = NullOrEmpty(PERSON_ID)
SIGNED_TOKEN = SignedToken(LONGEST_TOKEN)
