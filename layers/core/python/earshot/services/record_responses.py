"""Record submissions: each counted exactly once, whatever arrives twice, late, out of order or half done."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from earshot.domain.errors import BusyError
from earshot.domain.forgetting import without_person
from earshot.domain.response import Alias, Response, leaves, merge
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey
from earshot.people_ports import People
from earshot.ports import Change, InvalidChunkError, Ledger, Refusal, Surveys, Verdict
from earshot.services.chunks import cut
from earshot.services.follow_up_answers import Erased, Ports, find_erased, follow_up
from earshot.services.rewrite_response import rewrite

ATTEMPTS = 12

Pause = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """A folded submission on its way into the ledger, and the places in the batch it came from."""

    submission: Submission
    sources: tuple[int, ...]
    change: Change

    @property
    def leaves(self) -> bool:
        """Tell whether the answer counts for its person no more, so that those beside it are written with it."""
        return self.change.old is not None and leaves(self.change.old, self.change.new)

    def against(self, found: Response) -> "Plan | None":
        """Plan anew, now that something stands there; None if the submission changes nothing."""
        merged = merge(found, self.submission.statement, self.submission.correlation)
        return None if merged is found else replace(self, change=Change(found, merged))


def record(
    submissions: Sequence[Submission],
    *,
    surveys: Surveys,
    ledger: Ledger,
    people: People,
    pause: Pause,
    has_time: Callable[[], bool] = lambda: True,
) -> set[int]:
    """Write all submissions into the ledger; give the places of those that could not be written or looked after now.

    `pause(attempt)` waits a little, with jitter, before a try is repeated; `has_time` says whether what was written is
    still looked after, or later. Of a person who was erased nothing is kept but the score. They are looked up before
    the write and once more after it: an erasure leaves its tombstone first and then looks for responses, so that one
    of the two always sees the other, and no write rests on the person.
    The answers of all others are linked to those before and after them; what changed nothing too, for whoever wrote it
    may have crashed before.
    """
    ports = Ports(ledger=ledger, people=people, pause=pause)
    named = {said.statement.person for said in submissions if said.statement.person}
    erased = find_erased(named, people)
    failed = write(submissions, erased, surveys=surveys, **ports)
    erased |= find_erased(named - erased.keys(), people)
    written = [(place, said) for place, said in enumerate(submissions) if place not in failed]
    return failed | follow_up(written, erased, has_time, **ports)


def write(
    submissions: Sequence[Submission],
    erased: Erased,
    *,
    surveys: Surveys,
    ledger: Ledger,
    people: People,
    pause: Pause,
) -> set[int]:
    """Write submissions, those of `erased` people without words and identity; give the places of those that failed."""
    known, unknown = _surveys_of(submissions, surveys)
    folded = _fold(enumerate(submissions), leave_out=unknown)
    plans = [_plan(submission, sources, known, surveys, erased) for submission, sources in folded]
    plans.sort(key=lambda plan: (plan.change.new.survey, plan.change.new.day))
    failed = set(unknown)
    for chunk in _chunks(plans):
        failed |= _write(chunk, ledger, people, pause)
    return failed


def _surveys_of(submissions: Sequence[Submission], surveys: Surveys) -> tuple[dict[str, Survey], set[int]]:
    known = {survey_id: surveys.get(survey_id) for survey_id in {said.survey for said in submissions}}
    unknown = {place for place, said in enumerate(submissions) if known[said.survey] is None}
    found = {survey_id: survey for survey_id, survey in known.items() if survey is not None}
    fixed = {name: survey if survey.zone_is_fixed else surveys.fix_zone(name) for name, survey in found.items()}
    return fixed, unknown


def _fold(numbered: Iterable[tuple[int, Submission]], leave_out: set[int]) -> list[tuple[Submission, tuple[int, ...]]]:
    """Join what the batch says of the same id: one item may appear only once in a transaction."""
    folded: dict[tuple[str, str], tuple[Submission, tuple[int, ...]]] = {}
    for place, said in numbered:
        if place in leave_out:
            continue
        key = (said.survey, said.id)
        before = folded.get(key)
        folded[key] = (before[0].fold(said), (*before[1], place)) if before else (said, (place,))
    return list(folded.values())


def _plan(
    submission: Submission, sources: tuple[int, ...], known: dict[str, Survey], surveys: Surveys, erased: Erased
) -> Plan:
    survey = known[submission.survey] = with_values(known[submission.survey], submission, surveys)
    series = survey.series_of(submission.statement.properties)
    if (person := submission.statement.person) in erased:
        submission = replace(submission, statement=without_person(submission.statement, subtract=erased[person]))
    first = submission.first_response(survey.zone)
    return Plan(submission, sources, Change(None, replace(first, series=series)))


def with_values(survey: Survey, submission: Submission, surveys: Surveys) -> Survey:
    """Note the values of tracked segments that were never seen before; give the survey that knows them."""
    said = submission.statement.properties
    for segment in survey.segments:
        value = said.get(segment)
        if not value or survey.knows(segment, value) or survey.is_full(segment):
            continue
        if surveys.add_value(survey.id, segment, value):
            survey = survey.with_value(segment, value)
    return survey


def _chunks(plans: Iterable[Plan]) -> list[list[Plan]]:
    return list(cut(plans, lambda plan: plan.change))


def _write(chunk: list[Plan], ledger: Ledger, people: People, pause: Pause) -> set[int]:
    """Write one chunk until nothing of it is left; give the places of what would not go."""
    failed: set[int] = set()
    for attempt in range(ATTEMPTS):
        try:
            refusals = ledger.commit([plan.change for plan in chunk])
            if refusals is None:
                return failed
            chunk = _resolve(chunk, refusals, ledger)
        except InvalidChunkError:
            return failed | _halve(chunk, ledger, people, pause)
        except BusyError:
            break
        failed |= set().union(*(_move(plan, ledger, people, pause) for plan in chunk if plan.leaves))
        chunk = [plan for plan in chunk if not plan.leaves]
        if not chunk:
            return failed
        if any(refusal.verdict is Verdict.BUSY for refusal in refusals):
            pause(attempt)
        first, *rest = _chunks(chunk)
        if rest:
            return failed.union(*(_write(part, ledger, people, pause) for part in (first, *rest)))
    return failed | {place for plan in chunk for place in plan.sources}


def _move(plan: Plan, ledger: Ledger, people: People, pause: Pause) -> set[int]:
    """Write a change by which an answer counts for its person no more; give the places that could not be written."""
    said, statement = plan.submission, plan.submission.statement
    ports = Ports(ledger=ledger, people=people, pause=pause)
    try:
        rewrite(said.survey, plan.change.new.id, lambda _: statement, said.correlation, **ports)
    except BusyError:
        return set(plan.sources)
    return set()


def _resolve(chunk: list[Plan], refusals: list[Refusal], ledger: Ledger) -> list[Plan]:
    """Plan the refused changes anew, and leave out those that change nothing any more."""
    again = [_again(plan, refusal, ledger) for plan, refusal in zip(chunk, refusals, strict=True)]
    return [plan for plan in again if plan is not None]


def _again(plan: Plan, refusal: Refusal, ledger: Ledger) -> Plan | None:
    if refusal.verdict is not Verdict.STALE:
        return plan
    found = refusal.found
    if isinstance(found, Alias):
        found = ledger.find(found.survey, found.target)
    return plan.against(found) if found is not None else plan


def _halve(chunk: list[Plan], ledger: Ledger, people: People, pause: Pause) -> set[int]:
    """Find the change that spoils its chunk: it fails alone, its neighbours are written."""
    if len(chunk) == 1:
        return set(chunk[0].sources)
    middle = len(chunk) // 2
    return _write(chunk[:middle], ledger, people, pause) | _write(chunk[middle:], ledger, people, pause)
