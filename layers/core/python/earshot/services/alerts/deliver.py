"""Deliver an alert to a destination: one attempt at a time, noted before and after, until it is delivered or parked.

A message that comes twice finds the delivery as it is. If the outcome of an attempt is lost, the next attempt asks the
receiver, or relies on the key that both have.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from earshot.domain.alerts import delivery_id
from earshot.domain.circuit_breaker import Breaker
from earshot.domain.deliveries import (
    DAY,
    ERASED,
    HOUR,
    LEASE,
    PATIENCE,
    QUARTER,
    Attempt,
    Delivery,
    DeliveryKey,
    DeliveryState,
)
from earshot.domain.delivery_outcome import (
    Delivered,
    DestinationBroken,
    Outcome,
    Rejected,
    Throttled,
)
from earshot.domain.destinations import CONTACT, Destination, DestinationState, Guarantee
from earshot.domain.errors import BusyError
from earshot.domain.message_types import (
    DELETION,
    FOR_PEOPLE,
    NOT_KEPT,
    ONLY_IF_NAMED,
    PARKED,
    SUMMARIZED,
    TEST,
    is_about_a_response,
)
from earshot.domain.response import Key, Response
from earshot.ports.alerts import AlertLimits, Limited
from earshot.ports.destinations import (
    CredentialStore,
    Deliveries,
    Destinations,
    Message,
    NotYet,
    Sender,
    Standing,
    Target,
)
from earshot.ports.messaging import DeliveryQueue
from earshot.services.alerts.follow_deliveries import release, task_of

DISABLED, DELETED = "destination_disabled", "destination_deleted"
NO_LONGER_ASKED = "the destination no longer has what it needs to delete its messages"
GONE = "the response is gone, or is no longer what the alert was about"
NO_LONGER_WANTED = "its case or its digest no longer wants it"
NOT_YET = "it waits for the hours of the case"
UNFIT = "it cannot be written for this destination: check its settings and credentials, then redrive it"
# How often a change of the breaker is tried again if others change it at the same moment.
ATTEMPTS = 5
# How long a broken destination's deliveries wait before one is looked at again (milliseconds); a new credential, or a
# test that is delivered, releases them at once.
BROKEN_PAUSE = HOUR


@dataclass(frozen=True, slots=True)
class DeliverDeps:
    """What the delivery engine works with.

    `built_in` returns the destinations of the deployment, `message` what is sent of an alert as its response is now,
    None if there is nothing to send any more, or when to look again; it is given the response if that was read before.
    `find` reads a response.
    """

    deliveries: Deliveries
    destinations: Destinations
    built_in: Callable[[str], Destination | None]
    message: Callable[[Delivery, Destination, Response | None], Message | NotYet | None]
    find: Callable[[str, str], Response | None]
    sender: Callable[[str], Sender]
    credentials: CredentialStore
    limits: AlertLimits
    queue: DeliveryQueue
    clock: Callable[[], int]
    draw: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a task, in a word, and the delivery as it is now, if there is one."""

    outcome: str
    delivery: Delivery | None = None


def deliver(task: Mapping[str, Any], deps: DeliverDeps) -> Done:
    """Make the next attempt of a delivery, if it is time. Raises BusyError if the table or a queue is away."""
    key = DeliveryKey(task["destination"], task["alerted_at"], task["delivery"])
    standing = deps.deliveries.standing(key, _response_of(task))
    destination = deps.built_in(task["destination"]) or standing.destination
    known, now = standing.delivery, deps.clock()
    delivery = new_delivery(task) if known is None else known.asked_for_again()
    return (
        _untimely(delivery, now, deps)
        or _refused(delivery, known, destination, standing.breaker, deps)
        or (destination and _over_the_limit(task, delivery, known, destination, deps))
        or (destination and _attempt(delivery, standing, destination, deps))
        or Done("not asked for")
    )


def _response_of(task: Mapping[str, Any]) -> Key | None:
    """Return the key of the response that a delivery is about, if the message says; that of a next attempt does not."""
    is_known = task.get("subject") and is_about_a_response(task["type"])
    return (task["survey"], task["subject"]) if is_known else None


