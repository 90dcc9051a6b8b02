"""Send one invitation or its reminder: claimed before, recorded after, and never twice, wherever it breaks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from earshot.domain.eligibility import Reason, next_days_opening, next_opening, next_reminder
from earshot.domain.email_feedback import Origin
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.iso_time import day_of
from earshot.domain.person import Person
from earshot.domain.sending_quota import SendingPause
from earshot.domain.survey import Survey
from earshot.ports.invitations import Invitations
from earshot.ports.ledger import Ledger
from earshot.ports.mail import (
    Budgets,
    Mailer,
    NotSentError,
    PausedError,
    RejectedError,
    SendingPauses,
    ThrottledError,
    UnknownOutcomeError,
)
from earshot.ports.people import People
from earshot.ports.suppressions import Suppressions
from earshot.ports.surveys import Surveys
from earshot.services.invitations.check_reminder import Wait, check_reminder
from earshot.services.invitations.send_rate import SendRateLimiter

# How long a mail may take once its turn has come (milliseconds): its writes, the way to SES, and SES's reply.
LONGEST_SEND = 25_000
# By so much the clock of the function that scheduled it may be ahead of ours (milliseconds).
CLOCKS_DIFFER = 1_000
# A first mail that goes out so much after it was due restarts the quiet period (milliseconds).
LATE = 600_000
# How long an invitation waits whose recipient the SES sandbox refused (milliseconds): each try costs four writes.
SANDBOX_WAIT = 3_600_000

Compose = Callable[[Survey, Person, Invitation], bytes]


@dataclass(frozen=True, slots=True)
class SendInvitationDeps:
    """What sending needs; `compose` makes the MIME of a mail, `address` is the sender.

    `time_left` returns how long this run may still last (milliseconds), `noted` is called with the invitation read.
    """

    surveys: Surveys
    people: People
    suppressions: Suppressions
    invitations: Invitations
    ledger: Ledger
    budgets: Budgets
    mailer: Mailer
    pauses: SendingPauses
    compose: Compose
    address: str
    rate_limiter: SendRateLimiter
    time_left: Callable[[], int]
    clock: Callable[[], int]
    noted: Callable[[Invitation], None] = lambda _: None


def send(task: Mapping[str, str], deps: SendInvitationDeps) -> str:
    """Send the mail of a task that is due, if it still may be; return the outcome in a word.

    A task names a person, not what to send: one that comes late or again finds the next mail not yet due.
    NotSentError says that nothing went out and the claim, if there was one, was given back: ThrottledError that the
    task's turn comes in a moment, PausedError that it stays due for the planner. When it is unknown whether it went
    out, the claim stays and nothing is ever sent under it.
    """
    invitation, now = deps.invitations.get(task["person"], task["invitation"]), deps.clock()
    if invitation is not None:
        deps.noted(invitation)
    if (
        invitation is None
        or invitation.state is not InvitationState.SCHEDULED
        or invitation.due_at > now + CLOCKS_DIFFER
    ):
        return "not due"
    survey, person = deps.surveys.get(invitation.survey), deps.people.get(invitation.person)
    refusal = _refusal(invitation, survey, person, now, deps)
    if isinstance(refusal, str) or survey is None or not isinstance(person, Person):
        return _call_off(invitation, str(refusal), deps)
    if refusal is not None:
        return _postpone(invitation, person, refusal.until, None, deps)
    zone = ZoneInfo(person.timezone or survey.timezone)
    if (opening := next_opening(survey.rules, zone, now)) > now:
        return _postpone(invitation, person, opening, Reason.OUTSIDE_HOURS, deps)
    if not deps.rate_limiter.may_send():
        return "postponed"
    counted = _counted(invitation, person, now, deps.invitations)
    return "postponed" if counted is None else _ask(counted, survey, person, now, deps)


def _counted(invitation: Invitation, person: Person, now: int, invitations: Invitations) -> Invitation | None:
    """Count a person whose first mail is late, after an outage say, as asked now; None if another run was faster.

    Quiet periods begin when a mail was due: the next one could follow too soon.
    """
    if invitation.was_sent or now - invitation.due_at <= LATE:
        return invitation
    moved = invitations.postpone(invitation, person, now, invitation.reason)
    return replace(invitation, due_at=now) if moved else None


def _ask(invitation: Invitation, survey: Survey, person: Person, now: int, deps: SendInvitationDeps) -> str:
    """Pay, wait for the turn, claim and send, in this order: a run that ends while it waits has claimed nothing."""
    if deps.time_left() < LONGEST_SEND + deps.rate_limiter.seconds_to_wait() * 1000:
        raise ThrottledError("this run would end before it is the mail's turn")
    try:
        mime = deps.compose(survey, person, invitation)
    except ValueError:
        # However often it came back, there would be no mail: an address that cannot be mailed, for instance.
        deps.invitations.cancel(invitation, Reason.REJECTED.value)
        return "rejected"
    paid = _paid(invitation, survey, now, deps.budgets)
    if paid is None:
        tomorrow = next_days_opening(survey.rules, survey.zone, ZoneInfo(person.timezone or survey.timezone), now)
        return _postpone(invitation, person, tomorrow, Reason.DAILY_BUDGET, deps)
    deps.rate_limiter.take_turn()
    # To unsubscribe from this mail means this address, whatever becomes of the person's.
    addressed = replace(paid, recipient_hash=deps.suppressions.hash_of(str(person.email)))
    if not deps.invitations.claim(addressed, deps.clock()):
        return "not due"
    return _send(addressed, survey, person, mime, deps)


def _send(invitation: Invitation, survey: Survey, person: Person, mime: bytes, deps: SendInvitationDeps) -> str:
    """Send a claimed mail; release the claim only if the mail certainly was not sent."""
    origin = Origin(invitation.person, invitation.id, invitation.wave)
    try:
        message_id = deps.mailer.send(mime, deps.address, str(person.email), origin)
    except UnknownOutcomeError:
        return "unknown"
    except RejectedError:
        deps.invitations.reject(invitation, Reason.REJECTED.value)
        return "rejected"
    except NotSentError as exc:
        deps.invitations.release(invitation)
        _heed(exc, invitation, person, deps)
        raise
    now = deps.clock()
    deps.invitations.record_sent(invitation, message_id, now, next_reminder(survey.rules, invitation.wave, now))
    return "sent"


def _heed(refusal: NotSentError, invitation: Invitation, person: Person, deps: SendInvitationDeps) -> None:
    """Slow down or stop the next mails, which would be refused, too: a claim given back costs two writes.

    A recipient that the sandbox refuses stops nobody else; a first mail waits, a reminder keeps its time, by which it
    is too late one day.
    """
    if isinstance(refusal, ThrottledError):
        deps.rate_limiter.slow_down()
    elif isinstance(refusal, PausedError) and refusal.for_all:
        deps.rate_limiter.stop()
        deps.pauses.record(SendingPause(refusal.detail, deps.clock()))
    elif isinstance(refusal, PausedError) and not invitation.was_sent:
        _postpone(invitation, person, deps.clock() + SANDBOX_WAIT, Reason.SANDBOX, deps)


def _paid(invitation: Invitation, survey: Survey, now: int, budgets: Budgets) -> Invitation | None:
    """Pay for a mail out of the day's budget, if there is one; None if it is spent.

    Paid before the claim: a crash in between wastes one mail of the budget and never exceeds it. What was paid for and
    certainly not sent is not paid for again on the same day.
    """
    if survey.rules.daily_budget is None:
        return invitation
    day = day_of(now, survey.zone)
    if invitation.charged_on != day and not budgets.spend(survey.id, day, survey.rules.daily_budget):
        return None
    return replace(invitation, charged_on=day)


def _postpone(invitation: Invitation, person: Person, due: int, reason: Reason | None, deps: SendInvitationDeps) -> str:
    """Move the sending; if another run was faster, it is still due, and decided when it comes again.

    Why a first mail waits is kept with it; why the person was asked stays what it was when only a reminder waits.
    """
    kept = invitation.reason if reason is None or invitation.was_sent else reason.value
    deps.invitations.postpone(invitation, person, due, kept)
    return "postponed"


def _call_off(invitation: Invitation, reason: str, deps: SendInvitationDeps) -> str:
    """Send nothing more; if another run was faster, it is decided when it comes again."""
    deps.invitations.cancel(invitation, reason)
    return "stopped" if invitation.was_sent else "declined"


def _refusal(
    invitation: Invitation, survey: Survey | None, person: object, now: int, deps: SendInvitationDeps
) -> str | Wait | None:
    """Check again, at the moment of sending, what may have changed since the decision or since the last mail."""
    people, suppressions, ledger = deps.people, deps.suppressions, deps.ledger
    if invitation.was_sent:
        return check_reminder(invitation, survey, person, now, people=people, suppressions=suppressions, ledger=ledger)
    if survey is None or not survey.is_open:
        return Reason.SURVEY_CLOSED.value
    if not isinstance(person, Person):
        return Reason.ERASED.value
    if person.email is None:
        return Reason.NO_ADDRESS.value
    return Reason.SUPPRESSED.value if suppressions.is_suppressed(person.email) else None
