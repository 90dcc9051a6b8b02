"""The contract of what others put on the bus: its schema and the function that hears it say the same."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from earshot.api.survey_settings import check_survey_id
from earshot.api.touchpoints import DETAIL_TYPE, read_touchpoint
from earshot.domain.errors import InvalidError
from earshot.domain.events import SOURCE
from tests.aws_events import bus_event, load_event, samples
from tests.integration.contracts import INCOMING, faults, schema
from tests.integration.template.stack import ROOT, stack

EVENTS_PAGE = (ROOT / "docs/events.md").read_text(encoding="utf-8")
ANN: dict[str, Any] = {"id": "ann", "email": "ann@example.com"}
MISSING = object()
Case = tuple[str, str, Any]


def each(part: str, field: str, *values: Any) -> list[Case]:
    """Make a case of each value of a field."""
    return [(part, field, value) for value in values]


# What is taken: the part of the detail, the field in it, and its value (MISSING: the field is not there).
GOOD: list[Case] = [
    *each("", "survey", "demo", "a", "0", "a-b-", "x" * 63),
    *each("", "id", MISSING, None, "order-1", " order ", "x" * 256, "💬", "a\nb"),
    *each("", "delay", MISSING, 0, 1, 60.0, 7_776_000),
    *each("", "properties", MISSING, {}, {"a": None, "b": "", "c": 1, "d": 1.5, "e": True}),
    ("", "properties", {f"{'n' * 62}{number:02}": "x" * 256 for number in range(20)}),
    *each("person", "id", MISSING, None, "x" * 256, "with space", "a.b"),
    *each("person", "email", MISSING, None, "", " ann@example.com ", "ann@exämple.de", "a.b+c@d.co.uk"),
    ("person", "email", f"{'a' * 64}@{'b' * 63}.{'c' * 63}.example.com"),
    *(("person", name, value) for name in ("name", "account") for value in (MISSING, None, "", "A", "x" * 200)),
    *each("person", "locale", MISSING, None, "", "de", "DE_at", "pt-BR", "zh-Hant-TW", "es-419"),
    *each("person", "locale", "deu", "de-1996", "sl-rozaj-biske", "zh-Hant"),
    *each("person", "timezone", MISSING, None, "", "UTC", "Europe/Berlin", "Etc/GMT+1"),
    ("person", "timezone", "America/Argentina/Buenos_Aires"),
    *each("person", "properties", MISSING, None, {}, {"plan": "pro", "seats": 3}),
]
BAD: list[Case] = [
    *each("", "survey", MISSING, None, "", " ", "Demo", "-a", "a b", "x" * 64, "dé", 1, ["demo"]),
    *each("", "person", MISSING, None, "ann", [], {}, {"name": "Ann"}, {"id": None}, {"email": ""}),
    *each("", "id", "", "  \t", "\u3000", "x" * 257, 1, True, {}),
    *each("", "delay", None, -1, 0.5, 7_776_001, "60", True, [1]),
    *each("", "properties", None, [], "a", {"": "x"}, {"n" * 65: "x"}, {"a": "x" * 257}, {"a": {}}),
    ("", "properties", {str(number): "x" for number in range(21)}),
    *(("", name, 9) for name in ("score", "email", "Survey", "announce")),
    *each("person", "id", "", " ", "x" * 257, 7, ["a"]),
    *each("person", "email", "ann", "ann@", "@example.com", "a@b@example.com", "ann@example", " "),
    *each("person", "email", "an n@example.com", "ann@example..com", "ann @example.com", 7),
    ("person", "email", f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.{'e' * 63}.com"),
    *each("person", "name", "x" * 201, 7, False, [], {}),
    *each("person", "account", "x" * 201, 7, False, [], {}),
    *each("person", "locale", "d", "english", "de-", "de--AT", "pt BR", "x" * 36, 7),
    *each("person", "timezone", " ", "Europe Berlin", "+01:00", "Europe/", "/UTC", "x" * 65, 7),
    *each("person", "properties", [], "a", {"a": []}, {"": 1}),
    *(("person", name, "x") for name in ("color", "last_invited_at", "Email")),
]
# What a schema cannot know, and its description says so: these it lets through, and the function refuses.
BEYOND: list[Case] = [
    *each("person", "timezone", "Mars/Base", "europe/berlin", "localtime"),
    *each("person", "email", "ann@shop.test", "ann@-a.com", "ann@example.c_m", "a..b@example.com"),
    *each("person", "email", "änn@example.com"),
    *each("person", "id", "a/b", ".", "..", "a\nb", "ä" * 129),
    *each("person", "name", "\ud800", "\uffff", "\ufffe"),
]


def detail(part: str, field: str, value: Any) -> dict[str, Any]:
    """Make a detail that is good but for one field of one part of it ("" is the detail itself)."""
    # Only id or address is needed: next to a faulty one the other would do, so that it is the fault that is checked.
    made: dict[str, Any] = {"survey": "demo", "person": dict(ANN)}
    changed = made[part] if part else made
    changed[field] = value
    if value is MISSING:
        del changed[field]
    return made


def is_taken(value: Any, **more: Any) -> bool:
    """Check whether the function takes a detail, as it comes out of the queue."""
    event = bus_event(DETAIL_TYPE, {}) | {"source": "shop.orders", "detail": json.loads(json.dumps(value))} | more
    try:
        read_touchpoint(event)
    except InvalidError:
        return False
    return True


def valid_touchpoints() -> Iterator[Any]:
    """Return every valid touchpoint of the function's samples."""
    for sample in samples("receive_touchpoints"):
        for record in load_event(sample)["Records"]:
            try:
                event = json.loads(record["body"])
            except ValueError:
                continue
            if isinstance(event, dict) and event.get("detail-type") == DETAIL_TYPE and event.get("source") != SOURCE:
                yield event["detail"]


