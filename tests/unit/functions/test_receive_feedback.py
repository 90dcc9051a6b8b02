"""The feedback handler: each sample has the effect in its name, poison fails alone, and the log names no one."""

import json
from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.email_feedback import RETRY_AFTER
from earshot.domain.invitation import InvitationState, Mail
from earshot.ports.suppression_list import SuppressedDestination
from tests.aws_events import LambdaContext, load_event, samples, sqs_event
from tests.factories import DAY, NOON, make_invitation
from tests.unit.functions.conftest import World, load

INVITATION = "019aa7a0-7d00-8abc-9def-0123456789ab"
MESSAGE = "0107019aa7a07d00-2f4b1c9e-6a1d-4e0b-9d53-8c1f7a6e2b10-000000"
# What a sample leaves: the state, the wave, why it was stopped, the marks, and the reason Ann is suppressed for.
WAITS = ("scheduled", 2, None)
LEFT = {
    "permanent_bounce": ("sent", 2, "bounced", {"bounced#1"}, "bounced"),
    "twice": ("sent", 2, "bounced", {"bounced#1"}, "bounced"),
    "complaint": ("sent", 2, "complained", {"complained#1"}, "complained"),
    "transient_bounce": ("scheduled", 1, None, {"soft-bounced#1"}, None),
    "undetermined_bounce": ("scheduled", 1, None, {"soft-bounced#1"}, None),
    "delivery": (*WAITS, {"delivered#1"}, None),
    "rejection": (*WAITS, {"rejected#1"}, None),
    "open_by_a_person": (*WAITS, {"opened#1"}, None),
    "open_by_apples_proxy": (*WAITS, {"opened-by-machine#1"}, None),
    "open_by_googles_proxy": (*WAITS, {"opened-by-machine#1"}, None),
    "open_at_once": (*WAITS, {"opened-by-machine#1"}, None),
    "click_by_a_person": (*WAITS, {"clicked#1"}, None),
    "bounce_of_a_message_nobody_sent": (*WAITS, set(), None),
    "delivery_of_a_message_nobody_sent": (*WAITS, set(), None),
    "unknown_event_type": (*WAITS, set(), None),
    "malformed": (*WAITS, set(), None),
    "malformed_among_good": ("sent", 2, "complained", {"complained#1", "delivered#1"}, "complained"),
    "reconcile": (*WAITS, set(), None),
    "reconcile_next_page": (*WAITS, set(), None),
    "reconcile_too_many_turns": (*WAITS, set(), None),
}
FAILED = {"unknown_event_type": 1, "malformed": 4, "malformed_among_good": 1}


@pytest.fixture
def asked(world: World) -> World:
    """The customer of the samples was asked, and a reminder waits."""
    kept = make_invitation(
        id=INVITATION, person="customer-1", state=InvitationState.SCHEDULED, wave=2, due_at=NOON + 3 * DAY
    )
    kept = replace(kept, sent_at=NOON, message_id=MESSAGE, mails=(Mail(1, NOON, MESSAGE),))
    world.invitations.kept["customer-1", INVITATION] = kept
    return world


def receive(event: Any) -> list[str]:
    reply = load("receive_feedback").lambda_handler(event, LambdaContext())
    return [each["itemIdentifier"] for each in reply["batchItemFailures"]]


@pytest.mark.parametrize("sample", samples("receive_feedback"))
def test_a_sample_has_the_effect_in_its_name(asked: World, sample: str) -> None:
    name = sample.removeprefix("receive_feedback/")
    assert len(receive(load_event(sample))) == FAILED.get(name, 0)
    kept = asked.invitations.kept["customer-1", INVITATION]
    suppressed = asked.suppressions.is_suppressed("ann@example.com")
    assert (kept.state.value, kept.wave, kept.stopped, set(kept.delivery_events), suppressed) == LEFT[name]


def test_every_sample_that_is_delivered_again_changes_nothing_more(asked: World) -> None:
    names = [name for name in samples("receive_feedback") if "reconcile" not in name]
    for name in names:
        receive(load_event(name))
    before = (dict(asked.invitations.kept), dict(asked.suppressions.kept))
    for name in reversed(names):
        receive(load_event(name))
    assert (asked.invitations.kept, asked.suppressions.kept) == before


def test_a_message_nobody_sent_suppresses_a_stranger_who_bounced(asked: World) -> None:
    assert receive(load_event("receive_feedback/bounce_of_a_message_nobody_sent")) == []
    assert asked.suppressions.is_suppressed("stranger@example.com") == "bounced"


def test_a_full_mailbox_is_tried_again_the_next_day(asked: World) -> None:
    receive(load_event("receive_feedback/transient_bounce"))
    assert asked.invitations.kept["customer-1", INVITATION].due_at == NOON + RETRY_AFTER


def test_a_bounce_while_its_mail_is_being_noted_comes_again_alone(asked: World) -> None:
    kept = asked.invitations.kept["customer-1", INVITATION]
    asked.invitations.kept["customer-1", INVITATION] = replace(kept, state=InvitationState.CLAIMED, claimed_at=NOON)
    bounce = load_event("receive_feedback/permanent_bounce")["Records"][0]["body"]
    stranger = load_event("receive_feedback/bounce_of_a_message_nobody_sent")["Records"][0]["body"]
    assert receive(sqs_event([bounce, stranger], "FeedbackQueue")) == ["message-0"]
    assert asked.suppressions.is_suppressed("stranger@example.com") == "bounced"


def test_the_log_names_the_effect_and_no_person(asked: World, caplog: pytest.LogCaptureFixture) -> None:
    for name in samples("receive_feedback"):
        receive(load_event(name))
    written = "".join(repr(record.__dict__) for record in caplog.records if record.name == "earshot")
    assert INVITATION in written
    assert MESSAGE in written
    for personal in ("@example.com", "customer-1", "Thunderbird", "192.0.2.1'", "user unknown"):
        assert personal not in written


def test_the_suppression_list_is_worked_off_page_by_page(asked: World) -> None:
    asked.destinations.entries = [
        SuppressedDestination(f"person-{n}@example.com", "bounced", NOON - n) for n in range(5)
    ]
    assert receive(load_event("receive_feedback/reconcile")) == []
    while tasks := asked.tasks.take():
        assert receive(sqs_event([json.dumps(task) for task in tasks], "FeedbackQueue")) == []
    assert len(asked.suppressions.kept) == 5
    assert asked.reconciliations.began == NOON


def test_a_reconciliation_that_is_none_fails_alone(asked: World) -> None:
    tasks: list[dict[str, Any]] = [
        {"reconcile": None},
        {"reconcile": 7},
        {"reconcile": {"began": "now"}},
        {"reconcile": {}},
    ]
    assert receive(sqs_event(tasks, "FeedbackQueue")) == ["message-0", "message-1", "message-2"]
    assert asked.reconciliations.began == NOON
