"""Who a page says is there, signed on the customer's server: JSON Web Tokens, HS256 and nothing else."""

from collections.abc import Callable, Sequence
from typing import Any

from earshot.domain.keyed_hash import keyed_hash
from earshot.domain.person import check_id, check_spelling

PURPOSE = "identity"
LONGEST = 2048
ALGORITHM = "HS256"
# Clocks of servers differ a little; an hour's token is good enough to be a minute late.
LEEWAY = 60


class Identities:
    """Reads tokens under a secret that each survey has of its own, made from the keys of links."""

    def __init__(self, keys: Callable[[], Sequence[bytes]]) -> None:
        self._keys = keys

    def secret(self, survey: str) -> str:
        """Give the secret with which a survey's customer signs: 64 hex digits."""
        return keyed_hash(self._keys()[0], PURPOSE, survey)

    def read(self, survey: str, token: str, at: int) -> str | None:
        """Give the person of a token that was good at a moment (Unix milliseconds); None if it was not."""
        if len(token) > LONGEST:
            return None
        secrets = [keyed_hash(key, PURPOSE, survey) for key in self._keys()]
        return next((person for secret in secrets if (person := _person(token, secret, at // 1000))), None)


def _person(token: str, secret: str, at: int) -> str | None:
    import jwt  # noqa: PLC0415 - most answers come without a token, and start faster without its reader

    # Whether it is over is judged below, by the moment of the question.
    options: Any = {"require": ["sub", "exp"], "verify_exp": False, "verify_iat": False, "verify_nbf": False}
    try:
        said = jwt.decode(token, secret, algorithms=[ALGORITHM], options=options)
        # Who looks like somebody else is nobody: on many sites, people choose their own ids.
        return check_spelling(check_id(str(said["sub"]))) if _is_good(said["exp"], at) else None
    except (jwt.InvalidTokenError, ValueError):
        return None


def _is_good(expiry: object, at: int) -> bool:
    """Tell whether a token was not over yet; our own clock decides, and for what waited, that of the question."""
    return isinstance(expiry, int | float) and not isinstance(expiry, bool) and at <= expiry + LEEWAY
