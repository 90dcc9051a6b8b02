"""Send a digest to one recipient, at most once: claimed before it is sent, with its outcome or without.

A claim without an outcome is shown as unknown and never sent by itself again: the mail may have gone out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from earshot.domain.alerts import delivery_id
from earshot.domain.deliveries import DAY, Delivery
from earshot.domain.digest_contents import DigestContents
from earshot.domain.digest_sendings import (
    EMPTY,
    LATE,
    PAUSE,
    DigestSending,
    SendingState,
)
from earshot.domain.digests import Addressee, Digest, Period, Recipient, read_period
from earshot.domain.iso_time import EPOCH
from earshot.domain.message_types import DIGEST
from earshot.domain.survey import Survey
from earshot.ports.digests import Digests, DigestSendings
from earshot.ports.mail import Mailer, NotSentError, RejectedError, UnknownOutcomeError
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.surveys import Surveys
from earshot.services.alerts.deliver import first_task
from earshot.services.digests.find_addressee import AddressBook, find_reader, find_reported


class Compose(Protocol):
    """Writes the mail of a digest."""

    def __call__(
        self, digest: Digest, addressee: Addressee, contents: DigestContents, /, *, is_test: bool = False
    ) -> bytes:
        """Return its MIME; ValueError if there can be none."""


@dataclass(frozen=True, slots=True)
class SendDigestDeps:
    """What sending works with: `contents` reads what stands in a digest, `compose` writes its mail from `sender`."""

    digests: Digests
    sendings: DigestSendings
    surveys: Surveys
    addresses: AddressBook
    contents: Callable[[Digest, Survey, Addressee, Period], DigestContents]
    compose: Compose
    sender: str
    mailer: Mailer
    queue: DeliveryQueue
    hash_key: Callable[[], bytes]
    clock: Callable[[], int]


def send_digest(task: Mapping[str, Any], deps: SendDigestDeps) -> DigestSending | None:
    """Send a digest to the recipient of a message, and return what became of it; None if there is nothing to do.

    Raises BusyError if the table or the queue is away: then nothing was sent, and the message may come again.
    """
    digest = deps.digests.get(task["digest"])
    recipient = None if digest is None else _recipient(digest, task["recipient"], deps)
    if digest is None or recipient is None:
        return None
    period = read_period(task["period"])
    for late in task.get("late", ()):
        _skip(_new(digest, recipient, read_period(late), deps), LATE, deps)
    known = deps.sendings.find(digest.id, period, recipient.key)
    if known is not None and not _may_begin(known, task):
        return None
    begun = _new(digest, recipient, period, deps) if known is None else known.claimed()
    found = _prepared(digest, recipient, period, deps)
    if isinstance(found, str):
        return _skip(begun, found, deps, known)
    addressee, contents = found
    if addressee.address is None:
        return _hand_over(begun, known, addressee, deps)
    try:
        mime = deps.compose(digest, addressee, contents)
    except ValueError as exc:
        return _fail(begun, known, f"the mail cannot be written ({exc})", deps)
    return _send(begun, mime, addressee.address, deps) if deps.sendings.put(begun, known) else None


def send_test(task: Mapping[str, Any], deps: SendDigestDeps) -> str:
    """Send a digest as it is now to the recipient that a message names, also an empty one; return what became of it.

    It is claimed by nobody and counts as nothing: if its message comes twice, it comes twice.
    """
    digest = deps.digests.get(task["digest"])
    recipient = None if digest is None else _recipient(digest, task["recipient"], deps)
    if digest is None or recipient is None:
        return "the digest or its recipient is gone"
    found = _reader(digest, recipient, deps)
    if isinstance(found, str):
        return found
    addressee, survey = found
    period = digest.schedule.latest_due(addressee.zone, deps.clock())
    if addressee.address is None:
        _queue_delivery(digest.id, recipient.to, period, deps, task["test"])
        return SendingState.QUEUED.value
    contents = deps.contents(digest, survey, addressee, period)
    try:
        mime = deps.compose(digest, addressee, contents, is_test=True)
        deps.mailer.send(mime, deps.sender, addressee.address)
    except (NotSentError, UnknownOutcomeError, ValueError) as exc:
        return str(exc)
    return SendingState.SENT.value


def _recipient(digest: Digest, key: str, deps: SendDigestDeps) -> Recipient | None:
    return next((each for each in digest.recipients(deps.hash_key) if each.key == key), None)


def _new(digest: Digest, recipient: Recipient, period: Period, deps: SendDigestDeps) -> DigestSending:
    return DigestSending(digest.id, recipient.key, period, SendingState.UNKNOWN, deps.clock())


def _may_begin(known: DigestSending, task: Mapping[str, Any]) -> bool:
    """Return whether a sending begins once more: it waits, or somebody asked for it as it still is."""
    return known.state is SendingState.WAITING or task.get("redriven") == known.version


def _prepared(
    digest: Digest, recipient: Recipient, period: Period, deps: SendDigestDeps
) -> tuple[Addressee, DigestContents] | str:
    """Return where a digest goes and what stands in it; or why it is not sent."""
    found = _reader(digest, recipient, deps)
    if isinstance(found, str):
        return found
    addressee, survey = found
    contents = deps.contents(digest, survey, addressee, period)
    return EMPTY if contents.is_empty else (addressee, contents)


def _reader(digest: Digest, recipient: Recipient, deps: SendDigestDeps) -> tuple[Addressee, Survey] | str:
    """Return where a digest goes, and its survey with the values of its segments; or why it goes nowhere."""
    survey = find_reported(digest, deps.surveys)
    if isinstance(survey, str):
        return survey
    found = find_reader(digest, recipient, survey, addresses=deps.addresses, sendings=deps.sendings)
    return found if isinstance(found, str) else (found, survey)


def _skip(
    begun: DigestSending, why: str, deps: SendDigestDeps, known: DigestSending | None = None
) -> DigestSending | None:
    """Note that a recipient does not get a digest, and why."""
    skipped = begun.ended(SendingState.SKIPPED, deps.clock(), why)
    if not deps.sendings.put(skipped, known):
        return None
    deps.digests.note_skipped(begun.digest, begun.period, why)
    return skipped


def _send(claimed: DigestSending, mime: bytes, address: str, deps: SendDigestDeps) -> DigestSending:
    try:
        deps.mailer.send(mime, deps.sender, address)
    except RejectedError as exc:
        return _fail(claimed, claimed, f"the mail is refused ({exc})", deps)
    except NotSentError as exc:
        return _wait(claimed, claimed.not_yet(deps.clock(), str(exc)), deps)
    except UnknownOutcomeError as exc:
        return _keep(claimed, claimed.unclear(str(exc)), deps)
    now = deps.clock()
    sent = _keep(claimed, claimed.ended(SendingState.SENT, now), deps)
    deps.digests.note_sent(claimed.digest, now)
    return sent


def _fail(begun: DigestSending, known: DigestSending | None, why: str, deps: SendDigestDeps) -> DigestSending:
    """Note that a digest cannot be sent, and why."""
    failed = begun.ended(SendingState.FAILED, deps.clock(), why)
    deps.sendings.put(failed, known)
    deps.digests.note_skipped(begun.digest, begun.period, why)
    return failed


def _wait(claimed: DigestSending, waiting: DigestSending, deps: SendDigestDeps) -> DigestSending:
    """Note that a mail is certain not to have gone out, and have it tried again later, unless that took too long."""
    _keep(claimed, waiting, deps)
    if waiting.state is SendingState.FAILED:
        deps.digests.note_skipped(waiting.digest, waiting.period, waiting.why or "")
    else:
        task = {"digest": waiting.digest, "recipient": waiting.recipient, "period": waiting.period.name}
        deps.queue.send([(task, PAUSE)])
    return waiting


def _hand_over(
    begun: DigestSending, known: DigestSending | None, addressee: Addressee, deps: SendDigestDeps
) -> DigestSending | None:
    """Queue the delivery to Slack, which has the same id each time, and note it."""
    made = _queue_delivery(begun.digest, addressee.recipient.to, begun.period, deps)
    now = deps.clock()
    queued = replace(begun.ended(SendingState.QUEUED, now), delivery=made)
    if not deps.sendings.put(queued, known):
        return None
    deps.digests.note_sent(begun.digest, now)
    return queued


def _queue_delivery(digest: str, destination: str, period: Period, deps: SendDigestDeps, test: str = "") -> str:
    """Queue a delivery of a digest to Slack, which is the same each time, and return its id."""
    subject = f"{digest}/{period.name}{test and f'/{test}'}"
    made = Delivery(
        id=delivery_id(subject, destination),
        destination=destination,
        alert="",
        rule="",
        survey="",
        subject=subject,
        type=DIGEST,
        alerted_at=(period.end - EPOCH.date()).days * DAY,
    )
    deps.queue.send([(first_task(made), 0)])
    return made.id


def _keep(old: DigestSending, new: DigestSending, deps: SendDigestDeps) -> DigestSending:
    # If it was changed meanwhile, somebody asked for it again: that attempt notes its own outcome.
    deps.sendings.put(new, old)
    return new
