"""The stack an operator means: what is found, and one sentence where nothing is."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, ReadTimeoutError

from earshot.domain.errors import BusyError
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.ops.aws_errors import StackPlace, UnreachableError, plain_errors
from earshot_cli.ops.stack import find_stack
from earshot_cli.ops.stack_clock import require_begun, require_past
from tests.unit.cli.ops.cloudformation import Stacks, cloudformation

REGION = "eu-central-1"
DEPLOYED, LOCAL = StackPlace("earshot", REGION, is_local=False), StackPlace("earshot", None, is_local=True)
EARSHOT: dict[str, tuple[str, ...]] = {
    "Table": ("AWS::DynamoDB::Table", "mine-Table-1"),
    "ResponseQueue": ("AWS::SQS::Queue", "https://queue"),
}


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A person without AWS credentials, region or profile, in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    nobody = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "EARSHOT_"))}
    files = {"AWS_CONFIG_FILE": "none", "AWS_SHARED_CREDENTIALS_FILE": "none", "AWS_EC2_METADATA_DISABLED": "true"}
    with patch.dict(os.environ, nobody | files, clear=True):
        yield


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stacks]:
    """An account with credentials, in which a test deploys what it likes."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "id")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with cloudformation() as (url, stacks):
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", url)
        yield stacks


def test_a_deployed_stack_gives_its_resources_its_outputs_and_clients(deployed: Stacks) -> None:
    deployed["mine"] = EARSHOT
    stack = find_stack("mine", REGION)
    assert (stack.name, stack.is_local, stack.status) == ("mine", False, "UPDATE_COMPLETE")
    assert (stack.physical("Table"), stack.outputs) == ("mine-Table-1", {"TableName": "mine-Table-1"})
    assert list(stack.of_kind("AWS::SQS::Queue")) == ["ResponseQueue"]
    assert stack.client("sqs").meta.region_name == REGION
    assert stack.client("sqs") is stack.client("sqs")


def test_the_resources_of_every_page_are_found(deployed: Stacks) -> None:
    deployed["mine"] = EARSHOT | {f"Queue{n}": ("AWS::SQS::Queue", f"https://{n}") for n in range(150)}
    assert len(find_stack("mine", REGION).resources) == 152


@pytest.mark.parametrize(
    ("status", "is_there"),
    [
        ("DELETE_COMPLETE", False),
        ("DELETE_SKIPPED", False),
        ("DELETE_IN_PROGRESS", False),
        ("DELETE_FAILED", True),
        ("UPDATE_FAILED", True),
    ],
)
def test_a_resource_that_left_the_stack_is_none_of_it(deployed: Stacks, status: str, is_there: bool) -> None:
    deployed["mine"] = EARSHOT | {"Bus": ("AWS::Events::EventBus", "bus", status)}
    assert ("Bus" in find_stack("mine", REGION).resources) is is_there


def test_the_table_is_the_one_in_use_whatever_the_stack_owns(deployed: Stacks) -> None:
    deployed["mine"] = EARSHOT
    stack = find_stack("mine", REGION)
    assert stack.table == "mine-Table-1"
    assert replace(stack, outputs={"TableName": "earshot-restored"}).table == "earshot-restored"
    with pytest.raises(UsageError, match="the stack 'mine' in eu-central-1 has no output TableName"):
        _ = replace(stack, outputs={}).table


def test_a_resource_that_the_stack_lacks_is_named(deployed: Stacks) -> None:
    deployed["mine"] = EARSHOT
    with pytest.raises(UsageError, match=r"the stack 'mine' in eu-central-1 has no Nothing: .* deploy this one\."):
        find_stack("mine", REGION).physical("Nothing")


def test_a_stack_that_does_not_exist_is_reported_with_its_region(deployed: Stacks) -> None:
    with pytest.raises(UnreachableError, match="There is no stack 'other' in eu-central-1: check name, region"):
        find_stack("other", REGION)


def test_a_stack_of_something_else_is_no_earshot(deployed: Stacks) -> None:
    deployed["shop"] = {"Queue": ("AWS::SQS::Queue", "https://queue")}
    with pytest.raises(UsageError, match="the stack 'shop' in eu-central-1 is not an Earshot stack"):
        find_stack("shop", REGION)


@pytest.mark.parametrize(
    ("status", "what"),
    [
        ("CREATE_IN_PROGRESS", "wait until it is finished"),
        ("REVIEW_IN_PROGRESS", "wait until it is finished"),
        ("ROLLBACK_COMPLETE", "read why in its events, and deploy it again"),
        ("CREATE_FAILED", "read why in its events, and deploy it again"),
    ],
)
def test_an_incomplete_stack_is_reported(deployed: Stacks, status: str, what: str) -> None:
    deployed["mine"] = {"Status": ("", status)}
    sentence = rf"the stack 'mine' in eu-central-1 is only partly deployed \({status}\): {what}\."
    with pytest.raises(UnreachableError, match=sentence):
        find_stack("mine", REGION)
    deployed["mine"] = EARSHOT | {"Status": ("", status), "Bus": ("AWS::Events::EventBus", "")}
    stack = find_stack("mine", REGION)
    assert stack.physical("Table") == "mine-Table-1"
    for lacking in ("Bus", "DeliveryQueue"):
        with pytest.raises(UnreachableError, match=sentence):
            stack.physical(lacking)


