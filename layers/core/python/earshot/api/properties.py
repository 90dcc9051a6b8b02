"""The properties that come with an answer, a person or an invitation, checked."""

from typing import Any

from earshot.api.fields import CHARACTERS, SHOWS, describes, kind, text
from earshot.domain.unicode_text import made_one, normal, normal_number

PROPERTIES = 20
NAME, VALUE = 64, 256
LARGEST_NUMBER = 10**250  # its digits fit into a value


@describes(
    type="object",
    maxProperties=PROPERTIES,
    propertyNames={"minLength": 1, "maxLength": NAME, "pattern": SHOWS.replace("[^", "[^=")},
    additionalProperties={
        "type": ["string", "number", "boolean", "null"],
        "maxLength": VALUE,
        "pattern": CHARACTERS,
        "minimum": -LARGEST_NUMBER,
        "maximum": LARGEST_NUMBER,
    },
    description="Numbers (1.0 is 1) and booleans become text; an empty value is the same as none. Names and values are "
    "kept in NFC, without white space at their ends and without what nobody can see; a name holds no `=`, which parts "
    "it from its value in `segment=`.",
)
def properties(value: Any) -> dict[str, str]:
    """Check properties: numbers and booleans become text, an empty value is the same as none.

    Names and values are given in their one spelling.
    """
    if not isinstance(value, dict):
        raise ValueError(f"it must be an object, not {kind(value)}")
    if len(value) > PROPERTIES:
        raise ValueError(f"it has {len(value)} keys; at most {PROPERTIES} fit")
    if (twice := made_one(value)) is not None:
        raise ValueError(f"{twice[:NAME]!r} looks like another name here; a property is given once")
    checked = {_property_name(name): _property_value(name, said) for name, said in value.items()}
    return {name: said for name, said in checked.items() if said}


@describes(anyOf=[properties, {"type": "null"}])
def properties_or_none(value: Any) -> dict[str, str]:
    """Check properties; null says that there are none."""
    return {} if value is None else properties(value)


def _property_name(name: str) -> str:
    if not 1 <= len(name) <= NAME:
        raise ValueError(f"a name has {len(name)} characters; names have 1 to {NAME}")
    said = normal(text(NAME)(name))
    if not said:
        raise ValueError("a name is empty")
    if "=" in said:
        raise ValueError(f"{said!r}: a name cannot hold '=', which parts it from its value in segment=")
    return text(NAME)(said)


def _property_value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)) and not -LARGEST_NUMBER <= value <= LARGEST_NUMBER:
        raise ValueError(f"{name[:NAME]!r}: it is a number too large to be one")
    if isinstance(value, (int, float)):
        value = normal_number(value)
    if value is None:
        return ""
    try:
        return text(VALUE)(normal(text(VALUE)(value)))
    except ValueError as exc:
        raise ValueError(f"{name[:NAME]!r}: {exc}") from exc
