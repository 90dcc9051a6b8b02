"""Calls from outside as they are sent: each field in its one spelling, every fault by its name."""

from typing import Any

import pytest

from earshot.api.inbound import LONGEST_NOTE, check_json, read_call
from earshot.domain.cases import CaseOutcome, CaseState, RootCause
from earshot.domain.errors import InvalidError, UnsupportedMediaError
from earshot.domain.inbound_calls import InboundCall, SignedCall
from earshot.services.cases.apply_inbound import OUTCOMES
from tests.factories import NOON

CASE = "6f1f5b54-3a2d-5f0e-9d0c-0a6e1a5f7c11"
SIGNED = SignedCall("msg_1", "1795262400", ("v1,a",))


def read(**body: Any) -> InboundCall:
    return read_call({"case": CASE, "state": "resolved"} | body, "to-1", SIGNED, NOON, "r-1")


def test_a_call_has_what_it_says_and_who_made_it() -> None:
    call = read(outcome="explained", root_cause="price", note="Rang.")
    assert call == InboundCall("to-1", "msg_1", NOON, CASE, "resolved", "explained", "price", "Rang.", "r-1")


@pytest.mark.parametrize("spelled", [CASE.upper(), CASE.replace("-", ""), f"urn:uuid:{CASE}", f"{{{CASE}}}"])
def test_a_case_is_known_in_every_spelling_of_its_id(spelled: str) -> None:
    assert read(case=spelled).case == CASE


@pytest.mark.parametrize("wrong", [None, 7, "", "case-1", CASE[:-1], f"{CASE}0", [CASE]])
def test_what_is_no_id_of_a_case_is_refused(wrong: Any) -> None:
    with pytest.raises(InvalidError, match="case: it is not the id of a case"):
        read(case=wrong)


def test_each_word_that_a_case_knows_may_be_sent() -> None:
    for state in CaseState:
        assert read(state=state.value).state == state.value
    assert [read(outcome=outcome.value).outcome for outcome in CaseOutcome] == [each.value for each in CaseOutcome]
    assert [read(root_cause=cause.value).root_cause for cause in RootCause] == [each.value for each in RootCause]
    assert set(OUTCOMES) == {state for state in CaseState if state.is_closed}


def test_a_note_has_so_many_characters_at_most() -> None:
    assert read(note="😀" * LONGEST_NOTE).note == "😀" * LONGEST_NOTE
    with pytest.raises(InvalidError, match="note: it has 801 characters; at most 800 are allowed"):
        read(note="x" * (LONGEST_NOTE + 1))


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(InvalidError) as refused:
        read_call({"state": "closed", "root_cause": "x", "owner": "ann"}, "to-1", SIGNED, NOON, "")
    assert sorted(fault.field for fault in refused.value.faults) == ["case", "owner", "root_cause", "state"]


@pytest.mark.parametrize("media", ["application/json", "application/json; charset=utf-8", " Application/JSON ;a=b"])
def test_json_is_taken_however_it_is_declared(media: str) -> None:
    check_json({"content-type": media})


@pytest.mark.parametrize("headers", [{}, {"content-type": "text/json"}, {"content-type": "application/jsonp"}])
def test_nothing_else_is(headers: dict[str, str]) -> None:
    with pytest.raises(UnsupportedMediaError, match="content-type: application/json"):
        check_json(headers)