def first_task(made: Delivery) -> dict[str, Any]:
    """Write the message that asks for a delivery first, with all that it is made of."""
    return {
        **task_of(made.key),
        "alert": made.alert,
        "rule": made.rule,
        "survey": made.survey,
        "subject": made.subject,
        "type": made.type,
        "revision": made.revision,
        "reason": made.reason,
        "correlation": made.correlation,
        **({} if made.case is None else {"case": made.case}),
    }


def new_delivery(task: Mapping[str, Any]) -> Delivery:
    """Read the delivery that a message asks for first; KeyError if it is none."""
    return Delivery(
        id=task["delivery"],
        destination=task["destination"],
        alert=task["alert"],
        rule=task["rule"],
        survey=task["survey"],
        subject=task["subject"],
        type=task["type"],
        alerted_at=task["alerted_at"],
        revision=task.get("revision", 0),
        reason=task.get("reason"),
        correlation=task.get("correlation", ""),
        case=task.get("case"),
    )


def _untimely(delivery: Delivery, now: int, deps: DeliverDeps) -> Done | None:
    """Return that a delivery is over, or that its next attempt comes later."""
    if delivery.state.is_final:
        return Done("repeated", delivery)
    wait = _time_left(delivery, now)
    if wait > 0 and not delivery.is_far_off:
        deps.queue.send([(task_of(delivery.key), _seconds(wait))])
    return Done("early", delivery) if wait > 0 else None


def _refused(
    delivery: Delivery, known: Delivery | None, destination: Destination | None, breaker: Breaker, deps: DeliverDeps
) -> Done | None:
    """Return what becomes of a delivery whose destination takes nothing: parked, left out, or held."""
    if destination is None:
        return _keep(delivery.parked(DELETED), known, deps)
    if destination.state is DestinationState.DISABLED:
        return _keep(delivery.parked(DISABLED), known, deps)
    if not _wants(destination, delivery):
        return Done("not asked for")
    if delivery.is_deletion and not destination.erases_by:
        return _keep(delivery.parked(NO_LONGER_ASKED), known, deps)
    # A test shows whether it is repaired.
    if destination.state is DestinationState.BROKEN and delivery.type != TEST:
        return _hold_at_broken(delivery, known, breaker, destination.reason or "it refused its credentials", deps)
    return None


def _hold_at_broken(
    delivery: Delivery, known: Delivery | None, breaker: Breaker, reason: str, deps: DeliverDeps
) -> Done:
    """Hold a delivery until its destination is repaired, or park it after 75 hours, and then look at the next one.

    The planner has one looked at each hour: for the contact, and as nobody may repair it.
    """
    now = deps.clock()
    if delivery.begun_at is not None and now - delivery.begun_at >= PATIENCE:
        done = _keep(
            delivery.parked(f"given up after {(now - delivery.begun_at) // HOUR} hours: {reason}"), known, deps
        )
        others = [key for key in deps.deliveries.waiting(delivery.destination, 2) if key != delivery.key]
        deps.queue.send([(task_of(key), 0) for key in others[:1]])
        return done
    if breaker.until is None or breaker.until <= now:
        # If it changed since it was read, it was repaired, or another run does the same.
        deps.deliveries.put_breaker(breaker.left_until(now + BROKEN_PAUSE))
    held = delivery.held(now, now + BROKEN_PAUSE, reason)
    _notify_the_contact(held, deps)
    return _keep(held, known, deps)


def _attempt(delivery: Delivery, standing: Standing, destination: Destination, deps: DeliverDeps) -> Done:
    """Make an attempt, unless the destination is left alone or somebody else makes one."""
    known, breaker, now = standing.delivery, standing.breaker, deps.clock()
    if not breaker.may_try(now) and destination.state is not DestinationState.BROKEN:
        return _hold(delivery, known, breaker, now, deps)
    if delivery.is_deletion:
        return _begin(delivery, None, standing, destination, deps)
    message = deps.message(delivery, destination, standing.response)
    if message is None:
        reason = NO_LONGER_WANTED if delivery.type in NOT_KEPT else GONE
        return _keep(delivery.withdrawn(reason), known, deps)
    if isinstance(message, NotYet):
        return _keep(delivery.postponed(message.until, NOT_YET), known, deps)
    return _begin(delivery, message, standing, destination, deps)


