"""Members are added, changed and removed, each on the revision that there is."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from earshot.domain.access import Role
from earshot.domain.business_time import Calendar
from earshot.domain.errors import BusyError, ChangedError, ConflictError, InvalidError, NotFoundError
from earshot.domain.members import Member
from earshot.services.team import manage_members
from earshot.services.team.manage_members import (
    ONCE_MORE,
    ManageMembersDeps,
    find_member,
    list_members,
    put_member,
    remove_member,
)
from tests.factories import NOON, make_session
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers

ANN = Member("ann", "ann@example.com", "Ann", Role.FRONTLINE, made_at=NOON)
OFFICE = Calendar("office", "UTC", {"mon": (("09:00", "17:00"),)})
BOB = Member("bob", "bob@example.com", None, Role.MANAGER, made_at=NOON)


class Busy(InMemoryMembers):
    """Members that somebody else changes before each of some writes."""

    def __init__(self, *members: Member, times: int) -> None:
        super().__init__(*members)
        self.times = times

    def put(self, member: Member, replaces: Member | None, followed: Sequence[Member] = ()) -> bool:
        if self.times:
            self.times -= 1
            found = self.kept[member.id]
            self.kept[member.id] = replace(found, revision=found.revision + 1)
        return super().put(member, replaces, followed)


def deps(members: InMemoryMembers, now: int = NOON, plans: InMemoryQueue | None = None) -> ManageMembersDeps:
    sessions = InMemorySessions(members)
    return ManageMembersDeps(members, InMemoryCalendars(OFFICE), plans or InMemoryQueue(), sessions, now)


def test_a_member_is_new_once_and_then_changes_by_one_revision() -> None:
    members = InMemoryMembers()
    given = replace(ANN, made_at=0)
    assert put_member(given, None, deps(members)) == (ANN, True)
    assert put_member(given, None, deps(members, NOON + 1)) == (ANN, False)
    changed = replace(ANN, name="Ann B.", revision=2)
    assert put_member(replace(given, name="Ann B."), 1, deps(members, NOON + 1)) == (changed, False)
    assert find_member("ann", members) == changed


def test_a_change_of_a_former_revision_is_refused_with_the_current_one() -> None:
    newer = replace(ANN, revision=3)
    with pytest.raises(ChangedError) as refused:
        put_member(replace(ANN, name="Other"), 2, deps(InMemoryMembers(newer)))
    assert refused.value.current == newer


def test_a_change_of_nobody_is_refused() -> None:
    with pytest.raises(ConflictError, match="leave `revision` out to add one"):
        put_member(ANN, 1, deps(InMemoryMembers()))


def test_a_change_that_loses_a_race_is_made_on_what_there_is_then() -> None:
    members = Busy(ANN, times=1)
    assert put_member(replace(ANN, name="Ann B."), None, deps(members))[0].revision == 3
    with pytest.raises(BusyError):
        put_member(replace(ANN, name="Ann B."), None, deps(Busy(ANN, times=9)))
    with pytest.raises(ChangedError):
        put_member(replace(ANN, name="Ann B."), 1, deps(Busy(ANN, times=1)))


def test_a_lead_or_a_deputy_who_cannot_be_one_is_named() -> None:
    members = InMemoryMembers(ANN, replace(BOB, lead="ann"))
    with pytest.raises(InvalidError) as refused:
        put_member(replace(ANN, lead="bob", deputy="nobody"), None, deps(members))
    assert [fault.field for fault in refused.value.faults] == ["lead", "deputy"]
    assert members.kept["ann"] == ANN


class Racing(InMemoryMembers):
    """Members, one of which another call changes just before the first write."""

    def __init__(self, *members: Member, meanwhile: Callable[["Racing"], object]) -> None:
        super().__init__(*members)
        self.meanwhile: Callable[[Racing], object] | None = meanwhile

    def put(self, member: Member, replaces: Member | None, followed: Sequence[Member] = ()) -> bool:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile(self)
        return super().put(member, replaces, followed)


def test_of_two_who_name_each_other_at_once_the_slower_is_refused() -> None:
    members = Racing(ANN, BOB, meanwhile=lambda them: put_member(replace(BOB, deputy="ann"), None, deps(them)))
    with pytest.raises(InvalidError, match="this closes a circle: ann → bob → ann"):
        put_member(replace(ANN, deputy="bob"), None, deps(members))
    assert (members.kept["bob"].deputy, members.kept["ann"].deputy) == ("ann", None)


def test_nobody_names_a_member_who_is_removed_at_that_moment() -> None:
    members = Racing(ANN, BOB, meanwhile=lambda them: remove_member("bob", deps(them)))
    with pytest.raises(InvalidError, match="the member 'bob' was removed"):
        put_member(replace(ANN, lead="bob"), None, deps(members))


def test_a_team_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage_members, "MOST_MEMBERS", 1)
    members = InMemoryMembers(ANN)
    with pytest.raises(ConflictError, match="at most 1 members"):
        put_member(BOB, None, deps(members))
    assert put_member(replace(ANN, name="Ann B."), None, deps(members))[0].name == "Ann B."
    remove_member("ann", deps(members))
    assert put_member(BOB, None, deps(members))[1]


def test_a_removed_member_is_in_no_list_and_can_be_added_again() -> None:
    members = InMemoryMembers(replace(ANN, deputy="bob"), BOB)
    remove_member("ann", deps(members, NOON + 1))
    assert list_members(members) == [BOB]
    with pytest.raises(NotFoundError, match="there is no member 'ann'"):
        find_member("ann", members)
    left = members.kept["ann"]
    assert (left.email, left.name, left.deputy, left.removed_at) == ("", None, "bob", NOON + 1)
    remove_member("ann", deps(members, NOON + 2))
    assert members.kept["ann"] == left
    again, is_new = put_member(ANN, None, deps(members, NOON + 3))
    assert (again, is_new) == (replace(ANN, made_at=NOON + 3, revision=3), True)


def test_the_cases_of_a_member_who_is_removed_are_handed_over_also_if_the_call_comes_again() -> None:
    members, plans = InMemoryMembers(ANN), InMemoryQueue()
    for _ in range(2):
        remove_member("ann", deps(members, plans=plans))
        assert plans.sent == [({"hand_over": "ann"}, 0), ({"hand_over": "ann"}, ONCE_MORE)]
        plans.take()
    with pytest.raises(NotFoundError):
        remove_member("bob", deps(members, plans=plans))
    assert plans.sent == []


def test_who_was_never_a_member_cannot_be_removed_and_is_not_repeated_if_they_could_be_a_secret() -> None:
    with pytest.raises(NotFoundError, match="there is no member 'ann'"):
        remove_member("ann", deps(InMemoryMembers()))
    with pytest.raises(NotFoundError) as refused:
        remove_member("Secret!", deps(InMemoryMembers()))
    assert "Secret" not in refused.value.detail


def test_of_two_who_change_and_remove_a_member_neither_is_lost() -> None:
    members = Busy(ANN, times=1)
    remove_member("ann", deps(members))
    assert members.kept["ann"].removed_at == NOON
    with pytest.raises(BusyError):
        remove_member("ann", deps(Busy(ANN, times=9)))


def test_a_calendar_that_there_is_not_is_refused() -> None:
    members = InMemoryMembers()
    assert put_member(replace(ANN, calendar="office"), None, deps(members))[0].calendar == "office"
    with pytest.raises(InvalidError) as refused:
        put_member(replace(ANN, calendar="shop", lead="ann"), None, deps(members))
    assert {fault.field: fault.reason for fault in refused.value.faults} == {
        "lead": "a member is not their own lead",
        "calendar": "there is no calendar 'shop'; make it first",
    }


def test_the_sessions_of_a_removed_member_end() -> None:
    members = InMemoryMembers(ANN, BOB)
    mine, other = make_session("ann"), make_session("bob", "another")
    sessions = InMemorySessions(members, mine, other)
    remove_member("ann", replace(deps(members), sessions=sessions))
    assert list(sessions.kept.values()) == [other]
