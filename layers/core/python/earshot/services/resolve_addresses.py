"""Set on each submission the person that an address means, and the mailbox of an unverified address.

The intake holds no key of hashes: an address that was sent as a person travels as it is.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from earshot.domain.keyed_hash import mailbox_hash, person_ids
from earshot.domain.person import is_address
from earshot.domain.submission import Submission
from earshot.people_ports import People, Secrets


def resolve(submissions: Sequence[Submission], *, secrets: Callable[[], Secrets], people: People) -> list[Submission]:
    """Return submissions that name no address as a person; `secrets` is asked for only if an address came."""
    if not any(map(_has_address, submissions)):
        return list(submissions)
    keys = secrets().keys()
    made = made_ids((said.statement.person for said in submissions), keys, people)
    return [_resolved(said, made, keys) for said in submissions]


def made_ids(named: Iterable[str | None], keys: Sequence[bytes], people: People) -> Mapping[str, str]:
    """Return the ids that addresses mean, by address; who is known under an older key keeps theirs."""
    candidates = {name: person_ids(name.strip(), keys) for name in set(named) if name is not None and is_address(name)}
    known: Iterable[str] = ()
    if len(keys) > 1 and candidates:
        known = people.get_many((each for ids in candidates.values() for each in ids), asked=False)
    return {name: next((each for each in ids if each in known), ids[0]) for name, ids in candidates.items()}


def person_meant(named: str, *, secrets: Callable[[], Secrets], people: People) -> str:
    """Return the id of the person that one name means, of an address the id made of it, as `made_ids` does for many."""
    if not is_address(named):
        return named
    made = person_ids(named.strip(), secrets().keys())
    if len(made) == 1:
        return made[0]
    return next((each for each in made if people.get(each, asked=False) is not None), made[0])


def _has_address(submission: Submission) -> bool:
    said = submission.statement
    return any(is_address(name) for name in (said.person, said.unverified_email) if name is not None)


def _resolved(submission: Submission, made: Mapping[str, str], keys: Sequence[bytes]) -> Submission:
    said = submission.statement
    email = said.unverified_email
    digest = mailbox_hash(email.strip(), keys) if email is not None and is_address(email) else None
    person = made.get(said.person or "", said.person)
    if (person, digest) == (said.person, said.email_hash):
        return submission
    return replace(submission, statement=replace(said, person=person, email_hash=digest))
