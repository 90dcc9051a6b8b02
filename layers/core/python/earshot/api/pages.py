"""Requests for pages, and pages as HTTP answers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from earshot.api.http import ALWAYS
from earshot.api.request_body import body_bytes
from earshot.domain.errors import InvalidError
from earshot.languages.catalogue import preferred, texts_for
from earshot.pages.render import Notice, Page, render_notice

IN_ADVANCE = ("prefetch", "prerender", "preview")


class LinkRequest:
    """What a page needs of an HTTP API event; nothing in it can fail."""

    def __init__(self, event: Mapping[str, Any]) -> None:
        self.route: str = event.get("routeKey", "")
        self.token: str = (event.get("pathParameters") or {}).get("token", "")
        self.request_id: str = event.get("requestContext", {}).get("requestId", "")
        self.headers: Mapping[str, str] = event.get("headers") or {}
        self._event = event

    @property
    def is_head(self) -> bool:
        """Return whether only the headers are requested."""
        return self.route.startswith("HEAD ")

    @property
    def language(self) -> str | None:
        """Return the language the browser likes best of those there are; a page without a person has nothing else."""
        return preferred(self.headers.get("accept-language", ""))

    @property
    def is_fetched(self) -> bool:
        """Return whether the page itself was asked for now: browsers say so when they fetch in advance."""
        said = (self.headers.get(name, "").lower() for name in ("sec-purpose", "purpose", "x-purpose", "x-moz"))
        return self.route.startswith("GET ") and not any(word in each for each in said for word in IN_ADVANCE)

    @property
    def chosen(self) -> str | None:
        """Return the score of the link that was followed."""
        found = [value for name, value in parse_qsl(self._event.get("rawQueryString") or "") if name == "score"]
        return found[0] if len(found) == 1 else None

    @property
    def form(self) -> tuple[bytes, str]:
        """Return the form that was sent, and its type."""
        try:
            return body_bytes(self._event), self.headers.get("content-type", "")
        except InvalidError:
            return b"", ""


def page_answer(page: Page, request: LinkRequest) -> dict[str, Any]:
    """Answer with a page."""
    headers = {**page.headers, **ALWAYS}
    return {"statusCode": page.status, "headers": headers, "body": "" if request.is_head else page.html}


def reading_failed(request: LinkRequest) -> Page:
    """Return the page about an internal error, in the browser's language."""
    return render_notice(Notice.FAILED, texts_for(request.language))
