"""The contract of the events: a published event validates, and nobody is named."""

import copy
import json
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from earshot.adapters.dynamodb.daily_evaluations import evaluation_items, read_evaluation
from earshot.adapters.dynamodb.table import marshalled, unmarshalled
from earshot.domain.alert_settings import AlertSettings, ScoreTarget
from earshot.domain.alerts import Alert
from earshot.domain.campaign import Campaign, Plan
from earshot.domain.campaign import CampaignState as Ending
from earshot.domain.case_events import case_events
from earshot.domain.case_facts import OF_PEOPLE, CaseChange, FactKind, changed
from earshot.domain.case_settings import Priority
from earshot.domain.cases import Case, CaseOutcome, RootCause, SubjectKind
from earshot.domain.daily_evaluation import DailyEvaluation, EmittedTargetStatus, ScoreChange, TargetStatus
from earshot.domain.deliveries import Attempt, Delivery, DeliveryState
from earshot.domain.errors import ConflictError
from earshot.domain.evaluation_events import evaluation_events
from earshot.domain.events import (
    SOURCE,
    Event,
    campaign_events,
    response_events,
    score_event,
    suppression_event,
)
from earshot.domain.invitation import Invitation, InvitationState, Mail
from earshot.domain.invitation_events import invitation_events
from earshot.domain.merge import merge
from earshot.domain.opened_cases import Opening, opened_by
from earshot.domain.parked_events import parked_events
from earshot.domain.response import Response, first_response
from earshot.domain.score import Histogram
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey
from earshot.services.scores.recompute_scores import Ask, recompute
from tests.aws_events import RECEIVED, load_event, samples
from tests.integration.contracts import CONTRACTS, DETAIL_TYPES, SCHEMAS, emitted, faults, schema
from tests.integration.template.stack import stack

COMMENT, PERSON = "☂ my own words ☂", "☎ someone@example.org ☎"
TIME = "2026-11-21T21:00:00.000Z"
BUS = samples("bus")

texts = st.text(st.characters(exclude_characters="☂☎", exclude_categories=["Cs"]), min_size=1, max_size=64)
scores = st.integers(0, 10)
moments = st.integers(0, RECEIVED + 10**9)


@st.composite
def statements(draw: st.DrawFn, kinds: st.SearchStrategy[StatementKind]) -> Statement:
    """Draw a statement about a response, in words and with a name that no event may repeat."""
    kind, received, emit_events = draw(kinds), draw(moments), draw(st.booleans())
    if kind is StatementKind.ERASED:
        return Statement(kind, received, emit_events=emit_events)
    is_withdrawn = kind is StatementKind.CHANGED_BY_RESPONDENT and draw(st.booleans())
    is_excluded = kind in (StatementKind.CHANGED_WITH_KEY, StatementKind.ANONYMISED) and draw(st.booleans())
    return Statement(
        kind,
        received,
        None if is_withdrawn else draw(scores),
        comment=draw(st.sampled_from([None, COMMENT])),
        properties=draw(st.dictionaries(texts, texts, max_size=20)),
        person=draw(st.sampled_from([None, PERSON])),
        channel=draw(st.none() | texts),
        emit_events=emit_events,
        excluded=is_excluded,
        exclusion_reason=COMMENT if is_excluded else None,
        reason=COMMENT,
        by=PERSON,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Response]:
    """Make a response as it is first recorded, and as it stands after each statement that changed it."""
    first = draw(statements(st.sampled_from(StatementKind)))
    submission = Submission("demo", str(draw(st.uuids(version=4))), first, first.received_at, correlation=draw(texts))
    response = first_response(submission, ZoneInfo("Europe/Berlin"))
    segments = draw(st.lists(texts, max_size=5, unique=True))
    history = [replace(response, series=tuple(f"segment={value}" for value in segments))]
    for statement in draw(st.lists(statements(st.sampled_from(StatementKind)), max_size=4)):
        merged = merge(history[-1], statement, draw(texts))
        history += [merged] if merged is not history[-1] else []
    return history


def published(history: list[Response]) -> list[Event]:
    """Return every event of a history."""
    steps = zip([None, *history[:-1]], history, strict=True)
    return [event for old, new in steps for event in response_events(old, new, TIME)]