def _begin(
    delivery: Delivery, message: Message | None, standing: Standing, destination: Destination, deps: DeliverDeps
) -> Done:
    """Claim a delivery and make its attempt; without a message it is a deletion."""
    known, breaker, now = standing.delivery, standing.breaker, deps.clock()
    if breaker.until is not None:
        breaker = breaker.tried(now)
        if not deps.deliveries.put_breaker(breaker):
            return _hold(delivery, known, breaker, now, deps)
    target = _target(destination, deps)
    sender = deps.sender(destination.kind)
    try:
        body = None if message is None else sender.render(message, target)
    except ValueError as exc:
        return _keep(delivery.parked(f"{UNFIT} ({type(exc).__name__})"), known, deps)
    erased_by = destination.erases_by if is_about_a_response(delivery.type) else ""
    started = delivery.started(now, None if delivery.type in NOT_KEPT else body, erased_by)
    if started.uncertain_since is not None and destination.guarantee is Guarantee.NEITHER:
        started = replace(started, maybe_doubled=True)
    if not deps.deliveries.put(started, known):
        deps.queue.send([(task_of(delivery.key), _seconds(LEASE))])
        return Done("taken")
    if known is None and _is_erased(started, deps):
        # Nothing was sent: it ends as it was before the attempt.
        return _keep(replace(delivery, version=started.version).withdrawn(ERASED).anonymized(), started, deps)
    outcome, started = _outcome(sender, delivery, started, body, target, deps)
    if isinstance(outcome, DestinationBroken) and outcome.cause == "auth" and destination.has_credentials:
        # They may have been changed a moment ago.
        started = started.written_as(outcome.written)
        outcome, started = _outcome(sender, delivery, started, body, _target(destination, deps, again=True), deps)
    return _note(outcome, started, destination, breaker, deps)


def _is_erased(started: Delivery, deps: DeliverDeps) -> bool:
    """Return whether the response of a first attempt was erased since it was read for its message.

    An erasure that comes later finds this attempt, which is noted by now; one that is over could not.
    """
    if not is_about_a_response(started.type):
        return False
    response = deps.find(started.survey, started.subject)
    return response is None or response.kind.is_anonymized


def _outcome(
    sender: Sender, before: Delivery, started: Delivery, body: str | None, target: Target, deps: DeliverDeps
) -> tuple[Outcome, Delivery]:
    """Return the outcome of an attempt; what cannot be sent as it is stops no message, and is parked.

    The text of the error is left out: it may quote a credential.
    """
    try:
        return _ask(sender, before, started, body, target, deps)
    except ValueError as exc:
        return Rejected(f"{UNFIT} ({type(exc).__name__})", None), started


def _ask(
    sender: Sender, before: Delivery, started: Delivery, body: str | None, target: Target, deps: DeliverDeps
) -> tuple[Outcome, Delivery]:
    """Send, or first ask the receiver where an earlier attempt may have been written; or delete what one wrote.

    Return the outcome, and the delivery with what is known of the earlier attempts.
    """
    if started.is_deletion:
        return sender.erase(started, target, deps.clock()), started
    if started.uncertain_since is not None and target.destination.guarantee is Guarantee.PROBE:
        # As it was sent, perhaps before its destination was changed.
        sent = replace(started, body=before.body)
        found = sender.probe(sent, target, deps.clock())
        if found is not None:
            return found, sent
        started = started.certain()
    return sender.send(started, body or "", target, deps.clock()), started


