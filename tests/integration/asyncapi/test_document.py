"""The AsyncAPI document shows every contract with its samples, promises the same, and is the stored one."""

import copy
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from earshot_cli.asyncapi.document import document, text
from earshot_cli.asyncapi.errors import DescriptionError
from earshot_cli.local.deploy import STACK
from tests.aws_events import EVENTS, load_event, samples
from tests.integration.contracts import CONTRACTS, DETAIL_TYPES, INCOMING, faults, schema
from tests.integration.template.stack import ROOT, stack

STORED = ROOT / "docs/asyncapi.json"
META_SCHEMA = Path(__file__).parent / "asyncapi-3.0.0.schema.json"
BUS = samples("bus")
# A webhook's contract as it might be dropped into the folder.
WEBHOOK = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:earshot:webhook:response.detractor:v1",
    "title": "response.detractor",
    "description": "A response became a detractor. Fields may be added.",
    "type": "object",
    "properties": {
        "type": {"const": "response.detractor", "type": "string"},
        "data": {"type": "object", "properties": {"score": {"type": "integer", "maximum": 6}}, "required": ["score"]},
    },
    "required": ["type", "data"],
}
SENT = {"type": "response.detractor", "timestamp": "2026-11-21T21:00:00Z", "data": {"score": 2}}


@cache
def stored() -> Any:
    return json.loads(STORED.read_text(encoding="utf-8"))


def asyncapi_faults(made: Any) -> list[str]:
    """Return what AsyncAPI's own schema finds wrong with a document."""
    rules = json.loads(META_SCHEMA.read_text(encoding="utf-8"))
    return [f"{fault.json_path}: {fault.message}" for fault in Draft7Validator(rules).iter_errors(made)]


def payload_faults(made: Any, name: str, message: Any) -> list[str]:
    """Return what the document finds wrong with a message, as a consumer's validator would."""
    payload = {"allOf": [made["components"]["messages"][name]["payload"]], "components": made["components"]}
    validator = Draft7Validator(payload, format_checker=Draft7Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(message)]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for key, value in node.items():
            if key != "examples":
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def at(made: Any, pointer: str) -> Any:
    for part in pointer.removeprefix("#/").split("/"):
        made = made[part]
    return made


