"""A person who may be asked: what a company says of them, and what is left when they are erased."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

LONGEST_ID = 256  # bytes of UTF-8
FIELDS = ("email", "name", "account", "locale", "timezone", "properties")


def check_id(person_id: str) -> str:
    """Give an id that may name a person; ValueError for one under which nobody could be read or erased again."""
    if "/" in person_id or person_id in (".", ".."):
        raise ValueError("it fits no path: an id holds no '/', and is neither '.' nor '..'")
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in person_id):
        raise ValueError("it holds a control character")
    if (size := len(person_id.encode())) > LONGEST_ID:
        raise ValueError(f"it has {size} bytes of UTF-8; at most {LONGEST_ID} fit")
    return person_id


@dataclass(frozen=True, slots=True)
class Person:
    """A person as kept; `last_asked` is in Unix milliseconds and written by whoever asks, `revision` starts at 1.

    `asked_by` is the invitation that wrote `last_asked`: if it is called off, nobody was asked.
    """

    id: str
    email: str | None = None
    name: str | None = None
    account: str | None = None
    locale: str | None = None
    timezone: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    last_asked: int | None = None
    asked_by: str | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """What an erasure leaves: when it happened (Unix milliseconds), and whether the answers count no more."""

    id: str
    erased: int
    subtract: bool
    revision: int = 1


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """What a caller says of a person: an id of their own or none, and the fields they give."""

    id: str | None
    fields: Mapping[str, Any]

    @property
    def email(self) -> str | None:
        """Give the address, if one is given."""
        return self.fields.get("email")


class Outcome(Enum):
    """What became of a draft, in the word that the API uses."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    ERASED = "erased"


def revised(old: Person | None, person_id: str, draft: PersonDraft, *, whole: bool) -> Person:
    """Give the person that a draft makes: the same object if it changes nothing.

    With `whole` the draft is all there is to say, else the fields it leaves out stay as they are.
    """
    rest = old if old is not None and not whole else Person(person_id)
    said = {name: draft.fields.get(name, getattr(rest, name)) for name in FIELDS}
    if old is None:
        return Person(person_id, **said)
    new = replace(old, **said)
    return old if new == old else replace(new, revision=old.revision + 1)