@st.composite
def score_events(draw: st.DrawFn) -> Event:
    """Recompute a score from any counts, and publish it."""
    counts = draw(st.dictionaries(st.integers(0, 400), st.lists(st.integers(0, 10**6), min_size=11, max_size=11)))
    today = date(2026, 11, 21)
    days = {(today - timedelta(age)).isoformat(): Histogram(tuple(row)) for age, row in counts.items()}
    written: list[Any] = []
    kept: Any = SimpleNamespace(
        get=lambda survey_id: Survey(survey_id, "Demo"),
        days=lambda *_: days,
        computed_at=lambda *_: {},
        put=lambda *score: written.append(score),
    )
    recompute(Ask("demo", ("all",), RECEIVED), RECEIVED, surveys=kept, counts=kept, scores=kept, evaluations=kept)
    ((survey, series, computed_at, windows, _),) = written
    return score_event(survey, series, computed_at, json.loads(json.dumps(windows)), TIME)


@st.composite
def evaluations(draw: st.DrawFn) -> DailyEvaluation:
    """Evaluate a day: some series changed, a target may be published that day or have been before."""
    day = draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))).isoformat()
    histograms = st.lists(st.integers(0, 10**6), min_size=11, max_size=11).filter(any).map(tuple).map(Histogram)
    series = draw(st.lists(texts, max_size=5, unique=True))
    changes = tuple(ScoreChange(f"segment={name}", draw(histograms), draw(histograms)) for name in series)
    goal = st.integers(-100, 100)
    target = ScoreTarget(draw(goal), draw(st.none() | goal), draw(st.integers(7, 365)))
    status = EmittedTargetStatus(
        draw(st.sampled_from([day, "1999-12-31"])),
        target,
        draw(st.sampled_from([TargetStatus.REACHED, TargetStatus.NOT_REACHED])),
        draw(histograms),
    )
    rules = AlertSettings(draw(st.integers(7, 365)), draw(st.floats(0.001, 0.2)), draw(st.integers(10, 1000)))
    return DailyEvaluation("demo", day, rules, changes, draw(st.none() | st.just(status)))


@st.composite
def invitations(draw: st.DrawFn) -> list[Invitation]:
    """Make an invitation as it is decided, and as it stands after each step it takes."""
    created, due, sent = (draw(moments) for _ in range(3))
    waits = Invitation(
        str(draw(st.uuids(version=4))), "demo", PERSON, created, due, InvitationState.SCHEDULED, "eligible"
    )
    waits = replace(waits, properties={"said": COMMENT}, correlation=draw(texts))
    claimed = replace(waits, state=InvitationState.CLAIMED, claimed_at=sent)
    declined = replace(waits, state=InvitationState.DECLINED, reason="suppressed")
    if draw(st.booleans()):
        return draw(st.sampled_from([[declined], [waits, waits, declined], [waits, claimed, waits]]))
    mails = tuple(Mail(wave, sent + wave, "message") for wave in (1, 1, 2, 3)[: draw(st.integers(1, 4))])
    history = [waits, claimed]
    for number, mail in enumerate(mails, start=1):
        next_wave = mails[number].wave if number < len(mails) else mail.wave
        invitation = replace(
            waits, state=InvitationState.SCHEDULED, sent_at=mail.sent_at, wave=next_wave, mails=mails[:number]
        )
        history += [
            invitation,
            replace(invitation, state=InvitationState.CLAIMED, delivery_events=frozenset({f"delivered#{mail.wave}"})),
        ]
    return [*history, replace(history[-1], state=InvitationState.SENT, stopped="answered")]


def test_every_detail_type_has_a_schema_and_every_schema_a_detail_type() -> None:
    assert set(DETAIL_TYPES) == emitted()
    assert len(list(SCHEMAS.glob("*.json"))) == len(CONTRACTS)


def test_every_detail_type_a_rule_of_our_bus_listens_to_has_a_schema() -> None:
    rules = [rule for rule in stack().of_type("AWS::Events::Rule").values() if "EventBusName" in rule]
    assert rules
    for rule in rules:
        assert set(rule["EventPattern"]["detail-type"]) <= set(CONTRACTS)


@pytest.mark.parametrize("detail_type", CONTRACTS)
def test_a_schema_is_sound_and_carries_its_own_name(detail_type: str) -> None:
    Draft202012Validator.check_schema(schema(detail_type))

    assert schema(detail_type)["title"] == detail_type
    assert schema(detail_type)["$id"] == f"urn:earshot:schema:{detail_type}:v1"


