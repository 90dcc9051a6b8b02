"""Schemas of replies, made from the types that views and handlers return."""

import sys
import typing
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import earshot
from earshot import api
from earshot.api.http import HttpResponse
from earshot.api.schema import Schema

PACKAGE = api.__name__
# A type whose name ends so is a component of the document; every other one is written where it is used.
VIEW = "View"
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Any: {},
}


@cache
def shapes() -> dict[str, Any]:
    """Return the types of replies by their names.

    The modules of `earshot.api` define them for type checkers only, so they are imported once more, as a type checker
    reads them.
    """
    names = [f"{PACKAGE}.{each.name}" for each in iter_modules(api.__path__)]
    # First as they run: what they import of other packages has circles for type checkers.
    for name in names:
        import_module(name)
    usual = _unload_modules()
    vars(typing)["TYPE_CHECKING"] = True
    try:
        modules = [import_module(name) for name in names]
    finally:
        vars(typing)["TYPE_CHECKING"] = False
        _unload_modules()
        sys.modules.update(usual)
        earshot.api = api
    return {name: each for module in modules for name, each in vars(module).items() if is_typeddict(each)}


def components() -> dict[str, Schema]:
    """Return the schema of each view by its name in the document."""
    return {_component(each): object_of(each) for name, each in shapes().items() if name.endswith(VIEW)}


def schema_of_reply(handler: Callable[..., Any]) -> Schema:
    """Return the schema of the body that a handler names in its return type; a page is text."""
    returned = get_type_hints(handler, localns={**shapes(), HttpResponse.__name__: HttpResponse})["return"]
    return schema_of(get_args(returned)[0] if get_origin(returned) is HttpResponse else str)


def object_of(shape: Any) -> Schema:
    """Return the schema of a TypedDict: its docstring is the description, and later versions may have more fields."""
    hints = get_type_hints(shape, include_extras=True)
    schema: Schema = {"type": "object", "properties": {name: schema_of(hint) for name, hint in hints.items()}}
    schema["required"] = [name for name in hints if name in shape.__required_keys__]
    return schema | ({"description": " ".join(shape.__doc__.split())} if shape.__doc__ else {})


def schema_of(hint: Any) -> Schema:
    """Return the schema of a type; its annotations add keywords, and a text among them is its description."""
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
        return ref(_component(hint)) if hint.__name__.endswith(VIEW) else object_of(hint)
    return dict(PLAIN[hint])


def ref(name: str) -> Schema:
    """Refer to a schema by its name."""
    return {"$ref": f"#/components/schemas/{name}"}


def _component(shape: Any) -> str:
    return str(shape.__name__).removesuffix(VIEW)


def _unload_modules() -> dict[str, Any]:
    """Take the modules of `earshot.api` out of those that are loaded, and return them."""
    names = [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]
    return {name: sys.modules.pop(name) for name in names}


def _container(kind: type, held: Any) -> Schema:
    if kind is list:
        return {"type": "array", "items": schema_of(held)}
    return {"type": "object", "additionalProperties": schema_of(held)}


def _annotated(hint: Any, metadata: tuple[Any, ...]) -> Schema:
    schema = schema_of(hint)
    for added in metadata:
        more = {"description": added} if isinstance(added, str) else dict(added)
        schema |= {name: list(value) if isinstance(value, tuple) else value for name, value in more.items()}
    return schema


def _union(hints: list[Any], *, is_nullable: bool) -> Schema:
    schemas = [schema_of(hint) for hint in hints]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    return _or_null(schema) if is_nullable else schema


def _or_null(schema: Schema) -> Schema:
    """Describe what may be null."""
    if isinstance(schema.get("type"), str) and "enum" not in schema and "properties" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}
