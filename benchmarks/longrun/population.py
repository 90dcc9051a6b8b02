"""Who takes part: surveys with different rules, people in many zones, and who is to be asked when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from benchmarks.longrun.facts import Ask
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE
from earshot.domain.campaign import Plan
from earshot.domain.eligibility import Rules
from earshot.domain.survey import Survey

# Sixty days from here Europe, America and Lord Howe change their clocks, the last by half an hour.
START = int(datetime(2026, 10, 1, tzinfo=UTC).timestamp() * 1000)
ZONES = (
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Europe/London", "America/Los_Angeles",
    "America/Sao_Paulo", "America/St_Johns", "Africa/Cairo", "Asia/Tokyo", "Asia/Kathmandu", "Australia/Sydney",
    "Pacific/Auckland", "Pacific/Apia", "Pacific/Honolulu", "UTC",
)  # fmt: skip
CLOSING = "launch"


@dataclass(frozen=True, slots=True)
class Started:
    """A campaign: its survey, on which day it begins, what it plans, and by when everyone was met (days)."""

    survey: str
    day: int
    plan: Plan
    lasts: int


# One in so many people shares an address with the one before, written in another case.
SHARED = 60
REPLAYED, ERASED = 0.3, 0.015


@dataclass(frozen=True, slots=True)
class Size:
    """How many people over how many days, and from which seed everything is drawn."""

    people: int
    days: int
    seed: int

    @property
    def end(self) -> int:
        """Return when the last person is asked (Unix milliseconds)."""
        return START + self.days * DAY


def surveys(size: Size) -> dict[str, Survey]:
    """Make the surveys: the usual rules, a budget in narrow hours, quick reminders late in the day, one that closes."""
    budget = max(3, size.people // 45)
    several = (
        Survey("relationship", "Relationship", timezone="Europe/Berlin", rules=Rules()),
        Survey("product", "Product", timezone="America/New_York", rules=Rules(daily_budget=budget, opens=9, closes=17)),
        Survey("support", "Support", rules=Rules(quiet_days=20, opens=12, closes=22, reminders=(1, 2))),
        Survey(CLOSING, "Launch", timezone="Asia/Tokyo", rules=Rules()),
    )
    return {survey.id: survey for survey in several}


def campaigns(size: Size) -> dict[str, Started]:
    """Make the campaigns: everyone again every 31 days, and everyone once under a budget a day."""
    once = Plan(daily_budget=max(5, size.people // 10))
    return {"again": Started("relationship", 2, Plan(every_days=31), 32), "once": Started("support", 14, once, 14)}


def people(size: Size, chance: Random) -> Iterator[tuple[str, str, str | None]]:
    """Return id, address and zone of each person; some have no zone, and then the survey's counts."""
    for number in range(size.people):
        shared = number % SHARED == SHARED - 1
        address = f"P{number - 1}@Example.com" if shared else f"p{number}@example.com"
        yield f"p{number}", address, None if chance.random() < 0.1 else chance.choice(ZONES)


def asks(size: Size, chance: Random, names: list[str], people_ids: list[str]) -> Iterator[Ask]:
    """Return who is to be asked when: each person some times, at once or later, and often much too soon again."""
    for person in people_ids:
        moments = [START + int(chance.random() * size.days * DAY) for _ in range(chance.choice((1, 2, 3, 4)))]
        moments += [moment + int(chance.random() * 3 * DAY) for moment in moments if chance.random() < 0.3]
        # A system that asks once in a quiet period asks again when it is just over.
        moments += [moment + chance.choice((20, 30)) * DAY + int(chance.random() * HOUR) for moment in moments[:2]]
        for number, moment in enumerate(moment for moment in moments if moment < size.end):
            by = "touchpoint" if chance.random() < 0.4 else "call"
            yield Ask(f"{by}-{person}-{number}", person, chance.choice(names), moment, _delay(chance))


def replays(size: Size, chance: Random, ask: Ask) -> list[int]:
    """Return when the same touchpoint comes again: the next moment, or weeks later."""
    if not ask.id.startswith("touchpoint") or chance.random() > REPLAYED:
        return []
    several = [chance.choice((2 * MINUTE, 5 * HOUR, 4 * DAY, 35 * DAY)) for _ in range(chance.choice((1, 2, 3)))]
    return [ask.time + int(wait * (0.5 + chance.random())) for wait in several if ask.time + 2 * wait < size.end]


def _delay(chance: Random) -> int:
    """Return how long to wait with the mail: mostly not at all, sometimes for days (milliseconds)."""
    draw = chance.random()
    if draw < 0.65:
        return 0
    return int(chance.random() * (10 * MINUTE if draw < 0.8 else 5 * DAY)) // 1000 * 1000
