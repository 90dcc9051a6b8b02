"""Measures of cases: how fast somebody helps, how often too late, and whether the person is better disposed later.

All are computed from the figures of cases, those of the period and the open ones. Times to something follow Kaplan and
Meier: a case in which it has not happened yet counts until now, so that slow ones are not left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

from earshot.domain.cases import CaseFigures, CaseOutcome, CaseState, RootCause
from earshot.domain.proportions import Difference, Proportion, newcombe
from earshot.domain.score import FEWEST_DRAWN, category

HOUR, DAY = 3_600_000, 86_400_000
# A case that comes back later is a new story; so long after a closing its person's next response is looked for.
REOPENED_WITHIN, RESPONDED_WITHIN = 30 * DAY, 180 * DAY
BANDS = (("0-3", range(4)), ("4-6", range(4, 7)), ("7-8", range(7, 9)), ("9-10", range(9, 11)))
NOT_RANDOM = (
    "Who is contacted is not random, and low scores rise a little by themselves: the difference shows what happened, "
    "not what contacting people did."
)
# A share of a curve that should be 1/2 or 1/10 may differ from it in its last bits.
_TOLERATED = 1e-9

# What of the time between two moments (Unix milliseconds) a calendar counts, in milliseconds.
BusinessTime = Callable[[str | None, int, int], int]


class GroupBy(Enum):
    """What cases are grouped by, in the word of the API."""

    OWNER = "owner"
    ROOT_CAUSE = "root_cause"
    BAND = "band"


@dataclass(frozen=True, slots=True)
class MeasuredPeriod:
    """The moments from `start` to before `end`, seen from `now`; all in Unix milliseconds."""

    start: int
    end: int
    now: int

    def holds(self, at: int | None) -> bool:
        """Return whether something happened, and in the period."""
        return at is not None and self.start <= at < self.end


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The hours after which it has happened in half and in nine of ten cases; None if it has not in so many."""

    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class TimeTo:
    """How long something takes, in hours of the day and in those of each case's calendar.

    It was `reached` in so many of the cases, and `still_open` are those in which it may come yet.
    """

    cases: int
    reached: int
    still_open: int
    hours: Quantiles
    business_hours: Quantiles

    @property
    def closed_without(self) -> int:
        """Count the cases that were closed without it."""
        return self.cases - self.reached - self.still_open


@dataclass(frozen=True, slots=True)
class Backlog:
    """The cases that are open now: how many, how many unowned, how many overdue, and the age of the oldest (ms)."""

    open: int
    unowned: int
    overdue: int
    oldest: int | None


@dataclass(frozen=True, slots=True)
class ClosedLoop:
    """Detractors' cases first contacted in time, of those whose time for it is over; `not_due` are left out.

    Of those that were not contacted somebody tried in `attempted`, and found the person unreachable.
    """

    in_time: Proportion
    attempted: int
    not_due: int


@dataclass(frozen=True, slots=True)
class NextResponses:
    """Detractors' cases, those whose person responded again in time, and those of these with 7 or more."""

    cases: int = 0
    responded: int = 0
    recovered: int = 0

    @property
    def coverage(self) -> Proportion:
        """Return the share of the cases of which something is known."""
        return Proportion(self.responded, self.cases)

    @property
    def share(self) -> Proportion:
        """Return the share that recovered of those who responded again."""
        return Proportion(self.recovered, self.responded)


@dataclass(frozen=True, slots=True)
class Recovery:
    """Whether people were better disposed after their cases, and those nobody contacted."""

    closed: NextResponses
    control: NextResponses

    @property
    def has_shares(self) -> bool:
        """Return whether there are enough on both sides for more than counts."""
        return min(self.closed.responded, self.control.responded) >= FEWEST_DRAWN

    @property
    def difference(self) -> Difference | None:
        """Return by how much the share after closing is above the one without contact; None for too few."""
        return newcombe(self.control.share, self.closed.share) if self.has_shares else None


@dataclass(frozen=True, slots=True)
class CaseMeasures:
    """The measures of some cases in a period; `outcomes` and `root_causes` count those of the closed ones."""

    opened: int
    closed: int
    backlog: Backlog
    time_to_contact: TimeTo
    time_to_close: TimeTo
    contact_breaches: Proportion
    close_breaches: Proportion
    reopened: Proportion
    closed_loop: ClosedLoop
    outcomes: Mapping[str, int]
    root_causes: Mapping[str, int]
    recovery: Recovery


