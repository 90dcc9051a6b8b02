"""Version 1 of the contracts stays compatible: old schemas accept new events, new schemas accept old events.

promises.v1.txt is what consumers were promised, and senders: of TouchpointReached, what is accepted stays accepted.
A new field is a new line in it; no line is ever edited.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.aws_events import load_event, samples
from tests.golden.written import kept
from tests.integration.contracts import CONTRACTS, DETAIL_TYPES, faults, schema
from tests.integration.promises import PLACE, Schema, broken_promises, least, promised_schema, promises

BUS = samples("bus")
PROMISED = PLACE.read_text(encoding="utf-8").splitlines()
Change = tuple[str, Schema]


def schema_faults(whole: Schema, value: Any) -> list[str]:
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [f"{fault.json_path}: {fault.message}" for fault in validator.iter_errors(value)]


def objects(node: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Yield each part of a schema that describes an object with fields; a test may change them in place."""
    if "properties" in node:
        yield path, node
    for name, field in [*node.get("properties", {}).items(), *node.get("$defs", {}).items()]:
        yield from objects(field, f"{path}.{name}")


def changed(whole: Schema, path: str) -> tuple[Schema, Schema]:
    """Return a copy of a schema, and the part of it under a path."""
    made = copy.deepcopy(whole)
    return made, dict(objects(made))[path]


