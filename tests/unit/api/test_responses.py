"""Responses as they come in: what is taken, and how each fault is named."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.api.responses import Arrival, read_batch, read_response, read_response_id
from earshot.domain import ids
from earshot.domain.errors import InvalidError, NotFoundError
from earshot.domain.response import first_response
from earshot.domain.statement import StatementKind
from tests.factories import NOON, uuid7

NEW = ids.mint(NOON, b"new")
PUBLIC = Arrival("demo", NOON, False, "request", lambda _: NEW)
KEYED = Arrival("demo", NOON, True, "request", lambda _: NEW)


def faults(body: dict[str, Any], arrival: Arrival = PUBLIC) -> dict[str, str]:
    with pytest.raises(InvalidError) as refused:
        read_response(body, arrival)
    return {fault.field: fault.reason for fault in refused.value.faults}


def test_a_score_is_enough() -> None:
    submission, sent, *_ = read_response({"score": 9}, PUBLIC)
    assert (sent, submission.statement.score, submission.statement.kind) == (NEW, 9, StatementKind.FINAL)


def test_the_id_comes_back_as_it_was_sent() -> None:
    submission, sent, *_ = read_response({"score": 9, "id": uuid7().upper()}, PUBLIC)
    assert (sent, submission.id) == (uuid7().upper(), uuid7())


@pytest.mark.parametrize("score", ["9", 9.5, 11.0, -1.0, True, False, 11, -1, None, [], {}, float("inf"), 10**400])
def test_only_whole_numbers_from_0_to_10_are_scores(score: Any) -> None:
    assert "is not a whole number from 0 to 10" in faults({"score": score})["score"]


@pytest.mark.parametrize("score", [0.0, 9.0, 10.0, -0.0])
def test_a_number_is_the_same_with_a_zero_behind_the_point(score: float) -> None:
    read = read_response({"score": score}, PUBLIC)[0].statement.score
    assert (read, type(read)) == (score, int)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"responded_at": None},
        {"responded_at": "2015-08-02"},
        {"responded_at": "1970-01-01"},
        {"responded_at": "2015-08-02 10:00:00"},
        {"responded_at": "2025-10-26T02:30"},
        {"responded_at": "2026-03-29T02:30:00.123456"},
        {"responded_at": "2015-08-02T10:00:00Z"},
        {"responded_at": "2015-08-02T10:00:00.999+05:45"},
        {"responded_at": "1970-01-01T00:00:00+14:00"},
        {"responded_at": "2026-11-21T12:04:59Z"},
        {"responded_at": "2026-11-21T23:00:00"},
    ],
)
def test_an_id_that_is_made_here_is_the_one_that_is_recorded(expected: Mapping[str, Any], zone: str) -> None:
    """Old, local, with an offset, of a clock that is ahead: the id holds the time at which the response is kept."""
    arrival = replace(KEYED, new_id=lambda time: ids.mint(time, b"seed"), timezone=zone)
    one = read_response({"score": 9, **expected}, arrival)
    for submission, sent, *_ in (one, *read_batch({"responses": [{"score": 9, **expected}]}, arrival)):
        kept = first_response(submission, ZoneInfo(zone))
        assert (kept.id, kept.sent_id, ids.milliseconds(sent)) == (sent, None, kept.responded_at)


@pytest.mark.parametrize("person", ["a/b", "..", "a\tb", "ä" * 129])
def test_a_response_id_must_be_one_by_which_it_can_be_erased(person: str) -> None:
    assert list(faults({"score": 9, "person": person}, KEYED)) == ["person"]


@pytest.mark.parametrize(("given", "kept"), [(0, 0.0), (6.54321, 6.543), (86_400, 86_400.0), (None, None)])
def test_a_response_may_hold_how_long_the_question_was_shown(given: Any, kept: float | None) -> None:
    assert read_response({"score": 9, "seconds": given}, PUBLIC)[0].statement.seconds == kept


@pytest.mark.parametrize("seconds", [-1, 86_401, True, "5", float("nan"), float("inf"), 10**400, []])
def test_a_time_that_there_is_not_is_refused(seconds: Any) -> None:
    assert faults({"score": 9, "seconds": seconds}) == {"seconds": "it is not a number from 0 to 86400"}


@pytest.mark.parametrize("nobody", [None, ""])
def test_an_empty_person_is_nobody(nobody: Any) -> None:
    assert read_response({"score": 9, "person": nobody}, KEYED)[0].statement.person is None


def test_every_fault_is_named_at_once() -> None:
    found = faults({"id": "x", "comment": "c" * 10_001, "properties": {"a": "v" * 257}, "mood": 1, "person": "ann"})
    assert found == {
        "id": "it is neither a UUID nor a name of 1 to 200 characters",
        "score": "this field is required",
        "comment": "it has 10001 characters; at most 10000 are allowed",
        "properties": "'a': it has 257 characters; at most 256 are allowed",
        "mood": "there is no such field",
        "person": "this field needs an API key",
    }


@pytest.mark.parametrize(
    "properties",
    [
        {str(n): "v" for n in range(21)},
        {"n" * 65: "v"},
        {"": "v"},
        {"a": []},
        {"a": {"b": "c"}},
        [],
        "x",
        {"a": "\ud800"},
    ],
)
def test_properties_have_their_limits(properties: Any) -> None:
    assert list(faults({"score": 1, "properties": properties})) == ["properties"]


def test_numbers_and_booleans_become_text_and_empty_values_nothing() -> None:
    fields = {"a": 1, "b": 1.5, "c": True, "d": False, "e": "", "f": None, "g": "x"}
    submission, *_ = read_response({"score": 1, "properties": fields}, PUBLIC)
    assert submission.statement.properties == {"a": "1", "b": "1.5", "c": "true", "d": "false", "g": "x"}


@pytest.mark.parametrize("field", ["comment", "channel"])
@pytest.mark.parametrize("broken", ["\ud800", "\ufffe", "\uffff"])
def test_what_is_no_character_is_refused(field: str, broken: str) -> None:
    assert "an invalid character" in faults({"score": 1, field: f"a{broken}"})[field]


def test_the_ids_that_only_earshot_makes_are_not_for_the_public() -> None:
    assert "version 8" in faults({"score": 1, "id": NEW})["id"]
    assert read_response({"score": 1, "id": NEW}, KEYED)[1] == NEW


def test_a_key_may_set_person_time_and_whether_to_emit_events() -> None:
    body = {"score": 1, "person": "ann", "responded_at": "2015-08-02", "announce": False}
    submission, *_ = read_response(body, KEYED)
    assert (submission.statement.person, submission.responded_at) == ("ann", "2015-08-02")
    assert submission.statement.emit_events is False


@pytest.mark.parametrize(
    ("time", "reason"),
    [
        ("yesterday", "neither"),
        ("2015-02-30", "neither"),
        (5, "string"),
        ("1969-12-31", "1970"),
        ("2027-01-01", "future"),
        ("9999-01-01", "future"),
        ("2026-11-21T12:06:00Z", "future"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(time: Any, reason: str) -> None:
    assert reason in faults({"score": 1, "responded_at": time}, KEYED)["responded_at"]


@pytest.mark.parametrize("time", ["2026-11-21T12:04:00Z", "2026-11-22", "2026-11-22T01:00"])
def test_today_somewhere_on_earth_is_not_the_future(time: str) -> None:
    assert read_response({"score": 1, "responded_at": time}, KEYED)[0].responded_at == time


def test_a_batch_is_quiet_by_default() -> None:
    rows = read_batch({"responses": [{"score": 1}, {"score": 2, "id": uuid7()}]}, KEYED)
    assert [row.submission.statement.emit_events for row in rows] == [False, False]
    assert [row.sent for row in rows] == [NEW, uuid7()]
    (row,) = read_batch({"responses": [{"score": 1}], "announce": True}, KEYED)
    assert row.submission.statement.emit_events


def test_the_faults_of_a_batch_name_their_rows() -> None:
    with pytest.raises(InvalidError) as refused:
        read_batch({"responses": [{"score": 1}, {"score": 11}, 7, {"score": 1, "announce": True}]}, KEYED)
    assert [fault.field for fault in refused.value.faults] == [
        "responses[1].score",
        "responses[2]",
        "responses[3].announce",
    ]


@pytest.mark.parametrize("rows", [[], [{"score": 1}] * 501, {}, None])
def test_a_batch_has_1_to_500_responses(rows: Any) -> None:
    with pytest.raises(InvalidError):
        read_batch({"responses": rows}, KEYED)


def test_a_path_without_a_uuid_leads_nowhere() -> None:
    assert read_response_id(uuid7().upper()) == uuid7()
    with pytest.raises(NotFoundError):
        read_response_id("nope")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    ["id", "score", "comment", "properties", "channel", "final", "person", "responded_at", "announce"]
)


@given(st.dictionaries(fields | st.text(max_size=5), json_values, max_size=8), st.booleans())
def test_whatever_json_comes_it_is_taken_or_refused(body: dict[str, Any], keyed: bool) -> None:
    try:
        submission, *_ = read_response(body, KEYED if keyed else PUBLIC)
    except InvalidError:
        return
    assert submission.statement.score in range(11)


def test_a_batch_that_updates_names_its_import() -> None:
    rows = {"responses": [{"score": 1}], "update": True}
    (row,) = read_batch(rows | {"import": "reviews"}, KEYED)
    assert (row.submission.import_id, row.submission.updates) == ("reviews", True)
    with pytest.raises(InvalidError) as refused:
        read_batch(rows, KEYED)
    assert [fault.field for fault in refused.value.faults] == ["update"]
