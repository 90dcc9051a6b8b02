"""The declaration of a route above its handler: `serve` checks each request against it, and `openapi.json` has it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from earshot.api.request_body import ONE_RESPONSE

if TYPE_CHECKING:
    from earshot.api.schema import Object

Handler = Callable[..., Any]

# What a caller with limited access may ask of a route: nothing; all about a survey that is wholly in their access; or
# whatever its handler shows of the rows and figures in their access.
Reach = Literal["whole", "surveys", "rows"]


class Route:
    """One route: its key (method and path) and its name in generated clients, and what its requests have in common.

    `scope` is what an API key needs; `open_because` says why no key is needed, or why it is optional. `body` and
    `query` declare what it accepts, a body of at most `limit` bytes. `audit` is its name in the audit log, empty for a
    request without an audit line. `access` is what a caller with limited access may ask of it, and one that `erases`
    needs that scope, too.
    """

    __slots__ = (
        *("access", "audit", "body", "erases", "handler", "key", "limit", "name", "open_because", "query", "scope"),
    )

    def __init__(  # noqa: PLR0913 - a declaration is read by its keywords
        self,
        key: str,
        name: str,
        handler: Handler,
        *,
        scope: str = "",
        open_because: str = "",
        body: "Object | None" = None,
        limit: int = ONE_RESPONSE,
        query: "Object | None" = None,
        audit: str = "",
        access: Reach = "whole",
        erases: bool = False,
    ) -> None:
        self.key, self.name, self.handler = key, name, handler
        self.scope, self.open_because = scope, open_because
        self.body, self.limit, self.query, self.audit = body, limit, query, audit
        self.access, self.erases = access, erases

    @property
    def scopes(self) -> tuple[str, ...]:
        """Return all that a caller needs, the first of them for calls of its kind."""
        return (self.scope, "erasure") if self.erases else (self.scope,)

    @property
    def method(self) -> str:
        """Return the HTTP method."""
        return self.key.partition(" ")[0]

    @property
    def path(self) -> str:
        """Return the path, with the names of its parts."""
        return self.key.partition(" ")[2]


def route(key: str, name: str, **declared: Any) -> Callable[[Handler], Handler]:
    """Attach the declaration of a route to its handler, which stays as it is; one handler may have several."""

    def attach(handler: Handler) -> Handler:
        vars(handler).setdefault("routes", []).append(Route(key, name, handler, **declared))
        return handler

    return attach


def routes(*handlers: Handler) -> dict[str, Route]:
    """Return the routes of handlers by their keys."""
    return {each.key: each for handler in handlers for each in vars(handler)["routes"]}
