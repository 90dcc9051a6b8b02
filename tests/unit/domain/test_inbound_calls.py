"""What a call from outside is signed with: complete, of the last minutes, and in one spelling."""

import pytest

from earshot.domain.errors import UnverifiedError
from earshot.domain.inbound_calls import TOLERANCE, InboundCall, SignedCall, read_signed_call
from tests.factories import NOON

HEADERS = {"webhook-id": "msg_1", "webhook-timestamp": str(NOON // 1000), "webhook-signature": "v1,b v1,a  v1a,c"}


def test_the_headers_are_read_as_they_were_signed() -> None:
    assert read_signed_call(HEADERS, NOON) == SignedCall("msg_1", str(NOON // 1000), ("v1,b", "v1,a", "v1a,c"))


@pytest.mark.parametrize("missing", list(HEADERS))
@pytest.mark.parametrize("value", [None, ""])
def test_a_header_that_is_missing_is_named(missing: str, value: str | None) -> None:
    headers = {name: each for name, each in HEADERS.items() if name != missing} | (
        {} if value is None else {missing: value}
    )
    with pytest.raises(UnverifiedError, match=f"has no {missing}: sign it as Standard Webhooks"):
        read_signed_call(headers, NOON)


@pytest.mark.parametrize("late", [-TOLERANCE, 0, TOLERANCE])
def test_a_clock_may_differ_by_five_minutes_in_both_directions(late: int) -> None:
    assert read_signed_call(HEADERS | {"webhook-timestamp": str((NOON + late) // 1000)}, NOON).id == "msg_1"


@pytest.mark.parametrize("late", [-TOLERANCE - 1000, TOLERANCE + 1000, -NOON])
def test_what_is_older_or_of_the_future_is_refused(late: int) -> None:
    with pytest.raises(UnverifiedError, match="more than 5 minutes away"):
        read_signed_call(HEADERS | {"webhook-timestamp": str((NOON + late) // 1000)}, NOON)


@pytest.mark.parametrize("wrong", ["", "x", "-1", "1.5", "1e9", " 1", "１７９５", "9" * 13, "0x10"])
def test_a_time_is_a_plain_number_of_seconds(wrong: str) -> None:
    with pytest.raises(UnverifiedError, match="webhook-timestamp"):
        read_signed_call(HEADERS | {"webhook-timestamp": wrong}, NOON)


@pytest.mark.parametrize("wrong", ["a.b", "a b", "ü", "x" * 129, "#", "a\n"])
def test_an_id_that_would_move_the_border_of_what_is_signed_is_refused(wrong: str) -> None:
    with pytest.raises(UnverifiedError, match="webhook-id"):
        read_signed_call(HEADERS | {"webhook-id": wrong}, NOON)


def test_a_call_travels_without_what_it_lacks_and_next_to_its_destination() -> None:
    bare = InboundCall("to-1", "msg_1", NOON, "c-1", "open")
    full = InboundCall("to-1", "msg_1", NOON, "c-1", "resolved", "explained", "price", "Called.", "request-1")
    assert bare.to_json() == {
        "destination": "to-1",
        "inbound": {"id": "msg_1", "at": NOON, "case": "c-1", "state": "open"},
    }
    for call in (bare, full):
        assert InboundCall.of(call.to_json()) == call
