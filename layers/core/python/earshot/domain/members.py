"""The members of a team: who owns cases, who leads them, and who stands in for them while they are away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from earshot.domain.access import EVERYTHING, Access, Role
from earshot.domain.iso_time import moment_of

# So many members may lead to one another; a write checks them all.
MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class Absence:
    """The days on which a member is away, the first and the last included, in the zone of the member."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Member:
    """A member as kept; times are Unix milliseconds, `revision` starts at 1.

    `lead`, `deputy` and `calendar` are ids. One who was removed (`removed_at`) has neither address nor name: what stays
    leads to those who stand in for them.
    """

    id: str
    email: str
    name: str | None
    role: Role
    lead: str | None = None
    deputy: str | None = None
    away: Absence | None = None
    timezone: str = "UTC"
    locale: str = "en"
    calendar: str | None = None
    access: Access = EVERYTHING
    made_at: int = 0
    removed_at: int | None = None
    revision: int = 1

    def is_there(self, at: int) -> bool:
        """Return whether the member belongs to the team and is not away at a time (Unix milliseconds)."""
        if self.removed_at is not None:
            return False
        if self.away is None:
            return True
        return not self.away.first <= moment_of(at).astimezone(ZoneInfo(self.timezone)).date() <= self.away.last


def removed(member: Member, now: int) -> Member:
    """Return what stays of a member who is removed now (Unix milliseconds): the id, and who stands in for them."""
    return Member(
        id=member.id,
        email="",
        name=None,
        role=member.role,
        lead=member.lead,
        deputy=member.deputy,
        made_at=member.made_at,
        removed_at=now,
        revision=member.revision + 1,
    )


def stand_in(member_id: str, members: Mapping[str, Member], at_ms: int) -> str | None:
    """Return who does at a time (Unix milliseconds) what a member would do; None if there is nobody.

    That is the member, else the deputy, the deputy's deputy and so on; else the same of the lead, and of the lead's
    lead. `members` has those who were removed, too, who count as away for ever. A circle ends the search.
    """
    asked: set[str] = set()
    for leading in led_by(member_id, members):
        for who in _deputies(leading, members):
            if who in asked:
                break
            asked.add(who)
            if members[who].is_there(at_ms):
                return who
    return None


def led_by(member_id: str, members: Mapping[str, Member]) -> Iterator[str]:
    """Yield a member, their lead, the lead's lead and so on, each once."""
    return _followed(member_id, {each.id: each.lead for each in members.values()})


def faults_of(member: Member, members: Mapping[str, Member]) -> dict[str, str]:
    """Return why a member cannot have the lead or the deputy named, by field.

    `members` are all, with those who were removed.
    """
    faults = {}
    for field, named in (("lead", member.lead), ("deputy", member.deputy)):
        if named is not None and (reason := _fault(field, named, member, members)):
            faults[field] = reason
    return faults


def followed_by(member: Member, members: Mapping[str, Member]) -> list[Member]:
    """Return all that a member's lead and deputy lead to, each once: none closes a circle while they stay the same.

    `members` are all, with those who were removed.
    """
    leads, deputies = (_path(field, member, members) for field in ("lead", "deputy"))
    return [members[each] for each in dict.fromkeys((*leads, *deputies)) if each != member.id]


def why_unusable(named: str, members: Mapping[str, Member]) -> str | None:
    """Return why nothing can name this member, None if it can; `members` are all, with those who were removed."""
    found = members.get(named)
    if found is None:
        return f"there is no member {named!r}; add them first"
    if found.removed_at is not None:
        return f"the member {named!r} was removed; name another one, or add them again"
    return None


def _fault(field: str, named: str, member: Member, members: Mapping[str, Member]) -> str | None:
    if named == member.id:
        return f"a member is not their own {field}"
    if (reason := why_unusable(named, members)) is not None:
        return reason
    path = _path(field, member, members)
    last = members.get(path[-1])
    if last is not None and member.id == (last.lead if field == "lead" else last.deputy):
        return f"this closes a circle: {' → '.join((*path, member.id))}; change the {field} of one of them first"
    if len(path) > MOST_STEPS:
        return f"from here on more than {MOST_STEPS} members lead to one another; name one who is nearer to the end"
    return None


def _path(field: str, member: Member, members: Mapping[str, Member]) -> list[str]:
    """Return a member and all that the lead or the deputy leads to, with the member as they are to be."""
    everyone = {**members, member.id: member}
    ways = {each.id: each.lead if field == "lead" else each.deputy for each in everyone.values()}
    return list(_followed(member.id, ways))


def _deputies(member_id: str, members: Mapping[str, Member]) -> Iterator[str]:
    return _followed(member_id, {each.id: each.deputy for each in members.values()})


def _followed(first: str, ways: Mapping[str, str | None]) -> Iterator[str]:
    """Yield an id and the ids that it leads to, each once, as far as they are known."""
    seen: set[str] = set()
    place: str | None = first
    while place is not None and place in ways and place not in seen:
        seen.add(place)
        yield place
        place = ways[place]
