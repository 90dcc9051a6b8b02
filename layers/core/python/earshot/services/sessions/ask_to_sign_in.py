"""Ask for a mail with which a member signs in; whether the address is a member's decides what is sent, and no reply."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from earshot.domain.errors import TooManyError
from earshot.domain.sessions import hash_of
from earshot.domain.sign_ins import (
    ASKED_FOR_AN_ADDRESS,
    ASKED_FROM_A_CDN,
    ASKED_FROM_A_NETWORK,
    CODES_A_DAY,
    Asking,
    address_hash,
)
from earshot.domain.submission_policy import Period, networks_of
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.sessions import SignIns
from earshot.ports.widget import RateLimits

HOUR, DAY = 3_600_000, 86_400_000
# No survey has such a name.
LIMITED = "@sign-in"


@dataclass(frozen=True, slots=True)
class Limiter:
    """Counts what comes for an address or from a network; `now` is in Unix milliseconds, the salt stays here."""

    limits: RateLimits
    salt: str
    now: int

    def take(self, what: str, period: Period, most: int) -> None:
        """Count one more; TooManyError if that is more than `most` in a period."""
        source = sha256(f"{self.salt}/sign-in/{self.now // DAY}/{what}".encode()).hexdigest()[:24]
        if self.limits.take(LIMITED, source, period, 1, most) is None:
            rest = -(-(period.end - self.now) // 1000)
            raise TooManyError("this was tried too often; try again later", rest)

    def count_asking(self, hashed: str, visitor: str, edge: str | None) -> None:
        """Count an asking for an address, by its hash, from a visitor's network; behind a CDN also from its `edge`."""
        hour = Period(f"h{self.now // HOUR}", (self.now // HOUR + 1) * HOUR)
        if edge is not None:
            self.take(f"edge/{networks_of(edge)[0]}", hour, ASKED_FROM_A_CDN)
        self.take(f"network/{networks_of(visitor)[0]}", hour, ASKED_FROM_A_NETWORK)
        self.take(f"address/{hashed}", hour, ASKED_FOR_AN_ADDRESS)

    def count_code(self, hashed: str) -> None:
        """Count a code for an address: it has five tries an asking, and not five times a hundred."""
        day = Period(str(self.now // DAY), (self.now // DAY + 1) * DAY)
        self.take(f"code/{hashed}", day, CODES_A_DAY)


@dataclass(frozen=True, slots=True)
class AskDeps:
    """What asking works with."""

    sign_ins: SignIns
    limiter: Limiter
    queue: DeliveryQueue


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants to sign in: the address as it was typed, the page they want, and where they ask from.

    `browser` is the new token of their browser; `networks` has the visitor's address and, behind a CDN, the edge's.
    """

    address: str
    next: str
    browser: str
    networks: Sequence[str]
    correlation: str


def ask_to_sign_in(wish: Wish, deps: AskDeps) -> None:
    """Keep that a browser asked, and queue the mail; TooManyError if it was asked too often."""
    hashed, now = address_hash(wish.address), deps.limiter.now
    visitor, *edge = wish.networks
    deps.limiter.count_asking(hashed, visitor, edge[0] if edge else None)
    asking = Asking(hash_of(wish.browser), hashed, now, wish.next)
    deps.sign_ins.ask(asking)
    deps.queue.send([({"sign_in": asking.hash, "address": wish.address, "correlation": wish.correlation}, 0)])
