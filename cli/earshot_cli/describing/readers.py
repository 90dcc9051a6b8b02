"""What a reader of requests takes, as the schema of an object: seen by letting it read an example with every field."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from earshot.api.fields import MISSING, Fields
from earshot.domain.errors import InvalidError
from earshot_cli.describing.checks import DescriptionError, Schema, schema_of

Reader = Callable[[Mapping[str, Any]], Any]


@dataclass
class Taken:
    """A field that was taken: its check, the object that the check read in turn, and the default if there is one."""

    check: Callable[[Any], Any]
    default: Any
    inner: "Form | None" = None


@dataclass
class Form:
    """The fields that were taken of one object, and the names that were asked for at all."""

    fields: Fields
    taken: dict[str, Taken] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


def observe(reader: Reader, example: Mapping[str, Any]) -> Schema:
    """Give the schema of the object that a reader reads.

    The example must be good and hold every field; a field is required if the reader refuses the example without it.
    """
    with _watched() as forms:
        reader(example)
    schema = _object(forms[0], example)
    required = [name for name in example if not _reads(reader, example, without=name)]
    return {**schema, "required": required} if required else schema


def parameters(reader: Reader, example: Mapping[str, str]) -> dict[str, Schema]:
    """Give the schema of each query parameter that a reader knows, all of them optional."""
    found: dict[str, Schema] = observe(reader, example)["properties"]
    return found


def _object(form: Form, example: Mapping[str, Any]) -> Schema:
    if missing := sorted((form.asked | set(form.taken)) - set(example)):
        raise DescriptionError(
            f"The example has no {', '.join(missing)}, which its reader reads: add it to the example."
        )
    properties = {name: _field(taken, example[name]) for name, taken in form.taken.items()}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _field(taken: Taken, example: Any) -> Schema:
    if taken.inner is not None and not hasattr(taken.check, "schema"):
        return _object(taken.inner, example)
    schema = schema_of(taken.check)
    plain = isinstance(taken.default, (str, bool, int)) and "default" not in schema
    return {**schema, "default": taken.default} if plain else schema


def _reads(reader: Reader, example: Mapping[str, Any], without: str) -> bool:
    try:
        reader({name: value for name, value in example.items() if name != without})
    except InvalidError:
        return False
    return True


@contextmanager
def _watched() -> Iterator[list[Form]]:
    """See every field that is taken; give the objects read, in their order, without those inside another."""
    forms: list[Form] = []
    known: dict[int, Form] = {}
    open_fields: list[Taken] = []
    take, has = Fields.take, Fields.has

    def form_of(fields: Fields) -> Form:
        if id(fields) not in known:
            known[id(fields)] = form = Form(fields)
            if open_fields:
                open_fields[-1].inner = form
            else:
                forms.append(form)
        return known[id(fields)]

    def watching_take(self: Fields, name: str, check: Callable[[Any], Any], default: Any = MISSING) -> Any:
        taken = form_of(self).taken[name] = Taken(check, default)
        open_fields.append(taken)
        try:
            return take(self, name, check, default)
        finally:
            open_fields.pop()

    def watching_has(self: Fields, name: str) -> bool:
        form_of(self).asked.add(name)
        return has(self, name)

    Fields.take, Fields.has = watching_take, watching_has  # type: ignore[method-assign]
    try:
        yield forms
    finally:
        Fields.take, Fields.has = take, has  # type: ignore[method-assign]
