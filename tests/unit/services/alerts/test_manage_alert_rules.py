"""Alert rules: changed under the hands of others, and tried on what there is."""

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from earshot.domain.alert_rules import DEFAULT, AlertRule, CaseBy, When, Where, default_rule
from earshot.domain.destinations import Destination
from earshot.domain.errors import BusyError, ChangedError, ConflictError, InvalidError
from earshot.domain.response import Response, history_after
from earshot.domain.statement import StatementKind
from earshot.services.alerts import manage_alert_rules
from earshot.services.alerts.manage_alert_rules import (
    EXAMPLES,
    ManageAlertRulesDeps,
    Tried,
    change_rule,
    create_rule,
    delete_rule,
    find_rule,
    list_rules,
    try_rule,
)
from tests.factories import DAY, NOON, make_response, revised, uuid7
from tests.fakes.alerts import InMemoryAlertRules, InMemoryDestinations
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.team import InMemoryMembers

HOOK = Destination("hook", "webhook", "Hook", {"url": "https://example.com"})
SCORES: dict[str, Any] = {"when": When.SCORE, "at_most": 3, "destinations": ("owner",)}


class ContestedRules(InMemoryAlertRules):
    """Rules that somebody else changes just before each of the first `others` writes."""

    def __init__(self, *rules: AlertRule, others: int) -> None:
        super().__init__(*rules)
        self.others = others

    def put(self, rule: AlertRule, replaces: AlertRule | None) -> bool:
        if self.others and replaces is not None:
            self.others -= 1
            now = self.kept[rule.survey, rule.id]
            self.kept[rule.survey, rule.id] = replace(now, most_per_hour=7, revision=now.revision + 1)
        return super().put(rule, replaces)


def deps(rules: InMemoryAlertRules | None = None) -> ManageAlertRulesDeps:
    numbers = count(1)
    return ManageAlertRulesDeps(
        rules=rules or InMemoryAlertRules(),
        destinations=InMemoryDestinations(HOOK),
        members=InMemoryMembers(),
        new_id=lambda: f"rule-{next(numbers)}",
        now=NOON,
    )


def tried(given: dict[str, Any], *responses: Response) -> Tried:
    ledger = InMemoryLedger()
    ledger.items |= {("demo", each.id): each for each in responses}
    return try_rule("demo", {"destinations": ("owner",)} | given, ledger, deps())


def scored(score: int, seed: str = "", **fields: Any) -> Response:
    return make_response(score, id=uuid7(seed=f"{score}{seed}"), **fields)


def test_a_trial_reads_no_accounts() -> None:
    with pytest.raises(InvalidError, match=r"where\.key_account: a trial reads no accounts"):
        tried({"when": When.DETRACTOR, "where": Where(key_account=True)})


def test_a_rule_holds_for_responses_from_when_it_was_made() -> None:
    made = create_rule("demo", SCORES, deps())
    assert made == AlertRule("rule-1", "demo", When.SCORE, ("owner",), at_most=3, made_at=NOON)


def test_the_default_rule_is_kept_next_to_the_first_one_with_what_it_fired_on() -> None:
    found = deps()
    made = create_rule("demo", SCORES, found)
    assert list_rules("demo", found.rules) == [default_rule("demo"), made]
    assert find_rule("demo", DEFAULT, found.rules).made_at == 0


def test_a_change_goes_on_from_what_others_wrote() -> None:
    rules = ContestedRules(AlertRule("r", "demo", **SCORES), others=2)
    changed = change_rule("demo", "r", {"case_by": CaseBy.ACCOUNT, "opens_case": True}, deps(rules))
    assert (changed.most_per_hour, changed.opens_case, changed.revision) == (7, True, 4)
    assert rules.kept["demo", "r"] == changed


def test_a_change_that_rests_on_a_revision_does_not_go_on_from_what_others_wrote() -> None:
    rules = ContestedRules(AlertRule("r", "demo", **SCORES), others=1)
    with pytest.raises(ChangedError) as refused:
        change_rule("demo", "r", {"name": "Mine", "revision": 1}, deps(rules))
    assert refused.value.current == rules.kept["demo", "r"]
    assert (refused.value.current.name, refused.value.current.revision) == (None, 2)


