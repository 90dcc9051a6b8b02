"""Who is invited becomes a member, once, with an id of their address."""

from dataclasses import replace

import pytest

from earshot.domain.access import Access, Role
from earshot.domain.errors import ConflictError
from earshot.domain.members import Member, removed
from earshot.services.team.invite_member import Guest, invite_member, mail_invitation
from earshot.services.team.manage_members import ManageMembersDeps
from tests.factories import NOON, make_member
from tests.fakes.alerts import DelayedQueue
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.sessions import InMemorySessions
from tests.fakes.team import InMemoryMembers


def deps(*members: Member) -> ManageMembersDeps:
    kept = InMemoryMembers(*members)
    return ManageMembersDeps(kept, InMemoryCalendars(), InMemoryQueue(), InMemorySessions(kept), NOON)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("kim@example.com", "kim"),
        ("Kim.Park@example.com", "kim-park"),
        ("kim+nps@example.com", "kim"),
        ("__@example.com", "member"),
        ("k" * 64 + "@example.com", "k" * 50),
        ("ann@example.com", "ann-2"),
        ("lee@example.com", "lee-2"),
    ],
)
def test_the_id_is_made_of_the_address_and_nobody_has_or_had_it(address: str, name: str) -> None:
    ports = deps(make_member("ann", email="other@example.com"), removed(make_member("lee"), NOON))
    made = invite_member(Guest(address, Role.FRONTLINE, "Kim", Access(("shop",))), ports)
    assert made == Member(name, address, "Kim", Role.FRONTLINE, made_at=NOON, access=Access(("shop",)))
    assert ports.members.get(name) == made


def test_who_is_a_member_already_stays_as_they_are() -> None:
    kim = make_member("k-park", email="kim@example.com", role=Role.ANALYST)
    ports = deps(kim)
    assert invite_member(Guest("KIM@example.com", Role.ANALYST, "Other"), ports) == kim
    assert ports.members.all() == {"k-park": kim}


def test_an_invitation_changes_neither_role_nor_access() -> None:
    ports = deps(make_member("kim"))
    for guest in (Guest("kim@example.com", Role.OWNER), Guest("kim@example.com", Role.FRONTLINE, access=Access(()))):
        with pytest.raises(ConflictError):
            invite_member(guest, ports)
    assert ports.members.all() == {"kim": replace(make_member("kim"))}


def test_the_mail_is_asked_for_by_the_members_id_alone() -> None:
    queue = DelayedQueue()
    mail_invitation("kim", "request-1", queue)
    assert queue.tasks == [({"team_invitation": "kim", "correlation": "request-1"}, 0)]
