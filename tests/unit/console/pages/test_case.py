"""The page of a case: its responses, whose it is, its clocks in words, its history, and what may be done."""

import re
from dataclasses import replace

import pytest

from earshot.domain.access import Role
from tests.factories import make_member
from tests.unit.console.case_world import form_of, note, open_case
from tests.unit.console.world import Console, words_of


def test_it_shows_the_response_who_gave_it_and_what_is_due(console: Console) -> None:
    console.members.kept["kim"] = replace(make_member("kim"), name="Kim Lee")
    case = open_case(console, days_ago=3)
    text = words_of(console.page(f"/app/cases/{case.id}"))
    assert "Case: Ann" in text
    assert "Two crates were missing." in text
    assert "ann@example.com" in text
    assert "Owner Kim Lee" in text
    assert "First contact overdue by 2 days" in text


def test_its_history_is_in_words_the_latest_first(console: Console) -> None:
    case = open_case(console)
    note(console, case, "contacted", note="Rang them.")
    note(console, case, "resolved", outcome="compensated", root_cause="delivery")
    history = words_of(console.page(f"/app/cases/{case.id}").partition('id="history"')[2])
    places = [
        history.index(part) for part in ("Resolved · Compensated · Delivery", "First contact", "Opened by a response")
    ]
    assert places == sorted(places)
    assert "Rang them." in history
    assert "API key 0f1e2d3c4b5a" in history


@pytest.mark.parametrize(
    ("done", "offered"),
    [
        ([], {"contacted", "note", "assigned", "resolved", "unreachable", "no_action"}),
        (["contacted"], {"waiting", "note", "assigned", "resolved", "unreachable", "no_action"}),
        (["contacted", "waiting"], {"resumed", "note", "assigned", "resolved", "unreachable", "no_action"}),
        (["resolved"], {"reopened"}),
    ],
)
def test_it_offers_what_may_be_done_next_and_no_more(console: Console, done: list[str], offered: set[str]) -> None:
    case = open_case(console)
    for kind in done:
        closing = {"outcome": "explained", "root_cause": "price"} if kind == "resolved" else {}
        note(console, case, kind, **closing)
    html = console.page(f"/app/cases/{case.id}")
    assert set(re.findall(r'name="kind" value="(\w+)"', html)) == offered
    assert all(form_of(html, kind)["revision"] == str(len(done) + 1) for kind in offered)


def test_who_may_only_read_gets_no_form_and_reads_why(console: Console) -> None:
    case = open_case(console)
    html = console.page(f"/app/cases/{case.id}", console.visitor(Role.EXECUTIVE))
    assert 'name="kind"' not in html
    assert "no names and no words" in html
    assert "not change them" in html


def test_a_case_that_is_not_there_is_not_found(console: Console) -> None:
    assert console.reply("/app/cases/3b0c1a52-0000-5000-8000-000000000000").status == 404


def test_an_anonymous_case_names_nobody(console: Console) -> None:
    case = open_case(console, None)
    assert "Case: An anonymous response" in words_of(console.page(f"/app/cases/{case.id}"))


def test_it_says_when_they_responded_again(console: Console) -> None:
    case = open_case(console, days_ago=3)
    console.cases.kept[case.id] = replace(case, responded_again_at=case.opened_at + 1, responded_again_score=9)
    assert "Responded again with 9" in words_of(console.page(f"/app/cases/{case.id}"))
