"""Deliveries: one sending of an alert to a destination, with its attempts, until it is delivered or parked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256
from typing import NamedTuple

from earshot.domain.message_types import DELETION

SECOND, MINUTE, HOUR = 1_000, 60_000, 3_600_000
QUARTER, DAY = 15 * MINUTE, 24 * HOUR
# How long after each failed attempt the next one comes, at most (milliseconds); a random part of it is waited.
STEPS = (
    *(5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
# A delivery that was tried for so long is parked (milliseconds).
PATIENCE = 75 * HOUR + 36 * MINUTE
# A queue keeps a message back for so long at most; a longer wait is in the index of what is due (milliseconds).
LONGEST_DELAY = 15 * MINUTE
# While an attempt runs nobody else makes one (milliseconds): longer than the function's timeout.
LEASE = 60_000
# What an attempt of unknown outcome may have written is there, and found, after so long (milliseconds).
SETTLING = 5 * MINUTE
# Of the attempts the newest are kept.
MOST_ATTEMPTS = 20
# How long a delivery is kept once it is over (days).
KEPT_DAYS = 90
ERASED = "the response was erased"


class DeliveryState(Enum):
    """The state of a delivery, in the word of the API."""

    PENDING = "pending"
    TRYING = "trying"
    WAITING = "waiting"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    MUTED = "muted"
    PARKED = "parked"

    @property
    def is_final(self) -> bool:
        """Return whether nothing more is done about it, unless somebody asks."""
        return self in (DeliveryState.DELIVERED, DeliveryState.WITHDRAWN, DeliveryState.MUTED, DeliveryState.PARKED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: when (Unix milliseconds), its outcome in a word, and the HTTP status, if there was one."""

    at: int
    outcome: str
    status: int | None = None


class DeliveryKey(NamedTuple):
    """What a delivery is found by: its destination, when its alert was raised (Unix milliseconds), and its id."""

    destination: str
    alerted_at: int
    id: str


