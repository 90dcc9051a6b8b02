"""What a walk through Earshot needs besides its API: schedules that run, functions configured otherwise, SES."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.e2e.conftest import Stack
from tests.e2e.releases import release
from tests.e2e.survey_client import physical, settle, until


def reconfigure(stack: Stack, function: str, timeout: int | None = None, **variables: str) -> None:
    """Change what a function gets, and for how long it may run, while it has nothing to do."""
    settle(stack)
    reply = stack.client("lambda").get_function_configuration(FunctionName=physical(stack, function))
    variables = {**reply["Environment"]["Variables"], **variables}
    release(stack, function, Timeout=timeout or reply["Timeout"], Environment={"Variables": variables})


@contextmanager
def ringing(stack: Stack, *names: str) -> Iterator[None]:
    """Run these schedules once, with their own targets and roles, and check by the end that they ran."""
    scheduler, made = stack.client("scheduler"), []
    for name in names:
        target = scheduler.get_schedule(Name=physical(stack, name))["Target"]
        made.append(f"once-{uuid.uuid4().hex[:8]}")
        scheduler.create_schedule(
            Name=made[-1],
            ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
            ActionAfterCompletion="DELETE",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=target,
        )
    yield
    until(lambda: {each["Name"] for each in scheduler.list_schedules()["Schedules"]} & set(made), lambda left: not left)


def table_item(stack: Stack, pk: str, sk: str) -> dict[str, Any]:
    key = {"pk": {"S": pk}, "sk": {"S": sk}}
    return dict(stack.client("dynamodb").get_item(TableName=physical(stack, "Table"), Key=key)["Item"])


def send_task(stack: Stack, queue: str, task: Any) -> None:
    stack.client("sqs").send_message(QueueUrl=physical(stack, queue), MessageBody=json.dumps(task))


def responses(stack: Stack, survey: str) -> list[dict[str, Any]]:
    return list(stack.call("GET", f"/v1/surveys/{survey}/responses?limit=10").body["responses"])


def send_ses_event(stack: Stack, event: dict[str, Any]) -> None:
    """Make the deployed rule fill its queue with an event of SES; only SES may put one on a bus, here as on AWS.

    So the rule takes one more source for a moment, and passes what SES would have sent in place of what came.
    """
    events, name = stack.client("events"), physical(stack, "FeedbackRule").rpartition("|")[2]
    pattern = json.loads(events.describe_rule(Name=name)["EventPattern"])
    events.put_rule(Name=name, EventPattern=json.dumps({**pattern, "source": ["aws.ses", "walk.ses"]}))
    (target,) = events.list_targets_by_rule(Rule=name)["Targets"]
    events.put_targets(Rule=name, Targets=[{**target, "Input": json.dumps(event)}])
    ours = json.dumps(pattern["detail"])
    entry = {"Source": "walk.ses", "DetailType": event["detail-type"], "Detail": ours}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0
    events.put_targets(Rule=name, Targets=[target])
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))


@contextmanager
def listing(*addresses: str) -> Iterator[tuple[str, list[str]]]:
    """Serve SES's suppression list, an address a page."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = len(seen)
            seen.append(self.path)
            entry = {"EmailAddress": addresses[page], "Reason": "BOUNCE", "LastUpdateTime": time.time()}
            more = {"NextToken": "more"} if page + 1 < len(addresses) else {}
            body = json.dumps({"SuppressedDestinationSummaries": [entry], **more}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()
