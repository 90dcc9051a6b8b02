"""After responses were written: anonymize those of erased people, reconcile the links of all others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from earshot.domain.anonymization import anonymized, without_person
from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.domain.submission import Submission
from earshot.ports.ledger import Ledger
from earshot.ports.people import People
from earshot.services.responses.update_response import update
from earshot.services.supersession.reconcile_people import reconcile_written

Erased = Mapping[str | None, bool]


def find_erased(named: AbstractSet[str], people: People, *, surely: bool = True) -> dict[str | None, bool]:
    """Return the ids of erased people, and whether their responses are subtracted from the counts.

    Not `surely`, one who was erased a second ago may be missing.
    """
    found = people.erased(sorted(named), surely=surely) if named else {}
    return {name: person.subtract for name, person in found.items()}


def find_erased_mailboxes(submissions: Iterable[Submission], people: People) -> Mapping[str, bool]:
    """Return the mailboxes of unverified addresses of erased people, and whether their responses are subtracted."""
    named = {
        submission.statement.email_hash for submission in submissions if submission.statement.email_hash is not None
    }
    found = people.mailboxes(sorted(named)) if named else {}
    return {digest: asked.erased for digest, asked in found.items() if asked.erased is not None}


def without_address(submission: Submission, gone: Mapping[str, bool]) -> Submission:
    """Return the submission without words if it is unsigned and has an erased person's address."""
    statement = submission.statement
    if statement.person is not None or statement.email_hash is None or statement.email_hash not in gone:
        return submission
    return replace(submission, statement=without_person(statement, subtract=gone[statement.email_hash]))


def anonymize_addresses(
    written: Sequence[tuple[int, Submission]],
    gone: Mapping[str, bool],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
) -> set[int]:
    """Anonymize responses written before the erasure of their address was seen; return the positions to retry."""
    return {
        place
        for place, submission in written
        if (digest := submission.statement.email_hash) in gone
        and not _anonymize_address(submission, str(digest), gone, ledger, people, pause)
    }


def _anonymize_address(
    submission: Submission,
    digest: str,
    gone: Mapping[str, bool],
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
) -> bool:
    def statement_of(old: Response) -> Statement | None:
        is_theirs = old.person is None and old.statement.email_hash == digest
        return anonymized(old, submission.first_received, subtract=gone[digest]) if is_theirs else None

    return _updates(submission, statement_of, ledger, people, pause)


def follow_up(
    written: Sequence[tuple[int, Submission]],
    erased: Erased,
    has_time: Callable[[], bool],
    *,
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
) -> set[int]:
    """Anonymize or reconcile each response of a person; return the places of the submissions left for later.

    Erased people come first. What there is no time for is left: if the function were killed instead, all messages would
    come back, and the same responses would be too many again.
    """
    gone = {
        (submission.survey, submission.id): submission
        for _, submission in written
        if submission.statement.person in erased
    }
    failed = {
        key
        for key, submission in gone.items()
        if not (has_time() and _anonymize(submission, erased, ledger, people, pause))
    }
    others = (submission for _, submission in written if submission.statement.person not in erased)
    failed |= reconcile_written(others, has_time=has_time, ledger=ledger, people=people, pause=pause)
    named = ((place, submission) for place, submission in written if submission.statement.person is not None)
    return {place for place, submission in named if (submission.survey, submission.id) in failed}


def _anonymize(
    submission: Submission, erased: Erased, ledger: Ledger, people: People, pause: Callable[[int], None]
) -> bool:
    """Anonymize a response that was written before the tombstone was seen; False to try again."""

    def statement_of(old: Response) -> Statement | None:
        person = old.person
        return anonymized(old, submission.first_received, subtract=erased[person]) if person in erased else None

    return _updates(submission, statement_of, ledger, people, pause)


def _updates(
    submission: Submission,
    statement_of: Callable[[Response], Statement | None],
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
) -> bool:
    """Update the response of a submission; return False if it is to be tried again."""
    try:
        update(
            submission.survey,
            submission.id,
            statement_of,
            submission.correlation,
            ledger=ledger,
            people=people,
            pause=pause,
        )
    except BusyError:
        return False
    return True