def measure(figures: Iterable[CaseFigures], period: MeasuredPeriod, business_time: BusinessTime) -> CaseMeasures:
    """Measure cases in a period."""
    cases = list(figures)
    opened = [case for case in cases if period.holds(case.opened_at)]
    closed = [case for case in cases if case.state.is_closed and period.holds(case.closed_at)]
    return CaseMeasures(
        opened=len(opened),
        closed=len(closed),
        backlog=_backlog([case for case in cases if _is_backlog(case, period)], period.now),
        time_to_contact=_time_to([_until_contact(case, period.now) for case in opened], business_time),
        time_to_close=_time_to([_until_closed(case, period.now) for case in opened], business_time),
        contact_breaches=_breached(_contact_breach(case, period.now) for case in opened),
        close_breaches=_breached(_close_breach(case, period.now) for case in opened),
        reopened=_reopened([case for case in cases if period.holds(case.first_closed_at)]),
        closed_loop=_closed_loop([case for case in opened if is_detractor(case)], period.now),
        outcomes=_counted(case.outcome for case in closed),
        root_causes=_counted(case.root_cause for case in closed),
        recovery=Recovery(
            _next_responses(case for case in closed if is_detractor(case) and was_handled(case)),
            _next_responses(case for case in opened if is_detractor(case) and not_contacted(case)),
        ),
    )


def measure_by(
    figures: Iterable[CaseFigures], by: GroupBy, period: MeasuredPeriod, business_time: BusinessTime
) -> list[tuple[str | None, CaseMeasures]]:
    """Measure cases in a period group by group, in the order of the names; those without one (None) come last."""
    groups: dict[str | None, list[CaseFigures]] = {}
    for case in figures:
        if is_of_period(case, period):
            groups.setdefault(group_of(case, by), []).append(case)
    names = sorted(groups, key=_order)
    return [(name, measure(groups[name], period, business_time)) for name in names]


def is_of_period(case: CaseFigures, period: MeasuredPeriod) -> bool:
    """Return whether a case is measured in a period: it was opened or closed in it, or is open still."""
    moments = (case.opened_at, case.first_closed_at, case.closed_at)
    return _is_backlog(case, period) or any(map(period.holds, moments))


def group_of(case: CaseFigures, by: GroupBy) -> str | None:
    """Return the group of a case; None if it has no owner, root cause or score."""
    if by is GroupBy.OWNER:
        return case.owner
    if by is GroupBy.ROOT_CAUSE:
        return case.root_cause.value if case.root_cause else None
    return next((name for name, scores in BANDS if case.score in scores), None)


def is_detractor(case: CaseFigures) -> bool:
    """Return whether a detractor's response opened or joined a case."""
    return case.score is not None and category(case.score) == "detractor"


def was_handled(case: CaseFigures) -> bool:
    """Return whether a closed case was more than put away: somebody was contacted, or what was wrong is resolved."""
    return case.state.is_closed and (case.contacted_at is not None or case.state is CaseState.RESOLVED)


def not_contacted(case: CaseFigures) -> bool:
    """Return whether nobody was contacted, nor anything resolved."""
    return case.contacted_at is None and case.state is not CaseState.RESOLVED


def next_response_after(case: CaseFigures) -> int | None:
    """Return after which moment a case's next response counts; None while it is contacted and not closed."""
    if was_handled(case):
        return case.closed_at
    return case.opened_at if not_contacted(case) else None


def quantile(times: Iterable[tuple[int, bool]], share: float) -> int | None:
    """Return the time after which something has happened in a share of the cases (Kaplan and Meier); None: in fewer.

    Each time is how long a case was looked at, and whether it then happened.
    """
    counted = Counter(times)
    at_risk, left = counted.total(), 1.0
    # Those who leave at a moment were still there when it happened to others.
    for (time, has_happened), number in sorted(counted.items(), key=lambda one: (one[0][0], not one[0][1])):
        if has_happened:
            left *= 1 - number / at_risk
            if left <= 1 - share + _TOLERATED:
                return time
        at_risk -= number
    return None


@dataclass(frozen=True, slots=True)
class _Until:
    """Until when a case is looked at, whether it then happened, and whether it may happen yet."""

    case: CaseFigures
    end: int
    has_happened: bool
    may_happen: bool


