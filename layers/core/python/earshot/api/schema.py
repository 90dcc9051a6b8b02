"""Declarations of the fields of requests: each checks a value and has the JSON Schema of the values that it accepts.

They are built once, at import. Schemas are made for the API's description alone. A check raises ValueError with the
reason why it refuses a value; an object names every fault at once.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from earshot.domain.errors import FieldError, InvalidError
from earshot.domain.unicode_text import INVISIBLE, JOINERS, has_unstorable_characters, normal

if TYPE_CHECKING:
    from earshot.api.problems import Fault

MISSING = object()
LONGEST_NAME = 80
MOST_IGNORED = 20
# In the regular expressions of JSON Schema: one character; any of them; and some, not all of them space.
CHARACTER = r"[^\ufffe\uffff]"
CHARACTERS = f"^{CHARACTER}*$"
NOT_BLANK = rf"^{CHARACTER}*[^\s\ufffe\uffff]{CHARACTER}*$"
# One that shows, and a text with at least one of them.
VISIBLE = rf"[^\s{INVISIBLE}{JOINERS}\ufffe\uffff]"
SHOWS = f"^{CHARACTER}*{VISIBLE}{CHARACTER}*$"
NORMAL = "Stored in NFC, trimmed and without invisible characters."
# What ends a line, or steers a terminal.
CONTROLS = r"\u0000-\u001f\u007f-\u009f\u2028\u2029"

NO_SUCH_FIELD = "there is no such field"
NO_SUCH_PARAMETER = "there is no such parameter"
REQUIRED = "this field is required"

Schema = dict[str, Any]


class Cleaning:
    """The cleaning of one request's responses: `ignored` names what was left out, and why.

    The `segments` of the survey are tracked. `prefix` is the path of the response that is being read.
    """

    def __init__(self, survey: str, segments: Sequence[str]) -> None:
        self.survey, self.segments = survey, segments
        self.ignored: list[FieldError] = []
        self.prefix = ""

    def note(self, field: str, reason: str) -> None:
        """Record what was left out of a field, and why."""
        self.ignored.append(FieldError(shown(self.prefix + field), reason))

    def shown(self) -> "list[Fault]":
        """Return what was left out, without values; at most twenty entries."""
        return [{"field": fault.field, "reason": fault.reason} for fault in self.ignored[:MOST_IGNORED]]


@dataclass(frozen=True, slots=True)
class Context:
    """How a request is read, and what a check may need in addition to the value.

    `keyed`: it came with an API key. `partial`: no field is required, and an object within it keeps only what is given.
    `now` is in Unix milliseconds; `today` is the latest day that it is in any of the surveys. `id` and `survey` are
    named by the path. Faults and notes are about what stands under the `prefix`. `cleaning` makes the reading lenient:
    it cleans what is optional.
    """

    keyed: bool = True
    partial: bool = False
    now: int = 0
    today: date = date.max
    id: str = ""
    survey: str = ""
    prefix: str = ""
    cleaning: Cleaning | None = None


PLAIN = Context()


class PartError(ValueError):
    """An object or an array in a field is wrong; `faults` name its fields, relative to it."""

    def __init__(self, faults: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{fault.field}: {fault.reason}" for fault in faults))
        self.faults = faults


class Field:
    """What one value may be."""

    __slots__ = ()

    def check(self, value: Any) -> Any:
        """Return the value as it is kept; ValueError with the reason why it is refused."""
        raise NotImplementedError

    def check_in(self, value: Any, context: Context) -> Any:  # noqa: ARG002 - most fields need no context
        """Return the value as it is kept in a context."""
        return self.check(value)

    def schema(self) -> Schema:
        """Return the JSON Schema of the values that it takes."""
        raise NotImplementedError

    def lenient_schema(self) -> Schema:
        """Return the JSON Schema of the values that it takes where an object is cleaned."""
        return self.schema()

    def then(self, refine: Callable[[Any], Any], **schema: Any) -> "Field":
        """Return a field that passes its value on to `refine`; `schema` adds keywords for what that accepts."""
        return _Refined(self, refine, schema)

    def described(self, description: str) -> "Field":
        """Return the same field with a sentence for its schema."""
        return _Refined(self, None, {"description": description})


class Checked(Field):
    """A field with a check of its own; `schema` has the keywords of its schema."""

    __slots__ = ("_check", "_schema")

    def __init__(self, check: Callable[[Any], Any], **schema: Any) -> None:
        self._check, self._schema = check, schema

    def check(self, value: Any) -> Any:
        """Return the value as its own check returns it."""
        return self._check(value)

    def schema(self) -> Schema:
        """Return the keywords."""
        return dict(self._schema)


class Contextual(Field):
    """A field whose check depends on the context."""

    __slots__ = ()

    def check(self, value: Any) -> Any:
        """Return the value as it is kept in the plain context."""
        return self.check_in(value, PLAIN)


class _Refined(Contextual):
    __slots__ = ("_base", "_refine", "_schema")

    def __init__(self, base: Field, refine: Callable[[Any], Any] | None, schema: Schema) -> None:
        self._base, self._refine, self._schema = base, refine, schema

    def check_in(self, value: Any, context: Context) -> Any:
        checked = self._base.check_in(value, context)
        return checked if self._refine is None else self._refine(checked)

    def schema(self) -> Schema:
        return self._base.schema() | self._schema


class Text(Field):
    """A string of at most `most` characters; with `blank` it may be empty, or white space alone."""

    __slots__ = ("_blank", "_most")

    def __init__(self, most: int, *, blank: bool = True) -> None:
        self._most, self._blank = most, blank

    def check(self, value: Any) -> str:
        """Return the string."""
        if not isinstance(value, str):
            raise ValueError(f"it must be a string, not {kind(value)}")
        if len(value) > self._most:
            raise ValueError(f"it has {len(value)} characters; at most {self._most} are allowed")
        if has_unstorable_characters(value):
            raise ValueError("it contains an invalid character (an unpaired surrogate, U+FFFE or U+FFFF)")
        if not self._blank and not value.strip():
            raise ValueError("it is empty")
        return value

    def schema(self) -> Schema:
        """Return a string with a longest length."""
        return {"type": "string", "maxLength": self._most, "pattern": CHARACTERS if self._blank else NOT_BLANK}


class Line(Text):
    """One line that is not blank, of at most `most` characters, without control characters."""

    __slots__ = ()

    def __init__(self, most: int) -> None:
        super().__init__(most, blank=False)

    def check(self, value: Any) -> str:
        """Return the line."""
        line = super().check(value)
        if found := re.search(f"[{CONTROLS}]", line):
            raise ValueError(f"it must be one line, without the control character U+{ord(found[0]):04X}")
        return line

    def schema(self) -> Schema:
        """Return a string without control characters."""
        plain = rf"[^{CONTROLS}\ufffe\uffff]"
        return super().schema() | {"pattern": rf"^{plain}*[^\s{CONTROLS}\ufffe\uffff]{plain}*$"}


class Name(Text):
    """A name of at most `most` characters, kept in its one spelling."""

    __slots__ = ()

    def check(self, value: Any) -> str:
        """Return the name in its one spelling."""
        name = normal(super().check(value))
        if not name:
            raise ValueError("it is empty")
        return super().check(name)

    def schema(self) -> Schema:
        """Return a string that shows."""
        return super().schema() | {"pattern": SHOWS, "description": NORMAL}


class Integer(Field):
    """A whole number between two, however it is written: to JSON 60 and 60.0 are one number."""

    __slots__ = ("least", "most")

    def __init__(self, least: int, most: int) -> None:
        self.least, self.most = least, most

    def check(self, value: Any) -> int:
        """Return the number."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not self.least <= value <= self.most:
            raise ValueError(self._refusal(value))
        return value

    def _refusal(self, value: Any) -> str:  # noqa: ARG002 - for those that name it
        return f"it must be a whole number from {self.least} to {self.most}"

    def schema(self) -> Schema:
        """Return an integer with its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Number(Field):
    """A number between two."""

    __slots__ = ("_least", "_most")

    def __init__(self, least: float, most: float) -> None:
        self._least, self._most = least, most

    def check(self, value: Any) -> float:
        """Return the number."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not self._least <= value <= self._most:
            raise ValueError(f"it must be a number from {self._least} to {self._most}")
        return float(value)

    def schema(self) -> Schema:
        """Return a number with its bounds."""
        return {"type": "number", "minimum": self._least, "maximum": self._most}


