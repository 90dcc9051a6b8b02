"""The pages a link in a mail leads to: the question, the response and its change, and unsubscribing."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.brand import Brand
from earshot.domain.delivery_events import CLICKED, UNSUBSCRIBED, VISITED, delivery_event_of, latest_wave
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.survey import DEFAULT_QUESTION, Survey
from earshot.languages.catalogue import texts_for
from earshot.languages.texts import Texts
from earshot.pages.forms import (
    FormError,
    FormFault,
    ResponseForm,
    asks_to_undo,
    read_preselection,
    read_response_form,
    read_signal,
)
from earshot.pages.page_facts import PageFacts
from earshot.pages.render import (
    Notice,
    Page,
    render_final_page,
    render_nothing,
    render_notice,
    render_response_page,
    render_thanks_page,
    render_unsubscribe_page,
    render_unsubscribed_page,
)
from earshot.ports.invitations import Feedback, Invitations
from earshot.ports.links import Link, LinkReader
from earshot.ports.messaging import SubmissionQueue
from earshot.ports.people import People
from earshot.ports.responses import RecordedResponses
from earshot.ports.suppressions import SuppressedHashes, Suppression
from earshot.ports.surveys import Surveys
from earshot.services.invitations.respond_to_invitation import click, read_words, submit

# How long an unsubscribe can be taken back (milliseconds).
UNDO_TIME = 3_600_000
# Reasons to write no mail that are the person's own; a bounce is not.
ENDED = (UNSUBSCRIBED, "erased")


class LinkRequest(Protocol):
    """What a page needs to know of a request."""

    token: str

    @property
    def language(self) -> str | None:
        """Return the language the browser asks for first."""

    @property
    def is_fetched(self) -> bool:
        """Return whether the page itself was asked for now: not its headers alone, and not in advance."""

    @property
    def chosen(self) -> str | None:
        """Return the score of the link that was followed."""

    @property
    def form(self) -> tuple[bytes, str]:
        """Return the form that was sent, and its type."""


@dataclass(frozen=True, slots=True)
class RespondentPagesDeps:
    """What the pages need: their ports, and the moment they are visited at (Unix milliseconds)."""

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
    """The person a link belongs to, and what it is about; `language` is their browser's, used if they have no other."""

    survey: Survey
    person: Person | ErasedPerson
    invitation: Invitation
    language: str | None

    @property
    def texts(self) -> Texts:
        """Return the texts in the person's language, else in their browser's."""
        own = self.person.locale if isinstance(self.person, Person) else None
        return texts_for(own or self.language)

    @property
    def brand(self) -> Brand:
        """Return the brand the page shows."""
        own = self.survey.brand
        return Brand(own.name or self.survey.name, own.color, own.logo)


def show_question(request: LinkRequest, deps: RespondentPagesDeps) -> Page:
    """Show the question; a score in the link is only preselected, and no response is recorded.

    That the page was fetched is stored once a wave, for the funnel: by a machine, as long as no person is seen on it.
    """
    respondent = _respondent(request, deps, "answer")
    if isinstance(respondent, Page):
        return respondent
    if request.is_fetched:
        _add_event(VISITED, respondent.invitation, deps.feedback)
    return render_response_page(_facts(respondent, request, deps, chosen=read_preselection(request.chosen)))


def submit_form(request: LinkRequest, deps: RespondentPagesDeps) -> Page:
    """Take a response, or a change of it, and show thanks; a form with a mistake comes back as it was.

    Where no more attempts are taken, the page shows the response that stands and says so.
    """
    respondent = _respondent(request, deps, "answer")
    if isinstance(respondent, Page):
        return respondent
    is_signal, clicked = read_signal(*request.form)
    if is_signal:
        return _note_person(respondent, clicked, deps)
    try:
        form = read_response_form(*request.form)
    except FormError as exc:
        return render_response_page(_facts(respondent, request, deps, exc.score, exc.comment, exc.fault))
    comment = _written(form, *_earlier(respondent.invitation, deps))
    outcome = submit(
        respondent.invitation,
        SubmitAttempt(
            form.score, deps.now, bool(form.honeypot), comment=None if comment is None else Comment.of(comment)
        ),
        invitations=deps.invitations,
        queue=deps.queue,
        correlation=deps.correlation,
    )
    if not outcome.is_taken:
        return render_final_page(_facts(respondent, request, deps))
    respondent = replace(respondent, invitation=outcome.invitation)
    facts = _facts(respondent, request, deps, form.score)
    # What was written just now needs no mention; what was written before stays with the answer, so it is shown.
    return render_thanks_page(replace(facts, earlier="") if comment else facts)


