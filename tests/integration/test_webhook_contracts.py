"""The contracts of the webhooks: what is sent validates, each type has a sample, and the page's example verifies it."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from earshot.adapters.webhook_signature import is_signed, signed_headers
from earshot.api.inbound import check_json, read_call
from earshot.domain import message_types
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseChange, FactKind
from earshot.domain.cases import CaseOutcome, CaseState, RootCause
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import INCLUDES, Destination
from earshot.domain.inbound_calls import read_signed_call
from earshot.domain.message_types import (
    CLOSED,
    DELETION,
    FOR_PEOPLE,
    INBOUND,
    OF_CASES,
    OF_CATEGORIES,
    OF_THE_SCORE,
    TEST,
    TYPES,
)
from earshot.services.alerts.messages import AlertMessages
from earshot.services.cases.change_messages import CaseChangeMessages
from tests.aws_events import EVENTS, load_event, samples
from tests.factories import NOON, make_person, make_response
from tests.fakes.alerts import InMemoryAlertLimits, InMemoryAlerts
from tests.fakes.case_world import CaseWorld
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.integration.template.stack import ROOT

ALL = (*TYPES, TEST)
PAGE = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
ALERT, DELIVERY = "069f7a4b-9dba-5c57-a9b9-b7a3d07b681e", "baae7517-9940-509c-a6da-de7430a49c84"
HOOK = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
# "whsec_" and the bytes "a secret of twenty-four!" in base64.
SECRET = "whsec_YSBzZWNyZXQgb2YgdHdlbnR5LWZvdXIh"


def schema(kind: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EVENTS / f"webhooks/schemas/{kind}.v1.json").read_text(encoding="utf-8"))
    return read


def faults(kind: str, body: Any) -> list[str]:
    validator = Draft202012Validator(schema(kind), format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(body)]


def sent(kind: str, destination: Destination, **fields: Any) -> dict[str, Any]:
    """Make the body of a type from what is stored, as the engine does."""
    if kind in OF_CASES.values():
        return sent_of_a_case(kind, destination)
    score = {"response.passive": 8, "response.promoter": 10}.get(kind, 2)
    response = make_response(score, person="ann", comment="The parcel came late.", properties={"airline": "klm"})
    response = replace(response, **fields)
    ledger, people, alerts = InMemoryLedger(), InMemoryPeople(), InMemoryAlerts()
    ledger.items["demo", response.id] = response
    people.kept["ann"] = make_person(id="ann", name="Ann")
    subject = response.id
    event = next((name for name, each in OF_THE_SCORE.items() if each == kind), None)
    if event is not None:
        sample = next(each for each in samples("bus") if each.startswith(f"bus/{event}."))
        subject, data = "event-1", load_event(sample)["detail"]["data"]
        alerts.raise_once(Alert("demo", "late", subject, NOON, data=data, detail_type=event))
    messages = AlertMessages(
        responses=ledger, people=people, alerts=alerts, limits=InMemoryAlertLimits(), url="https://feedback.example.com"
    )
    message = messages(Delivery(DELIVERY, destination.id, ALERT, "late", "demo", subject, kind, NOON), destination)
    assert message is not None
    return {"type": message.type, "timestamp": message.timestamp, "data": dict(message.data)}


def sent_of_a_case(kind: str, destination: Destination) -> dict[str, Any]:
    world = CaseWorld()
    if kind == CLOSED:
        world.change(CaseChange(FactKind.NO_ACTION, outcome=CaseOutcome.NOT_OURS, root_cause=RootCause.OTHER))
    delivery = Delivery(DELIVERY, destination.id, "", "", "demo", world.id, kind, world.now, case=world.id)
    message = CaseChangeMessages(world.cases, "https://feedback.example.com")(delivery)
    assert message is not None
    return {"type": message.type, "timestamp": message.timestamp, "data": dict(message.data)}


def test_every_type_has_a_contract_and_a_sample_and_there_are_no_others() -> None:
    assert {path.name.removesuffix(".v1.json") for path in (EVENTS / "webhooks/schemas").iterdir()} == set(ALL)
    assert {path.stem.removesuffix(".sample") for path in (EVENTS / "webhooks").glob("*.json")} == set(ALL)


def test_every_type_is_for_webhooks_or_for_people_or_deletes_alone() -> None:
    constants = {each for name, each in vars(message_types).items() if name.isupper() and isinstance(each, str)}
    every = {*constants, *OF_CATEGORIES.values(), *OF_THE_SCORE.values(), *OF_CASES.values()}
    assert sorted(every) == sorted([*ALL, *FOR_PEOPLE, DELETION, INBOUND])


@pytest.mark.parametrize("kind", ALL)
def test_a_contract_is_sound_and_describes_every_field_in_a_sentence(kind: str) -> None:
    def check(node: dict[str, Any], path: str) -> None:
        for name, field in node.get("properties", {}).items():
            meant = schema(kind)["$defs"][field["$ref"].rpartition("/")[2]] if "$ref" in field else field
            assert meant["description"].endswith("."), f"{path}.{name}"
            check(meant, f"{path}.{name}")

    Draft202012Validator.check_schema(schema(kind))
    check(schema(kind), kind)


@pytest.mark.parametrize("kind", ALL)
def test_a_sample_keeps_its_contract(kind: str) -> None:
    assert faults(kind, load_event(f"webhooks/{kind}.sample")) == []


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("include", [(), INCLUDES], ids=["bare", "with person and comment"])
def test_what_is_sent_keeps_its_contract_and_has_the_fields_of_the_sample(kind: str, include: tuple[str, ...]) -> None:
    body = sent(kind, replace(HOOK, include=include))
    sample = load_event(f"webhooks/{kind}.sample")["data"]
    withheld = set() if include else {"person", "comment", "comment_score"}

    assert faults(kind, body) == []
    assert set(body["data"]) == set(sample) - withheld
    assert set(body["data"]) <= set(schema(kind)["properties"]["data"]["properties"])


@pytest.mark.parametrize("kind", ALL)
def test_a_field_that_goes_missing_breaks_the_contract(kind: str) -> None:
    for name in schema(kind)["properties"]["data"]["required"]:
        body = load_event(f"webhooks/{kind}.sample")
        del body["data"][name]
        assert faults(kind, body), name


def test_the_page_lists_every_type() -> None:
    assert set(re.findall(r"^\| `(\w+\.\w+)` \|", PAGE, re.MULTILINE)) == set(ALL)


def examples() -> Iterator[str]:
    yield from re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("kind", ALL)
def test_the_example_of_the_page_takes_what_is_signed_once_and_refuses_what_is_not(kind: str) -> None:
    example, _ = examples()
    names: dict[str, Any] = {"SECRET": SECRET}
    exec(example, names)
    body = json.dumps(sent(kind, HOOK)).encode()
    now = int(datetime.now(UTC).timestamp() * 1000)
    headers = signed_headers([SECRET], DELIVERY, now, body)

    assert names["receive"](body, headers) == 204
    assert names["receive"](body, headers) == 204
    assert [each["type"] for each in names["done"].values()] == [kind]
    assert names["receive"](body + b" ", headers) == 401
    assert names["receive"](body, {}) == 401


def test_the_example_of_the_page_signs_a_call_that_is_taken() -> None:
    _, example = examples()
    names: dict[str, Any] = {"INBOUND_SECRET": SECRET}
    exec(example, names)
    body, headers = names["signed"]("call-1", DELIVERY, "contacted")

    call = read_signed_call(headers, int(datetime.now(UTC).timestamp() * 1000))
    assert is_signed(call, body, [SECRET])
    check_json(headers)
    assert read_call(json.loads(body), "to-1", call, NOON, "").state == "contacted"


def test_the_page_says_what_a_call_lacks_in_words_that_there_are() -> None:
    rows = re.findall(r"^\| `(\w+)` \| \w[^|]+ \| `?(\w*)`? ?\| `?(\w*)`? ?\|$", PAGE, re.MULTILINE)
    assert {state for state, _, _ in rows} == {state.value for state in CaseState}
