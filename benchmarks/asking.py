"""What asking needs in this process: a secret, a queue and a sender in the engine, surveys, people, and a clock."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from os import environ
from secrets import token_bytes
from typing import Any
from unittest.mock import patch

from benchmarks.errors import BenchError
from benchmarks.in_process import handler_of, prepare
from earshot import bootstrap
from earshot.domain.brand import Brand
from earshot.domain.eligibility import Rules
from earshot.domain.invitation import Invitation
from earshot.domain.survey import Survey
from earshot.services.api_keys.manage_api_keys import create
from earshot_cli.local.aws import client
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.seed import verify_sender

SENDER = "survey@example.com"
SECRET = "earshot-bench"  # noqa: S105 - the name of a secret
BRAND = Brand("Northwind Rail", "#0f6b5c", "https://assets.example.com/northwind/logo.png")
NAMES = {"en": "Ann Archer", "de": "Jürgen Müller", "ar": "ليلى حداد", "ja": "山田花子"}
LANGUAGES = tuple(NAMES)


def moment(day: int, hour: int, minute: int = 0) -> int:
    """Return a moment of November 2026 in UTC, in Unix milliseconds."""
    return int(datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp() * 1000)


def asking_survey(survey_id: str, rules: Rules) -> Survey:
    """Make a branded survey, which sends in UTC."""
    return Survey(survey_id, "Bench", created_at="now", updated_at="now", rules=rules, brand=BRAND)


def prepare_asking(endpoint: Endpoint) -> Any:
    """Prepare the table and everything else that inviting and sending need; return the table's client."""
    table = prepare(endpoint)
    queue = client("sqs", endpoint).create_queue(QueueName="earshot-bench-mails")["QueueUrl"]
    secrets = client("secretsmanager", endpoint)
    if not any(secret["Name"] == SECRET for secret in secrets.list_secrets()["SecretList"]):
        secrets.create_secret(Name=SECRET, SecretString="bench" * 13)
    verify_sender(endpoint, SENDER)
    environ.update(
        # As in `make run`: the engine's SES knows no configuration set.
        EARSHOT_CONFIGURATION_SET="",
        EARSHOT_EMAIL_QUEUE=queue,
        EARSHOT_HASH_SECRET=SECRET,
        EARSHOT_LINK_SECRET=SECRET,
        EARSHOT_MAIL_FROM=SENDER,
        EARSHOT_PUBLIC_URL="https://earshot.example.com",
        EARSHOT_MAX_CONCURRENCY="1",
    )
    bootstrap.hash_key()
    bootstrap.tokens()
    return table


class Asker:
    """The real handlers on both sides of the queue of mails, one person at a time."""

    def __init__(self) -> None:
        self._invite = handler_of("request_invitations")
        self._send = handler_of("send_emails")
        scopes = ("people:write", "people:read")
        _, self._key = create("mails", scopes, "2026-11-21T00:00:00.000Z", token_bytes(30), keys=bootstrap.api_keys())

    def invite(self, survey: str, person: Mapping[str, str], now: int) -> dict[str, str]:
        """Ask a person at a moment; return the task that the sender gets. BenchError unless they are to be asked."""
        body = json.dumps({"invitations": [{"person": person}]})
        with clock_at(now):
            reply = self._invite(_request(survey, body, self._key), None)
        (invitation,) = json.loads(reply["body"]).get("invitations", [{}])
        if invitation.get("outcome") != "scheduled":
            raise BenchError(f"{survey}: {reply}")
        return {"person": invitation["person"], "invitation": invitation["id"]}

    def send(self, task: Mapping[str, str], now: int) -> Invitation:
        """Run the sender on a task at a moment; return the invitation as it is after it."""
        with clock_at(now):
            failed = self._send({"Records": [_message(task)]}, _Context())["batchItemFailures"]
        invitation = bootstrap.invitations().get(task["person"], task["invitation"])
        if failed or invitation is None:
            raise BenchError(f"the sender failed at {task}")
        return invitation


@contextmanager
def clock_at(now: int) -> Iterator[None]:
    """Hold the handlers' clock at a moment (Unix milliseconds)."""
    with patch.object(bootstrap, "now", lambda: now):
        yield


class _Context:
    """What a function may ask its runtime."""

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


def _message(task: Mapping[str, str]) -> dict[str, Any]:
    return {
        "messageId": task["invitation"],
        "receiptHandle": task["invitation"],
        "body": json.dumps(task),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def _request(survey: str, body: str, key: str) -> dict[str, Any]:
    return {
        "routeKey": "POST /v1/surveys/{survey}/invitations",
        "pathParameters": {"survey": survey},
        "headers": {"authorization": f"Bearer {key}", "content-type": "application/json"},
        "body": body,
        "requestContext": {"requestId": "bench"},
    }
