"""Events of SES, as a rule puts them into a queue, read into feedback on a mail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any

from earshot.adapters.ses_tags import read_tags
from earshot.domain.email_feedback import FeedbackKind, MailFeedback
from earshot.domain.errors import FieldError, InvalidError

SOURCE = "aws.ses"
# The detail-types that the rule lets through, and the section of each with what happened.
SECTIONS = {
    "Email Delivered": "delivery",
    "Email Bounced": "bounce",
    "Email Complaint Received": "complaint",
    "Email Rejected": "reject",
    "Email Opened": "open",
    "Email Clicked": "click",
}
# SES could not determine the kind of an undetermined bounce: not enough to give an address up.
BOUNCES = {
    "Permanent": FeedbackKind.BOUNCED,
    "Transient": FeedbackKind.SOFT_BOUNCED,
    "Undetermined": FeedbackKind.SOFT_BOUNCED,
}
LOOKS = {
    "open": (FeedbackKind.OPENED, FeedbackKind.OPENED_BY_MACHINE),
    "click": (FeedbackKind.CLICKED, FeedbackKind.CLICKED_BY_MACHINE),
}
RECIPIENTS = {"bounce": "bouncedRecipients", "complaint": "complainedRecipients"}
# Apple's privacy proxy calls itself nothing but Mozilla/5.0; the others give their names.
MACHINES = ("GoogleImageProxy", "YahooMailProxy", "MailPrivacy")
APPLE = ("", "Mozilla/5.0")
# No person opens a mail sooner after it was sent; an event does not have the time of delivery.
FASTEST_PERSON = 3000


def read_feedback(event: Mapping[str, Any]) -> MailFeedback:
    """Read an event of SES; InvalidError for a type we do not know, KeyError, TypeError or ValueError for garbage."""
    section = SECTIONS.get(event.get("detail-type", ""))
    if section is None or event.get("source") != SOURCE:
        raise InvalidError(FieldError("detail-type", f"it must be one of {', '.join(SECTIONS)}, from {SOURCE}"))
    mail, report = event["detail"]["mail"], event["detail"][section]
    return MailFeedback(
        kind=_kind(section, report, mail),
        message_id=_text(mail["messageId"]),
        time=_milliseconds(report.get("timestamp") or event["time"]),
        addresses=_addresses(section, report, mail),
        origin=read_tags(mail.get("tags")),
        event=_text(event["id"]),
    )


def _kind(section: str, report: Mapping[str, Any], mail: Mapping[str, Any]) -> FeedbackKind:
    if section == "bounce":
        return BOUNCES[report["bounceType"]]
    if section == "complaint":
        # A mailbox provider also reports that somebody took a mail out of the spam.
        return FeedbackKind.NOT_SPAM if report.get("complaintFeedbackType") == "not-spam" else FeedbackKind.COMPLAINED
    if section in LOOKS:
        person, machine = LOOKS[section]
        return machine if _is_machine(report, mail) else person
    return FeedbackKind.DELIVERED if section == "delivery" else FeedbackKind.REJECTED


def _is_machine(report: Mapping[str, Any], mail: Mapping[str, Any]) -> bool:
    agent = str(report.get("userAgent") or "").strip()
    soon = _milliseconds(report["timestamp"]) - _milliseconds(mail["timestamp"]) < FASTEST_PERSON
    return soon or agent in APPLE or any(name in agent for name in MACHINES)


def _addresses(section: str, report: Mapping[str, Any], mail: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the addresses of a bounce or complaint, and the one we sent to, as the mail may have been forwarded."""
    if section not in RECIPIENTS:
        return ()
    written_to = mail.get("destination") or ()
    named = [recipient["emailAddress"] for recipient in report.get(RECIPIENTS[section]) or ()]
    found = [parseaddr(address)[1] for address in (*named, *(written_to if len(written_to) == 1 else ()))]
    if not found or not all(found):
        raise ValueError("the event has no recipient")
    return tuple(dict.fromkeys(found))


def _milliseconds(time: str) -> int:
    read = datetime.fromisoformat(time)
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("an id is missing")
    return value
