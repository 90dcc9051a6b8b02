"""Send one invitation: claimed before, marked after, and never twice, wherever it breaks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from earshot.asking_ports import (
    Budgets,
    Invitations,
    Mailer,
    NotSentError,
    PausedError,
    RejectedError,
    ThrottledError,
    UnknownOutcomeError,
)
from earshot.domain.eligibility import Reason, next_days_opening, next_opening
from earshot.domain.invitation import Invitation, State
from earshot.domain.person import Person
from earshot.domain.submission import day_of
from earshot.domain.survey import Survey
from earshot.people_ports import People, Suppressions
from earshot.ports import Surveys
from earshot.services.pace_mails import Pace

# How long a mail may take once its turn has come (milliseconds): its writes, the way to SES, and SES's answer.
LONGEST_SEND = 25_000

Compose = Callable[[Survey, Person, Invitation], bytes]


@dataclass(frozen=True, slots=True)
class Sender:
    """The ports that sending needs; `compose` makes the MIME of a mail, `address` is whom it comes from.

    `time_left` tells how long this run may still last (milliseconds).
    """

    surveys: Surveys
    people: People
    suppressions: Suppressions
    invitations: Invitations
    budgets: Budgets
    mailer: Mailer
    compose: Compose
    address: str
    pace: Pace
    time_left: Callable[[], int]
    clock: Callable[[], int]


def send(task: Mapping[str, str], sender: Sender) -> str:
    """Send the invitation of a task, if it still may be; give what became of it, in a word.

    NotSentError says that nothing went out and the claim, if there was one, was given back: ThrottledError that the
    task's turn comes in a moment, PausedError that it stays due for the planner. When nobody knows whether it went
    out, the claim stays and nothing is ever sent under it.
    """
    invitation = sender.invitations.get(task["person"], task["invitation"])
    if invitation is None or invitation.state is not State.SCHEDULED:
        return "settled"
    survey, person = sender.surveys.get(invitation.survey), sender.people.get(invitation.person)
    refusal = _refusal(survey, person, sender.suppressions)
    if refusal is not None or survey is None or not isinstance(person, Person) or person.email is None:
        sender.invitations.cancel(invitation, (refusal or Reason.ERASED).value)
        return "declined"
    now, zone = sender.clock(), ZoneInfo(person.timezone or survey.timezone)
    if (opening := next_opening(survey.rules, zone, now)) > now:
        return _postpone(invitation, person, opening, Reason.OUTSIDE_HOURS, sender)
    if not sender.pace.may_send():
        return "waits"
    return _ask(invitation, survey, person, now, sender)


def _ask(invitation: Invitation, survey: Survey, person: Person, now: int, sender: Sender) -> str:
    """Pay, wait for the turn, claim and send, in this order: a run that ends while it waits has claimed nothing."""
    if sender.time_left() < LONGEST_SEND + sender.pace.seconds_to_wait() * 1000:
        raise ThrottledError("this run ends before the mail's turn comes")
    try:
        mime = sender.compose(survey, person, invitation)
    except ValueError:
        # However often it came back, there would be no mail: an address that cannot be mailed, for instance.
        sender.invitations.cancel(invitation, Reason.REJECTED.value)
        return "rejected"
    paid = _paid(invitation, survey, now, sender.budgets)
    if paid is None:
        tomorrow = next_days_opening(survey.rules, survey.zone, ZoneInfo(person.timezone or survey.timezone), now)
        return _postpone(invitation, person, tomorrow, Reason.DAILY_BUDGET, sender)
    sender.pace.take_turn()
    # Whoever unsubscribes from this mail means this address, whatever becomes of the person's.
    addressed = replace(paid, mailed=sender.suppressions.hash_of(str(person.email)))
    if not sender.invitations.claim(addressed, sender.clock()):
        return "settled"
    return _send(addressed, mime, str(person.email), sender)


def _send(invitation: Invitation, mime: bytes, recipient: str, sender: Sender) -> str:
    """Send what is claimed; only what certainly did not go out is given back, whatever else may have happened."""
    try:
        message_id = sender.mailer.send(mime, sender.address, recipient)
    except UnknownOutcomeError:
        return "unknown"
    except RejectedError:
        sender.invitations.reject(invitation, Reason.REJECTED.value)
        return "rejected"
    except NotSentError as exc:
        sender.invitations.release(invitation)
        _heed(exc, sender.pace)
        raise
    sender.invitations.mark_sent(invitation, message_id, sender.clock())
    return "sent"


def _heed(refusal: NotSentError, pace: Pace) -> None:
    """Let the next mails not run into the same wall: a claim given back costs two writes."""
    if isinstance(refusal, ThrottledError):
        pace.slow_down()
    elif isinstance(refusal, PausedError) and refusal.for_all:
        pace.stop()


def _paid(invitation: Invitation, survey: Survey, now: int, budgets: Budgets) -> Invitation | None:
    """Pay for a mail out of the day's budget, if there is one; None if it is spent.

    Paid before the claim: a crash in between wastes one mail of the budget and never exceeds it. What was paid for and
    certainly not sent is not paid for again on the same day.
    """
    if survey.rules.daily_budget is None:
        return invitation
    day = day_of(now, survey.zone)
    if invitation.budget_day != day and not budgets.spend(survey.id, day, survey.rules.daily_budget):
        return None
    return replace(invitation, budget_day=day)


def _postpone(invitation: Invitation, person: Person, due: int, reason: Reason, sender: Sender) -> str:
    """Move the sending; if someone was faster, it is still due, and decided anew when it comes again."""
    sender.invitations.postpone(invitation, person, due, reason.value)
    return "waits"


def _refusal(survey: Survey | None, person: object, suppressions: Suppressions) -> Reason | None:
    """Check again, at the moment of sending, what may have changed since the decision."""
    if survey is None or not survey.is_open:
        return Reason.SURVEY_CLOSED
    if not isinstance(person, Person):
        return Reason.ERASED
    if person.email is None:
        return Reason.NO_ADDRESS
    return Reason.SUPPRESSED if suppressions.is_suppressed(person.email) else None
