"""Rate limits for submissions: no network can flood a survey alone, and all together cannot raise its bill.

Three limits hold what comes without a key, each item of a count small and short-lived:

- From one network come `rate` responses a minute. Wider networks (/16; /48 and /32 of IPv6) are counted only once a
  narrower one has used half of its minute; they may have 20 and 200 times as many.
- A survey takes `hourly_cap` unsigned responses an hour. Counting each of them would be a second write for every
  response, all to one item. So a response is drawn with a chance of 1 in k and counts as k; k is a thousandth of the
  cap. The count is then right on average, whatever comes, and at the cap its standard deviation is 3.2 % of it: the
  square root of k times the count. Most drawn responses are counted for the hour in place of their network's minute, so
  that a response below half of all limits costs one write; a minute lacks one in k by that. Each container knows the
  count from its own last draw, and so lets k responses more pass on average before it knows that the cap is reached. A
  cap of 1,000 or less is counted exactly, with two writes a response.
- One signed person has 30 responses an hour. The survey's cap does not hold them, nor what comes by a link or with a
  key.

A cap of 100 or more is shared. From half of it on a network is counted by the hour, too. One that has had a tenth of
the cap since then is refused while others come, and leaves the last tenth to others in any case. Of IPv6 that network
is the /48: anybody gets one for nothing, and with it 256 of /56.

Who is over a limit is refused from memory until the minute or the hour ends, which costs nothing. A table that is busy
lets responses through: better a flood for a moment than a lost response.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from earshot.domain.errors import BusyError, HeldError, TooManyError
from earshot.domain.submission_policy import Period, networks_of

if TYPE_CHECKING:  # submit_response starts faster without imports for types
    from earshot.domain.submission_policy import SubmissionPolicy
    from earshot.ports.widget import RateLimits

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
WIDER = (1, 20, 200)
ALL = "all"
A_PERSON_AN_HOUR = 30
DRAWS_OF_A_CAP = 1000
# A limit, a step or a cap so small that one response more or less is seen in it is counted exactly, and not shared.
LEAST_RATE, LEAST_STEP, LEAST_SHARED = 100, 10, 100
REMEMBERED = 10_000

Source = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An unsigned response: its survey, the address it came from, as how many it counts, when it came (Unix ms)."""

    survey: str
    address: str
    weight: int
    now: int


class Memory:
    """What one container remembers of limits, so that it need not write to know it.

    `refused` says until when (Unix milliseconds) a network of a survey is refused and why, `busy` until when it counts
    as one that has used half of its minute. `hours` holds the count of each survey's hour that was read last. `seen`
    holds the network that a survey's latest response came from, and when the latest one of another network came.
    `logged` holds the hour for which the log already says that the cap is reached.
    """

    def __init__(self) -> None:
        self.refused: dict[Source, tuple[int, str]] = {}
        self.busy: dict[Source, int] = {}
        self.hours: dict[str, tuple[str, int]] = {}
        self.seen: dict[str, tuple[str, int, int]] = {}
        self.logged: dict[str, str] = {}

    def note(self, survey: str, network: str, now: int) -> None:
        """Remember where a response came from."""
        self.trim()
        latest, at, other = self.seen.get(survey, (network, now, -MINUTE))
        self.seen[survey] = (network, now, at if latest != network else other)

    def trim(self) -> None:
        """Drop all of a kind of which there is too much."""
        for kept in (self.refused, self.busy, self.hours, self.seen, self.logged):
            if len(kept) > REMEMBERED:
                kept.clear()

    def others_came(self, survey: str, now: int) -> bool:
        """Return whether the last minute brought responses of more than one network."""
        return now - self.seen[survey][2] < MINUTE

    def in_hour(self, survey: str, hour: str) -> int:
        """Return how many responses of this hour are known of."""
        known, count = self.hours.get(survey, (hour, 0))
        return count if known == hour else 0

    def first_held(self, survey: str, now: int) -> bool:
        """Return whether this is the first response of the hour that the cap of a survey holds, to say so once."""
        hour = _hour(now).name
        if self.logged.get(survey) == hour:
            return False
        self.logged[survey] = hour
        return True


def check_memory(survey: str, address: str, now: int, *, salt: str, memory: Memory) -> None:
    """Refuse with TooManyError what a network that is over its limit sends on; `now` is in Unix milliseconds."""
    _refuse_known((survey, _hashed(networks_of(address)[0], survey, now, salt)), now, memory)


def limit_person(  # noqa: PLR0913 three of them are ports
    survey: str,
    person: str,
    weight: int,
    now: int,
    *,
    what: str = "responses",
    salt: str,
    limits: "RateLimits",
    memory: Memory,
) -> None:
    """Refuse with TooManyError once 30 responses, or another `what`, came from a signed person in this hour."""
    memory.trim()
    source, hour = (survey, _hashed(f"{what}/{person}", survey, now, salt)), _hour(now)
    until, reason = memory.refused.get(source, (0, f"more than {A_PERSON_AN_HOUR} {what} an hour came from one person"))
    with suppress(BusyError):
        if now >= until and limits.take(*source, hour, min(weight, A_PERSON_AN_HOUR), A_PERSON_AN_HOUR) is not None:
            return
        memory.refused[source] = (hour.end, reason)
        raise _too_many(reason, now, hour.end)


