"""The events of an invitation: apart from the others, as most functions know no invitations."""

from typing import Any

from earshot.domain.events import Event, iso, make_event
from earshot.domain.invitation import Invitation, InvitationState, Mail


def invitation_events(old: Invitation | None, new: Invitation, time: str) -> list[Event]:
    """Return the events of sent mails or a declined invitation; the person's id stays in the table.

    A mail that was tried again under the same wave is not new, and no event says that a person was erased.
    """
    if new.is_anonymous:
        return []
    events = [_mail_event(old or new, new, mail, time) for mail in _new_mails(old, new)]
    if new.state is InvitationState.DECLINED and (old is None or old.state is not InvitationState.DECLINED):
        data = _invitation_data(new) | {"wave": new.wave, "reason": new.reason}
        events.append(make_event("InvitationDeclined", f"{new.survey}/{new.id}", time, new.correlation, data))
    return events


def _new_mails(old: Invitation | None, new: Invitation) -> list[Mail]:
    """Return the first mail of each wave that was sent since."""
    known = {mail.wave for mail in _mails(old)} if old else set()
    return [mail for mail in _mails(new) if mail.wave not in known]


def _mails(invitation: Invitation) -> tuple[Mail, ...]:
    """Return the mails that were sent; items from before reminders have only the last."""
    if invitation.mails or invitation.sent_at is None:
        return invitation.mails
    return (Mail(invitation.wave, invitation.sent_at, invitation.message_id or ""),)


def _mail_event(old: Invitation, new: Invitation, mail: Mail, time: str) -> Event:
    """Return the event that a mail was sent; its due time is in the old image if a reminder follows.

    Published again from the current state, a mail that others followed was due when it went out at the latest.
    """
    subject = f"{new.survey}/{new.id}"
    data = _invitation_data(new) | {
        "wave": mail.wave,
        "due_at": iso(min(old.due_at, mail.sent_at)),
        "sent_at": iso(mail.sent_at),
    }
    if mail.wave == 1:
        return make_event("InvitationSent", subject, time, new.correlation, data | {"reason": new.reason})
    return make_event("ReminderSent", f"{subject}/{mail.wave}", time, new.correlation, data)


def _invitation_data(invitation: Invitation) -> dict[str, Any]:
    return {
        "survey": invitation.survey,
        "invitation": invitation.id,
        "channel": invitation.channel,
        "decided_at": iso(invitation.decided_at),
    }
