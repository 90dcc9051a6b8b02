"""Pacing: never faster than our share of the account's rate, and never more than its day has left."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.sending_quota import SendingQuota
from earshot.services.invitations.send_rate import LONGEST_WAIT, MOST_RECEIVES, SendRateLimiter, seconds_until_turn
from tests.fakes.fake_time import FakeTime
from tests.fakes.mailing import FixedAccount


def pace_of(account: FixedAccount, time: FakeTime, senders: int = 2) -> SendRateLimiter:
    return SendRateLimiter(account, senders, clock=time, sleep=time.sleep)


@given(st.sampled_from([1.0, 14.0, 200.0]), st.integers(1, 5), st.lists(st.floats(0, 0.5), min_size=2, max_size=40))
def test_no_two_mails_are_closer_than_our_share_allows(rate: float, senders: int, work: list[float]) -> None:
    time, turns = FakeTime(), []
    pace = pace_of(FixedAccount(rate), time, senders)
    for seconds in work:
        pace.take_turn()
        turns.append(time.now)
        time.now += seconds
    gaps = [after - before for before, after in pairwise(turns)]
    assert all(gap >= senders / rate - 1e-6 for gap in gaps)
    assert all(gap <= max(senders / rate, done) + 1e-6 for gap, done in zip(gaps, work, strict=False))


def test_a_pause_is_never_made_up_for_by_a_burst() -> None:
    time = FakeTime()
    pace = pace_of(FixedAccount(rate=2), time)
    pace.take_turn()
    time.now += 30
    for _ in range(3):
        pace.take_turn()
    assert time.now == 1000 + 30 + 2


def test_ses_is_asked_once_a_minute_at_most() -> None:
    account, time = FixedAccount(), FakeTime()
    pace = pace_of(account, time)
    for _ in range(100):
        assert pace.may_send()
        pace.take_turn()
    assert time.now < 1060
    assert account.asked == 1
    time.now = 1060
    assert pace.may_send()
    assert account.asked == 2


def test_what_was_sent_since_ses_was_asked_counts() -> None:
    account, time = FixedAccount(left=3), FakeTime()
    pace = pace_of(account, time)
    sent = 0
    while pace.may_send():
        pace.take_turn()
        sent += 1
    assert (sent, account.asked) == (3, 1)
    time.now += 60
    assert pace.may_send()


def test_without_a_known_limit_it_goes_on() -> None:
    pace = pace_of(FixedAccount(left=None), FakeTime())
    pace.take_turn()
    assert pace.may_send()


def test_a_new_rate_holds_from_the_next_look_on() -> None:
    account, time = FixedAccount(rate=1), FakeTime()
    pace = pace_of(account, time, senders=1)
    pace.take_turn()
    account.allowed = SendingQuota(10.0)
    time.now += 60
    began = time.now
    for _ in range(3):
        pace.take_turn()
    assert time.now - began == pytest.approx(0.2)


def test_it_stops_until_the_next_look() -> None:
    account, time = FixedAccount(), FakeTime()
    pace = pace_of(account, time)
    pace.stop()
    assert not pace.may_send()
    time.now += 59
    assert not pace.may_send()
    time.now += 1
    assert pace.may_send()


@given(st.integers(1, MOST_RECEIVES - 1), st.floats(0, 1, exclude_max=True))
def test_a_mail_comes_back_within_seconds_and_later_the_longer_it_waits(receives: int, draw: float) -> None:
    seconds = seconds_until_turn(receives, draw)
    assert seconds is not None
    assert 1 <= seconds <= LONGEST_WAIT
    if receives == 1:
        assert seconds <= 4
    assert seconds >= (seconds_until_turn(receives - 1, draw) or 0)


def test_from_the_fifteenth_time_on_it_is_left_to_the_planner() -> None:
    assert seconds_until_turn(14, 0.5) is not None
    assert seconds_until_turn(15, 0.5) is None
    assert seconds_until_turn(19, 0.5) is None
