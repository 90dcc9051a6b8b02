"""`earshot cases`: what it asks for, and what it shows."""

import json
from typing import Any

import pytest

from earshot_cli.openapi.cases import OPERATIONS
from earshot_cli.screen import notes, out
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

SHOWN: dict[str, Any] = {each.name: next(iter(each.replies.values())).example for each in OPERATIONS}
CASE = SHOWN["read_case"]


@pytest.fixture
def run(run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command on a wide screen, so that no line is broken."""
    for screen in (out, notes):
        monkeypatch.setattr(screen, "_width", 300)
    return run


def test_cases_are_listed_page_after_page(earshot: FakeEarshot, run: Run) -> None:
    (one,) = SHOWN["list_cases"]["cases"]
    earshot.replies += [(200, {"cases": [one], "cursor": "next"}), (200, SHOWN["list_cases"])]
    listed = run("cases", "list", "--survey", "shop", "--json")
    assert json.loads(listed.stdout) == {"cases": [one, one]}
    assert [query for _, _, query, _ in earshot.calls] == [{"survey": "shop"}, {"survey": "shop", "cursor": "next"}]


def test_filters_are_asked_for_as_they_are_typed(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, {"cases": [], "cursor": None}))
    run("cases", "list", "--state", "resolved", "--owner", "-", "--overdue", "--person", "ann", "--account", "acme")
    asked = {"state": "resolved", "owner": "-", "overdue": "true", "person": "ann", "account": "acme"}
    assert earshot.calls[-1][2] == asked


def test_a_list_shows_whose_each_case_is_what_is_due_and_says_if_it_is_cut(earshot: FakeEarshot, run: Run) -> None:
    (one,) = SHOWN["list_cases"]["cases"]
    waits = one | {"account": "acme", "contacted_at": one["opened_at"], "waiting": True, "owner": None}
    closed = one | {"state": "no_action", "closed_at": "2026-11-21T09:30:12.149Z"}
    rows = [one | {"breached": True}, waits, waits | {"waiting": False}, closed, one]
    earshot.replies.append((200, {"cases": rows, "cursor": None}))
    listed = run("cases", "list", "--limit", "4")
    words = ("contact by", "(late)", "acme", "waits for the customer", "close by", "no action 2026-11-21 09:30", "mia")
    assert [word for word in words if word not in listed.stdout] == []
    assert "first 4" in listed.stderr
    assert "survey" not in listed.stdout


def test_a_list_of_several_surveys_names_them(earshot: FakeEarshot, run: Run) -> None:
    (one,) = SHOWN["list_cases"]["cases"]
    earshot.replies.append((200, {"cases": [one, one | {"survey": "returns"}], "cursor": None}))
    listed = run("cases", "list").stdout
    assert [word for word in ("survey", one["survey"], "returns") if word not in listed] == []


def test_an_empty_list_says_so(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies += [(200, {"cases": [], "cursor": None})] * 2
    assert run("cases", "list").stdout == "No case is open.\n"
    assert run("cases", "list", "--owner", "mia").stdout == "There is no such case.\n"


def test_the_id_of_a_case_stays_in_one_piece_on_a_narrow_screen(
    earshot: FakeEarshot, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(out, "_width", 80)
    earshot.replies.append((200, SHOWN["list_cases"]))
    assert SHOWN["list_cases"]["cases"][0]["id"] in run("cases", "list").stdout


def test_a_case_is_shown_with_its_facts_and_responses(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, CASE))
    shown = run("cases", "show", CASE["id"])
    for words in ("c-17", "Checkout was slow.", "3 of 10", "mia (by turn)", "around the clock", "in Leipzig"):
        assert words in shown.stdout
    assert earshot.calls[-1][1] == f"/v1/cases/{CASE['id']}"
    earshot.replies.append((200, CASE))
    assert json.loads(run("cases", "show", CASE["id"], "--json").stdout) == CASE


def test_a_case_is_shown_without_what_the_key_may_not_read(earshot: FakeEarshot, run: Run) -> None:
    responses = [{"id": each["id"], "score": 3, "responded_at": each["responded_at"]} for each in CASE["responses"]]
    facts = [{name: value for name, value in fact.items() if name != "note"} for fact in CASE["facts"]]
    bare = {name: value for name, value in CASE.items() if name != "person"} | {"responses": responses, "facts": facts}
    earshot.replies.append((200, bare))
    shown = run("cases", "show", CASE["id"]).stdout
    found = [words in shown for words in ("c-17", "Checkout", "Leipzig", "3 of 10")]
    assert found == [False, False, False, True]


@pytest.mark.parametrize(
    ("typed", "fact"),
    [
        (["contact"], {"kind": "contacted"}),
        (["contact", "--note", "rang"], {"kind": "contacted", "note": "rang"}),
        (["note", "rang"], {"kind": "note", "note": "rang"}),
        (["wait"], {"kind": "waiting"}),
        (["resume"], {"kind": "resumed"}),
        (["assign", "mia", "--note", "hers"], {"kind": "assigned", "owner": "mia", "note": "hers"}),
        (
            ["resolve", "--outcome", "explained", "--cause", "price"],
            {"kind": "resolved", "outcome": "explained", "root_cause": "price"},
        ),
        (
            ["unreachable", "--cause", "other", "--note", "rang"],
            {"kind": "unreachable", "root_cause": "other", "note": "rang"},
        ),
        (
            ["no-action", "--outcome", "test", "--cause", "other"],
            {"kind": "no_action", "outcome": "test", "root_cause": "other"},
        ),
        (["reopen"], {"kind": "reopened"}),
    ],
)
def test_a_fact_rests_on_the_case_as_it_is_now(
    earshot: FakeEarshot, run: Run, typed: list[str], fact: dict[str, str]
) -> None:
    earshot.replies += [(200, CASE), (201, SHOWN["note_case_fact"])]
    command, *more = typed
    shown = run("cases", command, CASE["id"], *more)
    assert "compensated" in shown.stdout
    method, path, _, body = earshot.calls[-1]
    assert (method, path) == ("POST", f"/v1/cases/{CASE['id']}/facts")
    assert body == fact | {"revision": CASE["revision"]}


def test_who_was_faster_is_shown(earshot: FakeEarshot, run: Run) -> None:
    current = SHOWN["note_case_fact"]
    earshot.replies += [(200, CASE), (409, {"title": "Conflict", "detail": "changed", "current": current})]
    failed = run("cases", "contact", CASE["id"])
    assert failed.exit_code == 1
    assert "Somebody was faster" in failed.stderr
    assert "resolved (compensated, delivery) by key:" in " ".join(failed.stderr.split())
    earshot.replies += [(200, CASE), (409, {"title": "Conflict", "detail": "it is closed: reopen it first"})]
    assert "reopen it first" in run("cases", "contact", CASE["id"]).stderr


def test_a_case_is_opened_by_hand_or_the_open_one_is_named(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((201, SHOWN["open_case"]))
    opened = run("cases", "open", "shop", "--person", "c-17", "--note", "He rang.", "--owner", "mia")
    assert "He rang twice." in " ".join(opened.stdout.split())
    body = {"survey": "shop", "person": "c-17", "note": "He rang.", "owner": "mia"}
    assert earshot.calls[-1][3] == body
    earshot.replies.append((409, {"title": "Conflict", "detail": "a case is open already", "current": CASE}))
    failed = run("cases", "open", "shop", "--account", "acme", "--priority", "high")
    assert f"earshot cases show {CASE['id']}" in " ".join(failed.stderr.split())
    earshot.replies.append((400, {"title": "Invalid", "detail": "person: there is no person of this id"}))
    assert "no person" in run("cases", "open", "shop", "--person", "bob").stderr


def unframed(panel: str) -> str:
    """Return the words of a panel in one line."""
    return " ".join(line.strip("│ \n") for line in panel.splitlines())


def test_measures_are_shown_in_words_with_their_control(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, SHOWN["read_case_measures"]))
    shown = unframed(run("cases", "measures", "shop", "--from", "2026-10-24", "--by", "owner").stdout)
    for words in (
        "3 cases opened, 1 closed.",
        "2 open now: 1 without an owner, 1 late, the oldest 2 days old.",
        "First contact: half after 47 hours, not yet in nine of ten; 1 to come.",
        "Outcomes: explained 1.",
        "After closing: 7 or more in 1; a next response in 1 of 1 case.",
        "Fewer than 10 next responses on one side: counts only.",
        "Who is contacted is not random",
        "nobody",
    ):
        assert words in shown
    assert earshot.calls[-1][1:3] == ("/v1/surveys/shop/case-measures", {"from": "2026-10-24", "by": "owner"})


def test_measures_as_json_are_the_reply(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, SHOWN["read_case_measures"]))
    assert json.loads(run("cases", "measures", "shop", "--json").stdout) == SHOWN["read_case_measures"]


def test_recovery_is_shown_as_shares_with_what_the_difference_is_worth(earshot: FakeEarshot, run: Run) -> None:
    example = SHOWN["read_case_measures"]
    bounds = {"level": 0.95, "low": 0.307, "high": 0.602}
    enough = {"cases": 60, "responded": 40, "coverage": 2 / 3, "recovered": 18, "share": 0.45, "interval": bounds}
    difference = {"points": 21.0, "low": 1.398, "high": 39.008, "significant": True}
    recovery = example["all"]["recovery"] | {"closed": enough, "control": enough, "difference": difference}
    for is_real, words in ((True, "more than chance"), (False, "not distinguishable from noise")):
        shown = recovery | {"difference": difference | {"significant": is_real}}
        earshot.replies.append((200, example | {"all": example["all"] | {"recovery": shown}}))
        panel = unframed(run("cases", "measures", "shop").stdout)
        assert "7 or more in 18, 45.0% (30.7% to 60.2%); a next response in 40 of 60 cases." in panel
        assert f"+21.0 points (+1.4 to +39.0), {words}." in panel


def test_a_period_without_cases_is_shown(earshot: FakeEarshot, run: Run) -> None:
    example = SHOWN["read_case_measures"]
    none: dict[str, Any] = {"opened": 0, "closed": 0, "open": 0, "oldest_open_hours": None}
    none |= {"outcomes": {}, "root_causes": {}}
    never = {name: example["all"][name] | {"cases": 0} for name in ("time_to_contact", "time_to_close")}
    earshot.replies.append((200, example | {"all": example["all"] | none | never, "groups": []}))
    shown = unframed(run("cases", "measures", "shop").stdout)
    for words in ("0 cases opened, 0 closed. None is open now.", "First contact: no cases.", "Closing: no cases."):
        assert words in shown
    assert "Outcomes" not in shown
