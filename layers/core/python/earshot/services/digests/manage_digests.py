"""Make, change, list and delete digests, test them, and send again what may not have arrived."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from earshot.domain.destinations import Destination
from earshot.domain.digest_sendings import NO_ACCESS, DigestSending
from earshot.domain.digests import (
    MOST_DIGESTS,
    Addressee,
    Digest,
    DigestRole,
    Recipient,
    RecipientKind,
    kind_of,
)
from earshot.domain.errors import BusyError, ChangedError, ConflictError, FieldError, InvalidError, NotFoundError
from earshot.domain.iso_time import moment_of
from earshot.domain.members import why_unusable
from earshot.domain.names import OTHER, is_name, no_survey
from earshot.domain.survey import Survey
from earshot.ports.digests import Digests, DigestSendings
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.surveys import Surveys
from earshot.services.digests.find_addressee import (
    DEFAULT_LOCALE,
    SLACK,
    AddressBook,
    NoAddressee,
    find_reader,
    find_reported,
)
from earshot.services.digests.plan_digest import LOOKED_BACK, next_due, zones_of
from earshot.services.scores.report_score import series_asked

ATTEMPTS = 5
EMPLOYEES = "it is an employee survey, which shows no responses, so it has no digests"


@dataclass(frozen=True, slots=True)
class ManageDigestsDeps:
    """What managing digests works with; `new_id` makes the id of a test, `now` is in Unix milliseconds."""

    digests: Digests
    sendings: DigestSendings
    surveys: Surveys
    addresses: AddressBook
    find_destination: Callable[[str], Destination | None]
    queue: DeliveryQueue
    hash_key: Callable[[], bytes]
    new_id: Callable[[], str]
    now: int


@dataclass(frozen=True, slots=True)
class RecipientStanding:
    """A recipient, whether they stopped the digest, and what became of their newest period (None: of none yet)."""

    to: str
    is_stopped: bool
    newest: DigestSending | None


@dataclass(frozen=True, slots=True)
class QueuedTest:
    """To how many recipients a test was queued, and why the others, as the digest names them, get none."""

    queued: int
    skipped: Mapping[str, str]


def find_digest(digest: str, digests: Digests) -> Digest:
    """Read a digest; NotFoundError if there is none of this id."""
    found = digests.get(digest)
    if found is None:
        raise NotFoundError(f"there is no digest {repr(digest) if is_name(digest) else OTHER}")
    return found


def put_digest(digest: Digest, revision: int | None, deps: ManageDigestsDeps) -> tuple[Digest, bool]:
    """Write a digest as described, and return it with whether it is new.

    With a `revision` the change rests on that one: ChangedError if it is not the present one, ConflictError if there is
    none. InvalidError names each thing that there is not, and each recipient who may not read it.
    """
    for _ in range(ATTEMPTS):
        old = deps.digests.get(digest.id)
        _check_revision(revision, old)
        survey = _check(digest, deps)
        if old is None and len(deps.digests.list()) >= MOST_DIGESTS:
            raise ConflictError(f"there are at most {MOST_DIGESTS} digests; delete one first")
        new = _next(digest, old, survey, deps)
        if old is not None and _settings(new) == _settings(old):
            return old, False
        if deps.digests.put(new, old):
            return new, old is None
    raise BusyError("somebody else changes this digest; try again in a moment")


def delete_digest(digest: str, deps: ManageDigestsDeps) -> None:
    """Delete a digest; NotFoundError if there is none. Who stopped it stays known, if it is made again."""
    for _ in range(ATTEMPTS):
        if deps.digests.delete(find_digest(digest, deps.digests)):
            return
    raise BusyError("somebody else changes this digest; try again in a moment")


def standings(digest: Digest, deps: ManageDigestsDeps) -> list[RecipientStanding]:
    """Return what became of the newest period of each recipient."""
    newest = _newest(digest, deps)
    return [
        RecipientStanding(
            recipient.to, deps.sendings.is_unsubscribed(digest.id, recipient.key), newest.get(recipient.key)
        )
        for recipient in digest.recipients(deps.hash_key)
    ]


def queue_test(digest: Digest, deps: ManageDigestsDeps) -> QueuedTest:
    """Queue a test to each recipient who can get the digest now; ConflictError, with the reasons, if nobody can."""
    survey, test = find_reported(digest, deps.surveys), deps.new_id()
    found = {each: _reader(digest, each, survey, deps) for each in digest.recipients(deps.hash_key)}
    skipped = {recipient.to: why for recipient, why in found.items() if isinstance(why, str)}
    there = [recipient for recipient in found if recipient.to not in skipped]
    if not there:
        raise ConflictError(f"nobody would get it: {'; '.join(dict.fromkeys(skipped.values()))}")
    deps.queue.send([({"digest": digest.id, "recipient": each.key, "test": test}, 0) for each in there])
    return QueuedTest(len(there), skipped)


def redrive(digest: Digest, deps: ManageDigestsDeps) -> int:
    """Queue once more what is not known to have arrived of each recipient's newest period, and return how many."""
    tasks = [
        {"digest": digest.id, "recipient": each.recipient, "period": each.period.name, "redriven": each.version}
        for each in _newest(digest, deps).values()
        if each.state.may_be_repeated
    ]
    deps.queue.send([(task, 0) for task in tasks])
    return len(tasks)


