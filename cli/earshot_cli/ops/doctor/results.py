"""The result of a check: what it read, and each fault with how to fix it."""

from dataclasses import asdict, dataclass, field
from typing import Any

REDEPLOY = "Deploy the stack again."


@dataclass(frozen=True)
class Finding:
    """One fault: of which resource, what is wrong, how to fix it, and the page of docs/runbooks about it, if any."""

    subject: str
    fault: str
    fix: str
    runbook: str | None = None

    @property
    def sentence(self) -> str:
        """Return the whole finding on one line."""
        more = f" (docs/runbooks/{self.runbook}.md)" if self.runbook else ""
        return f"{self.subject}: {self.fault} {self.fix}{more}"


@dataclass(frozen=True)
class CheckResult:
    """What one check read and found; `unchecked` is why it could not read its part of the stack."""

    check: str
    summary: str
    findings: list[Finding] = field(default_factory=list)
    unchecked: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as `earshot doctor --json` prints it."""
        return asdict(self)