class Boolean(Field):
    """True or false."""

    __slots__ = ()

    def check(self, value: Any) -> bool:
        """Return the value."""
        if not isinstance(value, bool):
            raise ValueError(f"it must be true or false, not {kind(value)}")
        return value

    def schema(self) -> Schema:
        """Return a boolean."""
        return {"type": "boolean"}


BOOLEAN = Boolean()


class OneOf(Field):
    """One of a few words."""

    __slots__ = ("_words",)

    def __init__(self, *words: str) -> None:
        self._words = words

    def check(self, value: Any) -> str:
        """Return the word."""
        if not isinstance(value, str) or value not in self._words:
            raise ValueError(f"it must be one of {', '.join(self._words)}")
        return value

    def schema(self) -> Schema:
        """Return the words."""
        return {"type": "string", "enum": list(self._words)}


class Nullable(Contextual):
    """Another field, or null, which is None."""

    __slots__ = ("_field",)

    def __init__(self, field: Field) -> None:
        self._field = field

    def check_in(self, value: Any, context: Context) -> Any:
        """Return the value, None for null."""
        return None if value is None else self._field.check_in(value, context)

    def schema(self) -> Schema:
        """Return the schema of the field with null: in the short way, where it has a type and no list of values."""
        schema = self._field.schema()
        if isinstance(schema.get("type"), str) and "enum" not in schema:
            return schema | {"type": [schema["type"], "null"]}
        return {"anyOf": [schema, {"type": "null"}]}