def narrowed(field: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield each way to allow less in a field, or something else, as far as its rules have one."""
    yield "is of another type", {**field, "type": "boolean" if field.get("type") != "boolean" else "string"}
    yield "is one value", {**field, "const": "the only one"}
    yield "has another format", {**field, "format": "ipv4"}
    if len(field.get("enum", ())) > 1:
        yield "lost a value", {**field, "enum": field["enum"][:-1]}
    for key, by in (("maximum", -1), ("minimum", 1), ("maxLength", -1), ("minLength", 1), ("maxProperties", -1)):
        if key in field:
            yield f"has another {key}", {**field, key: field[key] + by}
    if "pattern" in field:
        yield "has another pattern", {**field, "pattern": f"^x{field['pattern']}"}
    if field.get("type") == "object" and field.get("additionalProperties") is not False:
        yield "is closed", {**field, "additionalProperties": False}
    if field.get("type") == "array":
        yield "is empty", {**field, "maxItems": 0}


def breaking(whole: Schema) -> Iterator[Change]:
    """Yield every change of one field that a consumer of the past, or a sender, would notice."""
    for path, node in objects(whole):
        for name, field in node["properties"].items():
            is_required = name in node.get("required", ())
            made, part = changed(whole, path)
            del part["properties"][name]
            part["required"] = [each for each in part.get("required", ()) if each != name]
            yield f"{path}.{name} is gone", made
            renamed, other = copy.deepcopy(made), f"{name}_renamed"
            dict(objects(renamed))[path]["properties"][other] = copy.deepcopy(field)
            yield f"{path}.{name} is renamed", renamed
            made, part = changed(whole, path)
            part["required"] = [each for each in part.get("required", ()) if each != name]
            part["required"] += [] if is_required else [name]
            yield f"{path}.{name} is {'sometimes' if is_required else 'always'} there", made
            if "$ref" in field:
                continue
            for what, less in narrowed(field):
                made, part = changed(whole, path)
                part["properties"][name] = less
                yield f"{path}.{name} {what}", made


def additive(whole: Schema) -> Iterator[Change]:
    """Yield changes that nobody of the past notices: a field that may be absent, and other words."""
    inner = {"type": "object", "properties": {"part": {"type": "string"}}, "required": ["part"]}
    for path, _ in objects(whole):
        made, part = changed(whole, path)
        part["properties"]["added_later"] = inner
        yield f"{path}.added_later may be there", made
        made, part = changed(whole, path)
        part["description"] = "Other words."
        yield f"{path} is explained otherwise", made


def added_as_required(whole: Schema) -> Iterator[Change]:
    for path, _ in objects(whole):
        made, part = changed(whole, path)
        part["properties"]["added_later"] = {"type": "string"}
        part["required"] = [*part.get("required", ()), "added_later"]
        yield f"{path}.added_later is always there", made


def test_the_promises_of_the_past_still_hold() -> None:
    current = [line for name in CONTRACTS for line in promises(name, schema(name))]

    assert broken_promises(PROMISED, current) == []
    assert sorted(set(current) - set(PROMISED)) == [], f"a new field: add its line to {PLACE.name}"
    assert sorted(PROMISED) == PROMISED


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_schema_that_is_made_of_its_promises_promises_the_same(name: str) -> None:
    assert sorted(promises(name, promised_schema(name, PROMISED))) == sorted(promises(name, schema(name)))


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_change_that_breaks_a_promise_is_found(name: str) -> None:
    found = dict(breaking(schema(name)))
    unnoticed = [what for what, made in found.items() if not broken_promises(PROMISED, everything_with(name, made))]

    assert len(found) > 20
    assert unnoticed == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_new_field_that_is_always_there_is_found(name: str) -> None:
    unnoticed = [
        what
        for what, made in added_as_required(schema(name))
        if not broken_promises(PROMISED, everything_with(name, made))
    ]

    assert unnoticed == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_field_that_may_be_absent_and_other_words_break_no_promise(name: str) -> None:
    for what, made in additive(schema(name)):
        assert broken_promises(PROMISED, everything_with(name, made)) == [], what


def test_a_new_type_breaks_no_promise() -> None:
    new = promises("SurveyOpened", schema("TargetMissed"))

    assert broken_promises(PROMISED, [*PROMISED, *new]) == []


@pytest.mark.parametrize("sample", BUS)
def test_the_old_schema_accepts_the_new_sample(sample: str) -> None:
    event = load_event(sample)

    assert schema_faults(promised_schema(event["detail-type"], PROMISED), event["detail"]) == []


@pytest.mark.parametrize("sample", BUS)
def test_the_new_schema_accepts_the_sparsest_event_of_the_past(sample: str) -> None:
    event = load_event(sample)
    old = least(event["detail"], promised_schema(event["detail-type"], PROMISED))

    assert faults(event["detail-type"], old) == []


def test_the_new_schema_accepts_the_events_that_the_code_once_wrote() -> None:
    # The windows of a score are made up there.
    events = [event for event in kept("values/events") if event[1] != "ScoreRecomputed"]
    wrong = [fault for _, detail_type, detail in events for fault in faults(detail_type, json.loads(detail))]

    assert {"DetractorIdentified", "InvitationSent"} <= {detail_type for _, detail_type, _ in events}
    assert wrong == []


@pytest.mark.parametrize("sample", BUS)
def test_an_old_consumer_notices_an_event_that_lost_a_field(sample: str) -> None:
    event = load_event(sample)
    old = promised_schema(event["detail-type"], PROMISED)
    for part in ("metadata", "data"):
        for name in old["properties"][part]["required"]:
            lost = copy.deepcopy(event["detail"])
            del lost[part][name]
            assert schema_faults(old, lost), name


@pytest.mark.parametrize("sample", BUS)
def test_a_new_schema_with_a_field_that_is_always_there_refuses_an_old_event(sample: str) -> None:
    event = load_event(sample)
    old = least(event["detail"], promised_schema(event["detail-type"], PROMISED))
    for part in ("metadata", "data"):
        made, node = changed(schema(event["detail-type"]), f".{part}")
        node["required"] = [*node["required"], "added_later"]
        assert schema_faults(made, old)


def test_what_is_always_there_in_version_1_is_settled() -> None:
    """Events of today lie in archives and are replayed."""
    always = {name: set(schema(name)["properties"]["data"]["required"]) for name in DETAIL_TYPES}
    sent = {"survey", "response", "revision", "state", "responded_at", "day"}
    asked = {"survey", "invitation", "wave", "channel", "reason", "decided_at"}
    found = {"survey", "series", "day", "window", "current"}
    scored = {"score", "category", "series", "properties", "channel"}
    case = {"case", "survey", "subject", "revision", "state", "previous_state", "paused_at", "owner", "priority"}
    case |= {"rule", "round", "opened_at", "contact_due_at", "close_due_at", "contacted_at", "closed_at", "outcome"}
    case |= {"root_cause", "changed_at", "actor"}

    assert always == {
        "ResponseRecorded": sent | scored,
        "ResponseRevised": sent | scored | {"previous", "previous_series"},
        "ResponseExcluded": sent | {"previous", "previous_series"},
        "ResponseIncluded": sent | scored,
        "ResponseErased": sent | {"previous", "previous_series"},
        "DetractorIdentified": sent | scored,
        "ScoreRecomputed": {"survey", "series", "computed_at", "windows"},
        "ScoreChanged": found | {"direction", "previous", "change", "p_value", "level"},
        "TargetReached": found | {"target", "baseline"},
        "TargetMissed": found | {"target", "baseline"},
        "InvitationSent": asked | {"due_at", "sent_at"},
        "ReminderSent": asked - {"reason"} | {"due_at", "sent_at"},
        "InvitationDeclined": asked,
        "RespondentSuppressed": {"address_hash", "reason"},
        "CampaignFinished": {"campaign", "survey", "matched", "asked", "declined", "started_at", "ended_at"},
        "CaseOpened": case,
        "CaseChanged": case,
        "CaseClosed": case,
        "DeliveryParked": {"delivery", "destination", "alert", "rule", "survey", "response", "type", "reason"}
        | {"attempts", "alerted_at"},
    }


def everything_with(name: str, made: Schema) -> list[str]:
    """Return the promises of all contracts, one of which has another schema."""
    others = [line for line in PROMISED if not line.startswith((f"{name} ", f"{name}."))]
    return [*others, *promises(name, made)]
