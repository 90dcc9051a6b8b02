"""A request as an HTTP API event (payload 2.0) holds it."""

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from earshot.api.request_body import ONE_RESPONSE, object_within
from earshot.domain.errors import FieldError, InvalidError, NotFoundError, UnauthenticatedError
from earshot.domain.unicode_text import has_unstorable_characters

if TYPE_CHECKING:
    from earshot.api.route import Route
    from earshot.domain.access import Caller
    from earshot.domain.api_key import ApiKey

LONGEST_PART = 256


class Request:
    """What a route needs of an HTTP API event."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.event = event
        self.route: str = event.get("routeKey", "")
        self.id: str = event.get("requestContext", {}).get("requestId", "")
        self.headers: Mapping[str, str] = event.get("headers") or {}
        # The id of the API key, once it is known; and the key, once it is known to be good for the route.
        self.key = ""
        self.granted: ApiKey | None = None
        # The id of the member who is signed in, once they are known.
        self.member = ""
        # What the caller may do, once it is known.
        self.admitted: Caller | None = None
        self.declared: Route | None = None
        # What an audit line names in addition to the path: ids that were made.
        self.about: dict[str, str] = {}

    def path(self, name: str) -> str:
        """Return a part of the path as it arrived; NotFoundError if it is longer than anything there is.

        An HTTP API has decoded it, and may have made another of it (docs/architecture.md).
        """
        part = str((self.event.get("pathParameters") or {}).get(name, ""))
        if len(part) > LONGEST_PART or has_unstorable_characters(part):
            raise NotFoundError("there is no such path")
        return part

    @property
    def query(self) -> dict[str, str]:
        """Return the query parameters; InvalidError if one is given twice or is not UTF-8."""
        return parse_query(self.event.get("rawQueryString") or "")

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent, within the limit of the route; TooLargeError or InvalidError."""
        return object_within(self.event, self.declared.limit if self.declared else ONE_RESPONSE)

    @property
    def api_key(self) -> "ApiKey":
        """Return the API key that is good for the route; only where it needs one."""
        if self.granted is None:
            raise UnauthenticatedError("this needs an API key")
        return self.granted

    @property
    def caller(self) -> "Caller":
        """Return what the caller may do, on which rows; only where a key or a session is needed."""
        if self.admitted is None:
            raise UnauthenticatedError("this needs an API key")
        return self.admitted

    @property
    def presented_key(self) -> str | None:
        """Return the API key that came along, as a Bearer token or as the user of HTTP Basic."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return value.strip()
        return _basic_user(value.strip()) if kind.lower() == "basic" else None

    @property
    def keeps_key(self) -> bool:
        """Return whether the key came by HTTP Basic, which browsers keep and send by themselves."""
        return self.headers.get("authorization", "").partition(" ")[0].lower() == "basic"

    @property
    def address(self) -> str:
        """Return the address the request came from, as API Gateway saw it; it is personal, and never logged."""
        return str(self.event.get("requestContext", {}).get("http", {}).get("sourceIp", ""))

    @property
    def brings_key(self) -> bool:
        """Return whether the request carries a key, even a malformed one."""
        return "authorization" in self.headers


def parse_query(raw: str) -> dict[str, str]:
    """Read a query string; InvalidError if a parameter is given twice or is not UTF-8."""
    parameters: dict[str, str] = {}
    for pair in filter(None, raw.split("&")):
        name, _, value = (_decoded(part) for part in pair.partition("="))
        if name in parameters:
            raise InvalidError(FieldError(name[:80], "this parameter is given twice"))
        parameters[name] = value
    return parameters


def _decoded(part: str) -> str:
    try:
        text = unquote_to_bytes(part.replace("+", " ")).decode()
    except (UnicodeDecodeError, UnicodeEncodeError) as exc:
        raise InvalidError(FieldError("", "the query string is not valid UTF-8")) from exc
    if has_unstorable_characters(text):
        raise InvalidError(FieldError("", "the query string is not valid UTF-8"))
    return text


def _basic_user(value: str) -> str | None:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return None