def _until_contact(case: CaseFigures, now: int) -> _Until:
    if case.contacted_at is not None:
        return _Until(case, case.contacted_at, has_happened=True, may_happen=False)
    if case.closed_at is not None:
        return _Until(case, case.closed_at, has_happened=False, may_happen=False)
    return _Until(case, now, has_happened=False, may_happen=True)


def _until_closed(case: CaseFigures, now: int) -> _Until:
    if case.closed_at is not None:
        return _Until(case, case.closed_at, has_happened=True, may_happen=False)
    return _Until(case, now, has_happened=False, may_happen=True)


def _time_to(looks: Sequence[_Until], business_time: BusinessTime) -> TimeTo:
    in_calendar = cache(business_time)
    return TimeTo(
        cases=len(looks),
        reached=sum(look.has_happened for look in looks),
        still_open=sum(look.may_happen for look in looks),
        hours=_quantiles([(max(0, look.end - look.case.opened_at), look.has_happened) for look in looks]),
        business_hours=_quantiles(
            [(in_calendar(look.case.calendar, look.case.opened_at, look.end), look.has_happened) for look in looks]
        ),
    )


def _quantiles(times: Sequence[tuple[int, bool]]) -> Quantiles:
    median, p90 = (quantile(times, share) for share in (0.5, 0.9))
    return Quantiles(*(None if time is None else time / HOUR for time in (median, p90)))


def _is_backlog(case: CaseFigures, period: MeasuredPeriod) -> bool:
    return not case.state.is_closed and case.opened_at < period.end


def _backlog(cases: Sequence[CaseFigures], now: int) -> Backlog:
    return Backlog(
        open=len(cases),
        unowned=sum(case.owner is None for case in cases),
        overdue=sum(_is_overdue(case, now) for case in cases),
        oldest=max((now - case.opened_at for case in cases), default=None),
    )


def _is_overdue(case: CaseFigures, now: int) -> bool:
    """Return whether the clock that runs has run out: that of contact first, then that of closing."""
    return case.due_at < now


def _contact_breach(case: CaseFigures, now: int) -> bool | None:
    """Return whether the clock of contact ran out; None if that is not known yet, or never will be."""
    if case.breached_contact:
        return True
    if case.contact_due_at >= now or (case.contacted_at is None and case.state.is_closed):
        return None
    return case.contacted_at is None


def _close_breach(case: CaseFigures, now: int) -> bool | None:
    """Return whether the clock of closing ran out; None if that is not known yet."""
    if case.breached_close:
        return True
    return None if case.close_due_at >= now or case.is_waiting else not case.state.is_closed


def _breached(breaches: Iterable[bool | None]) -> Proportion:
    known = [each for each in breaches if each is not None]
    return Proportion(sum(known), len(known))


def _reopened(cases: Sequence[CaseFigures]) -> Proportion:
    return Proportion(sum(map(_came_back, cases)), len(cases))


def _came_back(case: CaseFigures) -> bool:
    if case.reopened_at is None or case.first_closed_at is None:
        return False
    return case.reopened_at <= case.first_closed_at + REOPENED_WITHIN


def _closed_loop(cases: Sequence[CaseFigures], now: int) -> ClosedLoop:
    due = [case for case in cases if case.contact_due_at < now]
    in_time = [case for case in due if case.contacted_at is not None and not case.breached_contact]
    tried = [case for case in due if case.state is CaseState.UNREACHABLE and case.contacted_at is None]
    return ClosedLoop(Proportion(len(in_time), len(due)), len(tried), len(cases) - len(due))


def _next_responses(cases: Iterable[CaseFigures]) -> NextResponses:
    cases = list(cases)
    scores = [case.responded_again_score for case in cases if _responded_in_time(case)]
    recovered = sum(score is not None and category(score) != "detractor" for score in scores)
    return NextResponses(len(cases), len(scores), recovered)


def _responded_in_time(case: CaseFigures) -> bool:
    after, again = next_response_after(case), case.responded_again_at
    return after is not None and again is not None and after < again <= after + RESPONDED_WITHIN


def _counted(codes: Iterable[CaseOutcome | RootCause | None]) -> dict[str, int]:
    return dict(sorted(Counter(code.value for code in codes if code is not None).items()))


def _order(name: str | None) -> tuple[bool, int, str]:
    bands = [band for band, _ in BANDS]
    return name is None, bands.index(name) if name in bands else 0, name or ""
