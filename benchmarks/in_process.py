"""The real handlers inside this process, against the engine and a table that no function listens to."""

import importlib.util
import os
from collections.abc import Callable
from typing import Any

from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.settings import ROOT

TABLE = "earshot-bench"
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def handler_of(function: str) -> Handler:
    """Import a function's app.py and return its handler; what it logs is written, to nowhere."""
    spec = importlib.util.spec_from_file_location(f"{function}_app", ROOT / "functions" / function / "app.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"there is no function {function}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler: Handler = module.lambda_handler
    return handler


def prepare(endpoint: Endpoint) -> Any:
    """Point the handlers of this process at the engine, make the table, and return the client they use."""
    os.environ |= {
        "AWS_ENDPOINT_URL": endpoint.url,
        "AWS_SESSION_TOKEN": endpoint.token,
        "EARSHOT_STAGE": "local",
        "EARSHOT_TABLE": TABLE,
        "EARSHOT_PUBLIC_URL": "http://localhost",
        "EARSHOT_RESPONSE_QUEUE": f"{endpoint.url}/000000000000/responses",
        "EARSHOT_LINK_QUEUE": f"{endpoint.url}/000000000000/links",
        "EARSHOT_BACKFILL_QUEUE": f"{endpoint.url}/000000000000/none",
    }
    from earshot import bootstrap, observability  # noqa: PLC0415 - Powertools reads the environment when imported

    observability.logger.registered_handler.setStream(open(os.devnull, "w", encoding="utf-8"))  # type: ignore[attr-defined]  # noqa: PTH123, SIM115
    client = bootstrap.client("dynamodb")
    if TABLE not in client.list_tables()["TableNames"]:
        client.create_table(TableName=TABLE, **definition(client))
        client.get_waiter("table_exists").wait(TableName=TABLE)
    return client


def definition(client: Any) -> dict[str, Any]:
    """Return the definition of the stack's own table, which was made from template.yaml, its index included."""
    (deployed,) = (name for name in client.list_tables()["TableNames"] if name != TABLE)
    table = client.describe_table(TableName=deployed)["Table"]
    own = {name: table[name] for name in ("AttributeDefinitions", "KeySchema", "StreamSpecification")}
    parts = ("IndexName", "KeySchema", "Projection")
    indexes = [{part: index[part] for part in parts} for index in table["GlobalSecondaryIndexes"]]
    return {**own, "GlobalSecondaryIndexes": indexes, "BillingMode": "PAY_PER_REQUEST"}
