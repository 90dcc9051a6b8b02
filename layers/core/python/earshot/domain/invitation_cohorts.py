"""The funnel by the day of the first mail: how far those who were asked on it came, and what each change moves."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import NamedTuple

from earshot.domain.bot_detection import assess
from earshot.domain.funnel import Funnel, Rate, Row, stages
from earshot.domain.invitation import Invitation
from earshot.domain.iso_time import moment_of

# `submitted` are those whose form was submitted at all; `quarantined` those with a submission set aside.
COLUMNS = ("asked", "responded", "submitted", "quarantined")
# After the last reminder a response may still take its time (days).
PATIENCE = 7


class Cohort(NamedTuple):
    """The invitations of a survey whose first mail was sent on a UTC day (ISO 8601); None: no first mail was sent."""

    survey: str
    day: str | None


class WaveStage(NamedTuple):
    """The stage that an invitation reached, by its channel and by the wave of the mail."""

    channel: str
    wave: int
    stage: str


# What is counted of a cohort: who reached a stage, or stands in a column of the day.
Count = WaveStage | str


def moves(old: Invitation | None, new: Invitation | None) -> Mapping[tuple[Cohort, Count], int]:
    """Return what a change of one invitation adds to its cohorts (+1) and takes from them (-1).

    Over all changes of an invitation this adds up to where it stands at last, whatever lay between.
    """
    changed = Counter(_counts(new))
    changed.subtract(Counter(_counts(old)))
    return {count: change for count, change in changed.items() if change}


def funnel_of(survey: str, cohorts: Iterable[Mapping[Count, int]]) -> Funnel:
    """Add the counts of a survey's cohorts up to its funnel."""
    rows: dict[Row, Counter[str]] = {}
    for counts in cohorts:
        for count, number in counts.items():
            if isinstance(count, WaveStage):
                rows.setdefault(Row(survey, count.channel, count.wave), Counter())[count.stage] += number
    return Funnel(rows)


def columns(counts: Mapping[Count, int]) -> dict[str, int]:
    """Return the columns of a cohort's day."""
    return {column: counts[column] for column in COLUMNS if column in counts}


def rate_of(days: Iterable[Mapping[str, int]]) -> Rate:
    """Add days up to a response rate."""
    found = list(days)
    return Rate(sum(day.get("asked", 0) for day in found), sum(day.get("responded", 0) for day in found))


def settled(reminders: Iterable[int]) -> timedelta:
    """Return how old a first mail must be to count in the response rate, given the days of its reminders."""
    return timedelta(max(reminders, default=0) + PATIENCE)


def _counts(invitation: Invitation | None) -> Iterator[tuple[Cohort, Count]]:
    if invitation is None:
        return
    cohort = Cohort(invitation.survey, day_of_first_mail(invitation))
    for stage, wave in stages(invitation):
        yield cohort, WaveStage(invitation.channel, wave, stage)
    if cohort.day is not None:
        for column in columns_of(invitation):
            yield cohort, column


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