def limit_unsigned(
    unsigned: Unsigned,
    policy: "SubmissionPolicy",
    *,
    salt: str,
    draw: Callable[[], float],
    limits: "RateLimits",
    memory: Memory,
) -> None:
    """Count an unsigned response; refuse it with TooManyError beyond a limit of its network, HeldError beyond the cap.

    `draw` makes a number from 0 to 1. Networks are kept as hashes whose salt changes by the day, for ten minutes after
    the minute or the hour.
    """
    rate, cap = policy.rate, policy.hourly_cap
    if rate is None and cap is None:
        return
    networks = [_hashed(network, unsigned.survey, unsigned.now, salt) for network in networks_of(unsigned.address)]
    # What came with a token that proves nothing was let past until here.
    _refuse_known((unsigned.survey, networks[0]), unsigned.now, memory)
    memory.note(unsigned.survey, networks[0], unsigned.now)
    visit = _Visit(unsigned, networks, limits, memory)
    with suppress(BusyError):
        # First, so that what is refused as more than a share takes nothing from the cap of all.
        if cap is not None:
            visit.share(cap)
        stands_for_both = cap is not None and visit.count_hour(cap, rate, draw)
        if rate is not None and not stands_for_both:
            visit.count_minute(rate)


class _Visit:
    """One unsigned response on its way past the limits."""

    def __init__(self, unsigned: Unsigned, networks: Sequence[str], limits: "RateLimits", memory: Memory) -> None:
        self.survey, self.weight, self.now = unsigned.survey, unsigned.weight, unsigned.now
        self.networks, self.limits, self.memory = networks, limits, memory
        self.source = (unsigned.survey, networks[0])
        self.sharing = networks[1] if len(networks) == len(WIDER) else networks[0]

    def count_minute(self, rate: int) -> None:
        """Count the response for its network, and for a wider one if the narrower has used half of its minute."""
        minute = Period(str(self.now // MINUTE), (self.now // MINUTE + 1) * MINUTE)
        for network, times in zip(self.networks, WIDER, strict=False):
            most = rate * times
            count = self.limits.take(self.survey, network, minute, min(self.weight, most), most)
            if count is None:
                where = "your network" if times == 1 else "the networks around yours"
                reason = f"more than {most} responses a minute came from {where}"
                self.memory.refused[self.source] = (minute.end, reason)
                raise _too_many(reason, self.now, minute.end)
            if 2 * count <= most:
                return
            self.memory.busy[self.source] = minute.end

    def count_hour(self, cap: int, rate: int | None, draw: Callable[[], float]) -> bool:
        """Count the submission for its survey's hour if it is drawn; return whether it replaces the network's minute.

        A response of more weight is drawn more often in place of counting more, so that all are counted as exactly.
        """
        hour = _hour(self.now)
        self._hold_beyond(cap, self.memory.in_hour(self.survey, hour.name))
        step = max(1, cap // DRAWS_OF_A_CAP)
        if draw() * step >= self.weight:
            return False
        more = max(step, self.weight)
        count = self.limits.take(self.survey, ALL, hour, more) or 0
        self.memory.hours[self.survey] = (hour.name, count)
        self._hold_beyond(cap, count - more)
        is_busy = self.now < self.memory.busy.get(self.source, 0)
        return self.weight == 1 and step >= LEAST_STEP and (rate or LEAST_RATE) >= LEAST_RATE and not is_busy

    def share(self, cap: int) -> None:
        """Refuse a network that has had its tenth of the cap, from half of the cap on; a small cap is not shared."""
        hour = _hour(self.now)
        count = self.memory.in_hour(self.survey, hour.name)
        if cap < LEAST_SHARED or 2 * count < cap or count >= cap:
            return
        tenth = max(1, cap // 10)
        if self.limits.take(self.survey, self.sharing, hour, min(self.weight, tenth), tenth) is not None:
            return
        if count >= cap - tenth or self.memory.others_came(self.survey, self.now):
            until = (self.now // MINUTE + 1) * MINUTE
            reason = f"your network sent a tenth of the {cap} responses that are accepted in an hour"
            self.memory.refused[self.source] = (until, reason)
            raise _held(reason, self.now, until)

    def _hold_beyond(self, cap: int, count: int) -> None:
        if count >= cap:
            end = _hour(self.now).end
            raise _held(f"the survey accepts {cap} responses an hour from people who are not signed in", self.now, end)


def _refuse_known(source: Source, now: int, memory: Memory) -> None:
    until, reason = memory.refused.get(source, (0, ""))
    if now < until:
        raise _too_many(reason, now, until)


def _hour(now: int) -> Period:
    return Period(f"h{now // HOUR}", (now // HOUR + 1) * HOUR)


def _hashed(network: str, survey: str, now: int, salt: str) -> str:
    return sha256(f"{salt}/{survey}/{now // DAY}/{network}".encode()).hexdigest()[:24]


def _too_many(reason: str, now: int, until: int) -> TooManyError:
    rest = -(-(until - now) // 1000)
    return TooManyError(f"{reason}; try again in {rest} s", rest)


def _held(reason: str, now: int, until: int) -> HeldError:
    rest = -(-(until - now) // 1000)
    return HeldError(f"{reason}; try again in {rest} s", rest)
