"""Events of SES: twice, late and in any order, they suppress, stop and try again exactly as much as they should."""

from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import Any

import pytest

from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.email_feedback import GIVEN_UP, RETRY_AFTER, FeedbackKind, MailFeedback, Origin, retries_of
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.services.invitations.receive_feedback import SENDING, ReceiveFeedbackDeps, receive
from tests.factories import DAY, NOON, make_invitation
from tests.fakes.crash import CrashError
from tests.fakes.feedback import InMemoryFeedback
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.people import InMemorySuppressions

ID = make_invitation().id
ANN = "ann@example.com"


@dataclass
class World:
    """One invitation of Ann's, and the events that SES sends about it."""

    invitations: InMemoryInvitations = field(default_factory=InMemoryInvitations)
    suppressions: InMemorySuppressions = field(default_factory=InMemorySuppressions)
    now: int = NOON

    def __post_init__(self) -> None:
        self.feedback = InMemoryFeedback(self.invitations)

    @property
    def kept(self) -> Invitation:
        return self.invitations.kept["ann", ID]

    def keep(self, **changes: Any) -> None:
        self.invitations.kept["ann", ID] = make_invitation(**changes)

    def sent(self, wave: int = 1, message: str = "m-1", *, reminder: bool = True) -> None:
        """Send a wave's mail, as the sender notes it: the next wave waits for its time, if there is one."""
        kept = self.invitations.kept.get(("ann", ID)) or make_invitation()
        last: dict[str, Any] = {
            "sent_at": self.now,
            "message_id": message,
            "mails": (*kept.mails, Mail(wave, self.now, message)),
        }
        state: dict[str, Any] = {"state": InvitationState.SCHEDULED, "wave": wave + 1, "due_at": self.now + 3 * DAY}
        if not reminder:
            state = {"state": InvitationState.SENT, "wave": wave}
        self.invitations.kept["ann", ID] = replace(kept, **(last | state))

    def receive(self, feedback: MailFeedback) -> str:
        return receive(feedback, ReceiveFeedbackDeps(self.suppressions, self.feedback, self.now))


def feedback_of(kind: FeedbackKind, message: str = "m-1", wave: int = 1, **changes: Any) -> MailFeedback:
    recipients = (ANN,) if kind in (FeedbackKind.BOUNCED, FeedbackKind.SOFT_BOUNCED, FeedbackKind.COMPLAINED) else ()
    return replace(MailFeedback(kind, message, NOON, recipients, Origin("ann", ID, wave), "event-1"), **changes)


@pytest.fixture
def world() -> World:
    made = World()
    made.sent()
    return made


@pytest.mark.parametrize("kind", [FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED])
def test_a_bounce_or_a_complaint_suppresses_the_address_and_stops_the_reminder(
    world: World, kind: FeedbackKind
) -> None:
    assert world.receive(feedback_of(kind)) == "stopped"
    assert world.suppressions.is_suppressed(ANN) == kind.value
    assert world.kept.delivery_events == {f"{kind.value}#1"}
    assert (world.kept.state, world.kept.wave, world.kept.stopped) == (InvitationState.SENT, 2, kind.value)


@pytest.mark.parametrize("kind", [FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED])
def test_a_repeated_delivery_event_has_one_effect(world: World, kind: FeedbackKind) -> None:
    world.receive(feedback_of(kind))
    before = (world.kept, dict(world.suppressions.kept))
    assert world.receive(feedback_of(kind)) == "recorded"
    assert (world.kept, world.suppressions.kept) == before


@pytest.mark.parametrize(
    "kind",
    [
        FeedbackKind.DELIVERED,
        FeedbackKind.OPENED,
        FeedbackKind.OPENED_BY_MACHINE,
        FeedbackKind.CLICKED,
        FeedbackKind.REJECTED,
    ],
)
def test_everything_else_is_recorded_and_changes_nothing(world: World, kind: FeedbackKind) -> None:
    before = world.kept
    for _ in range(2):
        assert world.receive(feedback_of(kind)) == "recorded"
    assert world.kept == replace(before, delivery_events=frozenset({f"{kind.value}#1"}))
    assert world.suppressions.kept == {}


