"""`earshot cases`: what it asks for, and what it shows."""

import json
from typing import Any

from earshot_cli.openapi.cases import OPERATIONS
from tests.unit.cli.conftest import Run
from tests.unit.cli.fake_earshot import FakeEarshot

SHOWN: dict[str, Any] = {each.name: next(iter(each.replies.values())).example for each in OPERATIONS}
CASE = SHOWN["read_case"]


def test_cases_are_listed_page_after_page(earshot: FakeEarshot, run: Run) -> None:
    (one,) = SHOWN["list_cases"]["cases"]
    earshot.replies += [(200, {"cases": [one], "cursor": "next"}), (200, SHOWN["list_cases"])]
    listed = run("cases", "list", "--survey", "shop", "--json")
    assert json.loads(listed.stdout) == {"cases": [one, one]}
    assert [query for _, _, query, _ in earshot.calls] == [{"survey": "shop"}, {"survey": "shop", "cursor": "next"}]


def test_a_list_shows_whose_each_case_is_and_says_if_it_is_cut(earshot: FakeEarshot, run: Run) -> None:
    (one,) = SHOWN["list_cases"]["cases"]
    earshot.replies.append((200, {"cases": [one, one | {"account": "acme"}, one], "cursor": None}))
    listed = run("cases", "list", "--limit", "2")
    assert "person" in listed.stdout
    assert "acme" in listed.stdout
    assert "first 2" in listed.stderr


def test_a_case_is_shown_with_its_responses(earshot: FakeEarshot, run: Run) -> None:
    earshot.replies.append((200, CASE))
    shown = run("cases", "show", CASE["id"])
    for words in ("c-17", "Checkout was slow.", "3 of 10"):
        assert words in shown.stdout
    assert earshot.calls[-1][1] == f"/v1/cases/{CASE['id']}"
    earshot.replies.append((200, CASE))
    assert json.loads(run("cases", "show", CASE["id"], "--json").stdout) == CASE


def test_a_case_is_shown_without_what_the_key_may_not_read(earshot: FakeEarshot, run: Run) -> None:
    responses = [{"id": each["id"], "score": 3, "responded_at": each["responded_at"]} for each in CASE["responses"]]
    bare = {name: value for name, value in CASE.items() if name != "person"} | {"responses": responses}
    earshot.replies.append((200, bare))
    shown = run("cases", "show", CASE["id"]).stdout
    assert ("c-17" in shown, "Checkout" in shown, "3 of 10" in shown) == (False, False, True)


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
