"""Holds AWS's own services to what they need: pollers, streams, logs, schedules, and rules that fill queues.

MiniStack moves messages and records by itself and checks no role. On AWS, Lambda polls with the function's role and
writes its log with it, a schedule puts with its own role, a rule puts as events.amazonaws.com if the queue's policy
lets it, and what cannot be put goes to the target's dead letters, if those may be put into.
"""

import threading
import time
from collections.abc import Iterator
from typing import Any

from ministack.core import iam_evaluator, responses
from ministack.services import eventbridge, lambda_svc, sqs

from earshot_cli.local.ministack_roles import Record, logger, role_allows

POLL_A_QUEUE = ("sqs:ReceiveMessage", "sqs:GetQueueAttributes")
READ_A_STREAM = tuple(f"dynamodb:{it}" for it in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"))
WRITE_A_LOG = ("logs:CreateLogStream", "logs:PutLogEvents")
SEND = "sqs:SendMessage"
RULES = "events.amazonaws.com"


def hold_services(record: Record) -> None:
    """Make nothing be polled, logged or delivered that AWS would refuse."""
    services = Services(record)
    lambda_svc._poll_dynamodb_streams = services.poll_streams(lambda_svc._poll_dynamodb_streams)
    lambda_svc._execute_function = services.read(lambda_svc._execute_function)
    lambda_svc._send_ddb_stream_failure_record = services.give_up(lambda_svc._send_ddb_stream_failure_record)
    lambda_svc._emit_lambda_logs = services.log(lambda_svc._emit_lambda_logs)
    sqs._receive_messages_for_esm = services.receive(sqs._receive_messages_for_esm)
    sqs._delete_messages_for_esm = services.delete(sqs._delete_messages_for_esm)
    eventbridge._invoke_target = services.deliver(eventbridge._invoke_target)


class Services:
    """The engine's own movements, each behind the question whether it may."""

    def __init__(self, record: Record) -> None:
        self._record = record
        self._here = threading.local()

    def receive(self, receive: Any) -> Any:
        """Messages that may not be received stay where they are."""

        def received(url: str, number: int) -> Any:
            queue = sqs._get_q(url)
            due = any(message["visible_at"] <= time.time() for message in list(queue["messages"]))
            return [] if due and not self._polls(queue, *POLL_A_QUEUE) else receive(url, number)

        return received

    def delete(self, delete: Any) -> Any:
        """Messages that may not be deleted come again."""

        def deleted(url: str, handles: set[str]) -> Any:
            if self._polls(sqs._get_q(url), "sqs:DeleteMessage"):
                delete(url, handles)

        return deleted

    def poll_streams(self, poll: Any) -> Any:
        """Return whether a batch is the poller's, and not one that a caller passes to a function."""

        def polled() -> Any:
            self._here.polls_streams = True
            return poll()

        return polled

    def read(self, execute: Any) -> Any:
        """Records that may not be read keep the stream waiting."""

        def executed(function: dict[str, Any], event: Any) -> Any:
            if getattr(self._here, "polls_streams", False) and event["Records"][0]["eventSource"] == "aws:dynamodb":
                role, stream = _role(function), event["Records"][0]["eventSourceARN"]
                if not self._all(role, READ_A_STREAM, stream):
                    return {"error": True, "body": {"errorType": "AccessDenied", "errorMessage": "the stream"}}
            return execute(function, event)

        return executed

    def give_up(self, send: Any) -> Any:
        """A record that a stream gave up is reported only where the function's role may put it."""

        def sent(mapping: dict[str, Any], function: dict[str, Any], *rest: Any) -> None:
            target = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
            if target and role_allows(self._record, _role(function), SEND, target):
                send(mapping, function, *rest)

        return sent

    def log(self, emit: Any) -> Any:
        """What may not be logged is lost, as it is on AWS, and the function runs all the same."""

        def emitted(function: dict[str, Any], *rest: Any, **more: Any) -> None:
            group = (_config(function).get("LoggingConfig") or {}).get("LogGroup")
            place = f"arn:aws:logs:{responses.get_region()}:{responses.get_account_id()}:log-group:{group}:log-stream:*"
            if self._all(_role(function), WRITE_A_LOG, place):
                emit(function, *rest, **more)

        return emitted

    def deliver(self, invoke: Any) -> Any:
        """What a queue's policy, or the schedule's role, does not let in goes to the target's dead letters."""

        def invoked(target: dict[str, Any], event: Any, rule: dict[str, Any], *rest: Any) -> None:
            for queue in _ways(target):
                if self._may_put(target, rule, queue):
                    invoke({**target, "Arn": queue}, event, rule, *rest)
                    return
            logger.warning("AccessDenied: nothing of %s may be put into %s", rule.get("Arn"), target["Arn"])

        return invoked

    def _may_put(self, target: dict[str, Any], rule: dict[str, Any], queue: str) -> bool:
        if ":sqs:" not in queue:
            return True
        if role := target.get("RoleArn"):
            return role_allows(self._record, role, SEND, queue)
        return self._queue_lets_in(queue, str(rule.get("Arn")))

    def _queue_lets_in(self, queue: str, rule: str) -> bool:
        asked = iam_evaluator.EvalContext(
            principal_arn="*",
            principal_type="Service",
            principal_account="",
            action=SEND,
            resource_arn=queue,
            region=responses.get_region(),
            service_context={"aws:sourcearn": rule},
        )
        policy = (sqs._queue_by_arn(queue) or {"attributes": {}})["attributes"].get("Policy")
        allowed = iam_evaluator.evaluate_resource_policy(policy, asked, service=RULES).decision == "Allow"
        self._record.add(queue.rpartition(":")[2], SEND, queue, [rule], allowed)
        return bool(allowed)

    def _polls(self, queue: dict[str, Any], *actions: str) -> bool:
        """Return whether the function behind a queue may do all of these with it."""
        arn = queue["attributes"]["QueueArn"]
        return all(self._all(_role(function), actions, arn) for function in _functions_behind(arn))

    def _all(self, role: str, actions: tuple[str, ...], resource: str) -> bool:
        """Return whether a role may do all of these; each is asked, so that each is noted."""
        return not [action for action in actions if not role_allows(self._record, role, action, resource)]


def _ways(target: dict[str, Any]) -> Iterator[str]:
    yield target["Arn"]
    if dead_letters := (target.get("DeadLetterConfig") or {}).get("Arn"):
        yield dead_letters


def _functions_behind(source: str) -> Iterator[dict[str, Any]]:
    for _, _, mapping in lambda_svc._iter_all_esms():
        if mapping["EventSourceArn"] == source:
            function, _ = lambda_svc._get_func_record_for_qualifier(mapping["FunctionName"], mapping.get("Qualifier"))
            if function:
                yield function


def _role(function: dict[str, Any]) -> str:
    return str(_config(function)["Role"])


def _config(function: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = function.get("config") or function
    return config
