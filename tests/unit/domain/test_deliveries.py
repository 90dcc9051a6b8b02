"""Deliveries: how one passes from state to state, and what it keeps of its attempts."""

from typing import Any

import pytest

from earshot.domain.deliveries import (
    HOUR,
    LEASE,
    LONGEST_DELAY,
    MOST_ATTEMPTS,
    PATIENCE,
    SETTLING,
    STEPS,
    Attempt,
    Delivery,
    DeliveryState,
)
from tests.factories import NOON


def made(**fields: Any) -> Delivery:
    return Delivery("d-1", "hook", "a", "r", "demo", "s", "response.detractor", alerted_at=NOON, **fields)


def failed(delivery: Delivery, at: int = NOON, *, until: int | None = None, part: float = 0.5) -> Delivery:
    return delivery.started(at, "body").failed(Attempt(at, "down"), "it is away", lambda: part, until)


def test_it_is_found_by_its_destination_its_alert_and_its_id() -> None:
    assert made().key == ("hook", NOON, "d-1")


def test_while_an_attempt_runs_nobody_else_makes_one() -> None:
    started = made().started(NOON, "body")
    assert (started.state, started.number, started.begun_at) == (DeliveryState.TRYING, 1, NOON)
    assert started.is_leased(NOON + LEASE - 1)
    assert not started.is_leased(NOON + LEASE)
    assert not made().is_leased(NOON)


def test_an_attempt_that_never_ended_may_have_been_written() -> None:
    started = made().started(NOON, "body")
    assert started.is_uncertain
    assert started.failed(Attempt(NOON, "ambiguous"), "lost", lambda: 0.0, None).is_uncertain
    assert not failed(made()).is_uncertain


@pytest.mark.parametrize("others", [1, MOST_ATTEMPTS])
def test_an_attempt_of_unknown_outcome_stays_one_whatever_the_next_ones_say(others: int) -> None:
    delivery = made().started(NOON, "body").failed(Attempt(NOON + 9, "ambiguous"), "lost", lambda: 0.0, None)
    for number in range(others):
        at = NOON + 10 + number
        delivery = delivery.started(at, "body").throttled(Attempt(at, "throttled", 429), at, at)
    refused = delivery.started(NOON + 99, "body").parked("it refuses", Attempt(NOON + 99, "rejected", 400))
    for each in (refused, refused.released(), refused.anonymized()):
        assert (each.is_uncertain, each.uncertain_since, each.may_be_there) == (True, NOON, True)
    done = refused.released().started(NOON + 100, "body").delivered(NOON + 101, "v-1", 200)
    assert not done.is_uncertain


def test_an_attempt_that_never_ended_is_noted_once_the_next_one_begins_or_none_comes() -> None:
    running = made().started(NOON, "body")
    held = running.held(NOON + LEASE, NOON + HOUR, "it is away")
    for each in (running.started(NOON + LEASE, "body"), running.parked("disabled"), running.withdrawn("gone"), held):
        assert each.attempts == (Attempt(NOON, "ambiguous"),)
        assert each.uncertain_since == NOON
    again = running.started(NOON + LEASE, "body").parked("it refuses", Attempt(NOON + LEASE, "rejected", 400))
    assert again.may_be_there


def test_what_a_receiver_says_that_it_has_not_is_certain() -> None:
    unknown = made().started(NOON, "body").failed(Attempt(NOON, "ambiguous"), "lost", lambda: 0.0, None)
    assert not unknown.certain().is_uncertain


def test_each_write_counts_on() -> None:
    delivery = made()
    started = delivery.started(NOON, "body")
    done = started.delivered(NOON, "v-1", 200)
    assert [each.version for each in (delivery, started, done, done.released())] == [0, 1, 2, 3]


def test_what_is_delivered_keeps_the_hash_of_its_body_only() -> None:
    done = made().started(NOON, "body").delivered(NOON + 1, "v-1", 200)
    assert (done.state, done.vendor_id, done.delivered_at) == (DeliveryState.DELIVERED, "v-1", NOON + 1)
    assert done.body is None
    assert done.body_hash == "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"
    assert done.attempts == (Attempt(NOON + 1, "delivered", 200),)


