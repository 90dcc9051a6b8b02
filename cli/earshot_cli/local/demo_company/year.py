"""A year of visitors who respond: busy and quiet days, three plans, and five weeks of late deliveries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from earshot.domain import ids
from earshot.domain.person import Person
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot.domain.submission import Submission
from earshot_cli.local.demo_company.comments import comment
from earshot_cli.local.demo_company.customers import (
    LANGUAGE_WEIGHTS,
    LANGUAGES,
    PLAN_WEIGHTS,
    PLANS,
    REGIONS,
    one_of,
)

DAYS = 365
# Responses on an ordinary working day at the beginning of the year, and how many more at its end.
BUSY, GROWTH = 3.2, 0.4
WEEK = (1.2, 1.1, 1.0, 1.0, 0.9, 0.5, 0.35)
# By month: August is quiet, December busy.
SEASON = (0.8, 0.95, 1.0, 1.0, 1.05, 1.0, 0.85, 0.7, 1.1, 1.1, 1.2, 1.3)
# Days before today, first included, last not, in which the deliveries were late.
LATE_FROM, LATE_TO = 115, 80
# The score that each plan comes to, and what late deliveries cost.
NPS = {"basic": 0.26, "plus": 0.42, "pro": 0.58}
LATE_COSTS, PASSIVES = 0.8, 0.28
# The share of the visitors who are signed in, and of those who write something.
KNOWN, COMMENTS = 0.4, 0.4
# Who is unhappy yesterday, and how long before its end.
UNHAPPY, HOURS_LEFT = 2, 3
# A customer is asked again after two months.
REST = timedelta(60)
MILLISECONDS_AN_HOUR = 3_600_000
SCORES = {
    "promoter": ((9, 10), (45, 55)),
    "passive": ((7, 8), (40, 60)),
    "detractor": ((0, 1, 2, 3, 4, 5, 6), (8, 4, 7, 11, 13, 25, 32)),
}


def submissions_of_a_year(survey: str, people: Sequence[Person], today: date, rng: Random) -> list[Submission]:
    """Return the submissions of the year that ended yesterday, in their order; always the same for a day and a seed.

    The last response of yesterday is a detractor's, with a comment.
    """
    asked: dict[str, date] = {}
    made: list[Submission] = []
    for back in range(DAYS, 0, -1):
        day = today - timedelta(back)
        times = sorted(_moment(day, rng) for _ in range(_busyness(day, back, rng)))
        made += [_submission(survey, at, _who(people, day, asked, rng), back, rng) for at in times]
    rested = [person for person in people if person.id not in asked] or people
    return [*made, _unhappy(survey, rng.choice(rested), midnight_of(today) - HOURS_LEFT * MILLISECONDS_AN_HOUR, rng)]


def midnight_of(day: date) -> int:
    """Return when a day begins in UTC (Unix milliseconds)."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1000


def score_on(plan: str, back: int, rng: Random) -> int:
    """Return the score of a customer with a plan on a day so many days before today."""
    return _score(NPS[plan] - (LATE_COSTS if is_late(back) else 0), rng)


def is_late(back: int) -> bool:
    """Return whether the deliveries were late on a day so many days before today."""
    return LATE_TO < back <= LATE_FROM


def signed(survey: str, person: Person, at: int, score: int, words: str | None, rng: Random) -> Submission:
    """Return the submission of a customer who is signed in on the company's pages."""
    statement = _statement(at, score, words, person.properties)
    return _submitted(survey, replace(statement, person=person.id, rank=Rank.SIGNED), rng)


def _busyness(day: date, back: int, rng: Random) -> int:
    usual = BUSY * WEEK[day.weekday()] * SEASON[day.month - 1] * (1 + GROWTH * (DAYS - back) / DAYS)
    return max(0, round(rng.gauss(usual, usual**0.5)))


def _moment(day: date, rng: Random) -> int:
    """Return when a person responds, in Unix milliseconds: between 6 and 22 h UTC, mostly around noon."""
    return midnight_of(day) + int(rng.triangular(6, 22, 11) * MILLISECONDS_AN_HOUR)


def _who(people: Sequence[Person], day: date, asked: dict[str, date], rng: Random) -> Person | None:
    """Return who responds to a mail, or None for an unknown visitor of the pages."""
    if rng.random() >= KNOWN:
        return None
    person = rng.choice(people)
    if day - asked.get(person.id, date.min) < REST:
        return None
    asked[person.id] = day
    return person


def _submission(survey: str, at: int, person: Person | None, back: int, rng: Random) -> Submission:
    plan, region = one_of(rng, PLANS, PLAN_WEIGHTS), rng.choice(REGIONS)
    properties = dict(person.properties) if person else {"plan": plan, "region": region}
    language = (person and person.locale) or one_of(rng, LANGUAGES, LANGUAGE_WEIGHTS)
    score = score_on(properties["plan"], back, rng)
    words = comment(rng, language, score, late=is_late(back)) if rng.random() < COMMENTS else None
    if person is None:
        return _submitted(survey, _statement(at, score, words, properties), rng)
    return signed(survey, person, at, score, words, rng)


def _unhappy(survey: str, person: Person, at: int, rng: Random) -> Submission:
    return signed(survey, person, at, UNHAPPY, comment(rng, person.locale or "en", UNHAPPY, late=False), rng)


def _statement(at: int, score: int, words: str | None, properties: Mapping[str, str]) -> Statement:
    # It is history: a detractor of last spring is no news.
    return Statement(
        StatementKind.FINAL,
        at,
        score=score,
        comment=words,
        properties=properties,
        channel="widget",
        emit_events=False,
    )


def _submitted(survey: str, statement: Statement, rng: Random) -> Submission:
    at = statement.received_at
    return Submission(survey, ids.mint(at, rng.randbytes(16)), statement, at)


def _score(nps: float, rng: Random) -> int:
    """Return a score; very many have this NPS (from -1 to 1)."""
    asked = 1 - PASSIVES
    group = rng.choices(("promoter", "passive", "detractor"), ((asked + nps) / 2, PASSIVES, (asked - nps) / 2))[0]
    scores, weights = SCORES[group]
    return rng.choices(scores, weights)[0]
