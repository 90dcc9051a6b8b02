"""The simulation's own knowledge: who was asked for, who responded or unsubscribed, and each mail that went out."""

from collections import defaultdict
from dataclasses import dataclass, field

from earshot.domain.keyed_hash import folded
from earshot.domain.survey import Survey


@dataclass(frozen=True, slots=True)
class Moment:
    """When something came to be: Unix milliseconds, and the step of the timeline, which orders what is simultaneous."""

    time: int
    step: int
    what: str = ""


@dataclass(slots=True)
class Ask:
    """A wish that a person be asked: when, for when, and when it was taken (None: never)."""

    id: str
    person: str
    survey: str
    time: int
    delay: int
    taken: int | None = None

    @property
    def due(self) -> int:
        """Return when the mail is to go out at the earliest (Unix milliseconds)."""
        return self.time + self.delay


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that really went out, and when the run began that sent it; what it is about stands in the mail itself."""

    began: Moment
    time: int
    recipient: str
    person: str
    survey: str
    invitation: str
    ask: str
    wave: int
    message_id: str


@dataclass(frozen=True, slots=True)
class FormSubmission:
    """A submission on an invitation's page, by the person or by a machine."""

    at: Moment
    person: str
    survey: str
    is_machine: bool


@dataclass(slots=True)
class Facts:
    """Everything the verifier may look at; nothing in it was read from the system under test.

    `campaigned` are the people that a campaign has to ask, as they were there when it began.

    `refused` is by address, as people write it; `unknown` and `rejected` are invitations of which a mail was claimed
    and never heard of again, or refused by SES for good.
    """

    surveys: dict[str, Survey]
    zones: dict[str, str] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    asks: dict[str, Ask] = field(default_factory=dict)
    campaigned: list[Ask] = field(default_factory=list)
    mails: list[Sent] = field(default_factory=list)
    submissions: dict[str, list[FormSubmission]] = field(default_factory=lambda: defaultdict(list))
    recorded: dict[tuple[str, str], list[Moment]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[str, Moment] = field(default_factory=dict)
    erased: dict[str, Moment] = field(default_factory=dict)
    closed: dict[str, Moment] = field(default_factory=dict)
    unknown: dict[str, Moment] = field(default_factory=dict)
    rejected: dict[str, Moment] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)
    soft_bounces: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    outage: tuple[int, int] = (0, 0)
    counts_differ: bool = False

    def refuse(self, address: str, at: Moment) -> None:
        """Note that an address must not be written to any more, from when it was first so."""
        self.refused.setdefault(folded(address), at)

    def refused_at(self, address: str) -> Moment | None:
        """Return since when an address must not be written to."""
        return self.refused.get(folded(address))

    def mailbox(self, person: str) -> str:
        """Return the mailbox that a person reads; others may read it, too."""
        return folded(self.addresses[person]) if person in self.addresses else person

    def story(self, person: str) -> list[str]:
        """Return all that is known of a person, by time."""
        asked = [(ask.time, f"asked for {ask.survey}, due {ask.due} ({ask.id})") for ask in self._asks_of(person)]
        mails = [(mail.time, f"mail {mail.wave} of {mail.invitation} ({mail.ask})") for mail in self._mails_of(person)]
        sent = [(s.at.time, f"sent {name}{' (a machine)' * s.is_machine}") for name, s in self._submissions_of(person)]
        kept = [(at.time, f"response to {survey} recorded") for survey, at in self._recorded_of(person)]
        lines = [*asked, *mails, *sent, *kept]
        if (refused := self.refused_at(self.addresses.get(person, ""))) is not None:
            lines.append((refused.time, f"refused: {refused.what}"))
        mine = {mail.invitation for mail in self._mails_of(person)}
        lines += [(at.time, f"unknown outcome of {name}") for name, at in self.unknown.items() if name in mine]
        return [f"{time} {what}" for time, what in sorted(lines)]

    def _asks_of(self, person: str) -> list[Ask]:
        return [ask for ask in self.asks.values() if ask.person == person]

    def _mails_of(self, person: str) -> list[Sent]:
        return [mail for mail in self.mails if mail.person == person]

    def _submissions_of(self, person: str) -> list[tuple[str, FormSubmission]]:
        return [(name, one) for name, all_ in self.submissions.items() for one in all_ if one.person == person]

    def _recorded_of(self, person: str) -> list[tuple[str, Moment]]:
        return [(survey, at) for (who, survey), all_ in self.recorded.items() if who == person for at in all_]
