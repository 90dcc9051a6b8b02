"""What the stack was deployed from: the template as CloudFormation processed it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import CommandError
from earshot_cli.ops.stack import Stack

IN_SUB = re.compile(r"\$\{([A-Za-z0-9]+)")


@dataclass(frozen=True)
class Blueprint:
    """The resources that a stack has, by logical name, as its template describes them."""

    resources: Mapping[str, Mapping[str, Any]]

    def of_kind(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Give the properties of all resources of a CloudFormation type, by logical name."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self.resources.items()
            if resource["Type"] == kind
        }


def read_blueprint(stack: Stack) -> Blueprint:
    """Read the template; resources whose condition does not hold are left out, the stack has none of them."""
    template = read_template(stack)
    resources = {name: said for name, said in template["Resources"].items() if name in stack.resources}
    return Blueprint(resources)


def read_template(stack: Stack) -> dict[str, Any]:
    """Read the stack's template as CloudFormation processed it, without transforms."""
    answer = stack.client("cloudformation").get_template(StackName=stack.name, TemplateStage="Processed")
    body = answer["TemplateBody"]
    try:
        return dict(json.loads(body) if isinstance(body, str) else body)
    except ValueError as error:
        raise CommandError(f"The processed template of {stack.place} is no JSON: deploy it again.") from error


def target(reference: Any) -> str:
    """Give the logical name that a reference leads to; a text leads to itself."""
    match reference:
        case {"Ref": name}:
            return str(name)
        case {"Fn::GetAtt": [name, *_]}:
            return str(name)
        case {"Fn::GetAtt": str(path)}:
            return path.partition(".")[0]
        case {"Fn::Sub": str(text)} if found := IN_SUB.search(text):
            return found[1]
    return str(reference)
