"""Starts the functions' workers, so that the first response is counted as fast as the second."""

import json

from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.seed import SURVEY, call

NO_RECORDS = json.dumps({"Records": []})


def warm_up(url: str, endpoint: Endpoint) -> None:
    """Call each kind of function once without work, one after the other, so that real requests are not delayed."""
    functions = client("lambda", endpoint)
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    call(url, "", "OPTIONS", f"/v1/surveys/{SURVEY}/responses")
    call(url, "", "GET", f"/v1/surveys/{SURVEY}/nps")
    for function in dict.fromkeys(mapping["FunctionArn"] for mapping in mappings):
        functions.invoke(FunctionName=function, Payload=NO_RECORDS)
