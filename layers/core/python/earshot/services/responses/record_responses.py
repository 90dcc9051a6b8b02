"""Record submissions: each counted exactly once, whatever arrives twice, late, out of order or half done."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from earshot.domain import ids
from earshot.domain.anonymization import of_an_erased_person, without_comments, without_person
from earshot.domain.corrections import corrected
from earshot.domain.errors import BusyError
from earshot.domain.merge import belongs_to_another, leaves, merge
from earshot.domain.response import Alias, Placement, Response, first_response
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey
from earshot.ports.ledger import Change, InvalidChunkError, Ledger, Refusal, Verdict
from earshot.ports.pause import Pause
from earshot.ports.people import People
from earshot.ports.surveys import Surveys
from earshot.services.responses.transaction_chunks import cut
from earshot.services.responses.update_response import update
from earshot.services.supersession.after_write import (
    Erased,
    anonymize_addresses,
    find_erased,
    find_erased_mailboxes,
    follow_up,
    without_address,
)
from earshot.services.surveys.admit_segment_values import admit, look_up

ATTEMPTS = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """A folded submission on its way into the ledger, and the places in the batch it came from.

    `placement` is where it counts; `person` is whose it is, also where they were erased.
    """

    submission: Submission
    sources: tuple[int, ...]
    change: Change
    placement: Placement
    survey: Survey
    person: str | None = None
    is_erased: bool = False

    @classmethod
    def of(cls, submission: Submission, sources: tuple[int, ...], survey: Survey, erased: Erased) -> "Plan":
        """Plan to write a submission as if it were the first; of the erased nothing but the score."""
        placement = survey.placement(submission.statement.properties)
        person = submission.statement.person
        if person in erased:
            statement = without_person(submission.statement, subtract=erased[person])
            submission = replace(submission, statement=statement)
        change = _first(submission, placement, survey.zone)
        return cls(submission, sources, change, placement, survey, person, person in erased)

    @property
    def leaves(self) -> bool:
        """Return whether the response no longer counts for its person, so that its neighbours are written with it."""
        return self.change.old is not None and leaves(self.change.old, self.change.new)

    def join(self, found: Response, statement: Statement, correlation: str) -> Response:
        """Join a statement of this submission to the response; unsigned words of an erased person are left out."""
        merged = merge(found, statement, correlation, self.placement)
        return without_comments(found, merged) if self.is_erased and merged.person is None else merged

    def against(self, found: Response) -> "Plan | None":
        """Plan again against the existing response; None if the submission changes nothing."""
        merged = self.join(found, self.submission.statement, self.submission.correlation)
        if merged.order == found.order and (updated := self._updated(found)) is not found:
            return replace(self, change=Change(found, updated, updated_by=self.import_id))
        return None if merged is found else replace(self, change=Change(found, merged))

    def _updated(self, found: Response) -> Response:
        """Correct the properties of a known response if the import asks for it; a later correction wins.

        A property that the row does not name stays as it is.
        """
        submission = self.submission
        properties = {**found.statement.properties, **submission.statement.properties}
        if (
            not submission.updates
            or self.is_erased
            or not found.kind.has_person
            or properties == found.statement.properties
        ):
            return found
        changes = {"properties": properties, "reason": f"import {self.import_id}"}
        statement = corrected(
            found,
            changes,
            submission.statement.received_at,
            submission.statement.by,
            emit_events=found.statement.emit_events,
        )
        if statement.order <= found.order:
            return found
        owned = replace(statement, person=found.person or self.person)
        return merge(found, owned, submission.correlation, self.survey.placement(properties, found))

    @property
    def import_id(self) -> str | None:
        """Return the id of the import that the submission belongs to."""
        return self.submission.import_id

    def is_withdrawn_before(self, found: Response) -> bool:
        """Return whether another import recorded this row, and was undone: then it is recorded again."""
        return found.kind is StatementKind.WITHDRAWN and self.import_id not in (None, found.import_id)

    def of_next_generation(self) -> "Plan":
        """Plan to record a row again whose response was withdrawn, under the id that follows."""
        moved = replace(self.submission, id=ids.next_generation(self.submission.id))
        return replace(self, submission=moved, change=_first(moved, self.placement, self.survey.zone))

    def of_its_own(self) -> "Plan":
        """Plan a separate response, because another person's has the sent id."""
        submission = self.submission
        moved = replace(submission, id=ids.of_person(submission.survey, submission.id, self.person or ""))
        return replace(self, submission=moved, change=_first(moved, self.placement, self.survey.zone))


