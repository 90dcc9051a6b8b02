"""Reminding: only people who have neither responded nor unsubscribed, wave after wave, never two at once."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from earshot.domain.bot_detection import SubmitAttempt
from earshot.domain.eligibility import Rules
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.person import Asked, ErasedPerson, Person
from earshot.domain.statement import StatementKind
from earshot.domain.survey import Survey
from earshot.ports.ledger import Change
from earshot.ports.mail import NotSentError, RejectedError, UnknownOutcomeError
from earshot.services.invitations.check_reminder import DATED_BY_DAY, ON_ITS_WAY
from earshot.services.invitations.send_invitation import CLOCKS_DIFFER, SendInvitationDeps, send
from earshot.services.invitations.send_rate import SendRateLimiter
from tests.factories import DAY, NOON, changed, make_invitation, make_person, make_response, make_survey, uuid7
from tests.fakes.crash import CrashError
from tests.fakes.fake_time import FakeTime
from tests.fakes.invitations import InMemoryInvitations
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.mailing import FixedAccount, InMemoryBudgets, InMemoryMailer, InMemorySendingPauses
from tests.fakes.people import InMemoryPeople, InMemorySuppressions
from tests.fakes.surveys import InMemorySurveys

TASK = {"person": "ann", "invitation": make_invitation().id}
MINUTE = 60_000


@dataclass
class Scene:
    """One person who was asked at noon, and a clock that a test moves."""

    survey: Survey = field(default_factory=make_survey)
    now: int = NOON

    def __post_init__(self) -> None:
        self.ledger = InMemoryLedger()
        self.people = InMemoryPeople(self.ledger)
        self.people.kept["ann"] = ann = make_person(timezone="UTC")
        self.invitations = InMemoryInvitations(self.people)
        assert self.invitations.open(make_invitation(), ann)
        self.budgets, self.mailer, self.suppressions = InMemoryBudgets(), InMemoryMailer(), InMemorySuppressions()
        self.surveys = InMemorySurveys(self.survey)
        self.time = FakeTime()
        self.pace = SendRateLimiter(FixedAccount(rate=1000), 2, clock=self.time, sleep=self.time.sleep)

    def send(self) -> str:
        deps = SendInvitationDeps(
            surveys=self.surveys,
            people=self.people,
            suppressions=self.suppressions,
            invitations=self.invitations,
            ledger=self.ledger,
            budgets=self.budgets,
            mailer=self.mailer,
            pauses=InMemorySendingPauses(),
            compose=lambda *facts: f"wave {facts[-1].wave}".encode(),
            address="survey@example.com",
            rate_limiter=self.pace,
            time_left=lambda: 60_000,
            clock=lambda: self.now,
        )
        return send(TASK, deps)

    def later(self, days: float) -> str:
        """Move the clock on by days, and deliver a task."""
        self.now += round(days * DAY)
        return self.send()

    def change(self, **changes: Any) -> None:
        self.invitations.kept["ann", TASK["invitation"]] = replace(self.kept, **changes)

    def respond(self, **changes: Any) -> None:
        """Record a response of the person's."""
        sent: dict[str, Any] = {"person": "ann", "responded_at": self.now} | changes
        response = make_response(**sent)
        self.ledger.commit([Change(None, response)])

    def interfere(self, call: str, moment: str, error: Exception) -> None:
        errors = [error]

        def fail(name: str) -> None:
            if name == call and errors:
                raise errors.pop()

        for port in (self.invitations, self.budgets, self.mailer, self.people):
            setattr(port, moment, fail)

    @property
    def kept(self) -> Invitation:
        return self.invitations.kept["ann", TASK["invitation"]]

    @property
    def waves(self) -> list[str]:
        return [mime.decode() for _, _, mime in self.mailer.sent]

    @property
    def is_due(self) -> bool:
        return any(self.invitations.due(shard, self.now, 10)[0] for shard in range(8))


@pytest.fixture
def scene() -> Scene:
    """Return a person who was asked, and whose reminder is due after three days."""
    made = Scene()
    assert made.send() == "sent"
    return made


