"""The names of fields in the API and in events: times end in `_at`, days in `_on`, and none has a refused word."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.glossary import refused_in
from tests.integration.template.stack import ROOT

# What may be called otherwise, and why. This list only shrinks.
EXCEPTIONS = {
    "at": "when an attempt of a delivery was made, in the list of its attempts",
    "announce": "a field of POST …/responses, whose shape is settled",
    "data_from": "a field of trend, whose fields are settled",
    "day": "the day that a number or a response counts for, as in trend, whose fields are settled",
    "former_good_until": "the end of a period, not something that happens",
    "from": "the first day of a span, as in nps and trend, whose fields are settled",
    "muted_until": "the end of a period, not something that happens",
    "since": "the beginning of a suppression, which a caller may give as a day",
    "time": "when an event happened, in its metadata, as EventBridge calls it",
    "to": "the last day of a span, as in nps and trend, whose fields are settled",
}
DOCUMENTS = (ROOT / "functions/serve_openapi/openapi.json", *sorted((ROOT / "events/schemas").glob("*.json")))
ENDINGS = {"date-time": ("_at",), "date": ("_on",)}


def formats_of(schema: Any) -> set[str]:
    """Return the formats of a property, of each of its alternatives."""
    if not isinstance(schema, Mapping):
        return set()
    parts = [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, [])]
    own = {schema["format"]} if isinstance(schema.get("format"), str) else set()
    return own.union(*map(formats_of, parts))


def properties(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the schema of each property of all schemas in a document; examples are no schemas."""
    if isinstance(node, list):
        for part in node:
            yield from properties(part)
    if isinstance(node, Mapping):
        if isinstance(node.get("properties"), Mapping) and node.get("type") in ("object", ["object", "null"], None):
            yield from node["properties"].items()
        for name, part in node.items():
            if name not in ("example", "examples"):
                yield from properties(part)


FIELDS = [
    (f"{document.name}: {name}", name, schema)
    for document in DOCUMENTS
    for name, schema in properties(json.loads(document.read_text(encoding="utf-8")))
]


def test_every_time_ends_in_at_and_every_day_in_on() -> None:
    wrong = {
        where
        for where, name, schema in FIELDS
        for format_ in formats_of(schema) & set(ENDINGS)
        if not name.endswith(("_at", *ENDINGS[format_])) and name not in EXCEPTIONS
    }
    assert wrong == set()


def test_no_field_has_a_word_that_the_glossary_refuses() -> None:
    assert {where for where, name, _ in FIELDS if refused_in(name) and name not in EXCEPTIONS} == set()


def test_every_exception_is_still_needed() -> None:
    needed = {
        name
        for _, name, schema in FIELDS
        if refused_in(name) or (formats_of(schema) & set(ENDINGS) and not name.endswith(("_at", "_on")))
    }
    assert set(EXCEPTIONS) == needed
