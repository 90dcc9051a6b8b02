"""A year of the planner and the delivery queue on a moved clock, with crashes, an outage and people who leave."""

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from earshot.domain.access import Role
from earshot.domain.digest_contents import DigestContents
from earshot.domain.digests import Addressee, Digest, DigestRole, Every, Period, Schedule
from earshot.domain.errors import BusyError
from earshot.domain.members import Member, removed
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
LEAVING_AT = int(datetime(2026, 8, 18, 9, 17, tzinfo=UTC).timestamp() * 1000)
# Nothing at all runs then.
OUTAGE = tuple(int(datetime(2026, 6, day, 3, tzinfo=UTC).timestamp() * 1000) for day in (8, 13))
A_DIGEST = 5
RHYTHMS = list(Every)
# Loaded once: Python keeps the last eight only.
LOADED = [ZoneInfo(name) for name in ZONES]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail that really went out: of which digest, to which address, about which period, and when."""

    digest: str
    address: str
    period: str
    at: int


class World:
    """The planner's tick and the delivery queue, which run digests until a moment, and die of chance.

    In the middle of the year one in `leaving` recipients stops the digest, and as many are removed from the team.
    """

    def __init__(self, dice: Random, recipients: int, *, leaving: int = 25) -> None:
        self.now, self.dice, self.sent = START, dice, list[Arrived]()
        self.over = dict[str, int]()
        self.leaving = leaving
        self.zones = {name: ZONES[at * len(ZONES) // recipients] for at, name in enumerate(names(recipients))}
        self.members = {name: member(name, zone) for name, zone in self.zones.items()}
        self.digests, self.sendings = InMemoryDigests(), InMemoryDigestSendings()
        self.surveys = InMemorySurveys(make_survey())
        self.dying_digests, self.dying_sendings = Dying(self.digests, dice), Dying(self.sendings, dice)
        self.dying_mailer, self.dying_queue = Dying(Mailer(self), dice), Dying(self, dice)
        self.numbers, self.queue = count(), list[tuple[int, int, Mapping[str, Any]]]()
        self.died = 0
        for at in range(0, recipients, A_DIGEST):
            self.make(f"d-{at:03}", names(recipients)[at : at + A_DIGEST], at // A_DIGEST)

    def make(self, name: str, to: list[str], number: int) -> None:
        """Make a digest whose rhythm and hour follow from its number."""
        schedule = Schedule(RHYTHMS[number % len(RHYTHMS)], (0, 2, 3, 7, 8, 23, 9)[number % 7], number % 7)
        made = Digest(name, DigestRole.LEAD, "demo", tuple(to), schedule, made_at=START, since=START)
        zones = zones_of(made, made.recipients(no_key), make_survey(), self.addresses())
        self.digests.kept[name] = replace(made, next_at=next_due(made, zones, START))

    def addresses(self) -> AddressBook:
        """Return what recipients are now."""
        return AddressBook(lambda: self.members, lambda _: None)

    def run_a_year(self) -> None:
        """Run from the start to the end, with those who leave in between."""
        self.run(LEAVING_AT)
        self.leave()
        self.run(END)

    def leave(self) -> None:
        """Stop digests for some recipients, and remove others from the team."""
        chosen = self.dice.sample(sorted(self.members), 2 * (len(self.members) // self.leaving))
        self.over = dict.fromkeys(chosen, self.now)
        for place, name in enumerate(chosen):
            if place % 2:
                self.members[name] = removed(self.members[name], self.now)
            else:
                (digest,) = (each.id for each in self.digests.list() if name in each.to)
                self.sendings.unsubscribe(digest, name, self.now)

    def run(self, until: int) -> None:
        """Run until a moment."""
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
        """Queue messages, some of them twice."""
        for task, delay in tasks:
            for _ in range(2 if self.dice.random() < 0.02 else 1):
                heapq.heappush(self.queue, (self.now + delay * 1000, next(self.numbers), task))

    def survive(self, task: Mapping[str, Any]) -> None:
        """Run a message; if the run dies, it comes again."""
        try:
            if "recipient" in task:
                send_digest(task, self.sending())
            else:
                plan_digest(task["digest"], self.planning())
        except (CrashError, BusyError):
            self.died += 1
            heapq.heappush(self.queue, (self.now + VISIBILITY, next(self.numbers), task))

    def planning(self) -> PlanDigestDeps:
        """Return what planning works with now."""
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
        """Return what sending works with now."""
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
        """Send a mail, or fail of chance: before it goes out, or after."""
        chance = self.world.dice.random()
        if chance < 0.01:
            raise ThrottledError("too fast")
        digest, period = mime.decode().split()
        if chance > 0.005:
            self.world.sent.append(Arrived(digest, recipient, period, self.world.now))
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
        """Die now and then."""
        if self.dice.random() < 0.01:
            raise CrashError


def member(name: str, timezone: str) -> Member:
    """Return a member in a zone."""
    return Member(name, f"{name}@example.com", None, Role.MANAGER, timezone=timezone)


def names(many: int) -> list[str]:
    """Return the ids of so many members."""
    return [f"m{number:03}" for number in range(many)]


def no_key() -> bytes:
    """Return the key of addresses, of which there are none."""
    raise AssertionError("there are no addresses to hash")


def compose(digest: Digest, _: Addressee, contents: DigestContents, *, is_test: bool = False) -> bytes:
    """Write a mail that names the digest and its period."""
    assert not is_test
    return f"{digest.id} {contents.period.name}".encode()


def contents(digest: Digest, _: Survey, __: Addressee, period: Period) -> DigestContents:
    """Return contents that are not empty."""
    return DigestContents(digest.role, digest.survey, None, period, "UTC", 0, True, Histogram.of([9]))