def test_what_is_delivered_again_keeps_all_ids_under_which_it_was_written() -> None:
    delivery = made()
    for vendor_id in ("ticket/1,contact/1", "ticket/1,contact/2", None):
        delivery = delivery.released().started(NOON, "body").delivered(NOON, vendor_id, 200)
    assert delivery.vendor_id == "ticket/1,contact/1,contact/2"


def test_the_wait_after_a_failure_is_a_random_part_of_its_step() -> None:
    delivery, waits = made(), []
    for _ in STEPS:
        delivery = failed(delivery, part=1.0)
        assert delivery.next_attempt_at is not None
        waits.append(delivery.next_attempt_at - NOON)
    assert tuple(waits) == STEPS
    assert failed(made(), part=0.0).next_attempt_at == NOON


def test_the_last_step_repeats_until_75_hours_are_over() -> None:
    delivery = failed(made(number=30, begun_at=NOON - PATIENCE + 1), part=1.0)
    assert delivery.next_attempt_at == NOON + STEPS[-1]
    parked = failed(made(number=30, begun_at=NOON - PATIENCE))
    assert (parked.state, parked.reason) == (DeliveryState.PARKED, "given up after 75 hours: it is away")


def test_a_wait_longer_than_a_queue_keeps_is_in_the_index() -> None:
    assert not made().waiting_until(NOON + LONGEST_DELAY, NOON).is_far_off
    far = failed(made(number=3), part=1.0)
    assert (far.is_far_off, far.is_in_the_index) == (True, True)
    assert not far.started(NOON, "body").is_in_the_index


def test_while_its_destination_is_left_alone_no_attempt_counts_against_it() -> None:
    held = failed(made(), until=NOON + 30_000)
    assert (held.state, held.waits_for_breaker, held.number) == (DeliveryState.WAITING, True, 0)
    assert held.next_attempt_at == NOON + 30_000
    assert not held.is_in_the_index
    assert [each.outcome for each in held.attempts] == ["down"]


def test_to_be_asked_for_patience_is_no_failure() -> None:
    waiting = made().started(NOON, "body").throttled(Attempt(NOON, "throttled", 429), NOON + 60_000, NOON)
    assert (waiting.state, waiting.number, waiting.next_attempt_at) == (DeliveryState.WAITING, 0, NOON + 60_000)


def test_of_many_attempts_the_newest_are_kept() -> None:
    delivery = made()
    for number in range(MOST_ATTEMPTS + 5):
        delivery = failed(delivery, NOON + number, until=NOON)
    assert [each.at - NOON for each in delivery.attempts] == list(range(5, MOST_ATTEMPTS + 5))


def test_what_was_withdrawn_keeps_no_body() -> None:
    withdrawn = made().started(NOON, "body").withdrawn("erased")
    assert (withdrawn.state, withdrawn.body, withdrawn.state.is_final) == (DeliveryState.WITHDRAWN, None, True)


def test_what_is_released_begins_as_new_and_keeps_its_attempts() -> None:
    released = failed(made(begun_at=NOON - PATIENCE)).released()
    assert (released.state, released.number, released.begun_at) == (DeliveryState.PENDING, 0, None)
    assert released.reason is None
    assert len(released.attempts) == 1


def test_what_may_still_arrive_is_settled_a_while_after_an_attempt_of_unknown_outcome() -> None:
    unknown = made().started(NOON, "body").failed(Attempt(NOON + 9, "ambiguous"), "lost", lambda: 0.5, None)
    assert made().settled_at(NOON) == NOON
    assert unknown.settled_at(NOON + 10) == NOON + 9 + LEASE + SETTLING
    assert unknown.settled_at(NOON + 2 * SETTLING) == NOON + 2 * SETTLING
    # A repeat under the same key settles it at once, until the next such attempt.
    known = unknown.started(NOON + 20, "body").delivered(NOON + 21, "v-1", 200)
    assert known.settled_at(NOON + 30) == NOON + 30
    again = known.released().started(NOON + 40, "body").anonymized()
    assert again.settled_at(NOON + 50) == NOON + 40 + LEASE + SETTLING
