"""A rule fires on what it says, and never on what is history, anonymized or excluded."""

from dataclasses import replace
from typing import Any

import pytest

from earshot.domain.access import Role
from earshot.domain.alert_rules import OLDEST, AlertRule, When, Where, check_rule, default_rule, effective_rules
from earshot.domain.response import Response, history_after
from earshot.domain.statement import StatementKind
from tests.factories import DAY, NOON, make_response, revised

RULE = AlertRule("r1", "demo", When.DETRACTOR, ("owner",), made_at=NOON)


def corrected(old: Response, **changes: Any) -> Response:
    """Return a response as it is after a correction with a key."""
    made = revised(old, kind=StatementKind.CHANGED_WITH_KEY, emit_events=True, **changes)
    return replace(made, history=history_after(old.history, old.statement, made.statement))


def rule(when: When, **fields: Any) -> AlertRule:
    return replace(RULE, when=when, **fields)


@pytest.mark.parametrize(
    ("when", "scores"),
    [(When.DETRACTOR, range(7)), (When.PASSIVE, (7, 8)), (When.PROMOTER, (9, 10))],
)
def test_a_category_is_matched_by_its_scores(when: When, scores: Any) -> None:
    matched = [score for score in range(11) if rule(when).matches(make_response(score))]
    assert matched == list(scores)


def test_a_rule_on_scores_matches_up_to_its_greatest() -> None:
    found = rule(When.SCORE, at_most=3)
    assert [score for score in range(11) if found.matches(make_response(score))] == [0, 1, 2, 3]


def test_a_rule_on_comments_matches_words_at_any_score_or_up_to_one() -> None:
    response = make_response(9, comment="Please REFUND me")
    assert rule(When.COMMENT, words=("refund",)).matches(response)
    assert not rule(When.COMMENT, words=("refund",), at_most=6).matches(response)
    assert not rule(When.COMMENT, words=("cancel*",)).matches(response)
    assert not rule(When.COMMENT, words=("refund",)).matches(make_response(9))


def test_a_wish_to_be_contacted_is_matched() -> None:
    assert rule(When.CONTACT_REQUESTED).matches(make_response(10, contact_requested=True))
    assert not rule(When.CONTACT_REQUESTED).matches(make_response(0))


def test_further_conditions_must_all_hold() -> None:
    where = Where({"plan": ("pro", "team"), "region": ("eu",)})
    found = rule(When.DETRACTOR, where=where)
    assert found.matches(make_response(3, properties={"plan": "team", "region": "eu", "more": "x"}))
    assert not found.matches(make_response(3, properties={"plan": "team"}))
    assert not found.matches(make_response(3, properties={"plan": "free", "region": "eu"}))
    key = rule(When.DETRACTOR, where=Where(key_account=True))
    assert key.matches(make_response(3), is_key_account=True)
    assert not key.matches(make_response(3))


@pytest.mark.parametrize(
    "response",
    [
        make_response(3, received_at=NOON - 1),
        make_response(3, responded_at=NOON - OLDEST - 1),
        make_response(3, kind=StatementKind.ANONYMISED),
        make_response(3, kind=StatementKind.ERASED),
        make_response(3, kind=StatementKind.CHANGED_WITH_KEY, excluded=True),
        make_response(None),
    ],
    ids=["before the rule", "history", "anonymized", "erased", "excluded", "without a score"],
)
def test_what_nobody_can_act_on_matches_nothing(response: Response) -> None:
    assert not RULE.matches(response)


def test_a_correction_of_an_old_response_is_no_history() -> None:
    late = make_response(3, kind=StatementKind.CHANGED_BY_RESPONDENT, responded_at=NOON - 10 * OLDEST)
    assert RULE.matches(late)


@pytest.mark.parametrize("emit_events", [True, False])
@pytest.mark.parametrize("days", [0, 200])
@pytest.mark.parametrize(
    ("change", "fires"),
    [({"properties": {"plan": "pro"}}, False), ({"comment": "well"}, False), ({"score": 4}, True)],
)
def test_an_old_or_silently_imported_response_is_matched_only_by_what_the_rule_looks_at(
    change: dict[str, Any], days: int, *, fires: bool, emit_events: bool
) -> None:
    old = make_response(3, responded_at=NOON - days * DAY, received_at=NOON - 1, emit_events=emit_events)
    new = corrected(old, **change)
    assert RULE.matches(new) is fires
    assert rule(When.DETRACTOR, made_at=0).matches(new) is (fires or (emit_events and days == 0))


def test_a_response_that_is_excluded_and_included_again_is_not_new() -> None:
    old = make_response(3, received_at=NOON - 1)
    back = corrected(corrected(old, excluded=True), excluded=False)
    assert not RULE.matches(back)
    assert rule(When.DETRACTOR, made_at=0).matches(back)


@pytest.mark.parametrize(
    ("found", "change"),
    [
        (rule(When.COMMENT, words=("refund",)), {"comment": "refund"}),
        (rule(When.CONTACT_REQUESTED), {"contact_requested": True}),
        (rule(When.DETRACTOR, where=Where({"plan": ("pro",)})), {"properties": {"plan": "pro"}}),
    ],
)
def test_a_correction_is_matched_where_the_rule_looks(found: AlertRule, change: dict[str, Any]) -> None:
    old = make_response(3, responded_at=NOON - 200 * DAY, received_at=NOON - 200 * DAY, emit_events=False)
    new = corrected(old, received_at=NOON, **change)
    assert found.matches(new)
    assert found.matches(corrected(new, score=4))


def test_a_rule_on_the_score_hears_its_event_and_matches_no_response() -> None:
    found = rule(When.TARGET_MISSED)
    assert found.hears("TargetMissed")
    assert not found.hears("TargetReached")
    assert not any(found.may_match(score) for score in range(11))


def test_a_muted_rule_is_muted_until_its_time() -> None:
    muted = replace(RULE, muted_until=NOON)
    assert (muted.is_muted(NOON - 1), muted.is_muted(NOON), RULE.is_muted(NOON)) == (True, False, False)


def test_a_survey_without_rules_has_the_default_one() -> None:
    assert effective_rules("demo", []) == [default_rule("demo")]
    assert effective_rules("demo", [RULE]) == [RULE]


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (rule(When.SCORE), "at_most"),
        (rule(When.DETRACTOR, at_most=3), "at_most"),
        (rule(When.COMMENT), "words"),
        (rule(When.DETRACTOR, words=("x",)), "words"),
        (rule(When.SCORE_CHANGED, where=Where({"a": ("b",)})), "where"),
        (rule(When.SCORE_CHANGED, opens_case=True), "case"),
        (rule(When.TARGET_REACHED, at_most=4), "at_most"),
        (rule(When.DETRACTOR, destinations=()), "destinations"),
        (rule(When.DETRACTOR, owner="ann"), "owner"),
        (rule(When.DETRACTOR, role=Role.FRONTLINE), "role"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_by_field(found: AlertRule, field: str) -> None:
    assert list(check_rule(found)) == [field]
    assert check_rule(RULE) == {}