def test_delivery_events_of_several_waves_stand_side_by_side(world: World) -> None:
    world.sent(2, "m-2", reminder=False)
    world.receive(feedback_of(FeedbackKind.DELIVERED))
    world.receive(feedback_of(FeedbackKind.DELIVERED, "m-2", 2))
    world.receive(feedback_of(FeedbackKind.OPENED, "m-2", 2))
    assert world.kept.delivery_events == {"delivered#1", "delivered#2", "opened#2"}


@pytest.mark.parametrize(
    "order",
    list(
        permutations(
            [
                FeedbackKind.DELIVERED,
                FeedbackKind.SOFT_BOUNCED,
                FeedbackKind.OPENED,
                FeedbackKind.COMPLAINED,
                FeedbackKind.BOUNCED,
            ]
        )
    ),
)
def test_in_any_order_a_suppression_stands_and_nothing_waits(order: tuple[FeedbackKind, ...]) -> None:
    world = World()
    world.sent()
    for kind in (*order, *order):
        world.receive(feedback_of(kind))
    assert world.suppressions.is_suppressed(ANN) == "complained"
    assert world.kept.state is InvitationState.SENT
    assert world.kept.stopped in ("bounced", "complained")
    assert world.kept.delivery_events == {f"{kind.value}#1" for kind in order}


def test_a_bounce_of_the_last_mail_has_nothing_to_stop() -> None:
    world = World()
    world.sent(reminder=False)
    assert world.receive(feedback_of(FeedbackKind.BOUNCED)) == "recorded"
    assert (world.kept.state, world.kept.stopped) == (InvitationState.SENT, None)
    assert world.suppressions.is_suppressed(ANN) == "bounced"


def test_a_message_nobody_sent_suppresses_who_bounced_and_is_done(world: World) -> None:
    before = world.kept
    assert (
        world.receive(feedback_of(FeedbackKind.BOUNCED, origin=None, addresses=("stranger@example.com",)))
        == "unknown mail"
    )
    assert (
        world.receive(feedback_of(FeedbackKind.COMPLAINED, origin=Origin("ben", ID, 1), addresses=("ben@example.com",)))
        == "unknown mail"
    )
    assert world.receive(feedback_of(FeedbackKind.DELIVERED, origin=None)) == "unknown mail"
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED, origin=Origin("ann", "none", 1))) == "unknown mail"
    assert {address: one.reason for address, one in world.suppressions.kept.items()} == {
        "stranger@example.com": "bounced",
        "ben@example.com": "complained",
    }
    assert world.kept == before
    assert list(world.invitations.kept) == [("ann", ID)]


def test_the_address_of_an_erased_person_stays_erased(world: World) -> None:
    world.suppressions.add(ANN, "erased", NOON)
    world.receive(feedback_of(FeedbackKind.BOUNCED))
    assert world.suppressions.is_suppressed(ANN) == "erased"


def test_a_soft_bounce_sends_the_same_wave_once_more_the_next_day(world: World) -> None:
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED)) == "retried"
    assert (world.kept.state, world.kept.wave, world.kept.due_at) == (InvitationState.SCHEDULED, 1, NOON + RETRY_AFTER)
    assert world.kept.delivery_events == {"soft-bounced#1"}
    assert world.suppressions.kept == {}


def test_a_soft_bounce_of_a_survey_without_reminders_is_tried_again_too() -> None:
    world = World()
    world.sent(reminder=False)
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED)) == "retried"


def test_a_repeated_soft_bounce_is_not_tried_again(world: World) -> None:
    world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED))
    world.now += 60_000
    before = world.kept
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED)) == "recorded"
    assert world.kept == before
    world.sent(1, "m-2")
    before = world.kept
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED)) == "recorded"
    assert world.kept == before


def test_two_retries_are_the_limit_and_then_no_reminder_follows(world: World) -> None:
    for number in (1, 2):
        assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED, f"m-{number}")) == "retried"
        assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED, f"m-{number}")) == "recorded"
        assert world.kept.stopped is None
        world.now += RETRY_AFTER
        world.sent(1, f"m-{number + 1}")
        assert retries_of(world.kept, 1) == number
    for outcome in ("stopped", "recorded"):
        assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED, "m-3")) == outcome
        assert (world.kept.state, world.kept.wave, world.kept.stopped) == (InvitationState.SENT, 2, GIVEN_UP)
    assert world.suppressions.kept == {}


