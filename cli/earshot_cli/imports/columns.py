"""Which column of the file feeds which field of a response or a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from earshot.domain.statement import MOST_PROPERTIES
from earshot_cli.errors import UsageError
from earshot_cli.imports.cleaning import clean_name
from earshot_cli.screen import quoted

FIELDS = ("score", "responded_at", "comment", "contact_requested", "person", "id", "channel")
REQUIRED = ("score", "responded_at")
PERSON_FIELDS = ("email", "id", "name", "account", "locale", "timezone", "suppressed")
PERSON_REQUIRED = ("email",)
LONGEST_PROPERTY_NAME = 64
LONGEST_PROPERTY_VALUE = 256


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns by field, and those that become properties under their own name."""

    fields: dict[str, str]
    properties: tuple[str, ...] = ()

    @property
    def wanted(self) -> list[str]:
        """Every column the import reads."""
        return list(dict.fromkeys([*self.fields.values(), *self.properties]))

    def named(self, field: str) -> str:
        """The column behind a field of the API, for a person who knows the file and not the API."""
        if field.startswith("properties."):
            return field.removeprefix("properties.")
        return self.fields.get(field, field)


def columns_from(
    pairs: Sequence[str],
    properties: Iterable[str],
    known: Sequence[str] = FIELDS,
    required: Sequence[str] = REQUIRED,
) -> Columns:
    """Read `--map FIELD=COLUMN` and the columns that become properties."""
    fields: dict[str, str] = {}
    for pair in pairs:
        field, equals, column = map(clean_name, pair.partition("="))
        if not equals or field not in known or not column:
            raise UsageError(f"--map {pair}: write --map FIELD=COLUMN, with one of the fields {', '.join(known)}.")
        if field in fields:
            raise UsageError(f"--map {pair}: {field} is already mapped to the column {fields[field]}.")
        fields[field] = column
    if missing := [field for field in required if field not in fields]:
        raise UsageError("An import needs " + " and ".join(f"--map {field}=COLUMN" for field in missing) + ".")
    names = tuple(dict.fromkeys(map(clean_name, properties)))
    if len(names) > MOST_PROPERTIES:
        raise UsageError(f"{len(names)} columns as properties: a response or a person takes up to {MOST_PROPERTIES}.")
    if long := [name for name in names if len(name) > LONGEST_PROPERTY_NAME]:
        lengths = "; ".join(f"{quoted(name)} has {len(name)}" for name in long)
        raise UsageError(
            f"The name of a property has at most {LONGEST_PROPERTY_NAME} characters: {lengths}. "
            "Rename the column in the header of the file."
        )
    if odd := [name for name in names if "=" in name]:
        raise UsageError(
            f"The name of a property cannot contain '=', as {quoted(odd[0])} does: `segment=` could not select it. "
            "Rename the column in the header of the file."
        )
    return Columns(fields, names)


def value_fault(value: str) -> str | None:
    """Return why a text cannot be the value of a property, if it cannot."""
    if len(value) > LONGEST_PROPERTY_VALUE:
        return f"has {len(value):,} characters; the value of a property has at most {LONGEST_PROPERTY_VALUE}"
    return None