@dataclass(frozen=True, slots=True)
class Reached:
    """A destination that has something of an erased response, or may, and what deletes it; None if nothing can."""

    destination: str
    deletion: DeliveryKey | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as kept; times are Unix milliseconds.

    `subject` is the response (empty once it is erased), or the event about the score, `type` the dotted type of what is
    sent. `alerted_at` is when the alert was raised, and part of the key. `begun_at` is when the first attempt was due,
    `lease_until` when the present one must be over, `number` counts them, `next_attempt_at` is when it goes on, and
    `waits_for_breaker` that it goes on once the destination replies again. It `is_far_off` if no queue keeps a message
    so long. `body` is what was sent last, as long as it may be sent again. `maybe_doubled` says that an attempt with an
    unknown outcome was repeated at a receiver that cannot tell repeats. `uncertain_since` is when the first attempt
    began of those that may have been written: until the receiver says that it has nothing, or it is delivered; of a
    deletion, since when to look for what was written. `case` is the case that the alert opened or joined.
    `erased_by` says by which id the destination finds what it wrote, to delete it; empty if it deletes nothing. Each
    write counts `version` on, and rests on the one it read.
    """

    id: str
    destination: str
    alert: str
    rule: str
    survey: str
    subject: str
    type: str
    alerted_at: int
    revision: int = 0
    state: DeliveryState = DeliveryState.PENDING
    reason: str | None = None
    attempts: tuple[Attempt, ...] = ()
    number: int = 0
    begun_at: int | None = None
    lease_until: int | None = None
    next_attempt_at: int | None = None
    waits_for_breaker: bool = False
    is_far_off: bool = False
    body: str | None = None
    body_hash: str | None = None
    vendor_id: str | None = None
    maybe_doubled: bool = False
    uncertain_since: int | None = None
    delivered_at: int | None = None
    correlation: str = ""
    case: str | None = None
    erased_by: str = ""
    version: int = 0

    @property
    def key(self) -> DeliveryKey:
        """Return what it is found by."""
        return DeliveryKey(self.destination, self.alerted_at, self.id)

    @property
    def is_deletion(self) -> bool:
        """Return whether it deletes what another delivery wrote; its `subject` is then what that is found by."""
        return self.type == DELETION

    @property
    def is_uncertain(self) -> bool:
        """Return whether an attempt may have been written: its outcome is unknown, or it never ended."""
        return self.state is DeliveryState.TRYING or self.uncertain_since is not None

    @property
    def may_be_there(self) -> bool:
        """Return whether the destination has it or a part, or may: it was delivered once, or an outcome is unknown."""
        return (
            self.delivered_at is not None
            or self.vendor_id is not None
            or self.is_uncertain
            or any(each.outcome == "ambiguous" for each in self.attempts)
        )

    def settled_at(self, now: int) -> int:
        """Return when nothing of its attempts can still arrive: now, or a while after one of unknown outcome.

        One that was delivered since is known: the repeat found what the attempt had written, or had the same key.
        """
        since = self.delivered_at or 0
        unknown = [each.at for each in self.attempts if each.outcome == "ambiguous" and each.at > since]
        return max([now, *(at + LEASE + SETTLING for at in unknown)])

    @property
    def is_anonymized(self) -> bool:
        """Return whether nothing in it leads to a response."""
        return self.state.is_final and not self.subject and self.body is None

    @property
    def is_kept(self) -> bool:
        """Return whether it is not deleted after a while: it is not over, or its response's erasure needs it."""
        leads_to_what_is_there = bool(self.erased_by) and self.may_be_there and not self.is_anonymized
        return leads_to_what_is_there or not self.state.is_final

    @property
    def is_in_the_index(self) -> bool:
        """Return whether its next attempt is so far off that no queue keeps it: the planner finds it once it is due."""
        return self.state is DeliveryState.WAITING and not self.waits_for_breaker and self.is_far_off

    def is_leased(self, now: int) -> bool:
        """Return whether an attempt is running."""
        return self.state is DeliveryState.TRYING and self.lease_until is not None and now < self.lease_until

    def started(self, now: int, body: str | None, erased_by: str = "") -> "Delivery":
        """Return it as an attempt begins, with the body that it sends; one before that never ended may be written."""
        attempts, uncertain_since = self._noted(self._interrupted)
        return self._next(
            attempts=attempts,
            uncertain_since=uncertain_since,
            state=DeliveryState.TRYING,
            number=self.number + 1,
            begun_at=self.begun_at or now,
            lease_until=now + LEASE,
            next_attempt_at=None,
            waits_for_breaker=False,
            is_far_off=False,
            body=body,
            body_hash=None if body is None else sha256(body.encode()).hexdigest(),
            erased_by=erased_by or self.erased_by,
        )

    def delivered(self, now: int, vendor_id: str | None, status: int | None) -> "Delivery":
        """Return it delivered, under one more id of the vendor; the body is no longer needed."""
        ended = self._ended(Attempt(now, "delivered", status), DeliveryState.DELIVERED, None)
        return replace(ended, delivered_at=now, body=None).written_as(vendor_id).certain()

    def certain(self) -> "Delivery":
        """Return it after the receiver said what it has of the attempts so far."""
        return replace(self, uncertain_since=None)

    def deleted(self, now: int, status: int | None) -> "Delivery":
        """Return a deletion that was carried out: nothing in it leads to what is gone."""
        return replace(self.delivered(now, None, status), subject="", vendor_id=None)

    def failed(self, attempt: Attempt, reason: str, draw: Callable[[], float], until: int | None) -> "Delivery":
        """Return it after an attempt that may be repeated: waiting for the next step, or parked after 75 hours.

        While its destination is left alone `until` a moment, it waits for that one. Else a random part of the step is
        waited, so that competitors part; `draw` returns random numbers in [0, 1).
        """
        now = attempt.at
        if self._is_hopeless(now):
            return self._given_up(attempt, reason)
        if until is not None:
            return self.held(now, until, reason, attempt)
        step = STEPS[min(self.number, len(STEPS)) - 1]
        return self._ended(attempt, DeliveryState.WAITING, reason).waiting_until(now + int(draw() * step), now)

    def throttled(self, attempt: Attempt, until: int, now: int) -> "Delivery":
        """Return it after the destination asked for patience, which counts as no failure; parked after 75 hours."""
        if self._is_hopeless(now):
            return self._given_up(attempt, "the destination asked to wait")
        waiting = self._ended(attempt, DeliveryState.WAITING, "the destination asked to wait")
        return replace(waiting, number=max(0, self.number - 1)).waiting_until(until, now)

    def held(self, now: int, until: int, reason: str, attempt: Attempt | None = None) -> "Delivery":
        """Return it waiting for its destination to reply again, or to be repaired; no attempt counts against it.

        That may last, and the next attempt makes its body of what is known then: this one goes.
        """
        held = self._ended(attempt, DeliveryState.WAITING, reason)
        begun_at, number = self.begun_at or now, self.number if attempt is None else self.number - 1
        waiting = replace(held, begun_at=begun_at, number=number, next_attempt_at=until, waits_for_breaker=True)
        return replace(waiting, body=None)

    def parked(self, reason: str, attempt: Attempt | None = None) -> "Delivery":
        """Return it parked: nothing is tried any more until somebody asks, and then with a body made afresh."""
        return replace(self._ended(attempt, DeliveryState.PARKED, reason), body=None)

    def withdrawn(self, reason: str) -> "Delivery":
        """Return it withdrawn: what it was about is erased, or no longer what the alert was about."""
        return replace(self._ended(None, DeliveryState.WITHDRAWN, reason), body=None)

    def anonymized(self) -> "Delivery":
        """Return it without what leads to its response, which is erased: withdrawn, unless it was delivered or muted.

        A guess at the words could be tested with the hash of the body, and the correlation leads to the response's. The
        outcome of an attempt that runs right now will not be noted any more, so it is unknown.
        """
        is_over = self.state in (DeliveryState.DELIVERED, DeliveryState.MUTED)
        left = self._next() if is_over else self._ended(None, DeliveryState.WITHDRAWN, ERASED)
        return replace(left, subject="", case=None, body=None, body_hash=None, correlation="")

    def released(self) -> "Delivery":
        """Return it to be tried at once, as new: after the destination replied again, or as somebody asked."""
        return self._next(
            state=DeliveryState.PENDING,
            reason=None,
            number=0,
            begun_at=None,
            lease_until=None,
            next_attempt_at=None,
            waits_for_breaker=False,
            is_far_off=False,
        )

    def asked_for_again(self) -> "Delivery":
        """Return it as a further message asks for it: withdrawn undelivered, it goes again unless it was erased."""
        is_withdrawn = self.state is DeliveryState.WITHDRAWN and self.delivered_at is None
        return self.released() if is_withdrawn and self.subject else self

    def written_as(self, vendor_id: str | None) -> "Delivery":
        """Return it with an id more under which the destination has something of it."""
        return replace(self, vendor_id=joined_ids(self.vendor_id, vendor_id) or None)

    def _is_hopeless(self, now: int) -> bool:
        return now - (self.begun_at or now) >= PATIENCE

    def _given_up(self, attempt: Attempt, reason: str) -> "Delivery":
        hours = (attempt.at - (self.begun_at or attempt.at)) // HOUR
        return self.parked(f"given up after {hours} hours: {reason}", attempt)

    def _ended(self, attempt: Attempt | None, state: DeliveryState, reason: str | None) -> "Delivery":
        attempts, uncertain_since = self._noted(attempt or self._interrupted)
        return self._next(
            attempts=attempts,
            uncertain_since=uncertain_since,
            state=state,
            reason=reason,
            lease_until=None,
            next_attempt_at=None,
            waits_for_breaker=False,
            is_far_off=False,
        )

    @property
    def _interrupted(self) -> Attempt | None:
        """Return the attempt that runs, or that never ended: nobody will tell its outcome."""
        if self.state is not DeliveryState.TRYING or self.lease_until is None:
            return None
        return Attempt(self.lease_until - LEASE, "ambiguous")

    def _noted(self, attempt: Attempt | None) -> tuple[tuple[Attempt, ...], int | None]:
        """Return the attempts with one more, and since when one of them may have been written."""
        attempts = self.attempts if attempt is None else (*self.attempts, attempt)[-MOST_ATTEMPTS:]
        # A deletion writes nothing.
        if attempt is None or attempt.outcome != "ambiguous" or self.is_deletion or self.uncertain_since is not None:
            return attempts, self.uncertain_since
        return attempts, attempt.at if self.lease_until is None else self.lease_until - LEASE

    def waiting_until(self, moment: int, now: int) -> "Delivery":
        """Return it with the moment of its next attempt."""
        return replace(self, next_attempt_at=moment, is_far_off=moment - now > LONGEST_DELAY)

    def put_off_until(self, moment: int) -> "Delivery":
        """Return it waiting in the index, where the planner finds it once it is due."""
        return replace(self, state=DeliveryState.WAITING, next_attempt_at=moment, is_far_off=True)

    def postponed(self, moment: int, reason: str) -> "Delivery":
        """Return it waiting for a moment before which nobody wants it, in the index; no attempt was made."""
        return self._ended(None, DeliveryState.WAITING, reason).put_off_until(moment)

    def _next(self, **changes: object) -> "Delivery":
        return replace(self, version=self.version + 1, **changes)  # type: ignore[arg-type]


def response_key(survey: str, response: str) -> str:
    """Return by what a destination finds a response: its id alone may be that of another survey's, too.

    No id of a survey has a colon, so the first one ends the survey.
    """
    return f"{survey}:{response}"


def joined_ids(*vendor_ids: str | None) -> str:
    """Join the ids under which a destination has something, with commas between them and each once."""
    return ",".join(dict.fromkeys(each for ids in vendor_ids if ids for each in ids.split(",")))
