"""Sending a digest: claimed first, at most once, and never without a reason."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.digest_sendings import (
    EMPTY,
    LATE,
    NO_ACCESS,
    NO_DESTINATION,
    NO_MEMBER,
    NO_SEGMENT,
    NO_SURVEY,
    PATIENCE,
    PAUSE,
    UNSUBSCRIBED,
    SendingState,
)
from earshot.domain.digests import read_period
from earshot.domain.errors import BusyError
from earshot.domain.score import Histogram
from earshot.ports.mail import PausedError, RejectedError, UnknownOutcomeError
from earshot.services.digests.send_digest import send_test
from tests.fakes.crash import CrashError
from tests.unit.services.digests.digest_world import DUE, SLACK, TUESDAY, DigestWorld, make_member


def test_a_digest_is_sent_once_however_often_its_message_comes() -> None:
    world = DigestWorld()
    sent = world.send()
    assert sent is not None
    assert (sent.state, sent.ended_at, sent.why) == (SendingState.SENT, DUE, None)
    assert world.send() is None
    assert world.mailer.sent == [("earshot@example.com", "mia@example.com", f"daily {TUESDAY.name}".encode())]
    assert world.digests.kept["daily"].last_sent_at == DUE
    assert (world.addressed[0].locale, world.addressed[0].timezone) == ("de", "Europe/Berlin")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_while_it_is_sent_leaves_a_claim_and_no_second_mail(when: str) -> None:
    world = DigestWorld()
    setattr(world.mailer, when, crash)
    with pytest.raises(CrashError):
        world.send()
    setattr(world.mailer, when, lambda _: None)
    assert world.send() is None
    (found,) = world.sendings.all()
    assert found.state is SendingState.UNKNOWN
    assert len(world.mailer.sent) == (when == "after")


def test_an_unknown_outcome_is_kept_with_its_reason_and_sent_again_by_hand_only() -> None:
    world = DigestWorld()
    world.mailer.before = fail(UnknownOutcomeError("SES never replied"))
    found = world.send()
    assert found is not None
    assert (found.state, found.why) == (SendingState.UNKNOWN, "SES never replied")
    world.mailer.before = lambda _: None
    assert world.send() is None
    again = world.send(redriven=found.version)
    assert again is not None
    assert again.state is SendingState.SENT
    assert world.send(redriven=found.version) is None
    assert len(world.mailer.sent) == 1


def test_a_mail_that_certainly_did_not_go_out_is_tried_again_for_a_day() -> None:
    world = DigestWorld()
    world.mailer.before = fail(PausedError("the quota is used up"))
    found = world.send()
    assert found is not None
    assert (found.state, found.why) == (SendingState.WAITING, "the quota is used up")
    task = {"digest": "daily", "recipient": "mia", "period": TUESDAY.name}
    assert world.queue.tasks == [(task, PAUSE)]
    world.now += PATIENCE - 1
    assert sent_state(world) is SendingState.WAITING
    world.now += 1
    assert sent_state(world) is SendingState.FAILED
    assert world.send() is None
    assert world.digests.kept["daily"].skipped == (TUESDAY.name, "the quota is used up")


def test_a_mail_that_waited_is_sent_once_it_can_be() -> None:
    world = DigestWorld()
    world.mailer.before = fail(PausedError("the quota is used up"))
    world.send()
    world.mailer.before = lambda _: None
    assert sent_state(world) is SendingState.SENT


def test_a_refused_mail_failed_and_says_why() -> None:
    world = DigestWorld()
    world.mailer.before = fail(RejectedError("the address is on a list"))
    assert sent_state(world) is SendingState.FAILED
    assert world.digests.kept["daily"].skipped == (TUESDAY.name, "the mail is refused (the address is on a list)")


def test_a_busy_table_claims_nothing_and_the_message_comes_again() -> None:
    world = DigestWorld()
    world.sendings.put = fail(BusyError("busy"))  # type: ignore[method-assign]
    with pytest.raises(BusyError):
        world.send()
    assert world.mailer.sent == []


def of_employees(world: DigestWorld) -> None:
    world.surveys.surveys["demo"] = replace(world.surveys.surveys["demo"], kind="employee")


REASONS = [
    (lambda world: world.surveys.surveys.clear(), NO_SURVEY),
    (of_employees, NO_SURVEY),
    (lambda world: world.change(segment=("plan", "pro")), NO_SEGMENT),
    (lambda world: world.members.clear(), NO_MEMBER),
    (lambda world: world.members.update(mia=make_member(removed_at=1)), NO_MEMBER),
    (lambda world: world.members.update(mia=make_member(role=Role.ANALYST)), NO_ACCESS),
    (lambda world: world.sendings.unsubscribe("daily", "mia", 1), UNSUBSCRIBED),
]


@pytest.mark.parametrize(("change", "why"), [*REASONS, (lambda world: setattr(world, "collected", Histogram()), EMPTY)])
def test_a_digest_that_nobody_may_have_or_that_is_empty_is_skipped_with_the_reason(change: Any, why: str) -> None:
    world = DigestWorld()
    change(world)
    found = world.send()
    assert found is not None
    assert (found.state, found.why) == (SendingState.SKIPPED, why)
    assert world.mailer.sent == []
    assert world.digests.kept["daily"].skipped == (TUESDAY.name, why)
    assert world.send() is None


@pytest.mark.parametrize(("change", "why"), REASONS)
def test_who_may_not_have_a_digest_gets_no_test_of_it(change: Any, why: str) -> None:
    world = DigestWorld()
    change(world)
    assert outcome_of_test(world) == why
    assert (world.mailer.sent, world.sendings.all()) == ([], [])


def test_a_test_is_sent_each_time_claimed_by_nobody_and_also_if_it_is_empty() -> None:
    world = DigestWorld()
    world.collected = Histogram()
    assert [outcome_of_test(world), outcome_of_test(world)] == ["sent", "sent"]
    assert [mime for _, _, mime in world.mailer.sent] == [f"test daily {TUESDAY.name}".encode()] * 2
    assert world.sendings.all() == []


def test_a_channel_that_is_no_longer_in_slack_gets_no_test() -> None:
    world = DigestWorld(to=(SLACK,))
    assert outcome_of_test(world) == "queued"
    world.destinations.kept.clear()
    assert outcome_of_test(world) == NO_DESTINATION
    assert len(world.queue.tasks) == 1


def test_an_address_of_a_member_who_may_not_read_it_gets_none() -> None:
    world = DigestWorld(to=("MIA@example.com",))
    world.members["mia"] = make_member(role=Role.EXECUTIVE)
    found = world.send()
    assert found is not None
    assert found.why == NO_ACCESS
    assert "@example" not in found.recipient


def test_those_that_came_too_late_are_noted_each_once() -> None:
    world = DigestWorld()
    world.send(late=["2026-11-30/2026-11-30"])
    world.send(late=["2026-11-30/2026-11-30"])
    found = world.sendings.find("daily", read_period("2026-11-30/2026-11-30"), "mia")
    assert found is not None
    assert (found.state, found.why, found.version) == (SendingState.SKIPPED, LATE, 2)


def test_who_is_no_recipient_any_more_gets_nothing_and_leaves_no_trace() -> None:
    world = DigestWorld()
    assert world.send(recipient="tom") is None
    world.digests.kept.clear()
    assert world.sendings.all() == []


def test_slack_gets_a_delivery_with_the_same_id_each_time() -> None:
    world = DigestWorld(to=(SLACK,))
    found = world.send()
    assert found is not None
    assert found.state is SendingState.QUEUED
    (task, delay), *_ = world.queue.tasks
    assert (task["delivery"], task["destination"], task["type"], delay) == (found.delivery, SLACK, "survey.digest", 0)
    assert task["subject"] == f"daily/{TUESDAY.name}"
    world.sendings.kept.clear()
    again = world.send()
    assert again is not None
    assert again.delivery == found.delivery
    assert world.mailer.sent == []


def test_a_destination_that_is_disabled_gets_nothing() -> None:
    world = DigestWorld(to=(SLACK,))
    world.destinations.kept[SLACK] = replace(world.destinations.kept[SLACK], kind="webhook")
    found = world.send()
    assert found is not None
    assert found.why == NO_DESTINATION
    assert world.queue.tasks == []


def outcome_of_test(world: DigestWorld) -> str:
    recipient = world.digests.kept["daily"].to[0]
    return send_test({"digest": "daily", "recipient": recipient, "test": "1"}, world.deps())


def sent_state(world: DigestWorld) -> SendingState:
    found = world.send()
    assert found is not None
    return found.state


def crash(_: str) -> None:
    raise CrashError


def fail(error: Exception) -> Any:
    def raise_it(*_: object) -> None:
        raise error

    return raise_it
