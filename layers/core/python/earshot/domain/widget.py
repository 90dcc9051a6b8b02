"""The widget settings of a survey: where, when and who it asks, and its texts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from earshot.domain.identity_claims import GRACE, LONGEST_HOURS
from earshot.domain.submission_policy import DEFAULT_HOURLY_CAP, DEFAULT_RATE

PLACEMENTS = ("inline", "popover", "bar", "modal", "tab")
BANDS = ("detractor", "passive", "promoter")

# What a browser sends as origin: of a site, of an app like capacitor://localhost, or null.
ORIGIN = r"null|[A-Za-z][A-Za-z0-9+.-]*://([A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?"
ADDRESS = r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[!#-&(-;=?-~]*)?"

# Ids of responses that are kept of a person: with more of them a note would be more than one write unit.
MOST_RESPONSES = 5

OPAQUE = "null"
WITHOUT_ORIGIN = ("file:", "data:", "blob:", "about:", "javascript:")
DEFAULT_PORTS = {"https": ":443", "http": ":80"}

_ORIGIN = re.compile(ORIGIN, re.ASCII)
_ADDRESS = re.compile(ADDRESS, re.ASCII)


class Showing(StrEnum):
    """What became of a question that a widget showed to a signed person."""

    SHOWN = "shown"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Question:
    """A question as a page reports it: what became of it (None: it may not be shown yet), and its response's id."""

    showing: Showing | None = None
    response: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What widgets showed a signed person: when last, and the ids of the responses, each with when (Unix ms)."""

    latest: int | None = None
    responses: Mapping[str, int] = field(default_factory=dict)

    def with_response(self, response: str, now: int) -> Mapping[str, int]:
        """Return the ids that are kept from now on: the latest few, and none that is too old to count."""
        fresh = {name: time for name, time in self.responses.items() if time > now - GRACE}
        latest = sorted(fresh.items(), key=lambda pair: pair[1])[1 - MOST_RESPONSES :]
        return {**dict(latest), response: now}


@dataclass(frozen=True, slots=True)
class Link:
    """A way on for promoters: its words and an https address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Widget:
    """The settings of a survey's widget.

    `origins` may post responses from their pages (none named: any); `urls` are globs of path and query on which it
    asks; `delay` in seconds, `scroll` in percent of the page, `sample` between 0 and 1, `quiet_days` on one device.
    `partials` sends the score of who leaves without Send (no comment, no address, no untracked properties).
    `contact_box` shows a box to ask for contact, in the widget and on the page behind a mail's link. `rate` is
    the number of responses a minute taken from one network without a key (None: any number), `hourly_cap` that of
    unsigned responses an hour from all of them. A token that is good for more than `longest_token_hours` from now is
    not accepted. `follow_ups` and `thanks` replace the words of a language, by band; `link` is shown to promoters.
    """

    origins: tuple[str, ...] = ()
    placement: str = "popover"
    urls: tuple[str, ...] = ()
    delay: int = 0
    scroll: int = 0
    sample: float = 1.0
    quiet_days: int = 30
    partials: bool = True
    contact_box: bool = False
    rate: int | None = DEFAULT_RATE
    hourly_cap: int | None = DEFAULT_HOURLY_CAP
    longest_token_hours: int = LONGEST_HOURS
    follow_ups: Mapping[str, str] = field(default_factory=dict)
    thanks: Mapping[str, str] = field(default_factory=dict)
    link: Link | None = None


def check_origin(text: str) -> str:
    """Return an origin as browsers send it; ValueError unless it is like https://shop.example.com, or null."""
    if text == OPAQUE:
        return text
    if text.lower().startswith(WITHOUT_ORIGIN):
        raise ValueError(f"{text[:80]!r} is no origin: browsers send 'null' for such pages, which admits many more")
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is not an origin like https://shop.example.com or capacitor://localhost")
    scheme, _, host = text.lower().rstrip("/").partition("://")
    return f"{scheme}://{host.removesuffix(DEFAULT_PORTS.get(scheme, ''))}"


def check_address(text: str) -> str:
    """Check the address of a link; raise ValueError unless it is https and safe in a page."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError("it is not an https address")
    return text
