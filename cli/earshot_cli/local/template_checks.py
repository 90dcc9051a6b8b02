"""Finds references to what a template does not have; the engine would deploy them as they are written."""

import re
from collections.abc import Iterator
from typing import Any

from earshot_cli.local.errors import TemplateError

IN_SUB = re.compile(r"\$\{([^!][^}.]*)")


def check_references(body: dict[str, Any]) -> None:
    """Refuse a template with a resource that refers to nothing."""
    for name, resource in body["Resources"].items():
        for target in _targets(resource):
            if not _exists(target, body):
                raise TemplateError(f"{name} refers to {target}, which the template does not have.")


def _exists(target: str, body: dict[str, Any]) -> bool:
    """SAM makes resources of its own and names them after ours: ApiRole, CoreLayer.Version, ApiDefaultStage."""
    if target.startswith("AWS::") or target in body.get("Parameters", {}):
        return True
    return any(target.startswith(name) for name in body["Resources"])


def _targets(node: Any) -> Iterator[str]:
    match node:
        case {"Ref": str(name)}:
            yield name
        case {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": str(text)}:
            yield from (found.strip() for found in IN_SUB.findall(text))
        case dict():
            for value in node.values():
                yield from _targets(value)
        case list():
            for value in node:
                yield from _targets(value)
