"""The credentials of destinations in Secrets Manager: one secret each, read by one function and written by another."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.domain.errors import BusyError

GOOD_FOR = 5 * 60_000
NOT_THERE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})


class DestinationCredentials:
    """The `Credentials` port; `prefix` begins the names of the secrets, `now` is our clock (Unix milliseconds).

    A secret is named after the id of its destination, and no id is used again: a deleted secret keeps its name for
    some days.
    """

    def __init__(self, client: Any, prefix: str, now: Callable[[], int]) -> None:
        self._client, self._prefix, self._now = client, prefix, now
        self._known: dict[str, tuple[int, Mapping[str, Any]]] = {}

    def read(self, destination: str, *, again: bool = False) -> Mapping[str, Any]:
        """Return the credentials of a destination, those of five minutes ago at most; none if it has no secret.

        `again` reads them past what this instance remembers. Raises BusyError if they cannot be read and were not.
        """
        read_at, known = self._known.get(destination, (0, None))
        if known is not None and not again and self._now() - read_at < GOOD_FOR:
            return known
        try:
            found = self._read(destination)
        except BusyError:
            # Credentials live longer than five minutes: those read last are better than none.
            if known is None:
                raise
            return known
        self._known[destination] = (self._now(), found)
        return found

    def write(self, destination: str, credentials: Mapping[str, Any]) -> None:
        """Store the credentials of a destination."""
        name, text = self._name(destination), json.dumps(credentials, ensure_ascii=False)
        with translated("the secret"):
            try:
                self._client.put_secret_value(SecretId=name, SecretString=text)
            except ClientError as exc:
                if code_of(exc) not in NOT_THERE:
                    raise
                self._client.create_secret(Name=name, SecretString=text)

    def delete(self, destination: str) -> None:
        """Delete the credentials of a destination; AWS keeps them for a week."""
        with translated("the secret"):
            try:
                self._client.delete_secret(SecretId=self._name(destination), RecoveryWindowInDays=7)
            except ClientError as exc:
                if code_of(exc) not in NOT_THERE:
                    raise

    def _read(self, destination: str) -> Mapping[str, Any]:
        with translated("the secret"):
            try:
                reply = self._client.get_secret_value(SecretId=self._name(destination))
            except ClientError as exc:
                if code_of(exc) not in NOT_THERE:
                    raise
                return {}
        found = json.loads(reply["SecretString"])
        return found if isinstance(found, dict) else {}

    def _name(self, destination: str) -> str:
        return f"{self._prefix}/destination/{destination}/outbound"
