"""Look for what must never be, in what really happened: by own reckoning, not by what the services stored."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from benchmarks.caserun.facts import Facts, SentMail, Story
from benchmarks.caserun.staff import LEAVES, START, SURVEY
from benchmarks.caserun.stores import Stores
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE
from earshot.domain.business_time import WEEKDAYS, Calendar, business_time
from earshot.domain.case_facts import CaseFact, FactKind
from earshot.domain.case_measures import GroupBy, MeasuredPeriod, measure, measure_by
from earshot.domain.cases import Case, CaseFigures, CaseState, OpenCaseFilter, figures_of, month_of


class Kind(Enum):
    """What must never be."""

    MAILED_TWICE = "a step mailed twice"
    NOTED_TWICE = "an escalation noted twice"
    OUTSIDE_HOURS = "a mail outside hours"
    NOT_WANTED = "a mail that the case did not want any more"
    TO_WHO_LEFT = "a mail to who was removed"
    LEFT_OUT = "a case without its reminder or escalation"
    BREACH = "a breach that is not noted, or taken back"
    CONTRADICTED = "a case that its facts contradict"
    MEASURE = "a measure that differs from the recount"
    BOARD = "a case that the board lacks, or has too much"
    LOST = "a response without a case"


# A run that read the case before a change may end so long after it.
RACE = MINUTE
# When a step has to be taken that was due for so long, while the planner ran, in hours.
LATEST = 3 * HOUR
QUARTER = 15 * MINUTE
CLOSES = {kind: CaseState(kind.value) for kind in FactKind if kind.closes}


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must not be, and of which case."""

    kind: Kind
    case: str
    what: str


