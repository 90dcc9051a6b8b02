"""Why an address is suppressed, and which reason stands when there are several, in whatever order they came."""

# The weakest first: a mailbox that is gone, a complaint, a person's own no, and an erasure, which nothing replaces.
REASONS = ("bounced", "complained", "unsubscribed", "erased")


def not_replaced_by(reason: str) -> tuple[str, ...]:
    """Give the reasons that stand against this one: itself, and the stronger ones."""
    return (reason, *REASONS[REASONS.index(reason) + 1 :]) if reason in REASONS else (reason, *REASONS)
