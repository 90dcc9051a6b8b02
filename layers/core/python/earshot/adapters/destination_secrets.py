"""The credentials of destinations in Secrets Manager: one secret each, read by one function and written by another.

A secret to sign with is replaced without being read: its former version still signs for a day.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from earshot.adapters.aws_errors import code_of, translated
from earshot.domain.errors import BusyError
from earshot.ports.destinations import Credentials

GOOD_FOR = 5 * 60_000
# How long both secrets of a webhook sign after a rotation (milliseconds).
BOTH_SIGN = 24 * 3_600_000
NOT_THERE = frozenset({"ResourceNotFoundException", "InvalidRequestException"})
TAKEN = frozenset({"ResourceExistsException", "InvalidRequestException"})
NONE = Credentials()


class DestinationSecrets:
    """The `CredentialStore` port; `prefix` begins the names of the secrets, `now` is our clock (Unix milliseconds).

    A secret is named after the id of its destination, and no id is used again: a deleted secret keeps its name for
    some days. A destination has one to be sent to, and one to call us with: `end` is the end of its name.
    """

    def __init__(self, client: Any, prefix: str, now: Callable[[], int], end: str = "outbound") -> None:
        self._client, self._prefix, self._now, self._end = client, prefix, now, end
        self._known: dict[str, tuple[int, int, Credentials]] = {}

    def read(self, destination: str, revision: int = 0, *, again: bool = False) -> Credentials:
        """Return the credentials of a destination, those of five minutes ago at most; none if they were deleted.

        Those that are remembered of another `revision` of the destination are read again, as each change of them counts
        it on; `again` reads them in any case. Raises BusyError if they cannot be read and were not.
        """
        read_at, read_of, known = self._known.get(destination, (0, 0, None))
        if known is not None and not again and read_of == revision and self._now() - read_at < GOOD_FOR:
            return known
        try:
            found = self._read(destination)
        except BusyError:
            # Credentials live longer than five minutes: those read last are better than none.
            if known is None:
                raise
            return known
        self._known[destination] = (self._now(), revision, found)
        return found

    def write(self, destination: str, fields: Mapping[str, str], secret: str | None) -> None:
        """Store the credentials of a destination, and the secret to sign with, in place of those it had."""
        name = self._name(destination)
        text = json.dumps({"fields": fields, "secret": secret, "written_at": self._now()}, ensure_ascii=False)
        with translated("the secret"):
            try:
                # First, since IAM knows a secret that is not there by no ARN, and refuses to replace it.
                self._client.create_secret(Name=name, SecretString=text)
            except ClientError as exc:
                if code_of(exc) != "ResourceExistsException":
                    raise
                self._client.put_secret_value(SecretId=name, SecretString=text)

    def delete(self, destination: str) -> None:
        """Delete the credentials of a destination, if it has any; AWS keeps them for a week."""
        name = self._name(destination)
        with translated("the secret"):
            try:
                # First, as in `write`: IAM refuses to delete a secret that is not there. So it is there, and then not.
                self._client.create_secret(Name=name, SecretString="{}")
            except ClientError as exc:
                if code_of(exc) not in TAKEN:
                    raise
            try:
                self._client.delete_secret(SecretId=name, RecoveryWindowInDays=7)
            except ClientError as exc:
                if code_of(exc) not in NOT_THERE:
                    raise

    def _read(self, destination: str) -> Credentials:
        found = self._version(destination, "AWSCURRENT")
        if found is None:
            return NONE
        secrets = [found["secret"]] if found.get("secret") else []
        if secrets and self._now() - int(found["written_at"]) < BOTH_SIGN:
            former = self._version(destination, "AWSPREVIOUS") or {}
            secrets += [former["secret"]] if former.get("secret") else []
        return Credentials(found.get("fields", {}), tuple(secrets))

    def _version(self, destination: str, stage: str) -> Mapping[str, Any] | None:
        with translated("the secret"):
            try:
                reply = self._client.get_secret_value(SecretId=self._name(destination), VersionStage=stage)
            except ClientError as exc:
                if code_of(exc) not in NOT_THERE:
                    raise
                return None
        found = json.loads(reply["SecretString"])
        return found if isinstance(found, dict) else None

    def _name(self, destination: str) -> str:
        return f"{self._prefix}/destination/{destination}/{self._end}"
