"""Who owns a case that opens: who is named for it, and which of those is there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from earshot.domain.access import Role
from earshot.domain.cases import OwnedBy
from earshot.domain.members import Member, stand_in

# Counts the turns of a role: each call returns a number that is one greater.
Turn = Callable[[Role], int]


@dataclass(frozen=True, slots=True)
class NamedOwners:
    """The candidates for the owner of a case; the first one who is there, or has a stand-in, owns it.

    `by_property` is the id or the address of a member, as a property of the person has it. `account`, `rule` and
    `survey` are the ids of the members that these name. The members of the first of the `roles` that has somebody take
    turns.
    """

    by_property: str | None = None
    account: str | None = None
    rule: str | None = None
    roles: tuple[Role, ...] = ()
    survey: str | None = None


def choose_owner(
    named: NamedOwners, members: Mapping[str, Member], at: int, turn: Turn
) -> tuple[str | None, OwnedBy | None]:
    """Return who owns a case that opens at a moment (Unix milliseconds), and what chose them; None if nobody does.

    Somebody stands in for a member who is away or was removed. `turn` is asked only where several take turns.
    """
    asked = (
        (_member_of(named.by_property, members), OwnedBy.PROPERTY),
        (named.account, OwnedBy.ACCOUNT),
        (named.rule, OwnedBy.RULE),
    )
    for who, chosen_by in asked:
        if found := _there(who, chosen_by, members, at):
            return found
    for role in named.roles:
        there = [each.id for each in members.values() if each.role is role and each.is_there(at)]
        if there:
            return sorted(there)[turn(role) % len(there) if len(there) > 1 else 0], OwnedBy.TURN
    return _there(named.survey, OwnedBy.SURVEY, members, at) or (None, None)


def handed_over(owner: str, members: Mapping[str, Member], at: int) -> tuple[str | None, OwnedBy | None] | None:
    """Return who owns an open case of a member who was removed, and what chose them: who stands in, or nobody.

    None if the member was not removed.
    """
    if owner in members and members[owner].removed_at is None:
        return None
    found = stand_in(owner, members, at)
    return found, None if found is None else OwnedBy.DEPUTY


def _there(who: str | None, chosen_by: OwnedBy, members: Mapping[str, Member], at: int) -> tuple[str, OwnedBy] | None:
    """Return a member or who stands in for them, and what chose them; None if there is nobody."""
    found = None if who is None else stand_in(who, members, at)
    return None if found is None else (found, chosen_by if found == who else OwnedBy.DEPUTY)


def _member_of(text: str | None, members: Mapping[str, Member]) -> str | None:
    """Return the member of this id or address, in any case; None if there is none."""
    wanted = (text or "").strip().casefold()
    if not wanted or wanted in members:
        return wanted or None
    return min((each.id for each in members.values() if each.email.casefold() == wanted), default=None)