def changed_copies(event: Any) -> Iterator[Any]:
    """Yield copies of an event in which one field is missing, or holds something else."""
    for part in ("metadata", "data"):
        for name in event["detail"].get(part, {}):
            for value in (None, True, -1, 11, "", "x", [], {}, ["all", "all"], {"": ""}):
                changed = copy.deepcopy(event)
                changed["detail"][part][name] = value
                yield changed
            del changed["detail"][part][name]
            yield changed


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Return a copy of events/, in which a test may change what it likes."""
    for folder in ("schemas", "bus", "receive_touchpoints"):
        shutil.copytree(EVENTS / folder, tmp_path / folder)
    return tmp_path


def test_the_stored_document_is_the_one_that_the_contracts_give() -> None:
    assert STORED.read_text(encoding="utf-8") == text(EVENTS), (
        "a contract or a sample has changed: run `make asyncapi` and commit docs/asyncapi.json"
    )


def test_the_document_is_asyncapi() -> None:
    assert asyncapi_faults(stored()) == []


@pytest.mark.parametrize("part", ["asyncapi", "info"])
def test_a_document_that_lacks_a_part_is_not_asyncapi(part: str) -> None:
    assert asyncapi_faults({key: value for key, value in stored().items() if key != part})


def test_a_misspelled_field_of_a_message_is_not_asyncapi() -> None:
    made = copy.deepcopy(stored())
    made["components"]["messages"]["ResponseRecorded"]["payloads"] = {}

    assert asyncapi_faults(made)


def test_every_reference_leads_to_a_part_of_the_document() -> None:
    found = set(references(stored()))

    assert len(found) > len(CONTRACTS)
    for pointer in found:
        assert at(stored(), pointer), pointer


def test_the_bus_carries_every_event_and_says_which_of_them_others_send() -> None:
    operations = stored()["operations"]
    named = {
        name: [pointer["$ref"].rpartition("/")[2] for pointer in each["messages"]] for name, each in operations.items()
    }

    assert set(stored()["channels"]["bus"]["messages"]) == set(CONTRACTS)
    webhooks = sorted(path.name.removesuffix(".v1.json") for path in (EVENTS / "webhooks/schemas").iterdir())
    assert named == {"publishEvents": DETAIL_TYPES, "receiveEvents": list(INCOMING), "sendWebhooks": webhooks}
    assert [operations[name]["action"] for name in named] == ["send", "receive", "send"]


def test_the_bus_has_the_name_of_a_stack_of_the_usual_name() -> None:
    (bus,) = stack().of_type("AWS::Events::EventBus").values()

    assert bus["Name"] == {"Ref": "AWS::StackName"}
    assert stored()["channels"]["bus"]["parameters"]["bus"]["default"] == STACK


@pytest.mark.parametrize("detail_type", CONTRACTS)
def test_a_message_has_every_sample_of_its_type_and_the_id_of_its_contract(detail_type: str) -> None:
    shown = [each["payload"] for each in stored()["components"]["messages"][detail_type]["examples"]]

    if detail_type in DETAIL_TYPES:
        assert shown == [load_event(name) for name in BUS if name.startswith(f"bus/{detail_type}.")]
    assert shown
    for each in shown:
        assert payload_faults(stored(), detail_type, each) == []
    assert stored()["components"]["schemas"][detail_type]["x-schema-id"] == schema(detail_type)["$id"]


@pytest.mark.parametrize("sample", BUS)
def test_a_sample_is_a_message_of_its_own_type_alone(sample: str) -> None:
    event = load_event(sample)

    assert [name for name in CONTRACTS if not payload_faults(stored(), name, event)] == [event["detail-type"]]


@pytest.mark.parametrize("sample", BUS)
def test_the_document_and_the_contract_refuse_the_same(sample: str) -> None:
    """The document is in another draft of JSON Schema; what it accepts must not differ."""
    event = load_event(sample)
    verdicts = []
    for changed in changed_copies(event):
        is_refused = bool(faults(event["detail-type"], changed["detail"]))
        assert bool(payload_faults(stored(), event["detail-type"], changed)) == is_refused, changed["detail"]
        verdicts.append(is_refused)

    assert set(verdicts) == {True, False}


@pytest.mark.parametrize("sample", BUS)
def test_the_correlation_is_where_the_document_says(sample: str) -> None:
    event = load_event(sample)
    message = stored()["components"]["messages"][event["detail-type"]]
    place = at(stored(), message["correlationId"]["$ref"])["location"]

    assert at(event, place.removeprefix("$message.payload")) == event["detail"]["metadata"]["correlation_id"]


def test_webhooks_are_a_second_channel_once_they_have_contracts(events: Path) -> None:
    assert set(document(events)["channels"]) == {"bus"}
    (events / "webhooks/schemas").mkdir(parents=True)
    (events / "webhooks/schemas/response.detractor.v1.json").write_text(json.dumps(WEBHOOK))
    (events / "webhooks/response.detractor.recorded.json").write_text(json.dumps(SENT))
    made = document(events)
    message = made["components"]["messages"]["response.detractor"]

    assert asyncapi_faults(made) == []
    assert set(made["channels"]) == set(made["components"]["correlationIds"]) == {"bus", "webhooks"}
    assert made["operations"]["sendWebhooks"]["messages"] == [
        {"$ref": "#/channels/webhooks/messages/response.detractor"}
    ]
    assert message["examples"] == [{"name": "recorded", "payload": SENT}]
    assert set(message["headers"]["required"]) == {"webhook-id", "webhook-timestamp", "webhook-signature"}
    assert payload_faults(made, "response.detractor", SENT) == []
    assert payload_faults(made, "response.detractor", SENT | {"data": {"score": 7}})
    assert all(at(made, pointer) for pointer in references(made))


def test_an_event_that_has_no_sample_is_refused(events: Path) -> None:
    (events / "bus/TargetMissed.target_missed.json").unlink()

    with pytest.raises(DescriptionError, match="TargetMissed has no sample in events/bus"):
        document(events)
