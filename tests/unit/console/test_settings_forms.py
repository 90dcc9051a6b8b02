"""The forms of the team: who may do what, and what nobody does by a slip."""

from typing import Any

import pytest

from earshot.console.filters import read_filters
from earshot.console.settings_forms import TeamActions, change_team_by_form
from earshot.console.visit import Visit
from earshot.domain.access import Access, Role
from earshot.domain.errors import ForbiddenError, NotFoundError
from earshot.languages.console_texts import console_texts_for
from tests.factories import NOON, make_member
from tests.unit.console.world import Console, request


def send(console: Console, role: Role = Role.OWNER, access: Access | None = None, /, **fields: str) -> tuple[int, Any]:
    """Return the status of a form, and what it had done; or, if it was refused, the page that says why."""
    console.members.kept["lou"] = make_member("lou", role=Role.MANAGER)
    done: list[Any] = []

    def note(*what: Any) -> None:
        done.append(what)

    visitor = console.visitor(role, access or Access())
    visit = Visit(
        request("/app/settings"), visitor, read_filters({}), console_texts_for("en"), console.deps, NOON, "", {}
    )
    reply = change_team_by_form(visit, fields, TeamActions(note, note, note, note, note))
    return reply.status, done if reply.status == 303 else reply.body.decode()


def test_an_owner_invites_a_colleague(console: Console) -> None:
    status, done = send(console, action="invite", email="max@example.com", name=" Max ", role="analyst")
    assert status == 303
    ((guest,),) = done
    assert (guest.email, guest.name, guest.role) == ("max@example.com", "Max", Role.ANALYST)


@pytest.mark.parametrize(
    "fields", [{"email": "no address", "role": "analyst"}, {"email": "max@example.com", "role": "king"}]
)
def test_an_invitation_that_cannot_be_meant_says_what_is_wrong(console: Console, fields: dict[str, str]) -> None:
    status, html = send(console, Role.OWNER, None, action="invite", **fields)
    assert status == 422
    assert ("email" if "king" not in fields.values() else "role") in html


def test_an_owner_changes_a_role_as_it_was_shown(console: Console) -> None:
    status, done = send(console, action="role", member="lou", role="executive", revision="1")
    assert status == 303
    ((member, revision),) = done
    assert (member.id, member.role, revision) == ("lou", Role.EXECUTIVE, 1)
    assert send(console, action="role", member="lou", role="executive", revision="7")[0] == 409
    assert send(console, action="role", member="lou", role="king", revision="1")[0] == 409


def test_nobody_changes_or_removes_themselves(console: Console) -> None:
    status, html = send(console, action="role", member="kim", role="analyst", revision="1")
    assert status == 409
    assert "Another owner changes your role" in html
    assert send(console, action="remove", member="kim")[0] == 409


@pytest.mark.parametrize("role", list(Role))
def test_everybody_ends_their_own_sessions(console: Console, role: Role) -> None:
    assert send(console, role, action="end_session", session="s-1") == (303, [("kim", "s-1")])


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
@pytest.mark.parametrize(
    "fields",
    [
        {"action": "invite", "email": "max@example.com", "role": "owner"},
        {"action": "role", "member": "lou", "role": "owner", "revision": "1"},
        {"action": "remove", "member": "lou"},
        {"action": "end_session", "member": "lou", "session": "s-1"},
        {"action": "end_sessions", "member": "lou"},
    ],
)
def test_only_an_owner_manages_the_team(console: Console, role: Role, fields: dict[str, str]) -> None:
    with pytest.raises(ForbiddenError):
        send(console, role, None, **fields)


def test_an_owner_with_limited_access_does_not_manage_the_team(console: Console) -> None:
    with pytest.raises(ForbiddenError):
        send(console, Role.OWNER, Access(surveys=("demo",)), action="remove", member="lou")


def test_a_member_who_is_not_there_is_not_found(console: Console) -> None:
    with pytest.raises(NotFoundError):
        send(console, action="role", member="nobody", role="analyst", revision="1")


def test_a_form_that_asks_for_nothing_says_so(console: Console) -> None:
    assert send(console, action="dance")[0] == 409
