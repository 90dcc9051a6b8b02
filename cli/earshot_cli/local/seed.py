"""What a fresh stack needs before anyone can use it: an API key, a survey, and a file that says where they are."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from botocore.exceptions import BotoCoreError, ClientError

from earshot.adapters.dynamodb.surveys import DynamoDBSurveys
from earshot.adapters.secrets import SecretsManagerSecret
from earshot.bootstrap import now
from earshot.domain.access import SCOPES
from earshot.domain.eligibility import Rules
from earshot_cli.local.aws import client, history_client
from earshot_cli.local.clock import Clock
from earshot_cli.local.demo_company.customers import SEGMENTS
from earshot_cli.local.demo_company.sample import survey_of_a_year
from earshot_cli.local.demo_company.writing import day_of_the_demo, write_sample
from earshot_cli.local.endpoint import Endpoint
from earshot_cli.local.errors import StackReplyError
from earshot_cli.local.private_files import write_private
from earshot_cli.local.settings import Settings

SURVEY, COMPANY = "demo", "Kiosk & Corner"
SITE = "https://example.com"
DEMO_PATH = f"/v1/surveys/{SURVEY}"
RULES = Rules(opens=0, closes=24)

_direct = build_opener(ProxyHandler({}))


@dataclass(frozen=True)
class Connection:
    """What .local/earshot.json holds."""

    url: str
    api_key: str = field(repr=False)
    engine_endpoint: str
    engine_token: str = field(repr=False)
    survey: str = SURVEY
    clock: str = ""
    console: str = ""
    invitations_function: str = ""


def working_key(settings: Settings, url: str, endpoint: Endpoint, keys_function: str) -> str:
    """The key of the last run if it still opens every door, else a new one: a version may bring new scopes."""
    key = _saved_key(settings)
    if key and set(SCOPES) <= _scopes(url, key):
        return key
    return _new_key(endpoint, keys_function)


@dataclass(frozen=True)
class Api:
    """The API of a stack that was just deployed, and the table below it."""

    url: str
    endpoint: Endpoint
    table: str
    keys_function: str
    hash_secret: str


def seed(settings: Settings, api: Api) -> str:
    """Make the key, and where it is missing the survey to play with, with the sample company; return the key.

    A function starts while the sample is written into the table: both take seconds, each its own processor.
    """
    is_new = DynamoDBSurveys(client("dynamodb", api.endpoint), api.table).get(SURVEY) is None
    has_demo = is_new and settings.has_demo
    today = day_of_the_demo(settings.demo_day, Clock(settings.clock).now) if has_demo else None
    with ThreadPoolExecutor() as pool:
        # Without a key it is refused, by a function that has started then.
        working: list[Any] = [pool.submit(call, api.url, "", "PUT", DEMO_PATH, {})] if is_new else []
        if today:
            working.append(pool.submit(_write_company, api, today))
        key = working_key(settings, api.url, api.endpoint, api.keys_function)
        for work in working:
            work.result()
    if is_new and not has_demo:
        make_survey(api.url, key)
    return key


def _write_company(api: Api, today: date) -> None:
    hashes = SecretsManagerSecret(client("secretsmanager", api.endpoint), api.hash_secret, now)
    survey = survey_of_a_year(SURVEY, COMPANY, RULES, today)
    write_sample(history_client(api.endpoint), api.table, hashes.key, survey, today)


def make_survey(url: str, key: str) -> None:
    """Create the survey to play with; its mails go out at any hour, so that the first one is seen at once."""
    rules = {"sending_hours": [RULES.opens, RULES.closes]}
    body = {"name": COMPANY, "segments": list(SEGMENTS), "rules": rules}
    status, reply = call(url, key, "PUT", DEMO_PATH, body)
    if status not in {200, 201}:
        raise StackReplyError(f"The survey {SURVEY!r} could not be created: {status} {_short(reply)}")


def save(settings: Settings, connection: Connection) -> None:
    """Write the file for the `earshot` command, readable by its owner only."""
    write_private(settings.connection, asdict(connection))


def call(url: str, key: str, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, bytes]:
    """Call the API through the gateway, as a user would."""
    request = Request(  # noqa: S310 - the gateway's own address
        url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    try:
        with _direct.open(request, timeout=60) as reply:
            return reply.status, reply.read()
    except HTTPError as error:
        return error.code, error.read()
    except (URLError, OSError) as error:
        raise StackReplyError(f"{method} {path} got no reply: {error}") from error


def _saved_key(settings: Settings) -> str | None:
    try:
        key = json.loads(settings.connection.read_text(encoding="utf-8"))["api_key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) and key else None


def _scopes(url: str, key: str) -> set[str]:
    """The scopes of a key, none if it is no good; a key may read the list of keys, and knows its own id."""
    status, reply = call(url, key, "GET", "/v1/keys")
    if status != 200:
        return set()
    return {
        scope
        for entry in json.loads(reply)["keys"]
        if key.startswith(f"earshot_{entry['id']}_")
        for scope in entry["scopes"]
    }


def set_up_mail(endpoint: Endpoint, identity: str, fault: str | None) -> None:
    """Set SES up as its owner does once, but for the fault that the switch `ses` names."""
    ses = client("sesv2", endpoint)
    try:
        ses.put_account_details(MailType="TRANSACTIONAL", WebsiteURL=SITE, ProductionAccessEnabled=fault != "sandbox")
        if fault == "unverified":
            with suppress(ses.exceptions.NotFoundException):
                ses.delete_email_identity(EmailIdentity=identity)
            return
    except (ClientError, BotoCoreError) as error:
        raise StackReplyError(f"SES could not be set up: {error}") from error
    verify_sender(endpoint, identity)


def verify_sender(endpoint: Endpoint, identity: str) -> None:
    """Make the identity that mails come from known to SES; on AWS its owner verifies it once."""
    ses = client("sesv2", endpoint)
    try:
        ses.create_email_identity(EmailIdentity=identity)
    except ses.exceptions.AlreadyExistsException:
        pass
    except (ClientError, BotoCoreError) as error:
        raise StackReplyError(f"The identity {identity} could not be created: {error}") from error


def _new_key(endpoint: Endpoint, keys_function: str) -> str:
    """Create the first key by invoking the function, not over HTTP."""
    try:
        reply = client("lambda", endpoint).invoke(
            FunctionName=keys_function, Payload=json.dumps({"name": "local", "scopes": SCOPES})
        )
        payload = reply["Payload"].read()
        return str(json.loads(payload)["key"])
    except (ClientError, BotoCoreError) as error:
        raise StackReplyError(f"The first API key could not be created: {error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise StackReplyError(f"The first API key could not be created: {_short(payload)}") from error


def _short(reply: bytes) -> str:
    return " ".join(reply.decode("utf-8", "replace").split())[:400]
