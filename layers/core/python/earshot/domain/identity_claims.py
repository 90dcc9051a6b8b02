"""Read the claims of a page's signed token (RFC 7519): who the visitor is, and whether to believe it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from earshot.domain.person_id import check_id_or_address, check_spelling
from earshot.domain.unicode_text import has_unstorable_characters

# Characters of a token, wherever one is taken: in a page's question, with a response, and where it is read.
LONGEST_TOKEN = 4096
# Clocks of servers differ a little; an hour's token is good enough to be a minute late.
LEEWAY = 60  # seconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


HOUR = 3_600_000  # milliseconds
# How long after a question was shown its response may come, though the token is over by then: as long as widgets try.
GRACE = 7 * 24 * HOUR
# For how many hours from now a token may be good, unless the survey says otherwise.
LONGEST_HOURS = 31 * 24


@dataclass(frozen=True, slots=True)
class TokenRules:
    """What a survey's tokens must keep to.

    `generation` is the number of its identity secret, from 1; tokens under the one before it are good until
    `former_until` (Unix milliseconds). None may be over later than in so many hours (`longest`).
    """

    generation: int = 1
    former_until: int = 0
    longest: int = LONGEST_HOURS

    def turned(self, now: int, hours: int) -> "TokenRules":
        """Return the rules with the next secret; the one that was current is good for some hours more."""
        return replace(self, generation=self.generation + 1, former_until=now + hours * HOUR)

    def former(self, now: int) -> int | None:
        """Return until when the former secret is good; None if there is none, or it has expired."""
        return self.former_until if self.generation > 1 and self.former_until > now else None


class UntrustedTokenError(ValueError):
    """A token proves nothing; the text says why, of a token that it calls "it"."""


class ExpiredTokenError(UntrustedTokenError):
    """A token was good and is over since `expiry` (Unix milliseconds); it was `person`'s."""

    def __init__(self, reason: str, person: str, expiry: int) -> None:
        super().__init__(reason)
        self.person = person
        self.expiry = expiry

    def covers(self, shown: int, now: int) -> bool:
        """Return whether it was good at a moment a question was shown, not too long ago (both in Unix milliseconds)."""
        return now - GRACE <= shown <= self.expiry + LEEWAY * 1000


def person_of(claims: Mapping[str, Any], rules: TokenRules, at: int) -> str:
    """Return the person of a token's claims at a moment (Unix seconds) of our own clock.

    Only `sub`, `exp` and `nbf` count. The signature is by the survey's own secret, so that `iss` and `aud` have nothing
    to tell, and `iat` is another's clock. UntrustedTokenError says what is wrong, ExpiredTokenError that it is over.
    """
    expiry, begin = _expiry(claims.get("exp")), claims.get("nbf")
    if expiry > at + rules.longest * 3600 + LEEWAY:
        raise UntrustedTokenError(f"its `exp` is more than {rules.longest} hours ahead, more than this survey allows")
    if isinstance(begin, int | float) and begin > at + LEEWAY:
        raise UntrustedTokenError(f"it is not valid before its `nbf`{_moment(begin).removeprefix('at')}")
    if at <= expiry + LEEWAY:
        return _person(claims.get("sub"))
    if at > expiry + LEEWAY + GRACE // 1000:
        raise UntrustedTokenError(f"it expired {_moment(expiry)}")
    raise ExpiredTokenError(f"it expired {_moment(expiry)}", _person(claims.get("sub")), int(expiry * 1000))


def _expiry(expiry: object) -> float:
    if expiry is None:
        raise UntrustedTokenError("it has no `exp`, the time it expires (Unix seconds)")
    # `isfinite` would make a float of a whole number of any length.
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or not abs(expiry) < math.inf:
        raise UntrustedTokenError("its `exp` is not a number (Unix seconds)")
    return expiry


def _moment(seconds: float) -> str:
    try:
        return (EPOCH + timedelta(seconds=int(seconds))).strftime("at %Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return "before the year 1"


def _person(sub: object) -> str:
    """Return the id that a `sub` names: a company's own whole numbers are ids, too, in decimal digits."""
    if sub is None or sub == "":
        raise UntrustedTokenError("it has no `sub`, the person's id")
    if isinstance(sub, bool) or not isinstance(sub, str | int):
        raise UntrustedTokenError("its `sub` must be text or a whole number")
    claimed = str(sub)
    try:
        if has_unstorable_characters(claimed):
            raise ValueError("it contains an invalid character (an unpaired surrogate, U+FFFE or U+FFFF)")  # noqa: TRY301
        # An id that looks like another's is refused: on many sites, people choose their own ids.
        return check_spelling(check_id_or_address(claimed))
    except ValueError as exc:
        raise UntrustedTokenError(f"its `sub` is not a valid person id: {exc}") from exc
