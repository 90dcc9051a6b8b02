"""The `aws` command that the documents use, on boto3: operations with their options, `--query` and `--output text`.

The real one is too large to be a dependency of the tests. Options are those of AWS's own models, so a wrong one fails.
"""

import json
import sys
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name

# What is a command of the tool rather than an operation of the API.
DEPLOY = ("cloudformation", "deploy")


def options_of(words: list[str]) -> dict[str, list[str]]:
    """Return the values of each option, in the order given."""
    options: dict[str, list[str]] = {}
    for word in words:
        if word.startswith("--"):
            options[word.removeprefix("--")] = []
        else:
            options[list(options)[-1]].append(word)
    return options


def value_of(shape: Any, values: list[str]) -> Any:
    """Read an option as its shape has it: JSON for structures and maps, several words for a list."""
    if shape.type_name == "list" and not values[0].startswith("["):
        return values
    (value,) = values
    if shape.type_name in {"structure", "map", "list"}:
        return json.loads(value)
    return int(value) if shape.type_name in {"integer", "long"} else value


def call(service: str, operation: str, options: dict[str, list[str]]) -> Any:
    """Make the call of an operation."""
    client, method = boto3.client(service), operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    given = {members[key][0]: value_of(members[key][1], values) for key, values in options.items()}
    return getattr(client, method)(**given)


def deploy(options: dict[str, list[str]]) -> None:
    """Create a stack of a template, and wait until it is complete."""
    client = boto3.client("cloudformation")
    (name,), (file,) = options["stack-name"], options["template-file"]
    parameters = [
        dict(zip(("ParameterKey", "ParameterValue"), each.split("=", 1), strict=True))
        for each in options.get("parameter-overrides", ())
    ]
    client.create_stack(StackName=name, TemplateBody=Path(file).read_text(encoding="utf-8"), Parameters=parameters)
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})


def main(words: list[str]) -> None:
    """Run a command, and write what the real one would."""
    service, operation, *rest = words
    options = options_of(rest)
    if (service, operation) == DEPLOY:
        deploy(options)
        return
    query, output = options.pop("query", None), options.pop("output", ["json"])
    reply = call(service, operation, options)
    reply.pop("ResponseMetadata", None)
    found = jmespath.search(query[0], reply) if query else reply
    if output == ["text"]:
        sys.stdout.write("\t".join(found) if isinstance(found, list) else str(found))
    elif found:
        sys.stdout.write(json.dumps(found, default=str))


if __name__ == "__main__":
    main(sys.argv[1:])