@pytest.mark.parametrize(("part", "field", "value"), GOOD)
def test_what_the_function_takes_keeps_the_contract(part: str, field: str, value: Any) -> None:
    made = detail(part, field, value)

    assert is_taken(made)
    assert faults(DETAIL_TYPE, made) == []


@pytest.mark.parametrize(("part", "field", "value"), BAD)
def test_what_breaks_the_contract_the_function_refuses(part: str, field: str, value: Any) -> None:
    made = detail(part, field, value)

    assert faults(DETAIL_TYPE, made)
    assert not is_taken(made)


@pytest.mark.parametrize(("part", "field", "value"), BEYOND)
def test_what_no_schema_can_know_the_function_refuses(part: str, field: str, value: Any) -> None:
    made = detail(part, field, value)

    assert faults(DETAIL_TYPE, made) == []
    assert not is_taken(made)


def test_the_samples_keep_the_contract_or_are_refused() -> None:
    taken = [is_taken(each) for each in valid_touchpoints()]

    assert [faults(DETAIL_TYPE, each) == [] for each in valid_touchpoints()] == taken
    assert set(taken) == {True, False}


def test_the_schema_states_that_others_send_it() -> None:
    assert INCOMING == (DETAIL_TYPE,)
    assert schema(DETAIL_TYPE)["description"].startswith("INCOMING: other systems put this event on Earshot's bus")


def test_the_schema_and_the_function_know_the_same_surveys_names() -> None:
    pattern = re.compile(schema(DETAIL_TYPE)["properties"]["survey"]["pattern"])
    for name in ("demo", "-a", "a_b", "x" * 63, "x" * 64, "", "A"):
        try:
            check_survey_id(name)
        except InvalidError:
            assert not pattern.search(name)
        else:
            assert pattern.search(name)


def test_the_call_that_the_events_page_shows_puts_a_good_touchpoint_on_the_bus() -> None:
    (shown,) = re.findall(r"aws events put-events --entries '(.+?)'\n", EVENTS_PAGE, re.DOTALL)
    (entry,) = json.loads(shown)
    (bus,) = stack().of_type("AWS::Events::EventBus").values()
    with mock_aws():
        client = boto3.client("events", region_name="eu-central-1")
        client.create_event_bus(Name=entry["EventBusName"])
        assert client.put_events(Entries=[entry])["FailedEntryCount"] == 0

    # The page is about a stack of the usual name, which is that of its bus.
    assert bus["Name"] == {"Ref": "AWS::StackName"}
    configured = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    assert entry["EventBusName"] == configured["prod"]["global"]["parameters"]["stack_name"]
    assert entry["DetailType"] == DETAIL_TYPE
    assert faults(DETAIL_TYPE, json.loads(entry["Detail"])) == []
    assert is_taken(json.loads(entry["Detail"]), source=entry["Source"])


def test_the_rule_hears_what_the_events_page_shows_and_nothing_of_our_own() -> None:
    patterns = [rule["EventPattern"] for rule in stack().of_type("AWS::Events::Rule").values()]

    assert [pattern for pattern in patterns if DETAIL_TYPE in pattern["detail-type"]] == [
        {"source": [{"anything-but": [SOURCE]}], "detail-type": [DETAIL_TYPE]}
    ]
