"""An endpoint that plays CloudFormation: stacks in a dictionary, in the protocol's own XML, page by page."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

# Logical name -> (type, physical name), where it is not CREATE_COMPLETE also its status; by stack.
Stacks = dict[str, dict[str, tuple[str, ...]]]
PAGE = 100
# Not a resource, but the state that a stack is in.
STATUS = "Status"
COMPLETE = "CREATE_COMPLETE"


@contextmanager
def cloudformation() -> Iterator[tuple[str, Stacks]]:
    """Return its address, and the stacks to put some into."""
    stacks: Stacks = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            params = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            status, reply = reply_to({name: values[0] for name, values in params.items()}, stacks)
            self.send_response(status)
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 the base class names it so
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", stacks
    server.shutdown()
    server.server_close()


def reply_to(fields: dict[str, str], stacks: Stacks) -> tuple[int, str]:
    action, name = fields["Action"], fields["StackName"]
    if name not in stacks:
        fault = f"<Code>ValidationError</Code><Message>Stack with id {name} does not exist</Message>"
        return 400, f"<ErrorResponse><Error>{fault}</Error></ErrorResponse>"
    made = _described(stacks[name]) if action == "DescribeStacks" else _listed(stacks[name], fields.get("NextToken"))
    return 200, f"<{action}Response><{action}Result>{made}</{action}Result></{action}Response>"


def _described(resources: dict[str, tuple[str, ...]]) -> str:
    table = resources.get("Table", ("", ""))[1]
    output = f"<member><OutputKey>TableName</OutputKey><OutputValue>{table}</OutputValue></member>"
    status = f"<StackStatus>{resources.get(STATUS, ('', 'UPDATE_COMPLETE'))[1]}</StackStatus>"
    return f"<Stacks><member>{status}<Outputs>{output}</Outputs></member></Stacks>"


def _listed(resources: dict[str, tuple[str, ...]], token: str | None) -> str:
    start = int(token or 0)
    page = list(resources.items())[start : start + PAGE]
    members = "".join(
        f"<member><LogicalResourceId>{logical}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>"
        f"<ResourceType>{kind}</ResourceType>"
        f"<ResourceStatus>{status[0] if status else COMPLETE}</ResourceStatus></member>"
        for logical, (kind, physical, *status) in page
    )
    more = f"<NextToken>{start + PAGE}</NextToken>" if start + PAGE < len(resources) else ""
    return f"<StackResourceSummaries>{members}</StackResourceSummaries>{more}"
