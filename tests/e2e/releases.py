"""Functions changed by hand on a running stack: what is changed is published, and `live` moves to it."""

from typing import Any

from tests.e2e.conftest import Stack
from tests.e2e.survey_client import physical

LIVE = "live"


def mapping_of(stack: Stack, function: str, source: str) -> str:
    """Return the UUID of the mapping through which a function reads a queue or the table's stream."""
    name = physical(stack, source).rpartition("/")[2]
    reads = f":table/{name}/stream/" if source == "Table" else f":{name}"
    calls = f":function:{physical(stack, function)}:{LIVE}"
    mappings = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    (found,) = (
        each
        for each in mappings
        if each["FunctionArn"].endswith(calls)
        and (reads in each["EventSourceArn"] if source == "Table" else each["EventSourceArn"].endswith(reads))
    )
    return str(found["UUID"])


def release(stack: Stack, function: str, **changes: Any) -> None:
    """Change the configuration of a function, and make it live."""
    functions, name = stack.client("lambda"), physical(stack, function)
    functions.update_function_configuration(FunctionName=name, **changes)
    functions.get_waiter("function_updated").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.update_alias(FunctionName=name, Name=LIVE, FunctionVersion=version)
