"""What is due of a case moves with the hours of its calendar, and never into the past."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from earshot.domain.alerts import Alert
from earshot.domain.business_time import WEEKDAYS, Calendar
from earshot.domain.case_clocks import HOUR, moved_with
from earshot.domain.case_facts import CaseChange, FactKind, changed
from earshot.domain.cases import Case, CaseOutcome, RootCause, SubjectKind
from earshot.domain.opened_cases import Opening, opened_by
from tests.factories import NOON

DAY = 24 * HOUR
# NOON is that of a Saturday, so this is the first hour of the office on Monday.
MONDAY = NOON + 45 * HOUR
WORKDAYS = WEEKDAYS[:5]
OFFICE = Calendar("office", "UTC", dict.fromkeys(WORKDAYS, (("09:00", "17:00"),)))
SHORTER = Calendar("office", "UTC", dict.fromkeys(WORKDAYS, (("09:00", "13:00"),)))
LONGER = Calendar("office", "UTC", dict.fromkeys(WEEKDAYS, (("00:00", "24:00"),)))
# To be contacted in 24 hours of the office: on Wednesday at its end; to be closed in 120: in three weeks.
CASE = opened_by(Alert("demo", "own", "r1", MONDAY), SubjectKind.PERSON, "ann", Opening(calendar=OFFICE))
CONTACTED = CaseChange(FactKind.CONTACTED)
WAITING, RESUMED, REOPENED = (CaseChange(kind) for kind in (FactKind.WAITING, FactKind.RESUMED, FactKind.REOPENED))
RESOLVED = CaseChange(FactKind.RESOLVED, outcome=CaseOutcome.EXPLAINED, root_cause=RootCause.PRICE)


def after(*changes: tuple[CaseChange, int]) -> Case:
    """Return the case after changes, each at its moment."""
    case = CASE
    for change, at in changes:
        case, _ = changed(case, change, at, "key:k", OFFICE)
    return case


def test_what_is_due_is_counted_from_the_beginning_in_the_new_hours() -> None:
    assert CASE.contact_due_at == MONDAY + 2 * DAY + 8 * HOUR
    assert CASE.close_due_at == MONDAY + 18 * DAY + 8 * HOUR
    # Six days of four hours: until the next Monday at one; and thirty of them.
    assert moved_with(CASE, SHORTER, MONDAY + HOUR) == (MONDAY + 7 * DAY + 4 * HOUR, MONDAY + 39 * DAY + 4 * HOUR)
    assert moved_with(CASE, LONGER, MONDAY + HOUR) == (MONDAY + DAY, MONDAY + 5 * DAY)
    assert moved_with(CASE, None, MONDAY + HOUR) == (MONDAY + DAY, MONDAY + 5 * DAY)


def test_nothing_becomes_due_before_now_or_the_next_opening() -> None:
    tuesday = MONDAY + DAY + 7 * HOUR
    assert moved_with(CASE, LONGER, tuesday) == (tuesday, MONDAY + 5 * DAY)
    night = MONDAY + 40 * HOUR
    early = Calendar("office", "UTC", dict.fromkeys(WEEKDAYS, (("00:00", "23:00"),)))
    assert moved_with(CASE, early, night)[0] == night
    # On Saturday it would have been due on Wednesday.
    late = replace(CASE, contact_due_at=MONDAY + 9 * DAY)
    assert moved_with(late, OFFICE, MONDAY + 5 * DAY)[0] == MONDAY + 7 * DAY


def test_what_ran_out_before_stays() -> None:
    at = CASE.contact_due_at
    assert moved_with(CASE, SHORTER, at)[0] == at
    assert moved_with(CASE, SHORTER, at - 1)[0] > at
    late = CASE.close_due_at
    assert moved_with(CASE, SHORTER, late) == (CASE.contact_due_at, late)


def test_a_contact_that_was_made_is_not_due_again() -> None:
    case = after((CONTACTED, MONDAY + HOUR))
    assert moved_with(case, SHORTER, MONDAY + 2 * HOUR) == (CASE.contact_due_at, MONDAY + 39 * DAY + 4 * HOUR)


def test_a_pause_is_no_part_of_the_time_to_closing() -> None:
    # Two hours are over, the customer takes until Wednesday, and 118 are left.
    pause = (WAITING, MONDAY + 2 * HOUR), (RESUMED, MONDAY + 2 * DAY)
    case = after((CONTACTED, MONDAY + HOUR), *pause)
    assert moved_with(case, LONGER, MONDAY + 3 * DAY)[1] == MONDAY + 2 * DAY + 118 * HOUR
    assert moved_with(case, OFFICE, MONDAY + 3 * DAY)[1] == case.close_due_at


def test_while_it_waits_the_time_left_is_counted_from_where_that_began() -> None:
    begun = MONDAY + 2 * HOUR
    case = after((CONTACTED, MONDAY + HOUR), (WAITING, begun))
    _, close = moved_with(case, LONGER, MONDAY + 90 * DAY)
    assert close == MONDAY + 5 * DAY
    resumed, _ = changed(replace(case, close_due_at=close), RESUMED, MONDAY + 90 * DAY, "key:k", LONGER)
    assert resumed.close_due_at == MONDAY + 90 * DAY + 118 * HOUR


def test_a_new_round_is_counted_from_its_own_beginning() -> None:
    pause = (WAITING, MONDAY + 2 * HOUR), (RESUMED, MONDAY + 3 * HOUR)
    closed = (CONTACTED, MONDAY + HOUR), *pause, (RESOLVED, MONDAY + 4 * HOUR)
    case = after(*closed, (REOPENED, MONDAY + DAY))
    assert moved_with(case, LONGER, MONDAY + DAY + HOUR)[1] == MONDAY + DAY + 120 * HOUR
    assert after(*closed).pauses == ((MONDAY + 2 * HOUR, MONDAY + 3 * HOUR),)
    assert case.pauses == ()


@given(
    st.sampled_from([OFFICE, SHORTER, LONGER]),
    st.lists(st.integers(1, 40 * HOUR), min_size=2, max_size=12),
    st.integers(0, 40 * HOUR),
)
def test_as_long_as_the_calendar_stays_so_does_what_is_due(calendar: Calendar, steps: list[int], later: int) -> None:
    case = opened_by(Alert("demo", "own", "r1", MONDAY), SubjectKind.PERSON, "ann", Opening(calendar=calendar))
    at = MONDAY
    for number, step in enumerate(steps):
        at += step
        change = CONTACTED if number == 0 else WAITING if number % 2 else RESUMED
        case, _ = changed(case, change, at, "key:k", calendar)
    assert moved_with(case, calendar, at + later) == (case.contact_due_at, case.close_due_at)
