"""Access by API key, and what the log keeps of it: which key asked, and for what is worth an audit line."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from earshot.domain.errors import BusyError, ForbiddenError, UnsupportedMediaError
from earshot.observability import logger
from earshot.services.api_keys.authorize import identify, require

if TYPE_CHECKING:
    from earshot.api.request import Request
    from earshot.domain.api_key import ApiKey
    from earshot.ports.api_keys import Keys

AUDIT = "audit"
# The requests with an audit line, in the words it has: all that reads, changes or takes away what is about people,
# keys and secrets, or that takes responses away.
ACTIONS: Mapping[str, str] = {
    "PUT /v1/people/{person}": "write a person",
    "POST /v1/people": "write people",
    "GET /v1/people": "list people",
    "POST /v1/people/search": "find people",
    "GET /v1/people/{person}": "read a person",
    "GET /v1/people/{person}/export": "export a person",
    "GET /v1/people/{person}/invitations": "read a person's invitations",
    "DELETE /v1/people/{person}": "erase a person",
    "DELETE /v1/people/{person}/suppression": "lift a suppression",
    "POST /v1/suppressions": "suppress addresses",
    "POST /v1/people/{person}/invitations/{invitation}/release": "release responses from quarantine",
    "POST /v1/keys": "make a key",
    "GET /v1/keys": "list keys",
    "DELETE /v1/keys/{key}": "revoke a key",
    "GET /v1/surveys/{survey}/identity-secret": "read an identity secret",
    "POST /v1/surveys/{survey}/identity-secret": "turn an identity secret",
    "PUT /v1/surveys/{survey}": "write a survey",
    "PATCH /v1/surveys/{survey}": "write a survey",
    "DELETE /v1/surveys/{survey}": "delete a survey",
    "PATCH /v1/surveys/{survey}/values": "decide about values of a segment",
    "GET /v1/surveys/{survey}/responses": "list responses",
    "PATCH /v1/surveys/{survey}/responses/{response}": "correct a response",
    "DELETE /v1/surveys/{survey}/responses/{response}": "erase a response",
    "DELETE /v1/surveys/{survey}/responses": "erase responses by span",
    "POST /v1/surveys/{survey}/imports/{import}/undo": "undo an import",
    "PUT /v1/surveys/{survey}/campaigns/{campaign}": "start a campaign",
    "POST /v1/surveys/{survey}/campaigns/{campaign}/stop": "stop a campaign",
    "POST /v1/surveys/{survey}/invitations": "ask people",
}
# Requests with a key that leave no audit line; the line of each request names the key all the same.
UNAUDITED = frozenset(
    {
        "POST /v1/surveys/{survey}/responses",  # a response keeps the key that sent it
        "PUT /v1/surveys/{survey}/imports/{import}",  # and so does an import
        "GET /v1/surveys/{survey}/imports",
        "GET /v1/surveys/{survey}/imports/{import}",
        "GET /v1/surveys",
        "GET /v1/surveys/{survey}",
        "GET /v1/surveys/{survey}/values",
        "GET /v1/surveys/{survey}/responses/{response}",
        "GET /v1/surveys/{survey}/campaigns",
        "GET /v1/surveys/{survey}/campaigns/{campaign}",
        "GET /v1/surveys/{survey}/nps",
        "GET /v1/surveys/{survey}/counts",
        "GET /v1/surveys/{survey}/funnel",
        "GET /v1/surveys/{survey}/quality",
        "GET /v1/surveys/{survey}/breakdown",
        "GET /v1/surveys/{survey}/trend",
        "GET /v1/nps",
        "GET /v1/trend",
    }
)
PERSON = "person"
REFUSED = 400
JSON = "application/json"
LONGEST_SHOWN = 80

# Makes, of a person's id or address, the name that the log knows them by.
Naming = Callable[[str], str]


def authorize(request: "Request", scope: str, now: int, *, keys: "Keys") -> "ApiKey":
    """Return the key that came along, if it is good for the scope now, and note with the request whose it is.

    Raises UnauthenticatedError, ForbiddenError or UnsupportedMediaError.
    """
    _check_sender(request)
    key = identify(request.presented_key, now, keys=keys)
    request.key = key.id
    require(key, scope)
    _check_media(request)
    return key


def audit(request: "Request", status: int, naming: Naming | None) -> None:
    """Write the audit line of a request that has one: who did what to which object, and how it ended.

    A person is named by a keyed hash. The path of what was refused may hold anything, so it is left out.
    """
    action = ACTIONS.get(request.route)
    if action is None or not request.key:
        return
    about: dict[str, Any] = {**(request.event.get("pathParameters") or {}), **request.about}
    person = about.pop(PERSON, None)
    if person is not None and naming is not None and status < REFUSED:
        # The request is done: if the key of hashes cannot be read now, its line stays, without the name.
        with suppress(BusyError):
            about[PERSON] = naming(request.path(PERSON))
    shown = about if status < REFUSED else {}
    logger.info(AUDIT, action=action, key=request.key, status=status, object=shown, correlation_id=request.id)


def _check_sender(request: "Request") -> None:
    """Refuse a key that a browser sends for a page: of another site in any way, of any site by HTTP Basic.

    A browser that keeps a key as a user name adds it to what any page makes it send.
    """
    is_of_another_site = request.headers.get("sec-fetch-site") == "cross-site"
    if request.brings_key and (is_of_another_site or (request.keeps_key and "origin" in request.headers)):
        raise ForbiddenError("a page may not send an API key: call from a server, or from a command")


def _check_media(request: "Request") -> None:
    """Refuse a body that does not say that it is JSON: what else there is, the form of a page may send."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.event.get("body") and media != JSON:
        shown = f"is {media[:LONGEST_SHOWN]}" if media else "says nothing of what it is"
        raise UnsupportedMediaError(f"the body {shown}: with an API key, send it with the header content-type: {JSON}")


def audit_invocation(action: str, **about: str) -> None:
    """Write the audit line of an invocation with AWS credentials and no key: CloudTrail knows whose they were."""
    logger.info(AUDIT, action=action, key="", status=200, object=about, correlation_id="")
