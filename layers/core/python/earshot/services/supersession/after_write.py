"""After responses were written: anonymize those of erased people, reconcile the links of all others."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from earshot.domain.anonymization import anonymized, without_person
from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.domain.statement import Statement
from earshot.domain.submission import Submission
from earshot.ports.people import People
from earshot.ports.responses import Ledger
from earshot.services.responses.update_response import rewrite
from earshot.services.supersession.reconcile_people import reconcile_written

Erased = Mapping[str | None, bool]


def find_erased(named: AbstractSet[str], people: People) -> dict[str | None, bool]:
    """Return the ids of erased people, and whether their responses are subtracted from the counts."""
    found = people.erased(sorted(named)) if named else {}
    return {name: person.subtract for name, person in found.items()}


def find_erased_mailboxes(submissions: Iterable[Submission], people: People) -> Mapping[str, bool]:
    """Return the mailboxes of unverified addresses of erased people, and whether their responses are subtracted."""
    named = {said.statement.email_hash for said in submissions if said.statement.email_hash is not None}
    found = people.mailboxes(sorted(named)) if named else {}
    return {digest: asked.erased for digest, asked in found.items() if asked.erased is not None}


def without_address(submission: Submission, gone: Mapping[str, bool]) -> Submission:
    """Return the submission without words if it is unsigned and has an erased person's address."""
    said = submission.statement
    if said.person is not None or said.email_hash is None or said.email_hash not in gone:
        return submission
    return replace(submission, statement=without_person(said, subtract=gone[said.email_hash]))


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
        for place, said in written
        if (digest := said.statement.email_hash) in gone
        and not _anonymize_address(said, str(digest), gone, ledger, people, pause)
    }


def _anonymize_address(
    said: Submission,
    digest: str,
    gone: Mapping[str, bool],
    ledger: Ledger,
    people: People,
    pause: Callable[[int], None],
) -> bool:
    def statement_of(old: Response) -> Statement | None:
        is_theirs = old.person is None and old.statement.email_hash == digest
        return anonymized(old, said.first_received, subtract=gone[digest]) if is_theirs else None

    try:
        rewrite(said.survey, said.id, statement_of, said.correlation, ledger=ledger, people=people, pause=pause)
    except BusyError:
        return False
    return True


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
    gone = {(said.survey, said.id): said for _, said in written if said.statement.person in erased}
    failed = {key for key, said in gone.items() if not (has_time() and _anonymize(said, erased, ledger, people, pause))}
    others = (said for _, said in written if said.statement.person not in erased)
    failed |= reconcile_written(others, has_time=has_time, ledger=ledger, people=people, pause=pause)
    named = ((place, said) for place, said in written if said.statement.person is not None)
    return {place for place, said in named if (said.survey, said.id) in failed}


def _anonymize(said: Submission, erased: Erased, ledger: Ledger, people: People, pause: Callable[[int], None]) -> bool:
    """Anonymize a response that was written before the tombstone was seen; False to try again."""

    def statement_of(old: Response) -> Statement | None:
        person = old.person
        return anonymized(old, said.first_received, subtract=erased[person]) if person in erased else None

    try:
        rewrite(said.survey, said.id, statement_of, said.correlation, ledger=ledger, people=people, pause=pause)
    except BusyError:
        return False
    return True
