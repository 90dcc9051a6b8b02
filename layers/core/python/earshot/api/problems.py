"""Refusals as RFC 9457 problems; the one table that turns errors into HTTP statuses."""

import json
from typing import TYPE_CHECKING, Any

from earshot.domain.api_key import hidden
from earshot.domain.errors import (
    BusyError,
    ChangedError,
    ConflictError,
    EarshotError,
    EmployeeSurveyError,
    ForbiddenError,
    InvalidError,
    MethodNotAllowedError,
    NotFoundError,
    NotSignedInError,
    TooLargeError,
    TooManyError,
    UnauthenticatedError,
    UnconfirmedError,
    UnforeseenError,
    UnsupportedMediaError,
    UnverifiedError,
)

MOST_FAULTS = 1000
RETRY_AFTER = "5"

STATUSES: dict[type[EarshotError], tuple[int, str, str]] = {
    InvalidError: (400, "invalid-request", "Invalid request"),
    UnverifiedError: (401, "unverified", "Invalid signature"),
    UnauthenticatedError: (401, "unauthenticated", "Invalid API key"),
    NotSignedInError: (401, "not-signed-in", "Not signed in"),
    ForbiddenError: (403, "forbidden", "Forbidden"),
    NotFoundError: (404, "not-found", "Not found"),
    MethodNotAllowedError: (405, "method-not-allowed", "Method not allowed"),
    EmployeeSurveyError: (409, "employee-survey", "Employee survey"),
    ConflictError: (409, "conflict", "Conflict"),
    TooLargeError: (413, "too-large", "Body too large"),
    UnsupportedMediaError: (415, "unsupported-media-type", "Unsupported media type"),
    TooManyError: (429, "too-many", "Too many requests"),
    UnforeseenError: (500, "unforeseen", "Internal error"),
    BusyError: (503, "busy", "Service unavailable"),
}


if TYPE_CHECKING:
    from typing import Annotated, NotRequired, TypedDict

    from earshot.api.json_types import Count, Url, bounds, words

    class Fault(TypedDict):
        """A field and what is wrong with it."""

        field: str
        reason: str

    class ProblemView(TypedDict):
        """A refusal (RFC 9457)."""

        type: Annotated[Url, words(*(f"urn:earshot:problem:{slug}" for _, slug, _ in STATUSES.values()))]
        title: str
        status: Annotated[int, bounds(minimum=400, maximum=599)]
        detail: Annotated[str, "What is wrong, in one sentence."]
        instance: Annotated[str, bounds(format="uri-reference"), "The request, as the log knows it."]
        current: NotRequired[Annotated[dict[str, Any], "What there is now, where a change rests on an old revision."]]
        count: NotRequired[Annotated[Count, "How many responses fit, where a confirmed count does not."]]
        errors: NotRequired[Annotated[list[Fault], bounds(maxItems=MOST_FAULTS), "Each fault of an invalid request."]]


def problem(error: EarshotError, request_id: str) -> dict[str, Any]:
    """Return the HTTP response for an error; a key that was sent in a wrong place is hidden."""
    status, slug, title = next(found for kind, found in STATUSES.items() if isinstance(error, kind))
    body: ProblemView = {
        "type": f"urn:earshot:problem:{slug}",
        "title": title,
        "status": status,
        "detail": hidden(error.detail),
        "instance": f"urn:earshot:request:{request_id}",
    }
    if error.faults:
        body["errors"] = [
            {"field": hidden(fault.field), "reason": hidden(fault.reason)} for fault in error.faults[:MOST_FAULTS]
        ]
    if isinstance(error, UnconfirmedError):
        body["count"] = error.count
    if isinstance(error, ChangedError):
        body["current"] = error.current
    headers = {"content-type": "application/problem+json", "cache-control": "no-store", **_headers(error)}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def _headers(error: EarshotError) -> dict[str, str]:
    if isinstance(error, UnauthenticatedError):
        return {"www-authenticate": 'Bearer realm="earshot"'}
    if isinstance(error, MethodNotAllowedError):
        return {"allow": ", ".join(error.allowed)}
    if isinstance(error, TooManyError):
        return {"retry-after": str(error.retry_after)}
    if isinstance(error, BusyError):
        return {"retry-after": RETRY_AFTER}
    return {}
