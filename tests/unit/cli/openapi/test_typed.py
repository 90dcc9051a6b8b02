"""The type that a view returns gives the schema of the response."""

from types import ModuleType
from typing import Annotated, Any, NotRequired, TypedDict

from earshot_cli.openapi.typed import components, schema_of


class _Inner(TypedDict):
    name: str


class Outer(TypedDict):
    """What is outside."""

    inner: _Inner
    some: list[int]
    maybe: NotRequired[bool]


def test_annotations_narrow_the_schema_of_a_type() -> None:
    hint = Annotated[int | None, (("minimum", 0), ("enum", (1, 2))), "A sentence."]

    assert schema_of(hint) == {"type": ["integer", "null"], "minimum": 0, "enum": [1, 2], "description": "A sentence."}


def test_types_are_described_in_json_schema() -> None:
    assert schema_of(dict[str, float]) == {"type": "object", "additionalProperties": {"type": "number"}}
    assert schema_of(Any) == {}
    assert schema_of(str | list[str]) == {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    assert schema_of(Outer | None) == {"anyOf": [{"$ref": "#/components/schemas/Outer"}, {"type": "null"}]}


def test_a_type_is_a_component_unless_it_stands_within_others() -> None:
    module = ModuleType("shapes")
    vars(module).update({"Outer": Outer, "_Inner": _Inner})

    assert components(module) == {
        "Outer": {
            "type": "object",
            "properties": {
                "inner": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
                "some": {"type": "array", "items": {"type": "integer"}},
                "maybe": {"type": "boolean"},
            },
            "required": ["inner", "some"],
            "description": "What is outside.",
        }
    }
