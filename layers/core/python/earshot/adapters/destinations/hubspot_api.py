"""HubSpot's API as the calls of one attempt, each of which can be repeated, and what its refusals mean.

Every field of an error is optional there, and what matters is often in its text alone.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from earshot.adapters.https_sender import HttpsSender, Method, Reply
from earshot.domain.delivery_outcome import (
    Ambiguous,
    Delivered,
    DestinationBroken,
    Outcome,
    Rejected,
    Throttled,
    outcome_of_status,
    retry_at,
)
from earshot.domain.destination_url import DestinationUrl

API = "https://api.hubapi.com"
# The paths are dated; HubSpot supports a version for 18 months.
VERSION = "2026-09"
CONTACTS = "contacts"
EMAIL = "email"
# How many records a search returns at most.
MOST_FOUND = 100
# How long to wait where no time is given (milliseconds): above the limit of ten seconds, above that of a day, for a
# record that somebody else writes, and while an account moves to other machines.
PAUSE, DAILY_PAUSE, LOCKED_PAUSE, MOVING_PAUSE = 10_000, 15 * 60_000, 2_000, 60_000

_EXISTING = re.compile(r"Existing ID:\s*(\d{1,20})")
_ID = re.compile(r"[0-9]{1,20}")
_SCOPE = re.compile(r"[a-z][a-z0-9._-]{2,80}")
_PROPERTY = re.compile(r"[a-z][a-z0-9_]{1,99}")
_QUOTED_NAME = re.compile(r'"(?:name|propertyName)"\s*:\s*"([a-z][a-z0-9_]{1,99})"')
# An item of a batch has no status of its own, but a category.
_STATUS = {
    "VALIDATION_ERROR": 400,
    "INVALID_AUTHENTICATION": 401,
    "EXPIRED_AUTHENTICATION": 401,
    "MISSING_SCOPES": 403,
    "OBJECT_NOT_FOUND": 404,
    "CONFLICT": 409,
    "RATE_LIMITS": 429,
}


class FailedError(Exception):
    """A call did not succeed, which ends the attempt with this outcome."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.name)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Record:
    """A record as HubSpot has it: its id, and those of its properties that were asked for."""

    id: str
    properties: Mapping[str, Any]


