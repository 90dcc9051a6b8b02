"""Signed tokens in links: ids only, bound to one purpose, with an expiry and keys that can be rotated."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, SignatureExpired, TimestampSigner, URLSafeTimedSerializer

RESPOND = "respond"
UNSUBSCRIBE = "unsubscribe"
DIGEST = "digest"
LONGEST = 2048
DAY = 86_400
# A mailbox keeps a mail for years, and its link to unsubscribe, or to stop a digest, must work as long.
LIFETIMES = {RESPOND: 90 * DAY, UNSUBSCRIBE: 10 * 365 * DAY, DIGEST: 10 * 365 * DAY}


class WrongTokenError(Exception):
    """The token is not one of ours, or was made for another purpose."""


class ExpiredTokenError(Exception):
    """The token is one of ours and has expired; `ids` are still the ones it was signed for."""

    def __init__(self, ids: Mapping[str, str]) -> None:
        super().__init__("the token has expired")
        self.ids = ids


class Tokens:
    """Makes and reads tokens; the first key makes, the others still verify (oldest last); `now` is in milliseconds."""

    def __init__(self, keys: Sequence[bytes], now: Callable[[], int]) -> None:
        # itsdangerous signs with the last key of a list.
        self._keys = list(reversed(keys))
        self._how = {"digest_method": sha256, "now": now}

    def make(self, purpose: str, ids: Mapping[str, str]) -> str:
        """Sign ids for a purpose."""
        return str(self._serializer(purpose).dumps(dict(ids)))

    def read(self, purpose: str, token: str) -> dict[str, str]:
        """Return the ids of a token; WrongTokenError or ExpiredTokenError if it is not good for the purpose."""
        if len(token) > LONGEST:
            raise WrongTokenError
        serializer = self._serializer(purpose)
        try:
            return _ids(serializer.loads(token, max_age=LIFETIMES[purpose]))
        except SignatureExpired as exc:
            # The signature is good, so the ids can be trusted.
            raise ExpiredTokenError(_ids(serializer.load_payload(exc.payload or b""))) from exc
        except (BadSignature, UnicodeError) as exc:
            raise WrongTokenError from exc

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        salt = f"earshot-{purpose}"
        return URLSafeTimedSerializer(self._keys, salt=salt, signer=_Signer, signer_kwargs=self._how)


def _ids(ids: Any) -> dict[str, str]:
    if not isinstance(ids, dict) or not all(isinstance(value, str) for value in ids.values()):
        raise WrongTokenError
    return ids


class _Signer(TimestampSigner):
    """Dates tokens by the clock it is given; that of itsdangerous cannot be moved."""

    def __init__(self, *args: Any, now: Callable[[], int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now

    def get_timestamp(self) -> int:
        """Return the time in seconds."""
        return self._now() // 1000
