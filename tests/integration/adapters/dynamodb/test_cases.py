"""The adapter of cases and its fake keep the same contract: one open case a subject and survey, whatever races."""

from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from earshot.adapters.dynamodb.alerts import DynamoDBAlerts
from earshot.adapters.dynamodb.cases import DynamoDBCases
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.domain.alerts import Alert
from earshot.domain.cases import MOST_ANONYMOUS, Case, ListedCase, SubjectKind, opened_by
from earshot.domain.person import ErasedPerson
from earshot.domain.statement import StatementKind
from earshot.ports.cases import OfAnonymous, OfPerson, Raised
from earshot.ports.ledger import Change
from earshot.ports.people import PersonChange
from tests.factories import NOON, make_person, make_response
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople

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
    assert ports.cases.joined(case.id, 10) == ["r3", "r2"]
    assert ports.cases.joined(case.id, 1) == ["r3"]


def test_no_case_is_opened_of_an_erased_person(ports: Ports) -> None:
    person = make_person(account="acme")
    assert ports.people.put([PersonChange(None, person)])
    assert ports.cases.of_person("demo", "ann") == OfPerson(None, "acme")
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


def test_open_cases_are_listed_the_oldest_first_page_by_page(ports: Ports) -> None:
    made = []
    for number, survey in ((3, "demo"), (1, "other"), (2, "demo")):
        alert = replace(on(f"r{number}"), survey=survey, raised_at=NOON + number)
        case = opened_by(alert, SubjectKind.ACCOUNT, f"a{number}")
        assert ports.cases.open(alert, case) == MADE
        made.append(ListedCase(case.id, survey, SubjectKind.ACCOUNT, NOON + number, "own", f"a{number}"))
    third, first, second = made
    assert ports.cases.listed(None, 10) == ([first, second, third], None)
    assert ports.cases.listed("demo", 10) == ([second, third], None)
    page, after = ports.cases.listed("demo", 2)
    assert page == [second]
    assert ports.cases.listed("demo", 2, after) == ([third], None)


def test_a_response_leaves_its_case_which_counts_on(ports: Ports) -> None:
    alert, case = of_ann("r1")
    ports.cases.open(alert, case)
    for response in ("r2", "r3"):
        ports.cases.join(joining(case, response))
    for _ in range(2):
        ports.cases.leave(case.id, "r2")
        ports.cases.leave(case.id, "r1")
    left = ports.cases.get(case.id)
    assert left == replace(case, response=None, responses=3, revision=4)
    assert ports.cases.joined(case.id, 10) == ["r3"]
    ports.cases.leave("no-case", "r1")


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