def shown_to(digest: Digest, to: str | None, survey: Survey, deps: ManageDigestsDeps) -> Addressee:
    """Return the recipient for which a preview is; by default the first. NotFoundError if there is no such one."""
    recipients = digest.recipients(deps.hash_key)
    chosen = next((each for each in recipients if to in (None, each.to)), None)
    if chosen is None:
        raise NotFoundError("the digest has no such recipient")
    found = deps.addresses.find(digest, chosen, survey)
    if isinstance(found, Addressee):
        return found
    return Addressee(chosen, None, found.timezone, digest.locale or DEFAULT_LOCALE)


def _next(digest: Digest, old: Digest | None, survey: Survey, deps: ManageDigestsDeps) -> Digest:
    """Return a digest as it is written: what is due at this moment and not planned yet stays due."""
    is_due = old is not None and old.next_at is not None and old.next_at <= deps.now
    since = min(deps.now, old.next_at - 1) if is_due and old is not None and old.next_at is not None else deps.now
    zones = zones_of(digest, digest.recipients(deps.hash_key), survey, deps.addresses)
    return replace(
        digest,
        made_at=old.made_at if old else deps.now,
        since=since,
        next_at=next_due(digest, zones, since),
        last_sent_at=old.last_sent_at if old else None,
        skipped=old.skipped if old else None,
        revision=old.revision + 1 if old else 1,
    )


def _settings(digest: Digest) -> Digest:
    return replace(digest, since=0, next_at=None, revision=0)


def _check_revision(revision: int | None, old: Digest | None) -> None:
    if revision is None or (old is not None and revision == old.revision):
        return
    if old is None:
        raise ConflictError("there is no such digest (any more); leave `revision` out to make one")
    raise ChangedError("the digest", old)


def _check(digest: Digest, deps: ManageDigestsDeps) -> Survey:
    """Return the survey of a digest; InvalidError with each fault of it."""
    survey = deps.surveys.get(digest.survey)
    if survey is None:
        raise InvalidError(FieldError("survey", no_survey(digest.survey).detail))
    if survey.is_employee:
        raise InvalidError(FieldError("survey", EMPLOYEES))
    faults = [*_segment_faults(digest, survey, deps), *_recipient_faults(digest, deps)]
    if faults:
        raise InvalidError(*faults)
    return survey


def _segment_faults(digest: Digest, survey: Survey, deps: ManageDigestsDeps) -> Iterator[FieldError]:
    if digest.segment is None:
        return
    if digest.role is DigestRole.FRONTLINE:
        yield FieldError("segment", "a frontline digest has none: it is about the cases of its reader")
        return
    try:
        _, is_shared = series_asked(deps.surveys.with_values(survey), digest.segment)
    except InvalidError as exc:
        yield from exc.faults
        return
    if is_shared:
        yield FieldError("segment", "this value has no series of its own, so there are no figures of it alone")


def _recipient_faults(digest: Digest, deps: ManageDigestsDeps) -> Iterator[FieldError]:
    for place, to in enumerate(digest.to):
        reason = _why_not(digest, to, deps)
        if reason is not None:
            yield FieldError(f"to[{place}]", reason)


def _why_not(digest: Digest, to: str, deps: ManageDigestsDeps) -> str | None:
    """Return why somebody cannot be a recipient of a digest; None if they can."""
    kind = kind_of(to)
    if kind is RecipientKind.DESTINATION:
        found = deps.find_destination(to)
        if found is None:
            return f"there is no destination {to!r}; make it first (POST /v1/destinations)"
        return None if found.kind == SLACK else f"the destination {to!r} is not in Slack; only such get digests"
    if kind is RecipientKind.MEMBER and (reason := why_unusable(to, deps.addresses.members)) is not None:
        return reason
    found_now = deps.addresses.find(digest, Recipient(to, to, kind), None)
    if isinstance(found_now, NoAddressee) and found_now.why == NO_ACCESS:
        return f"the member's role may not read a digest of the role {digest.role.value!r}"
    return None


def _reader(digest: Digest, recipient: Recipient, survey: Survey | str, deps: ManageDigestsDeps) -> Addressee | str:
    if isinstance(survey, str):
        return survey
    return find_reader(digest, recipient, survey, addresses=deps.addresses, sendings=deps.sendings)


def _newest(digest: Digest, deps: ManageDigestsDeps) -> Mapping[str, DigestSending]:
    """Return the sendings of the newest period of each recipient, by their keys."""
    last = moment_of(deps.now).date() - LOOKED_BACK[digest.schedule.every] - timedelta(31)
    found: dict[str, DigestSending] = {}
    for each in deps.sendings.since(digest.id, last):
        found.setdefault(each.recipient, each)
    known = {each.key for each in digest.recipients(deps.hash_key)}
    return {key: sending for key, sending in found.items() if key in known}