class Verifier:
    """Looks at a run that is over; `end` is when it was (Unix milliseconds)."""

    def __init__(self, facts: Facts, stores: Stores, end: int) -> None:
        self._facts, self._stores, self._end = facts, stores, end
        self._figures = {each.id: each for month in self._months() for each in stores.cases.figures(SURVEY, month)}
        # Mails whose attempt had no known outcome and was repeated, which the delivery says of itself.
        self.repeated = 0

    def verify(self) -> list[Violation]:
        """Return everything that must not be."""
        return [
            *self._twice(), *self._mails(), *self._escalated_twice(), *self._overlooked(), *self._breaches(),
            *self._contradicted(), *self._measures(), *self._board(), *self._lost(),
        ]  # fmt: skip

    def _months(self) -> list[str]:
        return sorted({month_of(START + day * DAY) for day in range((self._end - START) // DAY + 1)})

    # --- mails ---

    def _twice(self) -> Iterator[Violation]:
        sent = defaultdict[tuple[str, str], list[SentMail]](list)
        for mail in self._facts.mails:
            sent[mail.case, mail.step].append(mail)
        for (case, step), mails in sent.items():
            found = self._stores.deliveries.find(mails[0].delivery)
            if len(mails) > 1 and len({mail.delivery for mail in mails}) == 1 and found.maybe_doubled:
                self.repeated += len(mails) - 1
            elif len(mails) > 1:
                yield Violation(Kind.MAILED_TWICE, case, f"{step} to {[mail.reader for mail in mails]}")

    def _escalated_twice(self) -> Iterator[Violation]:
        for case, story in self._facts.stories.items():
            steps = Counter(fact.extra["step"] for fact, _ in story.facts if fact.kind is FactKind.STEP)
            yield from (Violation(Kind.NOTED_TWICE, case, step) for step, number in steps.items() if number > 1)

    def _mails(self) -> Iterator[Violation]:
        for mail in self._facts.mails:
            story = self._facts.stories[mail.case]
            calendar = self._facts.calendar(story.opened.calendar, mail.read_at)
            if not is_inside(calendar, mail.read_at):
                yield Violation(Kind.OUTSIDE_HOURS, mail.case, f"{mail.step} at {stamp(mail.read_at)}")
            # Whatever was so at the moment at which the attempt read it, or changed just then.
            before, then = story.at(mail.read_at - RACE), story.at(mail.read_at)
            if not (is_wanted(mail.step, before) or is_wanted(mail.step, then)):
                yield Violation(Kind.NOT_WANTED, mail.case, f"{mail.step} at {stamp(mail.read_at)}")
            left_at = self._facts.left_at
            if left_at is not None and mail.reader == LEAVES and mail.read_at > left_at + RACE:
                yield Violation(Kind.TO_WHO_LEFT, mail.case, f"{mail.step} at {stamp(mail.read_at)}")

    # --- steps and breaches ---

    def _overlooked(self) -> Iterator[Violation]:
        """Yield clocks that ran out for long and left no trace, round by round."""
        for name, story in self._facts.stories.items():
            for since, until, case in story.spans:
                for clock, due, runs in clocks(case):
                    begins, ends = max(since, due), self._end if until is None else until
                    steps = {f"{case.round}.{clock}.{percent}" for percent in (100, 200)}
                    if runs and not steps & story.steps and self._waited(case, begins, ends):
                        yield Violation(Kind.LEFT_OUT, name, f"{clock} of round {case.round}, due {stamp(due)}")

    def _waited(self, case: Case, since: int, until: int) -> bool:
        """Return whether hours of the case passed while the planner ran, counted a quarter of an hour at a time."""
        passed, moment = 0, since - since % QUARTER + QUARTER
        while moment < until and passed < LATEST:
            calendar = self._facts.calendar(case.calendar, moment)
            stood_still = any(begins <= moment < ends + HOUR for begins, ends in self._facts.outages)
            passed += QUARTER * (is_inside(calendar, moment) and not stood_still)
            moment += QUARTER
        return passed >= LATEST

    def _breaches(self) -> Iterator[Violation]:
        """Yield cases whose flags are not what their spans say."""
        for name, story in self._facts.stories.items():
            contact = close = False
            for _, until, case in story.spans:
                ends = self._end if until is None else until
                for clock, due, runs in clocks(case):
                    if runs and ends > due:
                        contact, close = contact or clock == "contact", close or clock == "close"
            kept = self._stores.cases.get(name)
            if (kept.breached_contact, kept.breached_close) != (contact, close):
                yield Violation(Kind.BREACH, name, f"{kept.breached_contact, kept.breached_close} for {contact, close}")

    # --- what is kept ---

    def _contradicted(self) -> Iterator[Violation]:
        for name, story in self._facts.stories.items():
            kept = figures_of(self._stores.cases.get(name))
            again = recounted(story, self._stores.cases.facts(name), kept)
            if not kept == self._figures.get(name) == again:
                yield Violation(Kind.CONTRADICTED, name, f"{kept} / {self._figures.get(name)} / {again}")

    def _measures(self) -> Iterator[Violation]:
        again = [
            recounted(story, self._stores.cases.facts(name), self._figures[name])
            for name, story in self._facts.stories.items()
            if name in self._figures
        ]
        period = MeasuredPeriod(START, self._end, self._end)

        def in_hours(calendar: str | None, start: int, end: int) -> int:
            return business_time(self._facts.calendar(calendar, self._end), start, end)

        kept = list(self._figures.values())
        if measure(kept, period, in_hours) != measure(again, period, in_hours):
            yield Violation(Kind.MEASURE, "", "all cases")
        for by in GroupBy:
            if measure_by(kept, by, period, in_hours) != measure_by(again, by, period, in_hours):
                yield Violation(Kind.MEASURE, "", f"by {by.value}")

    def _board(self) -> Iterator[Violation]:
        rows: list[CaseFigures] = []
        after: str | None = ""
        while after is not None:
            page, after = self._stores.cases.listed(OpenCaseFilter(), 100, after)
            rows += page
        shown = Counter(row.id for row in rows)
        is_open = Counter(
            name for name, story in self._facts.stories.items() if not story.at(self._end).state.is_closed
        )
        for name in (shown - is_open) + (is_open - shown):
            yield Violation(Kind.BOARD, name, f"{shown[name]} times")

    def _lost(self) -> Iterator[Violation]:
        for each in self._facts.arrived:
            found = self._stores.alerts.get(SURVEY, each.alert.subject, each.alert.rule)
            if found is None or found.case not in self._facts.stories:
                yield Violation(Kind.LOST, "", each.alert.subject)


def is_inside(calendar: Calendar | None, moment: int) -> bool:
    """Return whether the clock on the wall shows business hours, as a person would look it up."""
    if calendar is None:
        return True
    local = datetime.fromtimestamp(moment / 1000, ZoneInfo(calendar.timezone))
    if local.date().isoformat() in calendar.holidays:
        return False
    intervals = calendar.hours.get(WEEKDAYS[local.weekday()], ())
    return any(opens <= f"{local:%H:%M}" < closes for opens, closes in intervals)


def is_wanted(step: str, case: Case) -> bool:
    """Return whether a case is in need of what a mail of a step asks for."""
    number, what, _ = step.split(".")
    if case.state.is_closed or int(number) != case.round:
        return False
    if what == "contact":
        return case.contacted_at is None
    return what == "owner" or not case.is_waiting


def clocks(case: Case) -> Iterator[tuple[str, int, bool]]:
    """Yield each clock of a case, when it is due, and whether it runs."""
    yield "contact", case.contact_due_at, not case.state.is_closed and case.contacted_at is None
    yield "close", case.close_due_at, not case.state.is_closed and not case.is_waiting


def recounted(story: Story, facts: list[CaseFact], kept: CaseFigures) -> CaseFigures:
    """Put the figures of a case together from how it opened and its facts alone; of its due times the kept ones."""
    case = figures_of(story.opened)
    case = replace(
        case,
        score=kept.score,
        priority=kept.priority,
        contact_due_at=kept.contact_due_at,
        close_due_at=kept.close_due_at,
        breached_contact=kept.breached_contact,
        breached_close=kept.breached_close,
    )
    for fact in facts:
        case = _after(case, fact)
    return case


def _after(case: CaseFigures, fact: CaseFact) -> CaseFigures:
    """Return the figures of a case after a fact."""
    if fact.kind in CLOSES:
        first = case.first_closed_at or fact.at
        codes = {"outcome": fact.outcome, "root_cause": fact.root_cause}
        closed = {"state": CLOSES[fact.kind], "closed_at": fact.at, "first_closed_at": first, "is_waiting": False}
        return replace(case, **closed, **codes)  # type: ignore[arg-type]
    if fact.kind is FactKind.REOPENED:
        state = CaseState.OPEN if case.contacted_at is None else CaseState.CONTACTED
        owner = fact.owner if "handed_over_from" in fact.extra else case.owner
        again = replace(case, state=state, closed_at=None, outcome=None, root_cause=None, round=case.round + 1)
        return replace(again, owner=owner, reopened_at=case.reopened_at or fact.at)
    if fact.kind is FactKind.CONTACTED:
        return replace(case, state=CaseState.CONTACTED, contacted_at=fact.at)
    if fact.kind in (FactKind.WAITING, FactKind.RESUMED):
        return replace(case, is_waiting=fact.kind is FactKind.WAITING)
    if fact.kind in (FactKind.ASSIGNED, FactKind.HANDED_OVER):
        return replace(case, owner=fact.owner)
    return case


def stamp(moment: int) -> str:
    """Write a moment for a person who looks for what went wrong."""
    return f"{datetime.fromtimestamp(moment / 1000, ZoneInfo('UTC')):%a %Y-%m-%d %H:%M:%S}"
