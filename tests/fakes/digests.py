"""Digests in memory, and what became of them for their recipients."""

from dataclasses import replace
from datetime import date

from earshot.domain.digest_sendings import DigestSending
from earshot.domain.digests import Digest, Period


class InMemoryDigests:
    """Digests in a dictionary."""

    def __init__(self, *digests: Digest) -> None:
        self.kept = {digest.id: digest for digest in digests}

    def list(self) -> list[Digest]:
        return [self.kept[name] for name in sorted(self.kept)]

    def get(self, digest: str) -> Digest | None:
        return self.kept.get(digest)

    def put(self, digest: Digest, replaces: Digest | None) -> bool:
        found = self.kept.get(digest.id)
        if (found and found.revision) != (replaces and replaces.revision):
            return False
        if found is not None:
            digest = replace(digest, last_sent_at=found.last_sent_at, skipped=found.skipped)
        self.kept[digest.id] = digest
        return True

    def delete(self, digest: Digest) -> bool:
        found = self.kept.get(digest.id)
        if found is None or found.revision != digest.revision:
            return False
        del self.kept[digest.id]
        return True

    def plan(self, digest: Digest, next_at: int) -> bool:
        found = self.kept.get(digest.id)
        if found is None or (found.revision, found.next_at) != (digest.revision, digest.next_at):
            return False
        self.kept[digest.id] = replace(found, next_at=next_at)
        return True

    def note_sent(self, digest: str, sent_at: int) -> None:
        if digest in self.kept:
            self.kept[digest] = replace(self.kept[digest], last_sent_at=sent_at)

    def note_skipped(self, digest: str, period: Period, why: str) -> None:
        if digest in self.kept:
            self.kept[digest] = replace(self.kept[digest], skipped=(period.name, why))


class InMemoryDigestSendings:
    """Sendings in a dictionary, by digest and last day."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[date, dict[tuple[Period, str], DigestSending]]] = {}
        self.unsubscribed: dict[tuple[str, str], int] = {}

    def all(self) -> list[DigestSending]:
        return [each for digest in self.kept for each in self.all_of(digest)]

    def all_of(self, digest: str) -> list[DigestSending]:
        return [each for found in self.kept.get(digest, {}).values() for each in found.values()]

    def find(self, digest: str, period: Period, recipient: str) -> DigestSending | None:
        return self.kept.get(digest, {}).get(period.last, {}).get((period, recipient))

    def put(self, sending: DigestSending, replaces: DigestSending | None) -> bool:
        found = self.find(sending.digest, sending.period, sending.recipient)
        if (found and found.version) != (replaces and replaces.version):
            return False
        day = self.kept.setdefault(sending.digest, {}).setdefault(sending.period.last, {})
        day[sending.period, sending.recipient] = sending
        return True

    def since(self, digest: str, last: date) -> list[DigestSending]:
        days = self.kept.get(digest, {})
        found = [days[day] for day in sorted(days, reverse=True) if day >= last]
        return [day[key] for day in found for key in sorted(day, reverse=True)]

    def is_unsubscribed(self, digest: str, recipient: str) -> bool:
        return (digest, recipient) in self.unsubscribed

    def unsubscribe(self, digest: str, recipient: str, now: int) -> None:
        self.unsubscribed.setdefault((digest, recipient), now)

    def subscribe_again(self, digest: str, recipient: str) -> None:
        self.unsubscribed.pop((digest, recipient), None)
