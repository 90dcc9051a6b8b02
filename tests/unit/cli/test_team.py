"""`earshot team` and `earshot account`: what they send, and what they show."""

import json
from typing import Any

import pytest

from earshot_cli.openapi.team import OPERATIONS
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

SHOWN: dict[str, Any] = {each.name: next(iter(each.replies.values())).example for each in OPERATIONS}
KIM, ACME = SHOWN["read_member"], SHOWN["read_account"]
FIELDS = {name: value for name, value in KIM.items() if name != "id"}


def nobody(earshot: FakeEarshot) -> None:
    earshot.replies.append(problem(404, "there is none"))


def test_members_are_listed_and_one_is_shown(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, SHOWN["list_members"])] * 2 + [(200, KIM)] * 2
    listed = run("team", "list")
    assert listed.exit_code == 0, listed.stderr
    for words in ("kim", "Kim Park", "frontline", "leo", "mia", "2026-12-24 to 2026-12-31"):
        assert words in listed.stdout
    assert json.loads(run("team", "list", "--json").stdout) == SHOWN["list_members"]
    shown = run("team", "show", "kim")
    assert earshot.calls[-1][:2] == ("GET", "/v1/team/kim")
    for words in ("kim@example.com", "Europe/Berlin", "2026-12-24 to 2026-12-31"):
        assert words in shown.stdout
    assert json.loads(run("team", "show", "kim", "--json").stdout) == KIM


def test_the_access_of_a_member_is_changed_and_shown(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, KIM), (200, KIM)]
    changed = run("team", "set", "kim", "--access", "everything")
    assert earshot.calls[-1][3]["access"] == {}
    assert "shop; region=emea" in changed.stdout


def test_a_member_is_added_with_what_was_typed(earshot: FakeEarshot, run: Run) -> None:
    nobody(earshot)
    earshot.replies.append((201, KIM))
    typed = ("--email", "kim@example.com", "--role", "frontline", "--name", "Kim", "--lead", "leo", "--deputy", "mia")
    more = ("--away", "2026-12-24..2026-12-31", "--timezone", "Europe/Berlin", "--locale", "de", "--calendar", "hq")
    added = run("team", "set", "kim", *typed, *more)
    assert added.exit_code == 0, added.stderr
    assert earshot.calls[-1][:2] == ("PUT", "/v1/team/kim")
    assert earshot.calls[-1][3] == {
        "email": "kim@example.com",
        "role": "frontline",
        "name": "Kim",
        "lead": "leo",
        "deputy": "mia",
        "away": {"from": "2026-12-24", "to": "2026-12-31"},
        "timezone": "Europe/Berlin",
        "locale": "de",
        "calendar": "hq",
    }


@pytest.mark.parametrize(
    ("typed", "changed"),
    [
        (("--away", "none"), {"away": None}),
        (("--deputy", ""), {"deputy": ""}),
        (("--role", "manager"), {"role": "manager"}),
    ],
)
def test_of_a_member_who_is_there_the_rest_stays_and_the_change_rests_on_their_revision(
    earshot: FakeEarshot, run: Run, typed: tuple[str, ...], changed: dict[str, Any]
) -> None:
    earshot.replies += [(200, KIM), (200, KIM)]
    assert run("team", "set", "kim", *typed).exit_code == 0
    assert earshot.calls[-1][3] == FIELDS | changed
    assert earshot.calls[-1][3]["revision"] == KIM["revision"]


def test_a_fault_names_the_option(earshot: FakeEarshot, run: Run) -> None:
    nobody(earshot)
    earshot.replies.append(problem(400, "x", [{"field": "deputy", "reason": "this closes a circle: …"}]))
    refused = run("team", "set", "kim", "--deputy", "mia")
    assert refused.exit_code == 2
    assert "--deputy: this closes a circle" in refused.stderr


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("kim",), "Nothing to change"),
        (("kim", "--away", "tomorrow"), "--away takes the first and the last day"),
        (("kim/7", "--role", "manager"), "is no member's id"),
    ],
)
def test_what_makes_no_sense_is_not_sent(earshot: FakeEarshot, run: Run, typed: tuple[str, ...], words: str) -> None:
    refused = run("team", "set", *typed)
    assert refused.exit_code > 0
    assert words in " ".join(refused.stderr.split())
    assert earshot.calls == []


def test_a_refusal_to_read_the_member_is_no_new_member(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append(problem(403, "the key lacks team:read"))
    assert run("team", "set", "kim", "--role", "manager").exit_code == 1
    assert len(earshot.calls) == 1


def test_a_member_is_removed_once_somebody_confirms(earshot: FakeEarshot, run: Run) -> None:
    assert run("team", "remove", "kim", typed="n\n").exit_code == 1
    assert earshot.calls == []
    earshot.replies += [(204, {})] * 2
    assert run("team", "remove", "kim", typed="y\n").exit_code == 0
    assert "kim is removed." in run("team", "remove", "kim", "--yes").stdout
    assert earshot.calls[-1][:2] == ("DELETE", "/v1/team/kim")


def test_an_account_is_shown_by_the_id_in_the_query(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, ACME)] * 2
    shown = run("account", "show", "Büro & Söhne")
    assert shown.exit_code == 0, shown.stderr
    for words in ("ACME", "Acme Inc.", "kim", "region", "north"):
        assert words in shown.stdout
    assert earshot.calls[-1][:2] == ("GET", "/v1/accounts")
    assert json.loads(run("account", "show", "ACME", "--json").stdout) == ACME


