"""An operation of the document, and the parts that all operations have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot.api.route import Route
from earshot.api.schema import Object, Schema
from earshot_cli.openapi.errors import DescriptionError
from earshot_cli.openapi.routes import by_name
from earshot_cli.openapi.typed import schema_of_reply

JSON, PROBLEM, FORM, PARTS = (
    "application/json",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
NO_QUERY = Object()
BODILESS = (204, 304)
ETAG: dict[str, Schema] = {"ETag": {"type": "string"}}
WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: what it means, an example of its body, and its content types."""

    meaning: str
    example: Any = None
    media: str = JSON
    also: tuple[str, ...] = ()
    headers: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """Examples of a body by name, and its content types; a `schema` where its route declares none."""

    examples: Mapping[str, Any]
    media: tuple[str, ...] = (JSON,)
    schema: Schema | None = None
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route: its name in generated clients, a sentence, and what its replies mean.

    Its body and query, the scope of its key and the shape of its reply are declared with its handler under the same
    name. `more_query` are query parameters that a page reads without a declaration. `problems` are the refusals it has
    in addition to those of every call of its kind. `again` says why a write may be repeated when its reply was lost.
    """

    name: str
    tag: str
    summary: str
    replies: Mapping[int, Reply]
    more_query: Mapping[str, Schema] = field(default_factory=dict)
    body: Body | None = None
    problems: tuple[int, ...] = ()
    description: str = ""
    again: str = ""
    is_page: bool = False

    @property
    def declared(self) -> Route:
        """Return the route as its handler declares it; DescriptionError if none does."""
        if self.name not in by_name():
            raise DescriptionError(f"{self.name} is described, but no handler declares a route of this name.")
        return by_name()[self.name]

    @property
    def route(self) -> str:
        """Return the method and the path."""
        return self.declared.key

    @property
    def scope(self) -> str | None:
        """Return what a key must have, None if it needs no key."""
        return self.declared.scope or None

    @property
    def key_is_optional(self) -> bool:
        """Return whether more is taken if a key comes along."""
        return bool(self.declared.scope and self.declared.open_because)

    @property
    def query(self) -> Object:
        """Return the declaration of the query."""
        return self.declared.query or NO_QUERY

    @property
    def body_schema(self) -> Schema:
        """Return the schema of the body."""
        if self.body is not None and self.body.schema is not None:
            return self.body.schema
        if self.declared.body is None:
            raise DescriptionError(f"{self.route} declares no body, but has examples of one.")
        return self.declared.body.schema()

    def reply_schema(self, status: int) -> Schema | None:
        """Return the schema of the body of a reply; None if it has none."""
        has_body = status not in BODILESS and self.declared.method != "HEAD"
        return schema_of_reply(self.declared.handler) if has_body else None

    @property
    def parameters(self) -> dict[str, Schema]:
        """Return the schema of each query parameter."""
        return {**self.more_query, **self.query.definition()["properties"]}

    @property
    def needed(self) -> list[str]:
        """Return the query parameters that must be given."""
        return list(self.query.definition().get("required", ()))

    @property
    def is_write(self) -> bool:
        """Return whether it may change something."""
        return self.route.partition(" ")[0] in WRITES
