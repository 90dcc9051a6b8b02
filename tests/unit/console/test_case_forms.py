"""Forms of cases: carried out once, shown again as typed where that cannot be done, and never for another's page."""

import pytest

from earshot.domain.access import Access
from earshot.domain.cases import CaseState
from earshot.domain.errors import OutsideAccessError
from tests.factories import make_member
from tests.unit.console.case_world import form_of, note, open_case, send
from tests.unit.console.world import Console, words_of

CLOSING = {"kind": "resolved", "outcome": "explained", "root_cause": "delivery", "note": "Rang them."}


def test_a_form_changes_the_case_and_leads_back_to_it(console: Console) -> None:
    case = open_case(console)
    reply = send(console, case, form_of(console.page(f"/app/cases/{case.id}"), "contacted"))
    assert (reply.status, reply.headers["location"]) == (303, f"/app/cases/{case.id}")
    assert console.cases.kept[case.id].state is CaseState.CONTACTED
    assert console.cases.kept_facts[case.id][-1].actor == "member:kim"


@pytest.mark.parametrize(
    ("back", "leads_to"),
    [
        ("/app/cases?owner=kim&overdue=true", "/app/cases?owner=kim&overdue=true"),
        ("//evil.example/app/cases", None),
        ("https://evil.example", None),
        ("/app/cases?x=\r\nset-cookie: a=b", None),
        ("/app/cases/../sign-out", None),
    ],
)
def test_it_leads_back_to_a_list_of_cases_and_nowhere_else(console: Console, back: str, leads_to: str | None) -> None:
    case = open_case(console)
    reply = send(console, case, {"kind": "contacted", "revision": "1", "back": back})
    assert reply.headers["location"] == (leads_to or f"/app/cases/{case.id}")


def test_what_is_missing_stands_next_to_its_field_and_what_was_typed_stays(console: Console) -> None:
    case = open_case(console)
    reply = send(console, case, {"kind": "resolved", "revision": "1", "note": "We sent <b>two</b>."})
    html = reply.body.decode()
    assert reply.status == 422
    assert "say what came of it" in html
    assert 'aria-invalid="true" aria-describedby="fault-resolved-outcome"' in html
    assert "We sent &lt;b&gt;two&lt;/b&gt;." in html
    assert console.cases.kept[case.id].state is CaseState.OPEN


def test_who_was_slower_sees_the_case_as_it_is_and_what_they_typed(console: Console) -> None:
    case = open_case(console)
    stale = CLOSING | {"revision": "1"}
    note(console, case, "contacted")
    reply = send(console, case, stale)
    html = reply.body.decode()
    assert reply.status == 409
    assert "Somebody else was faster" in html
    assert "Rang them." in html
    assert form_of(html, "resolved")["revision"] == "2"
    assert "Contacted" in words_of(html)
    again = send(console, case, CLOSING | form_of(html, "resolved"))
    assert again.status == 303
    assert console.cases.kept[case.id].state is CaseState.RESOLVED


def test_what_the_state_does_not_allow_is_refused_with_the_reason(console: Console) -> None:
    case = open_case(console)
    note(console, case, "contacted")
    reply = send(console, case, {"kind": "contacted", "revision": "2"})
    assert reply.status == 409
    assert "the first contact was made before" in reply.body.decode()


def test_it_is_given_to_a_member_who_is_there(console: Console) -> None:
    console.members.kept["lee"] = make_member("lee")
    case = open_case(console)
    assert (
        send(console, case, {"kind": "assigned", "revision": "1", "owner": "nobody-known", "note": "Away."}).status
        == 422
    )
    assert send(console, case, {"kind": "assigned", "revision": "1", "owner": "lee", "note": "Away."}).status == 303
    assert console.cases.kept[case.id].owner == "lee"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"kind": "opened", "revision": "1"},
        {"kind": "contacted"},
        {"kind": "contacted", "revision": "1e3"},
        {"kind": "contacted", "revision": "1", "more": "x"},
        {"kind": "note", "revision": "1", "note": "x" * 1_001},
    ],
)
def test_a_form_that_no_page_sends_changes_nothing(console: Console, fields: dict[str, str]) -> None:
    case = open_case(console)
    assert send(console, case, fields).status == 422
    assert console.cases.kept[case.id] == case


def test_a_case_outside_of_the_access_is_not_changed(console: Console) -> None:
    case = open_case(console, survey="other")
    visitor = console.visitor(access=Access(surveys=("demo",)))
    with pytest.raises(OutsideAccessError):
        send(console, case, {"kind": "contacted", "revision": "1"}, visitor)
    assert console.cases.kept[case.id] == case
