"""The least there could be: a function that logs a line and replies 200, behind a route of the same API."""

import io
import zipfile
from typing import Any

from benchmarks.callers import caller
from benchmarks.stack import Stack
from earshot_cli.local.aws import client

# The front door passes on the product's own paths only; this one has no POST.
PATH = "/v1/nps"
NAME = "earshot-bench-bare"
CODE = 'def lambda_handler(event, context):\n    print("replied")\n    return {"statusCode": 200}\n'


def open_bare_route(stack: Stack) -> None:
    """Deploy the function next to the others, give it a route of the same API and call it until it is warm."""
    functions, gateway = client("lambda", stack.endpoint), client("apigatewayv2", stack.endpoint)
    (api,) = gateway.get_apis()["Items"]
    if f"POST {PATH}" in {route["RouteKey"] for route in gateway.get_routes(ApiId=api["ApiId"])["Items"]}:
        return
    made = functions.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Handler="app.lambda_handler",
        Role="arn:aws:iam::000000000000:role/earshot-bench",
        MemorySize=512,
        Code={"ZipFile": _package()},
    )
    _route(gateway, api["ApiId"], made["FunctionArn"])
    with caller(stack.url) as one:
        for _ in range(20):
            one.post(PATH, {"score": 2}, 200)


def _route(gateway: Any, api: str, function: str) -> None:
    integration = gateway.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )
    gateway.create_route(ApiId=api, RouteKey=f"POST {PATH}", Target=f"integrations/{integration['IntegrationId']}")


def _package() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        package.writestr("app.py", CODE)
    return stream.getvalue()
