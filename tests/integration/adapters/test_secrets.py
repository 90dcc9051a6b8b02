"""Secrets: their keys as Secrets Manager holds them, read again now and then."""

import boto3
import pytest
from botocore.exceptions import ClientError

from earshot.adapters.secrets import GOOD_FOR, SecretsManagerSecret
from earshot.domain.errors import BusyError


@pytest.mark.parametrize(
    ("secret", "keys"),
    [
        ("one key", [b"one key"]),
        ('["new", "old"]', [b"new", b"old"]),
        ('["half a list', [b'["half a list']),
        ("1234", [b"1234"]),
        ('{"former": "", "current": "first"}', [b"first"]),
        ('{"current": "new", "former": "old"}', [b"new", b"old"]),
    ],
)
def test_a_secret_is_a_list_of_keys_or_one_key(aws: None, secret: str, keys: list[bytes]) -> None:
    client = boto3.client("secretsmanager")
    client.create_secret(Name="links", SecretString=secret)
    assert list(SecretsManagerSecret(client, "links", lambda: 0).keys()) == keys


@pytest.mark.parametrize("secret", ["[]", '["new", ""]', "{}", '{"former": "old"}', '{"current": ""}'])
def test_a_secret_without_a_key_is_no_secret(aws: None, secret: str) -> None:
    client = boto3.client("secretsmanager")
    client.create_secret(Name="links", SecretString=secret)
    with pytest.raises(ValueError, match="has no key"):
        SecretsManagerSecret(client, "links", lambda: 0).keys()


@pytest.mark.parametrize("secret", ["one key", '["one key"]'])
def test_what_hashes_is_one_key(aws: None, secret: str) -> None:
    client = boto3.client("secretsmanager")
    client.create_secret(Name="hashes", SecretString=secret)
    assert SecretsManagerSecret(client, "hashes", lambda: 0).key() == b"one key"


def test_what_hashes_is_never_rotated(aws: None) -> None:
    client = boto3.client("secretsmanager")
    client.create_secret(Name="hashes", SecretString='["new", "old"]')
    with pytest.raises(ValueError, match="only one is allowed"):
        SecretsManagerSecret(client, "hashes", lambda: 0).key()


class MovingSecret:
    """A Secrets Manager that replies by script and counts how often it was asked."""

    def __init__(self) -> None:
        self.text, self.asked, self.is_away = "first", 0, False

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: ARG002, N803 - boto3's own name
        self.asked += 1
        if self.is_away:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetSecretValue")
        return {"SecretString": self.text}


def test_a_secret_is_read_again_after_five_minutes_and_kept_while_it_cannot_be() -> None:
    clock, client = [0], MovingSecret()
    secrets = SecretsManagerSecret(client, "links", lambda: clock[0])
    client.is_away = True
    with pytest.raises(BusyError):
        secrets.keys()
    client.is_away = False
    assert list(secrets.keys()) == [b"first"]
    client.text, clock[0] = '["second", "first"]', GOOD_FOR - 1
    assert (list(secrets.keys()), client.asked) == ([b"first"], 2)
    client.is_away, clock[0] = True, GOOD_FOR
    assert list(secrets.keys()) == [b"first"]
    client.is_away = False
    assert list(secrets.keys()) == [b"second", b"first"]


def test_a_secret_may_be_read_again_sooner() -> None:
    clock, client = [0], MovingSecret()
    address = SecretsManagerSecret(client, "crm", lambda: clock[0], good_for=60_000)
    assert address.key() == b"first"
    client.text, clock[0] = "second", 59_999
    assert (address.key(), client.asked) == (b"first", 1)
    clock[0] = 60_000
    assert (address.key(), client.asked) == (b"second", 2)
