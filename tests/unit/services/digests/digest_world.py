"""A digest with its recipients, and all that planning and sending it needs, in memory."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from earshot.domain.access import Role
from earshot.domain.destinations import Destination
from earshot.domain.digest_contents import DigestContents
from earshot.domain.digest_sendings import DigestSending
from earshot.domain.digests import Addressee, Digest, DigestRole, Every, Period, Schedule
from earshot.domain.members import Member
from earshot.domain.score import Histogram
from earshot.domain.survey import Survey
from earshot.services.digests.find_addressee import AddressBook
from earshot.services.digests.plan_digest import PlanDigestDeps, plan_digest
from earshot.services.digests.send_digest import SendDigestDeps, send_digest
from tests.factories import make_survey
from tests.fakes.alerts import DelayedQueue, InMemoryDestinations
from tests.fakes.digests import InMemoryDigests, InMemoryDigestSendings
from tests.fakes.mailing import InMemoryMailer
from tests.fakes.surveys import InMemorySurveys

# A Wednesday; the digest of Tuesday is due at eight in Berlin.
DUE = int(datetime(2026, 12, 2, 7, tzinfo=UTC).timestamp() * 1000)
TUESDAY = Schedule(Every.WORKDAY, 8).period_until(datetime(2026, 12, 2, tzinfo=UTC).date())
SLACK = "to-0123456789ab"


def make_digest(**overrides: Any) -> Digest:
    settings: dict[str, Any] = {
        "id": "daily",
        "role": DigestRole.LEAD,
        "survey": "demo",
        "to": ("mia",),
        "schedule": Schedule(Every.WORKDAY, 8),
        "made_at": DUE - 1,
        "since": DUE - 1,
        "next_at": DUE,
    }
    return Digest(**(settings | overrides))


def make_member(**overrides: Any) -> Member:
    settings: dict[str, Any] = {
        "id": "mia",
        "email": "mia@example.com",
        "name": "Mia",
        "role": Role.MANAGER,
        "timezone": "Europe/Berlin",
        "locale": "de",
    }
    return Member(**(settings | overrides))


class DigestWorld:
    """A digest to a member in Berlin, of which a mail is sent."""

    def __init__(self, **overrides: Any) -> None:
        self.now = DUE
        self.digests, self.sendings = InMemoryDigests(make_digest(**overrides)), InMemoryDigestSendings()
        self.members = {"mia": make_member()}
        self.surveys = InMemorySurveys(make_survey(timezone="America/New_York"))
        self.destinations = InMemoryDestinations(Destination(SLACK, "slack", "Team"))
        self.mailer, self.queue = InMemoryMailer(), DelayedQueue()
        self.collected = Histogram.of([9])
        self.addressed: list[Addressee] = []

    def plan(self) -> int:
        return plan_digest(
            "daily",
            PlanDigestDeps(
                digests=self.digests,
                sendings=self.sendings,
                surveys=self.surveys,
                addresses=self.addresses(),
                queue=self.queue,
                hash_key=lambda: b"key",
                now=self.now,
            ),
        )

    def send(self, **more: Any) -> DigestSending | None:
        """Send the digest of Tuesday to its first recipient, or what more the message says."""
        recipient = self.digests.kept["daily"].recipients(lambda: b"key")[0]
        task = {"digest": "daily", "recipient": recipient.key, "period": TUESDAY.name}
        return send_digest(task | more, self.deps())

    def deps(self) -> SendDigestDeps:
        return SendDigestDeps(
            digests=self.digests,
            sendings=self.sendings,
            surveys=self.surveys,
            addresses=self.addresses(),
            contents=self._contents,
            compose=compose,
            sender="earshot@example.com",
            mailer=self.mailer,
            queue=self.queue,
            hash_key=lambda: b"key",
            clock=lambda: self.now,
        )

    def addresses(self) -> AddressBook:
        return AddressBook(lambda: self.members, self.destinations.get)

    def change(self, **changes: Any) -> None:
        self.digests.kept["daily"] = replace(self.digests.kept["daily"], **changes)

    def _contents(self, digest: Digest, _: Survey, addressee: Addressee, period: Period) -> DigestContents:
        self.addressed.append(addressee)
        return DigestContents(digest.role, digest.survey, None, period, "UTC", self.now, True, self.collected)


def compose(digest: Digest, _: Addressee, contents: DigestContents, *, is_test: bool = False) -> bytes:
    """Write a mail that names the digest and its period."""
    return f"{'test ' * is_test}{digest.id} {contents.period.name}".encode()
