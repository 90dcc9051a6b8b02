"""A status says whether something was written, may have been, or never will be."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.delivery_outcome import (
    LONGEST_PAUSE,
    USUAL_PAUSE,
    Ambiguous,
    Delivered,
    DestinationBroken,
    Down,
    Outcome,
    Rejected,
    Throttled,
    outcome_of_status,
    retry_at,
)
from earshot.domain.iso_time import moment_of
from tests.factories import NOON


def outcome(status: int, **headers: str) -> Outcome:
    return outcome_of_status(status, {name.replace("_", "-"): value for name, value in headers.items()}, NOON)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 207, 299])
def test_a_success_is_delivered_and_names_no_id_of_its_own(status: int) -> None:
    assert outcome(status, retry_after="60") == Delivered(None, status)


@pytest.mark.parametrize(
    "status",
    [300, 301, 302, 304, 307, 308, 399, 400, 402, 403, 404, 405, 406, 409, 413, 415, 418, 422, 431, 451, 499, 501, 505],
)
def test_what_will_never_pass_is_rejected_with_its_status(status: int) -> None:
    rejected = outcome(status)
    assert isinstance(rejected, Rejected)
    assert (rejected.status, rejected.reason.startswith(f"it replied {status}: ")) == (status, True)


def test_a_refusal_is_explained() -> None:
    for status in (300, 301, 399):
        redirected = "redirects are not followed; enter the address it leads to"
        assert outcome(status) == Rejected(f"it replied {status}: {redirected}", status)
    assert outcome(422) == Rejected("it replied 422: it refuses the contents", 422)
    for status in (402, 499):
        assert outcome(status) == Rejected(f"it replied {status}: the request is refused", status)


def test_a_pause_lasts_twelve_hours_at_most() -> None:
    assert LONGEST_PAUSE == 43_200_000


def test_a_refused_credential_and_an_address_that_was_given_up_stop_the_destination() -> None:
    assert outcome(401) == DestinationBroken("auth", "it replied 401: the credential is refused", 401)
    assert outcome(410) == DestinationBroken("gone", "it replied 410: the address was given up", 410)


@pytest.mark.parametrize("status", [100, 101, 199, 408, 500, 502, 503, 504, 507, 520, 524, 599, 600, 999])
def test_what_does_not_settle_it_is_ambiguous(status: int) -> None:
    assert outcome(status) == Ambiguous(f"it replied {status}, which does not settle whether it was taken", status)


@pytest.mark.parametrize("status", [423, 425])
def test_what_was_put_off_was_not_written(status: int) -> None:
    assert isinstance(outcome(status), Down)


@pytest.mark.parametrize("status", [429, 503])
def test_a_limit_lasts_as_long_as_the_server_asks_for(status: int) -> None:
    assert outcome(status, retry_after="30") == Throttled(NOON + 30_000, status)
    later = format_datetime(moment_of(NOON + 90_000), usegmt=True)
    assert outcome(status, retry_after=later) == Throttled(NOON + 90_000, status)


def test_a_limit_without_a_time_lasts_a_minute() -> None:
    assert outcome(429) == Throttled(NOON + USUAL_PAUSE, 429)


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("0", 0),
        ("007", 7_000),
        (" 5 ", 5_000),
        ("43200", LONGEST_PAUSE),
        ("43201", LONGEST_PAUSE),
        ("9" * 5_000, LONGEST_PAUSE),
        ("0" * 5_000 + "9", 9_000),
        ("", USUAL_PAUSE),
        ("-5", USUAL_PAUSE),
        ("1.5", USUAL_PAUSE),
        ("soon", USUAL_PAUSE),
        ("٣", USUAL_PAUSE),
        ("2026-11-30T12:00:00Z", USUAL_PAUSE),
        ("Mon, 99 Foo 2026 99:99:99 GMT", USUAL_PAUSE),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Sunday, 06-Nov-94 08:49:37 GMT", 0),
        ("Sun Nov  6 08:49:37 1994", 0),
    ],
)
def test_a_time_to_wait_is_read_in_every_notation_and_capped_at_twelve_hours(text: str, wait: int) -> None:
    assert retry_at(text, NOON) == NOON + wait


def test_a_date_without_an_offset_is_in_utc_and_one_with_an_offset_is_not() -> None:
    later = moment_of(NOON) + timedelta(hours=1)
    assert retry_at(later.strftime("%a, %d %b %Y %H:%M:%S -0000"), NOON) == NOON + 3_600_000
    assert retry_at(later.strftime("%a, %d %b %Y %H:%M:%S +0030"), NOON) == NOON + 1_800_000


@given(st.text(max_size=100))
def test_any_text_is_a_time_within_twelve_hours(text: str) -> None:
    assert NOON <= retry_at(text, NOON) <= NOON + LONGEST_PAUSE


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001
def test_a_date_is_read_as_the_second_it_names(moment: datetime) -> None:
    aware = moment.replace(microsecond=0, tzinfo=UTC)
    asked = int(aware.timestamp()) * 1000
    assert retry_at(format_datetime(aware, usegmt=True), NOON) == min(max(asked, NOON), NOON + LONGEST_PAUSE)


@given(st.integers(0, 1000))
def test_every_status_has_an_outcome_that_says_which_it_was(status: int) -> None:
    assert outcome(status).status == status


def test_an_outcome_has_a_name_of_its_own() -> None:
    kinds = (Delivered, Rejected, Throttled, Down, Ambiguous, DestinationBroken)
    assert [kind.name for kind in kinds] == ["delivered", "rejected", "throttled", "down", "ambiguous", "broken"]
