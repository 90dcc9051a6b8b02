"""A survey of one's own in the shared stack: post, wait, read."""

import json
import os
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest

from earshot_cli.local.aws import client
from earshot_cli.local.deploy import STACK
from earshot_cli.local.drain import drain
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.engine import backlog
from tests.e2e.conftest import Reply, Stack

DAY = 86_400_000
SECONDS = 20.0
# Between two looks (seconds): each look costs the stack an invocation, of which what is awaited has need too.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.03, 0.2

Seen = TypeVar("Seen")


def now() -> int:
    return time.time_ns() // 1_000_000


def new_id(at: int | None = None) -> str:
    """A UUID of version 7, as a widget makes it; `at` is what its clock says, in Unix milliseconds."""
    noise = os.urandom(10).hex()
    head = f"{now() if at is None else at:012x}"
    return f"{head[:8]}-{head[8:]}-7{noise[:3]}-{'89ab'[int(noise[3], 16) & 3]}{noise[4:7]}-{noise[7:19]}"


def server_id(at: int) -> str:
    """A UUID of version 8, as a holder of a key may make it; `at` is its `responded_at` in Unix milliseconds."""
    made = new_id(at)
    return f"{made[:14]}8{made[15:]}"


def until(look: Callable[[], Seen], good: Callable[[Seen], bool], seconds: float = SECONDS) -> Seen:
    """Look again and again until it is good; a failed test, with the last look, if that never comes."""
    deadline, pause = time.monotonic() + seconds, SHORTEST_PAUSE
    while not good(seen := look()):
        if time.monotonic() > deadline:
            pytest.fail(f"not within {seconds} s; the last look saw {str(seen)[:2000]}")
        time.sleep(pause)
        pause = min(pause * 1.4, LONGEST_PAUSE)
    return seen


def settle(stack: Stack) -> None:
    """Wait until nothing that was accepted is on its way any more, but for what a queue holds back on purpose."""
    drain(stack.engine_endpoint)
    left = backlog(stack.engine_endpoint)
    assert left
    assert left["records"] == 0, f"the stream still has {left}"


def physical(stack: Stack, logical_id: str) -> str:
    """The name or address behind a name of the template."""
    return _physical(stack.engine_endpoint, logical_id)


def _physical(endpoint: Endpoint, logical_id: str) -> str:
    cloudformation = client("cloudformation", endpoint)
    found = cloudformation.describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def depth(stack: Stack, queue: str, attribute: str = "ApproximateNumberOfMessages") -> int:
    """How many messages a queue of the template holds."""
    url = _queue_url(stack.engine_endpoint, queue)
    reply = stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    return int(reply["Attributes"][attribute])


@cache
def _queue_url(endpoint: Endpoint, queue: str) -> str:
    return _physical(endpoint, queue)


def message(*submissions: dict[str, Any]) -> str:
    """What travels through the queues of responses."""
    return json.dumps({"version": 1, "submissions": list(submissions)})


class Survey:
    """One survey, made for one test."""

    def __init__(self, stack: Stack, **settings: Any) -> None:
        self.stack = stack
        self.id = f"s-{uuid4().hex[:12]}"
        self.path = f"/v1/surveys/{self.id}"
        made = self.change("PUT", name="Made for a test", **settings)
        assert made.status == 201, made.raw

    def change(self, method: str = "PATCH", **settings: Any) -> Reply:
        return self.stack.call(method, self.path, settings)

    def read(self) -> dict[str, Any]:
        return self._good(self.stack.call("GET", self.path))

    def post(self, score: Any = 9, **fields: Any) -> Reply:
        """Post a response as a widget does, without a key."""
        return self.stack.call("POST", f"{self.path}/responses", {"score": score, **fields}, key=False)

    def send(self, score: int = 9, **fields: Any) -> str:
        """Post a response that must be taken; return its id."""
        reply = self.post(score, **fields)
        assert reply.status == 202, reply.raw
        return str(reply.body["id"])

    def post_with_key(self, **fields: Any) -> Reply:
        return self.stack.call("POST", f"{self.path}/responses", fields)

    def batch(self, *rows: dict[str, Any], emit_events: bool = False) -> list[str]:
        """Post a batch that must be taken; its ids."""
        reply = self.post_with_key(responses=list(rows), announce=emit_events)
        assert reply.status == 202, reply.raw
        return list(reply.body["ids"])

    def queue(self, *bodies: str, delay: int = 0, name: str = "ResponseQueue") -> None:
        """Put messages into a queue of responses past the intake."""
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": delay} for number, body in enumerate(bodies)
        ]
        sent = self.stack.client("sqs").send_message_batch(QueueUrl=physical(self.stack, name), Entries=entries)
        assert not sent.get("Failed"), sent

    def submission(self, kind: str, score: int | None, response: str, **fields: Any) -> dict[str, Any]:
        """One statement as it travels through the queue."""
        given = {"survey": self.id, "id": response, "kind": kind, "received": now(), "score": score, **fields}
        return {name: value for name, value in given.items() if value is not None}

    def nps(self, **query: str) -> dict[str, Any]:
        return self._good(self.ask_nps(**query))

    def ask_nps(self, **query: str) -> Reply:
        return self.stack.call("GET", f"{self.path}/nps?{urlencode(query, quote_via=quote)}")

    def counted(self, responses: int, seconds: float = SECONDS) -> dict[str, Any]:
        """Wait until so many responses are counted, and no more come; the score of all."""
        until(lambda: self.nps(window="all"), lambda result: result["responses"] >= responses, seconds)
        settle(self.stack)
        score = self.nps(window="all")
        assert score["responses"] == responses, score
        return score

    def ask_response(self, response: str) -> Reply:
        return self.stack.call("GET", f"{self.path}/responses/{response}")

    def response(self, response: str) -> dict[str, Any]:
        return self._good(self.ask_response(response))

    def recorded(self, response: str, **wanted: Any) -> dict[str, Any]:
        """Wait until a response is recorded, and is as wanted."""

        def look() -> dict[str, Any]:
            reply = self.ask_response(response)
            return dict(reply.body) if reply.status == 200 else {}

        return until(look, lambda result: bool(result) and wanted.items() <= result.items())

    def responses(self, **query: str) -> Iterator[dict[str, Any]]:
        """All responses, page by page."""
        cursor: dict[str, str] = {}
        while True:
            asked = urlencode({"limit": "500", **query, **cursor}, quote_via=quote)
            page = self._good(self.stack.call("GET", f"{self.path}/responses?{asked}"))
            yield from page["responses"]
            if page["cursor"] is None:
                return
            cursor = {"cursor": page["cursor"]}

    def correct(self, response: str, **changes: Any) -> Reply:
        return self.stack.call("PATCH", f"{self.path}/responses/{response}", changes)

    def erase(self, response: str) -> Reply:
        return self.stack.call("DELETE", f"{self.path}/responses/{response}")

    @staticmethod
    def _good(reply: Reply) -> dict[str, Any]:
        assert reply.status == 200, reply.raw
        return dict(reply.body)


def histogram(*scores: int) -> list[int]:
    """The counts of these scores, 0 to 10."""
    return [scores.count(score) for score in range(11)]
