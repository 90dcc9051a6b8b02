"""What all clients of AWS have in common."""

from collections.abc import Iterator

import boto3
import pytest

from earshot import bootstrap


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
