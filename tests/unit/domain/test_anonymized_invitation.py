"""Of an erased person's invitation the funnel knows as much as before, and nobody anything else."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.anonymized_invitation import anonymized, with_outcome
from earshot.domain.bot_detection import SubmitAttempt, assess, counting, without_scores
from earshot.domain.invitation import Invitation, InvitationFacts, InvitationState, Mail
from earshot.domain.invitation_cohorts import moves
from earshot.domain.invitation_events import invitation_events
from tests.factories import DAY, NOON, make_invitation

attempts = st.lists(
    st.builds(
        SubmitAttempt,
        score=st.integers(0, 10),
        received_at=st.integers(NOON, NOON + 30_000),
        honeypot=st.booleans(),
        released=st.booleans(),
        comment=st.none() | st.just("It is me, Ann"),
    ),
    max_size=4,
).map(tuple)
delivery_events = st.frozensets(
    st.sampled_from(["delivered", "opened", "clicked", "visited", "unsubscribed", "bounced"]).flatmap(
        lambda word: st.integers(1, 3).map(lambda wave: f"{word}#{wave}")
    )
)
invitations = st.builds(
    replace,
    st.just(make_invitation(properties={"plan": "pro"}, correlation="c", recipient_hash="h", asked_mailbox="h")),
    state=st.sampled_from(InvitationState),
    wave=st.integers(1, 3),
    mails=st.integers(0, 3).map(lambda waves: tuple(Mail(n + 1, NOON + n * DAY, f"m-{n}") for n in range(waves))),
    claimed_at=st.none() | st.just(NOON),
    stopped=st.none() | st.just("unsubscribed"),
    response=st.none() | st.just("r-1"),
    attempts=attempts,
    clicks=attempts,
    delivery_events=delivery_events,
)


@given(invitations)
def test_an_erasure_moves_nothing_in_the_funnel_and_emits_no_event(invitation: Invitation) -> None:
    left = anonymized(invitation)
    assert dict(moves(invitation, left)) == {}
    assert anonymized(left) == left
    assert invitation_events(invitation, left, "") == invitation_events(None, left, "") == []


@given(invitations)
def test_no_comment_time_or_link_is_left(invitation: Invitation) -> None:
    left = anonymized(invitation)
    assert left.facts is not None
    kept = {
        name for name in (each.name for each in fields(Invitation)) if getattr(left, name) == getattr(invitation, name)
    }
    blank = replace(left, id="", survey="", person="", channel="", facts=None)
    assert blank == replace(
        blank, properties={}, attempts=(), clicks=(), mails=(), delivery_events=frozenset(), response=None
    )
    assert {"id", "survey", "person", "channel"} <= kept
    assert (left.decided_at, left.due_at, left.correlation, left.recipient_hash, left.asked_mailbox) == (
        0,
        0,
        "",
        None,
        None,
    )
    reported = repr(left.facts)
    assert not [
        word for word in ("Ann", "r-1", "m-", str(NOON)[:8], "score") if word in reported.replace("clicked-score", "")
    ]


@given(attempts, attempts)
def test_submissions_without_scores_count_as_they_did(
    attempts: tuple[SubmitAttempt, ...], others: tuple[SubmitAttempt, ...]
) -> None:
    left, others_left = without_scores(attempts, others), without_scores(others, attempts)
    assert assess(left, others_left) == assess(attempts, others)
    stood, stands = counting(attempts, others), counting(left, others_left)
    assert (stood and stood.received_at) == (stands and stands.received_at)
    assert {(attempt.score, attempt.comment) for attempt in left} <= {(None, None)}
    assert without_scores(left, others_left) == left


SENDING = InvitationFacts(frozenset({"scheduled#1", "claimed#1"}))
REMINDING = InvitationFacts(
    frozenset({"scheduled#1", "sent#1", "scheduled#2", "claimed#2"}), "2026-11-20", frozenset({"asked"})
)


@pytest.mark.parametrize(
    ("facts", "wave", "outcome", "left"),
    [
        (SENDING, 1, "sent", InvitationFacts(frozenset({"scheduled#1", "sent#1"}), "2026-11-21", frozenset({"asked"}))),
        (SENDING, 1, "stopped", InvitationFacts(frozenset({"scheduled#1", "stopped#1"}))),
        (REMINDING, 2, "sent", replace(REMINDING, stages=REMINDING.stages - {"claimed#2"} | {"sent#2"})),
        (SENDING, 2, "sent", None),
        (InvitationFacts(frozenset({"scheduled#1", "sent#1"})), 1, "sent", None),
    ],
)
def test_what_became_of_a_mail_that_was_being_sent_is_noted_once(
    facts: InvitationFacts, wave: int, outcome: str, left: InvitationFacts | None
) -> None:
    day = "2026-11-21" if outcome == "sent" else None
    assert with_outcome(facts, wave, outcome, day) == left
