"""The respondent's pages: the question, the answer and its change, and unsubscribing."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.brand import Brand
from earshot.domain.email_feedback import CLICKED, UNSUBSCRIBED, VISITED, delivery_event_of, latest_wave
from earshot.domain.errors import BusyError
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.survey import DEFAULT_QUESTION, Survey
from earshot.languages.catalogue import texts_for
from earshot.languages.texts import Texts
from earshot.pages.forms import (
    AnswerForm,
    FormError,
    FormFault,
    asks_to_undo,
    read_answer_form,
    read_preselection,
    read_signal,
)
from earshot.pages.page_facts import PageFacts
from earshot.pages.render import (
    Notice,
    Page,
    render_answer_page,
    render_nothing,
    render_notice,
    render_standing_page,
    render_thanks_page,
    render_unsubscribe_page,
    render_unsubscribed_page,
)
from earshot.ports.invitations import Feedback, Invitations, Link, LinkReader
from earshot.ports.messaging import SubmissionQueue
from earshot.ports.people import People
from earshot.ports.responses import RecordedResponses
from earshot.ports.suppressions import SuppressedHashes, Suppression
from earshot.ports.surveys import Surveys
from earshot.services.invitations.respond_to_invitation import answer, click, read_words

# How long an unsubscribe can be taken back (milliseconds).
UNDO_TIME = 3_600_000
# Why no mail goes to an address because its person wants none: a bounce is another matter.
ENDED = (UNSUBSCRIBED, "erased")


class Visit(Protocol):
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
class Guest:
    """Whom a link belongs to, and what it is about; `language` is their browser's, for want of their own."""

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
        return Brand(own.name or self.survey.name, own.colour, own.logo)


def show_question(visit: Visit, deps: RespondentPagesDeps) -> Page:
    """Show the question; a score in the link is only preselected, and nothing is answered.

    That the page was fetched is marked once a wave, for the funnel: by a machine, as long as no person is seen on it.
    """
    guest = _guest(visit, deps, "answer")
    if isinstance(guest, Page):
        return guest
    if visit.is_fetched:
        _mark(VISITED, guest.invitation, deps.feedback)
    return render_answer_page(_facts(guest, visit, deps, chosen=read_preselection(visit.chosen)))


def take_answer(visit: Visit, deps: RespondentPagesDeps) -> Page:
    """Take an answer, or a change of it, and say thanks; a form that is wrong comes back as it was.

    Where no more presses are taken, the page shows the answer that stands and says so.
    """
    guest = _guest(visit, deps, "answer")
    if isinstance(guest, Page):
        return guest
    is_signal, clicked = read_signal(*visit.form)
    if is_signal:
        return _note_person(guest, clicked, deps)
    try:
        form = read_answer_form(*visit.form)
    except FormError as exc:
        return render_answer_page(_facts(guest, visit, deps, exc.score, exc.comment, exc.fault))
    comment = _written(form, *_earlier(guest.invitation, deps))
    answered = answer(
        guest.invitation,
        SubmitAttempt(
            form.score, deps.now, bool(form.honeypot), comment=None if comment is None else Comment.of(comment)
        ),
        invitations=deps.invitations,
        queue=deps.queue,
        correlation=deps.correlation,
    )
    if not answered.is_taken:
        return render_standing_page(_facts(guest, visit, deps))
    guest = replace(guest, invitation=answered.invitation)
    facts = _facts(guest, visit, deps, form.score)
    # What was written just now needs no mention; what was written before stays with the answer, so it is shown.
    return render_thanks_page(replace(facts, earlier="") if comment else facts)


def _written(form: AnswerForm, earlier: str, earlier_score: int | None) -> str | None:
    """Return what was newly written: nothing (None) where the box still holds what was written with another score.

    An empty text takes the earlier comment back: it stood in the box, and somebody took it out.
    """
    if form.comment is None:
        return "" if form.is_prefilled and earlier else None
    return None if form.comment == earlier and form.score != earlier_score else form.comment


def show_unsubscribe(visit: Visit, deps: RespondentPagesDeps) -> Page:
    """Ask before unsubscribing: scanners follow links, they press no buttons. Who already is unsubscribed sees that."""
    guest = _guest(visit, deps, "unsubscribe")
    if isinstance(guest, Page):
        return guest
    stand = [deps.suppressions.standing(digest) for digest in _meant(guest)]
    if stand and all(each is not None and each.reason in ENDED for each in stand):
        return _unsubscribed(guest, visit, deps, stand)
    return render_unsubscribe_page(guest.texts, f"/u/{visit.token}", guest.brand)


def unsubscribe(visit: Visit, deps: RespondentPagesDeps) -> Page:
    """Unsubscribe at once, by the page's button or the mail client's one click, however often, or take it back.

    It is meant for the address the mail went to, whether it still is the person's or not, and for the one of now. The
    page has a button to undo it, good for an hour: then the link, which may be forwarded, brings no address back.
    """
    guest = _guest(visit, deps, "unsubscribe")
    if isinstance(guest, Page):
        return guest
    meant = _meant(guest)
    if asks_to_undo(*visit.form):
        return _take_back(guest, deps, meant)
    stand = [deps.suppressions.unsubscribe(digest, deps.now) for digest in meant]
    _stop_reminding(guest.invitation, deps.feedback)
    return _unsubscribed(guest, visit, deps, stand)


def _meant(guest: Guest) -> list[str]:
    """Return the hashes of the addresses that an unsubscribe is for: the person's of now first, then the mail's."""
    mailbox = guest.person.mailbox if isinstance(guest.person, Person) else None
    return list(dict.fromkeys(filter(None, (mailbox, guest.invitation.recipient_hash))))


