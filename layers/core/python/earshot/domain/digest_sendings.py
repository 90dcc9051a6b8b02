"""What became of a digest for one recipient and period: claimed before it is sent, so that it is sent at most once."""

from dataclasses import dataclass, replace
from enum import Enum

from earshot.domain.digests import Period

# How long a sending is kept (days).
KEPT_DAYS = 400
# A mail that is certain not to have gone out is tried again after so many seconds, for so long (milliseconds).
PAUSE, PATIENCE = 900, 20 * 3_600_000

# Why a recipient did not get a digest.
EMPTY = "there was nothing to report"
LATE = "a later one was due by the time it was looked at"
UNSUBSCRIBED = "the recipient unsubscribed from this digest"
NO_MEMBER = "the recipient is no member of the team any more"
NO_ACCESS = "the recipient's role in the team may not read this digest"
NO_SURVEY = "there is no such survey any more"
NO_SEGMENT = "the survey does not track the segment any more"
INTERRUPTED = "it may have arrived: the run that sent it ended before it could note the outcome"
NO_DESTINATION = "the destination is gone, disabled, or not in Slack any more"


class SendingState(Enum):
    """The state of a sending, in the word of the API.

    A claim without an outcome is unknown: the mail may have gone out. One to Slack is queued; its delivery knows more.
    """

    UNKNOWN = "unknown"
    SENT = "sent"
    QUEUED = "queued"
    WAITING = "waiting"
    SKIPPED = "skipped"
    FAILED = "failed"

    @property
    def may_be_repeated(self) -> bool:
        """Return whether somebody may ask for it once more: nothing is known to have arrived."""
        return self in (SendingState.UNKNOWN, SendingState.WAITING, SendingState.FAILED)


@dataclass(frozen=True, slots=True)
class DigestSending:
    """A sending as kept: no address and no words; `recipient` is the key of one.

    `at` is when it was claimed first, `ended_at` when its outcome was known (both Unix milliseconds); `why` says why
    there was none, `delivery` is that to Slack. `version` counts its changes.
    """

    digest: str
    recipient: str
    period: Period
    state: SendingState
    at: int
    why: str | None = None
    ended_at: int | None = None
    delivery: str | None = None
    version: int = 1

    @property
    def reason(self) -> str | None:
        """Return why its outcome is not that it was sent; None if it was, or is on its way to Slack."""
        return self.why or (INTERRUPTED if self.state is SendingState.UNKNOWN else None)

    def claimed(self) -> "DigestSending":
        """Return it claimed once more, for another attempt."""
        return replace(self, state=SendingState.UNKNOWN, why=None, ended_at=None, version=self.version + 1)

    def ended(self, state: SendingState, now: int, why: str | None = None) -> "DigestSending":
        """Return it with its outcome."""
        return replace(self, state=state, ended_at=now, why=why, version=self.version + 1)

    def unclear(self, why: str) -> "DigestSending":
        """Return it with the reason why its outcome is unknown."""
        return replace(self, why=why, version=self.version + 1)

    def not_yet(self, now: int, why: str) -> "DigestSending":
        """Return it waiting, as the mail is certain not to have gone out; or failed, once `PATIENCE` is over."""
        state = SendingState.WAITING if now - self.at < PATIENCE else SendingState.FAILED
        return replace(self, state=state, why=why, version=self.version + 1)
