"""A year of digests for 500 recipients in 12 zones, with clocks that change, crashes and outages, on a moved clock."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from earshot.domain.digest_contents import DigestContents
from earshot.domain.digest_sendings import SendingState
from earshot.domain.digests import Addressee, Digest, DigestRole, Every, Period, Schedule
from earshot.domain.errors import BusyError
from earshot.domain.members import Member, Role
from earshot.domain.score import Histogram
from earshot.domain.survey import Survey
from earshot.ports.mail import ThrottledError, UnknownOutcomeError
from earshot.services.digests.find_addressee import AddressBook
from earshot.services.digests.plan_digest import PlanDigestDeps, next_due, plan_digest, zones_of
from earshot.services.digests.send_digest import SendDigestDeps, send_digest
from tests.factories import make_survey
from tests.fakes.crash import CrashError
from tests.fakes.digests import InMemoryDigests, InMemoryDigestSendings
from tests.fakes.surveys import InMemorySurveys
from tests.unit.services.digests.digest_world import compose

TICK, VISIBILITY = 300_000, 180_000
START = int(datetime(2026, 1, 7, 12, tzinfo=UTC).timestamp() * 1000)
END = int(datetime(2027, 1, 12, tzinfo=UTC).timestamp() * 1000)
ZONES = (
    "America/Los_Angeles",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "UTC",
    "Europe/Berlin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
)
# Nothing at all runs then.
OUTAGE = tuple(int(datetime(2026, 6, day, 3, tzinfo=UTC).timestamp() * 1000) for day in (8, 13))
RECIPIENTS, A_DIGEST = 500, 5
RHYTHMS = list(Every)
# Loaded once: Python keeps the last eight only.
LOADED = [ZoneInfo(name) for name in ZONES]


class World:
    """The planner's tick and the delivery queue, which run digests until a moment, and die of chance."""

    def __init__(self, dice: Random, recipients: int = RECIPIENTS) -> None:
        self.now, self.dice, self.sent = START, dice, Counter[tuple[str, str, str]]()
        zones = [ZONES[at * len(ZONES) // recipients] for at in range(recipients)]
        self.members = {name: member(name, zone) for name, zone in zip(names(recipients), zones, strict=True)}
        self.digests, self.sendings = InMemoryDigests(), InMemoryDigestSendings()
        self.surveys = InMemorySurveys(make_survey())
        self.dying_digests, self.dying_sendings = Dying(self.digests, dice), Dying(self.sendings, dice)
        self.dying_mailer, self.dying_queue = Dying(Mailer(self), dice), Dying(self, dice)
        self.numbers, self.queue = count(), list[tuple[int, int, Mapping[str, Any]]]()
        self.died = 0
        for at in range(0, recipients, A_DIGEST):
            self.make(f"d-{at:03}", names(recipients)[at : at + A_DIGEST], at // A_DIGEST)

    def make(self, name: str, to: list[str], number: int) -> None:
        schedule = Schedule(RHYTHMS[number % len(RHYTHMS)], (0, 2, 3, 7, 8, 23, 9)[number % 7], number % 7)
        made = Digest(name, DigestRole.LEAD, "demo", tuple(to), schedule, made_at=START, since=START)
        zones = zones_of(made, made.recipients(no_key), make_survey(), self.addresses())
        self.digests.kept[name] = replace(made, next_at=next_due(made, zones, START))

    def addresses(self) -> AddressBook:
        return AddressBook(lambda: self.members, lambda _: None)

    def run(self, until: int) -> None:
        while self.step(until):
            pass
        self.now = until

    def step(self, until: int) -> bool:
        """Run what comes next, a message or a tick, if that is before a moment."""
        if self.queue and self.queue[0][0] <= self.now:
            self.survive(heapq.heappop(self.queue)[2])
            return True
        tick = -(-min(each.next_at or END for each in self.digests.kept.values()) // TICK) * TICK
        moment = max(self.now, min([tick, *(due for due, _, _ in self.queue[:1])]))
        if moment > until:
            return False
        self.now = moment if not OUTAGE[0] <= moment < OUTAGE[1] else OUTAGE[1]
        if not self.queue or self.queue[0][0] > self.now:
            self.tick()
        return True

    def tick(self) -> None:
        """Queue what is due, as the planner does; a tick may be lost, or come twice."""
        due = [each.id for each in self.digests.kept.values() if each.next_at and each.next_at <= self.now]
        self.send([({"digest": each}, 0) for each in due * self.dice.choice((0, 1, 1, 1, 1, 1, 2))])
        self.now += TICK if not due or not self.queue else 0

    def send(self, tasks: Iterable[tuple[Mapping[str, Any], int]]) -> None:
        for task, delay in tasks:
            for _ in range(2 if self.dice.random() < 0.02 else 1):
                heapq.heappush(self.queue, (self.now + delay * 1000, next(self.numbers), task))

    def survive(self, task: Mapping[str, Any]) -> None:
        try:
            if "recipient" in task:
                send_digest(task, self.sending())
            else:
                plan_digest(task["digest"], self.planning())
        except (CrashError, BusyError):
            self.died += 1
            heapq.heappush(self.queue, (self.now + VISIBILITY, next(self.numbers), task))

    def planning(self) -> PlanDigestDeps:
        return PlanDigestDeps(
            digests=self.dying_digests,
            sendings=self.dying_sendings,
            surveys=self.surveys,
            addresses=self.addresses(),
            queue=self.dying_queue,
            hash_key=no_key,
            now=self.now,
        )

    def sending(self) -> SendDigestDeps:
        return SendDigestDeps(
            digests=self.dying_digests,
            sendings=self.dying_sendings,
            surveys=self.surveys,
            addresses=self.addresses(),
            contents=contents,
            compose=compose,
            sender="earshot@example.com",
            mailer=self.dying_mailer,
            queue=self.dying_queue,
            hash_key=no_key,
            clock=lambda: self.now,
        )


class Mailer:
    """SES: it may be too fast for it, and it may be unknown whether a mail went out."""

    def __init__(self, world: World) -> None:
        self.world = world

    def send(self, mime: bytes, _: str, recipient: str) -> str:
        chance = self.world.dice.random()
        if chance < 0.01:
            raise ThrottledError("too fast")
        digest, period = mime.decode().split()
        if chance > 0.005:
            self.world.sent[digest, recipient, period] += 1
        if chance > 0.99:
            raise UnknownOutcomeError("no reply came")
        return "message"


class Dying:
    """A port whose writes are the last thing that a function does now and then, done or not."""

    def __init__(self, port: object, dice: Random) -> None:
        self.port, self.dice = port, dice

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call: Callable[..., Any] = getattr(self.port, name)
        if name not in {"put", "plan", "note_sent", "note_skipped", "send"}:
            return call

        def write(*args: Any) -> Any:
            self.die()
            done = call(*args)
            self.die()
            return done

        return write

    def die(self) -> None:
        if self.dice.random() < 0.01:
            raise CrashError


def test_each_period_of_each_recipient_has_one_outcome_and_none_gets_a_digest_twice() -> None:
    world = World(Random(16))
    world.run(END)

    assert world.died > 1_000
    assert max(world.sent.values()) == 1
    expected = {
        (each.id, who, period.name)
        for each in world.digests.list()
        for who in each.to
        for period in periods_by_hand(each.schedule, ZoneInfo(world.members[who].timezone))
    }
    found = {(each.digest, each.recipient, each.period.name): each for each in world.sendings.all()}
    assert len(found) == len(world.sendings.all())
    assert expected - set(found) == set()
    arrived = {(digest, address.partition("@")[0], period) for digest, address, period in world.sent}
    for key, sending in found.items():
        assert sending.state is not SendingState.WAITING
        assert (key in arrived) or sending.state is not SendingState.SENT, "sent, but nothing arrived"
        assert (key not in arrived) or sending.state in {SendingState.SENT, SendingState.UNKNOWN}
        assert sending.state is SendingState.SENT or sending.state is SendingState.UNKNOWN or sending.why
    states = Counter(each.state for each in found.values())
    assert states[SendingState.SENT] > 0.9 * len(found)
    # The five days without anything cost each daily digest some days, with the reason.
    assert states[SendingState.SKIPPED] > 160 * 3


def test_a_recipient_who_moves_to_another_zone_misses_no_day_and_gets_none_twice() -> None:
    world = World(Random(17), recipients=60)
    homes = Random(18)
    for _ in range(60):
        world.run(world.now + homes.randrange(30) * 3_600_000)
        for name in homes.sample(names(60), 12):
            world.members[name] = replace(world.members[name], timezone=homes.choice(ZONES))
    world.run(world.now + 40 * 86_400_000)

    assert max(world.sent.values()) == 1
    for digest in world.digests.list():
        for who in digest.to:
            periods = sorted(each.period for each in world.sendings.all_of(digest.id) if each.recipient == who)
            assert periods
            for before, after in pairwise(periods):
                assert before.end == after.first, (digest.id, who)


def periods_by_hand(schedule: Schedule, zone: ZoneInfo) -> list[Period]:
    """Return the periods that were due in the year, from the calendar alone."""
    days = [date(2025, 11, 1) + timedelta(each) for each in range(450)]
    if schedule.every is Every.MONTH:
        ends = [day for day in days if day.day == 1]
    elif schedule.every is Every.WEEK:
        ends = [day for day in days if day.weekday() == schedule.weekday]
    else:
        ends = [day for day in days if day.weekday() < 5]
    found = [Period(first, end) for first, end in pairwise(ends)]
    begin, over = START / 1000, (END - 36 * 3_600_000) / 1000
    return [each for each in found if begin < local_hour(each.end, schedule.hour, zone).timestamp() <= over]


def local_hour(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone)


def member(name: str, timezone: str) -> Member:
    return Member(name, f"{name}@example.com", None, Role.MANAGER, timezone=timezone)


def names(many: int) -> list[str]:
    return [f"m{number:03}" for number in range(many)]


def no_key() -> bytes:
    pytest.fail("there are no addresses to hash")


def contents(digest: Digest, _: Survey, __: Addressee, period: Period) -> DigestContents:
    return DigestContents(digest.role, digest.survey, None, period, "UTC", 0, True, Histogram.of([9]))
