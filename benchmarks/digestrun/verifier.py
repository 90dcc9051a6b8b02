"""Checks a year of digests by the mails that really went out, and by a calendar of its own."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from itertools import pairwise
from zoneinfo import ZoneInfo

from benchmarks.digestrun.world import END, START, World
from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Digest, Every, Period, Schedule

# What is due this long before the end of a run has its outcome then (seconds).
SETTLED = 36 * 3600
Key = tuple[str, str, str]


class Kind(Enum):
    """What must not be."""

    TWICE = "a digest that came twice"
    MISSED = "a period of a recipient without an outcome"
    UNEXPLAINED = "a digest that did not come, and no reason is shown"
    UNTRUE = "an outcome that is not what happened"
    UNWANTED = "a digest to a recipient who unsubscribed or left the team"
    MADE_UP = "an outcome of a period that the calendar does not have"


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not be, and where."""

    kind: Kind
    where: Key


def verify(world: World) -> list[Violation]:
    """Return what is wrong after a year."""
    return list(_violations(world))


def expected(world: World) -> set[Key]:
    """Return what was due in the year: of each digest, for each recipient, each period of the calendar."""
    return {
        (digest.id, who, period.name)
        for digest in world.digests.list()
        for who in digest.to
        for period in periods_of(digest, ZoneInfo(world.zones[who]))
    }


def periods_of(digest: Digest, zone: ZoneInfo) -> Iterator[Period]:
    """Yield the periods that were due in the year in a zone, from the calendar alone."""
    days = [date(2025, 11, 1) + timedelta(each) for each in range(450)]
    ends = [day for day in days if _comes_on(digest.schedule, day)]
    for period in (Period(first, end) for first, end in pairwise(ends)):
        due = datetime.combine(period.end, time(digest.schedule.hour), zone).timestamp()
        if START / 1000 < due <= END / 1000 - SETTLED:
            yield period


def _comes_on(schedule: Schedule, day: date) -> bool:
    if schedule.every is Every.MONTH:
        return day.day == 1
    if schedule.every is Every.WEEK:
        return day.weekday() == schedule.weekday
    return day.strftime("%a") not in {"Sat", "Sun"}


def _violations(world: World) -> Iterator[Violation]:
    arrived = Counter((mail.digest, mail.address.partition("@")[0], mail.period) for mail in world.sent)
    kept = world.sendings.all()
    found = {(each.digest, each.recipient, each.period.name): each for each in kept}
    yield from (Violation(Kind.TWICE, key) for key, times in arrived.items() if times > 1)
    due = expected(world)
    yield from (Violation(Kind.MISSED, key) for key in sorted(due - set(found)))
    for mail in world.sent:
        who = mail.address.partition("@")[0]
        if mail.at > world.over.get(who, END):
            yield Violation(Kind.UNWANTED, (mail.digest, who, mail.period))
    for key, sending in found.items():
        yield from (Violation(kind, key) for kind in _of_a_sending(sending, is_there=key in arrived))
        if key not in due and not _is_at_the_edge(sending):
            yield Violation(Kind.MADE_UP, key)
    yield from (Violation(Kind.UNTRUE, key) for key in arrived if key not in found)


def _of_a_sending(sending: DigestSending, *, is_there: bool) -> Iterator[Kind]:
    state = sending.state
    if state is SendingState.WAITING or (state is SendingState.SENT and not is_there):
        yield Kind.UNTRUE
    if is_there and state not in {SendingState.SENT, SendingState.UNKNOWN}:
        yield Kind.UNTRUE
    if state is not SendingState.SENT and not sending.reason:
        yield Kind.UNEXPLAINED


def _is_at_the_edge(sending: DigestSending) -> bool:
    """Return whether a sending belongs to the last days of the run, of which not all are due."""
    return (END - sending.at) / 1000 < 2 * SETTLED
