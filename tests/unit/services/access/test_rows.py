"""Lists have what is within the access of a caller, and single rows outside of it are refused."""

from collections.abc import Sequence

import pytest

from earshot.domain.access import EVERYTHING, Access, Caller
from earshot.domain.accounts import Account
from earshot.domain.cases import Case, SubjectKind, figures_of
from earshot.domain.errors import OutsideAccessError
from earshot.domain.person import ErasedPerson
from earshot.ports.accounts import Accounts
from earshot.services.access.rows import (
    MOST_PAGES,
    cases_within,
    check_account,
    check_case,
    check_person,
    check_response,
    check_subject,
    first_page,
    people_within,
    responses_within,
)
from tests.factories import NOON, make_person, make_response
from tests.fakes.alerts import InMemoryAlerts
from tests.fakes.cases import InMemoryCases
from tests.fakes.ledger import InMemoryLedger
from tests.fakes.people import InMemoryPeople
from tests.fakes.team import InMemoryAccounts

EMEA, OWN = Access(segment=("region", "emea")), Access(own_accounts=True)
BOTH = Access(segment=("region", "emea"), own_accounts=True)
ANN = make_person(id="ann", account="ACME", properties={"region": "emea"})
BOB = make_person(id="bob", account="BETA", properties={"region": "emea"})
CLEO = make_person(id="cleo", account="ACME", properties={"region": "apac"})
DAN = make_person(id="dan", account=None, properties={})
EVERYBODY = (ANN, BOB, CLEO, DAN)
ACCOUNTS = InMemoryAccounts(Account("ACME", owner="kim", properties={"region": "emea"}), Account("BETA", owner="leo"))


def accounts() -> Accounts:
    return ACCOUNTS


def nothing() -> Accounts:
    raise AssertionError("whose accounts there are is read although nothing depends on it")


def caller(access: Access, member: str | None = "kim") -> Caller:
    return Caller(frozenset(), access, member)


@pytest.fixture
def people() -> InMemoryPeople:
    found = InMemoryPeople(InMemoryLedger())
    found.kept.update({each.id: each for each in EVERYBODY})
    return found


@pytest.mark.parametrize(
    ("access", "expected"),
    [
        (EVERYTHING, "ann bob cleo dan"),
        (Access(("shop",)), "ann bob cleo dan"),
        (EMEA, "ann bob"),
        (OWN, "ann cleo"),
        (BOTH, "ann"),
    ],
)
def test_people_and_their_responses_are_within_by_property_and_by_account(
    people: InMemoryPeople, access: Access, expected: str
) -> None:
    assert [each.id for each in people_within(caller(access), EVERYBODY, accounts)] == expected.split()
    responses = [make_response(9, person=each.id, properties=each.properties) for each in EVERYBODY]
    anonymous = make_response(9)
    shown = responses_within(caller(access), [*responses, anonymous], people, accounts)
    is_whole = access.has_whole_surveys
    assert [each.person for each in shown] == [*expected.split(), *([None] if is_whole else [])]


def test_an_api_key_owns_nothing_and_nothing_is_read_for_it(people: InMemoryPeople) -> None:
    key = caller(OWN, member=None)
    assert people_within(key, EVERYBODY, nothing) == []
    assert responses_within(key, [make_response(9, person="ann")], people, nothing) == []
    assert [each.id for each in people_within(caller(EMEA, None), EVERYBODY, nothing)] == ["ann", "bob"]


@pytest.mark.parametrize("missing", [None, ErasedPerson("eve", NOON, subtract=False)])
def test_a_person_outside_is_refused_as_one_there_is_not(missing: ErasedPerson | None) -> None:
    check_person(caller(EMEA), ANN, accounts)
    check_person(caller(EVERYTHING), missing, nothing)
    for outside in (CLEO, missing):
        with pytest.raises(OutsideAccessError, match="no such person within your access to region=emea"):
            check_person(caller(EMEA), outside, accounts)


def test_a_response_outside_is_refused_as_one_there_is_not(people: InMemoryPeople) -> None:
    check_response(caller(OWN), make_response(9, person="ann"), people, accounts)
    check_response(caller(EVERYTHING), None, people, nothing)
    for outside in (make_response(9, person="bob"), make_response(9), None):
        with pytest.raises(OutsideAccessError, match="no such response within your access to the accounts you own"):
            check_response(caller(OWN), outside, people, accounts)