def test_only_what_was_typed_of_an_account_is_sent(earshot: FakeEarshot, run: Run) -> None:
    saved = (200, SHOWN["save_accounts"])
    earshot.replies += [saved, saved]
    assert run("account", "set", "ACME", "--name", "Acme", "--owner", "").exit_code == 0
    assert earshot.calls[-1][3] == {"accounts": [{"id": "ACME", "name": "Acme", "owner": ""}]}
    assert run("account", "set", "ACME").exit_code == 0
    assert earshot.calls[-1][3] == {"accounts": [{"id": "ACME"}]}


def test_properties_are_added_to_those_that_there_are(earshot: FakeEarshot, run: Run) -> None:
    saved = (200, SHOWN["save_accounts"])
    earshot.replies += [(200, ACME), saved]
    assert run("account", "set", "ACME", "--property", "tier=gold", "--property", "old=").exit_code == 0
    assert earshot.calls[-1][3] == {
        "accounts": [{"id": "ACME", "properties": {"region": "north", "tier": "gold", "old": ""}}]
    }
    nobody(earshot)
    earshot.replies.append(saved)
    assert run("account", "set", "New", "--property", "tier=gold").exit_code == 0
    assert earshot.calls[-1][3] == {"accounts": [{"id": "New", "properties": {"tier": "gold"}}]}
    refused = run("account", "set", "ACME", "--property", "tier")
    assert refused.exit_code == 2


def test_somebody_is_invited_with_limited_access(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((202, KIM))
    access = ("--access", "surveys=demo", "--access", "accounts=own")
    assert run("team", "invite", "kim@example.com", "--role", "frontline", *access).exit_code == 0
    assert earshot.calls[-1][3]["access"] == {"surveys": ["demo"], "accounts": "own"}


def test_somebody_is_invited_by_mail(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((202, KIM))
    invited = run("team", "invite", "kim@example.com", "--role", "frontline", "--name", "Kim Park")
    assert invited.exit_code == 0, invited.stderr
    assert earshot.calls[-1][:2] == ("POST", "/v1/team/invitations")
    wanted = {"email": "kim@example.com", "role": "frontline", "name": "Kim Park", "mail": True}
    assert earshot.calls[-1][3] == wanted
    assert "gets a mail" in invited.stdout


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return the members, functions and addresses that links are made for."""
    made: list[tuple[Any, ...]] = []

    def link(member: str, function: str | None, url: str, **_: Any) -> str:
        made.append((member, function, url))
        return "https://earshot.example.com/app/invitation/token"

    for module in ("team", "open_console"):
        monkeypatch.setattr(f"earshot_cli.commands.{module}.invitation_link", link)
    return made


def test_a_link_is_printed_in_place_of_a_mail(earshot: FakeEarshot, run: Run, links: list[Any]) -> None:
    earshot.replies.append((202, KIM))
    invited = run("team", "invite", "kim@example.com", "--role", "owner", "--print-link", "--function", "SignIn:live")
    assert invited.exit_code == 0, invited.stderr
    assert earshot.calls[-1][3]["mail"] is False
    assert links == [("kim", "SignIn:live", earshot.url)]
    assert invited.stdout == "https://earshot.example.com/app/invitation/token\n"


def test_the_console_opens_for_the_first_owner_or_for_who_is_named(
    earshot: FakeEarshot, run: Run, links: list[Any]
) -> None:
    earshot.replies.append((200, {"members": [KIM, KIM | {"id": "ann", "role": "owner"}], "cursor": None}))
    assert run("open").stdout == "https://earshot.example.com/app/invitation/token\n"
    assert run("open", "kim").exit_code == 0
    assert [member for member, _, _ in links] == ["ann", "kim"]
    earshot.replies.append((200, {"members": [KIM], "cursor": None}))
    nobody_there = run("open")
    assert (nobody_there.exit_code, "no owner yet" in nobody_there.stderr) == (1, True)


def test_another_role_rests_on_the_member_as_they_are(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, KIM), (200, KIM | {"role": "analyst"})]
    changed = run("team", "role", "kim", "analyst")
    assert changed.exit_code == 0, changed.stderr
    assert earshot.calls[-1][3] == FIELDS | {"role": "analyst"}


def test_sessions_are_listed_and_ended(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, SHOWN["list_sessions"])] * 2 + [(204, None)] * 2
    listed = run("team", "sessions", "kim")
    assert "Firefox on Linux" in listed.stdout
    assert json.loads(run("team", "sessions", "kim", "--json").stdout) == SHOWN["list_sessions"]
    assert run("team", "sessions", "kim", "--end", "5f0c5f0c5f0c5f0c").exit_code == 0
    assert earshot.calls[-1][:2] == ("DELETE", "/v1/team/kim/sessions/5f0c5f0c5f0c5f0c")
    assert run("team", "sessions", "kim", "--end-all").exit_code == 0
    assert earshot.calls[-1][:2] == ("DELETE", "/v1/team/kim/sessions")
