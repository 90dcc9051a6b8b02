"""The reasons of a suppression, and which of several wins, in any order."""

from dataclasses import dataclass

# The weakest first: a mailbox that is gone, a complaint, a person's own no, and an erasure, which nothing replaces.
REASONS = ("bounced", "complained", "unsubscribed", "erased")
# An erasure is what erases a person, not what a list says.
GIVEN_REASONS = REASONS[:-1]


@dataclass(frozen=True, slots=True)
class SuppressionDraft:
    """An address that a caller wants suppressed: why, and since when (Unix milliseconds).

    With `is_lift` the caller wants the contrary: that it may be written to again.
    """

    email: str
    reason: str
    time: int
    is_lift: bool = False


def not_replaced_by(reason: str) -> tuple[str, ...]:
    """Return the reasons that this one does not replace: itself and the stronger ones."""
    return (reason, *REASONS[REASONS.index(reason) + 1 :]) if reason in REASONS else (reason, *REASONS)
