"""What the door knows of a survey: whether it takes answers, from which pages, and how many a minute."""

from dataclasses import dataclass

ANY = "*"
DEFAULT_RATE = 300  # answers a minute from one network


@dataclass(frozen=True, slots=True)
class Entrance:
    """A survey as the door sees it; without `origins` any page may post, without a `rate` any number of times.

    `segments` names the properties that are tracked; `timezone` is where a time without an offset is.
    """

    is_open: bool
    origins: tuple[str, ...] = ()
    rate: int | None = None
    segments: tuple[str, ...] = ()
    timezone: str = "UTC"

    def admitted(self, origin: str | None) -> str | None:
        """Return the origin that may read the answer: `*` where any may, None where this one may not post at all.

        A call without an origin comes from no page, so that nobody's page is asked about.
        """
        if not self.origins or origin is None:
            return ANY
        return origin if origin in self.origins else None


def network_of(address: str) -> str:
    """Return the network an address belongs to: the first 24 bits, of IPv6 the first 56; other text is its own."""
    if ":" not in address:
        return address.rpartition(".")[0] or address
    from ipaddress import IPv6Address  # noqa: PLC0415 - dear, and seldom needed

    try:
        bits = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(bits.ipv4_mapped).rpartition(".")[0] if bits.ipv4_mapped else f"{int(bits) >> 72:x}"
