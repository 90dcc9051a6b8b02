"""The API's routes follow the translated template."""

from typing import Any

from earshot_cli.local.routes import _bring_up_to_date, translated_routes

URI = {"Fn::Sub": "arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${ReadFunction.Arn}/invocations"}
READ = {"x-amazon-apigateway-integration": {"uri": URI}}


class FakeGateway:
    def __init__(self) -> None:
        self.routes: dict[str, dict[str, str]] = {}
        self.integrations: dict[str, str] = {}
        self.calls = 0

    def get_paginator(self, call: str) -> Any:
        items = (
            list(self.routes.values())
            if call == "get_routes"
            else [{"IntegrationId": number, "IntegrationUri": uri} for uri, number in self.integrations.items()]
        )

        class Paginator:
            def paginate(self, **_: str) -> list[dict[str, Any]]:
                return [{"Items": items}]

        return Paginator()

    def create_integration(self, **given: str) -> dict[str, str]:
        assert given["PayloadFormatVersion"] == "2.0"
        self.calls += 1
        self.integrations[given["IntegrationUri"]] = f"i{len(self.integrations)}"
        return {"IntegrationId": self.integrations[given["IntegrationUri"]]}

    def create_route(self, **given: str) -> None:
        self.calls += 1
        self.routes[given["RouteKey"]] = {
            "RouteId": given["RouteKey"],
            "RouteKey": given["RouteKey"],
            "Target": given["Target"],
        }

    def delete_route(self, **given: str) -> None:
        self.calls += 1
        del self.routes[given["RouteId"]]

    @property
    def leads_to(self) -> dict[str, str]:
        functions = {f"integrations/{number}": uri for uri, number in self.integrations.items()}
        return {key: functions[route["Target"]] for key, route in self.routes.items()}


def test_openapi_paths_become_route_keys() -> None:
    paths = {
        "/v1/surveys/{survey}": {"get": READ, "options": READ},
        "/any": {"x-amazon-apigateway-any-method": READ},
        "$default": {"x-amazon-apigateway-any-method": READ},
    }
    assert list(translated_routes({"paths": paths})) == [
        ("GET /v1/surveys/{survey}", "ReadFunction"),
        ("OPTIONS /v1/surveys/{survey}", "ReadFunction"),
        ("ANY /any", "ReadFunction"),
        ("$default", "ReadFunction"),
    ]


def test_routes_come_go_and_turn_to_another_function() -> None:
    gateway = FakeGateway()
    _bring_up_to_date(gateway, "api", {"GET /a": "one", "GET /b": "two", "$default": "one"})
    assert gateway.leads_to == {"GET /a": "one", "GET /b": "two", "$default": "one"}
    _bring_up_to_date(gateway, "api", {"GET /a": "two", "$default": "one"})
    assert gateway.leads_to == {"GET /a": "two", "$default": "one"}


def test_right_routes_are_left_alone() -> None:
    gateway = FakeGateway()
    _bring_up_to_date(gateway, "api", {"GET /a": "one"})
    calls = gateway.calls
    _bring_up_to_date(gateway, "api", {"GET /a": "one"})
    assert gateway.calls == calls