class HubSpotCalls:
    """The calls of one attempt; `go_on` returns False once its time is over, and then nothing more is begun."""

    def __init__(
        self,
        sender: HttpsSender,
        read_url: Callable[[str], DestinationUrl],
        api: str,
        token: str,
        now: int,
        go_on: Callable[[], bool],
    ) -> None:
        self._sender, self._read_url, self._api, self._token = sender, read_url, api, token
        self._now, self._go_on = now, go_on

    def find_contact(self, email: str, properties: Sequence[str]) -> Record | None:
        """Return the contact of an address, which is in the body, since it has no place in a URL."""
        body = {
            "idProperty": EMAIL,
            "inputs": [{"id": email}],
            "properties": list(properties),
            "propertiesWithHistory": [],
        }
        reply = self._call("POST", f"objects/{VERSION}/{CONTACTS}/batch/read", body)
        if reply.status == 404:
            return None
        read = self._read(reply, body)
        if found := _first(read.get("results")):
            return self._record(found, reply)
        error = _first(read.get("errors"))
        if error is None or _status_of(error) == 404:
            return None
        raise FailedError(failure_of(_status_of(error), {}, error, body, self._now))

    def get(self, objects: str, key: str, properties: Sequence[str], *, by: str | None = None) -> Record | None:
        """Return a record by its id or `by` a unique property, None if there is none; no search, which lags behind."""
        query = urlencode({"properties": ",".join(properties), **({"idProperty": by} if by else {})})
        reply = self._call("GET", f"objects/{VERSION}/{objects}/{quote(key, safe='')}?{query}")
        return None if reply.status == 404 else self._record(self._read(reply), reply)

    def upsert(self, objects: str, key: str, by: str, properties: Mapping[str, str]) -> tuple[str, bool]:
        """Write a record under its unique property; return its id, and False if it exists but was not written.

        That is so if HubSpot refuses a second record, as where the address is the second one of a contact.
        """
        body = {"inputs": [{"idProperty": by, "id": key, "properties": dict(properties)}]}
        reply = self._call("POST", f"objects/{VERSION}/{objects}/batch/upsert", body)
        if reply.status == 409:
            status, error = 409, _read(reply)
        else:
            read = self._read(reply, body)
            if found := _first(read.get("results")):
                return self._record(found, reply).id, True
            # 207: the reply succeeded, the record did not.
            error = _first(read.get("errors")) or {}
            status = _status_of(error)
        if status == 409 and (existing := _EXISTING.search(str(error.get("message")))):
            return existing[1], False
        raise FailedError(failure_of(status, reply.headers, error, body, self._now))

    def update(self, objects: str, record: str, properties: Mapping[str, str]) -> bool:
        """Write properties of a record by its id; False if there is none."""
        body = {"properties": dict(properties)}
        reply = self._call("PATCH", f"objects/{VERSION}/{objects}/{record}", body)
        if reply.status == 404:
            return False
        self._read(reply, body)
        return True

    def search(self, objects: str, name: str, value: str) -> list[str]:
        """Return the ids of the records with a value, as far as the index of the search knows it: it lags behind."""
        body = {
            "filterGroups": [{"filters": [{"propertyName": name, "operator": "EQ", "value": value}]}],
            "properties": [name],
            "limit": MOST_FOUND,
        }
        read = self._read(self._call("POST", f"objects/{VERSION}/{objects}/search", body), body)
        return [str(each["id"]) for each in read.get("results", ()) if _ID.fullmatch(str(each.get("id")))]

    def associate(self, objects: str, record: str, others: str, other: str) -> None:
        """Tie two records together; once they are, this changes nothing."""
        reply = self._call("PUT", f"objects/{VERSION}/{objects}/{record}/associations/default/{others}/{other}")
        if reply.status == 404:
            raise FailedError(Ambiguous("a record is gone that was there a moment ago", reply.status))
        self._read(reply)

    def delete(self, objects: str, record: str) -> None:
        """Delete a record, if it is still there."""
        reply = self._call("DELETE", f"objects/{VERSION}/{objects}/{record}")
        if reply.status != 404:
            self._check(reply)

    def property(self, objects: str, name: str) -> Mapping[str, Any] | None:
        """Return what a property is; None if there is none of this name."""
        reply = self._call("GET", f"properties/{VERSION}/{objects}/{name}")
        return None if reply.status == 404 else self._read(reply)

    def create_property(self, objects: str, definition: Mapping[str, Any]) -> None:
        """Make a property, unless somebody else was faster."""
        reply = self._call("POST", f"properties/{VERSION}/{objects}", definition)
        if reply.status != 409:
            self._check(reply, definition)

    def _call(self, method: Method, path: str, body: Mapping[str, Any] | None = None) -> Reply:
        """Return HubSpot's reply, whatever its status; FailedError if there is none."""
        if not self._go_on():
            raise FailedError(Ambiguous("it replied too slowly for all calls of an attempt"))
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        reply = self._sender.send(method, self._read_url(f"{self._api}/crm/{path}"), headers=headers, body=content)
        if not isinstance(reply, Reply):
            raise FailedError(reply)
        return reply

    def _check(self, reply: Reply, sent: Mapping[str, Any] | None = None) -> None:
        if not 200 <= reply.status < 300:
            raise FailedError(failure_of(reply.status, reply.headers, _read(reply), sent or {}, self._now))

    def _read(self, reply: Reply, sent: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """Return the JSON object of a successful reply."""
        self._check(reply, sent)
        read = _read(reply)
        if not read:
            raise FailedError(Ambiguous(f"it replied {reply.status} with nothing that can be read", reply.status))
        return read

    def _record(self, read: Mapping[str, Any], reply: Reply) -> Record:
        found = str(read.get("id", ""))
        if not _ID.fullmatch(found):
            raise FailedError(Ambiguous(f"it replied {reply.status} without the id of a record", reply.status))
        return Record(found, read.get("properties") or {})


def failure_of(
    status: int, headers: Mapping[str, str], error: Mapping[str, Any], sent: Mapping[str, Any], now: int
) -> Outcome:
    """Return what a refusal means. What was `sent` is never repeated: the reason is shown to people and kept."""
    category = error.get("category")
    if status == 401:
        return DestinationBroken("auth", "HubSpot refuses the access token (401)", status)
    if status == 403 and category == "MISSING_SCOPES":
        scopes = sorted(set(_scopes(error)))
        named = f": {', '.join(scopes[:10])}" if scopes else ""
        return DestinationBroken("auth", f"the access token lacks a scope (403 MISSING_SCOPES){named}", status)
    if status in (423, 429, 477):
        return Throttled(_until(status, headers, error, now), status)
    if status == 400:
        names = sorted(set(_properties(error)) - set(_values(sent)))
        named = f"; look at the properties {', '.join(names[:10])}" if names else ""
        kind = category if isinstance(category, str) and re.fullmatch(r"[A-Z_]{1,60}", category) else "400"
        return Rejected(f"HubSpot refuses the contents ({kind}){named}", status)
    outcome = outcome_of_status(status, headers, now)
    # A status of success whose contents say otherwise settles nothing.
    return Ambiguous(f"it replied {status} without a result", status) if isinstance(outcome, Delivered) else outcome


def _until(status: int, headers: Mapping[str, str], error: Mapping[str, Any], now: int) -> int:
    if "retry-after" in headers:
        return retry_at(headers["retry-after"], now)
    if status == 429:
        return now + (DAILY_PAUSE if error.get("policyName") == "DAILY" else PAUSE)
    return now + (LOCKED_PAUSE if status == 423 else MOVING_PAUSE)


def _status_of(error: Mapping[str, Any]) -> int:
    """Return the status that an item's error would have alone; 500, which settles nothing, for unknown ones."""
    return _STATUS.get(str(error.get("category")), 500)


def _scopes(error: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _context(error):
        if "scope" in name.lower() and _SCOPE.fullmatch(value):
            yield value


def _properties(error: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of properties that an error is about."""
    for name, value in _context(error):
        if "propert" in name.lower() and _PROPERTY.fullmatch(value):
            yield value
    for each in (error, *_details(error)):
        yield from _QUOTED_NAME.findall(str(each.get("message")))
        if _PROPERTY.fullmatch(str(each.get("in"))):
            yield str(each["in"])


def _context(error: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for each in (error, *_details(error)):
        context = each.get("context")
        for name, values in context.items() if isinstance(context, dict) else ():
            for value in values if isinstance(values, list) else [values]:
                yield name, str(value)


def _details(error: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    details = error.get("errors")
    return [each for each in details if isinstance(each, dict)] if isinstance(details, list) else []


def _values(sent: Any) -> Iterator[str]:
    """Yield all texts that were sent as values, which a reply may repeat where it names properties."""
    if isinstance(sent, str):
        yield sent
    elif isinstance(sent, dict):
        for value in sent.values():
            yield from _values(value)
    elif isinstance(sent, list):
        for value in sent:
            yield from _values(value)


def _first(values: Any) -> Mapping[str, Any] | None:
    return values[0] if isinstance(values, list) and values and isinstance(values[0], dict) else None


def _read(reply: Reply) -> Mapping[str, Any]:
    """Read a reply's JSON object; an empty one if it is none."""
    try:
        found = json.loads(reply.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
