"""Where ports meet adapters: each is made when first asked for, and kept for the function's life."""

import os
import random
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from earshot.config import clock_ahead, is_local, setting
from earshot.domain import ids

if TYPE_CHECKING:
    from earshot.adapters.api_keys import DynamoDBKeys
    from earshot.adapters.budgets import DynamoDBBudgets
    from earshot.adapters.bus import EventBridgeBus
    from earshot.adapters.counts import DynamoDBCounts
    from earshot.adapters.crm import HttpCrm
    from earshot.adapters.door import DynamoDBDoor
    from earshot.adapters.erasings import DynamoDBErasings
    from earshot.adapters.imports import DynamoDBImports
    from earshot.adapters.invitations import DynamoDBInvitations
    from earshot.adapters.ledger import DynamoDBLedger
    from earshot.adapters.mailer import SesMailer
    from earshot.adapters.people import DynamoDBPeople
    from earshot.adapters.queues import SqsSubmissionQueue, SqsTaskQueue
    from earshot.adapters.responses import DynamoDBResponses
    from earshot.adapters.scores import DynamoDBScores
    from earshot.adapters.secrets import SecretsManagerSecret
    from earshot.adapters.suppressions import DynamoDBSuppressedHashes, DynamoDBSuppressions
    from earshot.adapters.surveys import DynamoDBSurveys
    from earshot.adapters.tokens import Tokens
    from earshot.asking_ports import Reader
    from earshot.domain.answer_queues import AnswerQueue
    from earshot.emails.composer import Composer

LONGEST_PAUSE = 2.0


def now() -> int:
    """Give our clock in Unix milliseconds; `earshot clock` moves it under `make run`, and nothing does elsewhere."""
    return time.time_ns() // 1_000_000 + clock_ahead()


def people_retention_days() -> int:
    """Return for how many days people are kept without contact; 0: for good."""
    return int(setting("EARSHOT_PEOPLE_RETENTION_DAYS"))


def pause(attempt: int) -> None:
    """Wait before another try: longer each time, never at the same moment as a competitor."""
    time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * 2**attempt)))  # noqa: S311


def new_id() -> str:
    """Make an id for what begins now."""
    return id_at(now())


def id_at(time: int) -> str:
    """Make an id for a response that came without one and was given at a time (Unix milliseconds)."""
    return ids.mint(time, os.urandom(16))


@cache
def client(service: str) -> Any:
    """Make the client of an AWS service; it retries what may be retried.

    It sends parameters as they are: checking a hundred items against the service's model takes longer than all else.
    """
    retries = {"mode": "standard", "max_attempts": 4}
    return boto3.client(service, config=Config(retries=retries, tcp_keepalive=True, parameter_validation=False))


@cache
def surveys() -> "DynamoDBSurveys":
    from earshot.adapters.surveys import DynamoDBSurveys

    return DynamoDBSurveys(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def tracking_surveys() -> "DynamoDBSurveys":
    """Make the surveys for who brings values: a new series may ask for a backfill."""
    from earshot.adapters.surveys import DynamoDBSurveys

    return DynamoDBSurveys(client("dynamodb"), setting("EARSHOT_TABLE"), task_queue("EARSHOT_BACKFILL_QUEUE"))


@cache
def door() -> "DynamoDBDoor":
    from earshot.adapters.door import DynamoDBDoor

    return DynamoDBDoor(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def ledger() -> "DynamoDBLedger":
    from earshot.adapters.ledger import DynamoDBLedger

    return DynamoDBLedger(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def responses() -> "DynamoDBResponses":
    from earshot.adapters.responses import DynamoDBResponses

    return DynamoDBResponses(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def imports() -> "DynamoDBImports":
    from earshot.adapters.imports import DynamoDBImports

    return DynamoDBImports(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def erasings() -> "DynamoDBErasings":
    from earshot.adapters.erasings import DynamoDBErasings

    return DynamoDBErasings(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def counts() -> "DynamoDBCounts":
    from earshot.adapters.counts import DynamoDBCounts

    return DynamoDBCounts(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def scores() -> "DynamoDBScores":
    from earshot.adapters.scores import DynamoDBScores

    return DynamoDBScores(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def keys() -> "DynamoDBKeys":
    from earshot.adapters.api_keys import DynamoDBKeys

    return DynamoDBKeys(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def people() -> "DynamoDBPeople":
    from earshot.adapters.people import DynamoDBPeople

    return DynamoDBPeople(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def secret(variable: str) -> "SecretsManagerSecret":
    """Make a secret, by the variable that names it: each role may read only its own."""
    from earshot.adapters.secrets import SecretsManagerSecret

    return SecretsManagerSecret(client("secretsmanager"), setting(variable), now)


def hash_key() -> bytes:
    """Return the key that addresses are hashed with; it is never another."""
    return secret("EARSHOT_HASH_SECRET").key()


@cache
def suppressed_hashes() -> "DynamoDBSuppressedHashes":
    """Make the suppressions for who knows addresses by their hashes alone, and may not read the key of these."""
    from earshot.adapters.suppressions import DynamoDBSuppressedHashes

    return DynamoDBSuppressedHashes(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def suppressions() -> "DynamoDBSuppressions":
    from earshot.adapters.suppressions import DynamoDBSuppressions

    return DynamoDBSuppressions(client("dynamodb"), setting("EARSHOT_TABLE"), hash_key)


@cache
def submission_queue(variable: str) -> "SqsSubmissionQueue":
    from earshot.adapters.queues import SqsSubmissionQueue

    return SqsSubmissionQueue(client("sqs"), setting(variable))


@cache
def answer_queues() -> "dict[str, AnswerQueue]":
    from earshot.domain.answer_queues import ANSWER_QUEUES, queue_named_by

    return {queue_named_by(setting(queue.setting)): queue for queue in ANSWER_QUEUES}


@cache
def task_queue(variable: str) -> "SqsTaskQueue":
    from earshot.adapters.queues import SqsTaskQueue

    return SqsTaskQueue(client("sqs"), setting(variable))


@cache
def bus() -> "EventBridgeBus":
    from earshot.adapters.bus import EventBridgeBus

    return EventBridgeBus(client("events"), setting("EARSHOT_BUS"))


@cache
def crm() -> "HttpCrm | None":
    from earshot.adapters.crm import HttpCrm

    url = setting("EARSHOT_CRM_URL")
    return HttpCrm(url, loopback=is_local()) if url else None


@cache
def invitations() -> "DynamoDBInvitations":
    from earshot.adapters.invitations import DynamoDBInvitations

    return DynamoDBInvitations(client("dynamodb"), setting("EARSHOT_TABLE"))


@cache
def budgets() -> "DynamoDBBudgets":
    from earshot.adapters.budgets import DynamoDBBudgets

    return DynamoDBBudgets(client("dynamodb"), setting("EARSHOT_TABLE"))


def tokens() -> "Tokens":
    from earshot.adapters.tokens import Tokens

    return Tokens(secret("EARSHOT_LINK_SECRET").keys(), now)


@cache
def mailer() -> "SesMailer":
    from earshot.adapters.mailer import SesMailer

    once = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=15)  # twice might be two mails
    return SesMailer(boto3.client("sesv2", config=once), setting("EARSHOT_CONFIGURATION_SET"))


def composer() -> "Composer":
    from earshot.emails.composer import Composer

    return Composer(setting("EARSHOT_PUBLIC_URL"), setting("EARSHOT_MAIL_FROM"), tokens().make)


def reader() -> "Reader":
    from earshot.adapters import links

    return links.reader(tokens())
