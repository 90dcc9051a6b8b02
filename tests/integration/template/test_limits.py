"""Every route that wants no key has a limit of its own, and every limit is of a route that there is."""

import json
from typing import Any

from earshot_cli.local.route_limits import RouteLimits
from earshot_cli.local.routes import translated_routes
from earshot_cli.local.settings import ROOT
from earshot_cli.openapi.routes import declared, is_of_console
from tests.integration.template.stack import Stack, source

DOCUMENT = json.loads((ROOT / "functions/serve_openapi/openapi.json").read_bytes())
INTAKE = "POST /v1/surveys/{survey}/responses"


def unauthenticated() -> set[str]:
    """Return the keys of the routes that nobody needs a key for, pages of the console among them."""
    described = {
        f"{method.upper()} {path}"
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
        if {} in operation["security"]
    }
    pages = {key for key, each in declared().items() if is_of_console(each) and each.open_because}
    return described | pages | {"$default"}


def stage(variant: Stack) -> Any:
    (found,) = variant.of_type("AWS::ApiGatewayV2::Stage").values()
    return found


def test_each_route_that_wants_no_key_has_a_limit_of_its_own(variant: Stack) -> None:
    assert set(stage(variant)["RouteSettings"]) == unauthenticated()


def test_each_limit_is_of_a_route_of_the_api(variant: Stack) -> None:
    # API Gateway refuses a whole stage that names another: "Unable to find Route by key".
    (api,) = variant.of_type("AWS::ApiGatewayV2::Api").values()
    routes = dict(translated_routes(api["Body"]))

    assert set(stage(variant)["RouteSettings"]) <= set(routes)


def test_the_stage_comes_after_the_routes(variant: Stack) -> None:
    # The routes are in the body of the API, so that what refers to the API comes after them.
    (found,) = variant.of_type("AWS::ApiGatewayV2::Stage").values()

    assert found["ApiId"] == {"Ref": "Api"}
    assert not variant.of_type("AWS::ApiGatewayV2::Route")


def test_a_limit_allows_a_burst_and_responses_fit_in(variant: Stack) -> None:
    settings = [*stage(variant)["RouteSettings"].values(), stage(variant)["DefaultRouteSettings"]]

    for limit in settings:
        assert 0 < limit["ThrottlingRateLimit"] < limit["ThrottlingBurstLimit"]
        # API Gateway takes 10,000 a second of an account, and 5,000 at once.
        assert limit["ThrottlingBurstLimit"] <= 5000
    assert stage(variant)["RouteSettings"][INTAKE]["ThrottlingRateLimit"] >= 300


def test_all_routes_together_leave_the_account_most_of_what_it_may_take(variant: Stack) -> None:
    (api,) = variant.of_type("AWS::ApiGatewayV2::Api").values()
    settings, default = stage(variant)["RouteSettings"], stage(variant)["DefaultRouteSettings"]
    limits = {key: settings.get(key, default)["ThrottlingRateLimit"] for key, _ in translated_routes(api["Body"])}

    # Every route has a limit, its own or the default's, and an account takes 10,000 requests a second in a region.
    assert len(limits) > 60
    # The console brought calls on sessions, of 20 a second each, and the pages to sign in.
    assert sum(limits.values()) <= 2_700
    # What no route takes, such as the paths that scanners try, costs no more than a route with a key.
    assert limits["$default"] <= default["ThrottlingRateLimit"]
    assert settings["$default"]["ThrottlingBurstLimit"] <= default["ThrottlingBurstLimit"]


def test_the_local_stack_reads_the_same_limits(variant: Stack) -> None:
    limits = RouteLimits.of_template(source())
    burst = int(stage(variant)["RouteSettings"]["GET /v1/openapi.json"]["ThrottlingBurstLimit"])

    assert sum(limits.admit("GET", "/v1/openapi.json") for _ in range(3 * burst)) < 2 * burst