@pytest.mark.parametrize("detail_type", CONTRACTS)
def test_a_schema_describes_every_field_in_a_sentence(detail_type: str) -> None:
    def check(node: dict[str, Any], path: str) -> None:
        for name, field in node.get("properties", {}).items():
            meant = schema(detail_type)["$defs"]["window"] if "$ref" in field else field
            assert meant["description"].endswith("."), f"{path}.{name}"
            check(meant, f"{path}.{name}")

    check(schema(detail_type), detail_type)


@pytest.mark.parametrize("sample", BUS)
def test_every_sample_on_the_bus_keeps_its_contract(sample: str) -> None:
    event = load_event(sample)

    assert event["source"] == SOURCE
    assert event["detail-type"] == sample.removeprefix("bus/").partition(".")[0]
    assert faults(event["detail-type"], event["detail"]) == []


def test_every_detail_type_has_a_sample() -> None:
    assert {load_event(sample)["detail-type"] for sample in BUS} == set(DETAIL_TYPES)


@given(histories())
def test_every_event_of_a_response_keeps_its_contract(history: list[Response]) -> None:
    for event in published(history):
        assert faults(event.detail_type, json.loads(event.to_json())) == []


@given(score_events())
def test_every_event_of_a_score_keeps_its_contract(event: Event) -> None:
    assert faults(event.detail_type, json.loads(event.to_json())) == []


@given(evaluations())
def test_every_event_of_an_evaluation_keeps_its_contract_and_a_repeat_its_id(evaluation: DailyEvaluation) -> None:
    events = evaluation_events(evaluation, TIME)
    status = evaluation.emitted_status

    expected = ["ScoreChanged"] * len(evaluation.changes)
    if status and status.day == evaluation.day:
        expected.append("TargetReached" if status.status is TargetStatus.REACHED else "TargetMissed")
    assert [event.detail_type for event in events] == expected
    assert len({event.id for event in events}) == len(events)
    (kept,) = (read_evaluation(unmarshalled(marshalled(item))) for item in evaluation_items(evaluation))
    assert [event.id for event in evaluation_events(kept, "2027-01-01T00:00:00.000Z")] == [event.id for event in events]
    for event in events:
        assert faults(event.detail_type, json.loads(event.to_json())) == []


@given(invitations())
def test_every_event_of_an_invitation_keeps_its_contract_and_names_nobody(history: list[Invitation]) -> None:
    steps = zip([None, *history[:-1]], history, strict=True)
    events = [event for old, new in steps for event in invitation_events(old, new, TIME)]

    waves = sorted({mail.wave for mail in history[-1].mails})
    expected = ["InvitationSent" if wave == 1 else "ReminderSent" for wave in waves]
    assert [event.detail_type for event in events] == expected + ["InvitationDeclined"] * (
        history[-1].state is InvitationState.DECLINED
    )
    assert [event.detail["data"]["wave"] for event in events if event.detail_type != "InvitationDeclined"] == waves
    assert len({event.id for event in events}) == len(events)
    for event in events:
        assert faults(event.detail_type, json.loads(event.to_json())) == []
        assert not {"☂", "☎"} & set(event.to_json())
        assert not {"person", "email", "name", "properties"} & set(_names(event.detail))


def test_the_event_of_a_suppression_keeps_its_contract_and_a_repeat_its_id() -> None:
    event = suppression_event("0" * 64, "unsubscribed", RECEIVED, TIME)

    assert faults(event.detail_type, json.loads(event.to_json())) == []
    assert set(event.detail["data"]) == {"address_hash", "reason"}
    assert event.id == suppression_event("0" * 64, "unsubscribed", RECEIVED, "2027-01-01T00:00:00.000Z").id
    assert event.id != suppression_event("0" * 64, "unsubscribed", RECEIVED + 1, TIME).id


