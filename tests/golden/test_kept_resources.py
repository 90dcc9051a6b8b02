"""A change that would lose data, keys, messages or links is seen, whatever part of the template it is made in."""

from copy import deepcopy
from typing import Any

import pytest

from tests.golden.kept_resources import lasting
from tests.golden.written import kept
from tests.integration.template.stack import source

KEY = {"AttributeName": "pk", "KeyType": "HASH"}
# Where in the template, and what somebody might write there; a name alone is a resource called otherwise.
CHANGES: dict[str, tuple[list[str], Any]] = {
    "another sort key": (["Table", "Properties", "KeySchema"], [KEY, {"AttributeName": "id", "KeyType": "RANGE"}]),
    "no sort key": (["Table", "Properties", "KeySchema"], [KEY]),
    "a table with a name": (["Table", "Properties", "TableName"], "earshot"),
    "another index": (["Table", "Properties", "GlobalSecondaryIndexes"], []),
    "a number for a text": (
        ["Table", "Properties", "AttributeDefinitions"],
        [{"AttributeName": "pk", "AttributeType": "N"}],
    ),
    "new images only": (["Table", "Properties", "StreamSpecification"], {"StreamViewType": "NEW_IMAGE"}),
    "a shorter key of links": (["LinkSecret", "Properties", "GenerateSecretString", "PasswordLength"], 63),
    "other characters of hashes": (["HashSecret", "Properties", "GenerateSecretString", "ExcludePunctuation"], False),
    "a key somebody typed": (["IdentitySecret", "Properties", "SecretString"], "secret"),
    "a queue with a name": (["ResponseQueue", "Properties", "QueueName"], "responses"),
    "a queue in order": (["ResponseQueue", "Properties", "FifoQueue"], True),
    "another table": (["Table"], "Responses"),
    "another secret": (["HashSecret"], "Secret"),
    "another queue": (["ResponseQueue"], "SubmissionQueue"),
    "another queue of dead letters": (["DeliveryDeadLetters"], "CrmFailures"),
    "another bus": (["Bus", "Properties", "Name"], "events"),
    "another API": (["Api"], "HttpApi"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_what_lasts_is_seen(change: str) -> None:
    resources = deepcopy(source()["Resources"])
    assert lasting(resources) == kept("values/lasting_resources")
    (*path, last), value = CHANGES[change]
    node = resources
    for name in path:
        node = node[name]
    if path:
        node[last] = value
    else:
        node[value] = node.pop(last)

    assert lasting(resources) != kept("values/lasting_resources")
