"""Campaigns: everyone in a segment is asked once under a daily budget, or again every few days."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from zoneinfo import ZoneInfo

from earshot.domain.eligibility import Rules, next_days_opening, next_opening
from earshot.domain.iso_time import moment_of
from earshot.domain.person_id import BUCKETS

# As long as a campaign that is at work may be silent before the planner checks it (milliseconds).
LEASE = 600_000
LONGEST_PERIOD = 365
LARGEST_BUDGET = 1_000_000
SURVEY_CLOSED = "the survey was closed"
STOPPED_BY_KEY = "somebody with a key stopped it"


class CampaignState(Enum):
    """How far a campaign has come, in the word that is stored and shown."""

    COUNTING = "counting"
    COUNTED = "counted"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"


class Wait(Enum):
    """What a running campaign waits for until it is due, in the word that is stored and shown."""

    DAILY_BUDGET = "daily-budget"
    NEXT_DAY = "next-day"
    SENDING_HOURS = "sending-hours"


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of a campaign: its segment, its period, and its daily budget.

    `segment` is the `name=value` of a property (None: everyone), `every_days` None for once, `daily_budget` None for
    as many as there are.
    """

    segment: str | None = None
    every_days: int | None = None
    daily_budget: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as kept; times are Unix milliseconds, days are ISO 8601 in the survey's zone.

    `place` is the bucket it has come to, counted on through the periods, and `after` the last person read in it;
    `skipped` are the places that an outage of more than a period has cost. `due_at` is when it goes on, `wait` what it
    waits for until then. `asked_that_day` are those of `day`; `seen` people were read, `matched` are of the segment,
    and `declined` says how many of them were not asked for which reason. While it is counted before it starts, these
    are the figures of what it would do, and `ended_at` is when the count was complete.
    """

    id: str
    survey: str
    plan: Plan
    started_at: int
    started_on: str
    due_at: int
    state: CampaignState = CampaignState.RUNNING
    wait: Wait | None = None
    place: int = 0
    after: str = ""
    skipped: int = 0
    day: str = ""
    asked_that_day: int = 0
    seen: int = 0
    matched: int = 0
    asked: int = 0
    declined: Mapping[str, int] = field(default_factory=dict)
    ended_at: int | None = None
    note: str | None = None
    correlation: str = ""
    revision: int = 1

    @property
    def bucket(self) -> int:
        """Return the bucket of the directory it has come to."""
        return self.place % BUCKETS

    @property
    def seed(self) -> str:
        """Return what makes a person's invitation one: the campaign and its period."""
        return f"campaign\n{self.id}\n{self.place // BUCKETS}"

    @property
    def is_running(self) -> bool:
        """Return whether it is still running."""
        return self.state is CampaignState.RUNNING

    @property
    def is_counting(self) -> bool:
        """Return whether it walks through the people only to count them."""
        return self.state is CampaignState.COUNTING

    @property
    def is_at_work(self) -> bool:
        """Return whether it walks through the people, to ask or to count them."""
        return self.is_running or self.is_counting

    @property
    def has_begun(self) -> bool:
        """Return whether it may have invited anyone."""
        return self.state not in (CampaignState.COUNTING, CampaignState.COUNTED)

    @property
    def is_finished(self) -> bool:
        """Return whether it invited everyone it could."""
        return self.state is CampaignState.FINISHED

    @property
    def is_spent(self) -> bool:
        """Return whether the day's budget is used up."""
        if self.is_counting or self.plan.daily_budget is None:
            return False
        return self.asked_that_day >= self.plan.daily_budget

    def includes(self, properties: Mapping[str, str]) -> bool:
        """Return whether a person with these properties is in the segment."""
        name, _, value = (self.plan.segment or "").partition("=")
        return self.plan.segment is None or properties.get(name) == value

    def goal(self, today: date) -> int:
        """Return the place before which all are to be asked by the end of a day: the buckets spread over the period."""
        if self.plan.every_days is None:
            return BUCKETS
        days = (today - date.fromisoformat(self.started_on)).days + 1
        return max(0, days) * BUCKETS // self.plan.every_days - self.skipped

    def on(self, today: date) -> "Campaign":
        """Begin a day: a new budget, and of missed days no more than brings everyone up once.

        A day that is over does not come back, whatever a clock says.
        """
        skipped = self.skipped + max(0, self.goal(today) - self.place - BUCKETS)
        if today.isoformat() <= self.day:
            return replace(self, skipped=skipped)
        return replace(self, day=today.isoformat(), asked_that_day=0, skipped=skipped)

    def past(self, person: str) -> "Campaign":
        """Count a person who was read from the directory and no longer exists."""
        return replace(self, after=person)

    def read(self, person: str) -> "Campaign":
        """Note that a person was read."""
        return replace(self, after=person, seen=self.seen + 1)

    def counted(self, refusal: str | None) -> "Campaign":
        """Count the decision about a person of the segment: asked, or the reason why not."""
        if refusal is None:
            return replace(self, matched=self.matched + 1, asked=self.asked + 1, asked_that_day=self.asked_that_day + 1)
        declined = {**self.declined, refusal: self.declined.get(refusal, 0) + 1}
        return replace(self, matched=self.matched + 1, declined=declined)

    def next_bucket(self) -> "Campaign":
        """Go on to the next bucket."""
        return replace(self, place=self.place + 1, after="")

    def at_work(self, now: int) -> "Campaign":
        """Return the campaign due at once, with a lease: after it the campaign is picked up again."""
        return replace(self, wait=None, due_at=now + LEASE)

    def waiting(self, wait: Wait, until: int) -> "Campaign":
        """Wait for something until a moment."""
        return replace(self, wait=wait, due_at=until)

    def over(self, state: CampaignState, now: int, note: str | None) -> "Campaign":
        """End it, with a note if there is one, and clear its cursor."""
        return replace(self, state=state, ended_at=now, due_at=now, wait=None, note=note, after="")


def begin(campaign: Campaign, rules: Rules, zone: ZoneInfo, now: int) -> Campaign:
    """Return the campaign as it starts with the survey's next sending hours, on that day."""
    opening = next_opening(rules, zone, now)
    begun = replace(campaign, started_on=day_of(opening, zone).isoformat(), due_at=opening)
    return begun if opening == now else replace(begun, wait=Wait.SENDING_HOURS)


def settled(campaign: Campaign, rules: Rules, zone: ZoneInfo, now: int) -> Campaign:
    """Return the campaign after it did all it could on a day: finished, or due with the next day's opening."""
    if campaign.place < campaign.goal(day_of(now, zone)):
        return campaign.waiting(Wait.DAILY_BUDGET, next_days_opening(rules, zone, zone, now))
    if campaign.plan.every_days is None:
        return campaign.over(CampaignState.FINISHED, now, _nobody(campaign))
    return campaign.waiting(Wait.NEXT_DAY, next_days_opening(rules, zone, zone, now))


def day_of(now: int, zone: ZoneInfo) -> date:
    """Return the day on which a moment (Unix milliseconds) lies in a zone."""
    return moment_of(now).astimezone(zone).date()


def _nobody(campaign: Campaign) -> str | None:
    if campaign.matched:
        return None
    return f"nobody is in {campaign.plan.segment}" if campaign.plan.segment else "nobody is known yet"