def test_an_account_is_within_by_its_owner_and_its_properties() -> None:
    acme, beta = ACCOUNTS.kept["ACME"], ACCOUNTS.kept["BETA"]
    for access in (EVERYTHING, EMEA, OWN, BOTH):
        check_account(caller(access), acme)
    for access in (EMEA, OWN, BOTH):
        for outside in (beta, None):
            with pytest.raises(OutsideAccessError, match="no such account"):
                check_account(caller(access), outside)


def make_case(name: str, **more: object) -> Case:
    settings: dict[str, object] = {"survey": "demo", "subject": SubjectKind.RESPONSE, **more}
    return Case(id=name, opened_at=NOON, contact_due_at=NOON, close_due_at=NOON, round_at=NOON, **settings)  # type: ignore[arg-type]


CASES = (
    make_case("mine", owner="kim"),
    make_case("of-my-account", subject=SubjectKind.ACCOUNT, account="ACME"),
    make_case("of-my-person", subject=SubjectKind.PERSON, person="cleo", owner="leo"),
    make_case("of-others", subject=SubjectKind.PERSON, person="bob", owner="leo"),
    make_case("of-nobody"),
    make_case("elsewhere", survey="shop", owner="kim"),
)


@pytest.fixture
def cases(people: InMemoryPeople) -> InMemoryCases:
    found = InMemoryCases(InMemoryAlerts(), people.kept)
    found.kept.update({each.id: each for each in CASES})
    return found


@pytest.mark.parametrize(
    ("access", "member", "expected"),
    [
        (EVERYTHING, None, [each.id for each in CASES]),
        (Access(("demo",)), None, [each.id for each in CASES if each.survey == "demo"]),
        (OWN, "kim", ["mine", "of-my-account", "of-my-person", "elsewhere"]),
        (Access(("demo",), ("region", "emea")), "kim", ["mine", "of-my-account", "of-my-person"]),
        (EMEA, "mia", []),
        (EMEA, None, []),
    ],
)
def test_cases_are_within_by_survey_and_by_who_owns_them_or_their_account(
    cases: InMemoryCases, access: Access, member: str | None, expected: Sequence[str]
) -> None:
    asking = caller(access, member)
    shown = cases_within(asking, [figures_of(each) for each in CASES], cases, accounts)
    assert [each.id for each in shown] == list(expected)
    for case in CASES:
        if case.id in expected:
            check_case(asking, case, cases, accounts)
        else:
            with pytest.raises(OutsideAccessError):
                check_case(asking, case, cases, accounts)


def test_a_case_is_opened_only_for_a_subject_within_the_access(cases: InMemoryCases) -> None:
    check_subject(caller(EVERYTHING), "demo", "nobody", None, cases, nothing)
    check_subject(caller(EMEA), "demo", "bob", None, cases, accounts)
    check_subject(caller(OWN), "demo", "cleo", None, cases, accounts)
    check_subject(caller(OWN), "demo", None, "ACME", cases, accounts)
    for access, survey, person, account in (
        (Access(("shop",)), "demo", "ann", None),
        (EMEA, "demo", "cleo", None),
        (OWN, "demo", "bob", None),
        (OWN, "demo", "nobody", None),
        (OWN, "demo", None, "BETA"),
        (OWN, "demo", None, "NONE"),
    ):
        with pytest.raises(OutsideAccessError):
            check_subject(caller(access), survey, person, account, cases, accounts)


def test_a_list_goes_on_to_the_first_page_with_rows_and_says_where_the_next_begins() -> None:
    def numbered(place: str) -> tuple[list[int], str | None]:
        first = int(place or 0)
        return list(range(first, first + 10)), str(first + 10) if first < 1000 else None

    assert first_page(numbered, "", lambda page: [n for n in page if n == 42]) == ([42], "50")
    assert first_page(numbered, "", lambda _: []) == ([], str(10 * MOST_PAGES))
    assert first_page(numbered, "1000", lambda _: []) == ([], None)
    assert first_page(lambda _: ([], "more"), "", lambda page: page) == ([], "more")
