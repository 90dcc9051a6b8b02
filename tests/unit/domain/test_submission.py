"""Where a submission belongs: its id, its instant, its day."""

from zoneinfo import ZoneInfo

import pytest

from earshot.domain import ids
from earshot.domain.iso_time import day_of, instant
from earshot.domain.response import first_response
from earshot.domain.statement import StatementKind
from tests.factories import DAY, NOON, make_submission, uuid7

UTC = ZoneInfo("UTC")


def test_a_response_was_given_when_its_id_was_made() -> None:
    made = NOON - 3_600_000
    response = first_response(make_submission(id=uuid7(made)), UTC)
    assert (response.id, response.responded_at, response.sent_id) == (uuid7(made), made, None)


def test_a_clock_a_little_ahead_is_set_to_the_receipt() -> None:
    response = first_response(make_submission(id=uuid7(NOON + 60_000)), UTC)
    assert (response.responded_at, response.sent_id) == (NOON, None)


@pytest.mark.parametrize(
    "wrong", [uuid7(NOON - 8 * DAY), uuid7(NOON + 6 * 60_000), "1b4e28ba-2fa1-41d2-883f-0016d3cca427"]
)
def test_a_wrong_clock_is_no_reason_to_refuse(wrong: str) -> None:
    response = first_response(make_submission(id=wrong), UTC)
    assert response.sent_id == wrong
    assert response.id != wrong
    assert ids.is_server_made(response.id)
    assert response.responded_at == ids.milliseconds(response.id) == NOON


def test_a_day_without_a_time_is_a_day_of_the_zone() -> None:
    zone = ZoneInfo("Pacific/Auckland")
    response = first_response(make_submission(responded_at="2015-08-02"), zone)
    assert response.day == "2015-08-02"
    assert ids.milliseconds(response.id) == response.responded_at == instant("2015-08-02", zone)


@pytest.mark.parametrize("day", ["2024-09-08", "2024-03-31", "2024-10-27", "2011-12-31"])
@pytest.mark.parametrize("zone", ["America/Santiago", "Europe/Berlin", "Pacific/Apia", "Asia/Beirut"])
def test_every_day_begins_on_itself_wherever_the_clocks_change(day: str, zone: str) -> None:
    assert day_of(instant(day, ZoneInfo(zone)), ZoneInfo(zone)) == day


def test_an_import_keeps_the_id_that_was_made_of_its_row() -> None:
    row_id = ids.mint(instant("2015-08-02", UTC), b"row")
    response = first_response(make_submission(id=row_id, responded_at="2015-08-02"), UTC)
    assert (response.id, response.sent_id) == (row_id, None)


def test_nobody_responds_in_the_future() -> None:
    response = first_response(make_submission(responded_at="2026-11-22T12:00:00"), UTC)
    assert response.responded_at == NOON


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01", 0),
        ("2015-08-02T10:00:00Z", 1438509600000),
        ("2015-08-02T12:00:00+02:00", 1438509600000),
        ("2015-08-02 10:00", 1438509600000),
    ],
)
def test_times_are_read_as_iso_8601(text: str, milliseconds: int) -> None:
    assert instant(text, UTC) == milliseconds


@pytest.mark.parametrize("text", ["yesterday", "2015-02-30", "2015-13-01", "", "1969-12-31"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        instant(text, UTC)


def test_folding_keeps_the_greater_statement_and_the_earlier_receipt() -> None:
    early = make_submission(3, kind=StatementKind.PARTIAL, received_at=NOON)
    late = make_submission(9, received_at=NOON + 5)
    folded = late.fold(early)
    assert (folded.statement.score, folded.first_received) == (9, NOON)
    assert folded == early.fold(late)


def test_an_id_that_disagrees_with_the_time_it_claims_gets_another() -> None:
    made_now = ids.mint(NOON, b"door")
    response = first_response(make_submission(id=made_now, responded_at="2015-08-02"), UTC)
    assert (response.sent_id, ids.milliseconds(response.id)) == (made_now, instant("2015-08-02", UTC))