def _note(outcome: Outcome, started: Delivery, destination: Destination, breaker: Breaker, deps: DeliverDeps) -> Done:
    """Note the outcome of an attempt, and what follows for its destination."""
    now = deps.clock()
    if isinstance(outcome, Delivered):
        ended = started.delivered(now, outcome.vendor_id, outcome.status)
        done = _keep(started.deleted(now, outcome.status) if started.is_deletion else ended, started, deps)
        if destination.state is DestinationState.BROKEN:
            deps.destinations.put(destination.repaired(), destination)
            if breaker.until is None:
                # Then no reply closes it: the planner releases what waits.
                deps.deliveries.put_breaker(breaker.releasing())
        _after_reply(destination.id, breaker, deps)
        return done
    attempt, started = Attempt(now, outcome.name, outcome.status), started.written_as(outcome.written)
    if isinstance(outcome, Rejected):
        done = _keep(started.parked(outcome.reason, attempt), started, deps)
        _after_reply(destination.id, breaker, deps)
        return done
    if isinstance(outcome, DestinationBroken) and deps.built_in(destination.id) is None:
        return _stop(outcome, attempt, started, destination, breaker, deps)
    if isinstance(outcome, Throttled):
        throttled = breaker.throttled(outcome.until_ms, now, deps.draw)
        deps.deliveries.put_breaker(throttled)
        return _again(started.throttled(attempt, throttled.until or now, now), started, now, deps)
    failed = _count_failure(breaker, now, deps)
    return _again(started.failed(attempt, outcome.reason, deps.draw, failed.until), started, now, deps)


def _stop(
    outcome: DestinationBroken,
    attempt: Attempt,
    started: Delivery,
    destination: Destination,
    breaker: Breaker,
    deps: DeliverDeps,
) -> Done:
    """Disable a destination that is gone, and what waits is parked; or note that it is broken, and what waits waits."""
    is_gone = outcome.cause == "gone"
    state = DestinationState.DISABLED if is_gone else DestinationState.BROKEN
    is_stopped = deps.destinations.put(destination.stopped(state, outcome.reason), destination)
    # A test of a broken one is over: its answer is known.
    if is_gone or destination.state is DestinationState.BROKEN:
        done = _keep(started.parked(outcome.reason, attempt), started, deps)
        if is_gone:
            _after_reply(destination.id, breaker, deps)
        return done
    for _ in range(ATTEMPTS if is_stopped else 0):
        left = deps.deliveries.breaker(destination.id).left_until(attempt.at + BROKEN_PAUSE)
        if deps.deliveries.put_breaker(left):
            break
    held = started.held(attempt.at, attempt.at + BROKEN_PAUSE, outcome.reason, attempt)
    _notify_the_contact(held, deps)
    return _keep(held, started, deps)


def _count_failure(breaker: Breaker, now: int, deps: DeliverDeps) -> Breaker:
    """Note a failure; return the breaker as it is then.

    Attempts fail at once, and each of them counts: else a destination that hangs would hold all of the function's
    concurrency five times. Those that outlast the opening of the breaker do not make its pause longer.
    """
    for _ in range(ATTEMPTS):
        failed = breaker.after_failure(now)
        if deps.deliveries.put_breaker(failed):
            return failed
        breaker = deps.deliveries.breaker(breaker.destination)
        if not breaker.may_try(now):
            return breaker
    return breaker


def _after_reply(destination: str, breaker: Breaker, deps: DeliverDeps) -> None:
    """Close the breaker after a reply, and release what waited for it."""
    closed = breaker.after_success()
    if closed is not breaker and deps.deliveries.put_breaker(closed) and breaker.until is not None:
        release(destination, deps.deliveries, deps.queue)


def _again(waiting: Delivery, started: Delivery, now: int, deps: DeliverDeps) -> Done:
    """Note that a delivery waits, and queue its next attempt, unless it is so far off that the index keeps it."""
    done = _keep(waiting, started, deps)
    if waiting.next_attempt_at is not None and not waiting.is_far_off and not waiting.waits_for_breaker:
        deps.queue.send([(task_of(waiting.key), _seconds(waiting.next_attempt_at - now))])
    return done


def _hold(delivery: Delivery, known: Delivery | None, breaker: Breaker, now: int, deps: DeliverDeps) -> Done:
    """Leave a delivery to its destination's breaker.

    It may have closed since it was read: then nobody would release what was not there yet.
    """
    if known is not None and known.waits_for_breaker:
        done = Done("held", known)
    else:
        until = max(breaker.until or now, breaker.probe_until or now)
        done = _keep(delivery.held(now, until, "the destination does not reply"), known, deps)
    if deps.deliveries.breaker(delivery.destination).until is None:
        deps.queue.send([(task_of(delivery.key), 0)])
    return done


