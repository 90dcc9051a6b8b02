"""`earshot invite`, `earshot why` and `earshot outbox`."""

import json
from typing import Any

import pytest

from earshot.domain.eligibility import Reason
from earshot_cli.rendering.invitation_history import REASONS, decision_in_words
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot, problem

DECISION: dict[str, Any] = {
    "id": "01",
    "survey": "demo",
    "person": "p-1",
    "outcome": "sent",
    "reason": "eligible",
    "decided_at": "2026-11-21T22:00:10.000Z",
    "due_at": "2026-11-21T22:00:10.000Z",
    "sent_at": "2026-11-21T22:00:12.345Z",
    "mails": [],
    "reminder": None,
    "stopped": None,
    "response": None,
    "submissions": [],
}
MAIL = {
    "id": "00000000000001-x",
    "sent_at": "2026-11-21T22:00:12.345Z",
    "from": "Demo <survey@example.com>",
    "to": "ann@example.com",
    "subject": "One quick \x1b[31mquestion",
    "text": "Hello Ann,\n\nTo answer, open this link:\nhttp://127.0.0.1/s/t\n",
}


def submission(score: int, minute: int, quarantined: str | None = None) -> dict[str, Any]:
    return {"score": score, "received_at": f"2026-11-21T22:{minute:02}:00.000Z", "quarantined": quarantined}


ASKED = "invited, nothing prevented it (eligible); sent 2026-11-21 22:00 UTC"
MACHINE = [submission(score, 1, "machine-scores") for score in (3, 7, 10)]
SET_ASIDE = "quarantined as a machine's: 3, 7, 10 (three different scores within ten seconds)"
WAITING = {"outcome": "scheduled", "reason": "outside-hours", "sent_at": None, "due_at": "2026-11-22T08:00:00.000Z"}
DECLINED = {"outcome": "declined", "sent_at": None}
REMINDER = {"reminder": {"wave": 2, "due_at": "2026-11-24T22:00:12.345Z", "state": "scheduled"}}
ONCE = {"mails": [{"wave": 1, "sent_at": "2026-11-21T22:00:12.345Z"}]}
TWICE = {"mails": [*ONCE["mails"], {"wave": 2, "sent_at": "2026-11-24T22:00:12.345Z"}]}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ASKED),
        (WAITING, "to be invited, it was outside the sending hours (outside-hours); due 2026-11-22 08:00 UTC"),
        (DECLINED | {"reason": "quiet-period"}, f"not invited, {REASONS['quiet-period']} (quiet-period)"),
        (DECLINED | {"reason": "full-moon"}, "not invited, full-moon (full-moon)"),
        (ONCE | REMINDER, f"{ASKED}; reminder 1 due 2026-11-24 22:00 UTC"),
        (TWICE | {"reminder": None}, f"{ASKED}; reminded 2026-11-24 22:00 UTC"),
        (TWICE | REMINDER, f"{ASKED}; reminded 2026-11-24 22:00 UTC; another try due 2026-11-24 22:00 UTC"),
        (
            ONCE | {"reminder": {"wave": 2, "due_at": "2026-11-24T22:00:12.345Z", "state": "unknown"}},
            f"{ASKED}; it is unknown whether reminder 1 was sent, so none follows",
        ),
        (
            ONCE | {"reminder": {"wave": 3, "due_at": "2026-11-24T22:00:12.345Z", "state": "claimed"}},
            f"{ASKED}; reminder 2 being sent",
        ),
        (ONCE | {"stopped": "unsubscribed"}, f"{ASKED}; no further mail, the person unsubscribed (unsubscribed)"),
        (DECLINED | {"reason": "erased", "stopped": "erased"}, "not invited, the person is erased (erased)"),
        ({"submissions": [submission(9, 1), submission(4, 5)]}, f"{ASKED}; responded 2026-11-21 22:05 UTC with 4"),
        (
            {"submissions": [*MACHINE, submission(8, 30)]},
            f"{ASKED}; responded 2026-11-21 22:30 UTC with 8; {SET_ASIDE}",
        ),
    ],
)
def test_a_decision_is_a_line(changes: dict[str, Any], expected: str) -> None:
    assert decision_in_words(DECISION | changes) == f"2026-11-21 22:00 UTC  demo: {expected}."


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) >= {reason.value for reason in Reason}


