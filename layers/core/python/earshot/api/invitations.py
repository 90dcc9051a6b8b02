"""The body of `POST /v1/surveys/{survey}/invitations`, and how an invitation looks from outside."""

from collections.abc import Mapping, Sequence
from typing import Any

from earshot.api.fields import Fields, describes, kind, optional, person_name, text
from earshot.api.invitation_rules import LONGEST_DELAY, whole
from earshot.api.people import email, read_draft
from earshot.api.properties import properties
from earshot.domain.bot_detection import Assessment, SubmitAttempt, assess
from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.events import iso
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.person import PersonDraft, is_address
from earshot.services.invitations.invite_people import Wish

MOST = 100
LONGEST_ID = 256


def read_wishes(body: Mapping[str, Any]) -> list[Wish]:
    """Read who is to be asked; all faults of all rows are named, or none are taken."""
    fields = Fields(body)
    rows = fields.take("invitations", _rows)
    fields.unknown(lambda _: "there is no such field")
    fields.finish()
    read = [_attempt(row, f"invitations[{place}]") for place, row in enumerate(rows)]
    faults = [fault for result in read if isinstance(result, InvalidError) for fault in result.faults]
    if faults:
        raise InvalidError(*faults)
    return [result for result in read if isinstance(result, Wish)]


def invitation_view(invitation: Invitation, now: int) -> dict[str, Any]:
    """Show what was decided about a person, why, and how far it has come; times in UTC."""
    return {
        "id": invitation.id,
        "survey": invitation.survey,
        "person": invitation.person,
        "outcome": invitation.shown_state(now),
        "reason": invitation.reason,
        "decided": iso(invitation.created),
        "due": iso(invitation.due),
        "sent": iso(invitation.sent) if invitation.sent is not None else None,
        "mails": [{"wave": mail.wave, "sent": iso(mail.sent)} for mail in invitation.mails],
        "reminder": _reminder(invitation, now),
        "stopped": invitation.stopped,
        "response": invitation.response,
        "clicks": _presses(invitation.clicks, assess(invitation.clicks, invitation.presses)),
        "presses": _presses(invitation.presses, assess(invitation.presses, invitation.clicks)),
    }


def _presses(presses: Sequence[SubmitAttempt], verdicts: Sequence[Assessment]) -> list[dict[str, Any]]:
    """Show presses of Send, or scores clicked in the mail, each with why it was set aside, if it was."""
    reasons = [verdict.reason.value if verdict.reason else None for verdict in verdicts]
    return [
        {"score": press.score, "at": iso(press.time), "quarantined": reason}
        for press, reason in zip(presses, reasons, strict=True)
    ]


def kept_invitation_view(invitation: Invitation, now: int) -> dict[str, Any]:
    """Show all that is kept of an invitation, to whoever asks what is kept of a person: words and properties too."""
    view = invitation_view(invitation, now)
    mails = [
        {"wave": mail.wave, "sent": iso(mail.sent), "message_id": mail.message_id or None} for mail in invitation.mails
    ]
    return view | {
        "wave": invitation.wave,
        "channel": invitation.channel,
        "properties": dict(invitation.properties),
        "claimed": iso(invitation.claimed) if invitation.claimed is not None else None,
        "asked_before": iso(invitation.asked_before) if invitation.asked_before is not None else None,
        "budget_day": invitation.budget_day,
        "message_id": invitation.message_id,
        "mails": mails,
        "marks": sorted(invitation.marks),
        "response_erased": invitation.is_erased,
        "clicks": [_kept(*each) for each in zip(view["clicks"], invitation.clicks, strict=True)],
        "presses": [_kept(*each) for each in zip(view["presses"], invitation.presses, strict=True)],
    }


def _kept(shown: Mapping[str, Any], press: SubmitAttempt) -> dict[str, Any]:
    return {
        **shown,
        "comment": press.comment.text if press.comment else None,
        "honeypot": press.honeypot,
        "released": press.released,
    }


def _reminder(invitation: Invitation, now: int) -> dict[str, Any] | None:
    """Show the mail that comes after the first, as far as it has come; None if there is none, or after an answer.

    A mail that bounced softly and is tried again has the wave it had.
    """
    if not invitation.was_sent or invitation.state is InvitationState.SENT or invitation.is_answered:
        return None
    return {"wave": invitation.wave, "due": iso(invitation.due), "state": invitation.shown_mail(now)}


@describes(type="array", minItems=1, maxItems=MOST)
def _rows(value: Any) -> list[Any]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST:
        raise ValueError(f"it must be an array of 1 to {MOST} invitations")
    return value


def _attempt(row: Any, prefix: str) -> Wish | InvalidError:
    if not isinstance(row, dict):
        return InvalidError(FieldError(prefix, f"it must be an object, not {kind(row)}"))
    try:
        return read_invitation(row, prefix)
    except InvalidError as exc:
        return exc


def read_invitation(row: Mapping[str, Any], prefix: str) -> Wish:
    """Read one row of a call: a wish, which may come again if its sender gave it an `id` of their own."""
    fields = Fields(row, f"{prefix}.")
    own_id = fields.take("id", optional(text(LONGEST_ID, empty=False)), None)
    return read_wish(fields, f"{prefix}.", None if own_id is None else f"call\n{own_id}")


def read_wish(fields: Fields, prefix: str = "", seed: str | None = None) -> Wish:
    """Read one wish out of the fields of an object in which nothing else may stand but what was taken before."""
    person = fields.take("person", _object)
    delay = fields.take("delay", whole(0, LONGEST_DELAY), 0)
    snapshot = fields.take("properties", properties, {})
    fields.unknown(lambda _: "there is no such field")
    draft = _draft(person, fields, f"{prefix}person.") if person is not None else None
    if draft is None or fields.faults:
        raise InvalidError(*fields.faults)
    return Wish(draft, delay, snapshot, seed)


def _draft(person: Mapping[str, Any], fields: Fields, prefix: str) -> PersonDraft | None:
    """Read the person; their faults stand among those of the fields around them, so that all are named at once."""
    try:
        return _by_address(read_draft(person, prefix, named=person_name), prefix)
    except InvalidError as exc:
        fields.faults += exc.faults
        return None


def _by_address(draft: PersonDraft, prefix: str) -> PersonDraft:
    """Return the draft of the person whose address was given as their id: their id is made of it."""
    if draft.id is None or not is_address(draft.id):
        return draft
    try:
        address = email(draft.id)
    except ValueError as exc:
        raise InvalidError(FieldError(f"{prefix}id", str(exc))) from exc
    if draft.email and draft.email != address:
        raise InvalidError(FieldError(f"{prefix}email", "it is another address than the one given as 'id'"))
    return PersonDraft(None, {**draft.fields, "email": address})


@describes(type="object")
def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"it must be an object, not {kind(value)}")
    return value
