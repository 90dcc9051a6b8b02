"""A contract in JSON Schema 2020-12 becomes one in draft 07 that means the same, or is refused."""

from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from earshot_cli.asyncapi.errors import DescriptionError
from earshot_cli.asyncapi.payload_schemas import payload_schemas

ID = "urn:earshot:schema:T:v1"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
VALUES: tuple[Any, ...] = (
    *(None, True, 0, 7, 1.5, "", "x", "demo", "123e4567-e89b-12d3-a456-426614174000"),
    *([], ["all"], ["x"], ["all", "x"], ["all", 1]),
    *({}, {"a": 1}, {"a": "x"}, {"b": {"a": 1}}),
)


def converted(field: Any, **definitions: Any) -> dict[str, Any]:
    return payload_schemas("T", {"$schema": DIALECT, "$id": ID, "$defs": definitions, **field})


@pytest.mark.parametrize(
    "field",
    [
        {"type": "string", "pattern": "^[a-z]+$", "minLength": 2},
        {"type": ["integer", "null"], "minimum": 1},
        {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 7},
        {"type": "array", "prefixItems": [{"const": "all"}], "items": {"type": "string"}, "minItems": 1},
        {"type": "array", "items": {"type": "string"}, "maxItems": 1},
        {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
        {"type": "object", "properties": {"a": True}, "additionalProperties": False},
        {"type": "object", "propertyNames": {"maxLength": 0}},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"b": {"required": ["a"]}}}]},
        {"not": {"enum": ["x", 7]}},
        {"type": "string", "format": "uuid"},
    ],
)
def test_a_schema_accepts_what_it_did(field: Any) -> None:
    before = Draft202012Validator(field, format_checker=Draft202012Validator.FORMAT_CHECKER)
    after = Draft7Validator(converted(field)["T"], format_checker=Draft7Validator.FORMAT_CHECKER)
    accepted = [before.is_valid(value) for value in VALUES]

    Draft7Validator.check_schema(converted(field)["T"])
    assert [after.is_valid(value) for value in VALUES] == accepted
    assert set(accepted) == {True, False}


def test_definitions_become_components_next_to_the_type() -> None:
    field = {"type": "object", "properties": {"7d": {"$ref": "#/$defs/window"}}}
    made = converted(field, window={"type": "object", "additionalProperties": {"$ref": "#/$defs/count"}}, count={})

    assert set(made) == {"T", "T.window", "T.count"}
    assert made["T"]["properties"]["7d"] == {"$ref": "#/components/schemas/T.window"}
    assert made["T.window"]["additionalProperties"] == {"$ref": "#/components/schemas/T.count"}


def test_the_id_becomes_an_extension() -> None:
    (made,) = converted({"type": "object"}).values()

    assert made == {"type": "object", "x-schema-id": ID}


@pytest.mark.parametrize("keyword", ["unevaluatedProperties", "dependentRequired", "minContains", "$anchor"])
def test_a_keyword_without_a_known_form_is_refused_wherever_it_stands(keyword: str) -> None:
    fields: tuple[Any, ...] = (
        {keyword: {}},
        {"properties": {"a": {keyword: {}}}},
        {"anyOf": [{"items": {keyword: {}}}]},
    )
    for field in fields:
        with pytest.raises(
            DescriptionError, match=f"^T: add to payload_schemas.py what draft 07 has for '.{keyword[1:]}'"
        ):
            converted(field)


@pytest.mark.parametrize(
    "reference", [{"$ref": "#/$defs/window", "description": "Draft 07 ignores it."}, {"$ref": "https://example.com"}]
)
def test_a_reference_is_to_a_definition_and_stands_alone(reference: Any) -> None:
    with pytest.raises(DescriptionError, match="must be a reference to one of"):
        converted({"properties": {"a": reference}}, window={})
