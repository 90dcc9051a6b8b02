"""Pace the mails: one after another at our share of the account's rate, and none when its day is spent."""

from collections.abc import Callable
from dataclasses import replace

from earshot.domain.sending_quota import SendingQuota
from earshot.ports.mail import MailAccount

# How long SES's reply holds (seconds).
LOOK_AGAIN = 60.0
# How long nothing is sent after SES throttled (seconds): others may share the account's rate.
CATCH_BREATH = 1.0
# From this receive on a mail that waits its turn is left to the planner, long before it would be a dead letter.
MOST_RECEIVES = 15
# How long a message waits its turn at most (seconds).
LONGEST_WAIT = 120


class SendRateLimiter:
    """The pace of one sender of several, for as long as its container lives; `clock` is monotonic, in seconds.

    It keeps no count outside of itself, so that it costs no write: each of `senders` takes an equal share of the rate.
    """

    def __init__(
        self, account: MailAccount, senders: int, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._account = account
        self._senders = senders
        self._clock = clock
        self._sleep = sleep
        self._allowance: SendingQuota | None = None
        self._looked = self._next = clock()

    def may_send(self) -> bool:
        """Return whether the account may send now, by SES's report and the mails sent since."""
        return not self._now_allowed().is_spent

    def seconds_to_wait(self) -> float:
        """Return how long it is until the next mail's turn."""
        return max(0.0, self._next - self._clock())

    def take_turn(self) -> None:
        """Wait for the next mail's turn, and take it."""
        allowed = self._now_allowed()
        self._sleep(self.seconds_to_wait())
        self._next = max(self._next, self._clock()) + self._senders / allowed.rate
        if allowed.left is not None:
            self._allowance = replace(allowed, left=allowed.left - 1)

    def slow_down(self) -> None:
        """Send nothing for a moment: SES was asked too fast."""
        self._next = max(self._next, self._clock() + CATCH_BREATH)

    def stop(self) -> None:
        """Send nothing until SES is asked again: it takes nothing from the account now."""
        self._allowance, self._looked = replace(self._now_allowed(), left=0), self._clock()

    def _now_allowed(self) -> SendingQuota:
        if self._allowance is None or self._clock() - self._looked >= LOOK_AGAIN:
            self._allowance, self._looked = self._account.allowance(), self._clock()
        return self._allowance


def seconds_until_turn(receives: int, draw: float) -> int | None:
    """Return when a mail that has been received so often may try again, by a draw in [0, 1); None: leave it.

    What is left is still due: the planner brings it back. The longer the queue, the later, and never all at once.
    """
    if receives >= MOST_RECEIVES:
        return None
    return 1 + int(draw * min(LONGEST_WAIT, 2 ** (receives + 1)))
