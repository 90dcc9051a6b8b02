"""An invitation: that one person is asked one survey's question, from the decision to the response."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from zlib import crc32

from earshot.domain.bot_detection import SubmitAttempt, counting
from earshot.domain.person import Person

# No person submits more often than this; a machine gets no further.
MOST_ATTEMPTS = 30
# As many scores as a mail has are kept of those clicked in it.
MOST_CLICKS = 11
# The number of shards in which due invitations are searched.
DUE_SHARDS = 8
# An outcome that is still unknown after this long is never sent again (milliseconds).
UNKNOWN_AFTER = 3_600_000


def due_shard(invitation_id: str) -> int:
    """Return the shard of the due index for an invitation."""
    return crc32(invitation_id.encode()) % DUE_SHARDS


class InvitationState(Enum):
    """How far an invitation has come, in the word that is stored."""

    SCHEDULED = "scheduled"
    DECLINED = "declined"
    CLAIMED = "claimed"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that went out: its wave (1 is the invitation), when (Unix milliseconds), and the id SES knows it by."""

    wave: int
    sent_at: int
    message_id: str


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """What remains of an invitation whose person was erased: what the funnel counts.

    `stages` are those it stands in, each `<stage>#<wave>`; `day` is the UTC day of its first mail (None: none went
    out), and `columns` what the funnel by day counts of it.
    """

    stages: frozenset[str]
    day: str | None = None
    columns: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as kept; times are Unix milliseconds, `reason` is the word that `earshot why` shows.

    - `due_at` is when it may be sent at the earliest; `charged_on` is the day whose budget paid for the mail.
    - `wave` is that of the mail which is scheduled, claimed or was sent last: 1 invites, later ones remind.
    - `sent_at` and `message_id` are those of the last mail; `mails` are all of them.
    - `delivery_events` are what SES and the respondent page reported of the mails, each `<word>#<wave>`.
    - `stopped` is why no further mail is sent.
    - `response` is the id of its response, given with the first attempt; `properties` are copied to the response.
    - `attempts` are the submissions of its page; `clicks` are the scores clicked in its mails by people who were seen
      on the page.
    - `previously_invited_at` is when another invitation last invited the person: it holds again if this one is called
      off.
    - `recipient_hash` is the keyed hash of the address the mail goes to, `asked_mailbox` that of the address which
      counts as asked.
    - `is_erased`: its response was erased; attempts and clicks have no scores, and it takes no further ones.
    - `facts` are all that is left once its person was erased; None before.
    """

    id: str
    survey: str
    person: str
    decided_at: int
    due_at: int
    state: InvitationState
    reason: str
    wave: int = 1
    channel: str = "email"
    properties: Mapping[str, str] = field(default_factory=dict)
    claimed_at: int | None = None
    sent_at: int | None = None
    message_id: str | None = None
    charged_on: str | None = None
    previously_invited_at: int | None = None
    recipient_hash: str | None = None
    asked_mailbox: str | None = None
    is_erased: bool = False
    facts: InvitationFacts | None = None
    response: str | None = None
    attempts: tuple[SubmitAttempt, ...] = ()
    clicks: tuple[SubmitAttempt, ...] = ()
    correlation: str = ""
    mails: tuple[Mail, ...] = ()
    delivery_events: frozenset[str] = frozenset()
    stopped: str | None = None

    def shown_state(self, now: int) -> str:
        """Return its state in a word for people; a claim without an outcome is `unknown`."""
        if self.attempts:
            return "answered" if self.has_counting_attempt else "quarantined"
        return InvitationState.SENT.value if self.was_sent else self.shown_mail(now)

    def shown_mail(self, now: int) -> str:
        """Return the state of its wave's mail; for a reminder this differs from `shown_state`."""
        if (
            self.state is InvitationState.CLAIMED
            and self.claimed_at is not None
            and now - self.claimed_at > UNKNOWN_AFTER
        ):
            return "unknown"
        return self.state.value

    @property
    def is_anonymous(self) -> bool:
        """Return whether its person was erased, so that nothing but what the funnel counts is left."""
        return self.facts is not None

    @property
    def is_dead(self) -> bool:
        """Return whether its links lead nowhere any more: its person or its response was erased."""
        return self.is_erased or self.is_anonymous

    @property
    def was_sent(self) -> bool:
        """Return whether a mail was sent; a scheduled one is then a reminder, or a mail that is tried again."""
        return self.sent_at is not None

    @property
    def has_counting_attempt(self) -> bool:
        """Return whether one of its submissions counts."""
        return self.counting_attempt is not None

    @property
    def counting_attempt(self) -> SubmitAttempt | None:
        """Return the attempt that counts, assessed together with the scores clicked in the mail."""
        return counting(self.attempts, self.clicks)

    @property
    def counting_click(self) -> SubmitAttempt | None:
        """Return the clicked score that counts until Send is clicked."""
        return counting(self.clicks, self.attempts)


def opened(invitation: Invitation, person: Person) -> tuple[Invitation, Person]:
    """Return invitation and person after the person counts as invited, at the time the invitation is due."""
    kept = replace(invitation, previously_invited_at=person.last_invited_at, asked_mailbox=person.mailbox)
    return kept, _asked(person, invitation, invitation.decided_at)


def postponed(invitation: Invitation, person: Person, due: int, reason: str) -> tuple[Invitation, Person]:
    """Move an invitation, and with it when its person was last asked, which never moves back; return both.

    Where another asked the person last, this one takes its place only if it is now due later.
    """
    moved, before = (
        replace(invitation, due_at=due, reason=reason, asked_mailbox=person.mailbox),
        person.last_invited_at or 0,
    )
    if person.last_invitation == invitation.id:
        return moved, _asked(person, moved, before)
    if due > before:
        return replace(moved, previously_invited_at=person.last_invited_at), _asked(person, moved, before)
    return moved, _next(person)


def _asked(person: Person, invitation: Invitation, earliest: int) -> Person:
    return replace(_next(person), last_invited_at=max(invitation.due_at, earliest), last_invitation=invitation.id)


def _next(person: Person) -> Person:
    """Count up the revision of what says when a person was asked: their mailbox, or themselves without one."""
    if person.mailbox is not None:
        return replace(person, asked_revision=person.asked_revision + 1)
    return replace(person, revision=person.revision + 1)
