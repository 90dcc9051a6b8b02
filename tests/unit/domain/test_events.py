"""Which events a write emits, and under which id."""

from dataclasses import replace

from earshot.domain.anonymization import anonymized
from earshot.domain.events import Event, response_events
from earshot.domain.merge import merge
from earshot.domain.response import Response
from earshot.domain.statement import Statement, StatementKind
from tests.factories import NOON, make_response, make_statement, revised

TIME = "2026-11-21T12:00:00.000Z"


def types(old: Response | None, new: Response) -> list[str]:
    return [event.detail_type for event in response_events(old, new, TIME)]


def event(old: Response | None, new: Response) -> Event:
    return response_events(old, new, TIME)[0]


def test_a_promoter_is_recorded() -> None:
    assert types(None, make_response(9)) == ["ResponseRecorded"]


def test_a_detractor_is_identified_once() -> None:
    response = make_response(3)
    assert types(None, response) == ["ResponseRecorded", "DetractorIdentified"]
    assert types(response, revised(response, score=2)) == ["ResponseRevised"]


def test_a_new_detractor_is_identified_at_once() -> None:
    response = make_response(9)
    assert types(response, revised(response, score=6)) == ["ResponseRevised", "DetractorIdentified"]


def test_history_is_quiet_until_someone_corrects_it() -> None:
    quiet = make_response(3, emit_events=False)
    assert types(None, quiet) == []
    corrected = merge(quiet, make_statement(2, kind=StatementKind.CHANGED_WITH_KEY))
    assert types(quiet, corrected) == ["ResponseRevised", "DetractorIdentified"]


def test_a_backfill_emits_nothing() -> None:
    response = make_response(3)
    backfilled = replace(response, series=("a=b",), revision=2)
    assert types(response, backfilled) == []


def test_an_erasure_is_published_without_content_and_a_bare_tombstone_not_at_all() -> None:
    response = make_response(3, comment="secret")
    erased = merge(response, Statement(StatementKind.ERASED, NOON + 1))
    assert types(response, erased) == ["ResponseErased"]
    data = event(response, erased).detail["data"]
    assert "score" not in data
    assert data["previous_series"] == ["all"]
    assert types(None, make_response(None, kind=StatementKind.ERASED)) == []


def test_an_exclusion_and_its_end_are_published_and_what_happens_in_between_is_not() -> None:
    response = make_response(3, series=("plan=pro",))
    out = revised(response, kind=StatementKind.CHANGED_WITH_KEY, excluded=True, exclusion_reason="Ann is one of us")
    assert types(response, out) == ["ResponseExcluded"]
    data = event(response, out).detail["data"]
    assert (data["state"], data["previous_series"], "score" in data) == ("excluded", ["all", "plan=pro"], False)
    assert "Ann" not in event(response, out).to_json()
    moved = revised(out, score=9)
    assert types(out, moved) == []
    back = revised(moved, excluded=False, exclusion_reason=None)
    assert types(moved, back) == ["ResponseIncluded"]
    assert "previous" not in event(moved, back).detail["data"]
    assert types(out, revised(out, excluded=False)) == ["ResponseIncluded", "DetractorIdentified"]
    gone = merge(out, Statement(StatementKind.ERASED, NOON + 9))
    assert types(out, gone) == ["ResponseErased"]
    assert event(out, gone).detail["data"]["previous_series"] == ["all", "plan=pro"]
    assert types(out, merge(out, anonymized(out, NOON + 9, subtract=False))) == []


def test_a_withdrawn_response_is_erased_for_others_and_recorded_again_when_it_returns() -> None:
    response = make_response(9)
    withdrawn = revised(response, kind=StatementKind.CHANGED_BY_RESPONDENT, score=None)
    assert types(response, withdrawn) == ["ResponseErased"]
    assert event(response, withdrawn).detail["data"]["state"] == "erased"
    assert types(withdrawn, revised(withdrawn, score=8)) == ["ResponseRecorded"]


def test_ids_are_made_of_what_happened_so_that_repeats_can_be_dropped() -> None:
    response = make_response(3)
    recorded, identified = response_events(None, response, TIME)
    again = response_events(None, response, "2027-01-01T00:00:00.000Z")
    assert [recorded.id, identified.id] == [event.id for event in again]
    assert recorded.id != identified.id
    assert event(response, revised(response, score=9)).id not in {recorded.id, identified.id}


def test_nothing_personal_leaves() -> None:
    response = make_response(3, comment="call me", person="ann@example.com", properties={"plan": "pro"})
    for published in response_events(None, response, TIME):
        assert "call me" not in published.to_json()
        assert "ann@example.com" not in published.to_json()
        assert published.detail["data"]["properties"] == {"plan": "pro"}