def _written(form: ResponseForm, earlier: str, earlier_score: int | None) -> str | None:
    """Return the new comment; None if the box still holds the one written with another score.

    An empty text takes the earlier comment back: it stood in the box, and somebody took it out.
    """
    if form.comment is None:
        return "" if form.is_prefilled and earlier else None
    return None if form.comment == earlier and form.score != earlier_score else form.comment


def show_unsubscribe(request: LinkRequest, deps: RespondentPagesDeps) -> Page:
    """Return the page with a button, which scanners do not press; an unsubscribed person sees that they are."""
    respondent = _respondent(request, deps, "unsubscribe")
    if isinstance(respondent, Page):
        return respondent
    stand = [deps.suppressions.suppression_of(digest) for digest in _addresses_meant(respondent)]
    if stand and all(each is not None and each.reason in ENDED for each in stand):
        return _unsubscribed(respondent, request, deps, stand)
    return render_unsubscribe_page(respondent.texts, f"/u/{request.token}", respondent.brand)


def unsubscribe(request: LinkRequest, deps: RespondentPagesDeps) -> Page:
    """Unsubscribe at once, by the page's button or the mail client's one click, however often, or take it back.

    It holds for the address the mail went to, whether it still is the person's or not, and for their present one. The
    page has a button to undo it, good for an hour: then the link, which may be forwarded, brings no address back.
    """
    respondent = _respondent(request, deps, "unsubscribe")
    if isinstance(respondent, Page):
        return respondent
    meant = _addresses_meant(respondent)
    if asks_to_undo(*request.form):
        return _take_back(respondent, deps, meant)
    stand = [deps.suppressions.unsubscribe(digest, deps.now) for digest in meant]
    _stop_reminding(respondent.invitation, deps.feedback)
    return _unsubscribed(respondent, request, deps, stand)


def _addresses_meant(respondent: Respondent) -> list[str]:
    """Return the hashes of the addresses that an unsubscribe is for: the person's present one, then the mail's."""
    mailbox = respondent.person.mailbox if isinstance(respondent.person, Person) else None
    return list(dict.fromkeys(filter(None, (mailbox, respondent.invitation.recipient_hash))))


def _take_back(respondent: Respondent, deps: RespondentPagesDeps, meant: Sequence[str]) -> Page:
    """Undo an unsubscribe, and show what holds then: a second click, which finds nothing to undo, changes nothing.

    Mails go to the person's present address, so it decides what the page shows.
    """
    for digest in meant:
        deps.suppressions.undo_unsubscribe(digest, deps.now - UNDO_TIME)
    stands = deps.suppressions.suppression_of(meant[0]) if meant else None
    is_ended = isinstance(respondent.person, ErasedPerson) or (stands is not None and stands.reason in ENDED)
    return render_notice(Notice.UNSUBSCRIBED if is_ended else Notice.UNDONE, respondent.texts, respondent.brand)


def _unsubscribed(
    respondent: Respondent, request: LinkRequest, deps: RespondentPagesDeps, stand: Sequence[Suppression | None]
) -> Page:
    """Return the page that says so, with the button that takes it back as long as that is possible."""
    since = deps.now - UNDO_TIME
    if any(each is not None and each.reason == UNSUBSCRIBED and each.time >= since for each in stand):
        return render_unsubscribed_page(respondent.texts, f"/u/{request.token}", respondent.brand)
    return render_notice(Notice.UNSUBSCRIBED, respondent.texts, respondent.brand)


def _note_person(respondent: Respondent, clicked: int | None, deps: RespondentPagesDeps) -> Page:
    """Store that a person is on the page; the score of the link they followed is a partial response, if that is on."""
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
    return render_nothing(respondent.texts)


