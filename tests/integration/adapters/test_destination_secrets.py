"""Credentials of destinations in Secrets Manager: both secrets sign for a day, and a change is seen in time."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from earshot.adapters.destination_secrets import BOTH_SIGN, GOOD_FOR, DestinationSecrets
from earshot.domain.errors import BusyError
from earshot.ports.destinations import Credentials
from tests.factories import NOON

NEEDS_ONE = frozenset({"get_secret_value", "put_secret_value", "delete_secret"})


class Counted:
    """A client of Secrets Manager that counts what it reads, and may be away.

    Like IAM with a policy of ARNs it refuses what is asked of a secret that is not there.
    """

    def __init__(self, client: Any) -> None:
        self._client, self.read, self.is_away = client, 0, False

    def __getattr__(self, name: str) -> Any:
        if self.is_away:
            raise ClientError({"Error": {"Code": "ThrottlingException", "Message": ""}}, name)
        self.read += name == "get_secret_value"
        call = getattr(self._client, name)

        def allowed(**request: Any) -> Any:
            if name in NEEDS_ONE and request["SecretId"] not in self._names():
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": ""}}, name)
            return call(**request)

        return allowed

    def _names(self) -> set[str]:
        found = self._client.list_secrets(IncludePlannedDeletion=True)["SecretList"]
        return {str(each["Name"]) for each in found}


class World:
    """Two functions with one Secrets Manager: `writer` stores credentials, `reader` signs with them."""

    def __init__(self) -> None:
        self.now = NOON
        self.client = Counted(boto3.client("secretsmanager"))
        self.writer, self.reader = self.function(), self.function()

    def function(self) -> DestinationSecrets:
        return DestinationSecrets(self.client, "earshot", lambda: self.now)


@pytest.fixture
def world(aws: None) -> World:
    return World()


def test_what_was_written_is_read_under_the_name_of_the_stack(world: World) -> None:
    world.writer.write("to-1", {"bot_token": "xoxb-ä"}, None)
    world.writer.write("to-2", {}, "whsec_1")
    assert world.reader.read("to-1") == Credentials({"bot_token": "xoxb-ä"})
    assert world.reader.read("to-2") == Credentials({}, ("whsec_1",))
    names = [found["Name"] for found in world.client.list_secrets()["SecretList"]]
    assert names == ["earshot/destination/to-1/outbound", "earshot/destination/to-2/outbound"]


def test_a_destination_has_one_secret_for_each_direction(world: World) -> None:
    inbound = DestinationSecrets(world.client, "earshot", lambda: world.now, "inbound")
    world.writer.write("to-1", {}, "whsec_1")
    inbound.write("to-1", {}, "whsec_2")
    assert (world.reader.read("to-1").secrets, inbound.read("to-1").secrets) == (("whsec_1",), ("whsec_2",))
    inbound.delete("to-1")
    assert (world.function().read("to-1").secrets, inbound.read("to-1", 2).secrets) == (("whsec_1",), ())


def test_without_a_secret_for_a_while_the_former_one_signs_no_more(world: World) -> None:
    for secret in ("whsec_1", None, "whsec_2"):
        world.writer.write("to-1", {}, secret)
    assert world.reader.read("to-1").secrets == ("whsec_2",)


def test_the_former_secret_signs_as_well_for_a_day(world: World) -> None:
    world.writer.write("to-1", {}, "whsec_1")
    world.now += 7 * BOTH_SIGN
    world.writer.write("to-1", {}, "whsec_2")
    assert world.reader.read("to-1").secrets == ("whsec_2", "whsec_1")
    world.now += BOTH_SIGN - 1
    assert world.reader.read("to-1").secrets == ("whsec_2", "whsec_1")
    world.now += 1
    assert world.function().read("to-1").secrets == ("whsec_2",)


def test_of_three_secrets_within_a_day_the_newest_two_sign(world: World) -> None:
    for number in range(3):
        world.writer.write("to-1", {}, f"whsec_{number}")
        world.now += 1000
    assert world.reader.read("to-1").secrets == ("whsec_2", "whsec_1")


def test_new_credentials_leave_nothing_of_the_former_ones(world: World) -> None:
    world.writer.write("to-1", {"webhook_url": "https://hooks.slack.com/a"}, None)
    world.writer.write("to-1", {"bot_token": "xoxb"}, None)
    assert world.reader.read("to-1") == Credentials({"bot_token": "xoxb"})


def test_they_are_read_once_in_five_minutes_and_a_change_is_then_seen(world: World) -> None:
    world.writer.write("to-1", {"bot_token": "first"}, None)
    assert [world.reader.read("to-1").fields["bot_token"] for _ in range(9)] == ["first"] * 9
    assert world.client.read == 1
    world.writer.write("to-1", {"bot_token": "second"}, None)
    world.now += GOOD_FOR - 1
    assert world.reader.read("to-1").fields == {"bot_token": "first"}
    world.now += 1
    assert world.reader.read("to-1").fields == {"bot_token": "second"}


def test_a_change_is_seen_at_once_by_who_reads_again(world: World) -> None:
    world.writer.write("to-1", {"bot_token": "first"}, None)
    world.reader.read("to-1")
    world.writer.write("to-1", {"bot_token": "second"}, None)
    assert world.reader.read("to-1", again=True).fields == {"bot_token": "second"}
    assert world.reader.read("to-1").fields == {"bot_token": "second"}


def test_a_change_is_seen_at_once_with_the_revision_that_follows_it(world: World) -> None:
    world.writer.write("to-1", {}, "whsec_1")
    world.reader.read("to-1", 1)
    world.now += 7 * BOTH_SIGN
    world.reader.read("to-1", 1)
    world.writer.write("to-1", {}, "whsec_2")
    assert world.reader.read("to-1", 1).secrets == ("whsec_1",)
    assert world.reader.read("to-1", 2).secrets == ("whsec_2", "whsec_1")
    read = world.client.read
    assert world.reader.read("to-1", 2).secrets == ("whsec_2", "whsec_1")
    assert world.client.read == read


def test_what_never_was_is_deleted_all_the_same_and_twice_is_the_same_as_once(world: World) -> None:
    for _ in range(2):
        world.writer.delete("to-1")
    assert world.reader.read("to-1") == Credentials()
    assert world.client.list_secrets()["SecretList"] == []


def test_who_may_not_delete_secrets_hears_of_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.writer.write("to-1", {}, "whsec_1")
    monkeypatch.setattr(Counted, "_names", lambda _: set())
    with pytest.raises(ClientError, match="AccessDeniedException"):
        world.writer.delete("to-1")


def test_deleted_credentials_are_read_no_more(world: World) -> None:
    world.writer.write("to-1", {"bot_token": "first"}, None)
    world.writer.delete("to-1")
    assert world.reader.read("to-1") == Credentials()


def test_known_credentials_serve_while_secrets_manager_is_away(world: World) -> None:
    world.writer.write("to-1", {"bot_token": "first"}, None)
    world.reader.read("to-1")
    world.client.is_away = True
    world.now += 100 * GOOD_FOR
    assert world.reader.read("to-1").fields == {"bot_token": "first"}
    with pytest.raises(BusyError):
        world.function().read("to-1")
    with pytest.raises(BusyError):
        world.writer.write("to-1", {"bot_token": "second"}, None)
