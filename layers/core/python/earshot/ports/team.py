"""The members of the team."""

from collections.abc import Sequence
from typing import Protocol

from earshot.domain.access import Role
from earshot.domain.members import Member


class Members(Protocol):
    """The members, and what stays of those who were removed."""

    def all(self) -> dict[str, Member]:
        """Read all members, with those who were removed, as they are now, by id."""

    def get(self, member: str) -> Member | None:
        """Read a member as they are now, also one who was removed."""

    def put(self, member: Member, replaces: Member | None, followed: Sequence[Member] = ()) -> bool:
        """Write a member if they still are what this `replaces` (None: none yet); False if another was faster.

        False also if one of those `followed`, up to 99 others, is no longer what they were.
        """


class Turns(Protocol):
    """The turns in which the members of a role own cases."""

    def next(self, role: Role) -> int:
        """Take the next turn of a role, and return its number; no two are the same."""