def _add_event(word: str, invitation: Invitation, feedback: Feedback) -> None:
    """Add a delivery event to the latest wave unless it has it: a link fetched a thousand times costs one write.

    The page is shown whether the event can be stored or not.
    """
    wave = latest_wave(invitation)
    wanted, clicked = delivery_event_of(word, wave), delivery_event_of(CLICKED, wave)
    if wanted not in invitation.delivery_events and clicked not in invitation.delivery_events:
        with suppress(BusyError):
            feedback.add_delivery_events(invitation.person, invitation.id, frozenset({wanted}))


def _stop_reminding(invitation: Invitation, feedback: Feedback) -> None:
    """Stop a scheduled reminder; one that is being scheduled at this moment is stopped by the suppression."""
    event = delivery_event_of(UNSUBSCRIBED, latest_wave(invitation))
    known = feedback.add_delivery_events(invitation.person, invitation.id, frozenset({event}))
    if known is not None and known.state is InvitationState.SCHEDULED:
        feedback.stop(known, UNSUBSCRIBED)


def _respondent(request: LinkRequest, deps: RespondentPagesDeps, purpose: str) -> Respondent | Page:
    """Return the person a link belongs to, or the page that says why it leads nowhere.

    A link that has expired is still signed: the page is in the person's language and has the survey's brand.
    """
    link = deps.read_link(purpose, request.token)
    person = deps.people.get(link.person, asked=False) if link else None
    # An erased person may still unsubscribe: the mail may have gone to an address they no longer had.
    is_here = isinstance(person, Person) or (purpose == "unsubscribe" and person is not None)
    invitation = deps.invitations.get(link.person, link.invitation) if link and is_here else None
    survey = deps.surveys.get(invitation.survey) if invitation else None
    if invitation is None or survey is None or person is None:
        own = person.locale if isinstance(person, Person) else None
        return render_notice(_why_nowhere(link), texts_for(own or request.language))
    respondent = Respondent(survey, person, invitation, request.language)
    if link is not None and link.is_expired:
        return render_notice(Notice.EXPIRED, respondent.texts, respondent.brand)
    if purpose == "answer" and invitation.is_dead:
        return render_notice(Notice.EXPIRED, respondent.texts, respondent.brand)
    if purpose == "answer" and not survey.is_open:
        return render_notice(Notice.CLOSED, respondent.texts, respondent.brand)
    return respondent


def _why_nowhere(link: Link | None) -> Notice:
    """Return the notice for a link whose person or survey does not exist any more."""
    if link is None:
        return Notice.WRONG_LINK
    return Notice.EXPIRED if link.is_expired else Notice.GONE


def _question(respondent: Respondent) -> str:
    own = respondent.survey.question
    return (
        respondent.texts.fill(respondent.texts.question, brand=respondent.brand.name)
        if own == DEFAULT_QUESTION
        else own
    )


def _facts(
    respondent: Respondent,
    request: LinkRequest,
    deps: RespondentPagesDeps,
    chosen: int | None = None,
    comment: str | None = None,
    fault: FormFault | None = None,
) -> PageFacts:
    invitation, survey = respondent.invitation, respondent.survey
    stands = invitation.counting_attempt
    earlier, earlier_score = _earlier(invitation, deps)
    return PageFacts(
        texts=respondent.texts,
        question=_question(respondent),
        action=f"/s/{request.token}",
        brand=respondent.brand,
        current=stands.score if stands else None,
        chosen=chosen,
        comment=comment or "",
        earlier=earlier,
        earlier_score=earlier_score,
        fault=fault,
        widget=survey.widget,
    )


def _earlier(invitation: Invitation, deps: RespondentPagesDeps) -> tuple[str, int | None]:
    """Return the current comment and its score, as recorded, since a key may have changed them.

    What waits in the queue is not recorded yet; then it is what was pressed last.
    """
    stands = invitation.counting_attempt
    if stands is None or invitation.response is None:
        return "", None
    kept = deps.recorded.find(invitation.survey, invitation.response)
    if kept is not None and kept.received >= stands.time:
        return kept.comment or "", kept.score if kept.comment_score is None else kept.comment_score
    words = read_words(invitation, stands, invitations=deps.invitations)
    return (words.text, words.score) if words else ("", None)
