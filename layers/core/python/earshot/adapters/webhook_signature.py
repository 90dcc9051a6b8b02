"""Sign deliveries as Standard Webhooks describes it (https://www.standardwebhooks.com), so that receivers know them.

The symmetric scheme `v1` is used, which every library verifies. Its own library costs nothing to import, but signs a
wrong time where that is not UTC, and signs with one secret only.
"""

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from hashlib import sha256

from earshot.domain.inbound_calls import SignedCall

PREFIX = "whsec_"
SHORTEST_KEY, LONGEST_KEY = 24, 64
_ID = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


def make_secret(randomness: bytes) -> str:
    """Return random bytes as the secret that a receiver verifies with; ValueError unless there are 24 to 64."""
    _check_length(randomness)
    return PREFIX + base64.b64encode(randomness).decode()


def signed_headers(secrets: Sequence[str], delivery: str, at: int, body: bytes) -> dict[str, str]:
    """Return the headers of one attempt; `at` is its time in Unix milliseconds.

    Each secret signs, so that a receiver verifies with the old one or the new one while they are changed. Without any
    there is no signature.
    """
    # The signed parts are joined by full stops: with one in the id, two different deliveries would be signed alike.
    if not _ID.fullmatch(delivery):
        raise ValueError("the id of a delivery has letters, digits, _ and - only")
    headers = {"webhook-id": delivery, "webhook-timestamp": str(at // 1000)}
    if secrets:
        signed = b".".join((delivery.encode(), str(at // 1000).encode(), body))
        headers["webhook-signature"] = " ".join(_signature(_key(secret), signed) for secret in secrets)
    return headers


def is_signed(call: SignedCall, body: bytes, secrets: Sequence[str]) -> bool:
    """Return whether a signature of a call is by one of some secrets over its body, id and time.

    All pairs are compared, each in a time that does not depend on where they differ.
    """
    signed = b".".join((call.id.encode(), call.seconds.encode(), body))
    good = [_signature(_key(secret), signed).encode() for secret in secrets]
    sent = [signature.encode("utf-8", "replace") for signature in call.signatures]
    return sum(hmac.compare_digest(one, other) for one in good for other in sent) > 0


def _signature(key: bytes, signed: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, sha256)).decode()


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the secret of a webhook is whsec_ and base64") from None
    _check_length(key)
    return key


def _check_length(key: bytes) -> None:
    if not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError(f"the secret of a webhook has {SHORTEST_KEY} to {LONGEST_KEY} bytes, not {len(key)}")
