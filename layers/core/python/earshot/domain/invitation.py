"""An invitation: that one person is asked one survey's question, from the decision to the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from earshot.domain.quarantine import Press, counting

# More presses than this no person makes; a machine gets no further.
MOST_PRESSES = 30
# What is kept of a comment beside the press; the response has all of it.
KEPT_COMMENT = 2000
# An outcome that is still unknown after this long is never sent again (milliseconds).
UNKNOWN_AFTER = 3_600_000


class State(Enum):
    """How far an invitation has come, in the word that is stored."""

    SCHEDULED = "scheduled"
    DECLINED = "declined"
    CLAIMED = "claimed"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as kept; times are Unix milliseconds, `reason` is the word that `earshot why` shows.

    `due` is when it may be sent at the earliest; `response` the id its answer gets with the first press; `properties`
    are snapshotted onto the answer; `budget_day` is the day whose budget paid for the mail.
    """

    id: str
    survey: str
    person: str
    created: int
    due: int
    state: State
    reason: str
    wave: int = 1
    channel: str = "email"
    properties: Mapping[str, str] = field(default_factory=dict)
    claimed: int | None = None
    sent: int | None = None
    message_id: str | None = None
    budget_day: str | None = None
    response: str | None = None
    presses: tuple[Press, ...] = ()
    correlation: str = ""

    def shown_state(self, now: int) -> str:
        """Say how far it has come, in a word for people: a claim nobody heard of again is `unknown`."""
        if self.presses:
            return "answered" if counting(self.presses) else "quarantined"
        if self.state is State.CLAIMED and self.claimed is not None and now - self.claimed > UNKNOWN_AFTER:
            return "unknown"
        return self.state.value
