"""The body of `POST /v1/surveys/{survey}/invitations`, and how an invitation looks from outside."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from earshot.api.fields import EMAIL, PERSON_ID
from earshot.api.invitation_rules import LONGEST_DELAY
from earshot.api.people import draft_of, named_person
from earshot.api.properties import PROPERTIES
from earshot.api.schema import (
    NO_SUCH_FIELD,
    Batch,
    Context,
    Found,
    Integer,
    NoOthers,
    Nullable,
    Object,
    Optional,
    PartError,
    Required,
    Rule,
    Text,
    kind,
    shown,
)
from earshot.domain.bot_detection import Assessment, SubmitAttempt, assess
from earshot.domain.errors import FieldError
from earshot.domain.events import iso
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import PersonDraft
from earshot.domain.person_id import is_address
from earshot.services.invitations.invite_people import Wish

if TYPE_CHECKING:
    from typing import Annotated, TypedDict

    from earshot.api.json_types import Count, Day, ScoreValue, Time, words
    from earshot.domain.bot_detection import QuarantineReason
    from earshot.domain.eligibility import Reason

    # How far a mail of an invitation has come.
    MAIL_STATES = ("scheduled", "declined", "claimed", "sent", "answered", "quarantined", "unknown")

    class _InvitationMail(TypedDict):
        wave: Count
        sent_at: Time

    class InvitationReminder(TypedDict):
        """The mail that is to come."""

        wave: Count
        due_at: Time
        state: Annotated[str, words(*MAIL_STATES)]

    class _InvitationClick(TypedDict):
        score: Annotated[ScoreValue | None, "Null once the response was erased."]
        received_at: Time
        quarantined: Annotated[str, words(*(reason.value for reason in QuarantineReason))] | None

    class _Progress(TypedDict):
        id: str
        survey: str
        person: str
        outcome: Annotated[str, words(*MAIL_STATES)]
        reason: Annotated[str, words(*(reason.value for reason in Reason))]
        decided_at: Time
        due_at: Time
        sent_at: Time | None
        reminder: InvitationReminder | None
        stopped: Annotated[str | None, "Why no further mail goes out."]
        response: str | None

    class InvitationView(_Progress):
        """The decision about a person, its reason, and the progress."""

        mails: list[_InvitationMail]
        clicks: Annotated[list[_InvitationClick], "Scores clicked in the mail by a person seen on the page."]
        submissions: list[_InvitationClick]

    class _KeptInvitationMail(_InvitationMail):
        message_id: str | None

    class _KeptInvitationClick(_InvitationClick):
        comment: str | None
        contact_requested: bool
        honeypot: bool
        released: bool

    class KeptInvitationView(_Progress):
        """All that is kept of an invitation."""

        mails: list[_KeptInvitationMail]
        clicks: list[_KeptInvitationClick]
        submissions: list[_KeptInvitationClick]
        wave: Count
        channel: str
        properties: dict[str, str]
        claimed_at: Time | None
        previously_invited_at: Annotated[Time | None, "When the person was last invited by another invitation."]
        charged_on: Day | None
        message_id: str | None
        delivery_events: Annotated[list[str], "What became of the mails, each as `opened#1`: what, and of which wave."]
        response_erased: bool

    class InvitationList(TypedDict):
        """Invitations with their decisions."""

        invitations: list[InvitationView]

    class PersonInvitations(InvitationList):
        """Every decision about a person, the oldest first."""

        person: str


MOST = 100
LONGEST_ID = 256


def read_wishes(body: Mapping[str, Any]) -> list[Wish]:
    """Read the people to invite; raise InvalidError with all faults of all rows."""
    return [_wish(row) for row in INVITATIONS.read(body)["invitations"]]


def invitation_view(invitation: Invitation, now: int) -> "InvitationView":
    """Return the view of an invitation: decision, reason and progress; times in UTC."""
    return {
        "id": invitation.id,
        "survey": invitation.survey,
        "person": invitation.person,
        "outcome": invitation.shown_state(now),
        "reason": invitation.reason,
        "decided_at": iso(invitation.decided_at),
        "due_at": iso(invitation.due_at),
        "sent_at": iso(invitation.sent_at) if invitation.sent_at is not None else None,
        "mails": [{"wave": mail.wave, "sent_at": iso(mail.sent_at)} for mail in invitation.mails],
        "reminder": _reminder(invitation, now),
        "stopped": invitation.stopped,
        "response": invitation.response,
        "clicks": _clicks_view(invitation.clicks, assess(invitation.clicks, invitation.attempts)),
        "submissions": _clicks_view(invitation.attempts, assess(invitation.attempts, invitation.clicks)),
    }


def _clicks_view(attempts: Sequence[SubmitAttempt], verdicts: Sequence[Assessment]) -> "list[_InvitationClick]":
    """Return the view of submit attempts or clicked scores, each with the reason if it is quarantined."""
    reasons = [verdict.reason.value if verdict.reason else None for verdict in verdicts]
    return [
        {"score": attempt.score, "received_at": iso(attempt.received_at), "quarantined": reason}
        for attempt, reason in zip(attempts, reasons, strict=True)
    ]


def kept_invitation_view(invitation: Invitation, now: int) -> "KeptInvitationView":
    """Return everything stored about an invitation, for an export: words and properties too."""
    view = invitation_view(invitation, now)
    mails: list[_KeptInvitationMail] = [
        {"wave": mail.wave, "sent_at": iso(mail.sent_at), "message_id": mail.message_id or None}
        for mail in invitation.mails
    ]
    return {
        **view,
        "wave": invitation.wave,
        "channel": invitation.channel,
        "properties": dict(invitation.properties),
        "claimed_at": iso(invitation.claimed_at) if invitation.claimed_at is not None else None,
        "previously_invited_at": iso(invitation.previously_invited_at)
        if invitation.previously_invited_at is not None
        else None,
        "charged_on": invitation.charged_on,
        "message_id": invitation.message_id,
        "mails": mails,
        "delivery_events": sorted(invitation.delivery_events),
        "response_erased": invitation.is_erased,
        "clicks": [_kept(*each) for each in zip(view["clicks"], invitation.clicks, strict=True)],
        "submissions": [_kept(*each) for each in zip(view["submissions"], invitation.attempts, strict=True)],
    }


def _kept(shown: "_InvitationClick", attempt: SubmitAttempt) -> "_KeptInvitationClick":
    return {
        **shown,
        "comment": attempt.comment.text if attempt.comment else None,
        "contact_requested": attempt.contact_requested,
        "honeypot": attempt.honeypot,
        "released": attempt.released,
    }


def _reminder(invitation: Invitation, now: int) -> "InvitationReminder | None":
    """Show the next mail after the first, with its state; None if there is none, or after a response.

    A mail that bounced softly and is tried again has the wave it had.
    """
    if not invitation.was_sent or invitation.state is InvitationState.SENT or invitation.has_counting_attempt:
        return None
    return {"wave": invitation.wave, "due_at": iso(invitation.due_at), "state": invitation.shown_mail(now)}


class _Rows(Batch):
    """The people who are to be asked."""

    __slots__ = ()

    def check(self, value: Any) -> list[Any]:
        """Return the rows, which are not read yet."""
        if not isinstance(value, list) or not 1 <= len(value) <= MOST:
            raise ValueError(f"it must be an array of 1 to {MOST} invitations")
        return value


class _AskedPerson(Object):
    """The person to invite, read after the fields around them; an address may also be given as the id."""

    __slots__ = ()

    def check_in(self, value: Any, context: Context) -> Any:  # noqa: ARG002 - nothing is read yet
        """Return the object, which is not read yet."""
        if not isinstance(value, dict):
            raise ValueError(f"it must be an object, not {kind(value)}")
        return value


def _wish(given: Mapping[str, Any]) -> Wish:
    """Return a wish, which may come again if its sender gave it an `id` of their own."""
    own_id = given.get("id")
    return wish_of(given, None if own_id is None else f"call\n{own_id}")


def wish_of(given: Mapping[str, Any], seed: str | None) -> Wish:
    """Return the wish that was read, whose `seed` makes one that comes again the same."""
    return Wish(given["person"], given["delay"], given.get("properties", {}), seed)


def _read_person(found: Found) -> None:
    """Read the person; their faults follow those of the fields around them."""
    if "person" not in found.given:
        return
    try:
        found.given["person"] = _by_address(draft_of(ASKED_PERSON.given(found.given["person"])))
    except PartError as exc:
        found.faults += [FieldError(shown(f"person.{fault.field}"), fault.reason) for fault in exc.faults]


def _by_address(draft: PersonDraft) -> PersonDraft:
    """Return the draft of the person whose address was given as their id: their id is made of it."""
    if draft.id is None or not is_address(draft.id):
        return draft
    try:
        address = EMAIL.check(draft.id)
    except ValueError as exc:
        raise PartError([FieldError("id", str(exc))]) from exc
    if draft.email and draft.email != address:
        raise PartError([FieldError("email", "it is another address than the one given as 'id'")])
    return PersonDraft(None, {**draft.fields, "email": address})


ASKED_PERSON = _AskedPerson(*named_person(PERSON_ID), name="AskedPerson")
WISH = (
    Required("person", ASKED_PERSON),
    Optional("delay", Integer(0, LONGEST_DELAY), 0),
    Optional("properties", PROPERTIES),
    NoOthers(NO_SUCH_FIELD),
    Rule(_read_person),
)
OWN_ID = Optional("id", Nullable(Text(LONGEST_ID, blank=False)))
INVITATIONS = Object(
    Required("invitations", _Rows("invitations", MOST, Object(OWN_ID, *WISH))),
    NoOthers(NO_SUCH_FIELD),
    name="Invitations",
)