class NullOrEmpty(Contextual):
    """Another field, or null or an empty text, which are None."""

    __slots__ = ("_field",)

    def __init__(self, field: Field) -> None:
        self._field = field

    def check_in(self, value: Any, context: Context) -> Any:
        """Return the value, None for null and for an empty text."""
        return None if value in (None, "") else self._field.check_in(value, context)

    def schema(self) -> Schema:
        """Return the schema of the field, with null and the empty text."""
        return {"anyOf": [self._field.schema(), {"type": "null"}, {"const": ""}]}


class ListOf(Field):
    """An array of at most `most` entries, and at `least` so many, kept as a tuple.

    An entry that comes again is dropped, or refused if they are to be `distinct`.
    """

    __slots__ = ("_distinct", "_item", "_least", "_most")

    def __init__(self, item: Field, most: int, *, distinct: bool = False, least: int = 0) -> None:
        self._item, self._most, self._distinct, self._least = item, most, distinct, least

    def check(self, value: Any) -> tuple[Any, ...]:
        """Return the entries."""
        if not isinstance(value, list):
            raise ValueError(f"it must be an array, not {kind(value)}")
        if len(value) > self._most:
            raise ValueError(f"it has {len(value)} entries; at most {self._most} are allowed")
        if len(value) < self._least:
            raise ValueError("it is empty; give an entry, or leave the field out")
        entries = [self._entry(each) for each in value]
        found = tuple(dict.fromkeys(entries))
        if self._distinct and len(found) < len(entries):
            raise ValueError("an entry is given twice")
        return found

    def _entry(self, value: Any) -> Any:
        try:
            return self._item.check(value)
        except PartError as exc:
            raise ValueError(str(exc)) from exc

    def schema(self) -> Schema:
        """Return an array of the entries' schema."""
        found = {"type": "array", "items": self._item.schema(), "maxItems": self._most}
        return found | {"minItems": self._least} if self._least else found