def _take_back(guest: Guest, deps: RespondentPagesDeps, meant: Sequence[str]) -> Page:
    """Undo an unsubscribe, and say what is so then: a second click, which finds nothing to undo, changes nothing.

    Mails go to the person's address of now, so that it decides what the page says.
    """
    for digest in meant:
        deps.suppressions.undo_unsubscribe(digest, deps.now - UNDO_TIME)
    stands = deps.suppressions.standing(meant[0]) if meant else None
    is_ended = isinstance(guest.person, ErasedPerson) or (stands is not None and stands.reason in ENDED)
    return render_notice(Notice.UNSUBSCRIBED if is_ended else Notice.UNDONE, guest.texts, guest.brand)


def _unsubscribed(guest: Guest, visit: Visit, deps: RespondentPagesDeps, stand: Sequence[Suppression | None]) -> Page:
    """Return the page that says so, with the button that takes it back as long as that is possible."""
    since = deps.now - UNDO_TIME
    if any(each is not None and each.reason == UNSUBSCRIBED and each.time >= since for each in stand):
        return render_unsubscribed_page(guest.texts, f"/u/{visit.token}", guest.brand)
    return render_notice(Notice.UNSUBSCRIBED, guest.texts, guest.brand)


def _note_person(guest: Guest, clicked: int | None, deps: RespondentPagesDeps) -> Page:
    """Note that a person is on the page; the score of the link they followed is a partial answer, if that is wanted."""
    is_noted = (
        clicked is not None
        and guest.survey.rules.clicked_scores
        and click(
            guest.invitation,
            clicked,
            deps.now,
            invitations=deps.invitations,
            queue=deps.queue,
            correlation=deps.correlation,
        )
    )
    if not is_noted:
        _mark(CLICKED, guest.invitation, deps.feedback)
    return render_nothing(guest.texts)


def _mark(word: str, invitation: Invitation, feedback: Feedback) -> None:
    """Mark the latest wave, if what was just read lacks it: a link fetched a thousand times costs one write.

    A page is shown whether it can be marked or not.
    """
    wave = latest_wave(invitation)
    wanted, clicked = delivery_event_of(word, wave), delivery_event_of(CLICKED, wave)
    if wanted not in invitation.delivery_events and clicked not in invitation.delivery_events:
        with suppress(BusyError):
            feedback.mark(invitation.person, invitation.id, frozenset({wanted}))


def _stop_reminding(invitation: Invitation, feedback: Feedback) -> None:
    """Whoever schedules a reminder at this very moment is stopped by the suppression when it is to be sent."""
    mark = delivery_event_of(UNSUBSCRIBED, latest_wave(invitation))
    known = feedback.mark(invitation.person, invitation.id, frozenset({mark}))
    if known is not None and known.state is InvitationState.SCHEDULED:
        feedback.stop(known, UNSUBSCRIBED)


def _guest(visit: Visit, deps: RespondentPagesDeps, purpose: str) -> Guest | Page:
    """Find out which person a link belongs to, or which page says that it leads nowhere (any more).

    A link that has expired is still signed: the page speaks the person's language and has the survey's brand.
    """
    link = deps.read_link(purpose, visit.token)
    person = deps.people.get(link.person, asked=False) if link else None
    # Whoever was erased may still unsubscribe: the mail may have gone to an address they no longer had.
    is_here = isinstance(person, Person) or (purpose == "unsubscribe" and person is not None)
    invitation = deps.invitations.get(link.person, link.invitation) if link and is_here else None
    survey = deps.surveys.get(invitation.survey) if invitation else None
    if invitation is None or survey is None or person is None:
        own = person.locale if isinstance(person, Person) else None
        return render_notice(_why_nowhere(link), texts_for(own or visit.language))
    guest = Guest(survey, person, invitation, visit.language)
    if link is not None and link.is_expired:
        return render_notice(Notice.EXPIRED, guest.texts, guest.brand)
    if purpose == "answer" and invitation.is_dead:
        return render_notice(Notice.EXPIRED, guest.texts, guest.brand)
    if purpose == "answer" and not survey.is_open:
        return render_notice(Notice.CLOSED, guest.texts, guest.brand)
    return guest


def _why_nowhere(link: Link | None) -> Notice:
    """Return the notice of a link that leads to nobody, or to nothing that is still there."""
    if link is None:
        return Notice.WRONG_LINK
    return Notice.EXPIRED if link.is_expired else Notice.GONE


def _question(guest: Guest) -> str:
    own = guest.survey.question
    return guest.texts.fill(guest.texts.question, brand=guest.brand.name) if own == DEFAULT_QUESTION else own


def _facts(
    guest: Guest,
    visit: Visit,
    deps: RespondentPagesDeps,
    chosen: int | None = None,
    comment: str | None = None,
    fault: FormFault | None = None,
) -> PageFacts:
    invitation, survey = guest.invitation, guest.survey
    stands = invitation.counting_attempt
    earlier, earlier_score = _earlier(invitation, deps)
    return PageFacts(
        texts=guest.texts,
        question=_question(guest),
        action=f"/s/{visit.token}",
        brand=guest.brand,
        answered=stands.score if stands else None,
        chosen=chosen,
        comment=comment or "",
        earlier=earlier,
        earlier_score=earlier_score,
        fault=fault,
        widget=survey.widget,
    )


def _earlier(invitation: Invitation, deps: RespondentPagesDeps) -> tuple[str, int | None]:
    """Return the comment that stands and the score it was written with: as recorded, since a key may have changed it.

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
