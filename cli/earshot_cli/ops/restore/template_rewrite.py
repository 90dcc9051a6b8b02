"""A stack's template without its table: every reference to it becomes the name of the table that takes its place.

CloudFormation changes no resource's identity in place. So the table leaves the stack (it is retained), and the restored
one is imported under the same logical name; in between, everything else refers to the restored one by name.
"""

import re
from dataclasses import dataclass
from typing import Any

TABLE = "Table"
MARKER = "EarshotRestore"

Template = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """What a reference to the restored table becomes."""

    name: str
    arn: str
    stream: str

    def attribute(self, name: str) -> str:
        """Return what `Fn::GetAtt` of it is; KeyError for an attribute that no template of ours reads."""
        return {"Arn": self.arn, "StreamArn": self.stream}[name]


def detached(processed: Template, names: Names) -> Template:
    """Return the template without the table, everything in it leading to the restored one by its name."""
    resources = {name: resource for name, resource in processed["Resources"].items() if name != TABLE}
    rest = {**processed, "Resources": resources, "Metadata": {**processed.get("Metadata", {}), MARKER: names.name}}
    return dict(_led_to(names, rest))


def attached(without: Template, processed: Template) -> Template:
    """Return the detached template with the table in it again and nothing else changed, as an import wants it."""
    return {**without, "Resources": {**without["Resources"], TABLE: processed["Resources"][TABLE]}}


def marker_of(template: Template) -> str | None:
    """Return the name of the table that a detached template leads to; None for a template as it is deployed."""
    marker = template.get("Metadata", {}).get(MARKER)
    return str(marker) if marker else None


def _led_to(names: Names, node: Any) -> Any:
    if isinstance(node, list):
        return [_led_to(names, value) for value in node]
    if not isinstance(node, dict):
        return node
    if len(node) == 1 and (reference := _reference(names, *next(iter(node.items())))) is not None:
        return reference
    return {
        name: _without_table(value) if name == "DependsOn" else _led_to(names, value) for name, value in node.items()
    }


def _reference(names: Names, function: str, argument: Any) -> Any:
    """Return what a reference to the table becomes; None if it is no reference to it."""
    match function, argument:
        case "Ref", "Table":
            return names.name
        case "Fn::GetAtt", ["Table", str(attribute)]:
            return names.attribute(attribute)
        case "Fn::GetAtt", str(path) if path.startswith(f"{TABLE}."):
            return names.attribute(path.partition(".")[2])
        case "Fn::Sub", str(text):
            return {"Fn::Sub": _in_text(names, text)}
        case "Fn::Sub", [str(text), dict(variables)]:
            return {"Fn::Sub": [_in_text(names, text), _led_to(names, variables)]}
    return None


def _in_text(names: Names, text: str) -> str:
    return re.sub(r"\$\{Table(?:\.(\w+))?\}", lambda found: names.attribute(found[1]) if found[1] else names.name, text)


def _without_table(depends_on: Any) -> Any:
    several = depends_on if isinstance(depends_on, list) else [depends_on]
    return [name for name in several if name != TABLE]
