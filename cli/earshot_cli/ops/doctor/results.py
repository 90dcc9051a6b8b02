"""What an examination says: what it saw, and each fault with what to do about it."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One fault: whose, what is wrong, what to do, and the page of docs/runbooks that tells more (None: none)."""

    subject: str
    fault: str
    mend: str
    runbook: str | None = None

    @property
    def sentence(self) -> str:
        """Give the whole of it on one line."""
        more = f" (docs/runbooks/{self.runbook}.md)" if self.runbook else ""
        return f"{self.subject}: {self.fault} {self.mend}{more}"


@dataclass(frozen=True)
class Examined:
    """What one room of the stack was found to be; `unseen` is why it could not be looked at."""

    room: str
    seen: str
    findings: list[Finding] = field(default_factory=list)
    unseen: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as `earshot doctor --json` prints it."""
        return asdict(self)


def counted(count: int, one: str, many: str | None = None) -> str:
    """Give a number with its word: `1 queue`, `2 queues`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: list[str]) -> str:
    """Give names as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def span(seconds: float) -> str:
    """Give a time in the one unit that tells it best: `40 seconds`, `17 minutes`, `3 hours`, `2 days`."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= 2 * size or (unit == "minute" and seconds >= size):
            return counted(round(seconds / size), unit)
    return counted(round(seconds), "second")
