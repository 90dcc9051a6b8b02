"""Respond to an invitation: an attempt becomes a statement about its response, unless it looks automated."""

from dataclasses import dataclass, replace

from earshot.domain import ids
from earshot.domain.bot_detection import SubmitAttempt, comment_of
from earshot.domain.bot_detection import release as released_attempts
from earshot.domain.delivery_events import CLICKED, delivery_event_of, latest_wave
from earshot.domain.errors import ConflictError
from earshot.domain.invitation import MOST_ATTEMPTS, Invitation
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot.domain.submission import Submission
from earshot.ports.invitations import Invitations
from earshot.ports.messaging import SubmissionQueue
from earshot.services.responses.submit_responses import PARTIAL_WAIT


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a comment, and the score it was written with."""

    text: str
    score: int | None


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """The result of an attempt: the invitation as it is now, and the attempt that counts (None: quarantined).

    An attempt that was not taken changed nothing.
    """

    invitation: Invitation
    counts: SubmitAttempt | None
    is_taken: bool = True


def submit(
    invitation: Invitation,
    attempt: SubmitAttempt,
    *,
    invitations: Invitations,
    queue: SubmissionQueue,
    correlation: str,
) -> AttemptOutcome:
    """Store an attempt; the first one sets the response id, and a later one changes the response.

    Submissions that look like a machine's are kept with the invitation and count for nothing; if some of them counted
    until the last one gave them away, the response falls back to the one that stands, or counts no more. After thirty
    submissions nothing changes any more.
    """
    response_id = _new_response_id(attempt.received_at, invitation, correlation)
    if len(invitation.attempts) >= MOST_ATTEMPTS:
        return AttemptOutcome(invitation, invitation.counting_attempt, is_taken=False)
    # What fills in the field that no person sees clicked nothing.
    events = frozenset() if attempt.honeypot else frozenset({delivery_event_of(CLICKED, latest_wave(invitation))})
    seen = invitations.add_attempt(invitation.person, invitation.id, response_id, attempt, events)
    if seen is None or seen.response is None:
        return AttemptOutcome(invitation, invitation.counting_attempt, is_taken=False)
    # The last one is this one: its text need not be read.
    seen = replace(seen, attempts=(*seen.attempts[:-1], attempt))
    stands = seen.counting_attempt
    if stands is not None or len(seen.attempts) > 1:
        words = read_words(seen, stands, invitations=invitations)
        # It knows of all attempts before it, so it is greater than their statements, whichever clock was behind.
        received = max(attempt.received_at, *(each.received_at + 1 for each in seen.attempts[:-1]), 0)
        queue.send([statement_of(seen, stands, received, correlation, words)])
    elif seen.clicks and seen.counting_click is None:
        queue.send([click_statement_of(seen, attempt.received_at, correlation)], PARTIAL_WAIT)
    return AttemptOutcome(seen, stands)


def click(
    invitation: Invitation,
    score: int,
    now: int,
    *,
    invitations: Invitations,
    queue: SubmissionQueue,
    correlation: str,
) -> bool:
    """Store a score clicked in the mail: a partial response until Send is clicked.

    Return whether it was noted. It waits as other partial responses do, so that Send comes first. Clicks that look like
    a machine's are set aside with all others of the same ten seconds, and what of them waits in the queue is withdrawn.
    """
    response_id = _new_response_id(now, invitation, correlation)
    events = frozenset({delivery_event_of(CLICKED, latest_wave(invitation))})
    seen = invitations.click(invitation.person, invitation.id, response_id, SubmitAttempt(score, now), events)
    if seen is None:
        return False
    if seen.counting_attempt != invitation.counting_attempt:
        stands = seen.counting_attempt
        words = read_words(seen, stands, invitations=invitations)
        queue.send([statement_of(seen, stands, now, correlation, words)])
    elif not seen.attempts and (seen.counting_click is not None or len(seen.clicks) > 1):
        queue.send([click_statement_of(seen, now, correlation)], PARTIAL_WAIT)
    return True


def _new_response_id(time: int, invitation: Invitation, correlation: str) -> str:
    """Make the id of a response from its request, so that it cannot be guessed.

    Were it made of the invitation alone, the id of an anonymised response would lead back to its person.
    """
    return ids.mint(time, f"invitation/{invitation.id}/{correlation}".encode())


def click_statement_of(invitation: Invitation, received: int, correlation: str) -> Submission:
    """Return the partial response of the clicked scores, or none if they look automated.

    The latest partial statement stands, so this is later than those that wait in the queue.
    """
    stands = invitation.counting_click
    statement = Statement(
        kind=StatementKind.PARTIAL,
        received_at=max(received, *(each.received_at + 1 for each in invitation.clicks[:-1]), 0),
        score=stands.score if stands else None,
        properties=invitation.properties,
        person=invitation.person,
        channel=invitation.channel,
        rank=Rank.SIGNED,
    )
    return Submission(invitation.survey, invitation.response or "", statement, received, correlation=correlation)


def release(invitation: Invitation, now: int, *, invitations: Invitations, queue: SubmissionQueue) -> AttemptOutcome:
    """Release quarantined submissions, so that they count; raise ConflictError if more came meanwhile."""
    if invitation.is_dead:
        raise ConflictError("the response of this invitation was erased")
    released = released_attempts(invitation.attempts)
    if not invitations.rewrite(invitation, released):
        raise ConflictError("the invitation changed meanwhile; read it again and decide")
    seen = replace(invitation, attempts=released)
    stands = seen.counting_attempt
    if stands is not None:
        words = read_words(seen, stands, invitations=invitations)
        queue.send([statement_of(seen, stands, now, invitation.correlation, words)])
    return AttemptOutcome(seen, stands)


def read_words(invitation: Invitation, stands: SubmitAttempt | None, *, invitations: Invitations) -> Words | None:
    """Return the comment of the counting attempt: its own, else the one written before it.

    None if there is no comment.
    """
    if stands is None:
        return None
    written = stands if stands.comment is not None else comment_of(invitation.attempts, invitation.clicks)
    if written is None or not written.comment:
        return None
    text = invitations.read_comment(invitation, written.comment)
    return Words(text, written.score) if text else None


def statement_of(
    invitation: Invitation, stands: SubmitAttempt | None, received: int, correlation: str, words: Words | None
) -> Submission:
    """Return the statement of an invitation's attempts: the current response, or none.

    An attempt without a comment changes the score alone: what was written before stays, with the score it belongs to.
    """
    is_of_another = bool(stands and words and words.score != stands.score)
    statement = Statement(
        kind=StatementKind.FINAL if stands and _is_stated_once(invitation) else StatementKind.CHANGED_BY_RESPONDENT,
        received_at=received,
        score=stands.score if stands else None,
        comment=words.text if words else None,
        comment_score=words.score if words and is_of_another else None,
        contact_requested=bool(stands and stands.contact_requested),
        properties=invitation.properties,
        person=invitation.person,
        channel=invitation.channel,
        rank=Rank.SIGNED,
    )
    return Submission(invitation.survey, invitation.response or "", statement, received, correlation=correlation)


def _is_stated_once(invitation: Invitation) -> bool:
    """Return whether all attempts are the same: a browser that leaves the page may send one twice."""
    stated = {(each.score, each.comment, each.contact_requested, each.honeypot) for each in invitation.attempts}
    return len(stated) == 1
