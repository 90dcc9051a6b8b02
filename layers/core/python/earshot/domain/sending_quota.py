"""What the mail account may send: how fast, how much of its day is left, and whether SES refuses every mail."""

from dataclasses import dataclass

# How long a pause lasts after SES last refused a mail (milliseconds): two rounds of the planner, and a minute.
PAUSE_LASTS = 660_000
SANDBOX = "the account is in the SES sandbox, where only verified recipients get mail: ask SES for production access"


@dataclass(frozen=True, slots=True)
class SendingQuota:
    """Mails a second of the whole account, mails left of the rolling 24 hours (None: no limit is known), and a note.

    The `note` says in a sentence for an engineer why there is nothing left, or why nothing certain is known.
    In the sandbox SES takes mails to verified recipients only.
    """

    rate: float
    left: int | None = None
    note: str = ""
    in_sandbox: bool = False

    @property
    def is_spent(self) -> bool:
        """Return whether nothing may be sent at all."""
        return self.left is not None and self.left <= 0


@dataclass(frozen=True, slots=True)
class SendingPause:
    """Why SES refused a mail as it would refuse every other, and when (Unix milliseconds)."""

    reason: str
    refused_at: int

    def lasts_at(self, now: int) -> bool:
        """Return whether nothing but single mails are to be tried: SES refused one a short time ago."""
        return now - self.refused_at < PAUSE_LASTS


def why_held_back(quota: SendingQuota, pause: SendingPause | None, *, is_production: bool) -> str:
    """Return why due mails wait, and what ends it, in a sentence for an engineer; "" if they do not.

    Only a stack in production is to reach everybody: others may be tried in the sandbox for good.
    """
    if quota.is_spent:
        return quota.note
    if pause is not None:
        return pause.reason
    if quota.in_sandbox and is_production:
        return SANDBOX
    return ""
