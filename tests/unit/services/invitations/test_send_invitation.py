"""Sending: once or never, wherever it breaks, within the hours and the day's budget."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pytest

from earshot.domain.eligibility import Rules
from earshot.domain.email_feedback import Origin
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.person import Asked, ErasedPerson, Person
from earshot.domain.sending_quota import SendingPause
from earshot.domain.survey import Survey
from earshot.ports.mail import NotSentError, PausedError, RejectedError, ThrottledError, UnknownOutcomeError
from earshot.services.invitations.send_invitation import LATE, LONGEST_SEND, SendInvitationDeps, send
from earshot.services.invitations.send_rate import SendRateLimiter
from tests.factories import DAY, NOON, make_invitation, make_person, make_survey
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import FakeTime
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.mailing import FixedAccount, InMemoryBudgets, InMemoryMailer, InMemorySendingPauses
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.surveys import InMemorySurveys

CALLS = ("get", "spend", "claim", "send", "record_sent")
TASK = {"person": "ann", "invitation": make_invitation().id}


def at(day: int, hour: int) -> int:
    return int(datetime(2026, 11, day, hour, tzinfo=UTC).timestamp() * 1000)


@dataclass
class Scene:
    """One invitation that is due, and everything sending it needs."""

    survey: Survey = field(default_factory=make_survey)
    now: int = NOON

    def __post_init__(self) -> None:
        self.people = InMemoryPeople()
        self.people.kept["ann"] = make_person()
        self.invitations = InMemoryInvitations(self.people)
        self.keep(make_invitation())
        self.budgets, self.mailer, self.suppressions = InMemoryBudgets(), InMemoryMailer(), InMemorySuppressions()
        self.pauses = InMemorySendingPauses()
        self.surveys = InMemorySurveys(self.survey)
        self.ledger = InMemoryLedger()
        self.account, self.time, self.time_left = FixedAccount(), FakeTime(), 60_000
        self.pace = SendRateLimiter(self.account, 2, clock=self.time, sleep=self.time.sleep)

    def keep(self, *invitations: Invitation) -> None:
        self.invitations.kept |= {(each.person, each.id): each for each in invitations}

    def send(self, task: dict[str, str] = TASK) -> str:
        deps = SendInvitationDeps(
            surveys=self.surveys,
            people=self.people,
            suppressions=self.suppressions,
            invitations=self.invitations,
            ledger=self.ledger,
            budgets=self.budgets,
            mailer=self.mailer,
            pauses=self.pauses,
            compose=lambda survey, person, invitation: f"{survey.id} {person.id} {invitation.id}".encode(),
            address="survey@example.com",
            rate_limiter=self.pace,
            time_left=lambda: self.time_left,
            clock=lambda: self.now,
        )
        return send(task, deps)

    def interfere(self, call: str, moment: str, error: Exception) -> None:
        """Make a call fail once, before or after it did what it does."""
        errors = [error]

        def fail(name: str) -> None:
            if name == call and errors:
                raise errors.pop()

        for port in (self.invitations, self.budgets, self.mailer):
            setattr(port, moment, fail)

    @property
    def kept(self) -> Invitation:
        return self.invitations.kept["ann", TASK["invitation"]]


def test_an_invitation_goes_out_once_however_often_it_is_delivered() -> None:
    scene = Scene()
    assert [scene.send() for _ in range(3)] == ["sent", "not due", "not due"]
    assert [(sender, recipient) for sender, recipient, _ in scene.mailer.sent] == [
        ("survey@example.com", "ann@example.com")
    ]
    sent = replace(make_invitation(), claimed_at=NOON, sent_at=NOON, message_id="message-1")
    hashed = scene.suppressions.hash_of("ann@example.com")
    assert scene.kept == replace(
        sent, recipient_hash=hashed, wave=2, due_at=NOON + 3 * DAY, mails=(Mail(1, NOON, "message-1"),)
    )
    assert scene.mailer.origins == [Origin("ann", TASK["invitation"], 1)]


# A mailer says that it is busy only if it is certain that nothing went out.
FAILURES = [
    (call, moment, error)
    for call in CALLS
    for moment in ("before", "after")
    for error in (CrashError("died"), NotSentError("busy"))
    if (call, moment) != ("send", "after") or isinstance(error, CrashError)
]


@pytest.mark.parametrize(("call", "moment", "error"), FAILURES)
def test_a_crash_at_any_point_sends_no_second_mail(call: str, moment: str, error: Exception) -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=3)))
    scene.interfere(call, moment, error)
    with pytest.raises((CrashError, NotSentError)):
        scene.send()
    before = len(scene.mailer.sent)
    for _ in range(3):
        scene.send()
    assert len(scene.mailer.sent) <= 1
    # Until the claim stands a crash costs nothing; after it the outcome is unknown, and stays so.
    is_resumed = (call, moment) in {("get", "before"), ("get", "after"), ("spend", "before"), ("spend", "after")}
    is_resumed |= (call, moment) == ("claim", "before") or (isinstance(error, NotSentError) and call == "send")
    assert len(scene.mailer.sent) == (1 if is_resumed else before)
    assert len(scene.mailer.sent) <= scene.budgets.spent["demo", "2026-11-21"] <= 2


def test_an_outcome_nobody_knows_is_never_sent_again_and_shown_after_an_hour() -> None:
    scene = Scene()
    scene.interfere("send", "before", UnknownOutcomeError("no answer"))
    assert [scene.send(), scene.send()] == ["unknown", "not due"]
    assert scene.mailer.sent == []
    assert scene.kept.shown_state(NOON + 3_600_000) == "claimed"
    assert scene.kept.shown_state(NOON + 3_600_001) == "unknown"


def test_what_certainly_did_not_go_out_is_sent_later() -> None:
    scene = Scene()
    scene.interfere("send", "before", NotSentError("throttled"))
    with pytest.raises(NotSentError):
        scene.send()
    assert scene.kept.state is InvitationState.SCHEDULED
    assert scene.send() == "sent"


def test_what_may_have_changed_since_the_decision_is_checked_again() -> None:
    def closed(scene: Scene) -> None:
        scene.surveys.surveys["demo"] = make_survey(state="closed")

    def erased(scene: Scene) -> None:
        scene.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)

    def suppressed(scene: Scene) -> None:
        scene.suppressions.add("ann@example.com", "unsubscribed", NOON)

    def unreachable(scene: Scene) -> None:
        scene.people.kept["ann"] = make_person(email=None)

    reasons = {"survey-closed": closed, "erased": erased, "suppressed": suppressed, "no-address": unreachable}
    for reason, change in reasons.items():
        scene = Scene()
        change(scene)
        assert [scene.send(), scene.send()] == ["declined", "not due"]
        assert (scene.kept.state, scene.kept.reason) == (InvitationState.DECLINED, reason)
        assert scene.mailer.sent == []


def test_an_invitation_that_is_not_there_is_settled() -> None:
    assert Scene().send({"person": "ann", "invitation": "another"}) == "not due"


@pytest.mark.parametrize(("hour", "opening"), [(7, at(21, 8)), (20, at(22, 8)), (23, at(22, 8))])
def test_outside_the_hours_it_is_moved_to_their_next_opening(hour: int, opening: int) -> None:
    scene = Scene(now=at(21, hour))
    scene.keep(make_invitation(due_at=at(21, 1)))
    assert scene.send() == "postponed"
    assert (scene.kept.state, scene.kept.due_at, scene.kept.reason) == (
        InvitationState.SCHEDULED,
        opening,
        "outside-hours",
    )
    scene.now = opening
    assert scene.send() == "sent"


@pytest.mark.parametrize(("late", "asked"), [(LATE, NOON), (LATE + 1, NOON + LATE + 1)])
def test_a_first_mail_that_goes_out_late_takes_the_quiet_period_along(late: int, asked: int) -> None:
    scene = Scene(now=NOON + late)
    scene.people.kept["ann"] = make_person(last_invited_at=NOON, last_invitation=TASK["invitation"])
    assert scene.send() == "sent"
    person = scene.people.get("ann")
    assert isinstance(person, Person)
    assert person.last_invited_at == asked
    assert scene.kept.mails[0].sent_at == NOON + late


def test_a_late_mail_whose_person_moved_meanwhile_is_decided_again() -> None:
    scene = Scene(now=NOON + LATE + 1)

    def change(name: str) -> None:
        if name == "postpone":
            scene.people.boxes["hash of ann@example.com"] = Asked(NOON, "another", revision=1)

    scene.invitations.before = change
    assert [scene.send(), len(scene.mailer.sent)] == ["postponed", 0]
    scene.invitations.before = lambda _: None
    assert scene.send() == "sent"


def test_the_hours_are_the_persons() -> None:
    scene = Scene(now=at(21, 12))
    scene.people.kept["ann"] = make_person(timezone="Asia/Tokyo")
    assert scene.send() == "postponed"
    assert scene.kept.due_at == at(21, 23)


def test_a_spent_budget_moves_the_rest_to_the_next_day_and_is_never_exceeded() -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=2)))
    many = [make_invitation(id=f"i-{number}") for number in range(5)]
    scene.keep(*many)
    tasks = [{"person": "ann", "invitation": each.id} for each in many]
    assert [scene.send(task) for task in tasks] == ["sent", "sent", "postponed", "postponed", "postponed"]
    moved = scene.invitations.kept["ann", "i-4"]
    assert (moved.due_at, moved.reason) == (at(22, 8), "daily-budget")
    scene.now = at(22, 8)
    assert [scene.send(task) for task in tasks] == ["not due", "not due", "sent", "sent", "postponed"]
    assert dict(scene.budgets.spent) == {("demo", "2026-11-21"): 2, ("demo", "2026-11-22"): 2}


def test_the_budgets_day_is_the_surveys_and_the_opening_the_persons() -> None:
    scene = Scene(make_survey(timezone="Pacific/Auckland", rules=Rules(daily_budget=1)), now=at(21, 12))
    scene.people.kept["ann"] = make_person(timezone="UTC")
    scene.budgets.spent["demo", "2026-11-22"] = 1
    assert scene.send() == "postponed"
    # In Auckland the 23rd begins at 11:00 UTC of the 22nd: within the hours of London.
    assert scene.kept.due_at == at(22, 11)


def test_a_mail_that_waits_its_turn_is_paid_for_once_a_day() -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=1)))
    for _ in range(3):
        scene.interfere("send", "before", NotSentError("throttled"))
        with pytest.raises(NotSentError):
            scene.send()
    assert scene.send() == "sent"
    assert scene.budgets.spent["demo", "2026-11-21"] == 1


def test_a_survey_without_a_budget_counts_nothing() -> None:
    scene = Scene()
    scene.send()
    assert not scene.budgets.spent


def test_while_the_account_may_send_nothing_a_mail_waits_untouched() -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=1)))
    scene.account = FixedAccount(left=0, note="spent")
    scene.pace = SendRateLimiter(scene.account, 2, clock=scene.time, sleep=scene.time.sleep)
    assert [scene.send() for _ in range(3)] == ["postponed"] * 3
    assert scene.kept == make_invitation()
    assert (scene.mailer.sent, dict(scene.budgets.spent), scene.time.slept) == ([], {}, [])
    assert scene.account.asked == 1


def test_what_has_changed_is_noticed_even_while_the_account_may_send_nothing() -> None:
    scene = Scene(make_survey(state="closed"))
    scene.account.allowed = FixedAccount(left=0).allowed
    assert scene.send() == "declined"


def test_a_mail_is_not_begun_in_a_run_that_ends_before_its_turn() -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=1)))
    scene.time_left = LONGEST_SEND - 1
    with pytest.raises(ThrottledError):
        scene.send()
    scene.time_left = LONGEST_SEND
    scene.pace.slow_down()
    with pytest.raises(ThrottledError):
        scene.send()
    assert scene.kept == make_invitation()
    assert (scene.mailer.sent, dict(scene.budgets.spent), scene.time.slept) == ([], {}, [])
    scene.time_left = LONGEST_SEND + 1000
    assert scene.send() == "sent"


def test_mails_go_out_at_our_share_of_the_accounts_rate() -> None:
    scene = Scene()
    many = [make_invitation(id=f"i-{number}") for number in range(5)]
    scene.keep(*many)
    began = scene.time.now
    assert {scene.send({"person": "ann", "invitation": each.id}) for each in many} == {"sent"}
    assert scene.time.now - began == pytest.approx(4 * 2 / 14)


def test_what_waits_for_a_budget_takes_nobodys_turn() -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=0)))
    assert scene.send() == "postponed"
    assert scene.pace.seconds_to_wait() == 0


def test_a_throttled_mail_is_given_back_and_the_next_waits_a_moment() -> None:
    scene = Scene()
    scene.interfere("send", "before", ThrottledError("too fast"))
    with pytest.raises(ThrottledError):
        scene.send()
    assert scene.kept == make_invitation()
    assert scene.send() == "sent"
    assert scene.time.slept[-1] == pytest.approx(1.0)


def test_what_the_account_may_not_send_is_given_back_and_nothing_more_is_claimed_for_a_minute() -> None:
    scene = Scene()
    scene.interfere("send", "before", PausedError("suspended"))
    with pytest.raises(PausedError, match="suspended"):
        scene.send()
    assert scene.kept == make_invitation()
    assert scene.pauses.latest() == SendingPause("suspended", NOON)
    assert scene.send() == "postponed"
    scene.time.sleep(60)
    assert scene.send() == "sent"


def test_while_ses_refuses_every_mail_one_is_claimed_in_a_minute_however_many_are_due() -> None:
    scene = Scene()
    many = [make_invitation(id=f"i-{number}") for number in range(100)]
    scene.keep(*many)
    writes: list[str] = []
    scene.invitations.before = writes.append

    def refuse(_: str) -> None:
        raise PausedError("SES has not verified MailFrom")

    scene.mailer.before = refuse
    for _ in range(3):
        for each in many:
            with suppress(PausedError):
                assert scene.send({"person": "ann", "invitation": each.id}) == "postponed"
        scene.time.sleep(60)
    assert Counter(writes) == {"get": 300, "claim": 3, "release": 3}
    assert [scene.invitations.kept["ann", each.id] for each in many] == many


def test_a_recipient_whom_the_sandbox_refuses_waits_an_hour_and_stops_nobody_else() -> None:
    scene = Scene()
    scene.keep(make_invitation(id="other"))
    scene.interfere("send", "before", PausedError("sandbox", for_all=False))
    with pytest.raises(PausedError):
        scene.send()
    waits = (InvitationState.SCHEDULED, NOON + 3_600_000, "sandbox")
    assert (scene.kept.state, scene.kept.due_at, scene.kept.reason) == waits
    assert scene.pauses.latest() is None
    assert scene.send({"person": "ann", "invitation": "other"}) == "sent"
    assert scene.send() == "not due"
    scene.now = NOON + 3_600_000
    assert scene.send() == "sent"


def test_a_reminder_that_the_sandbox_refuses_keeps_its_time_by_which_it_is_too_late_one_day() -> None:
    scene = Scene()
    scene.send()
    reminder, scene.now = scene.kept, NOON + 3 * DAY
    scene.interfere("send", "before", PausedError("sandbox", for_all=False))
    with pytest.raises(PausedError):
        scene.send()
    assert scene.kept.due_at == reminder.due_at
    assert scene.kept.state is InvitationState.SCHEDULED


def test_what_was_rejected_for_itself_is_declined_for_good_and_asked_nobody() -> None:
    scene = Scene()
    scene.people.kept["ann"] = ann = make_person(last_invited_at=5)
    assert scene.invitations.open(make_invitation(id="bad"), ann)
    assert scene.people.get("ann") == replace(ann, last_invited_at=NOON, last_invitation="bad", asked_revision=1)
    scene.interfere("send", "before", RejectedError("bad address"))
    task = {"person": "ann", "invitation": "bad"}
    assert [scene.send(task), scene.send(task)] == ["rejected", "not due"]
    kept = scene.invitations.kept["ann", "bad"]
    assert (kept.state, kept.reason) == (InvitationState.DECLINED, "rejected")
    assert scene.people.get("ann") == replace(ann, asked_revision=2)
    assert scene.mailer.sent == []