def test_a_change_gives_up_where_others_never_stop() -> None:
    rules = ContestedRules(AlertRule("r", "demo", **SCORES), others=1000)
    with pytest.raises(BusyError):
        change_rule("demo", "r", {"name": "Mine"}, deps(rules))


def test_every_fault_of_a_rule_is_named() -> None:
    with pytest.raises(InvalidError) as refused:
        create_rule("demo", {"when": When.COMMENT, "destinations": ("hook", "nowhere", "gone")}, deps())
    assert [fault.field for fault in refused.value.faults] == ["words", "destinations", "destinations"]


def test_the_only_rule_is_not_deleted_while_another_survey_has_some() -> None:
    rules = InMemoryAlertRules(AlertRule("r", "demo", **SCORES), AlertRule("r", "other", **SCORES))
    with pytest.raises(ConflictError):
        delete_rule("demo", "r", deps(rules))
    assert len(rules.kept) == 2


def test_a_rule_that_fires_for_everybody_is_shown_with_its_count() -> None:
    responses = [scored(number % 11, str(number)) for number in range(44)]
    found = tried({"when": When.SCORE, "at_most": 10}, *responses)
    assert (found.looked_at, found.matched, found.is_complete, len(found.examples)) == (44, 44, True, EXAMPLES)


def test_a_trial_looks_at_the_last_90_days() -> None:
    times = (NOON - 91 * DAY, NOON - 89 * DAY)
    old, new = (make_response(1, id=uuid7(time), responded_at=time, received_at=time) for time in times)
    found = tried(SCORES, old, new)
    assert (found.looked_at, found.matched, found.examples) == (1, 1, (new,))


def test_a_trial_says_when_it_stopped_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage_alert_rules, "MOST_TRIED", 500)
    found = tried(SCORES, *(scored(2, str(number)) for number in range(501)))
    assert (found.looked_at, found.is_complete) == (500, False)


def test_a_trial_evaluates_every_condition_of_the_rule() -> None:
    hit = scored(2, comment="I want a refund", properties={"plan": "pro"})
    other_plan = scored(1, comment="A refund, please", properties={"plan": "free"})
    no_word = scored(0, comment="Late", properties={"plan": "pro"})
    where = Where({"plan": ("pro",)})
    assert tried({"when": When.COMMENT, "words": ("refund",), "where": where}, hit, other_plan, no_word).examples == (
        hit,
    )


def test_a_trial_leaves_out_imported_history_and_what_no_longer_counts() -> None:
    imported = scored(1, emit_events=False)
    excluded = scored(2, excluded=True)
    live = scored(3)
    assert tried(SCORES, imported, excluded, live).examples == (live,)


def test_a_trial_leaves_out_imported_history_also_after_a_correction_of_something_else() -> None:
    old = scored(1, emit_events=False)
    new = revised(old, kind=StatementKind.CHANGED_WITH_KEY, emit_events=True, properties={"plan": "pro"})
    new = replace(new, history=history_after(old.history, old.statement, new.statement))
    assert tried(SCORES, new).matched == 0


@pytest.mark.parametrize(("given", "made_at"), [({"when": When.PROMOTER}, NOON), ({"name": "x"}, 5)])
def test_a_rule_with_another_condition_holds_for_responses_from_then_on(given: dict[str, Any], made_at: int) -> None:
    rules = InMemoryAlertRules(AlertRule("r", "demo", When.DETRACTOR, ("owner",), made_at=5))
    assert change_rule("demo", "r", given, deps(rules)).made_at == made_at


def test_a_response_that_arrived_late_is_tried_as_if_it_had_come_at_once() -> None:
    late = scored(1, responded_at=NOON - 30 * DAY, received_at=NOON)
    assert tried(SCORES, late).examples == (late,)