def test_why_prints_each_decision_in_a_line_and_everything_as_json(earshot: FakeEarshot, run: Run) -> None:
    earshot.invitations["a#b c"] = [DECISION, DECISION | {"outcome": "declined", "reason": "suppressed"}]
    lines = run("why", "a#b c").stdout.splitlines()
    assert earshot.calls[0][:2] == ("GET", "/v1/people/a%23b%20c/invitations")
    assert [line.partition("demo: ")[2][:11] for line in lines] == ["invited, no", "not invited"]
    shown = {"person": "a#b c", "invitations": earshot.invitations["a#b c"]}
    assert json.loads(run("why", "a#b c", "--json").stdout) == shown


PLAIN: dict[str, Any] = {"email": None, "properties": {}}
MISLED: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    (("why",), {"person": "a", "invitations": []}),
    (("people", "show"), {"id": "a", **PLAIN}),
    (("people", "export"), {"id": "a", "person": None, "responses": [], "cursor": None}),
]


@pytest.mark.parametrize(("command", "reply"), MISLED)
def test_a_reply_about_somebody_else_is_a_fault_and_shows_nothing(
    earshot: FakeEarshot, run: Run, command: tuple[str, ...], reply: dict[str, Any]
) -> None:
    earshot.replies = [(200, reply)]
    result = run(*command, "a;b")
    assert (result.exit_code, result.stdout) == (1, "")
    assert '"a;b" was asked for, and the reply is about "a": the id was changed on its way.' in result.stderr


@pytest.mark.parametrize("typed", ["a?b", "50%", "x%41", "a+b", "a/b", "..", "a\ufffd"])
@pytest.mark.parametrize("command", [("why",), ("people", "show"), ("people", "export"), ("people", "allow"),
                                     ("people", "erase", "--yes")])  # fmt: skip
def test_what_a_path_may_change_is_no_id_and_never_sent(
    earshot: FakeEarshot, run: Run, command: tuple[str, ...], typed: str
) -> None:
    result = run(*command, typed)
    assert (result.exit_code, result.stdout, earshot.calls) == (2, "", [])
    assert "is no person's id. It " in result.stderr


ADDRESSED = [("why",), ("people", "show"), ("people", "export")]


@pytest.mark.parametrize("command", ADDRESSED)
def test_an_address_is_looked_up_and_put_into_no_url(earshot: FakeEarshot, run: Run, command: tuple[str, ...]) -> None:
    earshot.people["c-1"] = {"id": "c-1", "email": "ann@example.com", "properties": {}}
    result = run(*command, "ann@example.com")
    assert result.exit_code == 0, result.output
    assert earshot.calls[0] == ("POST", "/v1/people/search", {}, {"email": "ann@example.com"})
    assert all("@" not in path and "c-1" in path for _, path, _, _ in earshot.calls[1:])
    assert len(earshot.calls) > 1


@pytest.mark.parametrize("command", ADDRESSED)
def test_an_address_of_several_is_a_fault(earshot: FakeEarshot, run: Run, command: tuple[str, ...]) -> None:
    earshot.people |= {name: {"id": name, "email": "office@example.com"} for name in ("c-1", "c-2")}
    result = run(*command, "office@example.com")
    assert (result.exit_code, len(earshot.calls)) == (2, 1), result.output
    assert 'by the id: "c-1", "c-2".' in result.stderr


@pytest.mark.parametrize("command", ADDRESSED[:2])
def test_an_address_of_nobody_is_a_fault(earshot: FakeEarshot, run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "office@example.com")
    assert (result.exit_code, len(earshot.calls)) == (1, 1), result.output
    assert "Nobody has the address" in result.stderr


