"""What the mail account may send: how fast, and how much of its day is left."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SendingQuota:
    """Mails a second of the whole account, mails left of the rolling 24 hours (None: no limit is known), and a note.

    The `note` says in a sentence for an engineer why there is nothing left, or why nothing certain is known.
    """

    rate: float
    left: int | None = None
    note: str = ""

    @property
    def is_spent(self) -> bool:
        """Return whether nothing may be sent at all."""
        return self.left is not None and self.left <= 0
