"""Objects are read with every fault named at once, and described by the same declaration."""

from typing import Any

import pytest

from earshot.api.schema import (
    BOOLEAN,
    Batch,
    Context,
    Integer,
    NoOthers,
    Nullable,
    Object,
    Optional,
    Part,
    Required,
    Rule,
    Text,
)
from earshot.domain.errors import InvalidError
from tests.unit.api.odd_values import fits

RULES = Part(Optional("days", Integer(0, 9)), NoOthers(), make=lambda given: ("rules", given.get("days", 7)))
ROW = Object(Required("name", Text(3)), NoOthers("there is no such field"))
WHOLE = Object(
    Required("name", Text(3)),
    Optional("open", BOOLEAN, False),
    Optional("rules", RULES),
    Optional("person", Text(9), needs_key=True),
    NoOthers(),
    Rule(lambda found: found.fault("", "it is closed") if found.given.get("open") is False else None),
)
MANY = Object(Required("rows", Batch("rows", 2, ROW)), NoOthers("there is only 'rows'"))


def faults(declared: Object, body: dict[str, Any], context: Context | None = None) -> dict[str, str]:
    with pytest.raises(InvalidError) as refused:
        declared.read(body, context or Context())
    return {fault.field: fault.reason for fault in refused.value.faults}


def test_every_fault_is_named_at_once_in_the_order_of_the_declaration() -> None:
    found = faults(WHOLE, {"nam": 1, "open": 2, "rules": {"days": 10, "day": 1}})

    assert list(found.items()) == [
        ("name", "this field is required"),
        ("open", "it must be true or false, not a number"),
        ("rules.days", "it must be a whole number from 0 to 9"),
        ("rules.day", "there is no such field; did you mean 'days'?"),
        ("nam", "there is no such field; did you mean 'name'?"),
    ]


def test_a_rule_stands_behind_what_comes_before_it() -> None:
    assert faults(WHOLE, {"name": "a", "odd": 1}) == {"odd": "there is no such field", "": "it is closed"}


def test_a_part_is_made_whole_or_kept_as_it_was_given() -> None:
    body = {"name": "a", "open": True, "rules": {}}

    assert WHOLE.read(body)["rules"] == ("rules", 7)
    assert WHOLE.read(body, Context(partial=True))["rules"] == {}


def test_nothing_is_required_of_a_change() -> None:
    assert WHOLE.read({"open": True}, Context(partial=True)) == {"open": True}


def test_a_field_that_needs_a_key_is_refused_without_one() -> None:
    body = {"name": "a", "open": True, "person": "c-17"}

    assert WHOLE.read(body)["person"] == "c-17"
    assert faults(WHOLE, body, Context(keyed=False)) == {"person": "this field needs an API key"}


def test_a_fault_of_a_row_names_its_place() -> None:
    assert faults(MANY, {"rows": [{"name": "abcd", "x": 1}, 7]}) == {
        "rows[0].name": "it has 4 characters; at most 3 are allowed",
        "rows[0].x": "there is no such field",
        "rows[1]": "it must be an object, not a number",
    }


def test_rows_are_read_once_all_around_them_is_right() -> None:
    assert faults(MANY, {"rows": [7], "odd": 1}) == {"odd": "there is only 'rows'"}
    assert faults(MANY, {"rows": []}) == {"rows": "it has 0 rows; a batch has 1 to 2"}


def test_the_prefix_stands_before_each_fault() -> None:
    assert list(faults(ROW, {}, Context(prefix="responses[3]."))) == ["responses[3].name"]


@pytest.mark.parametrize(
    ("body", "is_taken"),
    [
        ({"name": "a"}, True),
        ({"name": "a", "rules": {"days": 9}}, True),
        ({"name": "a", "rules": {"days": 10}}, False),
        ({"name": "a", "odd": 1}, False),
        ({}, False),
    ],
)
def test_the_schema_takes_what_the_fields_take(body: dict[str, Any], is_taken: bool) -> None:
    assert fits(WHOLE.schema(), body) is is_taken


def test_the_schema_states_the_default_and_the_need_of_a_key() -> None:
    properties = WHOLE.schema()["properties"]

    assert properties["open"] == {"type": "boolean", "default": False}
    assert "Needs an API key." in properties["person"]["description"]


def test_null_is_described_in_the_short_form() -> None:
    assert Nullable(Integer(1, 2)).schema() == {"type": ["integer", "null"], "minimum": 1, "maximum": 2}


def test_an_object_with_a_name_is_referred_to() -> None:
    named = Object(Optional("open", BOOLEAN), name="Named")

    assert named.schema() == {"$ref": "#/components/schemas/Named"}
    assert named.definition()["properties"] == {"open": {"type": "boolean"}}