class Batch(Field):
    """An array of 1 to `most` rows; `of` is what a refusal calls them.

    Rows are read once everything around them is right, so that each fault names its row. `apart` leaves them to the
    reader.
    """

    __slots__ = ("_most", "_of", "_row", "apart")

    def __init__(self, of: str, most: int, row: "Object", *, apart: bool = False) -> None:
        self._of, self._most, self._row, self.apart = of, most, row, apart

    def check(self, value: Any) -> list[Any]:
        """Return the rows, which are not read yet."""
        if not isinstance(value, list):
            raise ValueError(f"it must be an array, not {kind(value)}")
        if not 1 <= len(value) <= self._most:
            raise ValueError(f"it has {len(value)} {self._of}; a batch has 1 to {self._most}")
        return value

    def schema(self) -> Schema:
        """Return an array of the rows' schema."""
        return {"type": "array", "minItems": 1, "maxItems": self._most, "items": self._row.schema()}

    def read_rows(self, name: str, found: "Found") -> list[Any]:
        """Return the rows of the batch found under a name; faults are recorded with their position."""
        read: list[Any] = []
        for place, row in enumerate(found.given[name]):
            try:
                read.append(self._row.check_in(row, found.context))
            except PartError as exc:
                found.faults += _under(f"{name}[{place}]", exc.faults)
            except ValueError as exc:
                found.faults.append(FieldError(f"{name}[{place}]", str(exc)))
        return read


class Found:
    """What was read of an object so far: the values given, the known names, and the faults."""

    __slots__ = ("body", "context", "faults", "given", "known", "locked")

    def __init__(self, body: Mapping[str, Any], context: Context) -> None:
        self.body, self.context = body, context
        self.given: dict[str, Any] = {}
        self.faults: list[FieldError] = []
        self.known: set[str] = set()
        # The names of fields that need an API key, where none came.
        self.locked: set[str] = set()

    def fault(self, name: str, reason: str) -> None:
        """Record a fault of a field; an empty name means the whole object."""
        self.faults.append(FieldError(shown(name), reason))


class Step:
    """One step of reading an object."""

    __slots__ = ()

    def read(self, found: Found) -> None:
        """Read the fields of this step, and record their faults."""
        raise NotImplementedError

    def read_rows(self, found: Found) -> None:
        """Read the rows of a batch, once all else is right."""

    def describe(self, schema: Schema) -> None:
        """Write what the step takes into the schema of the object."""
        raise NotImplementedError


class Optional(Step):
    """A field that may be left out: then it has its `default`, if it has one.

    One that needs a key is refused without it.
    """

    __slots__ = ("_default", "field", "name", "needs_key")
    is_required = False

    def __init__(self, name: str, field: Field, default: Any = MISSING, *, needs_key: bool = False) -> None:
        self.name, self.field, self._default, self.needs_key = name, field, default, needs_key

    def read(self, found: Found) -> None:
        """Check the value of the field, if it is given."""
        name, context = self.name, found.context
        if name in found.given:
            return
        if self.needs_key and not context.keyed:
            found.locked.add(name)
            return
        found.known.add(name)
        if name not in found.body:
            if self.is_required and not context.partial:
                found.fault(name, REQUIRED)
            elif self._default is not MISSING:
                found.given[name] = self._default
            return
        try:
            found.given[name] = self.field.check_in(found.body[name], context)
        except PartError as exc:
            found.faults += _under(name, exc.faults)
        except ValueError as exc:
            found.fault(name, str(exc))

    def read_rows(self, found: Found) -> None:
        """Read the rows, if the field is a batch."""
        if isinstance(self.field, Batch) and not self.field.apart:
            found.given[self.name] = self.field.read_rows(self.name, found)

    def describe(self, schema: Schema) -> None:
        """Add the field to the properties."""
        described = self.field.schema()
        if isinstance(self._default, (str, bool, int)) and "default" not in described:
            described = described | {"default": self._default}
        if self.needs_key:
            described = described | {"description": f"{described.get('description', '')} Needs an API key."}
        schema["properties"][self.name] = described
        if self.is_required:
            schema.setdefault("required", []).append(self.name)


class Required(Optional):
    """A field that must be given."""

    __slots__ = ()
    is_required = True


class Rule(Step):
    """A rule about several fields together; `schema` expresses it where JSON Schema can."""

    __slots__ = ("_rule", "_schema")

    def __init__(self, rule: Callable[[Found], None], **schema: Any) -> None:
        self._rule, self._schema = rule, schema

    def read(self, found: Found) -> None:
        """Note what breaks the rule."""
        self._rule(found)

    def describe(self, schema: Schema) -> None:
        """Add the rule to the schema."""
        schema.update(self._schema)


