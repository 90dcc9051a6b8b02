"""Destinations: where alerts are sent, and what each kind of them needs and promises."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

# The destination of the parameter CrmUrl, and that of a survey's owner.
CRM, OWNER = "crm", "owner"
# The destination that hears of what another one could not get: by mail to that one's contact. It is shown nowhere.
CONTACT = "contact"
# The destination of members of staff, by mail: what is sent there is about a case. It is shown nowhere.
STAFF = "staff"
# What a delivery to staff has in place of a member where it is for the survey's owner.
SURVEY_OWNER = "-"
BUILT_IN = (CRM, OWNER)
# The parts of a response that a destination may have.
PERSON, COMMENT = "person", "comment"
INCLUDES = (PERSON, COMMENT)
# The ids by which destinations find what they got: the delivery's, or the response's.
BY_DELIVERY, BY_RESPONSE = "delivery", "response"
MOST_DESTINATIONS = 100


class DestinationState(Enum):
    """The state of a destination, in the word of the API.

    A broken one refused its credentials: what is sent to it waits until somebody gives it new ones.
    """

    ENABLED = "enabled"
    DISABLED = "disabled"
    BROKEN = "broken"


class Guarantee(Enum):
    """How a kind keeps an attempt with an unknown outcome from becoming a second one.

    - `KEY`: the receiver drops a repeat by the key that we send with it.
    - `PROBE`: we can ask the receiver by our key whether it has it.
    - `NEITHER`: it is sent again, and marked as perhaps doubled.
    """

    KEY = "key"
    PROBE = "probe"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a kind of destination declares.

    `settings` and `credentials` are the names of its fields that must be there, each a group of which one is given;
    `optional` are settings that may be.
    """

    name: str
    settings: tuple[tuple[str, ...], ...]
    credentials: tuple[tuple[str, ...], ...] = ()
    optional: tuple[str, ...] = ()
    guarantee: Guarantee = Guarantee.NEITHER
    # By which id it finds what it got, to delete it; empty if it deletes nothing.
    erases_by: str = ""
    # Why what it got stays there when a person is erased, if it deletes nothing, or has no setting to ask by.
    why_it_stays: str = ""
    is_for_people: bool = False
    # A credential, and the setting that must come with it.
    goes_with: Mapping[str, str] = field(default_factory=dict)
    # A setting, and the other one with the value that it belongs to.
    belongs_to: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    # The setting without which the receiver cannot be asked.
    probes_by: str | None = None
    # Whether we make a secret to sign with, which is shown once.
    is_signed: bool = False

    @property
    def can_erase(self) -> bool:
        """Return whether such a destination can delete what it got."""
        return bool(self.erases_by)


# Every kind that there is; its sender is in `adapters/destinations/<kind>.py`.
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "webhook",
            settings=(("url",),),
            optional=("types",),
            guarantee=Guarantee.KEY,
            is_signed=True,
            why_it_stays="a webhook takes nothing back; ask its receiver to erase it",
        ),
        Kind(
            "email",
            settings=(("to",),),
            is_for_people=True,
            why_it_stays="a mail cannot be taken back; ask its readers to delete it",
        ),
        # A bot's messages can be found again, those of an incoming webhook cannot.
        Kind(
            "slack",
            settings=(),
            credentials=(("bot_token", "webhook_url"),),
            optional=("channel",),
            goes_with={"bot_token": "channel"},
            guarantee=Guarantee.PROBE,
            probes_by="channel",
            erases_by=BY_DELIVERY,
            is_for_people=True,
            why_it_stays="a message of an incoming webhook cannot be found again; delete it in the channel",
        ),
        # All that it writes has a key: contacts their address, tickets and notes a unique property of ours.
        Kind(
            "hubspot",
            settings=(("object",),),
            credentials=(("access_token",),),
            optional=("pipeline", "stage"),
            belongs_to={"pipeline": ("object", "ticket"), "stage": ("object", "ticket")},
            guarantee=Guarantee.KEY,
            erases_by=BY_RESPONSE,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination as kept; `made_at` is in Unix milliseconds, `reason` why it is not enabled.

    `include` says which parts of a response it may have, `contact` is the address that hears of what could not be
    delivered. Credentials are in Secrets Manager and nowhere else; `has_credentials` says that there are some,
    `credentials` the names of those that were given. `inbound` says that its calls to us are taken.
    """

    id: str
    kind: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    include: tuple[str, ...] = ()
    contact: str | None = None
    state: DestinationState = DestinationState.ENABLED
    reason: str | None = None
    has_credentials: bool = False
    credentials: tuple[str, ...] = ()
    inbound: bool = False
    made_at: int = 0
    revision: int = 1

    @property
    def rules(self) -> Kind:
        """Return what its kind declares."""
        return KINDS[self.kind]

    @property
    def guarantee(self) -> Guarantee:
        """Return how an attempt with an unknown outcome is kept from becoming a second one."""
        return self.rules.guarantee if self._can_be_asked else Guarantee.NEITHER

    @property
    def erases_by(self) -> str:
        """Return by which id it finds what it got, to delete it; empty if it deletes nothing."""
        return self.rules.erases_by if self._can_be_asked else ""

    @property
    def _can_be_asked(self) -> bool:
        return self.rules.probes_by is None or self.rules.probes_by in self.settings

    @property
    def is_enabled(self) -> bool:
        """Return whether alerts are sent to it."""
        return self.state is DestinationState.ENABLED

    @property
    def takes_calls(self) -> bool:
        """Return whether it may call us; one that only refuses what we send still may."""
        return self.inbound and self.state is not DestinationState.DISABLED

    def stopped(self, state: DestinationState, reason: str) -> "Destination":
        """Return it disabled or broken, with the reason."""
        return replace(self, state=state, reason=reason, revision=self.revision + 1)

    def repaired(self) -> "Destination":
        """Return it enabled."""
        return replace(self, state=DestinationState.ENABLED, reason=None, revision=self.revision + 1)


def crm_destination(url: str) -> Destination:
    """Return the destination of the parameter CrmUrl: it is changed by a deployment only; shown without its address."""
    return Destination(CRM, "webhook", "CRM (parameter CrmUrl)", {"url": url} if url else {}, include=INCLUDES)


def owner_destination() -> Destination:
    """Return the destination that is each survey's owner, by mail."""
    return Destination(OWNER, "email", "The survey's owner", {"to": [OWNER]}, include=INCLUDES)


def contact_destination() -> Destination:
    """Return the destination that is the contact of another one, by mail."""
    return Destination(CONTACT, "email", "The destination's contact", {"to": [CONTACT]})


def staff_destination() -> Destination:
    """Return the destination that is a member of staff, by mail."""
    return Destination(STAFF, "email", "A member of staff", {"to": [STAFF]}, include=INCLUDES)
