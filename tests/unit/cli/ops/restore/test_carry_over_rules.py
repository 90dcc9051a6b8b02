"""What a restore says once more of a response is what stands in it, word for word."""

from dataclasses import replace

import pytest

from earshot.adapters.dynamodb.accounts import account_item
from earshot.adapters.dynamodb.alert_rules import alert_rule_item
from earshot.adapters.dynamodb.alerts import alert_item
from earshot.adapters.dynamodb.case_items import case_item
from earshot.adapters.dynamodb.deliveries import breaker_item, delivery_item
from earshot.adapters.dynamodb.destinations import deleted_item, destination_item
from earshot.adapters.dynamodb.members import member_item
from earshot.adapters.dynamodb.table import marshalled
from earshot.domain.accounts import Account
from earshot.domain.alert_rules import default_rule
from earshot.domain.alerts import Alert
from earshot.domain.anonymization import anonymized
from earshot.domain.cases import SubjectKind
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import Delivery
from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.members import Member, Role, removed
from earshot.domain.merge import merge
from earshot.domain.opened_cases import opened_by
from earshot.domain.response import first_response
from earshot.domain.statement import Rank, Statement, StatementKind
from earshot_cli.ops.restore.carry_over_rules import Family, family_of, is_missing
from tests.factories import NOON, make_statement, make_submission, make_survey

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


def test_how_many_alerts_an_hour_had_is_as_restored() -> None:
    assert family_of({"pk": {"S": "AH#demo#default"}, "sk": {"S": "495"}}) is None