class NoOthers(Step):
    """Refuses every field that is not known, for a `reason`; without one, with the field that was probably meant."""

    __slots__ = ("_reason", "locked")

    def __init__(self, reason: str = "", *, locked: Iterable[str] = ()) -> None:
        self._reason, self.locked = reason, locked

    def read(self, found: Found) -> None:
        """Note every field that is not known."""
        if not found.context.keyed:
            found.locked.update(self.locked)
        for name in found.body:
            if name in found.locked:
                found.fault(name, "this field needs an API key")
            elif name not in found.known:
                found.fault(name, self._reason or no_such_field(name, found.known))

    def describe(self, schema: Schema) -> None:
        """Close the object."""
        schema["additionalProperties"] = False


class Object(Contextual):
    """An object, read in steps: its fields, the rules that they hold together, and what becomes of others.

    `make` turns what was given into what is kept. The schema of an object with a `name` is a component of the
    document.
    """

    __slots__ = ("_description", "_make", "name", "steps")

    def __init__(
        self, *steps: Step, make: Callable[[dict[str, Any]], Any] | None = None, name: str = "", description: str = ""
    ) -> None:
        self.steps, self._make, self.name, self._description = steps, make, name, description

    def check_in(self, value: Any, context: Context) -> Any:
        """Return the checked object; raise PartError with all its faults."""
        given = self.given(value, replace(context, partial=False) if context.partial else context)
        return given if self._make is None else self._make(given)

    def read(self, body: Mapping[str, Any], context: Context = PLAIN) -> dict[str, Any]:
        """Return the fields of a request's body or query; InvalidError with every fault of it."""
        found = self._found(body, context)
        if found.faults:
            raise InvalidError(
                *(FieldError(shown(context.prefix + fault.field), fault.reason) for fault in found.faults)
            )
        return found.given

    def reading(self, context: Context) -> Callable[[Mapping[str, Any]], Any]:
        """Return what reads an object in some context."""
        return lambda value: self.check_in(value, context)

    def given(self, value: Any, context: Context = PLAIN) -> dict[str, Any]:
        """Return the fields that are given of the object, checked; PartError with every fault of it."""
        if not isinstance(value, dict):
            raise ValueError(f"it must be an object, not {kind(value)}")
        found = self._found(value, context)
        if found.faults:
            raise PartError(found.faults)
        return found.given

    def _found(self, body: Mapping[str, Any], context: Context) -> Found:
        found = Found(body, context)
        self._prepare(found)
        if found.faults:
            return found
        for step in self.steps:
            step.read(found)
        if not found.faults:
            for step in self.steps:
                step.read_rows(found)
        return found

    def _prepare(self, found: Found) -> None:
        """Do what comes before the steps; what it refuses is refused alone."""

    def schema(self) -> Schema:
        """Return the object's schema, or a reference to it if it has a name."""
        return {"$ref": f"#/components/schemas/{self.name}"} if self.name else self.definition()

    def definition(self) -> Schema:
        """Return the object's schema itself."""
        schema: Schema = {"type": "object", "properties": {}}
        for step in self.steps:
            step.describe(schema)
        return schema | ({"description": self._description} if self._description else {})


class Part(Object):
    """An object within another, of which a change keeps only what is given."""

    __slots__ = ()

    def check_in(self, value: Any, context: Context) -> Any:
        """Return the checked object, or only the given fields in partial mode."""
        return self.given(value, context) if context.partial else super().check_in(value, context)


def _under(name: str, faults: Iterable[FieldError]) -> Iterator[FieldError]:
    """Yield the faults of what a field holds, by their path; a place in an array is part of the field's name."""
    for fault in faults:
        yield FieldError(name + ("" if fault.field.startswith("[") else ".") + fault.field, fault.reason)


def kind(value: Any) -> str:
    """Return the JSON type of a value, for a sentence."""
    if isinstance(value, dict):
        return "an object"
    names = {list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def no_such_field(name: str, known: Iterable[str]) -> str:
    """Return why an unknown field is refused, with the known field that was probably meant."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a refusal needs it

    close = get_close_matches(name[:LONGEST_NAME], known, n=1)
    return NO_SUCH_FIELD + (f"; did you mean {close[0]!r}?" if close else "")


def shown(name: str) -> str:
    """Cut and clean a caller's field name so that a response can contain it."""
    return name[:LONGEST_NAME].encode("utf-8", "replace").decode()
