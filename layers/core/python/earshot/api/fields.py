"""Checking the fields of a JSON object one by one, so that every fault is found and named at once."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.identity_claims import LONGEST_TOKEN
from earshot.domain.person import ADDRESS, LONGEST_ID, check_id, check_spelling, is_address
from earshot.domain.unicode_text import INVISIBLE, JOINERS, has_unstorable_characters, normal

MISSING = object()
LONGEST_NAME = 80
# In the regular expressions of JSON Schema: one character; any of them; and some, not all of them space.
CHARACTER = r"[^\ufffe\uffff]"
CHARACTERS = f"^{CHARACTER}*$"
NOT_BLANK = rf"^{CHARACTER}*[^\s\ufffe\uffff]{CHARACTER}*$"

# One that shows, and a text with at least one of them.
VISIBLE = rf"[^\s{INVISIBLE}{JOINERS}\ufffe\uffff]"
SHOWS = f"^{CHARACTER}*{VISIBLE}{CHARACTER}*$"
NORMAL = "Kept in NFC, without white space at its ends and without what nobody can see."

C = TypeVar("C", bound=Callable[..., Any])


class PartError(ValueError):
    """An object in a field is wrong; `faults` name its fields, relative to it."""

    def __init__(self, faults: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.reason}" for fault in faults))
        self.faults = faults


class Fields:
    """The fields of one JSON object; each `take` checks one, and `finish` refuses whatever was wrong or unknown."""

    def __init__(self, source: Mapping[str, Any], prefix: str = "") -> None:
        self._source = source
        self._prefix = prefix
        self._taken: set[str] = set()
        self.faults: list[FieldError] = []

    def has(self, name: str) -> bool:
        """Tell whether the field was given at all."""
        return name in self._source

    def fault(self, name: str, reason: str) -> None:
        """Note what is wrong with a field."""
        self.faults.append(FieldError(shown(self._prefix + name), reason))

    def take(self, name: str, check: Callable[[Any], Any], default: Any = MISSING) -> Any:
        """Return the checked value of a field; a `check` raises ValueError with the reason it refuses."""
        self._taken.add(name)
        if name not in self._source:
            if default is MISSING:
                self.fault(name, "this field is required")
            return None if default is MISSING else default
        try:
            return check(self._source[name])
        except PartError as exc:
            for fault in exc.faults:
                self.fault(name + ("" if fault.field.startswith("[") else ".") + fault.field, fault.reason)
            return None
        except ValueError as exc:
            self.fault(name, str(exc))
            return None

    def unknown(self, reason: Callable[[str], str]) -> None:
        """Note every field that nobody asked for."""
        for name in self._source:
            if name not in self._taken:
                self.fault(name, reason(name))

    def finish(self) -> None:
        """Raise InvalidError with everything noted, if anything was."""
        if self.faults:
            raise InvalidError(*self.faults)


def describes(**schema: Any) -> Callable[[C], C]:
    """Say of a check, in JSON Schema, what it lets through; another check may stand for its own schema.

    `make openapi` writes the API's description from it, and a test holds the two together.
    """

    def mark(check: C) -> C:
        vars(check)["schema"] = schema
        return check

    return mark


def text(longest: int, *, empty: bool = True) -> Callable[[Any], str]:
    """Make a check for a string of at most `longest` characters."""

    @describes(type="string", maxLength=longest, pattern=CHARACTERS if empty else NOT_BLANK)
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise ValueError(f"it must be a string, not {kind(value)}")
        if len(value) > longest:
            raise ValueError(f"it has {len(value)} characters; at most {longest} fit")
        if has_unstorable_characters(value):
            raise ValueError("it holds what is no character (an unpaired surrogate, U+FFFE or U+FFFF)")
        if not empty and not value.strip():
            raise ValueError("it is empty")
        return value

    return check


def batch(of: str, most: int) -> Callable[[Any], list[Any]]:
    """Make a check for an array of 1 to `most` values, `of` what is their name in a refusal."""

    @describes(type="array", minItems=1, maxItems=most)
    def check(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise ValueError(f"it must be an array, not {kind(value)}")
        if not 1 <= len(value) <= most:
            raise ValueError(f"it has {len(value)} {of}; a batch has 1 to {most}")
        return value

    return check


# What ends a line, or steers a terminal.
_CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"
_PLAIN = rf"[^{_CONTROLS}\ufffe\uffff]"


def line(longest: int) -> Callable[[Any], str]:
    """Make a check for one line that is not blank, of at most `longest` characters, without control characters."""

    @describes(type="string", maxLength=longest, pattern=rf"^{_PLAIN}*[^\s{_CONTROLS}\ufffe\uffff]{_PLAIN}*$")
    def check(value: Any) -> str:
        said = text(longest, empty=False)(value)
        if found := re.search(f"[{_CONTROLS}]", said):
            raise ValueError(f"it is one line, and cannot hold the control character U+{ord(found[0]):04X}")
        return said

    return check


# Nothing that no path can carry, and nothing that nobody can see.
_IN_NO_PATH = rf"/\u0000-\u001f\u007f-\u009f{INVISIBLE}\ufffe\uffff"
_FITS_A_PATH = rf"^[^{_IN_NO_PATH}]*[^\s{_IN_NO_PATH}][^{_IN_NO_PATH}]*$"


@describes(
    type="string",
    maxLength=LONGEST_ID,
    pattern=_FITS_A_PATH,
    **{"not": {"enum": [".", ".."]}},
    description=f"Your own name for the person: up to {LONGEST_ID} bytes of UTF-8, not blank, without `/` or control "
    "characters, and neither `.` nor `..`, as it must fit a path; in NFC, and without what nobody can see.",
)
def person_name(value: Any) -> str:
    """Check the id that is to name a person: two that look the same would be two people."""
    return check_spelling(check_id(text(LONGEST_ID, empty=False)(value)))


@describes(
    type="string",
    maxLength=LONGEST_ID,
    pattern=_FITS_A_PATH,
    **{"not": {"anyOf": [{"enum": [".", ".."]}, {"type": "string", "pattern": f"^{ADDRESS}$"}]}},
    description=f"Your own name for the person: up to {LONGEST_ID} bytes of UTF-8, not blank, without `/` or control "
    "characters, neither `.` nor `..`, as it must fit a path; in NFC, and without what nobody can see; no e-mail "
    "address: give that as `email`.",
)
def own_id(value: Any) -> str:
    """Check the id that a caller gives a person: no address, which would stand in URLs and logs for ever."""
    said = person_name(value)
    if is_address(said):
        raise ValueError("it has the form of an address: leave `id` out and give it as `email`, of which an id is made")
    return said


@describes(anyOf=[person_name, {"type": "null"}, {"const": ""}])
def person_or_nobody(value: Any) -> str | None:
    """Check the id of the person who said something; null and empty text say that nobody knows who."""
    return person_name(value) if value not in (None, "") else None


@describes(
    type="string",
    maxLength=LONGEST_TOKEN,
    pattern=CHARACTERS,
    description="A JSON Web Token (HS256) whose `sub` is the person's id. White space around it is none of it.",
)
def signed_token(value: Any) -> str:
    """Check for text that may be a token, and return it trimmed; it may be empty."""
    return text(LONGEST_TOKEN)(value.strip() if isinstance(value, str) else value)


def name_of(longest: int) -> Callable[[Any], str]:
    """Make a check for a name of at most `longest` characters, and give it in its one spelling."""

    @describes(type="string", maxLength=longest, pattern=SHOWS, description=NORMAL)
    def check(value: Any) -> str:
        said = normal(text(longest)(value))
        if not said:
            raise ValueError("it is empty")
        return text(longest)(said)

    return check


def optional(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let null through as None, and check everything else."""
    return describes(anyOf=[check, {"type": "null"}])(lambda value: None if value is None else check(value))


def or_none(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Let null and empty text through as None, and check everything else."""
    schema = [check, {"type": "null"}, {"const": ""}]
    return describes(anyOf=schema)(lambda value: None if value in (None, "") else check(value))


@describes(type="boolean")
def boolean(value: Any) -> bool:
    """Check for true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"it must be true or false, not {kind(value)}")
    return value


def one_of(*allowed: str) -> Callable[[Any], str]:
    """Make a check for one of a few words."""

    @describes(type="string", enum=list(allowed))
    def check(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise ValueError(f"it must be one of {', '.join(allowed)}")
        return value

    return check


def kind(value: Any) -> str:
    """Name the JSON type of a value, for a sentence."""
    if isinstance(value, dict):
        return "an object"
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def no_such_field(name: str, known: Iterable[str]) -> str:
    """Return why an unknown field is refused, with the known field that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a refusal needs it

    close = get_close_matches(name[:LONGEST_NAME], known, n=1)
    return "there is no such field" + (f"; did you mean {close[0]!r}?" if close else "")


def shown(name: str) -> str:
    """Cut and clean a caller's field name so that it can stand in an answer."""
    return name[:LONGEST_NAME].encode("utf-8", "replace").decode()
