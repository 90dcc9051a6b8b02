"""Set on each submission the person that an address means, and the mailbox of an unverified address.

The intake holds no key of hashes: an address that was sent as a person travels as it is.
"""

from collections.abc import Sequence
from dataclasses import replace

from earshot.domain.keyed_hash import made_id, mailbox_hash
from earshot.domain.person_id import is_address
from earshot.domain.submission import Submission
from earshot.ports.people import HashKey


def resolve(submissions: Sequence[Submission], *, hash_key: HashKey) -> list[Submission]:
    """Return submissions that name no address as a person; the key is asked for only if an address came."""
    return [_resolved(submission, hash_key) if _has_address(submission) else submission for submission in submissions]


def person_meant(named: str, hash_key: HashKey) -> str:
    """Return the id of the person that a name means, of an address the id made of it."""
    return made_id(named.strip(), hash_key()) if is_address(named) else named


def _has_address(submission: Submission) -> bool:
    statement = submission.statement
    return any(is_address(name) for name in (statement.person, statement.unverified_email) if name is not None)


def _resolved(submission: Submission, hash_key: HashKey) -> Submission:
    statement = submission.statement
    email = statement.unverified_email
    digest = mailbox_hash(email.strip(), hash_key()) if email is not None and is_address(email) else None
    person = statement.person if statement.person is None else person_meant(statement.person, hash_key)
    if (person, digest) == (statement.person, statement.email_hash):
        return submission
    return replace(submission, statement=replace(statement, person=person, email_hash=digest))
