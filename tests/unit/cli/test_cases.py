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
