"""The team over HTTP: members who stand in for each other, and the accounts they look after."""

from typing import Any

import pytest

from earshot.domain.events import iso
from earshot.services.api_keys.manage_api_keys import create
from tests.factories import NOON, make_session
from tests.unit.functions.conftest import World

LIST, PUT, READ, REMOVE = "GET /v1/team", "PUT /v1/team/{member}", "GET /v1/team/{member}", "DELETE /v1/team/{member}"
SAVE, ACCOUNT = "POST /v1/accounts", "GET /v1/accounts"
KIM = {"email": "kim@example.com", "role": "frontline"}


def put(world: World, member: str, **more: Any) -> tuple[int, Any]:
    return world.ask("manage_team", PUT, f"/v1/team/{member}", KIM | more)


def call(world: World, route: str, member: str = "", **details: Any) -> tuple[int, Any]:
    return world.ask("manage_team", route, f"/v1/team/{member}" if member else "/v1/team", **details)


def save(world: World, *accounts: dict[str, Any]) -> tuple[int, Any]:
    return world.ask("manage_team", SAVE, "/v1/accounts", {"accounts": list(accounts)})


def test_a_member_is_added_replaced_read_and_listed(world: World) -> None:
    status, added = put(world, "kim", name="Kim")
    assert (status, added["revision"], added["timezone"], added["locale"]) == (201, 1, "UTC", "en")
    status, replaced = put(world, "kim", locale="de")
    assert (status, replaced["revision"], replaced["name"], replaced["locale"]) == (200, 2, None, "de")
    assert call(world, READ, "kim") == (200, replaced)
    assert call(world, LIST) == (200, {"members": [replaced], "cursor": None})


def test_of_two_who_change_a_member_the_second_is_shown_who_they_are_now(world: World) -> None:
    put(world, "kim")
    first = put(world, "kim", name="Kim A.", revision=1)[1]
    status, refused = put(world, "kim", name="Kim B.", revision=1)
    assert (status, refused["current"]) == (409, first)
    assert put(world, "leo", revision=1)[0] == 409


def test_a_deputy_who_closes_a_circle_is_refused_with_the_circle(world: World) -> None:
    for member, deputy in (("mia", None), ("leo", "mia"), ("kim", "leo")):
        assert put(world, member, deputy=deputy)[0] == 201
    status, refused = put(world, "mia", deputy="kim")
    reason = "this closes a circle: mia → kim → leo → mia; change the deputy of one of them first"
    assert (status, refused["errors"]) == (400, [{"field": "deputy", "reason": reason}])
    assert put(world, "mia", lead="kim")[0] == 200


def test_an_unknown_member_is_a_404_and_a_removed_one_too(world: World) -> None:
    put(world, "kim")
    assert call(world, REMOVE, "kim") == (204, None)
    assert call(world, REMOVE, "kim") == (204, None)
    for member in ("kim", "leo"):
        status, refused = call(world, READ, member)
        assert (status, refused["detail"]) == (404, f"there is no member '{member}'")
    assert call(world, REMOVE, "leo")[0] == 404
    assert call(world, LIST)[1]["members"] == []
    assert put(world, "leo", lead="kim")[1]["errors"][0]["reason"].startswith("the member 'kim' was removed")
    assert put(world, "kim")[0] == 201


def test_an_id_that_is_no_name_is_refused(world: World) -> None:
    status, refused = put(world, "Kim")
    assert (status, refused["errors"][0]["field"]) == (400, "member")


def test_accounts_are_saved_and_read_by_the_id_in_the_query(world: World) -> None:
    put(world, "kim")
    status, saved = save(world, {"id": "ACME", "name": "Acme Inc.", "owner": "kim"}, {"id": "Büro & Söhne"})
    assert (status, [each["outcome"] for each in saved["accounts"]]) == (200, ["created", "created"])
    status, found = world.ask("manage_team", ACCOUNT, "/v1/accounts", query="id=B%C3%BCro+%26+S%C3%B6hne")
    bare = {"id": "Büro & Söhne", "revision": 1, "name": None, "owner": None, "properties": {}}
    assert (status, found) == (200, bare)
    kept = {"id": "ACME", "revision": 2, "name": "Acme Inc.", "owner": None, "properties": {}}
    assert save(world, {"id": "ACME", "owner": None})[1] == {"accounts": [kept | {"outcome": "updated"}]}
    assert world.ask("manage_team", ACCOUNT, "/v1/accounts", query="id=nobody")[0] == 404


def test_an_account_with_an_owner_who_is_no_member_is_refused(world: World) -> None:
    status, refused = save(world, {"id": "ACME"}, {"id": "Other", "owner": "kim"})
    assert (status, refused["errors"][0]["field"]) == (400, "accounts[1].owner")
    assert world.accounts.kept == {}


