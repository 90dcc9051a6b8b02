"""A breaker opens after failures in a row, and lets one attempt at a time try the destination."""

import pytest

from earshot.domain.circuit_breaker import (
    FAILURES,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PROBE_LEASE,
    Breaker,
    BreakerState,
    release_delays,
)

NOW = 1_700_000_000_000


def opened(now: int = NOW) -> Breaker:
    breaker = Breaker("hook")
    for _ in range(FAILURES):
        breaker = breaker.after_failure(now)
    return breaker


def test_it_opens_after_five_failures_in_a_row_and_not_before() -> None:
    breaker = Breaker("hook")
    for _ in range(FAILURES - 1):
        breaker = breaker.after_failure(NOW)
    assert (breaker.state(NOW), breaker.may_try(NOW)) == (BreakerState.CLOSED, True)
    assert breaker.after_success().after_failure(NOW).failures == 1
    assert breaker.after_failure(NOW).state(NOW) is BreakerState.OPEN


def test_while_it_is_open_nobody_tries_and_then_one_does() -> None:
    breaker = opened()
    assert not breaker.may_try(NOW + FIRST_PAUSE - 1)
    assert breaker.may_try(NOW + FIRST_PAUSE)
    probed = breaker.tried(NOW + FIRST_PAUSE)
    assert probed.state(NOW + FIRST_PAUSE) is BreakerState.HALF_OPEN
    assert not probed.may_try(NOW + FIRST_PAUSE + 1)
    assert probed.may_try(NOW + FIRST_PAUSE + PROBE_LEASE), "who tried it has died"


def test_each_failed_attempt_doubles_the_pause_up_to_five_minutes() -> None:
    breaker, now, pauses = opened(), NOW, []
    for _ in range(6):
        assert breaker.until is not None
        pauses.append(breaker.until - now)
        now = breaker.until
        breaker = breaker.tried(now).after_failure(now)
    assert pauses == [30_000, 60_000, 120_000, 240_000, LONGEST_PAUSE, LONGEST_PAUSE]


def test_a_success_closes_it_and_what_waited_is_released() -> None:
    closed = opened().tried(NOW + FIRST_PAUSE).after_success()
    assert (closed.state(NOW), closed.is_releasing, closed.due_at()) == (BreakerState.CLOSED, True, 0)
    assert closed.released().due_at() is None
    assert Breaker("hook").after_success() == Breaker("hook"), "nothing changes, so nothing is written"


def test_a_failure_while_it_releases_what_waits_does_not_end_that() -> None:
    releasing = opened().tried(NOW + FIRST_PAUSE).after_success()
    assert releasing.after_failure(NOW).after_success().due_at() == 0
    assert releasing.after_failure(NOW).after_success().released().due_at() is None


def test_a_destination_that_asks_for_patience_is_left_alone_without_a_failure() -> None:
    throttled = Breaker("hook").throttled(NOW + 9_000, NOW, lambda: 0.5)
    assert (throttled.failures, throttled.may_try(NOW + 8_999), throttled.may_try(NOW + 9_000)) == (0, False, True)


@pytest.mark.parametrize(("drawn", "least"), [(0.0, 1_000), (0.5, 1_500)])
def test_one_that_asks_for_no_time_is_left_alone_for_ever_longer_up_to_five_minutes(drawn: float, least: int) -> None:
    breaker, pauses = Breaker("hook"), []
    for _ in range(12):
        breaker = breaker.throttled(NOW - 5, NOW, lambda: drawn)
        assert breaker.until is not None
        pauses.append(breaker.until - NOW)
    assert pauses[:4] == [least, 2 * least, 4 * least, 8 * least]
    assert pauses[-1] == LONGEST_PAUSE * (1 + drawn) / 2
    assert breaker.after_success().throttled(NOW, NOW, lambda: drawn).until == NOW + least


def test_few_are_released_at_first_and_ever_more_later() -> None:
    delays = release_delays(200)
    assert (delays.count(0), delays.count(5), delays.count(10), len(delays)) == (25, 50, 100, 200)
    assert release_delays(0) == []
