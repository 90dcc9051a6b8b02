"""Reads template.yaml and gives each function and the layer the address of its package."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from earshot_cli.local.artifacts import Artifact, function_artifact, layer_artifact
from earshot_cli.local.errors import TemplateError
from earshot_cli.local.settings import Settings
from earshot_cli.local.template_checks import check_references
from earshot_cli.template_source import TemplateSourceError, read_source

PACKAGED = {
    "AWS::Serverless::Function": ("CodeUri", function_artifact),
    "AWS::Serverless::LayerVersion": ("ContentUri", layer_artifact),
}


@dataclass(frozen=True)
class Template:
    """What the engine is asked to deploy, and the packages it points at."""

    body: dict[str, Any]
    parameters: dict[str, str]
    artifacts: tuple[Artifact, ...]

    @classmethod
    def read(cls, settings: Settings, url: str) -> Self:
        """Read the real template; nothing but the addresses of the packages differs from a deployment to AWS.

        Links in mails lead to `url`, where the gateway is.
        """
        body = _load(settings)
        check_references(body)
        artifacts = tuple(_address_packages(settings, body))
        parameters = {
            "Stage": "local",
            "CrmUrl": settings.crm_url,
            "PublicUrl": url,
        }
        return cls(body, parameters, artifacts)

    @property
    def text(self) -> str:
        """The template as JSON, which CloudFormation takes as well as YAML."""
        return json.dumps(self.body, separators=(",", ":"), default=str)

    def parameter(self, name: str) -> str:
        """The value a parameter is deployed with."""
        return self.parameters.get(name) or str(self.body["Parameters"][name].get("Default", ""))


def _load(settings: Settings) -> dict[str, Any]:
    name = settings.template.name
    try:
        return read_source(settings.template.read_text(encoding="utf-8"))
    except OSError as error:
        raise TemplateError(f"The template {settings.template} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise TemplateError(f"{name} is not YAML: {' '.join(str(error).split())}.") from error
    except TemplateSourceError as error:
        raise TemplateError(f"{name} {error}") from error


def _address_packages(settings: Settings, body: dict[str, Any]) -> Iterator[Artifact]:
    for name, resource in body["Resources"].items():
        if not isinstance(resource, dict) or resource.get("Type") not in PACKAGED:
            continue
        field, package = PACKAGED[resource["Type"]]
        uri = resource.get("Properties", {}).get(field)
        if not isinstance(uri, str):
            raise TemplateError(f"{name} in {settings.template.name} has no {field}.")
        artifact = package(settings, uri)
        resource["Properties"][field] = artifact.uri
        yield artifact
