"""What a browser is told about who may post and read: decided survey by survey, in one place."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from earshot.api.http import Request
from earshot.domain.submission_policy import ANY, SubmissionPolicy

REFUSED = 400
EXPOSED = "retry-after, etag"

Headers = dict[str, str]
Look = Callable[[str], SubmissionPolicy | None]


class PageRequest(Request):
    """A request that a page may have sent; `look` reads what the door knows of its survey, once."""

    def __init__(self, event: Mapping[str, Any], look: Look) -> None:
        super().__init__(event)
        self._look = look

    @property
    def origin(self) -> str | None:
        """Return the origin of the page that sent it; None for a server, which shows a key or no origin at all."""
        return None if self.brings_key else self.headers.get("origin")

    @cached_property
    def policy(self) -> SubmissionPolicy | None:
        """Return what the door knows of the survey in the path; None if there is none."""
        return self._look(self.path("survey"))

    def cors(self, status: int) -> Headers:
        """Return the headers that let a page read an answer of this status.

        Any page may ask, and read a refusal: it holds nothing secret, and a page that cannot read it takes it for a
        network that is down. What is no refusal is for the pages that the survey admits.
        """
        if status >= REFUSED or self.route.startswith("OPTIONS "):
            return readable_headers()
        return cors_headers(self.policy, self.headers.get("origin"))


def readable_headers() -> Headers:
    """Return the headers by which any page may read an answer."""
    return {"access-control-allow-origin": ANY, "access-control-expose-headers": EXPOSED}


def cors_headers(policy: SubmissionPolicy | None, origin: str | None) -> Headers:
    """Return the headers for a page of this origin."""
    allowed = policy.allowed_origin(origin) if policy else ANY
    varies = {"vary": "origin"} if policy and policy.origins else {}
    if allowed is None:
        return varies
    return {"access-control-allow-origin": allowed, "access-control-expose-headers": EXPOSED} | varies


def preflight_headers(methods: str) -> Headers:
    """Return the headers that say what a page may send, good for a day: a host page may add headers to all it sends."""
    return {
        "access-control-allow-methods": methods,
        "access-control-allow-headers": ANY,
        "access-control-max-age": "86400",
    }
