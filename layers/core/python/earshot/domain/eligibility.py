"""Who may be asked now: one pure decision with its reason, the same for every survey and channel."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from hashlib import sha256
from zoneinfo import ZoneInfo

from earshot.domain.iso_time import EPOCH, MILLISECOND, moment_of

DAY = 86_400_000
# More than two reminders are no question any more.
MOST_REMINDERS = 2
LATEST_REMINDER = 60


class Outcome(Enum):
    """The outcome of a decision."""

    ASK = "ask"
    LATER = "later"
    DECLINED = "declined"


class Reason(Enum):
    """Why, in the word that the API, the events and `earshot why` use."""

    ELIGIBLE = "eligible"
    SURVEY_CLOSED = "survey-closed"
    ERASED = "erased"
    NO_ADDRESS = "no-address"
    SUPPRESSED = "suppressed"
    QUIET_PERIOD = "quiet-period"
    NOT_SAMPLED = "not-sampled"
    DAILY_BUDGET = "daily-budget"
    OUTSIDE_HOURS = "outside-hours"
    SANDBOX = "sandbox"
    REJECTED = "rejected"
    NO_REMINDER = "no-reminder"
    RESPONDED = "answered"
    ASKED_AGAIN = "asked-again"
    TOO_LATE = "too-late"


@dataclass(frozen=True, slots=True)
class Rules:
    """What a survey allows: days between two questions to one person, the share asked, mails a day, local hours.

    `sample` lies between 0 and 1; hours are whole, `opens` inclusive, `closes` exclusive, in the person's zone.
    `reminders` are the days after the invitation on which a person who has not responded is reminded, ascending.
    `clicked_scores`: a score that a person clicked in the mail is a partial response even before Send is clicked.
    """

    quiet_days: int = 30
    sample: float = 1.0
    daily_budget: int | None = None
    opens: int = 8
    closes: int = 20
    reminders: tuple[int, ...] = (3, 7)
    clicked_scores: bool = True


@dataclass(frozen=True, slots=True)
class EligibilityFacts:
    """The facts about a person and a survey at the moment of the decision.

    `last_invited_at` is in Unix milliseconds, over all surveys and channels; `draw` lies in [0, 1), see `draw_of`;
    `asked_today` counts the survey's mails of the day on which it would be sent.
    """

    zone: ZoneInfo
    draw: float = 0.0
    last_invited_at: int | None = None
    asked_today: int = 0
    survey_is_open: bool = True
    has_address: bool = True
    is_erased: bool = False
    is_suppressed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether to invite, why, and when: `at` is in Unix milliseconds, for LATER when to decide again."""

    outcome: Outcome
    reason: Reason
    at: int


def decide(rules: Rules, facts: EligibilityFacts, now: int) -> Decision:
    """Decide whether a person may be asked at a moment (Unix milliseconds)."""
    if (reason := _refusal(rules, facts, now)) is not None:
        return Decision(Outcome.DECLINED, reason, now)
    if rules.daily_budget is not None and facts.asked_today >= rules.daily_budget:
        return Decision(Outcome.LATER, Reason.DAILY_BUDGET, next_opening(rules, facts.zone, now + DAY))
    opening = next_opening(rules, facts.zone, now)
    if opening > now:
        return Decision(Outcome.LATER, Reason.OUTSIDE_HOURS, opening)
    return Decision(Outcome.ASK, Reason.ELIGIBLE, now)


def in_quiet_period(asked_at: int | None, quiet_days: int, now: int) -> bool:
    """Return whether a person asked at a moment may not be asked again yet (Unix milliseconds; None: never asked)."""
    return asked_at is not None and now < asked_at + quiet_days * DAY


def draw_of(survey: str, person: str, invitation: str) -> float:
    """Draw a person's number in [0, 1) for an invitation: always the same for it, and another for their next one."""
    digest = sha256(f"{survey}\n{person}\n{invitation}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def next_opening(rules: Rules, zone: ZoneInfo, now: int) -> int:
    """Return the moment itself if it lies within sending hours, else when they next open there (Unix milliseconds)."""
    local = moment_of(now).astimezone(zone)
    if rules.opens <= local.hour < rules.closes:
        return now
    day = local.date() if local.hour < rules.opens else local.date() + timedelta(1)
    opening = datetime.combine(day, time(rules.opens), zone).astimezone(UTC)
    return -((EPOCH - opening) // MILLISECOND)


def next_days_opening(rules: Rules, days: ZoneInfo, zone: ZoneInfo, now: int) -> int:
    """Return when sending hours first open in `zone` after the next day began in `days` (Unix milliseconds)."""
    tomorrow = moment_of(now).astimezone(days).date() + timedelta(1)
    midnight = datetime.combine(tomorrow, time(), days).astimezone(UTC)
    return next_opening(rules, zone, -((EPOCH - midnight) // MILLISECOND))


def next_reminder(rules: Rules, wave: int, now: int) -> int | None:
    """Return when the wave after this one, which is sent now, is due (Unix milliseconds); None if there is none.

    Counted from this sending, not from the first: whatever was late, no two waves come closer than was planned.
    """
    if wave > len(rules.reminders):
        return None
    days = (0, *rules.reminders)
    return now + (days[wave] - days[wave - 1]) * DAY


def _refusal(rules: Rules, facts: EligibilityFacts, now: int) -> Reason | None:
    refusals = (
        (not facts.survey_is_open, Reason.SURVEY_CLOSED),
        (facts.is_erased, Reason.ERASED),
        (not facts.has_address, Reason.NO_ADDRESS),
        (facts.is_suppressed, Reason.SUPPRESSED),
        (in_quiet_period(facts.last_invited_at, rules.quiet_days, now), Reason.QUIET_PERIOD),
        (facts.draw >= rules.sample, Reason.NOT_SAMPLED),
    )
    return next((reason for holds, reason in refusals if holds), None)
