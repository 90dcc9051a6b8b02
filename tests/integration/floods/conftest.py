"""The public functions over a table in moto, with a survey that makes each request as dear as it can be."""

import importlib
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from benchmarks.listening import Spent, listening
from earshot import bootstrap
from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.domain.brand import Brand
from earshot.domain.person import Person, PersonDraft
from earshot.domain.submission_queues import QUEUE_CONTRACTS
from earshot.domain.widget import Link, Widget
from earshot.metrics import Gathered
from earshot.observability import logger
from earshot.services.people.manage_people import save
from earshot.services.responses.limit_rate import Memory
from tests.factories import NOON, make_invitation, make_survey
from tests.fakes.fake_time import no_pause
from tests.fakes.keys import FixedSecret, hash_key
from tests.integration.adapters.conftest import aws, dynamodb, table_properties
from tests.unit.functions.conftest import DirectByAddress

__all__ = ("aws", "dynamodb")
SEGMENTS = tuple(f"segment-{number}" for number in range(10))
# A function's name on AWS, made of the stack's, the logical id and twelve characters.
FUNCTION = "earshot-{}Function-0123456789AB"
# An owner's words that fill the item of a survey, 4 KB; more of them are a unit more for each further 4 KB.
BY_BAND = dict.fromkeys(("detractor", "passive", "promoter"), "w" * 300)
DEAR = make_survey(
    question="w" * 300,
    segments=SEGMENTS,
    brand=Brand("w" * 60, "#123456", "https://example.com/" + "x" * 200),
    widget=Widget(
        origins=("https://example.com",),
        follow_ups=BY_BAND,
        thanks=BY_BAND,
        link=Link("w" * 100, "https://example.com/" + "x" * 100),
    ),
)


@dataclass(frozen=True)
class Done:
    """The cost of a request and its reply."""

    status: int
    spent: Spent
    out: int
    lines: tuple[str, ...]


Ask = Callable[[str, dict[str, Any]], Done]


@pytest.fixture
def sqs(aws: None) -> Any:
    return boto3.client("sqs")


@pytest.fixture
def wired(dynamodb: Any, sqs: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make the functions work with the clients, secrets and clock of the test, over a survey that is dear to read."""
    clients = {"dynamodb": dynamodb, "sqs": sqs}
    monkeypatch.setattr(bootstrap, "client", clients.__getitem__)
    monkeypatch.setattr(bootstrap, "secret", FixedSecret)
    queue = sqs.create_queue(QueueName="responses")["QueueUrl"]
    for name in ("EARSHOT_BACKFILL_QUEUE", "EARSHOT_DELIVERY_QUEUE", *(each.setting for each in QUEUE_CONTRACTS)):
        monkeypatch.setenv(name, queue)
    monkeypatch.setenv("EARSHOT_TABLE", "earshot")
    monkeypatch.setenv("EARSHOT_SALT", "salt")
    monkeypatch.setenv("EARSHOT_CDN_SECRET", "")
    monkeypatch.setenv("EARSHOT_PUBLIC_URL", "https://earshot.example.com")
    # In a flood the refusals of ten seconds have one line together.
    refusals, memory = Gathered(lambda: 1000.0), Memory()
    refusals.count(ResponsesRefused=1)
    monkeypatch.setattr(importlib.import_module("functions.submit_response.app"), "REFUSALS", refusals)
    monkeypatch.setattr(bootstrap, "limits_known", lambda: memory)
    monkeypatch.setattr(bootstrap, "by_address", DirectByAddress)
    monkeypatch.setattr(bootstrap, "now", lambda: NOON)
    clear_ports()
    assert DynamoDBSurveys(dynamodb, "earshot").put(DEAR, None)
    yield
    clear_ports()


def clear_ports() -> None:
    """Make each port again with what it finds next."""
    for value in vars(bootstrap).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


@pytest.fixture
def ask(wired: None, dynamodb: Any, sqs: Any, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return what invokes a function with an event and measures it."""
    indexes = {
        index["IndexName"]: tuple(key["AttributeName"] for key in index["KeySchema"])
        for index in table_properties().get("GlobalSecondaryIndexes", ())
    }

    def send(function: str, event: dict[str, Any]) -> Done:
        words = "".join(word.title() for word in function.split("_"))
        monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", FUNCTION.format(words))
        handler = importlib.import_module(f"functions.{function}.app").lambda_handler
        log = io.StringIO()
        monkeypatch.setattr(sys, "stdout", log)
        for each in logger.handlers:
            monkeypatch.setattr(each, "stream", log)
        with listening(dynamodb, sqs, indexes) as spent:
            reply = handler(event, None)
        headers = "".join(f"{name}: {value}\r\n" for name, value in reply["headers"].items())
        body = reply.get("body") or ""
        size = len(body) * 3 // 4 if reply.get("isBase64Encoded") else len(body.encode())
        return Done(reply["statusCode"], spent, size + len(headers), tuple(log.getvalue().splitlines()))

    return send


@pytest.fixture
def links(ask: Ask, dynamodb: Any) -> dict[str, str]:
    """Return the links of somebody who was asked, and whose mail went out."""
    ports: Any = {
        "people": bootstrap.people(), "accounts": bootstrap.accounts(), "suppressions": bootstrap.suppressions(),
        "hash_key": hash_key, "pause": no_pause,
    }  # fmt: skip
    save([PersonDraft("ann", {"email": "ann@example.com", "name": "Ann", "locale": "de"})], NOON, **ports)
    ann = bootstrap.people().get("ann")
    assert isinstance(ann, Person)
    invitation = make_invitation(correlation="x" * 16, properties=dict.fromkeys(SEGMENTS, "x" * 60))
    assert bootstrap.invitations().open(invitation, ann)
    assert bootstrap.invitations().claim(invitation, NOON)
    assert bootstrap.invitations().record_sent(invitation, "m" * 60, NOON, NOON + 3 * 86_400_000)
    about = {"p": "ann", "i": invitation.id}
    return {purpose: bootstrap.tokens().make(purpose, about) for purpose in ("respond", "unsubscribe")}
