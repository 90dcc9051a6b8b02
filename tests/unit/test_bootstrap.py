"""What all clients of AWS have in common, and where the senders to vendors go."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from earshot import bootstrap
from earshot.adapters.destinations import hubspot_api, slack


@pytest.fixture
def _clients_of_their_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    bootstrap.client.cache_clear()
    yield
    bootstrap.client.cache_clear()


@pytest.mark.usefixtures("_clients_of_their_own")
def test_a_call_carries_a_fixed_user_agent_that_names_boto3_and_earshot() -> None:
    client, sent = bootstrap.client("dynamodb"), []

    def note(request: object, **_: object) -> None:
        sent.append(request.headers["User-Agent"])  # type: ignore[attr-defined]
        raise InterruptedError

    client.meta.events.register_last("before-send", note)
    for _ in range(2):
        with pytest.raises(InterruptedError):
            client.list_tables()
    assert sent[0] == sent[1]
    agent = sent[0].decode() if isinstance(sent[0], bytes) else sent[0]
    assert agent.startswith(f"Boto3/{boto3.__version__} Earshot ")
    # None of what botocore works out for each call: features, retries, the language.
    assert not {"md/", "cfg/", "lang/", "m/"} & {word[: word.find("/") + 1] for word in agent.split()}


VENDORS = {
    "slack": ("EARSHOT_SLACK_API", slack.API),
    "hubspot": ("EARSHOT_HUBSPOT_API", hubspot_api.API),
}


@pytest.fixture
def _senders_of_their_own() -> Iterator[None]:
    bootstrap.destination_sender.cache_clear()
    yield
    bootstrap.destination_sender.cache_clear()


@pytest.mark.usefixtures("_senders_of_their_own")
@pytest.mark.parametrize("kind", VENDORS)
@pytest.mark.parametrize("stage", ["local", "dev", "prod", ""])
def test_only_the_local_stage_reaches_what_stands_in_for_a_vendor(
    kind: str, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable, vendor = VENDORS[kind]
    monkeypatch.setenv("EARSHOT_STAGE", stage)
    monkeypatch.setenv(variable, "http://127.0.0.1:9000")
    sender: Any = bootstrap.destination_sender(kind)
    assert sender._api == ("http://127.0.0.1:9000" if stage == "local" else vendor)


@pytest.mark.usefixtures("_senders_of_their_own")
@pytest.mark.parametrize("kind", VENDORS)
def test_without_a_stand_in_the_local_stage_reaches_the_vendor(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    variable, vendor = VENDORS[kind]
    monkeypatch.setenv("EARSHOT_STAGE", "local")
    monkeypatch.setenv(variable, "")
    sender: Any = bootstrap.destination_sender(kind)
    assert sender._api == vendor