def test_each_wave_has_its_own_retries(world: World) -> None:
    world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED))
    world.sent(1, "m-2")
    world.sent(2, "m-3", reminder=False)
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED, "m-3", 2)) == "retried"
    assert (world.kept.wave, retries_of(world.kept, 1), retries_of(world.kept, 2)) == (2, 1, 0)


def test_a_soft_bounce_of_an_overtaken_wave_is_only_recorded(world: World) -> None:
    world.sent(2, "m-2", reminder=False)
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED, "m-1", 1)) == "recorded"
    assert (world.kept.state, world.kept.wave) == (InvitationState.SENT, 2)


def test_a_respondent_gets_no_mail_again(world: World) -> None:
    world.invitations.kept["ann", ID] = replace(world.kept, attempts=(SubmitAttempt(9, NOON),))
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED)) == "recorded"
    assert world.kept.wave == 2


def test_what_was_stopped_is_not_tried_again(world: World) -> None:
    world.receive(feedback_of(FeedbackKind.COMPLAINED))
    assert world.receive(feedback_of(FeedbackKind.SOFT_BOUNCED)) == "recorded"
    assert world.kept.state is InvitationState.SENT


@pytest.mark.parametrize("kind", [FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED, FeedbackKind.SOFT_BOUNCED])
def test_a_bounce_faster_than_the_note_of_its_mail_comes_again(kind: FeedbackKind) -> None:
    world = World()
    world.keep(state=InvitationState.CLAIMED, claimed_at=NOON)
    with pytest.raises(BusyError):
        world.receive(feedback_of(kind))
    # What matters most is done already.
    assert world.suppressions.is_suppressed(ANN) == kind.suppression
    world.sent()
    assert world.receive(feedback_of(kind)) in ("stopped", "retried")


def test_a_claim_nobody_heard_of_again_is_not_waited_for() -> None:
    world = World()
    world.keep(state=InvitationState.CLAIMED, claimed_at=NOON - SENDING)
    for kind in (FeedbackKind.BOUNCED, FeedbackKind.SOFT_BOUNCED):
        assert world.receive(feedback_of(kind)) == "recorded"
    assert world.kept.state is InvitationState.CLAIMED


def test_a_first_mail_that_is_still_scheduled_is_declined() -> None:
    world = World()
    world.keep()
    assert world.receive(feedback_of(FeedbackKind.BOUNCED)) == "stopped"
    assert (world.kept.state, world.kept.reason, world.kept.stopped) == (InvitationState.DECLINED, "bounced", "bounced")


def test_a_concurrent_change_of_the_invitation_makes_the_feedback_come_again(world: World) -> None:
    def claimed(call: str) -> None:
        if call == "stop":
            world.invitations.kept["ann", ID] = replace(world.kept, state=InvitationState.CLAIMED, claimed_at=NOON)

    world.feedback.before = claimed
    with pytest.raises(BusyError):
        world.receive(feedback_of(FeedbackKind.BOUNCED))


@pytest.mark.parametrize("kind", [FeedbackKind.BOUNCED, FeedbackKind.COMPLAINED, FeedbackKind.SOFT_BOUNCED])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", ["suppress", "add_delivery_events", "stop", "retry"])
def test_a_crash_anywhere_and_the_same_message_again_come_to_the_same(
    kind: FeedbackKind, moment: str, call: str
) -> None:
    crashed, whole = World(), World()
    for world in (crashed, whole):
        world.sent()

    def crash(now: str) -> None:
        if now == call:
            setattr(crashed.feedback, moment, lambda _: None)
            setattr(crashed.suppressions, moment, lambda _: None)
            raise CrashError

    setattr(crashed.feedback, moment, crash)
    setattr(crashed.suppressions, moment, crash)
    for _ in range(2):
        try:
            crashed.receive(feedback_of(kind))
        except CrashError:
            crashed.receive(feedback_of(kind))
    whole.receive(feedback_of(kind))
    assert crashed.kept == whole.kept
    assert crashed.suppressions.kept == whole.suppressions.kept
