"""What a restore says once more of a response is what stands in it, word for word."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from earshot.adapters.dynamodb.accounts import account_item
from earshot.adapters.dynamodb.alert_rules import alert_rule_item
from earshot.adapters.dynamodb.alerts import alert_item
from earshot.adapters.dynamodb.calendars import calendar_item
from earshot.adapters.dynamodb.case_items import case_item
from earshot.adapters.dynamodb.deliveries import breaker_item, delivery_item
from earshot.adapters.dynamodb.destinations import deleted_item, destination_item
from earshot.adapters.dynamodb.digest_sendings import sending_item
from earshot.adapters.dynamodb.digests import digest_item
from earshot.adapters.dynamodb.members import member_item
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.access import Role
from earshot.domain.accounts import Account
from earshot.domain.alert_rules import default_rule
from earshot.domain.alerts import Alert
from earshot.domain.anonymization import anonymized
from earshot.domain.business_time import Calendar
from earshot.domain.cases import SubjectKind
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.digest_sendings import DigestSending, SendingState
from earshot.domain.digests import Digest, DigestRole, Every, Period, Schedule
from earshot.domain.members import Member, removed
from earshot.domain.merge import merge
from earshot.domain.opened_cases import opened_by
from earshot.domain.response import first_response
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot_cli.ops.restore.carry_over_rules import Family, family_of, is_missing
from tests.factories import NOON, make_statement, make_submission, make_survey

STORED = Path(__file__).parents[4] / "golden/files/stored"
# Of these the restored table alone has the say. What begins a partition key, and why.
AS_RESTORED = {
    "AH#": "how many alerts an hour had",
    "C#": "counts: they follow the responses",
    "ER#": "a bulk erasure goes on from its own responses",
    "F#": "counts of the funnel: they follow the invitations",
    "FS#": "which messages the funnel counted lately",
    "IM#": "notes of the parts of an import",
    "JOIN#": "invitations to the team: good for 72 hours",
    "KU#": "when a key was last used",
    "M#": "a person's response by their mailbox: written with the response",
    "P#": "a person's response, or a person who was not asked",
    "PAUSES": "SES says again that it paused",
    "R#": "an alias: written with its response",
    "RECONCILIATIONS": "it begins again",
    "RETIRED": "of the old table alone",
    "RL#": "limits of an hour",
    "S#": "scores: computed again",
    "SURVEYS": "a line of the list: written with the survey",
    "SESSION#": "sessions: the runbook ends them all",
    "SIGNIN#": "askings to sign in: good for ten minutes",
    "TURNS": "whose turn it is to own a case",
}
SUBMITTED = make_submission(3, comment="bad", person="ann", properties={"plan": "pro"}, seconds=4.5)
FIRST = first_response(SUBMITTED, make_survey().zone)
REVISED = make_statement(
    9, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 1, seconds=4.5, reason="misheard", by="k"
)
OUT = make_statement(
    3, kind=StatementKind.CHANGED_WITH_KEY, received_at=NOON + 1, excluded=True, exclusion_reason="x", by="k"
)


@pytest.mark.parametrize(
    "later",
    [
        SUBMITTED.statement,
        REVISED,
        OUT,
        make_statement(9, rank=Rank.KEYED, by="k"),
        make_statement(None, kind=StatementKind.CHANGED_BY_RESPONDENT, received_at=NOON + 1),
        make_statement(
            9, kind=StatementKind.CHANGED_BY_RESPONDENT, received_at=NOON + 1, comment="bad", comment_score=3
        ),
        anonymized(FIRST, NOON + 1, subtract=False),
        Statement(StatementKind.ERASED, NOON + 1, by="k"),
    ],
    ids=["first said", "revised", "excluded", "a key's", "withdrawn", "another score", "anonymised", "erased"],
)
def test_it_outranks_what_was_there_and_leaves_the_same(later: Statement) -> None:
    stands = merge(FIRST, later)
    again = merge(FIRST, stands.statement)
    assert stands.statement.order == stands.order
    assert (again.statement, again.digest) == (stands.statement, stands.digest)


def test_no_candidate_gets_the_number_of_one_that_came_since() -> None:
    restored = {"pk": {"S": "VALUES#demo"}, "sk": {"S": "PLACES"}, "plan=numbered": {"N": "3"}}
    old = restored | {"plan=numbered": {"N": "5"}}
    assert family_of(old) is Family.VALUE
    assert is_missing(Family.VALUE, old, restored, in_service=True)
    assert not is_missing(Family.VALUE, restored, old, in_service=True)


def test_a_value_that_was_taken_back_does_not_come_back_unless_its_owner_accepted_it_again() -> None:
    value = {"pk": {"S": "VALUES#demo"}, "sk": {"S": "plan=pro"}, "status": {"S": "series"}, "source": {"S": "key"}}
    removed, accepted = {**value, "status": {"S": "removed"}}, {**value, "source": {"S": "owner"}}
    assert is_missing(Family.VALUE, value, None, in_service=True)
    for in_service in (False, True):
        assert is_missing(Family.VALUE, removed, value, in_service=in_service)
        assert not is_missing(Family.VALUE, removed, removed, in_service=in_service)
    assert not is_missing(Family.VALUE, removed, accepted, in_service=True)
    assert not is_missing(Family.VALUE, value, removed, in_service=True)


def test_a_delivery_that_was_made_since_is_not_made_again() -> None:
    first = Delivery("d-1", "hook", "a", "r", "demo", "s", "response.detractor", alerted_at=NOON, version=1)
    pending, done = first, first.started(NOON, "body").delivered(NOON, None, 200)
    restored, old = marshalled(delivery_item(pending)), marshalled(delivery_item(done))
    assert family_of(old) is Family.DELIVERY
    for in_service in (False, True):
        assert is_missing(Family.DELIVERY, old, None, in_service=in_service)
        assert is_missing(Family.DELIVERY, old, restored, in_service=in_service)
        assert not is_missing(Family.DELIVERY, old, old, in_service=in_service)
    assert not is_missing(Family.DELIVERY, restored, old, in_service=True)


def test_an_alert_that_was_raised_since_is_not_raised_again_nor_brought_back_after_an_erasure() -> None:
    old = marshalled(alert_item(Alert("demo", "default", "r-1", NOON, ("owner",))))
    assert family_of(old) is Family.ALERT
    assert is_missing(Family.ALERT, old, None, in_service=False)
    assert not is_missing(Family.ALERT, old, None, in_service=True)
    assert not is_missing(Family.ALERT, old, old, in_service=False)


def test_cases_are_those_of_the_old_table_until_the_restored_one_is_in_service() -> None:
    old = marshalled(case_item(opened_by(Alert("demo", "default", "r-1", NOON), SubjectKind.PERSON, "ann")))
    joined = {**old, "responses": {"N": "2"}}
    assert is_missing(Family.CASE, old, None, in_service=False)
    assert is_missing(Family.CASE, joined, old, in_service=False)
    assert not is_missing(Family.CASE, old, old, in_service=False)
    assert not is_missing(Family.CASE, joined, old, in_service=True)
    assert not is_missing(Family.CASE, old, None, in_service=True)


@pytest.mark.parametrize(
    ("pk", "sk"),
    [
        ("CASE#c", "META"),
        ("CASE#c", "R#r-1"),
        ("CASE#c", "F#000002"),
        ("CASES#OPEN", "-#1#c"),
        ("CF#demo#2026-11", "1#c"),
        ("P#ann", "CASE#demo"),
        ("A#acme", "CASE#demo"),
        ("CA#demo", "META"),
    ],
)
def test_whatever_belongs_to_a_case_is_carried_over_with_it(pk: str, sk: str) -> None:
    assert family_of({"pk": {"S": pk}, "sk": {"S": sk}}) is Family.CASE


def test_a_destination_that_was_disabled_since_stays_so() -> None:
    hook = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
    restored = marshalled(destination_item(hook))
    old = marshalled(destination_item(hook.stopped(DestinationState.DISABLED, "too much")))
    assert family_of(old) is Family.DESTINATION
    for in_service in (False, True):
        assert is_missing(Family.DESTINATION, old, None, in_service=in_service)
        assert is_missing(Family.DESTINATION, old, restored, in_service=in_service)
        assert not is_missing(Family.DESTINATION, restored, old, in_service=in_service)


def test_an_alert_rule_that_was_made_since_is_kept_and_others_are_as_restored() -> None:
    old = marshalled(alert_rule_item(default_rule("demo")))
    assert family_of(old) is Family.ALERT_RULE
    assert is_missing(Family.ALERT_RULE, old, None, in_service=True)
    assert not is_missing(Family.ALERT_RULE, old, {**old, "name": {"S": "New"}}, in_service=False)


def test_a_member_who_was_added_or_removed_since_stays_so_and_another_is_as_restored() -> None:
    kim = Member("kim", "kim@example.com", "Kim", Role.FRONTLINE)
    restored, gone = marshalled(member_item(kim)), marshalled(member_item(removed(kim, NOON)))
    assert family_of(gone) is Family.MEMBER
    assert is_missing(Family.MEMBER, restored, None, in_service=True)
    assert is_missing(Family.MEMBER, gone, restored, in_service=True)
    assert not is_missing(Family.MEMBER, gone, gone, in_service=False)
    assert not is_missing(Family.MEMBER, marshalled(member_item(replace(kim, revision=2))), restored, in_service=False)
    again = marshalled(member_item(replace(kim, revision=3)))
    assert not is_missing(Family.MEMBER, gone, again, in_service=True)


def test_an_account_that_was_made_since_is_kept_and_another_is_as_restored() -> None:
    old = marshalled(account_item(Account("acme", "Acme", revision=2)))
    assert family_of(old) is Family.ACCOUNT
    assert is_missing(Family.ACCOUNT, old, None, in_service=True)
    assert not is_missing(Family.ACCOUNT, old, marshalled(account_item(Account("acme"))), in_service=False)


def test_what_is_left_of_a_deleted_destination_is_carried_over_once() -> None:
    gone = marshalled(deleted_item("hook", 0))
    assert family_of(gone) is Family.DESTINATION
    assert is_missing(Family.DESTINATION, gone, None, in_service=False)
    assert not is_missing(Family.DESTINATION, gone, gone, in_service=False)


def test_what_waits_for_a_destination_still_has_its_breaker() -> None:
    opened = marshalled(breaker_item(Breaker("hook", 5, until=NOON, pause=30_000, revision=5)))
    closed = marshalled(breaker_item(Breaker("hook", revision=4)))
    assert family_of(opened) is Family.BREAKER
    assert is_missing(Family.BREAKER, opened, None, in_service=True)
    assert is_missing(Family.BREAKER, opened, closed, in_service=False)
    assert not is_missing(Family.BREAKER, opened, closed, in_service=True)


def test_each_kind_of_stored_item_is_carried_over_or_as_restored_on_purpose() -> None:
    items = [item for path in sorted(STORED.glob("*.json")) for item in json.loads(path.read_text(encoding="utf-8"))]
    kinds = {item["pk"]["S"].partition("#") for item in items if family_of(item) is None}
    assert {name + mark for name, mark, _ in kinds} == set(AS_RESTORED)


def test_a_digest_that_went_out_since_is_not_sent_again() -> None:
    period = Period(date(2026, 11, 9), date(2026, 11, 16))
    claimed = DigestSending("weekly", "ann", period, SendingState.UNKNOWN, NOON)
    waits = claimed.not_yet(NOON, "SES is away")
    sent = waits.claimed().ended(SendingState.SENT, NOON)
    restored, old = marshalled(sending_item(waits)), marshalled(sending_item(sent))
    assert family_of(old) is Family.DIGEST_SENDING
    for in_service in (False, True):
        assert is_missing(Family.DIGEST_SENDING, old, None, in_service=in_service)
        assert is_missing(Family.DIGEST_SENDING, old, restored, in_service=in_service)
        assert not is_missing(Family.DIGEST_SENDING, old, old, in_service=in_service)
        assert not is_missing(Family.DIGEST_SENDING, restored, old, in_service=in_service)


def test_who_stopped_a_digest_since_gets_it_no_more() -> None:
    stop = {"pk": {"S": "DG#weekly"}, "sk": {"S": "STOP#ann"}, "stopped_at": {"N": "1"}}
    assert family_of(stop) is Family.STOPPED_DIGEST
    for in_service in (False, True):
        assert is_missing(Family.STOPPED_DIGEST, stop, None, in_service=in_service)
        assert not is_missing(Family.STOPPED_DIGEST, stop, {**stop, "stopped_at": {"N": "2"}}, in_service=in_service)


def test_a_digest_or_a_calendar_that_was_made_since_is_kept_and_another_is_as_restored() -> None:
    digest = Digest("weekly", DigestRole.LEAD, "demo", ("ann",), Schedule(Every.WEEK, 7))
    calendar = Calendar("office", "Europe/Berlin", {"mon": (("09:00", "17:00"),)}, ())
    for family, old, changed in (
        (Family.DIGEST, digest_item(digest), digest_item(replace(digest, locale="de", revision=2))),
        (Family.CALENDAR, calendar_item(calendar), calendar_item(replace(calendar, timezone="UTC", revision=2))),
    ):
        assert family_of(marshalled(old)) is family
        assert is_missing(family, marshalled(old), None, in_service=True)
        assert not is_missing(family, marshalled(changed), marshalled(old), in_service=False)


def test_a_call_from_outside_that_was_taken_since_is_not_taken_again() -> None:
    call = {"pk": {"S": "IN#to-1"}, "sk": {"S": "msg_1"}}
    assert family_of(call) is Family.INBOUND_CALL
    assert is_missing(Family.INBOUND_CALL, call, None, in_service=False)
    assert not is_missing(Family.INBOUND_CALL, call, call, in_service=False)


def test_how_many_alerts_an_hour_had_is_as_restored() -> None:
    assert family_of({"pk": {"S": "AH#demo#default"}, "sk": {"S": "495"}}) is None
