"""The funnel by day: how many were asked by a first mail of that day, and what became of it by now."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from earshot.domain.bot_detection import assess
from earshot.domain.funnel import Rate
from earshot.domain.invitation import Invitation
from earshot.domain.iso_time import moment_of

# `submitted` are those whose form was submitted at all; `quarantined` those with a submission set aside.
COLUMNS = ("asked", "responded", "submitted", "quarantined")
# After the last reminder a response may still take its time (days).
PATIENCE = 7


class MailDay(NamedTuple):
    """A survey and the UTC day (ISO 8601) of the first mails that asked for it."""

    survey: str
    day: str


def day_moves(old: Invitation | None, new: Invitation | None) -> Mapping[tuple[MailDay, str], int]:
    """Return what a change of one invitation adds to the days (+1) and takes from them (-1)."""
    changed = Counter(_places(new))
    changed.subtract(Counter(_places(old)))
    return {place: change for place, change in changed.items() if change}


def rate_of(days: Iterable[Mapping[str, int]]) -> Rate:
    """Add days up to a response rate."""
    found = list(days)
    return Rate(sum(day.get("asked", 0) for day in found), sum(day.get("responded", 0) for day in found))


def settled(reminders: Iterable[int]) -> timedelta:
    """Return how old a first mail must be to count in the response rate, given the days of its reminders."""
    return timedelta(max(reminders, default=0) + PATIENCE)


def _places(invitation: Invitation | None) -> list[tuple[MailDay, str]]:
    if invitation is None or (day := day_of_first_mail(invitation)) is None:
        return []
    return [(MailDay(invitation.survey, day), column) for column in columns_of(invitation)]


def columns_of(invitation: Invitation) -> list[str]:
    """Return what an invitation counts as on the day of its first mail, if one was sent."""
    if invitation.facts is not None:
        return [column for column in COLUMNS if column in invitation.facts.columns]
    attempts = invitation.attempts
    holds = {
        "asked": True,
        "responded": invitation.has_counting_attempt,
        "submitted": bool(attempts),
        "quarantined": any(verdict.is_quarantined for verdict in assess(attempts, invitation.clicks)),
    }
    return [column for column in COLUMNS if holds[column]]


def day_of_first_mail(invitation: Invitation) -> str | None:
    """Return the UTC day (ISO 8601) of the first mail; if its outcome is unknown, an attempt shows that it was sent."""
    if invitation.facts is not None:
        return invitation.facts.day
    sent = min((mail.sent_at for mail in invitation.mails), default=invitation.sent_at)
    if sent is None and invitation.attempts:
        sent = invitation.claimed_at
    return moment_of(sent).date().isoformat() if sent is not None else None
