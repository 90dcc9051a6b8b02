"""The funnel: what an invitation stands in."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.funnel import DELIVERY_EVENTS, OUTCOMES, STAGES, Funnel, Rate, Row, stages
from earshot.domain.invitation import Invitation, InvitationState, Mail
from tests.factories import DAY, NOON, make_invitation

FIRST, SECOND = Mail(1, NOON, "m1"), Mail(2, NOON + 3 * DAY, "m2")
SENT = {"state": InvitationState.SENT, "sent_at": NOON, "message_id": "m1", "mails": (FIRST,)}
REMINDING = {**SENT, "state": InvitationState.SCHEDULED, "wave": 2}
STOPPED = {**REMINDING, "state": InvitationState.SENT, "stopped": "answered"}
REMINDED = {**SENT, "wave": 2, "mails": (FIRST, SECOND)}


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ({}, {("scheduled", 1), ("waiting", 1)}),
        ({"state": InvitationState.CLAIMED}, {("scheduled", 1), ("claimed", 1)}),
        (SENT, {("scheduled", 1), ("sent", 1)}),
        ({"state": InvitationState.DECLINED, "reason": "quiet-period"}, {("declined", 1)}),
        ({"state": InvitationState.DECLINED, "stopped": "suppressed"}, {("scheduled", 1), ("stopped", 1)}),
        (REMINDING, {("scheduled", 1), ("sent", 1), ("scheduled", 2), ("waiting", 2)}),
        (
            {**REMINDING, "state": InvitationState.CLAIMED},
            {("scheduled", 1), ("sent", 1), ("scheduled", 2), ("claimed", 2)},
        ),
        (STOPPED, {("scheduled", 1), ("sent", 1), ("scheduled", 2), ("stopped", 2)}),
        (REMINDED, {("scheduled", 1), ("sent", 1), ("scheduled", 2), ("sent", 2)}),
    ],
    ids=[
        "waiting",
        "claimed",
        "sent",
        "declined",
        "cancelled",
        "to be reminded",
        "claimed again",
        "stopped",
        "reminded",
    ],
)
def test_a_wave_that_was_scheduled_is_sent_waiting_claimed_or_stopped(
    current: dict[str, Any], expected: set[tuple[str, int]]
) -> None:
    assert stages(make_invitation(**current)) == expected


def test_a_soft_bounce_that_is_tried_again_stays_sent() -> None:
    retried = make_invitation(
        **SENT | {"state": InvitationState.SCHEDULED, "delivery_events": frozenset({"soft-bounced#1"})}
    )
    assert stages(retried) == {("scheduled", 1), ("sent", 1), ("soft-bounced", 1)}


def test_an_invitation_from_before_reminders_was_sent_though_its_mails_are_not_listed() -> None:
    assert stages(make_invitation(**SENT | {"mails": ()})) == {("scheduled", 1), ("sent", 1)}


def test_a_clicked_score_is_no_response_and_stands_in_the_wave_it_was_clicked_in() -> None:
    mails = (Mail(1, NOON, "m-1"), Mail(2, NOON + DAY, "m-2"))
    clicked = make_invitation(
        state=InvitationState.SENT, sent_at=NOON, mails=mails, clicks=(SubmitAttempt(3, NOON + DAY + 5),)
    )
    assert ("clicked-score", 2) in stages(clicked)
    assert not any(stage == "responded" for stage, _ in stages(clicked))
    machine = replace(clicked, clicks=tuple(SubmitAttempt(score, NOON + 5) for score in (1, 2, 3)))
    assert not any(stage == "clicked-score" for stage, _ in stages(machine))


@pytest.mark.parametrize(
    ("events", "attempts", "clicks"),
    [
        ({"visited#1"}, (), {("clicked-by-machine", 1)}),
        ({"visited#1", "clicked#1"}, (), {("clicked", 1)}),
        ({"clicked#1"}, (SubmitAttempt(9, NOON),), {("clicked", 1)}),
        ({"visited#1", "clicked#2"}, (SubmitAttempt(9, NOON),), {("clicked-by-machine", 1), ("clicked", 2)}),
        # Three scores within ten seconds are no person's.
        (
            {"visited#1", "clicked#1"},
            tuple(SubmitAttempt(score, NOON) for score in (1, 2, 3)),
            {("clicked-by-machine", 1)},
        ),
        ({"visited#x"}, (), set()),
    ],
)
def test_a_visit_is_a_click_once_a_person_was_seen_and_a_machines_until_then(
    events: set[str], attempts: tuple[SubmitAttempt, ...], clicks: set[tuple[str, int]]
) -> None:
    invitation = make_invitation(
        state=InvitationState.SENT, sent_at=NOON, delivery_events=frozenset(events), attempts=attempts
    )
    assert {stage for stage in stages(invitation) if stage[0].startswith("clicked")} == clicks


def test_delivery_events_count_in_the_wave_they_name_and_machines_apart() -> None:
    reported = frozenset({"delivered#1", "opened-by-machine#1", "opened#2", "clicked#2", "unheard-of#1", "opened#x"})
    changed = stages(make_invitation(**REMINDED, delivery_events=reported)) - stages(make_invitation(**REMINDED))
    assert changed == {("delivered", 1), ("opened-by-machine", 1), ("opened", 2), ("clicked", 2)}


@pytest.mark.parametrize(
    ("attempts", "expected"),
    [
        ((SubmitAttempt(9, NOON + 1),), {("responded", 1)}),
        ((SubmitAttempt(9, NOON + 1, comment=Comment.of("fine")),), {("responded", 1), ("commented", 1)}),
        ((SubmitAttempt(9, NOON + 3 * DAY, comment=Comment.of("")),), {("responded", 2)}),
        (
            (SubmitAttempt(9, NOON + 1), SubmitAttempt(8, NOON + 4 * DAY, comment=Comment.of("later"))),
            {("responded", 1), ("commented", 1)},
        ),
        ((SubmitAttempt(9, NOON - 1),), {("responded", 1)}),
        ((SubmitAttempt(9, NOON + 1, honeypot=True),), set()),
        ((SubmitAttempt(9, NOON + 1, honeypot=True), SubmitAttempt(8, NOON + 4 * DAY)), {("responded", 2)}),
    ],
    ids=["first", "comment", "reminded", "changed", "before any mail", "a machine", "a person after a machine"],
)
def test_a_response_is_credited_to_the_latest_mail_before_it(
    attempts: tuple[SubmitAttempt, ...], expected: set[Any]
) -> None:
    responded = stages(make_invitation(**REMINDED, attempts=attempts)) - stages(make_invitation(**REMINDED))
    assert responded == expected


attempts = st.builds(SubmitAttempt, st.integers(0, 10), st.integers(NOON, NOON + 9 * DAY), st.booleans(), st.booleans(),
                    st.sampled_from([None, "", "why"]))  # fmt: skip
invitations = st.builds(
    make_invitation,
    state=st.sampled_from(list(InvitationState)),
    wave=st.integers(1, 3),
    stopped=st.sampled_from([None, "answered", "unsubscribed"]),
    sent_at=st.none() | st.integers(NOON, NOON + DAY),
    mails=st.lists(st.builds(Mail, st.integers(1, 3), st.integers(NOON, NOON + 7 * DAY), st.just("m")), max_size=4).map(
        tuple
    ),
    delivery_events=st.frozensets(
        st.builds("{}#{}".format, st.sampled_from([*DELIVERY_EVENTS, "odd"]), st.integers(1, 3))
    ),
    attempts=st.lists(attempts, max_size=4).map(tuple),
    channel=st.sampled_from(["email", "text"]),
)


@given(invitations)
def test_scheduled_is_the_sum_of_sent_waiting_claimed_and_stopped(invitation: Invitation) -> None:
    current = stages(invitation)
    for wave in {wave for _, wave in current}:
        at = [stage for stage, number in current if number == wave]
        assert at.count("scheduled") == sum(at.count(outcome) for outcome in OUTCOMES)
    assert {stage for stage, _ in current} <= set(STAGES)


@pytest.mark.parametrize(
    ("asked", "responded", "low", "high"),
    [(10, 0, 0.0, 0.27753), (10, 5, 0.23659, 0.76341), (1, 1, 0.20655, 1.0), (1000, 200, 0.17637, 0.22591)],
)
def test_the_response_rate_has_wilsons_interval(asked: int, responded: int, low: float, high: float) -> None:
    rate = Rate(asked, responded)
    assert rate.share == responded / asked
    bounds = rate.interval()
    assert bounds is not None
    assert bounds.level == 0.95
    assert (bounds.low, bounds.high) == pytest.approx((low, high), abs=1e-5)


def test_without_invitations_there_is_no_rate_and_never_more_respond_than_all() -> None:
    assert (Rate(0, 0).share, Rate(0, 0).interval()) == (None, None)
    assert Rate(0, 1).share is None
    assert Rate(1, 2).share == 1.0
    over = Rate(1, 2).interval()
    assert over is not None
    assert over.high == 1.0


def test_reminders_add_no_invitations() -> None:
    rows = {Row("demo", "email", 1): {"sent": 5, "responded": 1}, Row("demo", "email", 2): {"sent": 4, "responded": 2}}
    funnel = Funnel(rows)
    assert (funnel.asked, funnel.total("sent"), funnel.total("responded"), funnel.total("opened")) == (5, 9, 3, 0)