def test_a_moment_is_held_against_the_clock_of_the_stack(tmp_path: Path, deployed: Stacks) -> None:
    deployed["mine"] = EARSHOT
    there, tomorrow = find_stack("mine", REGION), time.time_ns() // 1_000_000 + 86_400_000
    with pytest.raises(UsageError, match=r"--since then is in the future: it is 2.*Z now\."):
        require_past(there, tomorrow, "--since", "then")
    (tmp_path / "clock").write_text("172800000")
    connect(
        tmp_path,
        json.dumps(
            {"url": "http://127.0.0.1:1", "engine_endpoint": "x", "engine_token": "t", "clock": str(tmp_path / "clock")}
        ),
    )
    here = replace(there, place=LOCAL)
    require_past(here, tomorrow, "--since", "then")
    with pytest.raises(UsageError, match="is in the future"):
        require_begun(here, date.max, "--day")


def test_without_a_region_it_is_asked_for(deployed: Stacks) -> None:
    with pytest.raises(UnreachableError, match=r"Which region is the stack 'mine' in.*--region eu-central-1"):
        find_stack("mine")


def test_without_credentials_the_command_explains_how_to_give_some() -> None:
    with pytest.raises(UnreachableError, match=r"There are no AWS credentials for the stack .mine. in.*sso"):
        find_stack("mine", REGION)


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnreachableError, match=r"profile \(nobody\) could not be found: `aws configure list-profiles`"):
        find_stack("mine", REGION, "nobody")


def test_a_region_without_a_stack_makes_no_sense() -> None:
    with pytest.raises(UsageError, match="name it too, with --stack"):
        find_stack(None, REGION)


def test_without_a_name_and_a_local_stack_both_ways_are_shown() -> None:
    with pytest.raises(UsageError, match=r"--stack NAME.*or run this where `make run` wrote \.local/earshot\.json"):
        find_stack(None)


def test_a_file_that_make_run_did_not_write_is_refused(tmp_path: Path) -> None:
    connect(tmp_path, '{"url": "x"}')
    with pytest.raises(UsageError, match="not what `make run` writes"):
        find_stack(None)


def test_a_local_stack_that_stopped_is_to_be_started(tmp_path: Path) -> None:
    connect(tmp_path, json.dumps({"engine_endpoint": "http://127.0.0.1:9", "engine_token": "t"}))
    with pytest.raises(UnreachableError, match="The local Earshot is not running: start it with `make run`"):
        find_stack(None)


REFUSALS = [
    (
        "ExpiredToken",
        UnreachableError,
        "AWS does not accept these credentials (ExpiredToken: no): set AWS_",
    ),
    ("AccessDenied", UnreachableError, "These credentials may not do that on the stack 'earshot' in eu-central-1: no."),
    ("Strange", CommandError, "refused Look: no (Strange)."),
]


@pytest.mark.parametrize(("code", "kind", "sentence"), REFUSALS)
def test_a_refusal_of_aws_is_reported(code: str, kind: type[CommandError], sentence: str) -> None:
    with pytest.raises(kind) as caught, plain_errors(DEPLOYED):
        raise ClientError({"Error": {"Code": code, "Message": "no."}}, "Look")
    assert sentence in str(caught.value)


def test_what_is_busy_is_no_traceback() -> None:
    with (
        pytest.raises(
            CommandError, match="the table is busy; try again in a moment: the stack 'earshot' in eu-central"
        ),
        plain_errors(DEPLOYED),
    ):
        raise BusyError("the table is busy; try again in a moment")


AWAY = [
    (DEPLOYED, EndpointConnectionError(endpoint_url="https://x"), "is eu-central-1 a region of AWS?"),
    (DEPLOYED, ReadTimeoutError(endpoint_url="https://x"), "cannot be reached: Read timeout"),
    (LOCAL, ReadTimeoutError(endpoint_url="http://x"), "is not running: start it with `make run`"),
    (LOCAL, BotoCoreError(), "the local Earshot cannot be reached: An unspecified error occurred."),
]


@pytest.mark.parametrize(("place", "error", "sentence"), AWAY)
def test_a_stack_out_of_reach_is_reported(place: StackPlace, error: Exception, sentence: str) -> None:
    with pytest.raises(UnreachableError) as caught, plain_errors(place):
        raise error
    assert sentence in str(caught.value)
    assert caught.value.exit_code == 2


def connect(folder: Path, text: str) -> None:
    (folder / ".local").mkdir()
    (folder / ".local" / "earshot.json").write_text(text)
