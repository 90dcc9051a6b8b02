"""CORS headers: which pages may post and read, decided survey by survey, in one place."""

from earshot.api.request import Request
from earshot.domain.submission_policy import ANY, SubmissionPolicy

REFUSED = 400
EXPOSED = "retry-after, etag"

Headers = dict[str, str]


class PageRequest(Request):
    """A request that a page may have sent."""

    @property
    def origin(self) -> str | None:
        """Return the origin of the page that sent it; None for a server, which shows a key or no origin at all."""
        return None if self.brings_key else self.headers.get("origin")


def cors_headers(policy: SubmissionPolicy, request: Request) -> Headers:
    """Return the headers by which only the pages that a survey admits may read a response."""
    allowed = policy.allowed_origin(request.headers.get("origin"))
    varies = {"vary": "origin"} if policy.origins else {}
    if allowed is None:
        return varies
    return {"access-control-allow-origin": allowed, "access-control-expose-headers": EXPOSED} | varies


def readable_headers(status: int) -> Headers:
    """Return the headers by which any page may read a refusal; none for a response that is not one.

    A refusal holds nothing secret, and a page that cannot read it takes it for a network that is down.
    """
    if status < REFUSED:
        return {}
    return {"access-control-allow-origin": ANY, "access-control-expose-headers": EXPOSED}


def preflight_headers(methods: str) -> Headers:
    """Return the headers of a preflight for any page, valid for a day: a page may add headers to all its requests."""
    return {
        "access-control-allow-origin": ANY,
        "access-control-expose-headers": EXPOSED,
        "access-control-allow-methods": methods,
        "access-control-allow-headers": ANY,
        "access-control-max-age": "86400",
    }
