"""Follow the link in a mail: to the question, and with a response or a change of it."""

from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.delivery_events import CLICKED, VISITED, delivery_event_of, latest_wave
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.survey import Survey
from earshot.ports.invitations import Feedback, Invitations
from earshot.ports.links import Link, LinkReader
from earshot.ports.messaging import SubmissionQueue
from earshot.ports.people import People
from earshot.ports.responses import RecordedResponses
from earshot.ports.suppressions import SuppressedHashes
from earshot.ports.surveys import Surveys
from earshot.services.invitations.respond_to_invitation import Words, click, read_words, submit


class DeadLink(Enum):
    """Why a link leads nowhere."""

    WRONG = "wrong"
    EXPIRED = "expired"
    GONE = "gone"
    CLOSED = "closed"


class DeadLinkError(Exception):
    """A link leads nowhere; `survey` is None if it is not known, and `locale` is that of the person, if they have one.

    A link that has expired is still signed, so its survey and its person are known.
    """

    def __init__(self, reason: DeadLink, locale: str | None = None, survey: Survey | None = None) -> None:
        super().__init__(reason.value)
        self.reason, self.locale, self.survey = reason, locale, survey


@dataclass(frozen=True, slots=True)
class FollowLinkDeps:
    """The ports that following a link needs, and the moment it is followed at (Unix milliseconds)."""

    read_link: LinkReader
    surveys: Surveys
    people: People
    suppressions: SuppressedHashes
    invitations: Invitations
    feedback: Feedback
    recorded: RecordedResponses
    queue: SubmissionQueue
    now: int
    correlation: str


@dataclass(frozen=True, slots=True)
class Respondent:
    """The person a link belongs to, with the invitation and the survey that it is about."""

    survey: Survey
    person: Person | ErasedPerson
    invitation: Invitation

    @property
    def locale(self) -> str | None:
        """Return the person's own language, None if it is not known."""
        return _locale(self.person)


@dataclass(frozen=True, slots=True)
class Question:
    """The question that a respondent sees, with what stands, as recorded or as submitted last.

    `earlier` is the current comment; `contact_requested` says that the person wants to be contacted.
    """

    respondent: Respondent
    earlier: Words | None
    contact_requested: bool = False

    @property
    def has_contact_box(self) -> bool:
        """Return whether to show the box that asks for contact; what was ticked can be taken back."""
        return self.respondent.survey.widget.contact_box or self.contact_requested


@dataclass(frozen=True, slots=True)
class Written:
    """A form as it was filled in; `is_prefilled` if its box held the earlier comment when the page was shown."""

    score: int
    comment: str | None
    has_honeypot: bool
    is_prefilled: bool
    contact_requested: bool


@dataclass(frozen=True, slots=True)
class Submitted:
    """The result of a submission: if it was not taken, the question holds the response that stands."""

    question: Question
    is_taken: bool


def open_question(token: str, deps: FollowLinkDeps, *, is_fetched: bool) -> Question:
    """Return the question behind a link; no response is recorded.

    That the page was fetched is stored once a wave, for the funnel: by a machine, as long as no person is seen on it.
    """
    respondent = find_respondent(token, "respond", deps)
    if is_fetched:
        _add_event(VISITED, respondent.invitation, deps.feedback)
    return _question(respondent, deps)


def confirm_person(token: str, clicked: int | None, deps: FollowLinkDeps) -> Respondent:
    """Store that a person is on the page; the score of the link they followed is a partial response, if that is on."""
    respondent = find_respondent(token, "respond", deps)
    is_noted = (
        clicked is not None
        and respondent.survey.rules.clicked_scores
        and click(
            respondent.invitation,
            clicked,
            deps.now,
            invitations=deps.invitations,
            queue=deps.queue,
            correlation=deps.correlation,
        )
    )
    if not is_noted:
        _add_event(CLICKED, respondent.invitation, deps.feedback)
    return respondent


