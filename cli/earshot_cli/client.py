"""The HTTP API as the command sees it: it retries passing failures, and explains refusals plainly."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    SSLError,
)
from urllib3.util import Retry, Timeout

from earshot.domain.person_id import check_id
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.problems import RefusedError
from earshot_cli.screen import quoted

PASSING = frozenset({429, 500, 502, 503, 504})
PATIENCE = 6
PAUSE_SECONDS = 0.25
# The ids of everything but people: they arrive in a path as they were sent.
PLAIN_ID = re.compile(r"[A-Za-z0-9{][A-Za-z0-9._:{}-]*", re.ASCII)


class Client:
    """One Earshot, reached over connections that are kept open."""

    def __init__(self, url: str, api_key: str) -> None:
        self.url = url.rstrip("/")
        self._headers = {
            "authorization": f"Bearer {api_key}",
            "user-agent": "earshot-cli",
            "accept": "application/json",
        }
        self._pool = urllib3.PoolManager(timeout=Timeout(connect=5, read=35))
        self._has_replied = False

    def get(self, path: str, query: Mapping[str, object] | None = None) -> dict[str, Any]:
        """Read one resource; parts of the query that are None are left out."""
        return self.call("GET", path, query=query)

    def text(self, path: str, query: Mapping[str, object] | None = None) -> str:
        """Read a page, or a text."""
        reply = self._request("GET", path, None, query, self._retries(True))
        self._has_replied = True
        if reply.status >= 300:
            raise RefusedError(self.url, reply.status, reply.data)
        return reply.data.decode()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: Mapping[str, object] | None = None,
        repeatable: bool = True,
    ) -> dict[str, Any]:
        """Make one call; `repeatable` says that making it twice does the same as making it once."""
        reply = self._request(method, path, _encoded(body), query, self._retries(repeatable))
        self._has_replied = True
        if reply.status >= 300:
            raise RefusedError(self.url, reply.status, reply.data)
        return self._decoded(reply.data)

    def _request(
        self, method: str, path: str, body: bytes | None, query: Mapping[str, object] | None, retries: Retry
    ) -> urllib3.BaseHTTPResponse:
        headers = self._headers | ({"content-type": "application/json"} if body is not None else {})
        fields = {name: str(value) for name, value in (query or {}).items() if value is not None}
        target = self.url + path + ("?" + urlencode(fields) if fields else "")
        try:
            return self._pool.request(method, target, body=body, headers=headers, retries=retries, redirect=False)
        except HTTPError as error:
            raise _no_reply(self.url, error) from error

    def _retries(self, repeatable: bool) -> Retry:
        # A server that never replied is probably not there: its user should not wait long to read that.
        connects = PATIENCE if self._has_replied else 2
        return Retry(
            total=PATIENCE,
            connect=connects,
            read=PATIENCE if repeatable else 0,
            other=0,
            status_forcelist=PASSING if repeatable else {429},
            allowed_methods=None,
            raise_on_status=False,
            respect_retry_after_header=True,
            retry_after_max=60,
            backoff_factor=PAUSE_SECONDS,
            backoff_max=20,
            backoff_jitter=PAUSE_SECONDS,
        )

    def _decoded(self, data: bytes) -> dict[str, Any]:
        try:
            reply = json.loads(data) if data else {}
        except ValueError:
            reply = None
        if not isinstance(reply, dict):
            raise CommandError(f"{self.url} replied, but not like Earshot: is EARSHOT_URL right?")
        return reply


def survey_path(survey: str, *rest: str) -> str:
    """The path of a survey, or of something that belongs to it."""
    return "/v1/surveys/" + "/".join((_plain(survey, "survey's id"), *(_plain(part, "id") for part in rest)))


def destination_path(destination: str, *rest: str) -> str:
    """The path of a destination, or of something that is done with it."""
    return "/v1/destinations/" + "/".join((_plain(destination, "destination's id"), *rest))


def delivery_path(delivery: str) -> str:
    """The path of a delivery."""
    return "/v1/deliveries/" + _plain(delivery, "delivery's id")


def calendar_path(calendar: str) -> str:
    """Return the path of a calendar."""
    return "/v1/calendars/" + _plain(calendar, "calendar's id")


def case_path(case: str) -> str:
    """The path of a case."""
    return "/v1/cases/" + _plain(case, "case's id")


def member_path(member: str) -> str:
    """Return the path of a member of the team."""
    return "/v1/team/" + _plain(member, "member's id")


def digest_path(digest: str, *rest: str) -> str:
    """Return the path of a digest, or of something that is done with it."""
    return "/v1/digests/" + "/".join((_plain(digest, "digest's id"), *rest))


def key_path(key: str) -> str:
    """The path of a key."""
    return "/v1/keys/" + _plain(key, "key's id")


def person_path(person: str, *rest: str) -> str:
    """The path of a person, or of something that belongs to them."""
    if not person.strip():
        raise UsageError(f"{quoted(person)} is no person's id.")
    try:
        check_id(person)
    except ValueError as fault:
        why = str(fault)
        raise UsageError(f"{quoted(person)} is no person's id. {why[0].upper()}{why[1:]}.") from fault
    return "/v1/people/" + "/".join((quote(person, safe=""), *rest))


def read_of_person(
    client: Client, person: str, *rest: str, query: Mapping[str, object] | None = None, named: str = "id"
) -> dict[str, Any]:
    """Read what belongs to a person; CommandError if the reply, which names them, is about another one.

    An id may be changed in a path, on AWS or by what stands in front of it.
    """
    reply = client.get(person_path(person, *rest), query)
    check_meant(person, reply[named])
    return reply


def check_meant(person: str, replied: str) -> None:
    """Raise CommandError if a reply is about another person than the one that was asked for."""
    if replied != person:
        raise CommandError(
            f"{quoted(person)} was asked for, and the reply is about {quoted(replied)}: the id was changed on its way."
        )


def _plain(typed: str, what: str) -> str:
    """Return an id as typed; UsageError for what no id can be: in a path it could mean something else."""
    if not PLAIN_ID.fullmatch(typed):
        raise UsageError(f"{quoted(typed)} is no {what}.")
    return quote(typed, safe="")


def _encoded(body: Any) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False).encode()


def _no_reply(url: str, error: HTTPError) -> CommandError:
    cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    if isinstance(cause, SSLError):
        return CommandError(f"{url} has a TLS certificate that this computer does not trust: {cause}.")
    if isinstance(cause, urllib3.exceptions.TimeoutError) and not isinstance(cause, NewConnectionError):
        return CommandError(f"{url} did not reply in time: try again, and check its logs if that continues.")
    if isinstance(cause, LocationValueError):
        return UsageError(f"{url} is not a URL: set EARSHOT_URL to what `make run` or the stack printed.")
    return CommandError(f"No reply from {url}: is `make run` running, and is EARSHOT_URL right?")
