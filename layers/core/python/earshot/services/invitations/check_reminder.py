"""Check, at the moment of sending, whether a reminder is still due: not after a response or an unsubscribe."""

from dataclasses import dataclass

from earshot.domain.eligibility import DAY, Reason
from earshot.domain.invitation import Invitation
from earshot.domain.person import Person
from earshot.domain.survey import Survey
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.ports.suppressions import Suppressions

# For so long after a submission its response may still be on its way (milliseconds).
ON_ITS_WAY = 900_000
# A response dated by its day alone is kept with that day's midnight, and a day may have 25 hours (milliseconds).
DATED_BY_DAY = DAY + 3_600_000
# So late, after a long outage, a reminder would only meet the next question (milliseconds).
TOO_LATE = 14 * DAY


@dataclass(frozen=True, slots=True)
class Wait:
    """Until when a reminder waits for a response that may be on its way (Unix milliseconds)."""

    until: int


def check_reminder(
    invitation: Invitation,
    survey: Survey | None,
    person: object,
    now: int,
    *,
    people: People,
    suppressions: Suppressions,
    ledger: Ledger,
) -> str | Wait | None:
    """Return why a person is not reminded any more, in a word, or until when that has to wait; None to remind.

    Asked at `now` (Unix milliseconds) of what is scheduled after a first mail: a reminder, or a mail tried again.
    """
    if survey is None or not survey.is_open:
        return Reason.SURVEY_CLOSED.value
    if invitation.wave - 1 > len(survey.rules.reminders):
        return Reason.NO_REMINDER.value
    if not isinstance(person, Person):
        return Reason.ERASED.value
    if person.email is None:
        return Reason.NO_ADDRESS.value
    if (reason := suppressions.is_suppressed(person.email)) is not None:
        return reason
    return _overtaken(invitation, person, now) or _response_given(invitation, person, now, people, ledger)


def _overtaken(invitation: Invitation, person: Person, now: int) -> str | None:
    """Return whether the person was invited again, or the reminder's time is over: never two mails at once."""
    is_another = person.last_invitation is not None and person.last_invitation != invitation.id
    if is_another and invitation.decided_at < (person.last_invited_at or 0) <= now:
        return Reason.ASKED_AGAIN.value
    return Reason.TOO_LATE.value if now - invitation.due_at > TOO_LATE else None


def _mailbox_responded(invitation: Invitation, mailbox: str, since: int, people: People) -> bool:
    """Return whether the mailbox's address came with an unsigned response, or another id of the mailbox responded.

    An unsigned response is anybody's claim: it stops a reminder, and never more.
    """
    if people.unsigned_since(mailbox, invitation.survey, since):
        return True
    others = (other for other in people.sharing(mailbox) if other != invitation.person)
    return any(people.responses_since(other, invitation.survey, since) for other in others)


def _response_given(
    invitation: Invitation, person: Person, now: int, people: People, ledger: Ledger
) -> str | Wait | None:
    """Return what a response since the person was asked, on any channel, means for the reminder; None if nothing.

    A response of another id with the same mailbox is one, too: the reminder would come to the same person.
    """
    since = invitation.decided_at - DATED_BY_DAY
    found = people.responses_since(invitation.person, invitation.survey, since)
    # What a machine's submissions left behind is no person's response.
    if any(response != invitation.response or invitation.has_counting_attempt for response in found):
        return Reason.RESPONDED.value
    if person.mailbox is not None and _mailbox_responded(invitation, person.mailbox, since, people):
        return Reason.RESPONDED.value
    if not invitation.has_counting_attempt:
        return None
    # A response that was erased since, or taken from the person, was one all the same.
    if ledger.find(invitation.survey, invitation.response or "") is not None:
        return Reason.RESPONDED.value
    until = max(attempt.received_at for attempt in invitation.attempts) + ON_ITS_WAY
    return Wait(until) if until > now else None
