"""The team and its accounts on the stack: who stands in, who was faster, and accounts that people name."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from tests.e2e.cli_runner import earshot
from tests.e2e.conftest import Reply, Stack
from tests.e2e.survey_client import new_id, until
from tests.e2e.test_bad_input import refusal

KIM = {"email": "kim@example.com", "role": "frontline"}


def a_member(stack: Stack, **more: Any) -> str:
    """Add a member, and return their id."""
    member = f"m-{new_id()}"
    assert put(stack, member, **more).status == 201
    return member


def put(stack: Stack, member: str, **more: Any) -> Reply:
    return stack.call("PUT", f"/v1/team/{member}", KIM | more)


def refused(reply: Reply, status: int, words: str) -> None:
    """Check that a reply is a problem with these words."""
    assert words in refusal(reply, status)["detail"]


def account_of(stack: Stack, account: str) -> Reply:
    return stack.call("GET", f"/v1/accounts?id={quote(account)}")


def test_a_member_is_added_changed_listed_and_removed(stack: Stack) -> None:
    lead = a_member(stack, role="manager")
    away = {"from": "2026-12-24", "to": "2026-12-31"}
    member = a_member(stack, name="Kim", lead=lead, away=away, timezone="Europe/Berlin", locale="de")
    shown = stack.call("GET", f"/v1/team/{member}").body
    expected = {"id": member, "revision": 1, "name": "Kim", "lead": lead, "deputy": None, "away": away}
    expected |= {"timezone": "Europe/Berlin", "locale": "de", "calendar": None, "access": {}}
    assert shown == KIM | expected
    changed = put(stack, member, lead=lead)
    assert (changed.status, changed.body["revision"], changed.body["away"]) == (200, 2, None)
    ids = [each["id"] for each in stack.call("GET", "/v1/team").body["members"]]
    assert ids == sorted(ids)
    assert {lead, member} <= set(ids)
    for _ in range(2):
        assert stack.call("DELETE", f"/v1/team/{member}").status == 204
    refused(stack.call("GET", f"/v1/team/{member}"), 404, f"there is no member '{member}'")
    assert member not in [each["id"] for each in stack.call("GET", "/v1/team").body["members"]]
    again = put(stack, member)
    assert (again.status, again.body["name"]) == (201, None)


def test_of_two_who_change_a_member_one_is_shown_what_the_other_made_of_them(stack: Stack) -> None:
    member = a_member(stack)
    with ThreadPoolExecutor(4) as threads:
        replies = list(threads.map(lambda number: put(stack, member, name=f"Kim {number}", revision=1), range(4)))
    (won,) = [reply for reply in replies if reply.status == 200]
    lost = [reply for reply in replies if reply.status == 409]
    assert len(lost) == 3
    assert all(reply.body["current"] == won.body for reply in lost)


def test_those_who_name_each_other_at_once_make_no_circle(stack: Stack) -> None:
    members = [a_member(stack) for _ in range(3)]
    pairs = [(each, members[place - 1]) for place, each in enumerate(members)]
    with ThreadPoolExecutor(3) as threads:
        replies = list(threads.map(lambda pair: put(stack, pair[0], deputy=pair[1]), pairs))
    assert sorted(reply.status for reply in replies) in ([200, 200, 400], [200, 200, 503])
    deputies = [stack.call("GET", f"/v1/team/{member}").body["deputy"] for member in members]
    assert deputies.count(None) == 1


@pytest.mark.parametrize("field", ["lead", "deputy"])
def test_a_lead_or_a_deputy_who_cannot_be_one_is_refused(stack: Stack, field: str) -> None:
    kim = a_member(stack)
    leo = a_member(stack, **{field: kim})
    refused(put(stack, kim, **{field: leo}), 400, f"this closes a circle: {kim} → {leo} → {kim}")
    refused(put(stack, kim, **{field: kim}), 400, f"a member is not their own {field}")
    refused(put(stack, kim, **{field: "nobody"}), 400, "there is no member 'nobody'")
    assert stack.call("DELETE", f"/v1/team/{leo}").status == 204
    refused(put(stack, kim, **{field: leo}), 400, "was removed")
    assert stack.call("GET", f"/v1/team/{kim}").body["revision"] == 1


def test_an_account_is_made_by_the_person_who_names_it_and_described_later(stack: Stack) -> None:
    name = f"Acme {new_id()}"
    refused(account_of(stack, name), 404, "there is no account of this id")
    person = new_id()
    assert stack.call("PUT", f"/v1/people/{person}", {"id": person, "account": f" {name}"}).status == 201
    bare = {"id": name, "revision": 1, "name": None, "owner": None, "properties": {}}
    assert account_of(stack, name).body == bare
    member = a_member(stack)
    described = {"id": name, "name": "Acme Inc.", "owner": member, "properties": {"seats": 25}}
    (saved,) = stack.call("POST", "/v1/accounts", {"accounts": [described]}).body["accounts"]
    assert saved == described | {"revision": 2, "properties": {"seats": "25"}, "outcome": "updated"}
    people = [{"id": new_id(), "account": name} for _ in range(3)]
    assert stack.call("POST", "/v1/people", {"people": people}).status == 200
    assert account_of(stack, name).body == {field: value for field, value in saved.items() if field != "outcome"}


def test_a_batch_of_accounts_with_a_fault_is_not_taken(stack: Stack) -> None:
    name = f"Acme {new_id()}"
    rows = [{"id": name}, {"id": f"{name} 2", "owner": "nobody"}, {"id": f"  {name}"}]
    reply = stack.call("POST", "/v1/accounts", {"accounts": rows})
    refused(reply, 400, "accounts[2].id: it is the same account as accounts[0] (and 1 more)")
    assert account_of(stack, name).status == 404


def test_what_says_who_works_here_is_in_no_log_line_but_by_its_id(stack: Stack) -> None:
    member = a_member(stack, email="a.very.own.address@example.com", name="Somebody Special")
    assert stack.call("GET", f"/v1/team/{member}").status == 200
    log = until(lambda: (stack.local_dir / "engine.log").read_text(errors="replace"), lambda found: member in found)
    assert "a.very.own.address" not in log
    assert "Somebody Special" not in log


def test_the_command_keeps_members_and_accounts(stack: Stack) -> None:
    member, account = f"m-{new_id()}", f"Acme {new_id()}"
    added = ("--email", "kim@example.com", "--role", "frontline", "--away", "2026-12-24..2026-12-31")
    assert "2026-12-24 to 2026-12-31" in earshot(stack, "team", "set", member, *added).stdout
    assert earshot(stack, "team", "set", member, "--away", "none").returncode == 0
    shown = stack.call("GET", f"/v1/team/{member}").body
    assert (shown["email"], shown["away"], shown["revision"]) == ("kim@example.com", None, 2)
    for typed in (("--owner", member, "--property", "region=north"), ("--property", "tier=gold")):
        assert earshot(stack, "account", "set", account, *typed).returncode == 0
    found = account_of(stack, account).body
    assert (found["owner"], found["properties"]) == (member, {"region": "north", "tier": "gold"})
    assert earshot(stack, "team", "remove", member, "--yes").returncode == 0
    assert earshot(stack, "team", "show", member).returncode == 1
