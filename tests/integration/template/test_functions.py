"""Each function runs where and with what it was written for, and handles the routes it is given."""

import pytest

from earshot.api.all_paths import PATHS
from earshot_cli.local.routes import translated_routes
from tests.integration.template import handlers
from tests.integration.template.handlers import FUNCTIONS
from tests.integration.template.stack import (
    ACCOUNT,
    LOCAL_ONLY,
    OF_DESTINATIONS,
    OF_SES,
    ROOT,
    Stack,
    pascal,
    source,
    stack,
)

SHARED = {"EARSHOT_STAGE", "EARSHOT_TABLE", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOGGER_LOG_EVENT"}


def test_every_function_runs_on_python_3_13_and_arm(variant: Stack) -> None:
    for name, function in variant.functions.items():
        assert function["Runtime"] == "python3.13", name
        assert function["Architectures"] == ["arm64"], name
        assert function["Handler"] == "app.lambda_handler", name


def test_the_layer_is_built_for_the_same_and_leaves_no_old_versions(variant: Stack) -> None:
    ((name, layer),) = variant.of_type("AWS::Lambda::LayerVersion").items()

    assert (layer["CompatibleRuntimes"], layer["CompatibleArchitectures"]) == (["python3.13"], ["arm64"])
    assert variant.resources[name].get("DeletionPolicy", "Delete") == "Delete"
    assert all(function["Layers"] == [{"Ref": name}] for function in variant.functions.values())


def test_every_function_describes_what_it_does_in_a_sentence(variant: Stack) -> None:
    for name, function in variant.functions.items():
        assert function["Description"].endswith("."), name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_given_every_variable_it_reads(function: str) -> None:
    given = set(stack().functions[function]["Environment"]["Variables"])

    assert handlers.variables_read(function) <= given


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_given_no_variable_of_its_own_that_it_does_not_read(function: str) -> None:
    given = set(stack().functions[function]["Environment"]["Variables"])

    assert given - SHARED <= handlers.variables_read(function)


def test_the_variables_that_all_share_stand_in_the_globals() -> None:
    assert set(source()["Globals"]["Function"]["Environment"]["Variables"]) == SHARED


def test_no_variable_is_read_that_no_function_has(prod: Stack) -> None:
    given = {name for function in prod.functions.values() for name in function["Environment"]["Variables"]}

    assert handlers.variables_read_anywhere() <= given | LOCAL_ONLY


def test_a_variable_that_names_a_queue_names_the_one_its_function_may_use(prod: Stack) -> None:
    for name, function in prod.functions.items():
        queues = {
            variable: value for variable, value in function["Environment"]["Variables"].items() if "QUEUE" in variable
        }
        for variable, reference in queues.items():
            queue = prod.target(reference)
            role = prod.resources[f"{pascal(name)}Role"]["Properties"]
            allowed = [
                statement["Resource"]
                for policy in role["Policies"]
                for statement in policy["PolicyDocument"]["Statement"]
            ]
            named = [each for resource in allowed for each in (resource if isinstance(resource, list) else [resource])]
            ours = [each for each in named if each not in (*OF_SES, *OF_DESTINATIONS, ACCOUNT)]
            assert queue in {prod.target(each) for each in ours}, variable


def test_the_template_has_exactly_the_paths_that_the_code_knows(variant: Stack) -> None:
    known = {f"{method} {path}" for path, methods in PATHS.items() for method in methods}

    assert set(variant.routes()) == known | {"$default"}


def test_each_route_leads_to_the_function_that_handles_it(variant: Stack) -> None:
    routes = {route: name for name in FUNCTIONS for route in getattr(handlers.load(name), "ROUTES", {})}

    assert variant.routes() == routes


def test_no_two_functions_handle_the_same_route() -> None:
    tables = [set(getattr(handlers.load(name), "ROUTES", {})) for name in FUNCTIONS]

    assert sum(map(len, tables)) == len(set().union(*tables))


def test_the_local_stack_opens_the_same_routes(variant: Stack) -> None:
    (api,) = variant.of_type("AWS::ApiGatewayV2::Api").values()
    opened = dict(translated_routes(api["Body"]))

    assert opened == {route: f"{pascal(name)}FunctionAliaslive" for route, name in variant.routes().items()}


def test_a_function_behind_a_route_ends_before_api_gateway_gives_up(variant: Stack) -> None:
    # An HTTP API waits for 30 seconds, and then replies without the function.
    late = {name for name in variant.routes().values() if variant.functions[name]["Timeout"] > 29}

    assert late == set()


def test_a_function_that_reads_figures_of_a_year_has_all_the_time_that_api_gateway_waits(variant: Stack) -> None:
    reading = ("manage_cases", "manage_digests", "read_results", "read_trends")

    assert {name: variant.functions[name]["Timeout"] for name in reading} == dict.fromkeys(reading, 29)


def test_every_route_hands_over_payload_2(variant: Stack) -> None:
    (api,) = variant.of_type("AWS::ApiGatewayV2::Api").values()
    for path, methods in api["Body"]["paths"].items():
        for operation in methods.values():
            assert operation["x-amazon-apigateway-integration"]["payloadFormatVersion"] == "2.0", path


def test_the_docs_list_every_route() -> None:
    names = ("api.md", "console.md", "sign-in.md")
    api, *pages = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in names)
    for path, methods in PATHS.items():
        text = "".join(pages) if path.startswith("/app") else api
        for method in set(methods) - {"OPTIONS"}:
            assert f"`{method} {path}`" in text