def test_reminders_go_out_after_three_and_seven_days_and_no_more(scene: Scene) -> None:
    assert scene.later(3 - 0.001) == "not due"
    assert scene.later(0.001) == "sent"
    assert [scene.later(1) for _ in range(3)] == ["not due"] * 3
    assert scene.later(1) == "sent"
    assert [scene.later(30) for _ in range(3)] == ["not due"] * 3
    assert scene.waves == ["wave 1", "wave 2", "wave 3"]
    mails = [Mail(1, NOON, "message-1"), Mail(2, NOON + 3 * DAY, "message-2"), Mail(3, NOON + 7 * DAY, "message-3")]
    assert (scene.kept.state, scene.kept.wave, list(scene.kept.mails)) == (InvitationState.SENT, 3, mails)
    assert not scene.is_due
    assert [origin and origin.wave for origin in scene.mailer.origins] == [1, 2, 3]


def test_a_survey_may_remind_never(scene: Scene) -> None:
    quiet = Scene(make_survey(rules=Rules(reminders=())))
    assert [quiet.send(), quiet.later(3), quiet.later(30)] == ["sent", "not due", "not due"]
    assert quiet.kept.state is InvitationState.SENT


def test_a_task_of_the_first_mail_that_comes_late_or_often_reminds_nobody_early(scene: Scene) -> None:
    assert [scene.later(0.5) for _ in range(5)] == ["not due"] * 5
    assert scene.later(0.5) == "sent"
    assert [scene.send() for _ in range(5)] == ["not due"] * 5
    assert scene.waves == ["wave 1", "wave 2"]


def test_a_clock_that_is_a_little_behind_sends_what_another_thought_due(scene: Scene) -> None:
    scene.now = scene.kept.due_at - CLOCKS_DIFFER - 1
    assert scene.send() == "not due"
    scene.now += 1
    assert scene.send() == "sent"


def test_a_reminder_adds_no_invitation(scene: Scene) -> None:
    asked = scene.people.kept["ann"]
    scene.now = NOON + 3 * DAY + 9 * 60 * MINUTE  # at nine in the evening
    assert scene.send() == "postponed"
    assert scene.kept.reason == "eligible"
    assert scene.later(0.5) == "sent"
    assert scene.people.kept["ann"] == asked


def test_after_an_outage_the_waves_keep_their_distance(scene: Scene) -> None:
    assert scene.later(10) == "sent"
    assert scene.send() == "not due"
    assert scene.later(4 - 0.001) == "not due"
    assert scene.later(0.001) == "sent"
    assert [mail.sent_at for mail in scene.kept.mails] == [NOON, NOON + 10 * DAY, NOON + 14 * DAY]


def close(scene: Scene) -> None:
    scene.surveys.surveys["demo"] = make_survey(state="closed")


def lose_the_survey(scene: Scene) -> None:
    scene.surveys.surveys.clear()


def remind_no_more(scene: Scene) -> None:
    scene.surveys.surveys["demo"] = make_survey(rules=Rules(reminders=()))


def erase(scene: Scene) -> None:
    scene.people.kept["ann"] = ErasedPerson("ann", NOON, subtract=False)


def lose_the_person(scene: Scene) -> None:
    del scene.people.kept["ann"]


def lose_the_address(scene: Scene) -> None:
    scene.people.kept["ann"] = make_person(email=None)


def unsubscribe(scene: Scene) -> None:
    scene.suppressions.add("ann@example.com", "unsubscribed", NOON)


def bounce(scene: Scene) -> None:
    scene.suppressions.add("ann@example.com", "bounced", NOON)


def complain(scene: Scene) -> None:
    scene.suppressions.add("ann@example.com", "complained", NOON)


def respond(scene: Scene) -> None:
    scene.change(response=uuid7(), attempts=(SubmitAttempt(9, NOON),))
    scene.respond()


def respond_elsewhere(scene: Scene) -> None:
    scene.respond(id=uuid7(seed="widget"))


def respond_elsewhere_with_a_machine(scene: Scene) -> None:
    scene.change(response=uuid7(), attempts=(SubmitAttempt(9, NOON, honeypot=True),))
    scene.respond()
    scene.respond(id=uuid7(seed="widget"))


STOPS = [
    ("survey-closed", close),
    ("survey-closed", lose_the_survey),
    ("no-reminder", remind_no_more),
    ("erased", erase),
    ("erased", lose_the_person),
    ("no-address", lose_the_address),
    ("unsubscribed", unsubscribe),
    ("bounced", bounce),
    ("complained", complain),
    ("answered", respond),
    ("answered", respond_elsewhere),
    ("answered", respond_elsewhere_with_a_machine),
]


