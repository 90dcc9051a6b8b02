"""Who a page says is there: what the claims of a signed token (RFC 7519) must say to be believed."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from earshot.domain.characters import is_broken
from earshot.domain.person import check_id, check_spelling

# Characters of a token, wherever one is taken: in a page's question, with a response, and where it is read.
LONGEST_TOKEN = 4096
# Clocks of servers differ a little; an hour's token is good enough to be a minute late.
LEEWAY = 60  # seconds
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UntrustedTokenError(ValueError):
    """A token proves nothing; the text says why, of a token that it calls "it"."""


def person_of(claims: Mapping[str, Any], at: int) -> str:
    """Return the person of a token's claims at a moment (Unix seconds); UntrustedTokenError says what is wrong.

    Only `sub` and `exp` count. The signature is by the survey's own secret, so that `iss` and `aud` have nothing to
    tell, and our own clock decides, not `iat` or `nbf` of another.
    """
    _check_expiry(claims.get("exp"), at)
    return _person(claims.get("sub"))


def _check_expiry(expiry: object, at: int) -> None:
    if expiry is None:
        raise UntrustedTokenError("it has no `exp`, the time when it is over (Unix seconds)")
    if isinstance(expiry, bool) or not isinstance(expiry, int | float) or not math.isfinite(expiry):
        raise UntrustedTokenError("its `exp` is no number (Unix seconds)")
    if at > expiry + LEEWAY:
        raise UntrustedTokenError(f"it expired {_moment(expiry)}")


def _moment(seconds: float) -> str:
    try:
        return (EPOCH + timedelta(seconds=int(seconds))).strftime("at %Y-%m-%dT%H:%M:%SZ")
    except OverflowError:
        return "before all calendars"


def _person(sub: object) -> str:
    """Return the id that a `sub` names: a company's own whole numbers are ids, too, in decimal digits."""
    if sub is None or sub == "":
        raise UntrustedTokenError("it has no `sub`, the person's id")
    if isinstance(sub, bool) or not isinstance(sub, str | int):
        raise UntrustedTokenError("its `sub` must be text or a whole number")
    said = str(sub)
    try:
        if is_broken(said):
            raise ValueError("it holds what is no character (an unpaired surrogate, U+FFFE or U+FFFF)")  # noqa: TRY301
        # Who looks like somebody else is nobody: on many sites, people choose their own ids.
        return check_spelling(check_id(said))
    except ValueError as exc:
        raise UntrustedTokenError(f"its `sub` is no person's id: {exc}") from exc
