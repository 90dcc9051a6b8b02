"""All that is stored or sent stands in golden files: the code writes it byte for byte, and reads it back.

A file changes only on purpose: `python -m tests.golden` writes them all, and the diff shows what became different.
"""

import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from earshot.adapters.dynamodb import table_keys
from earshot.domain.personal_data import KINDS, kind_of
from tests.golden.messages import FROM_THE_BUS, MESSAGES
from tests.golden.stored import STORED, Kept
from tests.golden.table import new_table
from tests.golden.values import FILES, ROOT, VALUES
from tests.golden.written import everything, kept, path_of, text_of
from tests.integration.template.stack import source

# What waits here comes from AWS as it is: the wrappers of the stream and of the bus, around what has a file of its own.
WRAPPED_BY_AWS = {"UncountedRecords", "UndeliveredEvents"}
# What only `earshot rebuild` writes, and the count of each score, of which a count of superseded ones has one.
WRITTEN_ELSEWHERE = re.compile(r"rebuilt|h\d+")
NAMES = tuple(everything(None))


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        yield boto3.client("dynamodb", region_name="eu-central-1")


@pytest.mark.parametrize("name", NAMES)
def test_what_the_code_writes_is_the_golden_file(client: Any, name: str) -> None:
    assert everything(client)[name]() == path_of(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("one", STORED, ids=lambda one: one.name)
def test_golden_items_are_read_as_what_was_written(client: Any, one: Kept) -> None:
    assert one.read(new_table(client, kept(f"stored/{one.name}"))) == one.expected


@pytest.mark.parametrize("queue", MESSAGES)
def test_golden_messages_are_read_and_sent_again_as_they_were(queue: str) -> None:
    bodies = kept(f"messages/{queue}")
    assert MESSAGES[queue][1](bodies) == bodies


@pytest.mark.parametrize("name", [name for name, (_, read) in VALUES.items() if read is not None])
def test_golden_values_are_read_and_written_again_as_they_were(name: str) -> None:
    value = kept(f"values/{name}")
    read = VALUES[name][1]
    assert read is not None
    assert text_of(read(value)) == text_of(value)


def test_there_is_no_file_but_those_that_are_written() -> None:
    assert set(FILES.rglob("*.json")) == {path_of(name) for name in NAMES}


def all_items() -> list[dict[str, Any]]:
    return [item for one in STORED for item in kept(f"stored/{one.name}")]


def test_every_attribute_of_every_kind_of_item_stands_in_a_golden_file() -> None:
    seen: dict[str, set[str]] = {kind.name: set() for kind in KINDS}
    for item in all_items():
        kind = kind_of(item["pk"]["S"], item["sk"]["S"], item)
        assert kind is not None, item
        seen[kind.name].update(item)
    missing = {kind.name: {*kind.exported, *kind.left_out} - seen[kind.name] for kind in KINDS}
    left = {name: {one for one in names if not WRITTEN_ELSEWHERE.fullmatch(one)} for name, names in missing.items()}
    assert {name: names for name, names in left.items() if names} == {}


def test_every_key_that_is_made_stands_in_a_golden_file() -> None:
    stands = {text["S"] for item in all_items() for text in item.values() if "S" in text}
    beginnings = {text.partition("#")[0] for text in stands}
    text = (ROOT / "layers/core/python/earshot/adapters/dynamodb/table_keys.py").read_text(encoding="utf-8")
    made = set(re.findall(r'f?"([A-Z]+)#', text)) | {
        table_keys.SURVEYS,
        table_keys.KEYS,
        table_keys.RECONCILIATIONS,
        table_keys.PAUSES,
    }
    assert made <= beginnings
    assert {table_keys.META, table_keys.PLACES} <= stands


def test_every_queue_has_a_golden_message_of_its_own_or_of_the_queue_it_is_the_end_of() -> None:
    resources = source()["Resources"]
    queues = {name: one.get("Properties", {}) for name, one in resources.items() if one["Type"] == "AWS::SQS::Queue"}
    ends = {
        one["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]: name
        for name, one in queues.items()
        if "RedrivePolicy" in one
    }
    has_file = {*MESSAGES, *FROM_THE_BUS}
    assert {name for name in queues if ends.get(name, name) not in has_file} == WRAPPED_BY_AWS