@pytest.mark.parametrize("days", [0, 10])
@pytest.mark.parametrize(("reason", "change"), STOPS, ids=[change.__name__ for _, change in STOPS])
def test_what_happened_since_the_last_mail_stops_the_next(reason: str, change: Any, days: int, scene: Scene) -> None:
    """Also when the planner was away for days."""
    change(scene)
    before = scene.people.kept.get("ann")
    assert [scene.later(3 + days), scene.later(10)] == ["stopped", "not due"]
    assert scene.waves == ["wave 1"]
    assert (scene.kept.state, scene.kept.wave, scene.kept.stopped) == (InvitationState.SENT, 2, reason)
    assert scene.kept.reason == "eligible"
    assert scene.people.kept.get("ann") == before
    assert not scene.is_due


@pytest.mark.parametrize(("reason", "change"), STOPS, ids=[change.__name__ for _, change in STOPS])
def test_a_stop_that_breaks_off_is_made_up_for(reason: str, change: Any, scene: Scene) -> None:
    change(scene)
    for moment in ("before", "after"):
        scene.interfere("cancel", moment, CrashError("died"))
        if moment == "before":
            with pytest.raises(CrashError):
                scene.later(3)
    with pytest.raises(CrashError):
        scene.send()
    assert scene.send() == "not due"
    assert (scene.waves, scene.kept.stopped) == (["wave 1"], reason)


def test_a_plan_that_became_shorter_ends_with_what_it_still_has(scene: Scene) -> None:
    scene.surveys.surveys["demo"] = make_survey(rules=Rules(reminders=(3,)))
    assert [scene.later(3), scene.later(4)] == ["sent", "not due"]
    longer = Scene()
    assert [longer.send(), longer.later(3)] == ["sent", "sent"]
    longer.surveys.surveys["demo"] = make_survey(rules=Rules(reminders=(3,)))
    assert longer.later(4) == "stopped"
    assert longer.kept.stopped == "no-reminder"


def test_a_response_from_before_the_question_was_asked_stops_nothing(scene: Scene) -> None:
    scene.respond(responded_at=NOON - DATED_BY_DAY - 1)
    assert scene.later(3) == "sent"


