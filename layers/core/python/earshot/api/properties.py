"""The properties that come with a response, a person or an invitation, checked."""

from typing import Any

from earshot.api.schema import CHARACTERS, SHOWS, Field, Nullable, Schema, Text, kind
from earshot.domain.statement import LONGEST_PROPERTY_NAME, LONGEST_PROPERTY_VALUE, MOST_PROPERTIES
from earshot.domain.unicode_text import made_one, normal, normal_number

LARGEST_NUMBER = 10**250  # its digits fit into a value

_NAME_TEXT, _VALUE_TEXT = Text(LONGEST_PROPERTY_NAME), Text(LONGEST_PROPERTY_VALUE)


class Properties(Field):
    """Properties: numbers and booleans become text, an empty value is the same as none.

    Names and values are kept in their one spelling.
    """

    __slots__ = ()

    def check(self, value: Any) -> dict[str, str]:
        """Return the properties that have a value."""
        if not isinstance(value, dict):
            raise ValueError(f"it must be an object, not {kind(value)}")
        if len(value) > MOST_PROPERTIES:
            raise ValueError(f"it has {len(value)} keys; at most {MOST_PROPERTIES} are allowed")
        if (twice := made_one(value)) is not None:
            raise ValueError(
                f"{twice[:LONGEST_PROPERTY_NAME]!r} looks like another name in this request; send a property once"
            )
        checked = {_property_name(name): _property_value(name, text) for name, text in value.items()}
        return {name: text for name, text in checked.items() if text}

    def schema(self) -> Schema:
        """Return an object of texts, and what becomes text."""
        return {
            "type": "object",
            "maxProperties": MOST_PROPERTIES,
            "propertyNames": {
                "minLength": 1,
                "maxLength": LONGEST_PROPERTY_NAME,
                "pattern": SHOWS.replace("[^", "[^="),
            },
            "additionalProperties": {
                "type": ["string", "number", "boolean", "null"],
                "maxLength": LONGEST_PROPERTY_VALUE,
                "pattern": CHARACTERS,
                "minimum": -LARGEST_NUMBER,
                "maximum": LARGEST_NUMBER,
            },
            "description": "Numbers (1.0 is 1) and booleans become text; an empty value is the same as none. Names and "
            "values are kept in NFC, without white space at their ends and invisible characters; a name holds "
            "no `=`, which parts it from its value in `segment=`.",
        }


PROPERTIES = Properties()
# Null means none.
PROPERTIES_OR_NULL = Nullable(PROPERTIES).then(lambda checked: checked or {})


def _property_name(name: str) -> str:
    if not 1 <= len(name) <= LONGEST_PROPERTY_NAME:
        raise ValueError(f"a name has {len(name)} characters; names have 1 to {LONGEST_PROPERTY_NAME}")
    text = normal(_NAME_TEXT.check(name))
    if not text:
        raise ValueError("a name is empty")
    if "=" in text:
        raise ValueError(f"{text!r}: a name cannot contain '=', which separates it from its value in segment=")
    return _NAME_TEXT.check(text)


def _property_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ValueError(f"{name[:LONGEST_PROPERTY_NAME]!r}: the number is too large")
    if isinstance(value, (int, float)):
        value = normal_number(value)
    if value is None:
        return ""
    try:
        return _VALUE_TEXT.check(normal(_VALUE_TEXT.check(value)))
    except ValueError as exc:
        raise ValueError(f"{name[:LONGEST_PROPERTY_NAME]!r}: {exc}") from exc
