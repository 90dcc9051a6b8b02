"""Find where a digest goes for each recipient, or why it goes nowhere: the same for a sending and for a test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from earshot.domain.destinations import Destination, DestinationState
from earshot.domain.digest_sendings import (
    NO_ACCESS,
    NO_DESTINATION,
    NO_MEMBER,
    NO_SEGMENT,
    NO_SURVEY,
    UNSUBSCRIBED,
)
from earshot.domain.digests import READERS, Addressee, Digest, Recipient, RecipientKind
from earshot.domain.errors import InvalidError
from earshot.domain.keyed_hash import folded
from earshot.domain.members import Member
from earshot.domain.survey import Survey
from earshot.ports.digests import DigestSendings
from earshot.ports.surveys import Surveys
from earshot.services.scores.report_score import series_asked

SLACK = "slack"
DEFAULT_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class NoAddressee:
    """The reason why a digest goes nowhere for a recipient; `timezone` is where their days begin all the same."""

    recipient: Recipient
    why: str
    timezone: str


class AddressBook:
    """What recipients are now: members by id, and destinations; both are read only if a digest has such recipients."""

    def __init__(self, members: Callable[[], Mapping[str, Member]], find: Callable[[str], Destination | None]) -> None:
        self._read, self._find = members, find
        self._members: Mapping[str, Member] | None = None

    def find(self, digest: Digest, recipient: Recipient, survey: Survey | None) -> Addressee | NoAddressee:
        """Return where a digest goes for a recipient, or why it goes nowhere."""
        zone, locale = digest.timezone or (survey.timezone if survey else "UTC"), digest.locale or DEFAULT_LOCALE
        if recipient.kind is RecipientKind.MEMBER:
            return self._member(digest, recipient, zone)
        why = self._why_not(digest, recipient)
        if why is not None:
            return NoAddressee(recipient, why, zone)
        return Addressee(recipient, recipient.to if recipient.kind is RecipientKind.ADDRESS else None, zone, locale)

    def _member(self, digest: Digest, recipient: Recipient, default: str) -> Addressee | NoAddressee:
        member = self.members.get(recipient.to)
        if member is None or member.removed_at is not None:
            return NoAddressee(recipient, NO_MEMBER, default)
        zone = digest.timezone or member.timezone
        if not may_read(digest, member):
            return NoAddressee(recipient, NO_ACCESS, zone)
        return Addressee(recipient, member.email, zone, digest.locale or member.locale, member.id)

    def _why_not(self, digest: Digest, recipient: Recipient) -> str | None:
        """Return why a channel or an address gets no digest; None if it does."""
        if recipient.kind is RecipientKind.DESTINATION:
            found = self._find(recipient.to)
            # What goes to one that is broken waits there until it is repaired.
            is_there = found is not None and found.kind == SLACK and found.state is not DestinationState.DISABLED
            return None if is_there else NO_DESTINATION
        member = self._of_address(recipient.to)
        return None if member is None or may_read(digest, member) else NO_ACCESS

    @property
    def members(self) -> Mapping[str, Member]:
        """Return all members, read once."""
        if self._members is None:
            self._members = self._read()
        return self._members

    def _of_address(self, address: str) -> Member | None:
        mailbox = folded(address)
        there = (each for each in self.members.values() if each.removed_at is None)
        return next((each for each in there if folded(each.email) == mailbox), None)


def find_reported(digest: Digest, surveys: Surveys) -> Survey | str:
    """Return the survey that a digest is about, with the values of its segments; or why there is no digest of it."""
    survey = surveys.get(digest.survey)
    if survey is None or survey.is_employee:
        return NO_SURVEY
    whole = surveys.with_values(survey)
    return whole if _has_segment(digest, whole) else NO_SEGMENT


def find_reader(
    digest: Digest, recipient: Recipient, survey: Survey, *, addresses: AddressBook, sendings: DigestSendings
) -> Addressee | str:
    """Return where a digest goes for a recipient who may read it and did not stop it; or why it goes nowhere."""
    found = addresses.find(digest, recipient, survey)
    if isinstance(found, NoAddressee):
        return found.why
    return UNSUBSCRIBED if sendings.is_unsubscribed(digest.id, recipient.key) else found


def may_read(digest: Digest, member: Member) -> bool:
    """Return whether a member's role may read all that stands in a digest."""
    return member.role in READERS[digest.role]


def _has_segment(digest: Digest, survey: Survey) -> bool:
    """Return whether a survey counts the value of a digest for itself."""
    try:
        return not series_asked(survey, digest.segment)[1]
    except InvalidError:
        return False
