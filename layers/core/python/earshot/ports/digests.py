"""Digests, and what became of each for its recipients."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol

from earshot.domain.digest_sendings import DigestSending
from earshot.domain.digests import Digest, Period

if TYPE_CHECKING:
    from earshot.domain.digest_contents import CaseLine, CaseSummary
    from earshot.domain.survey import Survey


class Digests(Protocol):
    """The digests of all surveys."""

    def list(self) -> list[Digest]:
        """List all digests, by id."""

    def get(self, digest: str) -> Digest | None:
        """Read a digest as it is now."""

    def put(self, digest: Digest, replaces: Digest | None) -> bool:
        """Write a digest if it still is what it `replaces` (None: if there is none); False if another was faster."""

    def delete(self, digest: Digest) -> bool:
        """Delete a digest if it still is this one; False if it changed since."""

    def plan(self, digest: Digest, next_at: int) -> bool:
        """Note when it is due next, unless it was changed or planned since it was read."""

    def note_sent(self, digest: str, sent_at: int) -> None:
        """Note when it was last sent (Unix milliseconds); the digest may be gone."""

    def note_skipped(self, digest: str, period: Period, why: str) -> None:
        """Note which period somebody did not get last, and why; the digest may be gone."""


class DigestSendings(Protocol):
    """What became of digests for their recipients, and who unsubscribed from one."""

    def find(self, digest: str, period: Period, recipient: str) -> DigestSending | None:
        """Read a sending as it is now."""

    def put(self, sending: DigestSending, replaces: DigestSending | None) -> bool:
        """Write a sending if it still is what it `replaces` (None: if there is none); False if another was faster."""

    def since(self, digest: str, last: date) -> Sequence[DigestSending]:
        """List the sendings of periods that end with this day or later, the newest periods first."""

    def is_unsubscribed(self, digest: str, recipient: str) -> bool:
        """Return whether a recipient unsubscribed from a digest."""

    def unsubscribe(self, digest: str, recipient: str, now: int) -> None:
        """Keep that a recipient wants a digest no more."""

    def subscribe_again(self, digest: str, recipient: str) -> None:
        """Take that back."""


class CasesForDigests(Protocol):
    """The cases of a survey, as far as digests show them."""

    def lines(self, survey: str, member: str | None, span: tuple[int, int], today: tuple[int, int]) -> "list[CaseLine]":
        """List the open cases of a member (None: of everybody) that are overdue, due today, or opened within the span.

        `today` is now, and when the day is over where the reader is (Unix milliseconds).
        """

    def summary(
        self, survey: "Survey", period: Period, before: Period, now: int, *, recovered: Period | None = None
    ) -> "CaseSummary":
        """Measure the cases of a period in the days of the survey, next to root causes of the period before.

        With the days of `recovered` also whether people were better disposed after their cases were closed in them.
        """
