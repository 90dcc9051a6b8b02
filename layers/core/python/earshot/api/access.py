"""Access by API key or by session, and its traces in the log: who called, and an audit line where one is due."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from earshot.domain.errors import BusyError, ForbiddenError, UnsupportedMediaError
from earshot.observability import logger
from earshot.services.api_keys.check_api_key import caller_of, identify, require

if TYPE_CHECKING:
    from earshot.api.request import Request
    from earshot.api.route import Route
    from earshot.api.visitor import Visitor
    from earshot.domain.api_key import ApiKey
    from earshot.domain.site import Site
    from earshot.ports.api_keys import ApiKeys
    from earshot.ports.sessions import Sessions

AUDIT = "audit"
PERSON = "person"
REFUSED = 400
JSON = "application/json"
LONGEST_SHOWN = 80

# Makes, of a person's id or address, the name that the log knows them by.
Naming = Callable[[str], str]


def authorize(request: "Request", scopes: Iterable[str], now: int, *, keys: "ApiKeys") -> "ApiKey":
    """Return the key that came along, if it is good for the scopes now, and note with the request whose it is.

    Raises UnauthenticatedError, ForbiddenError or UnsupportedMediaError.
    """
    _check_sender(request)
    key = identify(request.presented_key, now, keys=keys)
    request.key = key.id
    require(key, *scopes)
    _check_media(request)
    return key


def admit(
    request: "Request", scope: str, now: int, *, sessions: "Sessions", site: "Site"
) -> "tuple[Visitor, dict[str, str]]":
    """Return who sent a form of the console, if they may do what a scope names, with its fields.

    Raises NotSignedInError or ForbiddenError, or TooLargeError or InvalidError for what is no form.
    """
    # Only a function that takes forms loads them.
    from earshot.api.visitor import check_form, visitor_of  # noqa: PLC0415
    from earshot.domain.access import allowed  # noqa: PLC0415

    visitor = visitor_of(request, now, sessions=sessions, site=site)
    fields = check_form(request, visitor, site)
    if not allowed(visitor.caller, scope):
        raise ForbiddenError("your role may not do this; ask an owner of the team")
    request.admitted = visitor.caller
    if request.declared is not None:
        check_access(request, request.declared)
    return visitor, fields


def accept_key(request: "Request", declared: "Route", key: "ApiKey") -> None:
    """Note with a request what its key may do; OutsideAccessError if the route is outside of its access."""
    request.granted, request.admitted = key, caller_of(key)
    check_access(request, declared)


def check_access(request: "Request", declared: "Route") -> None:
    """Raise OutsideAccessError if a caller with limited access may not ask this of the route."""
    access = request.caller.access
    if access.is_whole:
        return
    # Few callers have limited access, and a function starts faster without what decides about it.
    from earshot.services.access import within  # noqa: PLC0415

    if declared.access == "whole":
        within.check_whole(access)
    if "{survey}" in declared.path:
        survey = request.path("survey")
        within.check_survey(access, survey)
        if declared.access == "surveys":
            within.check_whole_survey(access, survey)
    elif declared.access == "surveys":
        within.check_whole(access)


def audit(request: "Request", status: int, naming: Naming | None) -> None:
    """Write the audit line of a request that has one: who did what to which object, and how it ended.

    A person is named by a keyed hash. The path of what was refused may hold anything, so it is left out.
    """
    action = request.declared.audit if request.declared else ""
    if not action or not (request.key or request.member):
        return
    about: dict[str, Any] = {**(request.event.get("pathParameters") or {}), **request.about}
    person = about.pop(PERSON, None)
    if person is not None and naming is not None and status < REFUSED:
        # The request is done: if the key of hashes cannot be read now, its line stays, without the name.
        with suppress(BusyError):
            about[PERSON] = naming(request.path(PERSON))
    shown = about if status < REFUSED else {}
    by, member = request.key, request.member
    logger.info(AUDIT, action=action, key=by, member=member, status=status, object=shown, correlation_id=request.id)


def _check_sender(request: "Request") -> None:
    """Refuse a key that a browser sends for a page: of another site in any way, of any site by HTTP Basic.

    A browser that keeps a key as a user name adds it to what any page makes it send.
    """
    is_of_another_site = request.headers.get("sec-fetch-site") == "cross-site"
    if request.brings_key and (is_of_another_site or (request.keeps_key and "origin" in request.headers)):
        raise ForbiddenError("a page may not send an API key; call from a server or a command")


def _check_media(request: "Request") -> None:
    """Refuse a body without the content type of JSON: the form of a page can send every other one."""
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.event.get("body") and media != JSON:
        shown = f"is {media[:LONGEST_SHOWN]}" if media else "has no content type"
        raise UnsupportedMediaError(f"the body {shown}; with an API key, send the header content-type: {JSON}")


def audit_session(action: str, member: str, correlation: str) -> None:
    """Write the audit line of a session that began or ended; its path, which may hold a token, is left out."""
    logger.info(AUDIT, action=action, key="", member=member, status=303, object={}, correlation_id=correlation)


def audit_invocation(action: str, **about: str) -> None:
    """Write the audit line of an invocation with AWS credentials and no key: CloudTrail knows whose they were."""
    logger.info(AUDIT, action=action, key="", status=200, object=about, correlation_id="")
