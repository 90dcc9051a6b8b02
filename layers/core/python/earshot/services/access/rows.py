"""Take what is within the access of a caller from lists of rows, and check single rows.

Whose account a row is of is read only for a member whose access is limited to accounts: an API key owns nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from earshot.domain.access import Caller, Row, meets
from earshot.domain.accounts import Account
from earshot.domain.cases import Case, CaseFigures
from earshot.domain.errors import OutsideAccessError
from earshot.domain.person import ErasedPerson, Person
from earshot.domain.response import Response
from earshot.ports.accounts import Accounts
from earshot.ports.cases import Cases
from earshot.ports.people import People
from earshot.services.access.within import ASK, check_survey, named

# A call looks at so many pages of a list for one that has rows within an access.
MOST_PAGES = 10

Found = TypeVar("Found")
LazyAccounts = Callable[[], Accounts]


def first_page(
    read: Callable[[str], tuple[list[Found], str | None]], place: str, keep: Callable[[list[Found]], list[Found]]
) -> tuple[list[Found], str | None]:
    """Return what to keep of the first page that has any of it, and the place of the next page.

    The first place is "". After many pages without any it returns none, and where to go on.
    """
    for _ in range(MOST_PAGES):
        page, after = read(place)
        kept = keep(page)
        if kept or after is None or not page:
            return kept, after
        place = after
    return [], place


def people_within(caller: Caller, people: Sequence[Person], accounts: LazyAccounts) -> list[Person]:
    """Return those people that are within the access of a caller."""
    if caller.access.has_whole_surveys:
        return list(people)
    owners = _owners(caller, (person.account for person in people), accounts)
    return [person for person in people if meets(caller, _row(person.properties, person.account, owners))]


def check_person(caller: Caller, person: Person | ErasedPerson | None, accounts: LazyAccounts) -> None:
    """Raise OutsideAccessError if a person is outside of the access of a caller, or if there is none."""
    if caller.access.has_whole_surveys:
        return
    if not isinstance(person, Person) or not people_within(caller, [person], accounts):
        raise _outside(caller, "person")


def check_account(caller: Caller, account: Account | None) -> None:
    """Raise OutsideAccessError if an account is outside of the access of a caller, or if there is none."""
    if caller.access.has_whole_surveys:
        return
    if account is None or not meets(caller, Row(account.properties, account.owner)):
        raise _outside(caller, "account")


def responses_within(
    caller: Caller, responses: Sequence[Response], people: People, accounts: LazyAccounts
) -> list[Response]:
    """Return those responses of a survey in the access of a caller that are within it themselves."""
    if caller.access.has_whole_surveys:
        return list(responses)
    accounts_of = _accounts_of(caller, responses, people)
    owners = _owners(caller, accounts_of.values(), accounts)
    return [
        each
        for each in responses
        if meets(caller, _row(each.statement.properties, accounts_of.get(each.person or ""), owners))
    ]


def check_response(caller: Caller, response: Response | None, people: People, accounts: LazyAccounts) -> None:
    """Raise OutsideAccessError if a response is outside of the access of a caller, or if there is none."""
    if caller.access.has_whole_surveys:
        return
    if response is None or not responses_within(caller, [response], people, accounts):
        raise _outside(caller, "response")


def cases_within(
    caller: Caller, figures: Sequence[CaseFigures], cases: Cases, accounts: LazyAccounts
) -> list[CaseFigures]:
    """Return those cases that are within the access of a caller.

    That is a case of a survey that is wholly in it; of others those that the member owns, or whose account they own.
    """
    shown = [each for each in figures if caller.access.has_survey(each.survey)]
    if caller.access.has_whole_surveys:
        return shown
    others = [each.id for each in shown if not _owns(caller, each.owner)]
    if caller.member is None or not others:
        return [each for each in shown if _owns(caller, each.owner)]
    accounts_of = {case.id: _account_of(case, cases) for case in cases.get_many(others)}
    known = accounts().get_many(account for account in accounts_of.values() if account is not None)
    owned = {case for case, each in accounts_of.items() if each in known and _owns(caller, known[each or ""].owner)}
    return [each for each in shown if _owns(caller, each.owner) or each.id in owned]


def check_case(caller: Caller, case: Case, cases: Cases, accounts: LazyAccounts) -> None:
    """Raise OutsideAccessError if a case is outside of the access of a caller, see `cases_within`."""
    check_survey(caller.access, case.survey)
    if caller.access.has_whole_surveys or _owns(caller, case.owner):
        return
    account = _account_of(case, cases) if caller.member is not None else None
    found = accounts().get(account) if account is not None else None
    if found is None or not _owns(caller, found.owner):
        raise _outside(caller, "case")


def check_subject(
    caller: Caller, survey: str, person: str | None, account: str | None, cases: Cases, accounts: LazyAccounts
) -> None:
    """Raise OutsideAccessError if a case of a person or an account would be of a subject outside of an access."""
    check_survey(caller.access, survey)
    if caller.access.has_whole_surveys:
        return
    if person is None:
        check_account(caller, accounts().get(account or ""))
        return
    known = cases.of_person(survey, person)
    owners = _owners(caller, [known.account], accounts)
    if not known.is_known or not meets(caller, _row(known.properties, known.account, owners)):
        raise _outside(caller, "person")


def _row(properties: Mapping[str, str], account: str | None, owners: Mapping[str, str | None]) -> Row:
    return Row(properties, owners.get(account or ""))


def _owners(caller: Caller, accounts_of: Iterable[str | None], accounts: LazyAccounts) -> dict[str, str | None]:
    """Return the owners of accounts, if they decide about what a caller meets."""
    wanted = [account for account in dict.fromkeys(accounts_of) if account is not None]
    if not caller.access.own_accounts or caller.member is None or not wanted:
        return {}
    return {account.id: account.owner for account in accounts().get_many(wanted).values()}


def _accounts_of(caller: Caller, responses: Iterable[Response], people: People) -> dict[str, str | None]:
    """Return the accounts of who responded, if they decide about what a caller meets."""
    ids = dict.fromkeys(each.person for each in responses if each.person is not None)
    if not caller.access.own_accounts or caller.member is None or not ids:
        return {}
    known = people.get_many(ids, asked=False)
    return {name: person.account for name, person in known.items() if isinstance(person, Person)}


def _account_of(case: Case, cases: Cases) -> str | None:
    """Return the account of a case: its own, or that of its person."""
    if case.account is not None or case.person is None:
        return case.account
    return cases.of_person(case.survey, case.person).account


def _owns(caller: Caller, owner: str | None) -> bool:
    return caller.member is not None and owner == caller.member


def _outside(caller: Caller, what: str) -> OutsideAccessError:
    return OutsideAccessError(f"there is no such {what} within your access to {named(caller.access)}: {ASK}")