def _keep(delivery: Delivery, known: Delivery | None, deps: DeliverDeps) -> Done:
    """Write a delivery as it is now; BusyError if somebody else wrote it: the message then comes again.

    The destination's contact hears once a day of what is parked, or held as it is broken.
    """
    if delivery.state is DeliveryState.PARKED:
        _notify_the_contact(delivery, deps)
    if not deps.deliveries.put(delivery, known):
        raise BusyError("somebody else writes this delivery; the message will be retried")
    return Done(delivery.state.value, delivery)


def _notify_the_contact(stopped: Delivery, deps: DeliverDeps) -> None:
    sick = deps.destinations.get(stopped.destination)
    if sick is not None and sick.contact is not None:
        _queue_once(_notice(stopped, deps.clock() // DAY * DAY), 0, deps)


def _queue_once(made: Delivery, wait: int, deps: DeliverDeps) -> None:
    """Queue a delivery that many may make at once, after so many milliseconds.

    It is noted after it was queued: a run that dies in between queues it again, which is harmless.
    """
    if deps.deliveries.find(made.key) is None:
        deps.queue.send([(first_task(made), _seconds(max(0, wait)))])
        deps.deliveries.put(made, None)


def _notice(parked: Delivery, day: int) -> Delivery:
    """Return the mail to the contact of a destination that deliveries to it are parked, one a day."""
    return Delivery(
        id=delivery_id(f"parked/{parked.destination}/{day}", CONTACT),
        destination=CONTACT,
        alert="",
        rule="",
        survey="",
        subject=parked.destination,
        type=PARKED,
        alerted_at=day,
        reason=parked.reason,
        version=1,
    )


def _over_the_limit(
    task: Mapping[str, Any], delivery: Delivery, known: Delivery | None, destination: Destination, deps: DeliverDeps
) -> Done | None:
    """Return what became of an alert to people above the rule's limit of an hour: a summary comes in its place."""
    most = task.get("most_per_hour")
    if known is not None or most is None or not destination.rules.is_for_people:
        return None
    of = Limited(delivery.survey, delivery.rule, delivery.destination, delivery.alerted_at // HOUR)
    if deps.limits.take(of, delivery.id) <= most:
        return None
    summary = _summary(delivery)
    _queue_once(summary, summary.alerted_at + QUARTER - deps.clock(), deps)
    muted = replace(delivery, state=DeliveryState.MUTED, reason="above the rule's limit of an hour", version=1)
    return _keep(muted, None, deps)


def _summary(delivery: Delivery) -> Delivery:
    """Return the summary of a rule's alerts above the limit, one each quarter of an hour and destination.

    Nothing in it leads to one of the responses, as no erasure finds a summary.
    """
    quarter = delivery.alerted_at // QUARTER * QUARTER
    subject = f"{delivery.survey}/{delivery.rule}/{quarter}"
    return replace(
        delivery,
        id=delivery_id(subject, delivery.destination, SUMMARIZED),
        subject=subject,
        alert="",
        type=SUMMARIZED,
        alerted_at=quarter,
        revision=0,
        correlation="",
        case=None,
        version=1,
    )


def _wants(destination: Destination, delivery: Delivery) -> bool:
    """Return whether a destination asks for a type: for those it names, or for all but updates and cases.

    A test and a deletion are for all; what is written for people alone has no contract, and no system gets it.
    """
    if delivery.type in (TEST, DELETION):
        return True
    if delivery.type in FOR_PEOPLE:
        return destination.rules.is_for_people
    types = destination.settings.get("types")
    if types is not None:
        return delivery.type in types
    return delivery.type not in ONLY_IF_NAMED


def _target(destination: Destination, deps: DeliverDeps, *, again: bool = False) -> Target:
    if not destination.has_credentials:
        return Target(destination)
    return Target(destination, deps.credentials.read(destination.id, destination.revision, again=again))


def _time_left(delivery: Delivery, now: int) -> int:
    """Return for how long a delivery is to be left alone yet (milliseconds); what waits for a breaker may be tried."""
    if delivery.is_leased(now):
        return (delivery.lease_until or now) - now
    if delivery.state is DeliveryState.WAITING and not delivery.waits_for_breaker:
        return (delivery.next_attempt_at or now) - now
    return 0


def _seconds(milliseconds: int) -> int:
    return -(-milliseconds // 1000)