def submit_by_link(token: str, written: Written, deps: FollowLinkDeps) -> Submitted:
    """Submit a response, or a change of it."""
    respondent = find_respondent(token, "respond", deps)
    comment = _new_comment(written, _standing(respondent.invitation, deps)[0])
    outcome = submit(
        respondent.invitation,
        SubmitAttempt(
            written.score,
            deps.now,
            written.has_honeypot,
            comment=None if comment is None else Comment.of(comment),
            contact_requested=written.contact_requested,
        ),
        invitations=deps.invitations,
        queue=deps.queue,
        correlation=deps.correlation,
    )
    if not outcome.is_taken:
        return Submitted(_question(respondent, deps), is_taken=False)
    # What was written just now needs no mention; what was written before stays with the response, so it is shown.
    earlier = None if comment else _standing(outcome.invitation, deps)[0]
    return Submitted(Question(replace(respondent, invitation=outcome.invitation), earlier), is_taken=True)


def find_respondent(token: str, purpose: str, deps: FollowLinkDeps) -> Respondent:
    """Return the person a link belongs to; raise DeadLinkError if it leads nowhere."""
    link = deps.read_link(purpose, token)
    person = deps.people.get(link.person, asked=False) if link else None
    # An erased person may still unsubscribe: the mail may have gone to an address they no longer had.
    is_here = isinstance(person, Person) or (purpose == "unsubscribe" and person is not None)
    invitation = deps.invitations.get(link.person, link.invitation) if link and is_here else None
    survey = deps.surveys.get(invitation.survey) if invitation else None
    if invitation is None or survey is None or person is None:
        raise DeadLinkError(_why_dead(link), _locale(person))
    if (link is not None and link.is_expired) or (purpose == "respond" and invitation.is_dead):
        raise DeadLinkError(DeadLink.EXPIRED, _locale(person), survey)
    if purpose == "respond" and not survey.is_open:
        raise DeadLinkError(DeadLink.CLOSED, _locale(person), survey)
    return Respondent(survey, person, invitation)


def _locale(person: Person | ErasedPerson | None) -> str | None:
    return person.locale if isinstance(person, Person) else None


def _why_dead(link: Link | None) -> DeadLink:
    """Return the reason for a link whose person or survey does not exist any more."""
    if link is None:
        return DeadLink.WRONG
    return DeadLink.EXPIRED if link.is_expired else DeadLink.GONE


def _new_comment(written: Written, earlier: Words | None) -> str | None:
    """Return the new comment; None if the box still holds the one written with another score.

    An empty text takes the earlier comment back: it stood in the box, and was taken out.
    """
    if written.comment is None:
        return "" if written.is_prefilled and earlier else None
    is_unchanged = earlier is not None and written.comment == earlier.text and written.score != earlier.score
    return None if is_unchanged else written.comment


def _question(respondent: Respondent, deps: FollowLinkDeps) -> Question:
    earlier, contact_requested = _standing(respondent.invitation, deps)
    return Question(respondent, earlier, contact_requested)


def _standing(invitation: Invitation, deps: FollowLinkDeps) -> tuple[Words | None, bool]:
    """Return the current comment and whether contact is requested, as recorded, since a key may have changed them.

    What waits in the queue is not recorded yet; then they are those of the latest submission.
    """
    stands = invitation.counting_attempt
    if stands is None or invitation.response is None:
        return None, False
    kept = deps.recorded.find(invitation.survey, invitation.response)
    if kept is not None and kept.received_at >= stands.received_at:
        score = kept.score if kept.comment_score is None else kept.comment_score
        return Words(kept.comment, score) if kept.comment else None, kept.contact_requested
    return read_words(invitation, stands, invitations=deps.invitations), stands.contact_requested


def _add_event(word: str, invitation: Invitation, feedback: Feedback) -> None:
    """Add a delivery event to the latest wave unless it has it: a link fetched a thousand times costs one write.

    The page is shown whether the event can be stored or not.
    """
    wave = latest_wave(invitation)
    wanted, clicked = delivery_event_of(word, wave), delivery_event_of(CLICKED, wave)
    if wanted not in invitation.delivery_events and clicked not in invitation.delivery_events:
        with suppress(BusyError):
            feedback.add_delivery_events(invitation.person, invitation.id, frozenset({wanted}))
