"""The template's loops are expanded here as the local engine does, whose authors compared theirs with an account."""

import json
import subprocess
from typing import Any

from samtranslator.yaml_helper import yaml_parse

from tests.integration.template.stack import ROOT, source

ENGINE = ROOT / ".venv-engine/bin/python"
EXPAND = """
import json, sys
from ministack.services.cloudformation import language_extensions
template = json.load(sys.stdin)
parameters = {name: each["Default"] for name, each in template["Parameters"].items() if "Default" in each}
json.dump(language_extensions.apply(template, parameters), sys.stdout)
"""


def test_the_engine_expands_the_template_in_the_same_way() -> None:
    written = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    command = [str(ENGINE), "-c", EXPAND]
    theirs = subprocess.run(command, input=json.dumps(written), capture_output=True, text=True, check=True).stdout

    assert filled_in(json.loads(theirs)["Resources"]) == json.loads(json.dumps(source()["Resources"]))


def filled_in(node: Any) -> Any:
    """Fill in the texts of each !Sub that needs nothing of a stack, which the engine does when it deploys."""
    match node:
        case {"Fn::Sub": str(text)} if "${" not in text:
            return text
        case {"Fn::Sub": [str(text), dict(values)]} if all(isinstance(value, str) for value in values.values()):
            for name, value in values.items():
                text = text.replace(f"${{{name}}}", value)
            return text
        case dict():
            return {name: filled_in(value) for name, value in node.items()}
        case list():
            return [filled_in(item) for item in node]
    return node
