"""Members and calendars that settings of cases name exist."""

import pytest

from earshot.domain.business_time import Calendar
from earshot.domain.errors import InvalidError
from earshot.domain.members import removed
from earshot.services.surveys.check_case_names import check_case_names, why_no_owner
from tests.factories import NOON, make_member
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.team import InMemoryMembers

MEMBERS = InMemoryMembers(make_member("ann"), removed(make_member("bob"), NOON))
CALENDARS = InMemoryCalendars(Calendar("berlin", "Europe/Berlin", {"mon": (("09:00", "17:00"),)}))


@pytest.mark.parametrize("cases", [{}, {"owner": None, "calendar": None}, {"owner": "ann", "calendar": "berlin"}])
def test_what_exists_or_is_not_given_is_well(cases: dict[str, str | None]) -> None:
    check_case_names(cases, lambda: MEMBERS, lambda: CALENDARS)


@pytest.mark.parametrize(
    ("cases", "reasons"),
    [
        ({"owner": "eve"}, {"cases.owner": "there is no member 'eve'; add them first"}),
        (
            {"owner": "bob"},
            {"cases.owner": "the member 'bob' was removed; name another one, or add them again"},
        ),
        ({"calendar": "mars"}, {"cases.calendar": "there is no calendar 'mars'; make it first"}),
    ],
)
def test_what_does_not_exist_is_named_with_what_to_do(cases: dict[str, str], reasons: dict[str, str]) -> None:
    with pytest.raises(InvalidError) as refused:
        check_case_names(cases, lambda: MEMBERS, lambda: CALENDARS)
    assert {fault.field: fault.reason for fault in refused.value.faults} == reasons


def test_a_member_may_own_cases_until_they_are_removed() -> None:
    assert why_no_owner("ann", MEMBERS) is None
    assert why_no_owner("bob", MEMBERS) is not None
