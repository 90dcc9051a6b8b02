"""A call of the API as the document tells it, and the parts that all calls have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot.api.route import Route
from earshot.api.schema import Object, Schema
from earshot_cli.openapi.errors import DescriptionError
from earshot_cli.openapi.routes import by_name

JSON, PROBLEM, FORM, PARTS = (
    "application/json",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
NO_QUERY = Object()
WRITES = frozenset(("POST", "PUT", "PATCH", "DELETE"))


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """One answer: what it means, its schema (None: no body) and an example of it."""

    meaning: str
    schema: Schema | None = None
    example: Any = None
    media: str = JSON
    also: tuple[str, ...] = ()
    headers: Mapping[str, Schema] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """Examples of a body by name, and the content types it comes as; a `schema` where its route declares no other."""

    examples: Mapping[str, Any]
    media: tuple[str, ...] = (JSON,)
    schema: Schema | None = None
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route: its name in generated clients, a sentence, what it takes, and what it answers.

    What it takes, and the scope of its key, are declared beside its handler under the same name. `more_query` are
    query parameters that are read apart, of which it `needs` some. `problems` are the refusals it has beside those
    every call of its kind has. `again` says of a write why it may be sent again when its answer was lost.
    """

    name: str
    tag: str
    summary: str
    answers: Mapping[int, ResponseSpec]
    more_query: Mapping[str, Schema] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
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

    @property
    def parameters(self) -> dict[str, Schema]:
        """Return the schema of each query parameter."""
        return {**self.more_query, **self.query.definition()["properties"]}

    @property
    def needed(self) -> list[str]:
        """Return the query parameters that must be given."""
        return [*self.needs, *self.query.definition().get("required", ())]

    @property
    def is_write(self) -> bool:
        """Return whether it may change something."""
        return self.route.partition(" ")[0] in WRITES


def ref(name: str) -> Schema:
    """Refer to a schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def array(items: Schema, **bounds: Any) -> Schema:
    """Describe an array."""
    return {"type": "array", "items": items, **bounds}


def object_schema(description: str = "", /, **properties: Schema) -> Schema:
    """Describe an object of an answer: all its fields are always there, and later versions may have more."""
    schema: Schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {**schema, "description": description} if description else schema


def or_null(schema: Schema, description: str = "") -> Schema:
    """Describe what may be null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema and "properties" not in schema:
        made = {**schema, "type": [schema["type"], "null"]}
    else:
        made = {"anyOf": [schema, {"type": "null"}]}
    return {**made, "description": description} if description else made
