"""The submission policy of a survey: whether it takes responses, from which pages, how many a minute and an hour."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from earshot.domain.statement import Statement

from earshot.domain.identity_claims import TokenRules

ANY = "*"
DEFAULT_RATE = 300  # responses a minute from one network
DEFAULT_HOURLY_CAP = 20_000  # unsigned responses an hour
TEXT_OF_ONE = 2048


@dataclass(frozen=True, slots=True)
class SubmissionPolicy:
    """Who may post responses to a survey; without `origins` any page may post, without a `rate` any number of times.

    `hourly_cap` is how many unsigned responses it takes an hour, None if any number.
    `segments` names the properties that are tracked; `timezone` is where a time without an offset is; `token_rules`
    say which tokens of people are good.
    """

    is_open: bool
    origins: tuple[str, ...] = ()
    rate: int | None = None
    hourly_cap: int | None = None
    segments: tuple[str, ...] = ()
    timezone: str = "UTC"
    token_rules: TokenRules = TokenRules()

    def allowed_origin(self, origin: str | None) -> str | None:
        """Return the origin that may read the reply: `*` where any may, None where this one may not post at all.

        A call without an origin comes from no page, so no page has to be allowed.
        """
        if not self.origins or origin is None:
            return ANY
        return origin if origin in self.origins else None


@dataclass(frozen=True, slots=True)
class Period:
    """A minute or an hour of the clock: its name, and when it ends (Unix milliseconds)."""

    name: str
    end: int


def networks_of(address: str) -> tuple[str, ...]:
    """Return the networks an address belongs to, the narrowest first.

    They are the first 24 and 16 bits, of IPv6 the first 56, 48 and 32. Text that is no address is its own network.
    """
    if ":" not in address:
        narrow, _, last = address.rpartition(".")
        return (narrow, narrow.rpartition(".")[0]) if last and narrow.count(".") == 2 else (address,)
    from ipaddress import IPv6Address  # noqa: PLC0415 - dear, and seldom needed

    try:
        bits = IPv6Address(address.partition("%")[0])
    except ValueError:
        return (address,)
    if bits.ipv4_mapped:
        return networks_of(str(bits.ipv4_mapped))
    return tuple(f"{int(bits) >> 128 - width:x}/{width}" for width in (56, 48, 32))


def weight_of(statement: "Statement") -> int:
    """Return as how many responses a statement counts: one for each begun 2 KB of its text."""
    words = (statement.comment, statement.unverified_email, statement.channel)
    properties = (str(part) for pair in statement.properties.items() for part in pair)
    length = sum(len(word.encode()) for word in (*words, *properties) if word)
    return max(1, -(-length // TEXT_OF_ONE))
