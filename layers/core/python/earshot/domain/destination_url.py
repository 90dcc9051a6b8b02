"""Read the address of a destination, and refuse one that no destination may have.

The parts that are checked here are those that the sender uses: nothing reads the text a second time. What a host name
leads to is not known here; each attempt checks it (`public_address`).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address

from urllib3.exceptions import LocationParseError
from urllib3.util.url import Url, parse_url

from earshot.domain.public_address import why_not_public

LONGEST = 2048
HTTPS = 443
# Where HTTPS is served. Other ports would make a destination a scanner of other machines' services.
PORTS = (HTTPS, 4443, 8443, 9443)
_LONGEST_HOST = 253

# Only these two are taken in the stage `local`, in this spelling.
_LOCAL = re.compile(
    r"http://(?P<host>127\.0\.0\.1|localhost)(?::(?P<port>\d{1,5}))?(?P<target>/[!-\x22$-~]*)?", re.ASCII
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
# Names that lead into a network of their own, or nowhere.
_INNER_NAMES = (
    "localhost",
    "local",
    "localdomain",
    "internal",
    "intranet",
    "lan",
    "home",
    "corp",
    "private",
    "home.arpa",
)


@dataclass(frozen=True, slots=True)
class DestinationUrl:
    """The address of a destination, checked: its parts as they are connected to and sent.

    `host` is in lower case and ASCII, an IPv6 address without its brackets; `target` is path and query. Path and query
    may hold a secret, so it is logged by its `origin`; only who manages destinations is shown the whole of it.
    """

    scheme: str
    host: str
    port: int
    target: str

    @property
    def is_local(self) -> bool:
        """Return whether it is a server on this machine, which the stage `local` alone has."""
        return self.scheme == "http"

    @property
    def authority(self) -> str:
        """Return host and port as the header Host has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (80 if self.is_local else HTTPS) else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Return the address without path and query."""
        return f"{self.scheme}://{self.authority}"

    def __repr__(self) -> str:
        return f"DestinationUrl({self.origin}/…)"


def read_destination_url(
    text: str, *, own_hosts: Collection[str], local_ports: Collection[int] | None = None
) -> DestinationUrl:
    """Read the address of a destination; ValueError with what is wrong and what to do.

    `own_hosts` are the names under which Earshot itself is reached. `local_ports` are Earshot's own ports in the stage
    `local`, which takes a server on this machine at any other port; in every other stage it is None.
    """
    if len(text) > LONGEST:
        raise ValueError(f"it has {len(text)} characters; at most {LONGEST} are allowed")
    if local_ports is not None and (found := _LOCAL.fullmatch(text)):
        return _local(found, local_ports)
    _check_characters(text)
    url = _parsed(text)
    host = _host(url.host or "")
    if host in {_without_dot(own.lower()) for own in own_hosts}:
        raise ValueError("it leads back to Earshot itself; enter the address of the system that is to be notified")
    port = HTTPS if url.port is None else url.port
    if port not in PORTS:
        allowed = ", ".join(map(str, PORTS))
        raise ValueError(f"its port is {port}; HTTPS is reached at one of the ports {allowed} only")
    return DestinationUrl("https", host, port, url.request_uri)


def _local(found: "re.Match[str]", local_ports: Collection[int]) -> DestinationUrl:
    port = int(found["port"] or 80)
    if not 1 <= port <= 65535:
        raise ValueError(f"its port is {port}; there are the ports 1 to 65535")
    if port in local_ports:
        raise ValueError("it leads back to Earshot itself; enter the address of the system that is to be notified")
    return DestinationUrl("http", found["host"], port, found["target"] or "/")


def _check_characters(text: str) -> None:
    if not text:
        raise ValueError("it is empty; enter an address that begins with https://")
    if any(character.isspace() or not character.isprintable() for character in text) or "\\" in text:
        raise ValueError("it contains a space, a backslash or an invisible character; remove it")
    if not text.lower().startswith("https://"):
        raise ValueError("it must begin with https://")
    if "#" in text:
        raise ValueError("it contains a #; what follows one is never sent, so leave it out")
    authority = text[len("https://") :].partition("/")[0].partition("?")[0]
    if "@" in authority:
        raise ValueError("it contains a user name or a password; leave them out and send them as `credentials`")
    # Versions of the parser differ in what they make of these.
    if "%" in authority:
        raise ValueError("its host name contains a %; write the name out")


def _parsed(text: str) -> Url:
    try:
        return parse_url(text)
    except (LocationParseError, UnicodeError):
        raise ValueError(
            "its host name or its port cannot be read; enter it as in https://hooks.example.com/path"
        ) from None


def _host(written: str) -> str:
    """Return the host as it is connected to; ValueError if it is an address or a name that is not public."""
    if written.startswith("["):
        return _public(written[1:-1])
    host = _without_dot(written.lower())
    labels = host.split(".")
    if len(host) > _LONGEST_HOST or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("its host name is not valid; enter it as in https://hooks.example.com/path")
    # A resolver takes every name that ends in a number for an IPv4 address, in many notations.
    if _NUMBER.fullmatch(labels[-1]):
        return _public(host)
    if len(labels) == 1 or any(host == name or host.endswith(f".{name}") for name in _INNER_NAMES):
        raise ValueError(f"the name {host} leads nowhere outside a private network; enter a public host name")
    return host


def _public(address: str) -> str:
    if why := why_not_public(address):
        raise ValueError(f"{address} is an address {why}; enter a public host name")
    return str(ip_address(address))


def _without_dot(host: str) -> str:
    return host.removesuffix(".")
