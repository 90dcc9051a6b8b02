"""Add, change, list and remove the members of the team."""

from dataclasses import dataclass, replace

from earshot.domain.errors import BusyError, ChangedError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.domain.members import Member, faults_of, followed_by, removed
from earshot.domain.names import OTHER, is_name
from earshot.ports.calendars import Calendars
from earshot.ports.messaging import TaskQueue
from earshot.ports.sessions import Sessions
from earshot.ports.team import Members
from earshot.services.sessions.manage_sessions import end_sessions

ATTEMPTS = 5
# Seconds after which their cases are handed over once more: one may open meanwhile by what was read before.
ONCE_MORE = 120
# They are listed whole, and read whole to find who stands in.
MOST_MEMBERS = 2_000


@dataclass(frozen=True, slots=True)
class ManageMembersDeps:
    """What managing members works with; `plans` leads to the planner, `now` is in Unix milliseconds."""

    members: Members
    calendars: Calendars
    plans: TaskQueue
    sessions: Sessions
    now: int


def list_members(members: Members) -> list[Member]:
    """List the members in the order of their ids, without those who were removed."""
    return [each for each in members.all().values() if each.removed_at is None]


def find_member(member: str, members: Members) -> Member:
    """Read a member; NotFoundError if there is none of this id (any more)."""
    found = members.get(member)
    if found is None or found.removed_at is not None:
        raise NotFoundError(f"there is no member {repr(member) if is_name(member) else OTHER}")
    return found


def put_member(member: Member, revision: int | None, deps: ManageMembersDeps) -> tuple[Member, bool]:
    """Write a member as described, and return them with whether they are new (again, if they were removed).

    With a `revision` the change rests on that one: ChangedError if it is not the present one, ConflictError if there is
    no such member. InvalidError names a lead or a deputy who cannot be one, and a calendar that there is not.
    """
    for _ in range(ATTEMPTS):
        known = deps.members.all()
        old = known.get(member.id)
        is_new = old is None or old.removed_at is not None
        _check_revision(revision, None if is_new else old)
        _check(member, known, deps.calendars, is_new=is_new)
        new = _next(member, old, deps.now)
        if old is not None and replace(new, revision=old.revision) == old:
            return old, False
        if deps.members.put(new, old, followed_by(new, known)):
            return new, is_new
    raise BusyError("somebody else changes this member; try again in a moment")


def remove_member(member: str, deps: ManageMembersDeps) -> None:
    """Remove a member and end their sessions: their id stays with who stands in for them, and gets their cases.

    NotFoundError if there never was one. Of one who was removed before nothing changes but that what is left of their
    cases is handed over.
    """
    for _ in range(ATTEMPTS):
        found = deps.members.get(member)
        if found is None:
            find_member(member, deps.members)
        elif found.removed_at is not None or deps.members.put(removed(found, deps.now), found):
            # Also of one who was removed before: the call that did it may have ended before this.
            end_sessions(member, deps.sessions)
            deps.plans.send([{"hand_over": member}])
            deps.plans.send([{"hand_over": member}], ONCE_MORE)
            return
    raise BusyError("somebody else changes this member; try again in a moment")


def _next(member: Member, old: Member | None, now: int) -> Member:
    if old is None:
        return replace(member, made_at=now, revision=1)
    made_at = old.made_at if old.removed_at is None else now
    return replace(member, made_at=made_at, revision=old.revision + 1)


def _check_revision(revision: int | None, old: Member | None) -> None:
    if revision is None or (old is not None and revision == old.revision):
        return
    if old is None:
        raise ConflictError("there is no such member (any more); leave `revision` out to add one")
    raise ChangedError("the member", old)


def _check(member: Member, known: dict[str, Member], calendars: Calendars, *, is_new: bool) -> None:
    faults = faults_of(member, known)
    if member.calendar is not None and calendars.get(member.calendar) is None:
        faults["calendar"] = f"there is no calendar {member.calendar!r}; make it first"
    if faults:
        raise InvalidError(*(FieldError(name, reason) for name, reason in faults.items()))
    if is_new and sum(each.removed_at is None for each in known.values()) >= MOST_MEMBERS:
        raise ConflictError(f"a team has at most {MOST_MEMBERS:,} members; remove one first")
