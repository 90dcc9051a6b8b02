"""Reads template.yaml and expands its loops, as CloudFormation's transform AWS::LanguageExtensions does.

The local stack, the tests and whatever else reads the template see what this makes of it (docs/adr/0032). It takes
only what the template uses, and refuses what CloudFormation would refuse or leave as it is written.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

TRANSFORM = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"
LOGICAL_ID = re.compile(r"[A-Za-z0-9]+")
IDENTIFIER = re.compile(r"\$\{([A-Za-z0-9]+)\}")

Node = Any
Bound = Mapping[str, str]


class TemplateSourceError(ValueError):
    """The template cannot be read; the text says where and why."""


def read_source(text: str) -> dict[str, Any]:
    """Read a template in YAML, with CloudFormation's short forms and without its loops."""
    try:
        body = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise TemplateSourceError(f"is not YAML: {' '.join(str(error).split())}.") from error
    if not isinstance(body, dict) or not isinstance(body.get("Resources"), dict):
        raise TemplateSourceError("has no Resources.")
    return expanded(body)


def expanded(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return a template without loops and tables: each resource written out, each text found in its table."""
    transforms = template.get("Transform", [])
    transforms = transforms if isinstance(transforms, list) else [transforms]
    resources = _Expansion(template.get("Mappings", {})).members(template["Resources"], {})
    body = {**template, "Resources": resources}
    if TRANSFORM not in transforms:
        if resources != template["Resources"]:
            raise TemplateSourceError(f"has loops or tables, but not the transform {TRANSFORM}.")
        return body
    body.pop("Mappings", None)
    return {**body, "Transform": [name for name in transforms if name != TRANSFORM]}


class _Expansion:
    """Writes out what stands in loops, with the template's tables at hand."""

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables = tables

    def members(self, node: Mapping[str, Any], bound: Bound) -> dict[str, Any]:
        """Return the entries of a mapping, those of its loops among them."""
        found: dict[str, Any] = {}
        for key, value in node.items():
            entries = self._repeated(key, value, bound) if key.startswith(LOOP) else [(key, self.value(value, bound))]
            for name, entry in entries:
                if name in found:
                    raise TemplateSourceError(f"has {name} twice.")
                found[name] = entry
        return found

    def _repeated(self, loop: str, value: Node, bound: Bound) -> Iterator[tuple[str, Node]]:
        match value:
            case [str(identifier), [*items], dict(entries)] if items:
                pass
            case _:
                raise TemplateSourceError(f"has a loop {loop} that is no identifier, list and entries.")
        for item in items:
            inner = {**bound, identifier: str(item)}
            for key, entry in entries.items():
                if key.startswith(LOOP):
                    raise TemplateSourceError(f"has a loop {key} in a loop.")
                if identifier not in IDENTIFIER.findall(key):
                    raise TemplateSourceError(f"has a loop {loop} whose key {key} lacks ${{{identifier}}}.")
                name = _filled(key, inner)
                if not LOGICAL_ID.fullmatch(name):
                    raise TemplateSourceError(f"has a loop {loop} that makes {name}, which is no logical id.")
                yield name, self.value(entry, inner)

    def value(self, node: Node, bound: Bound) -> Node:
        """Return what stands for a value once the identifiers of the loops around it are filled in."""
        match node:
            case {"Ref": str(name), **rest} if name in bound and not rest:
                return bound[name]
            case {"Fn::Sub": text, **rest} if not rest:
                return self._substituted(text, bound)
            case {"Fn::FindInMap": [*keys], **rest} if not rest:
                return self._found([self.value(key, bound) for key in keys])
            case dict():
                return self.members(node, bound)
            case list():
                return [self.value(item, bound) for item in node]
            case str() if any(name in bound for name in IDENTIFIER.findall(node)):
                # CloudFormation fills in keys and !Sub only.
                raise TemplateSourceError(f"has {node!r} in a loop without !Sub: it would stay as it is written.")
        return node

    def _substituted(self, argument: Node, bound: Bound) -> Node:
        match argument:
            case str(text):
                filled = _filled(text, bound)
                return filled if filled != text and "${" not in filled else {"Fn::Sub": filled}
            case [str(text), dict(values)]:
                inner = {name: self.value(value, bound) for name, value in values.items()}
                filled = _filled(text, {**bound, **{name: one for name, one in inner.items() if isinstance(one, str)}})
                return filled if "${" not in filled else {"Fn::Sub": [_filled(text, bound), inner]}
        raise TemplateSourceError(f"has a !Sub of {argument!r}.")

    def _found(self, keys: list[Node]) -> Node:
        found: Node = self._tables
        for key in keys:
            if not isinstance(found, Mapping) or not isinstance(key, str) or key not in found:
                raise TemplateSourceError(f"has no {'.'.join(map(str, keys))} in its Mappings.")
            found = found[key]
        return found


def _filled(text: str, bound: Bound) -> str:
    return IDENTIFIER.sub(lambda found: bound.get(found[1], found[0]), text)


# libyaml reads the template ten times as fast, where PyYAML was built with it.
_SafeLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_SafeLoader):  # type: ignore[misc]
    """YAML with CloudFormation's short forms: !Ref, !GetAtt, !Sub and the like."""


def _intrinsic(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
            return {name: value.split(".", 1) if suffix == "GetAtt" else value}
        case yaml.SequenceNode():
            return {name: loader.construct_sequence(node, deep=True)}
        case yaml.MappingNode():
            return {name: loader.construct_mapping(node, deep=True)}
    raise TemplateSourceError(f"has !{suffix} where nothing can be read.")


_Loader.add_multi_constructor("!", _intrinsic)
