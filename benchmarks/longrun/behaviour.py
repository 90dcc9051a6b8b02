"""What follows a mail: a response, an unsubscription, a machine that submits, a full mailbox, or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from benchmarks.longrun.facts import Sent
from benchmarks.longrun.timeline import DAY, HOUR, MINUTE, SECOND
from earshot.domain.eligibility import Rules
from earshot.domain.email_feedback import FeedbackKind
from earshot.services.invitations.follow_link import Written

# Shares of all mails.
BOUNCED, SOFT_BOUNCED, COMPLAINED = 0.01, 0.03, 0.008
UNSUBSCRIBED, ERASED, RESPONDED, AT_THE_LAST_MOMENT = 0.015, 0.01, 0.16, 0.08
SCANNED = 0.03
MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a reader does with a mail, so many milliseconds after it went out."""

    wait: int
    score: int = 9
    feedback: FeedbackKind | None = None
    unsubscribes: bool = False
    erases: bool = False
    is_machine: bool = False

    @property
    def written(self) -> Written:
        """Return the page's form as it was filled in; the field that no person sees gives a machine away."""
        comment = MACHINE if self.is_machine else None
        return Written(self.score, comment, self.is_machine, is_prefilled=False, contact_requested=False)


class Behaviour:
    """Draws what comes of a mail."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance

    def of(self, mail: Sent, rules: Rules) -> Iterator[Action]:
        """Return what happens after a mail went out."""
        draw = self._chance.random()
        if draw < BOUNCED + SOFT_BOUNCED:
            yield Action(
                self._about(20 * SECOND), feedback=FeedbackKind.BOUNCED if draw < BOUNCED else FeedbackKind.SOFT_BOUNCED
            )
            return
        yield Action(self._about(5 * SECOND), feedback=FeedbackKind.DELIVERED)
        if self._chance.random() < SCANNED:
            yield Action(5 * SECOND, is_machine=True)
        if self._chance.random() < COMPLAINED:
            yield Action(self._about(DAY), feedback=FeedbackKind.COMPLAINED)
        yield from self._wants(mail, rules)

    def _wants(self, mail: Sent, rules: Rules) -> Iterator[Action]:
        """Return what the person does, if anything."""
        draw = self._chance.random()
        if draw < UNSUBSCRIBED:
            yield Action(MINUTE + self._about(DAY), unsubscribes=True)
            return
        draw -= UNSUBSCRIBED
        if 0 <= draw < ERASED:
            yield Action(MINUTE + self._about(DAY), erases=True)
            return
        draw -= ERASED
        gaps = [day - before for before, day in zip((0, *rules.reminders), rules.reminders, strict=False)]
        if draw < AT_THE_LAST_MOMENT and mail.wave <= len(gaps):
            # About when the reminder is due, so that the response may be recorded only after it.
            about = self._chance.randrange(-MINUTE, self._chance.choice((6, 28)) * MINUTE)
            yield Action(gaps[mail.wave - 1] * DAY + about, self._score())
        elif draw < AT_THE_LAST_MOMENT + RESPONDED:
            wait = MINUTE + self._about(8 * HOUR if self._chance.random() < 0.7 else 6 * DAY)
            yield Action(wait, self._score())
            if self._chance.random() < 0.1:
                yield Action(wait + self._about(HOUR), self._score())

    def _score(self) -> int:
        return self._chance.choice((0, 3, 6, 7, 8, 9, 9, 10, 10, 10))

    def _about(self, mean: int) -> int:
        return int(self._chance.expovariate(1 / mean))
