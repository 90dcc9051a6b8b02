"""The type that a view returns gives the schema of the reply."""

import sys
from typing import Annotated, Any, NotRequired, TypedDict

from earshot.api import http, response_views
from earshot_cli.openapi import typed
from earshot_cli.openapi.routes import by_name
from earshot_cli.openapi.typed import components, object_of, schema_of, schema_of_reply, shapes


class _Inner(TypedDict):
    name: str


class OuterView(TypedDict):
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
    assert schema_of(OuterView | None) == {"anyOf": [{"$ref": "#/components/schemas/Outer"}, {"type": "null"}]}


def test_a_type_within_another_is_written_where_it_is_used() -> None:
    assert object_of(OuterView) == {
        "type": "object",
        "properties": {
            "inner": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
            "some": {"type": "array", "items": {"type": "integer"}},
            "maybe": {"type": "boolean"},
        },
        "required": ["inner", "some"],
        "description": "What is outside.",
    }


def test_a_view_is_a_component_under_its_name() -> None:
    assert components()["Response"]["properties"]["score"] == {"type": ["integer", "null"], "minimum": 0, "maximum": 10}
    assert "SurveyList" not in components()


def test_reading_the_types_leaves_the_modules_as_they_are() -> None:
    typed.shapes.cache_clear()
    assert "ResponseView" in shapes()

    assert sys.modules["earshot.api.response_views"] is response_views
    assert not hasattr(response_views, "ResponseView")
    assert sys.modules["earshot.api.http"] is http


def test_a_reply_is_the_body_that_its_handler_names() -> None:
    assert schema_of_reply(by_name()["read_score"].handler) == {"$ref": "#/components/schemas/Score"}
    assert schema_of_reply(by_name()["show_question"].handler) == {"type": "string"}
