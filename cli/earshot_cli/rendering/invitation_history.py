"""What was decided about asking a person, each decision in a line."""

from typing import Any

REASONS = {
    "eligible": "nothing prevented it",
    "survey-closed": "the survey was closed",
    "erased": "the person is erased",
    "no-address": "no address is known",
    "suppressed": "the address is suppressed",
    "quiet-period": "invited too recently, by this survey or another",
    "not-sampled": "not drawn into the sample",
    "daily-budget": "the survey's daily mails were used up",
    "outside-hours": "it was outside the sending hours",
    "sandbox": "the SES sandbox refuses mails to unverified addresses",
    "rejected": "the mail could not be created, or the mail service refused it",
    "no-reminder": "the survey's plan has no such reminder any more",
    "answered": "there is a response",
    "unsubscribed": "the person unsubscribed",
    "bounced": "the address bounced",
    "complained": "the person complained",
    "asked-again": "the person was invited again meanwhile",
    "too-late": "it was more than two weeks late",
    "soft-bounce": "the mailbox rejected every attempt",
}
REMINDERS = {
    "scheduled": "{mail} due {due}",
    "claimed": "{mail} being sent",
    "unknown": "it is unknown whether {mail} was sent, so none follows",
}
OUTCOMES = {
    "scheduled": "to be invited",
    "declined": "not invited",
    "claimed": "being sent",
    "sent": "invited",
    "unknown": "it is unknown whether it was sent, so it is not sent again",
    "answered": "responded",
}
MACHINES = {
    "machine-scores": "three different scores within ten seconds",
    "honeypot": "filled in a field that people cannot see",
}


def decision_in_words(invitation: dict[str, Any]) -> str:
    """Return when, for which survey, what was decided and why, and how far it has come."""
    outcome, reason = str(invitation["outcome"]), str(invitation["reason"])
    parts = [
        f"{OUTCOMES.get(outcome, outcome)}, {REASONS.get(reason, reason)} ({reason})",
        *_progress(invitation),
        *_attempts(invitation.get("submissions") or []),
    ]
    return f"{_moment(invitation['decided_at'])}  {invitation['survey']}: {'; '.join(parts)}."


def _progress(invitation: dict[str, Any]) -> list[str]:
    if invitation["outcome"] == "declined":
        return []
    parts_ = [] if invitation.get("sent_at") else [f"due {_moment(invitation['due_at'])}"]
    if mails := invitation.get("mails"):
        parts_ += [f"{'sent' if mail['wave'] == 1 else 'reminded'} {_moment(mail['sent_at'])}" for mail in mails]
    elif invitation.get("sent_at"):
        parts_.append(f"sent {_moment(invitation['sent_at'])}")
    return parts_ + _to_come(invitation)


def _to_come(invitation: dict[str, Any]) -> list[str]:
    """Return which mail comes next, or why none does."""
    if stopped := invitation.get("stopped"):
        return [f"no further mail, {REASONS.get(stopped, stopped)} ({stopped})"]
    if not (reminder := invitation.get("reminder")):
        return []
    sent_before = any(mail["wave"] == reminder["wave"] for mail in invitation.get("mails") or [])
    mail = "another try" if sent_before else f"reminder {int(reminder['wave']) - 1}"
    text = REMINDERS.get(reminder.get("state", ""), REMINDERS["scheduled"])
    return [text.format(mail=mail, due=_moment(reminder["due_at"]))]


def _attempts(attempts: list[dict[str, Any]]) -> list[str]:
    counted = [attempt for attempt in attempts if not attempt.get("quarantined")]
    parts_ = [f"responded {_moment(counted[-1]['received_at'])} {_with_score(counted[-1])}"] if counted else []
    reasons = dict.fromkeys(attempt["quarantined"] for attempt in attempts if attempt.get("quarantined"))
    for reason in reasons:
        scores = [attempt["score"] for attempt in attempts if attempt.get("quarantined") == reason]
        shown = ", ".join("erased" if score is None else str(score) for score in scores)
        parts_.append(f"quarantined as a machine's: {shown} ({MACHINES.get(reason, reason)})")
    return parts_


def _with_score(attempt: dict[str, Any]) -> str:
    return "and erased since" if attempt["score"] is None else f"with {attempt['score']}"


def _moment(iso: Any) -> str:
    """Show a time of the API to the minute; all of them are in UTC."""
    return f"{str(iso)[:16].replace('T', ' ')} UTC"
