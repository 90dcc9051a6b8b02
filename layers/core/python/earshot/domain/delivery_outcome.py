"""The outcomes of one attempt to deliver, and what an HTTP status means where a kind of destination knows no better.

Whether something may have been written decides what follows: an ambiguous attempt is looked up before it is repeated.
An attempt of several calls may have `written` something before one of them failed; this names it as a `vendor_id` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import ClassVar, Literal, TypeAlias

from earshot.domain.iso_time import EPOCH, MILLISECOND

# What a server asks for is capped: else one reply could stop a destination for years.
LONGEST_PAUSE = 12 * 3_600_000
# How long to wait where a server asks for fewer requests and gives no time.
USUAL_PAUSE = 60_000
_MOST_DIGITS, _LONGEST_DATE = 9, 64

Cause: TypeAlias = Literal["auth", "gone", "address"]


@dataclass(frozen=True, slots=True)
class Delivered:
    """It was written. `vendor_id` names it in the destination, where the destination has such ids."""

    name: ClassVar[str] = "delivered"
    vendor_id: str | None
    status: int | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """It was not written, and never will be as it is: a person has to look at it."""

    name: ClassVar[str] = "rejected"
    reason: str
    status: int | None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Throttled:
    """It was not written, and the destination wants no request before `until_ms` (Unix milliseconds)."""

    name: ClassVar[str] = "throttled"
    until_ms: int
    status: int | None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Down:
    """It was surely not written, since the destination was not there to take it."""

    name: ClassVar[str] = "down"
    reason: str
    status: int | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """It may have been written: the reply was lost, or does not settle it."""

    name: ClassVar[str] = "ambiguous"
    reason: str
    status: int | None = None
    written: str | None = None


@dataclass(frozen=True, slots=True)
class DestinationBroken:
    """It was not written, and nothing else will be until a person acts.

    `auth`: the credential is refused. `gone`: the address was given up. `address`: it leads to no public address.
    """

    name: ClassVar[str] = "broken"
    cause: Cause
    reason: str
    status: int | None = None
    written: str | None = None


Outcome: TypeAlias = Delivered | Rejected | Throttled | Down | Ambiguous | DestinationBroken


def after_writing(outcome: Outcome, written: str | None) -> Outcome:
    """Return the outcome of an attempt that had written something before it failed."""
    return outcome if isinstance(outcome, Delivered) or not written else replace(outcome, written=written)


def outcome_of_status(status: int, headers: Mapping[str, str], now: int) -> Outcome:
    """Return what an HTTP status means; `headers` have lower-case names, `now` is in Unix milliseconds.

    Kinds decide otherwise where their API says more: a 403 that is a limit, a 409 that names what is already there.
    """
    if 200 <= status < 300:
        return Delivered(None, status)
    if status == 429 or (status == 503 and "retry-after" in headers):
        return Throttled(retry_at(headers.get("retry-after", ""), now), status)
    return _refusal(status) or Ambiguous(f"it replied {status}, which does not settle whether it was taken", status)


def _refusal(status: int) -> Outcome | None:
    """Return what a status means by which the request was surely not taken; None for every other."""
    if status in _BROKEN:
        cause, meaning = _BROKEN[status]
        return DestinationBroken(cause, f"it replied {status}: {meaning}", status)
    if status in _NOT_YET:
        return Down(f"it replied {status}: {_NOT_YET[status]}", status)
    if status in _REFUSED or (300 <= status < 500 and status != 408):
        return Rejected(f"it replied {status}: {_REFUSED.get(status, _meaning(status))}", status)
    return None


# 403 is not here: a firewall in front of a receiver refuses single bodies with it, such as a comment with markup, and
# one respondent's words must not stop a destination.
_BROKEN: dict[int, tuple[Cause, str]] = {
    401: ("auth", "the credential is refused"),
    410: ("gone", "the address was given up"),
}
_NOT_YET = {423: "what it would change is locked", 425: "it wants the request later"}
_REFUSED = {
    400: "it cannot read the request",
    403: "the request is not allowed",
    404: "nothing is at this address",
    405: "this address takes no such request",
    409: "the request conflicts with what is there",
    413: "the request is too large",
    415: "it does not take this media type",
    422: "it refuses the contents",
    501: "it does not know such a request",
    505: "it does not speak this version of HTTP",
}


def _meaning(status: int) -> str:
    return "redirects are not followed; enter the address it leads to" if status < 400 else "the request is refused"


def retry_at(text: str, now: int) -> int:
    """Read a Retry-After header, in seconds or as an HTTP date, as Unix milliseconds between `now` and 12 hours later.

    A header that is missing or not readable means a minute.
    """
    asked = _time_asked_for(text.strip(), now)
    return min(max(now + USUAL_PAUSE if asked is None else asked, now), now + LONGEST_PAUSE)


def _time_asked_for(text: str, now: int) -> int | None:
    if text.isascii() and text.isdigit():
        # A number of any length may be sent, and Python refuses to read the longest.
        digits = text.lstrip("0") or "0"
        return now + (LONGEST_PAUSE if len(digits) > _MOST_DIGITS else int(digits) * 1000)
    try:
        moment = parsedate_to_datetime(text[:_LONGEST_DATE])
        return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - EPOCH) // MILLISECOND
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