@given(st.integers(0, 10**6), st.dictionaries(texts, st.integers(1, 10**6)), moments, moments)
def test_the_event_of_a_campaign_keeps_its_contract_and_comes_once(
    asked: int, declined: dict[str, int], started: int, ended: int
) -> None:
    plan = Plan(f"said={COMMENT}", None, 5)
    running = Campaign("spring", "demo", plan, started, "2026-11-21", started, after=PERSON, asked=asked)
    running = replace(running, declined=declined)
    over = running.over(Ending.FINISHED, ended, COMMENT)
    (event,) = campaign_events(running, over, TIME)

    assert faults(event.detail_type, json.loads(event.to_json())) == []
    assert not {"☂", "☎"} & set(event.to_json())
    assert campaign_events(over, over, TIME) == campaign_events(None, running, TIME) == []
    assert campaign_events(running, running.over(Ending.STOPPED, ended, None), TIME) == []


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Make a delivery as an attempt of it runs: of a response, of the score, or a test, which has no alert."""
    name = st.from_regex("[a-z0-9][a-z0-9-]{0,62}", fullmatch=True)
    one, other, subject = (str(draw(st.uuids())) for _ in range(3))
    kind = draw(st.sampled_from(["response.detractor", "response.updated", "score.changed", "destination.test"]))
    rule, survey, alert = ("", "", "") if kind == "destination.test" else (draw(name), draw(name), other)
    waits = Delivery(one, draw(name), alert, rule, survey, subject, kind, draw(moments), correlation=draw(texts))
    return waits.started(draw(moments), COMMENT)


@given(deliveries(), st.booleans())
def test_the_event_of_a_parked_delivery_keeps_its_contract_and_each_parking_its_id(
    trying: Delivery, is_tried: bool
) -> None:
    parked = trying.parked("it refuses the contents", Attempt(RECEIVED, "rejected", 422) if is_tried else None)
    again = parked.released().parked("destination_disabled")
    (event,) = parked_events(trying, parked, TIME)
    (later,) = parked_events(parked.released(), again, TIME)
    data = event.detail["data"]

    for each in (event, later):
        assert faults(each.detail_type, json.loads(each.to_json())) == []
        assert not {"☂", "☎"} & set(each.to_json())
    assert data["response"] == (trying.subject if trying.type.startswith("response.") else None)
    # One that never ended is one, too.
    assert data["attempts"] == 1
    assert event.id != later.id
    assert [each.id for each in parked_events(None, parked, "2027-01-01T00:00:00.000Z")] == [event.id]
    assert parked_events(parked, replace(parked, version=9), TIME) == []
    assert parked_events(parked, parked.released(), TIME) == []
    for state in set(DeliveryState) - {DeliveryState.PARKED}:
        assert parked_events(trying, replace(trying, state=state), TIME) == []


@st.composite
def case_histories(draw: st.DrawFn) -> list[Case]:
    """Make a case as it is opened, and as it is after each change that is possible then."""
    kind = draw(st.sampled_from(SubjectKind))
    opening = Opening(draw(scores), draw(st.sampled_from(Priority)), draw(st.none() | st.just("mia")))
    alert = Alert("demo", "late", str(draw(st.uuids())), RECEIVED)
    history = [opened_by(alert, kind, PERSON, opening)]
    closing = {"outcome": CaseOutcome.EXPLAINED, "root_cause": RootCause.PRICE}
    for number, each in enumerate(draw(st.lists(st.sampled_from(OF_PEOPLE), max_size=8)), start=1):
        given = {"owner": f"m-{number}"} if each is FactKind.ASSIGNED else closing if each.closes else {}
        change = CaseChange(each, note=COMMENT, **given)
        with suppress(ConflictError):
            history.append(changed(history[-1], change, RECEIVED + number, "key:k")[0])
    return history


@given(case_histories())
def test_every_event_of_a_case_keeps_its_contract_and_names_nobody(history: list[Case]) -> None:
    steps = list(zip([None, *history[:-1]], history, strict=True))
    found = [case_events(old, new, TIME) for old, new in steps]
    events = [event for some in found for event in some]

    assert [len(some) for some in found] == [old is None or _differs(old, new) for old, new in steps]
    assert [event.detail_type for event in events if event.detail_type == "CaseOpened"] == ["CaseOpened"]
    closings = sum(old is not None and new.closed_at is not None and old.closed_at is None for old, new in steps)
    assert sum(event.detail_type == "CaseClosed" for event in events) == closings
    assert len({event.id for event in events}) == len(events)
    again = [event for old, new in steps for event in case_events(old, new, "2027-01-01T00:00:00.000Z")]
    assert [event.id for event in again] == [event.id for event in events]
    for event in events:
        assert faults(event.detail_type, json.loads(event.to_json())) == []
        assert not {"☂", "☎"} & set(event.to_json())
        assert not {"person", "account", "note", "response"} & set(_names(event.detail))


def test_a_case_that_is_erased_reminded_or_joined_makes_no_event() -> None:
    case = opened_by(Alert("demo", "late", "r-1", RECEIVED), SubjectKind.PERSON, PERSON)
    (event,) = case_events(None, case, TIME)
    assert (event.detail["data"]["actor"], event.detail["data"]["changed_at"]) == ("rule:late", TIME)
    for change in (
        {"person": None, "revision": 2},
        {"response": None, "revision": 2},
        {"steps": frozenset({"1.contact.50"}), "next_step_at": None, "breached_contact": True},
        {"responses": 2, "score": 0, "priority": Priority.HIGH, "revision": 2},
    ):
        assert case_events(case, replace(case, **change), TIME) == []


def _differs(old: Case, new: Case) -> bool:
    return (old.state, old.owner, old.waiting_since, old.round, old.close_due_at) != (
        new.state, new.owner, new.waiting_since, new.round, new.close_due_at,
    )  # fmt: skip


@given(histories())
def test_no_event_repeats_a_persons_words_or_name(history: list[Response]) -> None:
    for event in published(history):
        assert not {"☂", "☎"} & set(event.to_json())
        assert not {"comment", "person", "email", "name"} & set(_names(event.detail))


@given(histories())
def test_an_erasure_event_repeats_only_the_score(history: list[Response]) -> None:
    for event in published(history):
        if event.detail_type == "ResponseErased":
            assert not {"properties", "channel", "score", "series"} & set(event.detail["data"])


@given(histories())
def test_no_two_events_of_a_response_have_the_same_id(history: list[Response]) -> None:
    ids = [event.id for event in published(history)]

    assert len(ids) == len(set(ids))


@given(histories())
def test_a_repeat_has_the_id_of_the_first(history: list[Response]) -> None:
    assert [event.id for event in published(history)] == [event.id for event in published(copy.deepcopy(history))]


@given(histories())
def test_revisions_only_grow(history: list[Response]) -> None:
    revisions = [event.detail["data"]["revision"] for event in published(history)]

    assert revisions == sorted(revisions)


@given(histories())
def test_an_event_fits_into_an_entry_of_the_bus(history: list[Response]) -> None:
    for event in published(history):
        assert len(event.to_json().encode()) < 256_000


@pytest.mark.parametrize("sample", BUS)
def test_a_field_that_comes_later_breaks_no_contract(sample: str) -> None:
    event = load_event(sample)
    event["detail"]["data"]["added_later"] = {"anything": [1]}
    event["detail"]["metadata"]["added_later"] = "anything"

    assert faults(event["detail-type"], event["detail"]) == []


@pytest.mark.parametrize("sample", BUS)
def test_a_field_that_goes_missing_breaks_the_contract(sample: str) -> None:
    for part in ("metadata", "data"):
        for name in _required(schema(load_event(sample)["detail-type"])["properties"][part]):
            event = load_event(sample)
            del event["detail"][part][name]
            assert faults(event["detail-type"], event["detail"]), name


@pytest.mark.parametrize("sample", BUS)
def test_a_field_that_changes_its_type_breaks_the_contract(sample: str) -> None:
    for part in ("metadata", "data"):
        for name in _required(schema(load_event(sample)["detail-type"])["properties"][part]):
            event = load_event(sample)
            event["detail"][part][name] = True
            assert faults(event["detail-type"], event["detail"]), name


@pytest.mark.parametrize(
    ("detail_type", "field", "value"),
    [
        ("ResponseRecorded", "score", 11),
        ("ResponseRecorded", "score", 9.5),
        ("ResponseRecorded", "category", "happy"),
        ("ResponseRecorded", "state", "erased"),
        ("ResponseRecorded", "day", "2026-02-30"),
        ("ResponseRecorded", "responded_at", "2026-11-21 21:00"),
        ("ResponseRecorded", "response", "4711"),
        ("ResponseRecorded", "series", ["airline=klm"]),
        ("ResponseErased", "state", "final"),
        ("ResponseExcluded", "state", "erased"),
        ("ResponseIncluded", "state", "excluded"),
        ("DetractorIdentified", "score", 7),
        ("DetractorIdentified", "category", "passive"),
    ],
)
def test_a_value_out_of_range_breaks_the_contract(detail_type: str, field: str, value: object) -> None:
    event = load_event(next(sample for sample in BUS if sample.startswith(f"bus/{detail_type}.")))
    event["detail"]["data"][field] = value

    assert faults(detail_type, event["detail"])


def _required(node: dict[str, Any]) -> set[str]:
    return set(node["required"])


def _names(node: Any) -> list[str]:
    """Name every field of an event, except those that senders name themselves."""
    if isinstance(node, dict):
        below = [name for key, value in node.items() if key != "properties" for name in _names(value)]
        return [*node, *below]
    return []
