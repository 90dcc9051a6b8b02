"""A deployed stack whose services reply what a test says, in the shape that AWS's own model demands."""

from collections.abc import Mapping
from typing import Any

import boto3
from botocore.stub import Stubber

from earshot_cli.ops.aws_errors import StackPlace
from earshot_cli.ops.stack import Resource, Stack

Replies = Mapping[str, list[tuple[str, Any]]]


class Session:
    """A session whose clients reply in the order given: by service, the operation and its reply, or an error's code."""

    def __init__(self, replies: Replies) -> None:
        self._clients: dict[str, Any] = {}
        for service, operations in replies.items():
            self._clients[service] = client = boto3.client(service, "eu-central-1", aws_access_key_id="id",
                                                           aws_secret_access_key="secret")  # fmt: skip
            stub = Stubber(client)
            for operation, reply in operations:
                if isinstance(reply, str):
                    code, _, message = reply.partition(" ")
                    stub.add_client_error(operation, code, message, 400)
                else:
                    stub.add_response(operation, reply)
            stub.activate()

    def client(self, service: str, **_: Any) -> Any:
        """Return the client of a service; KeyError for one that the test does not expect."""
        return self._clients[service]


def stack_with(replies: Replies, resources: Mapping[str, str] | None = None) -> Stack:
    """Return a stack with these resources, by their logical and physical names."""
    found = {name: Resource(name, physical, "-", "CREATE_COMPLETE") for name, physical in (resources or {}).items()}
    place = StackPlace("mine", "eu-central-1", is_local=False)
    return Stack(place, "CREATE_COMPLETE", {"TableName": "mine-Table"}, found, Session(replies), None)
