"""Note which answers only say again what their person said within a day before: straight repeats."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from zoneinfo import ZoneInfo

from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.domain.submission import Submission
from earshot.people_ports import People
from earshot.ports import Change, InvalidChunkError, Ledger
from earshot.services.record_responses import Pause

ATTEMPTS = 12
DAY = 86_400_000
# An answer dated by its day alone is that day's midnight somewhere on earth (milliseconds).
ANYWHERE = 15 * 3_600_000


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of a known person that was just recorded, and where the search for the one before it begins."""

    survey: str
    person: str
    response: str
    since: int


def note_repeats(
    written: Iterable[tuple[int, Submission]],
    *,
    ledger: Ledger,
    people: People,
    pause: Pause,
    has_time: Callable[[], bool] = lambda: True,
) -> set[int]:
    """Look beside each answer that was written, and note the repeats; give the places where others were faster.

    Those for which `has_time` leaves no time are given too.

    A writer looks after its own write, so that of two at once the later sees both; what changed nothing is looked at
    again, for whoever wrote it may have crashed before. An answer without another of its person beside it costs one
    read of pointers, and no write.
    """
    failed = set()
    for place, submission in written:
        if (said := _said(submission)) is not None and not (has_time() and _is_noted(said, ledger, people, pause)):
            failed.add(place)
    return failed


def _is_noted(said: Said, ledger: Ledger, people: People, pause: Pause) -> bool:
    try:
        _note(said, ledger, people, pause)
    except (BusyError, InvalidChunkError):
        return False
    return True


def _said(submission: Submission) -> Said | None:
    person = submission.statement.person
    if person is None:
        return None
    first = submission.first_response(ZoneInfo("UTC"))
    return Said(submission.survey, person, submission.id, max(0, first.answered - DAY - ANYWHERE))


def _note(said: Said, ledger: Ledger, people: People, pause: Pause) -> None:
    for attempt in range(ATTEMPTS):
        beside = people.answered_since(said.person, said.survey, said.since)
        changes = _repeats(_around(said, beside, ledger)) if len(beside) > 1 else []
        if not changes or ledger.commit(changes) is None:
            return
        pause(attempt)
    raise BusyError("the answers of this person are being changed by someone else; try again")


def _around(said: Said, ids: Sequence[str], ledger: Ledger) -> list[Response]:
    """Give the answer with those right before and after it that count, in their order."""
    here = ledger.find(said.survey, said.response)
    if here is None or here.id not in ids or not here.counts:
        return []
    at = ids.index(here.id)
    before = _nearest(said, reversed(ids[:at]), ledger)
    after = _nearest(said, iter(ids[at + 1 :]), ledger)
    return [answer for answer in (before, here, after) if answer is not None]


def _nearest(said: Said, ids: Iterable[str], ledger: Ledger) -> Response | None:
    found = (ledger.find(said.survey, answer) for answer in ids)
    return next((answer for answer in found if answer is not None and answer.counts), None)


def _repeats(answers: Sequence[Response]) -> list[Change]:
    """Plan to note what repeats the answer before it; what was noted once stays so."""
    pairs = pairwise(answers)
    found = [later for earlier, later in pairs if _says_again(earlier, later) and not later.repeated]
    return [Change(later, replace(later, repeated=True, revision=later.revision + 1)) for later in found]


def _says_again(earlier: Response, later: Response) -> bool:
    is_same = (earlier.score, earlier.comment) == (later.score, later.comment)
    return is_same and later.answered - earlier.answered <= DAY