INVITE, INVITATIONS = "POST /v1/team/invitations", "/v1/team/invitations"
SESSIONS = "/v1/team/{member}/sessions"


def invite(world: World, **wanted: Any) -> tuple[int, Any]:
    return world.ask("manage_team", INVITE, INVITATIONS, KIM | wanted)


def test_an_invitation_makes_a_member_and_queues_the_mail_without_a_link(world: World) -> None:
    status, member = invite(world, name="Kim", access={"surveys": ["demo"]})
    assert (status, member["id"], member["role"], member["access"]) == (202, "kim", "frontline", {"surveys": ["demo"]})
    assert [task for task, _ in world.delivery_queue.tasks] == [
        {"team_invitation": "kim", "correlation": "JKJaXmPLvHcESHA="}
    ]
    assert invite(world, access={"surveys": ["demo"]})[1]["id"] == "kim"
    assert len(world.delivery_queue.tasks) == 2
    assert invite(world)[0] == 409
    assert invite(world, email="lee@example.com", mail=False)[1]["id"] == "lee"
    assert len(world.delivery_queue.tasks) == 2
    assert world.sign_ins.invitations == {}


@pytest.mark.parametrize("wanted", [{"email": "kim"}, {"role": "boss"}, {"link": True}, {"mail": "no"}])
def test_an_invitation_with_faults_makes_nobody(world: World, wanted: dict[str, Any]) -> None:
    assert invite(world, **wanted)[0] == 400
    assert world.members.kept == {}
    assert world.delivery_queue.tasks == []


def test_a_key_invites_nobody_who_may_do_more_than_itself(world: World) -> None:
    key = create("staff", ["team:write"], "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)[1]
    for role in ("owner", "analyst"):
        status, _ = world.ask("manage_team", INVITE, INVITATIONS, KIM | {"role": role}, key=key)
        assert status == 403
    assert world.members.kept == {}


def test_sessions_are_listed_without_what_opens_them_and_ended(world: World) -> None:
    put(world, "kim")
    mine, other = make_session("kim", browser="Firefox on Linux"), make_session("kim", "other", made_at=NOON - 1)
    for session in (mine, other, make_session("lee", "third")):
        world.sessions.start(session)
    path = SESSIONS.replace("{member}", "kim")
    status, found = world.ask("manage_team", f"GET {SESSIONS}", path)
    shown = {"started_at": iso(NOON), "last_used_at": iso(NOON), "browser": "Firefox on Linux"}
    assert (status, found["sessions"][0]) == (200, {"id": mine.id, **shown})
    assert mine.hash not in str(found)
    one = f"{SESSIONS}/{{session}}"
    for _ in range(2):
        assert world.ask("manage_team", f"DELETE {one}", f"{path}/{mine.id}") == (204, None)
    assert [session.id for session in world.sessions.of_member("kim")] == [other.id]
    assert world.ask("manage_team", f"DELETE {SESSIONS}", path) == (204, None)
    assert [session.member for session in world.sessions.kept.values()] == ["lee"]
    assert world.ask("manage_team", f"GET {SESSIONS}", SESSIONS.replace("{member}", "nobody"))[0] == 404


def test_removing_a_member_ends_their_sessions(world: World) -> None:
    put(world, "kim")
    world.sessions.start(make_session("kim"))
    assert call(world, REMOVE, "kim")[0] == 204
    assert world.sessions.kept == {}


@pytest.mark.parametrize(
    ("route", "path", "scope"),
    [
        (LIST, "/v1/team", "team:read"),
        (READ, "/v1/team/kim", "team:read"),
        (PUT, "/v1/team/kim", "team:write"),
        (REMOVE, "/v1/team/kim", "team:write"),
        (INVITE, INVITATIONS, "team:write"),
        (f"GET {SESSIONS}", "/v1/team/kim/sessions", "team:write"),
        (f"DELETE {SESSIONS}", "/v1/team/kim/sessions", "team:write"),
        (f"DELETE {SESSIONS}/{{session}}", "/v1/team/kim/sessions/0123456789abcdef", "team:write"),
        (SAVE, "/v1/accounts", "people:write"),
        (ACCOUNT, "/v1/accounts", "people:read"),
    ],
)
def test_a_key_needs_the_scope_of_the_call(world: World, route: str, path: str, scope: str) -> None:
    others = [each for each in ("team:read", "team:write", "people:read", "people:write") if each != scope]
    key = create("others", others, "2026-01-01T00:00:00.000Z", bytes(range(30)), keys=world.keys)[1]
    body = KIM if route in (PUT, INVITE) else {"accounts": [{"id": "ACME"}]} if route == SAVE else None
    status, refused = world.ask("manage_team", route, path, body, key=key, query="id=ACME" if route == ACCOUNT else "")
    assert status == 403
    assert scope in refused["detail"]