def test_a_response_that_is_dated_by_the_day_of_the_question_stops_the_reminder(scene: Scene) -> None:
    scene.respond(responded_at=NOON - DAY // 2)
    assert scene.later(3) == "stopped"
    assert scene.kept.stopped == "answered"


def test_a_response_erased_since_still_stops_the_reminder(scene: Scene) -> None:
    scene.change(response=uuid7(), attempts=(SubmitAttempt(9, NOON + MINUTE),))
    scene.ledger.items["demo", uuid7()] = changed(make_response(), kind=StatementKind.ERASED, person=None)
    assert scene.later(3) == "stopped"
    assert scene.kept.stopped == "answered"


def test_an_older_invitation_is_not_reminded_after_a_newer_one(scene: Scene) -> None:
    scene.people.boxes["hash of ann@example.com"] = Asked(NOON + 2 * DAY, "another", revision=9)
    assert scene.later(3) == "stopped"
    assert scene.kept.stopped == "asked-again"


def test_a_newer_invitation_that_is_yet_to_come_stops_nothing(scene: Scene) -> None:
    scene.people.boxes["hash of ann@example.com"] = Asked(NOON + 20 * DAY, "another", revision=9)
    assert scene.later(3) == "sent"


def test_after_an_outage_of_weeks_a_reminder_would_only_meet_the_next_question(scene: Scene) -> None:
    assert scene.later(3 + 14) == "sent"
    late = Scene()
    assert [late.send(), late.later(3 + 15)] == ["sent", "stopped"]
    assert late.kept.stopped == "too-late"


@pytest.mark.parametrize(
    ("other", "outcome"),
    [
        (make_person(id="ann-2", email="ANN@Example.com"), "stopped"),
        (make_person(id="ben", email="ann+nps@example.com"), "sent"),
    ],
)
def test_a_response_of_another_id_with_the_same_mailbox_stops_the_reminder(
    other: Person, outcome: str, scene: Scene
) -> None:
    scene.people.kept[other.id] = other
    response = make_response(9, id=uuid7(seed="other"), responded_at=NOON + DAY, person=other.id)
    scene.ledger.commit([Change(None, response)])
    assert scene.later(3) == outcome


def test_an_unsigned_response_with_the_address_stops_the_reminder_and_changes_nothing_else(scene: Scene) -> None:
    known = scene.people.get("ann")
    assert isinstance(known, Person)
    label = make_response(9, id=uuid7(seed="label"), responded_at=NOON + DAY, email_hash=known.mailbox)
    scene.ledger.commit([Change(None, label)])
    assert scene.later(3) == "stopped"
    assert scene.kept.stopped == "answered"
    assert scene.people.get("ann") == known


def test_an_unsigned_response_with_another_address_stops_nothing(scene: Scene) -> None:
    label = make_response(9, id=uuid7(seed="label"), responded_at=NOON + DAY, email_hash="hash of ben@example.com")
    scene.ledger.commit([Change(None, label)])
    assert scene.later(3) == "sent"


def test_a_response_that_the_same_mailbox_gave_before_it_was_asked_stops_nothing(scene: Scene) -> None:
    scene.people.kept["ann-2"] = make_person(id="ann-2")
    early = make_response(9, id=uuid7(seed="early"), responded_at=NOON - 3 * DAY, person="ann-2")
    elsewhere = make_response(9, id=uuid7(seed="elsewhere"), responded_at=NOON + DAY, person="ann-2", survey="other")
    scene.ledger.commit([Change(None, early), Change(None, elsewhere)])
    assert scene.later(3) == "sent"


def test_a_response_to_another_survey_stops_nothing(scene: Scene) -> None:
    scene.respond(survey="other")
    assert scene.later(3) == "sent"


def test_a_quarantined_submission_stops_nothing(scene: Scene) -> None:
    scene.change(response=uuid7(), attempts=tuple(SubmitAttempt(score, NOON + score) for score in range(3)))
    scene.respond(score=2)
    assert scene.later(3) == "sent"


def test_a_submission_whose_response_is_on_its_way_is_waited_for(scene: Scene) -> None:
    scene.now = NOON + 3 * DAY
    scene.change(
        response=uuid7(), attempts=(SubmitAttempt(9, scene.now - 2 * MINUTE), SubmitAttempt(8, scene.now - MINUTE))
    )
    asked = scene.people.kept["ann"]
    assert scene.send() == "postponed"
    until = scene.now - MINUTE + ON_ITS_WAY
    assert (scene.kept.state, scene.kept.due_at, scene.kept.reason) == (InvitationState.SCHEDULED, until, "eligible")
    assert scene.people.kept["ann"] == asked
    assert [scene.send(), scene.later(13 / 24 / 60)] == ["not due", "not due"]
    scene.respond(responded_at=NOON + 3 * DAY - 2 * MINUTE)
    assert scene.later(1 / 24 / 60) == "stopped"
    assert (scene.waves, scene.kept.stopped) == (["wave 1"], "answered")


def test_a_submission_whose_response_never_arrived_is_reminded(scene: Scene) -> None:
    scene.change(response=uuid7(), attempts=(SubmitAttempt(9, NOON + 3 * DAY - ON_ITS_WAY),))
    assert scene.later(3) == "sent"


def test_a_submission_while_the_mail_waits_its_turn_keeps_it_back(scene: Scene) -> None:
    def submit(call: str) -> None:
        if call == "claim" and not scene.kept.attempts:
            scene.invitations.add_attempt("ann", TASK["invitation"], uuid7(), SubmitAttempt(9, scene.now))

    scene.invitations.before = submit
    assert scene.later(3) == "not due"
    assert (scene.waves, scene.kept.state) == (["wave 1"], InvitationState.SCHEDULED)
    assert scene.send() == "postponed"


FAILURES = [
    (call, moment, error)
    for call in ("get", "responses_since", "spend", "claim", "send", "record_sent")
    for moment in ("before", "after")
    for error in (CrashError("died"), NotSentError("busy"))
    if ((call, moment) != ("send", "after") or isinstance(error, CrashError))
    and (call, moment) != ("responses_since", "after")
]


@pytest.mark.parametrize(("call", "moment", "error"), FAILURES)
def test_a_crash_at_any_point_reminds_nobody_twice(call: str, moment: str, error: Exception) -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=3)))
    assert scene.send() == "sent"
    scene.now += 3 * DAY
    scene.interfere(call, moment, error)
    with pytest.raises((CrashError, NotSentError)):
        scene.send()
    before = list(scene.waves)
    for _ in range(3):
        scene.send()
    # Until the claim stands a crash costs nothing; after it the outcome is unknown, and stays so.
    is_resumed = call in ("get", "responses_since", "spend") or (call, moment) == ("claim", "before")
    is_resumed |= isinstance(error, NotSentError) and call == "send"
    assert scene.waves == (["wave 1", "wave 2"] if is_resumed else before)
    if call == "record_sent" and moment == "after":
        assert scene.later(4) == "sent"
        assert scene.waves == ["wave 1", "wave 2", "wave 3"]
    elif not is_resumed:
        assert [scene.later(4), scene.later(30)] == ["not due", "not due"]
        assert scene.kept.shown_state(scene.now) == "sent"
        assert scene.kept.shown_mail(scene.now) == "unknown"


