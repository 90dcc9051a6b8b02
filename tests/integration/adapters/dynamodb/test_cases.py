"""The adapter of cases and its fake keep the same contract: one open case a subject and survey, whatever races."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from earshot.adapters.dynamodb.alerts import DynamoDBAlerts
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.dynamodb.table import Reason
from earshot.domain.alerts import Alert
from earshot.domain.case_facts import CaseChange, CaseFact, FactKind, changed
from earshot.domain.case_settings import Priority
from earshot.domain.cases import (
    MOST_ANONYMOUS,
    Case,
    CaseOutcome,
    CaseState,
    OpenCaseFilter,
    RootCause,
    SubjectKind,
    figures_of,
    month_of,
)
from earshot.domain.opened_cases import Opening, opened_by, opened_by_hand
from earshot.domain.person import ErasedPerson
from earshot.domain.statement import StatementKind
from earshot.ports.cases import OfAnonymous, OfPerson, Raised
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from tests.factories import NOON, make_person, make_response
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases, row_of
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople

ALL = OpenCaseFilter()
CLOSING = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)
MADE, LATER = Raised(is_made=True), Raised(is_made=False)


class Ports(NamedTuple):
    """The cases under test, and what stands next to them."""

    cases: Any
    alerts: Any
    people: Any
    responses: Any


@pytest.fixture(params=["fake", "dynamodb"])
def ports(request: pytest.FixtureRequest) -> Ports:
    if request.param == "fake":
        alerts, people, ledger = InMemoryAlerts(), InMemoryPeople(), InMemoryLedger()
        return Ports(InMemoryCases(alerts, people.kept, ledger.items), alerts, people, ledger)
    client = request.getfixturevalue("dynamodb")
    kinds = (DynamoDBCases, DynamoDBAlerts, DynamoDBPeople, DynamoDBLedger)
    return Ports(*(kind(client, "earshot") for kind in kinds))


def on(response: str, rule: str = "own", **fields: Any) -> Alert:
    return replace(Alert("demo", rule, response, NOON, event="e", detail_type="ResponseRecorded"), **fields)


def of_ann(response: str, rule: str = "own") -> tuple[Alert, Case]:
    alert = on(response, rule)
    return alert, opened_by(alert, SubjectKind.PERSON, "ann")


def opened(
    ports: Ports, response: str, subject: SubjectKind = SubjectKind.PERSON, at: int = NOON, **details: Any
) -> Case:
    """Open a case of Ann, of the account `ann`, or of nobody known."""
    alert = on(response, raised_at=at, survey=details.get("survey", "demo"))
    case = opened_by(alert, subject, "ann", details.get("opening"))
    assert ports.cases.open(alert, case) == MADE
    return case


def changing(ports: Ports, case: Case, change: CaseChange, at: int) -> tuple[Case, CaseFact]:
    """Change a case, and return it with the fact."""
    new, fact = changed(case, change, at, "key:a")
    assert ports.cases.change(case, new, fact)
    return new, fact


def joining(case: Case, response: str, rule: str = "own") -> Alert:
    return on(response, rule, case=case.id)


@pytest.mark.parametrize(("subject", "name"), [(SubjectKind.PERSON, "ann"), (SubjectKind.ACCOUNT, "Acme & Söhne")])
def test_a_case_is_kept_with_its_alert_as_it_is(ports: Ports, subject: SubjectKind, name: str) -> None:
    alert = on("r1")
    case = opened_by(alert, subject, name)
    assert ports.cases.get(case.id) is None
    assert ports.cases.open(alert, case) == MADE
    assert ports.cases.get(case.id) == case
    assert ports.alerts.of_response("demo", "r1") == [replace(alert, case=case.id)]
    found = ports.cases.of_person("demo", name).case, ports.cases.of_account("demo", name)
    assert found == ((case.id, None) if subject is SubjectKind.PERSON else (None, case.id))
    assert ports.cases.of_person("other", "ann") == OfPerson()


def test_the_same_alert_again_is_found_with_its_case(ports: Ports) -> None:
    alert, case = of_ann("r1")
    assert ports.cases.open(alert, case) == MADE
    earlier = Raised(is_made=False, earlier=replace(alert, case=case.id))
    assert ports.cases.open(alert, case) == earlier
    assert ports.cases.join(replace(alert, case=case.id)) == earlier


def test_a_subject_has_one_open_case_and_the_slower_one_of_two_writes_nothing(ports: Ports) -> None:
    first, second = of_ann("r1"), of_ann("r2")
    assert ports.cases.open(*first) == MADE
    assert ports.cases.open(*second) == LATER
    assert ports.alerts.of_response("demo", "r2") == []
    assert ports.cases.get(second[1].id) is None
    assert ports.cases.open(replace(second[0], survey="other"), replace(second[1], survey="other")) == MADE


def test_later_responses_join_a_case_each_once(ports: Ports) -> None:
    _, case = of_ann("r1")
    assert ports.cases.open(*of_ann("r1")) == MADE
    assert [ports.cases.join(joining(case, response)) for response in ("r3", "r2")] == [MADE, MADE]
    inside = Raised(is_made=False, is_inside=True)
    assert [ports.cases.join(joining(case, response, "second")) for response in ("r1", "r2")] == [inside, inside]
    assert ports.cases.get(case.id) == replace(case, responses=3, revision=3)
    found = ports.cases.joined(case.id, 10)
    assert [(fact.kind, fact.actor, fact.response) for fact in found] == [
        (FactKind.JOINED, "rule:own", "r3"),
        (FactKind.JOINED, "rule:own", "r2"),
    ]
    assert ports.cases.joined(case.id, 1) == found[:1]


def test_no_case_is_opened_of_an_erased_person(ports: Ports) -> None:
    person = make_person(account="acme")
    assert ports.people.put([PersonChange(None, person)])
    assert ports.cases.of_person("demo", "ann") == OfPerson(None, "acme", is_known=True, properties={"plan": "pro"})
    assert ports.people.put_tombstone(ErasedPerson("ann", NOON, subtract=False), ports.people.get("ann"))
    assert ports.cases.of_person("demo", "ann") == OfPerson(is_erased=True)
    alert, case = of_ann("r1")
    assert ports.cases.open(alert, case) == LATER
    assert (ports.cases.get(case.id), ports.alerts.of_response("demo", "r1")) == (None, [])


@pytest.mark.parametrize("kind", [StatementKind.FINAL, StatementKind.ANONYMISED, StatementKind.ERASED])
def test_an_erased_or_anonymised_response_opens_and_joins_no_case(ports: Ports, kind: StatementKind) -> None:
    score = None if kind is StatementKind.ERASED else 2
    gone = make_response(score, kind=kind)
    assert ports.responses.commit([Change(None, gone)]) is None
    expected = MADE if kind is StatementKind.FINAL else Raised(is_made=False, is_erased=True)
    _, case = of_ann("r1")
    assert ports.cases.open(*of_ann("r1")) == MADE
    assert ports.cases.join(joining(case, gone.id)) == expected
    alone = on(gone.id, "second")
    found = ports.cases.open(alone, opened_by(alone, SubjectKind.ACCOUNT, "acme"))
    assert found == expected
    assert len(ports.alerts.of_response("demo", gone.id)) == (2 if expected is MADE else 0)


def test_so_many_anonymous_responses_have_a_case_of_their_own_and_one_case_collects_the_others(ports: Ports) -> None:
    for number in range(MOST_ANONYMOUS):
        alert = on(f"r{number}")
        assert ports.cases.open(alert, opened_by(alert, SubjectKind.RESPONSE)) == MADE
    alert = on("beyond")
    assert ports.cases.open(alert, opened_by(alert, SubjectKind.RESPONSE)) == LATER
    assert ports.cases.of_anonymous("demo") == OfAnonymous(MOST_ANONYMOUS)
    collective = opened_by(alert, SubjectKind.COLLECTIVE)
    assert ports.cases.open(alert, collective) == MADE
    assert ports.cases.of_anonymous("demo") == OfAnonymous(MOST_ANONYMOUS, collective.id)
    assert ports.cases.join(joining(collective, "next")) == MADE
    other = on("too late")
    assert ports.cases.open(other, opened_by(other, SubjectKind.COLLECTIVE)) == LATER
    # A second rule on a response finds the case that this response has.
    again = on("r1", "second")
    assert ports.cases.open(again, opened_by(again, SubjectKind.RESPONSE)) == Raised(is_made=False, is_inside=True)
    assert ports.cases.of_anonymous("other") == OfAnonymous()


def test_open_cases_are_listed_by_owner_and_by_when_they_are_due_page_by_page(ports: Ports) -> None:
    made = []
    for number, survey, owner in ((3, "demo", None), (1, "other", None), (2, "demo", None), (0, "demo", "mia")):
        alert = replace(on(f"r{number}"), survey=survey, raised_at=NOON + number)
        case = opened_by(alert, SubjectKind.ACCOUNT, f"a{number}", Opening(owner=owner))
        assert ports.cases.open(alert, case) == MADE
        made.append(figures_of(case))
    third, first, second, mine = made
    assert ports.cases.listed(ALL, 10) == ([first, second, third, mine], None)
    assert ports.cases.listed(OpenCaseFilter(survey="demo"), 10) == ([second, third, mine], None)
    page, after = ports.cases.listed(OpenCaseFilter(survey="demo"), 2)
    assert page == [second]
    assert ports.cases.listed(OpenCaseFilter(survey="demo"), 3, after) == ([third, mine], None)
    assert ports.cases.listed(OpenCaseFilter(owner="mia"), 10) == ([mine], None)
    assert ports.cases.listed(OpenCaseFilter(owner="-"), 10) == ([first, second, third], None)
    assert ports.cases.listed(OpenCaseFilter(owner="mi"), 10) == ([], None)
    assert ports.cases.listed(OpenCaseFilter(overdue_at=second.contact_due_at), 10) == ([first, mine], None)
    assert ports.cases.listed(OpenCaseFilter(state=CaseState.CONTACTED), 10) == ([], None)
    page, after = ports.cases.rows_of(None, 2)
    assert page == [first, second]
    assert ports.cases.rows_of(None, 2, after) == ([third], None)
    assert ports.cases.rows_of("mia", 2) == ([mine], None)


@pytest.mark.parametrize("subject", SubjectKind)
def test_each_change_is_a_fact_and_the_row_and_figures_follow(ports: Ports, subject: SubjectKind) -> None:
    case = opened(ports, "r1", subject)
    kinds = (
        CaseChange(FactKind.NOTE, note="calls back at five"),
        CaseChange(FactKind.ASSIGNED, owner="mia"),
        CaseChange(FactKind.CONTACTED),
        CaseChange(FactKind.WAITING),
        CaseChange(FactKind.RESUMED),
        CLOSING,
        CaseChange(FactKind.REOPENED),
    )
    facts = []
    for number, change in enumerate(kinds, 1):
        case, fact = changing(ports, case, change, NOON + number)
        facts.append(fact)
        assert ports.cases.get(case.id) == case
        assert ports.cases.facts(case.id) == facts
        assert list(ports.cases.figures("demo", "2026-11")) == [figures_of(case)]
        assert ports.cases.listed(ALL, 9) == ([] if case.state.is_closed else [row_of(case)], None)
    assert [fact.revision for fact in facts] == [2, 3, 4, 5, 6, 7, 8]
    assert ports.cases.facts(case.id, 2) == facts[-2:]
    assert list(ports.cases.figures("demo", "2026-12")) == []


def test_the_slower_one_of_two_writes_nothing(ports: Ports) -> None:
    case = opened(ports, "r1")
    faster, fact = changed(case, CaseChange(FactKind.CONTACTED), NOON, "key:a")
    slower, second = changed(case, CLOSING, NOON, "key:b")
    assert ports.cases.change(case, faster, fact)
    assert not ports.cases.change(case, slower, second)
    assert (ports.cases.get(case.id), ports.cases.facts(case.id)) == (faster, [fact])
    assert ports.cases.listed(ALL, 9) == ([figures_of(faster)], None)
    # What joins meanwhile makes who read it before the slower one, too.
    assert ports.cases.join(joining(case, "r2")) == MADE
    assert not ports.cases.change(faster, *changed(faster, CLOSING, NOON, "key:b"))


@pytest.mark.parametrize("subject", SubjectKind)
def test_next_to_a_closed_case_another_opens_and_only_without_one_it_is_opened_again(
    ports: Ports, subject: SubjectKind
) -> None:
    first = opened(ports, "r1", subject)
    closed, _ = changing(ports, first, CLOSING, NOON)
    assert ports.cases.join(joining(closed, "r3")) == LATER
    assert ports.cases.of_anonymous("demo") == OfAnonymous()
    again = changed(closed, CaseChange(FactKind.REOPENED), NOON + 5, "key:a")
    second = opened(ports, "r2", subject)
    if subject is SubjectKind.RESPONSE:
        assert ports.cases.change(closed, *again)
        assert ports.cases.of_anonymous("demo") == OfAnonymous(2)
        return
    assert not ports.cases.change(closed, *again)
    assert ports.cases.get(first.id) == closed
    changing(ports, second, CLOSING, NOON)
    assert ports.cases.change(closed, *again)
    found = {
        ports.cases.of_person("demo", "ann").case,
        ports.cases.of_account("demo", "ann"),
        ports.cases.of_anonymous("demo").case,
    }
    assert found == {first.id, None}


def test_the_cases_of_a_person_and_of_an_account_are_found_the_closed_ones_included(ports: Ports) -> None:
    first = opened(ports, "r1")
    changing(ports, first, CLOSING, NOON)
    second, other = opened(ports, "r2"), opened(ports, "r3", survey="demo-2")
    account = opened(ports, "r4", SubjectKind.ACCOUNT)
    assert ports.cases.cases_of_person("ann", "demo") == sorted([first.id, second.id])
    assert ports.cases.cases_of_person("ann", None) == sorted([first.id, second.id, other.id])
    assert ports.cases.cases_of_account("ann", "demo") == ports.cases.cases_of_account("ann", None) == [account.id]
    assert ports.cases.cases_of_person("bob", None) == ports.cases.cases_of_account("ann", "dem") == []
    found = ports.cases.get_many([second.id, "none", other.id, second.id])
    assert {case.id for case in found} == {second.id, other.id}


def test_of_many_people_the_cases_are_found_and_those_of_their_accounts(ports: Ports) -> None:
    people = [make_person(id="ann", account="ann"), make_person(id="bob", account="ann"), make_person(id="cid")]
    assert ports.people.put([PersonChange(None, person) for person in people])
    own, account = opened(ports, "r1"), opened(ports, "r2", SubjectKind.ACCOUNT)
    opened(ports, "r3", survey="other")
    asked = ports.cases.of_people("demo", ["ann", "bob", "cid", "nobody"])
    assert {person: sorted(cases) for person, cases in asked.items()} == {
        "ann": sorted([own.id, account.id]),
        "bob": [account.id],
    }
    assert ports.cases.of_people("demo", []) == {}


def test_closed_cases_of_a_month_are_listed_the_newest_first(ports: Ports) -> None:
    cases = [opened(ports, f"r{number}", SubjectKind.RESPONSE, at=NOON + number) for number in range(4)]
    for case in cases[:3]:
        changing(ports, case, CLOSING, NOON + 9)
    ids = [case.id for case in cases]
    page, before = ports.cases.closed("demo", "2026-11", CaseState.RESOLVED, 2)
    assert [each.id for each in page] == [ids[2]]
    page, before = ports.cases.closed("demo", "2026-11", CaseState.RESOLVED, 3, before)
    assert ([each.id for each in page], before) == ([ids[1], ids[0]], None)
    assert (page[0].outcome, page[0].root_cause) == (CaseOutcome.EXPLAINED, RootCause.PRICE)
    assert ports.cases.closed("demo", "2026-11", CaseState.NO_ACTION, 9) == ([], None)


def test_a_worse_response_lowers_the_score_of_its_case_and_a_slower_one_writes_nothing(ports: Ports) -> None:
    case = opened(ports, "r1", opening=Opening(5))
    worse = case.worsened(1, Priority.HIGH)
    assert ports.cases.join(joining(case, "r2"), (case, worse)) == MADE
    assert ports.cases.get(case.id) == worse
    assert (worse.score, worse.priority, worse.responses, worse.revision) == (1, Priority.HIGH, 2, 2)
    assert ports.cases.listed(ALL, 9) == ([figures_of(worse)], None)
    assert list(ports.cases.figures("demo", month_of(NOON))) == [figures_of(worse)]
    assert ports.cases.join(joining(case, "r3"), (case, case.worsened(0, Priority.HIGH))) == LATER
    again = ports.cases.join(joining(case, "r1", "second"), (worse, worse.worsened(0, Priority.HIGH)))
    assert again == Raised(is_made=False, is_inside=True)
    assert ports.alerts.of_response("demo", "r3") == []


def test_a_case_is_opened_by_hand_for_who_has_none(ports: Ports) -> None:
    for number, (subject, name) in enumerate([(SubjectKind.PERSON, "ann"), (SubjectKind.ACCOUNT, "Acme & Söhne")]):
        case = opened_by_hand(f"case-{number}", "demo", subject, name, NOON, Opening(owner="mia"))
        fact = CaseFact(FactKind.OPENED, NOON, "key:a", None, CaseState.OPEN, 1, "they rang", "mia")
        assert ports.cases.open_by_hand(case, fact)
        assert not ports.cases.open_by_hand(replace(case, id="another"), fact)
        assert (ports.cases.get(case.id), ports.cases.facts(case.id)) == (case, [fact])
        assert (ports.cases.get("another"), ports.cases.facts("another")) == (None, [])
        assert figures_of(case) in ports.cases.listed(ALL, 9)[0]
    assert ports.people.put([PersonChange(None, make_person(id="bob"))])
    assert ports.people.put_tombstone(ErasedPerson("bob", NOON, subtract=False), ports.people.get("bob"))
    of_bob = opened_by_hand("case-2", "demo", SubjectKind.PERSON, "bob", NOON, Opening())
    assert not ports.cases.open_by_hand(of_bob, fact)


def test_steps_are_noted_once(ports: Ports) -> None:
    case = opened(ports, "r1")
    noted = replace(case, steps=frozenset({"1.contact.50"}), next_step_at=NOON + 9, revision=2)
    assert ports.cases.note_steps(case, noted)
    assert not ports.cases.note_steps(case, noted)
    assert (ports.cases.get(case.id), ports.cases.facts(case.id)) == (noted, [])
    late = replace(noted, breached_contact=True, next_step_at=None, revision=3)
    assert ports.cases.note_steps(noted, late)
    assert ports.cases.listed(ALL, 9) == ([figures_of(late)], None)
    assert list(ports.cases.figures("demo", "2026-11")) == [figures_of(late)]


def test_a_response_leaves_its_case_which_counts_on(ports: Ports) -> None:
    alert, case = of_ann("r1")
    ports.cases.open(alert, case)
    for response in ("r2", "r3"):
        ports.cases.join(joining(case, response))
    assert [ports.cases.has_joined(case.id, response) for response in ("r1", "r2")] == [False, True]
    for _ in range(2):
        assert ports.cases.leave(case.id, "r2")
        assert ports.cases.leave(case.id, "r1")
    left = ports.cases.get(case.id)
    assert left == replace(case, response=None, responses=3, revision=5)
    assert [fact.response for fact in ports.cases.joined(case.id, 10)] == ["r3"]
    assert not ports.cases.has_joined(case.id, "r2")
    assert ports.cases.leave("no-case", "r1")


@pytest.mark.parametrize("response", ["r1", "r2"])
def test_who_read_a_case_before_a_response_left_it_can_write_no_more_words(ports: Ports, response: str) -> None:
    case = opened(ports, "r1", SubjectKind.ACCOUNT)
    assert ports.cases.join(joining(case, "r2")) == MADE
    read = ports.cases.get(case.id)
    assert read is not None
    stale = changed(read, CaseChange(FactKind.NOTE, note="Ann rings back"), NOON, "key:a")
    assert ports.cases.leave(case.id, response)
    assert not ports.cases.change(read, *stale)
    assert ports.cases.facts(case.id) == []


def test_a_response_leaves_later_where_another_transaction_writes_the_case(dynamodb: Any) -> None:
    cases = DynamoDBCases(dynamodb, "earshot")
    _, case = of_ann("r1")
    cases.open(*of_ann("r1"))
    cases.join(joining(case, "r2"))
    transact, conflicts = cases._table.transact_with_reasons, [Reason("TransactionConflict", None)] * 2
    cases._table.transact_with_reasons = lambda _: conflicts  # type: ignore[assignment,method-assign]
    assert not cases.leave(case.id, "r2")
    assert cases.has_joined(case.id, "r2")
    cases._table.transact_with_reasons = transact  # type: ignore[method-assign]
    assert cases.leave(case.id, "r2")
    assert not cases.has_joined(case.id, "r2")


@pytest.mark.parametrize("response", ["r1", "r2"])
@pytest.mark.parametrize("subject", SubjectKind)
def test_words_go_with_a_response_but_for_those_on_a_collective_case(
    ports: Ports, subject: SubjectKind, response: str
) -> None:
    case = opened(ports, "r1", subject)
    assert ports.cases.join(joining(case, "r2")) == MADE
    joined = ports.cases.get(case.id)
    assert joined is not None
    contacted, fact = changing(ports, joined, CaseChange(FactKind.CONTACTED, note="rang Ann"), NOON)
    facts = [fact]
    for each in ("r1", "r2"):
        corrected = CaseChange(FactKind.RESPONSE_CHANGED, response=each)
        contacted, fact = changing(ports, contacted, corrected, NOON)
        facts.append(fact)
    ports.cases.leave(case.id, response)
    keeps_words = subject is SubjectKind.COLLECTIVE
    assert ports.cases.facts(case.id) == [
        replace(
            each,
            note=each.note if keeps_words else None,
            response=None if each.response == response else each.response,
        )
        for each in facts
    ]
    left = ports.cases.get(case.id)
    assert (left.state, left.contacted_at) == (CaseState.CONTACTED, NOON)


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_person_leaves_a_case_that_no_response_is_in_any_more(ports: Ports, is_closed: bool) -> None:
    first = opened(ports, "r1")
    noted, fact = changing(ports, first, CaseChange(FactKind.CONTACTED, note="rang Ann"), NOON)
    closed, closing = changing(ports, noted, CLOSING, NOON)
    second = opened(ports, "r2")
    assert ports.cases.join(joining(second, "r3")) == MADE
    case, response = (closed, "r1") if is_closed else (second, "r2")
    kept, other = (second, ["r2", "r3"]) if is_closed else (closed, ["r1"])
    assert ports.cases.leave(case.id, response)
    if not is_closed:
        assert ports.cases.anonymize_emptied(case.id, "ann"), "it has another response, and stays as it is"
        assert ports.cases.get(case.id).person == "ann"
        assert ports.cases.leave(case.id, "r3")
    assert ports.cases.anonymize_emptied(case.id, "bob"), "it is of another person"
    for _ in range(2):
        assert ports.cases.anonymize_emptied(case.id, "ann")
        assert ports.cases.anonymize_emptied(kept.id, "ann")
        assert ports.cases.anonymize_emptied("none", "ann")
    left = ports.cases.get(case.id)
    assert (left.person, left.state, left.opened_at) == (None, case.state, case.opened_at)
    assert [each.note for each in ports.cases.facts(first.id)] == [None if is_closed else fact.note, closing.note]
    assert ports.cases.get(kept.id).person == "ann"
    assert ports.cases.cases_of_person("ann", "demo") == [kept.id]
    assert ports.cases.of_person("demo", "ann").case == (kept.id if is_closed else None)
    for each in other:
        assert ports.cases.leave(kept.id, each)
    assert ports.cases.anonymize_emptied(kept.id, "ann")
    assert ports.cases.cases_of_person("ann", "demo") == []
    assert ports.cases.of_people("demo", ["ann"]) == {}


def test_a_person_leaves_all_their_cases_and_nothing_leads_there(ports: Ports) -> None:
    alert, case = of_ann("r1")
    ports.cases.open(alert, case)
    other = replace(alert, survey="other")
    elsewhere = opened_by(other, SubjectKind.PERSON, "ann")
    ports.cases.open(other, elsewhere)
    assert ports.cases.anonymize("ann")
    assert ports.cases.anonymize("ann")
    for each in (case, elsewhere):
        assert ports.cases.get(each.id) == replace(each, person=None, revision=2)
        assert ports.cases.of_person(each.survey, "ann") == OfPerson()


def test_the_words_go_with_the_person_and_state_and_times_stay(ports: Ports) -> None:
    named = CaseChange(FactKind.CONTACTED, note="rang Ann", response="r1")
    case, fact = changing(ports, opened(ports, "r1"), named, NOON)
    stale = changed(case, CaseChange(FactKind.NOTE, note="Ann rings back"), NOON + 1, "key:a")
    assert ports.cases.anonymize("ann")
    assert ports.cases.facts(case.id) == [replace(fact, note=None, response=None)]
    # Who read it before can write no more words.
    assert not ports.cases.change(case, *stale)
    left = ports.cases.get(case.id)
    assert left == replace(case, person=None, revision=3)
    closed, _ = changing(ports, left, CLOSING, NOON + 2)
    assert ports.cases.listed(ALL, 9) == ([], None)
    assert list(ports.cases.figures("demo", "2026-11")) == [figures_of(closed)]
    assert ports.cases.of_person("demo", "ann") == OfPerson()


def test_a_person_for_whom_a_case_is_opened_meanwhile_is_looked_at_again(dynamodb: Any) -> None:
    cases = DynamoDBCases(dynamodb, "earshot")
    cases.open(*of_ann("r1"))
    stale = list(cases._pointers("ann"))
    assert cases.anonymize("ann")
    cases.open(*of_ann("r2"))
    cases._pointers = lambda _: iter(stale)  # type: ignore[method-assign,assignment]
    assert not cases.anonymize("ann")
    del cases._pointers
    assert cases.anonymize("ann")
    assert cases.get(of_ann("r2")[1].id) == replace(of_ann("r2")[1], person=None, revision=2)