def test_what_came_with_an_address_alone_is_exported(earshot: FakeEarshot, run: Run) -> None:
    earshot.people["p-office"] = {"id": "p-office"}
    assert run("people", "export", "office@example.com").exit_code == 0
    assert earshot.calls[1][1] == "/v1/people/p-office/export"


def test_an_id_with_an_at_sign_that_is_no_address_is_an_id(earshot: FakeEarshot, run: Run) -> None:
    earshot.people["ann@home"] = {"id": "ann@home"}
    assert run("why", "ann@home").exit_code == 0
    assert earshot.calls[0][1] == "/v1/people/ann%40home/invitations"


def test_why_reports_when_there_was_no_decision(earshot: FakeEarshot, run: Run) -> None:
    earshot.people["ann"] = {"id": "ann"}
    assert run("why", "ann").stdout == "No invitation was ever requested for ann.\n"


def test_why_of_somebody_nobody_knows_is_a_fault(run: Run) -> None:
    result = run("why", "nobody")
    assert (result.exit_code, result.stdout, "there is no such person" in result.stderr) == (1, "", True)


def test_invite_sends_what_was_given_and_prints_the_decision(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(202, {"invitations": [DECISION | {"outcome": "scheduled", "sent_at": None}]})]
    result = run("invite", "demo", "--email", "ann@example.com", "--name", "Ann", "--delay", "60")
    wish = {"person": {"email": "ann@example.com", "name": "Ann"}, "delay": 60}
    assert earshot.calls[0] == ("POST", "/v1/surveys/demo/invitations", {}, {"invitations": [wish]})
    assert "demo: to be invited, nothing prevented it (eligible); due 2026-11-21 22:00 UTC." in result.stdout
    assert "earshot why p-1" in result.stdout


def test_invite_outside_the_sending_hours_names_the_command_that_goes_there(earshot: FakeEarshot, run: Run) -> None:
    waits = {"outcome": "scheduled", "reason": "outside-hours", "sent_at": None, "due_at": "2026-11-22T08:00:00.000Z"}
    earshot.replies = [(202, {"invitations": [DECISION | waits]})]
    result = run("invite", "demo", "--email", "ann@example.com")
    assert "it was outside the sending hours (outside-hours); due 2026-11-22 08:00 UTC." in result.stdout
    assert "`earshot clock 2026-11-22T08:00:00`" in result.stdout


def test_an_invitation_that_may_have_arrived_is_not_repeated(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [problem(503, "Busy")]
    assert run("invite", "demo", "--email", "ann@example.com").exit_code == 1
    assert len(earshot.calls) == 1


def test_the_outbox_lists_mails_and_shows_the_text_of_one(earshot: FakeEarshot, run: Run) -> None:
    reply = (200, {"mails": [MAIL, MAIL | {"to": "bob@example.com"}]})
    earshot.replies = [reply] * 4
    listed = run("outbox").stdout
    assert earshot.calls[0][:2] == ("GET", "/outbox.json")
    assert listed.index("ann@example.com") < listed.index("bob@example.com")
    assert "\x1b" not in listed
    opened = run("outbox", "--open", "2").stdout
    assert "To: bob@example.com" in opened
    assert "http://127.0.0.1/s/t" in opened
    assert json.loads(run("outbox", "--open", "1", "--json").stdout) == {"mails": [MAIL]}
    missing = run("outbox", "--open", "3")
    assert (missing.exit_code, "There is no mail 3" in missing.stderr) == (2, True)


def test_an_empty_outbox_is_reported(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies = [(200, {"mails": []})]
    assert run("outbox").stdout == "No mail has been sent yet.\n"


def test_a_deployed_stack_has_no_outbox(earshot: FakeEarshot, run: Run) -> None:
    result = run("outbox")
    assert result.exit_code == 1
    assert result.stderr == f"{earshot.url} has no outbox: only the local Earshot of `make run` keeps mails.\n"
