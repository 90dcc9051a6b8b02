"""Bot detection: automated submissions are quarantined, never deleted, and can be released with a key."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from hashlib import sha256
from typing import Self

BURST = 10_000
SCORES_OF_A_BURST = 3


class QuarantineReason(Enum):
    """Why a submission is quarantined, in the word that the API and the events use."""

    MACHINE_SCORES = "machine-scores"
    HONEYPOT = "honeypot"


class QuarantineState(Enum):
    """Whether a submission may count."""

    OK = "ok"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Comment:
    """The comment of a submit attempt. Two are equal if their texts are.

    `id` is a hash of the text, empty where an earlier comment was taken back. `text` is None until it is read: it is
    kept apart from the invitation, so that the invitation stays small however much is written.
    """

    id: str
    text: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the comment of a text."""
        return cls(sha256(text.encode()).hexdigest()[:32] if text else "", text)

    def __bool__(self) -> bool:
        """Return whether anything was written."""
        return self.id != ""


@dataclass(frozen=True, slots=True)
class SubmitAttempt:
    """One submit attempt on an invitation's page: the score, the time (Unix milliseconds), the honeypot field.

    `comment` is what was written with it (None: nothing, so an earlier comment stays; empty: that was taken back);
    `contact_requested` if the box that asks for contact was ticked;
    `released` once the holder of a key stated that it was a person after all. Once its response is erased it has no
    `score`; `burst` then keeps that it lay in a burst of scores.
    """

    score: int | None
    received_at: int
    honeypot: bool = False
    released: bool = False
    comment: Comment | None = None
    burst: bool = False
    contact_requested: bool = False


@dataclass(frozen=True, slots=True)
class Assessment:
    """Whether a submission may count; `reason` is None if it may."""

    state: QuarantineState
    reason: QuarantineReason | None = None

    @property
    def is_quarantined(self) -> bool:
        """Return whether the submission is quarantined."""
        return self.state is QuarantineState.QUARANTINED


OK = Assessment(QuarantineState.OK)


def assess(attempts: Sequence[SubmitAttempt], others: Sequence[SubmitAttempt] = ()) -> tuple[Assessment, ...]:
    """Assess all submissions of an invitation, in any order; return an assessment for each, in their order.

    `others` were seen, too, and make up bursts with them: the scores clicked in the mail as well as submissions.

    A burst is any ten seconds, ends included, with three different scores. Every submission in one is set aside, also
    those that counted until the third came; a submission outside it counts, so a person is heard after a machine.
    """
    bursts = _in_bursts((*attempts, *others))
    return tuple(_assessment(attempt, attempt.burst or index in bursts) for index, attempt in enumerate(attempts))


def assess_next(earlier: Sequence[SubmitAttempt], attempt: SubmitAttempt) -> Assessment:
    """Assess a submission after the others; only those of the last ten seconds matter."""
    return assess((*earlier, attempt))[-1]


def counting(attempts: Sequence[SubmitAttempt], others: Sequence[SubmitAttempt] = ()) -> SubmitAttempt | None:
    """Return the submission that counts: the latest not quarantined; of several at one moment the last listed."""
    fine = [
        attempt
        for attempt, assessment in zip(attempts, assess(attempts, others), strict=True)
        if not assessment.is_quarantined
    ]
    return max(reversed(fine), key=lambda attempt: attempt.received_at, default=None)


def comment_of(attempts: Sequence[SubmitAttempt], others: Sequence[SubmitAttempt] = ()) -> SubmitAttempt | None:
    """Return the submission with the current comment: the latest not quarantined; None if it was withdrawn."""
    fine = [
        attempt
        for attempt, assessment in zip(attempts, assess(attempts, others), strict=True)
        if not assessment.is_quarantined
    ]
    written = (attempt for attempt in reversed(fine) if attempt.comment is not None)
    latest = max(written, key=lambda attempt: attempt.received_at, default=None)
    return latest if latest and latest.comment else None


def release(attempts: Sequence[SubmitAttempt]) -> tuple[SubmitAttempt, ...]:
    """Return the submissions as released, so that all of them count; later ones are assessed without them."""
    return tuple(replace(attempt, released=True) for attempt in attempts)


def without_scores(
    attempts: Sequence[SubmitAttempt], others: Sequence[SubmitAttempt] = ()
) -> tuple[SubmitAttempt, ...]:
    """Remove what submissions state, and keep which of them are quarantined, assessed with the others."""
    assessments = assess(attempts, others)
    bursts = [assessment.reason is QuarantineReason.MACHINE_SCORES for assessment in assessments]
    return tuple(
        replace(attempt, score=None, comment=None, burst=burst, contact_requested=False)
        for attempt, burst in zip(attempts, bursts, strict=True)
    )


def _assessment(attempt: SubmitAttempt, is_in_burst: bool) -> Assessment:
    if attempt.released or not (attempt.honeypot or is_in_burst):
        return OK
    return Assessment(
        QuarantineState.QUARANTINED, QuarantineReason.HONEYPOT if attempt.honeypot else QuarantineReason.MACHINE_SCORES
    )


def _in_bursts(attempts: Sequence[SubmitAttempt]) -> frozenset[int]:
    """Return the positions of submissions in bursts, by sliding a window of ten seconds over them."""
    assessed = (place for place, attempt in enumerate(attempts) if not attempt.released and attempt.score is not None)
    places = sorted(assessed, key=lambda place: attempts[place].received_at)
    found: set[int] = set()
    seen: Counter[int | None] = Counter()
    first = 0
    for last, place in enumerate(places):
        seen[attempts[place].score] += 1
        while attempts[place].received_at - attempts[places[first]].received_at > BURST:
            seen -= Counter([attempts[places[first]].score])
            first += 1
        if len(seen) >= SCORES_OF_A_BURST:
            found.update(places[first : last + 1])
    return frozenset(found)