def test_a_reminder_nobody_knows_the_outcome_of_is_the_last_mail(scene: Scene) -> None:
    scene.interfere("send", "before", UnknownOutcomeError("no answer"))
    assert [scene.later(3), scene.later(4), scene.later(30)] == ["unknown", "not due", "not due"]
    assert scene.waves == ["wave 1"]


def test_a_reminder_that_is_rejected_is_stopped_and_its_person_was_asked(scene: Scene) -> None:
    asked = scene.people.kept["ann"]
    scene.interfere("send", "before", RejectedError("bad address"))
    assert [scene.later(3), scene.later(4)] == ["rejected", "not due"]
    assert (scene.kept.state, scene.kept.wave, scene.kept.stopped) == (InvitationState.SENT, 2, "rejected")
    assert scene.people.kept["ann"] == asked


def test_a_mail_that_is_tried_again_is_checked_like_a_reminder_and_reminded_from_then() -> None:
    scene = Scene()
    assert scene.send() == "sent"
    scene.change(wave=1, due_at=NOON + DAY)
    assert scene.later(1) == "sent"
    assert scene.waves == ["wave 1", "wave 1"]
    assert (scene.kept.wave, scene.kept.due_at) == (2, NOON + 4 * DAY)
    scene.change(wave=1, due_at=NOON + 2 * DAY)
    unsubscribe(scene)
    assert scene.later(1) == "stopped"
    assert scene.kept.stopped == "unsubscribed"


def test_reminders_are_paid_for_out_of_the_days_budget_and_each_mail_again() -> None:
    scene = Scene(make_survey(rules=Rules(daily_budget=1, opens=0, closes=24, reminders=(1,))))
    assert scene.send() == "sent"
    scene.now += DAY
    scene.budgets.spent["demo", "2026-11-22"] = 1
    assert scene.send() == "postponed"
    assert scene.kept.reason == "eligible"
    scene.now = scene.kept.due_at
    assert scene.send() == "sent"
    assert dict(scene.budgets.spent) == {("demo", day): 1 for day in ("2026-11-21", "2026-11-22", "2026-11-23")}


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Europe/Berlin", datetime(2026, 3, 26, 8, tzinfo=UTC)),  # spring forward on 29 March
        ("Europe/Berlin", datetime(2026, 10, 23, 6, tzinfo=UTC)),  # fall back on 25 October
        ("America/New_York", datetime(2026, 10, 30, 12, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 2, 21, tzinfo=UTC)),
    ],
)
@pytest.mark.parametrize("minutes", [0, 59])
def test_nobody_is_reminded_outside_their_hours_when_the_clocks_change(
    zone: str, first: datetime, minutes: int
) -> None:
    began = int((first + timedelta(minutes=minutes)).timestamp() * 1000)
    scene = Scene(now=began)
    scene.people.kept["ann"] = ann = make_person(timezone=zone)
    assert isinstance(ann, Person)
    scene.change(decided_at=began, due_at=began)
    for _ in range(14 * 24 * 4):
        scene.send()
        scene.now += 15 * MINUTE
    assert scene.waves == ["wave 1", "wave 2", "wave 3"]
    for mail in scene.kept.mails:
        assert 8 <= datetime.fromtimestamp(mail.sent_at / 1000, ZoneInfo(zone)).hour < 20
    gaps = [
        later.sent_at - earlier.sent_at for earlier, later in zip(scene.kept.mails, scene.kept.mails[1:], strict=False)
    ]
    assert gaps[0] >= 3 * DAY
    assert gaps[1] >= 4 * DAY
