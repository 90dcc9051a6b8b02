"""A person who may be invited, and what remains after an erasure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

FIELDS = ("email", "name", "account", "locale", "timezone", "properties")


@dataclass(frozen=True, slots=True)
class Person:
    """A person as kept; times are Unix milliseconds, `revision` starts at 1.

    `last_invited_at` is written with an invitation; `last_invitation` is the invitation that wrote it, so that it can
    be taken back if that is called off. Both belong to the `mailbox`, the keyed hash of the address, and so to
    everybody who has this address; without an address to the person alone. `asked_revision` is the revision with which
    the mailbox was read; 0 if nothing is kept of it yet.
    """

    id: str
    email: str | None = None
    name: str | None = None
    account: str | None = None
    locale: str | None = None
    timezone: str | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    last_invited_at: int | None = None
    last_invitation: str | None = None
    revision: int = 1
    mailbox: str | None = None
    asked_revision: int = 0
    # When they were last written (Unix milliseconds), which is no part of who they are.
    written_at: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Asked:
    """When a mailbox was last invited (Unix milliseconds), by which invitation, and its revision.

    `erased`: its owner was erased, and whether their responses count no more; None: not erased.
    """

    last_invited_at: int | None = None
    last_invitation: str | None = None
    revision: int = 0
    erased: bool | None = None


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """What an erasure leaves: when it happened (Unix milliseconds), and whether the responses count no more.

    Until it is done it also knows where to go on: the `mailbox` of the person's address, by its keyed hash, and the
    ids that were `made` of the address, under which some may know them.
    """

    id: str
    erased_at: int
    subtract: bool
    revision: int = 1
    mailbox: str | None = None
    made: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person as a caller describes them: an id or none, and the fields given."""

    id: str | None
    fields: Mapping[str, Any]

    @property
    def email(self) -> str | None:
        """Return the address, if one is given."""
        return self.fields.get("email")


class SaveOutcome(Enum):
    """What became of a draft, in the word that the API uses."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    ERASED = "erased"


def revised(old: Person | None, person_id: str, draft: PersonDraft, *, whole: bool) -> Person:
    """Return the person that a draft makes: the same object if it changes nothing.

    With `whole` the fields that the draft leaves out are removed, else they stay as they are.
    """
    rest = old if old is not None and not whole else Person(person_id)
    given = draft.fields
    new = replace(
        old or rest,
        email=given.get("email", rest.email),
        name=given.get("name", rest.name),
        account=given.get("account", rest.account),
        locale=given.get("locale", rest.locale),
        timezone=given.get("timezone", rest.timezone),
        properties=given.get("properties", rest.properties),
    )
    if old is None or new == old:
        return old or new
    return replace(new, revision=old.revision + 1)


def later(old: Asked, new: Asked) -> Asked:
    """Return when a mailbox counts as asked once the person asked as `old` moves to it; the revision is its own.

    Calling off the invitation that asked gives a mailbox back what it had before. Where the later time replaces an
    earlier one that would be lost, so it stays without an invitation: rather quiet too long than asked too often.
    """
    if old.last_invited_at is None or old.last_invited_at <= (new.last_invited_at or 0):
        return new
    last_invitation = old.last_invitation if new.last_invited_at is None else None
    return Asked(old.last_invited_at, last_invitation, new.revision)


def asked_of(person: Person | None) -> Asked:
    """Return when a person was last asked, by themselves or in their mailbox."""
    return Asked(person.last_invited_at, person.last_invitation, person.asked_revision) if person else Asked()


def moved_to(person: Person, mailbox: str | None, old: Person | None, asked: Asked) -> Person:
    """Return a person with another address than `old`: the mailbox of the new one, with the later time of both.

    `asked` is what is kept of the new mailbox.
    """
    both = later(asked_of(old), asked)
    revision = both.revision if mailbox is not None else 0
    return replace(
        person,
        mailbox=mailbox,
        last_invited_at=both.last_invited_at,
        last_invitation=both.last_invitation,
        asked_revision=revision,
    )
