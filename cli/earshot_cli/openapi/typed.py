"""Schemas of responses, made from the types that views return."""

from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from earshot.api.schema import Schema
from earshot_cli.openapi.operations import or_null, ref

PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Any: {},
}


def components(module: ModuleType) -> dict[str, Schema]:
    """Return the schema of each type of a module by its name, but of those that stand within others (`_Name`)."""
    named = {name: each for name, each in vars(module).items() if is_typeddict(each) and not name.startswith("_")}
    return {name: object_of(each) for name, each in named.items()}


def object_of(shape: Any) -> Schema:
    """Return the schema of a TypedDict: its sentence is the description, and later versions may have more fields."""
    hints = get_type_hints(shape, include_extras=True)
    schema: Schema = {"type": "object", "properties": {name: schema_of(hint) for name, hint in hints.items()}}
    schema["required"] = [name for name in hints if name in shape.__required_keys__]
    return schema | ({"description": " ".join(shape.__doc__.split())} if shape.__doc__ else {})


def schema_of(hint: Any) -> Schema:
    """Return the schema of a type; what it is annotated with says more, and a text of it is its description."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(arguments[0], hint.__metadata__)
    if origin is NotRequired:
        return schema_of(arguments[0])
    if origin in (Union, UnionType):
        return _union([each for each in arguments if each is not NoneType], is_nullable=NoneType in arguments)
    if origin in (list, dict):
        return _container(origin, arguments[-1])
    if is_typeddict(hint):
        return object_of(hint) if hint.__name__.startswith("_") else ref(hint.__name__)
    return dict(PLAIN[hint])


def _container(kind: type, held: Any) -> Schema:
    if kind is list:
        return {"type": "array", "items": schema_of(held)}
    return {"type": "object", "additionalProperties": schema_of(held)}


def _annotated(hint: Any, metadata: tuple[Any, ...]) -> Schema:
    schema = schema_of(hint)
    for said in metadata:
        more = {"description": said} if isinstance(said, str) else dict(said)
        schema |= {name: list(value) if isinstance(value, tuple) else value for name, value in more.items()}
    return schema


def _union(hints: list[Any], *, is_nullable: bool) -> Schema:
    schemas = [schema_of(hint) for hint in hints]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return or_null(schema) if is_nullable else schema