def _first(submission: Submission, placement: Placement, zone: ZoneInfo) -> Change:
    return Change(None, first_response(submission, zone, placement))


def record(
    submissions: Sequence[Submission],
    *,
    surveys: Surveys,
    ledger: Ledger,
    people: People,
    pause: Pause,
    has_time: Callable[[], bool] = lambda: True,
    note_known: Callable[[set[int], set[int]], set[int]] = lambda _known, _failed: set(),
) -> set[int]:
    """Write all submissions into the ledger; return the places of those that could not be written or followed up now.

    `note_known` is given the places of rows of imports that were known before, and of those that failed; it gives
    those that it could not note.

    `pause(attempt)` waits a little, with jitter, before a try is repeated; `has_time` says whether what was written is
    followed up now, or later. Of a person who was erased nothing is kept but the score. They are looked up before
    the write, and surely once more after it: an erasure leaves its tombstone first and then looks for responses, so
    that one of the two always sees the other, and no write rests on the person.
    The responses of all others are linked to those before and after them; those that changed nothing, too, as the run
    that wrote them may have crashed before that.
    """
    named = {submission.statement.person for submission in submissions if submission.statement.person}
    erased = find_erased(named, people, surely=False)
    gone = find_erased_mailboxes(submissions, people)
    submissions = [without_address(submission, gone) for submission in submissions]
    writing = Writing(surveys, ledger=ledger, people=people, pause=pause)
    failed = writing.write(submissions, erased)
    erased |= find_erased(named - erased.keys(), people)
    written = [(place, writing.as_written(place, submission)) for place, submission in enumerate(submissions)]
    written = [(place, submission) for place, submission in written if place not in failed]
    failed |= anonymize_addresses(
        written, find_erased_mailboxes(submissions, people), ledger=ledger, people=people, pause=pause
    )
    failed |= follow_up(written, erased, has_time, ledger=ledger, people=people, pause=pause)
    return failed | note_known(writing.known, failed)


class Writing:
    """Writes submissions as far as they will go, and remembers which became responses of their own."""

    def __init__(self, surveys: Surveys, *, ledger: Ledger, people: People, pause: Pause) -> None:
        self._surveys, self._ledger, self._people, self._pause = surveys, ledger, people, pause
        self._own_ids: dict[int, str] = {}
        # Where a row of an import met a response that something else had recorded.
        self.known: set[int] = set()

    def write(self, submissions: Sequence[Submission], erased: Erased) -> set[int]:
        """Write submissions, those of `erased` people without words; return the places of those that failed."""
        known, unknown = _surveys_of(submissions, self._surveys)
        normalised = [_quiet(submission.normalised(), known) for submission in submissions]
        folded = _fold(enumerate(normalised), leave_out=unknown)
        known = _with_values(known, normalised, self._surveys)
        plans = [Plan.of(submission, sources, known[submission.survey], erased) for submission, sources in folded]
        plans.sort(key=lambda plan: (plan.change.new.survey, plan.change.new.day))
        failed = set(unknown)
        for chunk in _chunks(plans):
            failed |= self._write(chunk)
        return failed

    def as_written(self, place: int, submission: Submission) -> Submission:
        """Return a submission of the batch under the id it was written by."""
        own = self._own_ids.get(place)
        return submission if own is None else replace(submission, id=own)

    def _write(self, chunk: list[Plan]) -> set[int]:
        """Write one chunk until nothing of it is left; return the places of what would not go."""
        failed: set[int] = set()
        for attempt in range(ATTEMPTS):
            try:
                refusals = self._ledger.commit([plan.change for plan in chunk])
                if refusals is None:
                    return failed
                chunk = self._resolve(chunk, refusals)
            except InvalidChunkError:
                return failed | self._halve(chunk)
            except BusyError:
                break
            failed |= set().union(*(self._move(plan) for plan in chunk if plan.leaves))
            chunk = [plan for plan in chunk if not plan.leaves]
            if not chunk:
                return failed
            if any(refusal.verdict is Verdict.BUSY for refusal in refusals):
                self._pause(attempt)
            first, *rest = _chunks(chunk)
            if rest:
                return failed.union(*(self._write(part) for part in (first, *rest)))
        return failed | {place for plan in chunk for place in plan.sources}

    def _move(self, plan: Plan) -> set[int]:
        """Write a change by which a response counts for its person no more; return the places that failed."""
        submission, statement = plan.submission, plan.submission.statement
        try:
            update(
                submission.survey,
                plan.change.new.id,
                lambda _: statement,
                submission.correlation,
                join=plan.join,
                ledger=self._ledger,
                people=self._people,
                pause=self._pause,
            )
        except BusyError:
            return set(plan.sources)
        return set()

    def _resolve(self, chunk: list[Plan], refusals: list[Refusal]) -> list[Plan]:
        """Plan the refused changes again, and leave out those that change nothing any more."""
        again = [self._again(plan, refusal) for plan, refusal in zip(chunk, refusals, strict=True)]
        return [plan for plan in again if plan is not None]

    def _again(self, plan: Plan, refusal: Refusal) -> Plan | None:
        if refusal.verdict is Verdict.UNDONE:
            return None
        if refusal.verdict is not Verdict.STALE:
            return plan
        found = refusal.found
        if isinstance(found, Alias):
            found = self._ledger.find(found.survey, found.target)
        while found is not None and plan.is_withdrawn_before(found):
            plan = self._moved(plan.of_next_generation())
            found = self._ledger.find(plan.submission.survey, plan.submission.id)
        if found is None:
            return plan
        if self._is_of_another(plan, found):
            return self._moved(plan.of_its_own())
        if plan.import_id is not None and plan.import_id != found.import_id:
            self.known.update(plan.sources)
        return plan.against(found)

    def _moved(self, plan: Plan) -> Plan:
        self._own_ids |= dict.fromkeys(plan.sources, plan.submission.id)
        return plan

    def _is_of_another(self, plan: Plan, found: Response) -> bool:
        """Return whether a response is another person's; one that an erased person had is, for all who are not erased.

        An erasure leaves its tombstone before it takes any person off, so that this look at the tombstones is sure.
        """
        if belongs_to_another(found, plan.person):
            return True
        if plan.person is None or plan.is_erased or not of_an_erased_person(found):
            return False
        return not find_erased({plan.person}, self._people)

    def _halve(self, chunk: list[Plan]) -> set[int]:
        """Find the change that spoils its chunk: it fails alone, its neighbours are written."""
        if len(chunk) == 1:
            return set(chunk[0].sources)
        middle = len(chunk) // 2
        return self._write(chunk[:middle]) | self._write(chunk[middle:])


