"""The states of a sending, and what each change of it keeps."""

from datetime import date

import pytest

from earshot.domain.digest_sendings import INTERRUPTED, PATIENCE, DigestSending, SendingState
from earshot.domain.digests import Period

SENDING = DigestSending("weekly", "mia", Period(date(2026, 11, 23), date(2026, 11, 30)), SendingState.UNKNOWN, at=1_000)


@pytest.mark.parametrize("state", list(SendingState))
def test_only_what_is_not_known_to_have_arrived_may_be_repeated(state: SendingState) -> None:
    may = state in {SendingState.UNKNOWN, SendingState.WAITING, SendingState.FAILED}
    assert state.may_be_repeated is may


def test_each_change_counts_and_keeps_when_it_began() -> None:
    waiting = SENDING.not_yet(2_000, "the quota is used up")
    assert (waiting.state, waiting.why, waiting.at, waiting.version) == (
        SendingState.WAITING,
        "the quota is used up",
        1_000,
        2,
    )
    again = waiting.claimed()
    assert (again.state, again.why, again.at, again.version) == (SendingState.UNKNOWN, None, 1_000, 3)
    unclear = again.unclear("no reply came")
    assert (unclear.state, unclear.why, unclear.version) == (SendingState.UNKNOWN, "no reply came", 4)
    assert [each.reason for each in (again, unclear)] == [INTERRUPTED, "no reply came"]
    sent = again.ended(SendingState.SENT, 3_000)
    assert (sent.state, sent.ended_at, sent.reason, sent.version) == (SendingState.SENT, 3_000, None, 4)


def test_what_waited_too_long_has_failed() -> None:
    assert SENDING.not_yet(1_000 + PATIENCE - 1, "no").state is SendingState.WAITING
    assert SENDING.not_yet(1_000 + PATIENCE, "no").state is SendingState.FAILED
