"""Plan a digest that is due: queue a sending for each recipient who is due, and note when it is due next.

Crashes do no harm: what was queued twice is claimed once, and what was not queued is found by the next run, as it looks
for periods that nobody claimed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from earshot.domain.digest_sendings import DigestSending
from earshot.domain.digests import Digest, Every, Period, Recipient
from earshot.domain.iso_time import moment_of
from earshot.domain.survey import Survey
from earshot.ports.digests import Digests, DigestSendings
from earshot.ports.messaging import DeliveryQueue
from earshot.ports.surveys import Surveys
from earshot.services.digests.find_addressee import AddressBook

# How many days before a digest was due the newest period of a recipient ended, at most: a period, and two days more, as
# it is not the same day everywhere, and as a recipient may have moved to another zone.
LOOKED_BACK = {Every.WORKDAY: timedelta(8), Every.WEEK: timedelta(12), Every.MONTH: timedelta(36)}


@dataclass(frozen=True, slots=True)
class PlanDigestDeps:
    """What planning works with; `now` is in Unix milliseconds."""

    digests: Digests
    sendings: DigestSendings
    surveys: Surveys
    addresses: AddressBook
    queue: DeliveryQueue
    hash_key: Callable[[], bytes]
    now: int


def plan_digest(digest_id: str, deps: PlanDigestDeps) -> int:
    """Queue the sendings of a digest that are due, and return how many; none if it is not due, or gone.

    Raises BusyError if the table or the queue is away.
    """
    digest = deps.digests.get(digest_id)
    if digest is None or digest.next_at is None or digest.next_at > deps.now:
        return 0
    survey, recipients = deps.surveys.get(digest.survey), digest.recipients(deps.hash_key)
    zones = zones_of(digest, recipients, survey, deps.addresses)
    known = _last_days(deps.sendings.since(digest.id, _looked_back_to(digest)))
    tasks = []
    for recipient, zone in zip(recipients, zones, strict=True):
        last = known.get(recipient.key)
        if due := digest.schedule.pending(zone, deps.now, since=digest.since, known=last):
            tasks.append(task_of(digest, recipient, due))
    deps.queue.send([(task, 0) for task in tasks])
    deps.digests.plan(digest, next_due(digest, zones, deps.now))
    return len(tasks)


def zones_of(
    digest: Digest, recipients: Iterable[Recipient], survey: Survey | None, addresses: AddressBook
) -> list[ZoneInfo]:
    """Return the zone of each recipient."""
    return [ZoneInfo(addresses.find(digest, recipient, survey).timezone) for recipient in recipients]


def next_due(digest: Digest, zones: Iterable[ZoneInfo], now: int) -> int:
    """Return when a digest is due next, after now, for the first of its recipients (Unix milliseconds)."""
    return min(digest.schedule.next_due(zone, now) for zone in set(zones))


def task_of(digest: Digest, recipient: Recipient, due: list[Period]) -> dict[str, Any]:
    """Write the message that asks for the sending of the newest period that is due; the others are too late by then."""
    *late, period = due
    task: dict[str, Any] = {"digest": digest.id, "recipient": recipient.key, "period": period.name}
    return task | {"late": [each.name for each in late]} if late else task


def _looked_back_to(digest: Digest) -> date:
    """Return the last day of the oldest period that may be somebody's newest one."""
    return moment_of(digest.next_at or 0).date() - LOOKED_BACK[digest.schedule.every]


def _last_days(sendings: Iterable[DigestSending]) -> Mapping[str, date]:
    """Return the last day of the newest period of each recipient."""
    found: dict[str, date] = defaultdict(lambda: date.min)
    for each in sendings:
        found[each.recipient] = max(found[each.recipient], each.period.last)
    return dict(found)
