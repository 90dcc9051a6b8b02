"""Keys in Secrets Manager, read again every five minutes, or as often as its user wants."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from earshot.adapters.aws_errors import translated
from earshot.domain.errors import BusyError

GOOD_FOR = 5 * 60_000


class SecretsManagerSecret:
    """One secret: just one key, or where keys are rotated several, the current one first.

    Several are a JSON list, or an object with `current` and `former` where CloudFormation reads the current one, too.
    """

    def __init__(self, client: Any, secret: str, now: Callable[[], int], good_for: int = GOOD_FOR) -> None:
        self._client = client
        self._secret = secret
        self._now = now
        self._good_for = good_for
        self._keys: tuple[bytes, ...] = ()
        self._read_at = 0

    def keys(self) -> Sequence[bytes]:
        """Return the keys: the first makes, the others still verify."""
        if not self._keys or self._now() - self._read_at >= self._good_for:
            self._refresh()
        return self._keys

    def key(self) -> bytes:
        """Return the only key; ValueError if there are several: a hash is found again only with its own key."""
        key, *others = self.keys()
        if others:
            raise ValueError("the secret has a list of keys; only one is allowed")
        return key

    def _refresh(self) -> None:
        try:
            with translated("the secret"):
                reply = self._client.get_secret_value(SecretId=self._secret)
        except BusyError:
            # Keys live longer than five minutes: those read last are better than none.
            if not self._keys:
                raise
            return
        self._keys = _read(reply["SecretString"])
        self._read_at = self._now()


def _read(text: str) -> tuple[bytes, ...]:
    keys = tuple(key.encode() for key in _listed(text))
    if not keys or not all(keys):
        raise ValueError("the secret has no key, or an empty one")
    return keys


def _listed(text: str) -> list[str]:
    """Read the keys of a list or of an object; anything else is one key, as CloudFormation made it."""
    try:
        listed = json.loads(text)
    except ValueError:
        return [text]
    if isinstance(listed, dict):
        return [str(listed.get("current", "")), *filter(None, [str(listed.get("former") or "")])]
    is_list = isinstance(listed, list) and all(isinstance(key, str) for key in listed)
    return listed if is_list else [text]
