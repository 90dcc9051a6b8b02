"""Cases as they are asked for, changed and shown: person and words only to who may read them."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.api.cases import case_view, listed_cases_view, read_case_draft, read_cases, read_fact
from earshot.api.cursors import write_cursor
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import MOST_NOTE, CaseChange, FactKind, changed, opened_fact
from earshot.domain.case_settings import Priority
from earshot.domain.cases import CaseFigures, CaseOutcome, CaseState, RootCause, SubjectKind
from earshot.domain.errors import InvalidError
from earshot.domain.opened_cases import Opening, opened_by
from earshot.services.cases.open_by_hand import CaseDraft
from earshot.services.cases.read_cases import CaseQuery, WholeCase
from tests.factories import NOON, make_response

HOUR = 3_600_000
RESPONSE = make_response(2, comment="It is me, Ann", person="ann")
OPENED = opened_by(Alert("demo", "own", RESPONSE.id, NOON), SubjectKind.PERSON, "ann", Opening(2, Priority.HIGH))
CASE, CONTACTED = changed(
    OPENED, CaseChange(FactKind.CONTACTED, "rang Ann", extra={"clock": "contact"}), NOON + HOUR, "key:k"
)
WHOLE = WholeCase(replace(CASE, responses=3), [RESPONSE], [opened_fact(OPENED), CONTACTED])


@pytest.mark.parametrize("with_person", [True, False])
@pytest.mark.parametrize("with_words", [True, False])
def test_person_and_words_are_there_for_who_may_read_them(with_person: bool, with_words: bool) -> None:
    view = case_view(WHOLE, NOON, with_person=with_person, with_words=with_words)
    (shown,) = view["responses"]
    assert ("person" in view, "comment" in shown) == (with_person, with_words)
    assert ("'ann'" in repr(view), "It is me" in repr(view), "rang Ann" in repr(view)) == (
        with_person,
        with_words,
        with_words,
    )
    assert (view["response_count"], shown["id"], shown["score"]) == (3, RESPONSE.id, 2)
    assert (view["subject"], view["state"], view["opened_at"]) == ("person", "contacted", "2026-11-21T12:00:00.000Z")


def test_a_case_says_by_when_it_is_due_and_what_happened_to_it() -> None:
    view = case_view(WHOLE, NOON, with_person=True, with_words=True)
    assert view["contact_due_at"] == "2026-11-22T12:00:00.000Z"
    assert view["close_due_at"] == "2026-11-26T12:00:00.000Z"
    assert (view["contacted_at"], view["closed_at"], view["breached"]) == ("2026-11-21T13:00:00.000Z", None, False)
    assert (view["priority"], view["score"], view["revision"], view["round"]) == ("high", 2, 2, 1)
    opened, contacted = view["facts"]
    assert (opened["kind"], opened["by"], opened["response"], opened["revision"]) == (
        "opened",
        "rule:own",
        RESPONSE.id,
        None,
    )
    assert contacted == {
        "revision": 2,
        "kind": "contacted",
        "at": "2026-11-21T13:00:00.000Z",
        "by": "key:k",
        "from_state": "open",
        "to_state": "contacted",
        "note": "rang Ann",
        "owner": None,
        "outcome": None,
        "root_cause": None,
        "response": None,
        "details": {"clock": "contact"},
    }


def test_a_case_is_breached_from_the_moment_at_which_a_clock_runs_out() -> None:
    shown = [
        case_view(WHOLE, at, with_person=False, with_words=False)["breached"]
        for at in (CASE.close_due_at, CASE.close_due_at + 1)
    ]
    assert shown == [False, True]


def test_a_list_has_neither_person_nor_responses_and_goes_on_by_a_cursor() -> None:
    place = f"-#{NOON:014d}#{CASE.id}"
    row = CaseFigures(CASE.id, "demo", SubjectKind.ACCOUNT, NOON, NOON, NOON, "own", "acme", is_waiting=True)
    page = listed_cases_view([row], place, NOON)
    times = dict.fromkeys(("opened_at", "contact_due_at", "close_due_at"), "2026-11-21T12:00:00.000Z")
    assert page["cases"] == [
        {
            "id": CASE.id,
            "survey": "demo",
            "subject": "account",
            "account": "acme",
            "rule": "own",
            "state": "open",
            "waiting": True,
            "owner": None,
            "priority": "normal",
            "score": None,
            **times,
            "contacted_at": None,
            "closed_at": None,
            "breached": False,
            "outcome": None,
            "root_cause": None,
            "round": 1,
        }
    ]
    query = read_cases({"cursor": page["cursor"] or "", "survey": "demo"})
    assert query == CaseQuery(survey="demo", after=place)
    assert listed_cases_view([], None, NOON) == {"cases": [], "cursor": None}


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ({}, CaseQuery()),
        ({"state": "contacted", "owner": "-"}, CaseQuery(state=CaseState.CONTACTED, owner="-")),
        ({"owner": "mia", "overdue": "true"}, CaseQuery(owner="mia", is_overdue=True)),
        ({"state": "resolved", "survey": "demo"}, CaseQuery(survey="demo", state=CaseState.RESOLVED)),
        ({"state": "resolved", "person": "ann"}, CaseQuery(state=CaseState.RESOLVED, person="ann")),
        ({"account": "  Acme & Söhne "}, CaseQuery(account="Acme & Söhne")),
        (
            {"owner": "mia", "cursor": write_cursor(f"mia#{NOON:014d}#c")},
            CaseQuery(owner="mia", after=f"mia#{NOON:014d}#c"),
        ),
        (
            {"state": "no_action", "survey": "demo", "cursor": write_cursor("2026-10#")},
            CaseQuery(survey="demo", state=CaseState.NO_ACTION, after="2026-10#"),
        ),
    ],
)
def test_cases_are_asked_for_by_filters(query: dict[str, str], asked: CaseQuery) -> None:
    assert read_cases(query) == asked


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "closed"}, "state"),
        ({"survey": "No Survey"}, "survey"),
        ({"owner": "Mia Muster"}, "owner"),
        ({"overdue": "yes"}, "overdue"),
        ({"person": "ann@example.com"}, "person"),
        ({"person": "ann", "account": "acme"}, "account"),
        ({"state": "resolved"}, "survey"),
        ({"state": "resolved", "survey": "demo", "overdue": "true"}, "overdue"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": write_cursor("-#1#x")}, "cursor"),
        ({"cursor": write_cursor("")}, "cursor"),
        ({"cursor": write_cursor("2026-10#")}, "cursor"),
        ({"owner": "mia", "cursor": write_cursor(f"bo#{NOON:014d}#c")}, "cursor"),
        ({"state": "resolved", "survey": "demo", "cursor": write_cursor(f"-#{NOON:014d}#c")}, "cursor"),
        ({"person": "ann", "cursor": write_cursor(f"-#{NOON:014d}#c")}, "cursor"),
        ({"order": "newest"}, "order"),
    ],
)
def test_what_no_list_has_is_refused_by_its_field(query: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidError) as found:
        read_cases(query)
    assert [fault.field for fault in found.value.faults] == [field]


def test_a_case_by_hand_is_of_a_person_or_of_an_account() -> None:
    assert read_case_draft({"survey": "demo", "person": "ann"}) == CaseDraft("demo", person="ann")
    given = {"survey": "demo", "account": "acme", "owner": "mia", "priority": "high", "note": "they rang"}
    drafted = CaseDraft("demo", account="acme", note="they rang", owner="mia", priority=Priority.HIGH)
    assert read_case_draft(given) == drafted


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"survey": "demo"}, "person"),
        ({"survey": "demo", "person": "ann", "account": "acme"}, "person"),
        ({"person": "ann"}, "survey"),
        ({"survey": "demo", "person": "ann", "priority": "urgent"}, "priority"),
        ({"survey": "demo", "person": "ann", "note": "x" * (MOST_NOTE + 1)}, "note"),
        ({"survey": "demo", "person": "ann", "state": "open"}, "state"),
    ],
)
def test_a_case_by_hand_that_nobody_can_open_names_the_field(body: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as found:
        read_case_draft(body)
    assert [fault.field for fault in found.value.faults] == [field]


def test_a_fact_is_read_with_the_revision_that_it_rests_on() -> None:
    body = {"revision": 3, "kind": "resolved", "outcome": "explained", "root_cause": "price", "note": "ß" * MOST_NOTE}
    assert read_fact(body) == (
        3,
        CaseChange(FactKind.RESOLVED, "ß" * MOST_NOTE, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE),
    )
    assert read_fact({"revision": 1, "kind": "assigned", "owner": "mia"}) == (
        1,
        CaseChange(FactKind.ASSIGNED, owner="mia"),
    )


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"kind": "note", "note": "x"}, "revision", "required"),
        ({"revision": 0, "kind": "note"}, "revision", "1"),
        ({"revision": 1, "kind": "opened"}, "kind", "contacted"),
        ({"revision": 1, "kind": "resolved", "root_cause": "weather"}, "root_cause", "communication"),
        ({"revision": 1, "kind": "resolved", "outcome": "fine"}, "outcome", "explained"),
        ({"revision": 1, "kind": "note", "note": "x" * (MOST_NOTE + 1)}, "note", "1000"),
        ({"revision": 1, "kind": "assigned", "owner": "Mia Muster"}, "owner", "a-z"),
        ({"revision": 1, "kind": "note", "text": "x"}, "text", "no such field"),
    ],
)
def test_a_fact_that_nobody_knows_is_refused_in_words(body: dict[str, Any], field: str, words: str) -> None:
    with pytest.raises(InvalidError) as found:
        read_fact(body)
    (fault,) = found.value.faults
    assert (fault.field, words in fault.reason) == (field, True)