def _surveys_of(submissions: Sequence[Submission], surveys: Surveys) -> tuple[dict[str, Survey], set[int]]:
    known = {survey_id: surveys.get(survey_id) for survey_id in {submission.survey for submission in submissions}}
    unknown = {place for place, submission in enumerate(submissions) if known[submission.survey] is None}
    found = {survey_id: survey for survey_id, survey in known.items() if survey is not None}
    fixed = {name: survey if survey.zone_is_fixed else surveys.fix_zone(name) for name, survey in found.items()}
    return fixed, unknown


def _with_values(known: Mapping[str, Survey], submissions: Iterable[Submission], surveys: Surveys) -> dict[str, Survey]:
    """Return the surveys with the status of all values in a batch, those of losing statements too.

    So it does not depend on what came together which values have a series. They are looked up in one call a survey.
    """
    of: dict[str, list[Statement]] = {name: [] for name in known}
    for one in submissions:
        if one.survey in of:
            of[one.survey].append(one.statement)
    return {name: _brought(survey, of[name], surveys) for name, survey in known.items()}


def _brought(survey: Survey, statements: Sequence[Statement], surveys: Surveys) -> Survey:
    return admit(look_up(survey, [statement.properties for statement in statements], surveys), statements, surveys)


def _quiet(submission: Submission, known: Mapping[str, Survey]) -> Submission:
    """Return the submission of an employee survey with events off."""
    survey, statement = known.get(submission.survey), submission.statement
    if survey is None or not survey.is_employee:
        return submission
    return replace(submission, statement=replace(statement, emit_events=False))


def _fold(numbered: Iterable[tuple[int, Submission]], leave_out: set[int]) -> list[tuple[Submission, tuple[int, ...]]]:
    """Join what the batch says of the same id and person; two persons under one id have a response each."""
    folded: dict[tuple[str, str, str | None], tuple[Submission, tuple[int, ...]]] = {}
    for place, submission in numbered:
        if place in leave_out:
            continue
        key = (submission.survey, submission.id, submission.statement.person)
        before = folded.get(key)
        folded[key] = (before[0].fold(submission), (*before[1], place)) if before else (submission, (place,))
    return list(folded.values())


def _chunks(plans: Iterable[Plan]) -> list[list[Plan]]:
    return list(cut(plans, lambda plan: plan.change))
