"""Note on cases what becomes of their people's responses: the next one after it, and a correction of one in it.

Whatever comes twice, late or out of order leads to the same: what is noted is read from the responses as they are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from earshot.domain.case_facts import EARSHOT, CaseChange, FactKind, changed
from earshot.domain.case_measures import RESPONDED_WITHIN, next_response_after
from earshot.domain.cases import Case, SubjectKind, figures_of
from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.ports.cases import Cases
from earshot.ports.people import People
from earshot.ports.responses import StoredResponses

ATTEMPTS = 8
# Of an account's case so many responses that joined are looked at.
MOST_JOINED = 200


@dataclass(frozen=True, slots=True)
class NoteResponsesDeps:
    """What noting works with; `clock` returns Unix milliseconds."""

    cases: Cases
    responses: StoredResponses
    people: People
    clock: Callable[[], int]
    pause: Callable[[int], None]


def note_next_responses(survey: str, again: Iterable[str], deps: NoteResponsesDeps) -> int:
    """Note on the cases of those who gave these responses which response came next; return how many were noted.

    A person without a case costs the read of their response and of what would lead to one. Of people with one account
    each of its cases is read once. Raises BusyError while others write a case all the while.
    """
    found = deps.responses.find_many({(survey, response): None for response in again}, surely=False)
    since: dict[str, int] = {}
    for response in found.values():
        if response.person is not None:
            since[response.person] = min(response.responded_at, since.get(response.person, response.responded_at))
    led = deps.cases.of_people(survey, sorted(since)) if since else {}
    ids = sorted({case for cases in led.values() for case in cases})
    read = {case.id: case for case in deps.cases.get_many(ids)} if ids else {}
    inside = cache(partial(_responses_in, cases=deps.cases))
    number = 0
    for person, cases in led.items():
        looking = [read[case] for case in cases if case in read and _may_have_next(read[case], since[person])]
        number += _note_next(survey, person, looking, inside, deps)
    return number


def note_revised(survey: str, revised: Mapping[str, Iterable[str]], deps: NoteResponsesDeps) -> int:
    """Note on the cases that each of these responses is in that it was corrected; return how many were noted.

    A completed response is no correction. Raises BusyError while others write a case all the while.
    """
    found = deps.responses.find_many({(survey, response): None for response in revised})
    changes = {response.id: change for response in found.values() if (change := _correction_of(response)) is not None}
    return sum(
        _append(case, partial(_if_not_noted, change=changes[response], cases=deps.cases), deps)
        for response, cases in revised.items()
        if response in changes
        for case in sorted(cases)
    )


def _note_next(
    survey: str,
    person: str,
    looking: Sequence[Case],
    inside: Callable[[Case], frozenset[str | None]],
    deps: NoteResponsesDeps,
) -> int:
    if any(case.account is not None for case in looking):
        theirs = deps.people.responses_since(person, survey, 0)
        # An account's case is of others, too.
        looking = [case for case in looking if case.account is None or not inside(case).isdisjoint(theirs)]
    if not looking:
        return 0
    since = min(_after(case) or 0 for case in looking)
    names = deps.people.responses_since(person, survey, since)
    found = deps.responses.find_many({(survey, name): None for name in names}).values() if names else ()
    given = sorted((each for each in found if each.counts), key=lambda each: (each.responded_at, each.id))
    return sum(_append(case.id, partial(_next_of, given=given), deps) for case in looking)


def _responses_in(case: Case, cases: Cases) -> frozenset[str | None]:
    """Return the ids of the responses in an account's case: the one that opened it, and those that joined."""
    return frozenset({case.response, *(fact.response for fact in cases.joined(case.id, MOST_JOINED))})


def _may_have_next(case: Case, since: int) -> bool:
    """Return whether a response that was given at a moment or later may be the next one of a case's person."""
    after = _after(case)
    return after is not None and since <= after + RESPONDED_WITHIN


def _after(case: Case) -> int | None:
    return None if case.is_erased else next_response_after(figures_of(case))


def _next_of(case: Case, given: Sequence[Response]) -> CaseChange | None:
    """Return that a response is the next one of a case's person, if it is not noted; a later one does not replace it.

    One that was noted and is gone since stays, as a count.
    """
    after = _after(case)
    if after is None:
        return None
    response = next((each for each in given if after < each.responded_at <= after + RESPONDED_WITHIN), None)
    if response is None:
        return None
    at, score = case.responded_again_at, case.responded_again_score
    is_earlier = at is None or at <= after or response.responded_at < at
    if not is_earlier and (response.responded_at != at or response.score == score):
        return None
    return CaseChange(FactKind.RESPONDED_AGAIN, extra={"at": response.responded_at, "score": response.score})


def _correction_of(response: Response) -> CaseChange | None:
    """Return what the correction changed that made a response what it is; None if it is as it was given, or gone."""
    last = response.history.corrections[-1] if response.history.corrections else None
    if last is None or last.corrected_at != response.statement.received_at or not response.counts:
        return None
    extra: dict[str, object] = {"corrected_at": last.corrected_at, "changed": list(last.changed)}
    if "score" in last.changed:
        extra["score"] = response.score
    return CaseChange(FactKind.RESPONSE_CHANGED, response=response.id, extra=extra)


def _if_not_noted(case: Case, change: CaseChange, cases: Cases) -> CaseChange | None:
    """Return a correction of a response in a case; None if it is noted, and for a case that has very many.

    None, too, if the response is in it no more: it was erased meanwhile.
    """
    if case.is_erased or case.subject is SubjectKind.COLLECTIVE:
        return None
    if change.response != case.response and not cases.has_joined(case.id, change.response or ""):
        return None
    noted = [fact for fact in cases.facts(case.id) if fact.kind is FactKind.RESPONSE_CHANGED]
    made = change.response, change.extra["corrected_at"]
    return None if any((fact.response, fact.extra["corrected_at"]) == made for fact in noted) else change


def _append(case_id: str, change_of: Callable[[Case], CaseChange | None], deps: NoteResponsesDeps) -> bool:
    """Append the fact that a case lacks, as it is then; False if it lacks none or is gone."""
    for attempt in range(ATTEMPTS):
        case = deps.cases.get(case_id)
        change = change_of(case) if case is not None else None
        if case is None or change is None:
            return False
        if deps.cases.change(case, *changed(case, change, deps.clock(), EARSHOT)):
            return True
        deps.pause(attempt)
    raise BusyError("others write this case; the message will be retried")
