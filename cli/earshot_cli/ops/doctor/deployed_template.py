"""The template that a stack was deployed from, as CloudFormation processed it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot_cli.errors import CommandError
from earshot_cli.ops.stack import Stack

ALIAS = "AWS::Lambda::Alias"
IN_SUB = re.compile(r"\$\{([A-Za-z0-9]+)")


@dataclass(frozen=True)
class DeployedTemplate:
    """The resources that a stack has, by logical name, as its template describes them."""

    resources: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, stack: Stack) -> "DeployedTemplate":
        """Read a stack's template, without resources whose condition does not hold: the stack has none of them."""
        resources = read_template(stack)["Resources"]
        return cls({name: resource for name, resource in resources.items() if name in stack.resources})

    def of_kind(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """Return the properties of all resources of a CloudFormation type, by logical name in their order."""
        found = sorted((name, resource) for name, resource in self.resources.items() if resource["Type"] == kind)
        return {name: resource.get("Properties", {}) for name, resource in found}

    def function(self, reference: Any) -> str:
        """Return the logical name of the function that a reference leads to, also through its alias."""
        name = logical_name(reference)
        resource = self.resources.get(name, {})
        return logical_name(resource["Properties"]["FunctionName"]) if resource.get("Type") == ALIAS else name


def read_template(stack: Stack) -> dict[str, Any]:
    """Read the stack's template as CloudFormation processed it, without transforms."""
    reply = stack.client("cloudformation").get_template(StackName=stack.name, TemplateStage="Processed")
    body = reply["TemplateBody"]
    try:
        return dict(json.loads(body) if isinstance(body, str) else body)
    except ValueError as error:
        raise CommandError(f"The processed template of {stack.place} is not JSON: deploy it again.") from error


def logical_name(reference: Any) -> str:
    """Return the logical name of the resource that a reference leads to; a text is returned as it is."""
    match reference:
        case {"Ref": name}:
            return str(name)
        case {"Fn::GetAtt": [name, *_]}:
            return str(name)
        case {"Fn::GetAtt": str(path)}:
            return path.partition(".")[0]
        case {"Fn::If": [_, _, otherwise]}:
            # The stream: of a restored table it is a parameter, else it is the table's.
            return logical_name(otherwise)
        case {"Fn::Sub": str(text)} if found := IN_SUB.search(text):
            return found[1]
    return str(reference)
