"""The registry of personal data: what adapters write stands in it, and an export holds it or says why not."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from earshot.adapters.dynamodb.invitation_items import anonymous_item, attempt_value, invitation_item
from earshot.adapters.dynamodb.response_items import alias_item, pointer_items, response_item
from earshot.adapters.dynamodb.table import marshalled
from earshot.api.person_views import export_view
from earshot.domain.anonymized_invitation import anonymized
from earshot.domain.bot_detection import Comment, SubmitAttempt
from earshot.domain.invitation import Invitation, InvitationFacts, InvitationState, Mail
from earshot.domain.personal_data import (
    ALIAS,
    INVITATION,
    KINDS,
    PERSON,
    PLACES,
    POINTER,
    RESPONSE,
    UNSIGNED,
    ItemKind,
    kind_of,
    not_registered,
)
from earshot.domain.response import Alias, Correction, EmittedEvent, History, Previous, Response
from earshot.domain.statement import Rank
from earshot.ports.suppressions import Suppression
from earshot.services.people.export_person import Export
from tests.factories import NOON, changed, make_invitation, make_person, make_response, uuid7
from tests.integration.template.stack import source

ROOT = Path(__file__).parents[3]
ATTEMPT = SubmitAttempt(
    3, NOON, honeypot=True, released=True, comment=Comment.of("Ann's own words"), contact_requested=True
)
ASKED = make_invitation(
    state=InvitationState.CLAIMED,
    wave=2,
    claimed_at=NOON,
    sent_at=NOON,
    previously_invited_at=NOON,
    message_id="m-1",
    charged_on="2026-11-21",
    response=uuid7(),
    correlation="c",
    stopped="unsubscribed",
    recipient_hash="hash",
    asked_mailbox="hash",
    properties={"plan": "pro"},
    is_erased=True,
    mails=(Mail(1, NOON, "m-1"),),
    delivery_events=frozenset({"opened#1"}),
    attempts=(ATTEMPT,),
    clicks=(ATTEMPT,),
)
RECORDED = make_response(
    3,
    series=("plan=pro",),
    candidates={"city": 3},
    comment="Ann's own words",
    comment_score=4,
    properties={"plan": "pro"},
    person="ann",
    channel="email",
    unverified_email="ann@example.com",
    email_hash="hash",
    sent_id=uuid7(seed="sent"),
    correlation="c",
    exclusion_reason="a test",
    superseded_on="2026-11-22",
    seconds=2.5,
    excluded=True,
    is_repeat=True,
    cleaned=True,
    contact_requested=True,
    emit_events=False,
    rank=Rank.SIGNED,
    import_id="i-1",
    history=History((Correction("revised", NOON, "key", ("score",), (4, 3), "a slip"),), 1, NOON),
)
ANN = make_person(
    name="Ann", account="ACME", locale="de", timezone="UTC", properties={"plan": "pro"}, last_invited_at=NOON
)


def full_item(invitation: Invitation) -> dict[str, Any]:
    """Return the item of an invitation with all that later writes add to it."""
    item = invitation_item(replace(invitation, state=InvitationState.SCHEDULED))
    attempts, clicks = map(attempt_value, invitation.attempts), map(attempt_value, invitation.clicks)
    return marshalled({**item, "submissions": list(attempts), "clicks": list(clicks)})


def items_of(kind: ItemKind) -> list[dict[str, Any]]:
    """Return items of a kind that have all its attributes between them."""
    if kind is INVITATION:
        left = anonymized(ASKED)
        assert left.facts is not None
        facts = InvitationFacts(left.facts.stages, "2026-11-21", frozenset({"asked"}))
        return [full_item(ASKED), marshalled(anonymous_item(left, facts))]
    if kind is ALIAS:
        return [marshalled(alias_item(Alias("demo", uuid7(seed="sent"), uuid7())))]
    if kind in (POINTER, UNSIGNED):
        return [marshalled(item) for item in pointer_items(RECORDED).values() if kind.has(item["pk"], item["sk"])]
    event = EmittedEvent(7, "ResponseRevised", Previous(1, 4))
    return [marshalled(response_item(replace(RECORDED, last_event=event, detractor_event_revision=9)))]


@pytest.mark.parametrize("kind", [INVITATION, RESPONSE, ALIAS, POINTER, UNSIGNED], ids=lambda kind: kind.name)
def test_the_registry_names_the_attributes_that_items_have_and_no_others(kind: ItemKind) -> None:
    items = items_of(kind)
    for item in items:
        assert kind_of(item["pk"]["S"], item["sk"]["S"], item) is kind
        assert not_registered(item["pk"]["S"], item["sk"]["S"], item) == frozenset()
    assert {name for item in items for name in item} == kind.exported.keys() | kind.left_out.keys()


def exported() -> Any:
    suppression = Suppression("unsubscribed", NOON)
    return export_view("ann", Export(ANN, suppression, [ASKED], [changed(RECORDED, excluded=False)], None), NOON)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.exported], ids=lambda kind: kind.name)
def test_an_export_holds_what_the_registry_lists(kind: ItemKind) -> None:
    for name, place in kind.exported.items():
        where = exported()
        for step in place.split("."):
            where = where[0] if isinstance(where, list) else where
            assert step in where, f"{kind.name}.{name} is not exported as {place}"
            where = where[step]
        assert where not in (None, [], {}, "") or place == "erased_at", f"{place} says nothing of {name}"


# Each attribute, and a change of it that an export must show.
INVITATION_CHANGES: dict[str, Any] = {
    "claimed_at": NOON + 1, "previously_invited_at": NOON + 1, "message_id": "m-2", "charged_on": "2026-11-22",
    "wave": 3,
    "delivery_events": frozenset({"clicked#1"}), "mails": (Mail(1, NOON, "m-2"),), "is_erased": False,
    "stopped": "bounced",
    "clicks": (replace(ATTEMPT, released=False),), "attempts": (replace(ATTEMPT, honeypot=False),), "channel": "link",
}  # fmt: skip
RESPONSE_CHANGES: dict[str, Any] = {
    "seconds": 3.5, "received_at": NOON + 1, "is_repeat": False, "superseded_on": None, "cleaned": False,
    "import_id": None, "rank": Rank.KEYED, "comment_score": 5, "sent_id": None, "unverified_email": None,
    "channel": "web", "contact_requested": False,
}  # fmt: skip


@pytest.mark.parametrize("name", INVITATION_CHANGES)
def test_an_export_shows_each_change_of_an_invitation(name: str) -> None:
    invitation = replace(ASKED, **{name: INVITATION_CHANGES[name]})
    assert export_view("ann", Export(ANN, None, [invitation], [], None), NOON) != export_view(
        "ann", Export(ANN, None, [ASKED], [], None), NOON
    )


@pytest.mark.parametrize("name", RESPONSE_CHANGES)
def test_an_export_shows_each_change_of_a_response(name: str) -> None:
    response: Response = changed(RECORDED, **{name: RESPONSE_CHANGES[name]})
    assert export_view("ann", Export(ANN, None, [], [response], None), NOON) != export_view(
        "ann", Export(ANN, None, [], [RECORDED], None), NOON
    )


def test_whatever_is_not_exported_and_each_place_have_a_reason_and_a_way_to_reach_them() -> None:
    for kind in KINDS:
        assert not kind.exported.keys() & kind.left_out.keys(), kind.name
        assert all((kind.erasure, kind.retention, *kind.exported.values(), *kind.left_out.values())), kind.name
        assert kind.is_personal or not kind.exported, kind.name
    assert all((place.holds, place.erasure, place.retention) for place in PLACES)
    assert len({each.name for each in (*KINDS, *PLACES)}) == len(KINDS) + len(PLACES)


def test_an_attribute_or_a_kind_that_nobody_registered_is_found() -> None:
    assert not_registered("P#ann", "META", ["pk", "sk", "email", "shoe_size"]) == {"shoe_size"}
    assert not_registered("P#ann", "I#1", ["pk", "sk", "email"]) == {"email"}
    assert not_registered("ZZ#ann", "META", ["pk", "sk"]) == {"pk", "sk"}
    assert kind_of("P#a#b\nc", "META") is PERSON


def test_the_page_on_personal_data_lists_what_the_registry_lists() -> None:
    page = (ROOT / "docs/privacy.md").read_text(encoding="utf-8")
    kept = {kind.name: f"| {kind.name} | {kind.erasure} | {kind.retention} |" for kind in KINDS if kind.is_personal}
    kept |= {p.name: f"| {p.name} | {p.holds} | {p.erasure} | {p.retention} |" for p in PLACES}
    assert [name for name, row in kept.items() if row not in page.splitlines()] == []
    left_out = {(kind.name, name, why) for kind in KINDS if kind.is_personal for name, why in kind.left_out.items()}
    rows = re.findall(r"^\| ([^|]+) \| (`\w+`(?:, `\w+`)*) \| ([^|]+) \|$", page, re.MULTILINE)
    assert {(kind, name, why) for kind, names, why in rows for name in re.findall(r"\w+", names)} == left_out


def test_every_queue_log_and_bus_of_the_template_is_in_the_registry() -> None:
    resources = source()["Resources"]
    kinds = (
        "AWS::SQS::Queue",
        "AWS::Logs::LogGroup",
        "AWS::Events::EventBus",
        "AWS::Events::Archive",
        "AWS::S3::Bucket",
    )
    there = {name for name, resource in resources.items() if resource["Type"] in kinds}
    named = [name for place in PLACES for name in place.resources]
    assert sorted(named) == sorted(there)
