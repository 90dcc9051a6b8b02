"""Clients of the engine; whatever AWS account the user has stays out of reach."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import REGION, credentials
from earshot_cli.local.ministack_history import HISTORY_HEADER

# No proxy is used between this machine and itself, and an engine that is gone is known at once.
DIRECT = Config(proxies={}, retries={"total_max_attempts": 2}, connect_timeout=5, read_timeout=60)


def leave_the_users_account_alone(token: str = "") -> None:
    """Replace every AWS variable of this process with one that means the engine; `token` opens one that runs."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(credentials(token))


@cache
def client(service: str, endpoint: Endpoint) -> Any:
    """A client of one of the engine's services."""
    session = boto3.Session("test", "test", endpoint.token, REGION)
    return session.client(service, endpoint_url=endpoint.url, config=DIRECT)


def history_client(endpoint: Endpoint) -> Any:
    """A client of DynamoDB whose writes are history: they leave no record in the table's stream."""
    session = boto3.Session("test", "test", endpoint.token, REGION)
    dynamodb = session.client("dynamodb", endpoint_url=endpoint.url, config=DIRECT)
    dynamodb.meta.events.register("before-call.dynamodb", _say_it_is_history)
    return dynamodb


def _say_it_is_history(params: dict[str, Any], **_more: Any) -> None:
    params["headers"][HISTORY_HEADER] = "1"
