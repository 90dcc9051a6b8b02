"""Invite somebody to the team: they become a member, and get a mail with a link that signs them in."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from earshot.domain.access import EVERYTHING, Access, Role
from earshot.domain.errors import ConflictError
from earshot.domain.keyed_hash import folded
from earshot.domain.members import Member
from earshot.ports.messaging import DeliveryQueue
from earshot.services.sessions.make_invitation import with_address
from earshot.services.team.manage_members import ManageMembersDeps, put_member

LONGEST_ID = 50
_NOT_IN_AN_ID = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited, as what."""

    email: str
    role: Role
    name: str | None = None
    access: Access = EVERYTHING


def invite_member(guest: Guest, deps: ManageMembersDeps) -> Member:
    """Return the member that a guest is: a new one, with an id made of the address, or the one with this address.

    ConflictError if a member with this address has another role or another access.
    """
    found = with_address(guest.email, deps.members)
    if found is not None:
        if (found.role, found.access) != (guest.role, guest.access):
            raise ConflictError(f"{found.id!r} has this address, with another role or access: change that first")
        return found
    name = _free_id(guest.email, deps.members.all())
    member, _ = put_member(Member(name, guest.email, guest.name, guest.role, access=guest.access), None, deps)
    return member


def mail_invitation(member: str, correlation: str, queue: DeliveryQueue) -> None:
    """Queue the mail with an invitation; its link is made when it is sent."""
    queue.send([({"team_invitation": member, "correlation": correlation}, 0)])


def _free_id(email: str, taken: Collection[str]) -> str:
    """Return an id made of the address' local part, which nobody has or had."""
    local = _NOT_IN_AN_ID.sub("-", folded(email).rpartition("@")[0].partition("+")[0]).strip("-")[:LONGEST_ID]
    base = local.strip("-") or "member"
    names = (base if number == 1 else f"{base}-{number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
