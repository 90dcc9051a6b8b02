"""The funnel: how far invitations came, wave by wave, as a pure function of each invitation as it is kept."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from earshot.domain.bot_detection import assess, comment_of
from earshot.domain.delivery_events import CLICKED, VISITED, delivery_event_of
from earshot.domain.invitation import Invitation, InvitationState
from earshot.domain.proportions import wilson
from earshot.domain.score import LEVEL, Interval

# The outcomes of a planned mail: each has exactly one of these, so they add up to `scheduled`.
OUTCOMES = ("sent", "waiting", "claimed", "stopped")
CLICKED_BY_MACHINE, CLICKED_SCORE = "clicked-by-machine", "clicked-score"
# What SES and the mail's links report of a mail; a scanner that opens and clicks is no reader, and kept apart.
DELIVERY_EVENTS = (
    "delivered",
    "bounced",
    "soft-bounced",
    "complained",
    "opened",
    "opened-by-machine",
    CLICKED,
    CLICKED_BY_MACHINE,
    "unsubscribed",
)
STAGES = ("scheduled", *OUTCOMES, *DELIVERY_EVENTS, CLICKED_SCORE, "responded", "commented", "declined")

Stage = tuple[str, int]


class Row(NamedTuple):
    """One row of a survey's funnel: a channel and a wave, the first being the invitation, later ones reminders."""

    survey: str
    channel: str
    wave: int


@dataclass(frozen=True, slots=True)
class Funnel:
    """How many invitations reached each stage, by row; empty stages may be missing."""

    rows: Mapping[Row, Mapping[str, int]] = field(default_factory=dict)

    def total(self, stage: str) -> int:
        """Count a stage over all channels and waves."""
        return sum(counts.get(stage, 0) for counts in self.rows.values())

    @property
    def asked(self) -> int:
        """Count the invitations whose first mail was sent; reminders invite no one again."""
        return sum(counts.get("sent", 0) for row, counts in self.rows.items() if row.wave == 1)


@dataclass(frozen=True, slots=True)
class Rate:
    """A share of the invited people, from 0 to 1, with its interval; both None if no one was invited."""

    asked: int
    responded: int

    @property
    def share(self) -> float | None:
        """Return the share, at most 1, since a mail with an unknown outcome may have a response."""
        return min(1.0, self.responded / self.asked) if self.asked else None

    def interval(self, level: float = LEVEL) -> Interval | None:
        """Return Wilson's interval of the share."""
        return wilson(min(self.responded, self.asked), self.asked, level)


def stages(invitation: Invitation) -> frozenset[Stage]:
    """Return every stage an invitation is in, each with its wave.

    For each wave, scheduled is exactly one of sent, waiting, claimed and stopped; a wave whose mail went out stays
    sent, also while a soft bounce is tried again. Who was declined at the decision was never scheduled.
    """
    if invitation.facts is not None:
        return frozenset(read_stage(text) for text in invitation.facts.stages)
    if invitation.state is InvitationState.DECLINED and invitation.stopped is None:
        return frozenset({("declined", invitation.wave)})
    return frozenset((*_outcomes(invitation), *_delivery_events(invitation), *_response_stages(invitation)))


def stage_text(stage: str, wave: int) -> str:
    """Write a stage as it is kept: `<stage>#<wave>`."""
    return f"{stage}#{wave}"


def read_stage(text: str) -> Stage:
    """Read a stage that `stage_text` wrote."""
    stage, _, wave = text.rpartition("#")
    return stage, int(wave)


def _outcomes(invitation: Invitation) -> Iterator[Stage]:
    sent = _sent_waves(invitation)
    for wave in sent | {invitation.wave}:
        yield "scheduled", wave
        yield ("sent" if wave in sent else _unsent(invitation.state)), wave


def _sent_waves(invitation: Invitation) -> set[int]:
    # Before there were reminders, an invitation had no history of its mails.
    if not invitation.mails and invitation.sent_at is not None:
        return {invitation.wave}
    return {mail.wave for mail in invitation.mails}


def _unsent(state: InvitationState) -> str:
    return {InvitationState.SCHEDULED: "waiting", InvitationState.CLAIMED: "claimed"}.get(state, "stopped")


def _delivery_events(invitation: Invitation) -> Iterator[Stage]:
    """Return the delivery events; a page fetched without a person seen on it was clicked by a machine.

    So was one whose submissions were all set aside.
    """
    seen = invitation.attempts or invitation.clicks
    is_machine = bool(seen) and not invitation.has_counting_attempt and invitation.counting_click is None
    for event in invitation.delivery_events:
        word, _, wave = event.partition("#")
        if not wave.isdecimal():
            continue
        is_clicked = delivery_event_of(CLICKED, int(wave)) in invitation.delivery_events
        if word in (VISITED, CLICKED):
            yield (CLICKED if is_clicked and not is_machine else CLICKED_BY_MACHINE), int(wave)
        elif word in DELIVERY_EVENTS:
            yield word, int(wave)


def _response_stages(invitation: Invitation) -> Iterator[Stage]:
    """Credit the response to the latest mail before the first submission that counts."""
    click = invitation.counting_click
    if click is not None:
        yield CLICKED_SCORE, _wave_at(invitation, click.received_at)
    if not invitation.has_counting_attempt:
        return
    wave = _responded_wave(invitation)
    yield "responded", wave
    if comment_of(invitation.attempts, invitation.clicks):
        yield "commented", wave


def _responded_wave(invitation: Invitation) -> int:
    verdicts = zip(invitation.attempts, assess(invitation.attempts, invitation.clicks), strict=True)
    first = min(attempt.received_at for attempt, verdict in verdicts if not verdict.is_quarantined)
    return _wave_at(invitation, first)


def _wave_at(invitation: Invitation, time: int) -> int:
    return max((mail.wave for mail in invitation.mails if mail.sent_at <= time), default=1)
