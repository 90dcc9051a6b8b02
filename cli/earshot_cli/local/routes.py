"""Makes the routes of the HTTP API, which the engine does not take from the translated template by itself."""

import re
from collections.abc import Iterator
from typing import Any

from earshot_cli.local.aws import client
from earshot_cli.local.deploy import STACK, Deployed
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import DeployError

ANY_METHOD = "x-amazon-apigateway-any-method"
INTEGRATION = "x-amazon-apigateway-integration"
FUNCTION = re.compile(r"\$\{(\w+)(?:\.Arn)?\}/invocations")


def open_routes(endpoint: Endpoint, deployed: Deployed) -> str:
    """Make the API's routes those of the translated template; return the API's id."""
    template = client("cloudformation", endpoint).get_template(StackName=STACK, TemplateStage="Processed")
    api_name, api = _http_api(template["TemplateBody"])
    api_id = deployed.resources[api_name]
    wanted = {key: deployed.resources[function] for key, function in translated_routes(api["Properties"]["Body"])}
    _bring_up_to_date(client("apigatewayv2", endpoint), api_id, wanted)
    return api_id


def translated_routes(openapi: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each route key of an OpenAPI body with the logical name of its function."""
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            function = FUNCTION.search(str(operation[INTEGRATION]["uri"]))
            if function is None:
                raise DeployError(f"The route {method} {path} leads to no function.")
            yield _route_key(method, path), function.group(1)


def _route_key(method: str, path: str) -> str:
    if path.lstrip("/") == "$default":
        return "$default"
    return f"{'ANY' if method == ANY_METHOD else method.upper()} {path}"


def _http_api(template: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::ApiGatewayV2::Api":
            return name, resource
    raise DeployError("The template has no HTTP API.")


def _bring_up_to_date(gateway: Any, api_id: str, wanted: dict[str, str]) -> None:
    """Leave right routes alone, so that a start without changes costs two calls."""
    integrations = {
        entry["IntegrationUri"]: entry["IntegrationId"] for entry in _all(gateway, "get_integrations", api_id)
    }
    functions = {f"integrations/{number}": function for function, number in integrations.items()}
    existing = set()
    for route in _all(gateway, "get_routes", api_id):
        if wanted.get(route["RouteKey"]) == functions.get(route.get("Target", "")) is not None:
            existing.add(route["RouteKey"])
        else:
            gateway.delete_route(ApiId=api_id, RouteId=route["RouteId"])
    for key in wanted.keys() - existing:
        target = _integration(gateway, api_id, integrations, wanted[key])
        gateway.create_route(ApiId=api_id, RouteKey=key, Target=f"integrations/{target}")


def _integration(gateway: Any, api_id: str, integrations: dict[str, str], function: str) -> str:
    if function not in integrations:
        made = gateway.create_integration(
            ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
        )
        integrations[function] = made["IntegrationId"]
    return integrations[function]


def _all(gateway: Any, call: str, api_id: str) -> list[dict[str, Any]]:
    pages = gateway.get_paginator(call).paginate(ApiId=api_id)
    return [item for page in pages for item in page["Items"]]
