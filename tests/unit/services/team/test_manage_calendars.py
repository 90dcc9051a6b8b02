"""Calendars are written and deleted, each on the revision that there is; what is due moves with them."""

from dataclasses import replace

import pytest

from earshot.domain.access import Role
from earshot.domain.business_time import Calendar
from earshot.domain.case_settings import CaseSettings
from earshot.domain.errors import BusyError, ChangedError, ConflictError, NotFoundError
from earshot.domain.members import Member
from earshot.services.team import manage_calendars
from earshot.services.team.manage_calendars import (
    ManageCalendarsDeps,
    delete_calendar,
    find_calendar,
    list_calendars,
    put_calendar,
)
from tests.factories import make_survey
from tests.fakes.calendars import InMemoryCalendars
from tests.fakes.queues_and_bus import InMemoryQueue
from tests.fakes.surveys import InMemorySurveys
from tests.fakes.team import InMemoryMembers

OFFICE = Calendar("office", "Europe/Berlin", {"mon": (("09:00", "17:00"),)})
LONGER = replace(OFFICE, hours={"mon": (("08:00", "18:00"),)})


class Busy(InMemoryCalendars):
    """Calendars that somebody else changes before each of some writes."""

    def __init__(self, *calendars: Calendar, times: int) -> None:
        super().__init__(*calendars)
        self.times = times

    def _is(self, calendar: str, expected: Calendar | None) -> bool:
        if self.times:
            self.times -= 1
            found = self.kept[calendar]
            self.kept[calendar] = replace(found, revision=found.revision + 1)
        return super()._is(calendar, expected)


def deps(
    calendars: InMemoryCalendars | None = None,
    members: InMemoryMembers | None = None,
    surveys: InMemorySurveys | None = None,
) -> ManageCalendarsDeps:
    return ManageCalendarsDeps(
        calendars=calendars or InMemoryCalendars(),
        members=members or InMemoryMembers(),
        surveys=surveys or InMemorySurveys(),
        plans=InMemoryQueue(),
    )


def queued(found: ManageCalendarsDeps) -> list[tuple[dict[str, str], int]]:
    assert isinstance(found.plans, InMemoryQueue)
    return found.plans.sent


def test_a_calendar_is_new_once_and_then_changes_by_one_revision() -> None:
    found = deps()
    assert put_calendar(OFFICE, None, found) == (OFFICE, True)
    assert put_calendar(LONGER, 1, found) == (replace(LONGER, revision=2), False)
    assert find_calendar("office", found.calendars) == replace(LONGER, revision=2)
    assert list_calendars(found.calendars) == [replace(LONGER, revision=2)]


def test_what_is_due_moves_at_once_and_is_looked_at_once_more() -> None:
    found = deps()
    put_calendar(OFFICE, None, found)
    assert queued(found) == [({"calendar_changed": "office"}, 0), ({"calendar_changed": "office"}, 60)]


def test_the_same_again_changes_nothing_and_moves_what_is_due_all_the_same() -> None:
    """The call before may have ended between its two writes."""
    found = deps(InMemoryCalendars(OFFICE))
    assert put_calendar(OFFICE, None, found) == (OFFICE, False)
    assert find_calendar("office", found.calendars).revision == 1
    assert len(queued(found)) == 2


def test_a_change_rests_on_the_revision_that_it_names() -> None:
    found = deps(InMemoryCalendars(replace(OFFICE, revision=2)))
    with pytest.raises(ChangedError) as refused:
        put_calendar(LONGER, 1, found)
    assert refused.value.current == replace(OFFICE, revision=2)
    with pytest.raises(ConflictError, match="there is no such calendar"):
        put_calendar(replace(LONGER, id="shop"), 1, found)
    assert queued(found) == []


def test_of_two_writers_at_once_both_get_their_turn() -> None:
    found = deps(Busy(OFFICE, times=2))
    assert put_calendar(LONGER, None, found) == (replace(LONGER, revision=4), False)
    found = deps(Busy(OFFICE, times=1))
    delete_calendar("office", found)
    assert list_calendars(found.calendars) == []


def test_who_never_gets_a_turn_is_asked_to_try_again() -> None:
    with pytest.raises(BusyError, match="somebody else changes this calendar"):
        put_calendar(LONGER, None, deps(Busy(OFFICE, times=99)))
    with pytest.raises(BusyError, match="somebody else changes this calendar"):
        delete_calendar("office", deps(Busy(OFFICE, times=99)))


def test_there_is_a_most_of_calendars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage_calendars, "MOST_CALENDARS", 1)
    found = deps(InMemoryCalendars(OFFICE))
    with pytest.raises(ConflictError, match="there are 1 calendars; delete one first"):
        put_calendar(replace(OFFICE, id="shop"), None, found)
    assert put_calendar(LONGER, None, found)[0].revision == 2


@pytest.mark.parametrize(("sent", "shown"), [("shop", "'shop'"), ("ek_secret", "of such an id")])
def test_a_calendar_that_there_is_not_is_not_found(sent: str, shown: str) -> None:
    with pytest.raises(NotFoundError, match=f"there is no calendar {shown}"):
        find_calendar(sent, InMemoryCalendars(OFFICE))
    with pytest.raises(NotFoundError, match=f"there is no calendar {shown}"):
        delete_calendar(sent, deps())


def test_a_calendar_that_is_named_is_not_deleted() -> None:
    members = [Member(f"m{n}", "m@example.com", None, Role.FRONTLINE, calendar="office") for n in range(1, 6)]
    named = make_survey(cases=CaseSettings(calendar="office"))
    found = deps(InMemoryCalendars(OFFICE), InMemoryMembers(*members[:2]), InMemorySurveys(named))
    with pytest.raises(ConflictError) as refused:
        delete_calendar("office", found)
    assert str(refused.value) == (
        "the calendar 'office' is named by the member 'm1', the member 'm2', the survey 'demo'; "
        "name another one there first"
    )
    found = deps(InMemoryCalendars(OFFICE), InMemoryMembers(*members), InMemorySurveys(named))
    with pytest.raises(ConflictError, match="the member 'm5' and 1 more; name another one there first"):
        delete_calendar("office", found)
    other = deps(InMemoryCalendars(OFFICE), InMemoryMembers(replace(members[0], calendar="shop")), InMemorySurveys())
    delete_calendar("office", other)
    assert list_calendars(other.calendars) == []
