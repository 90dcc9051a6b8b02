"""What stands between an invitation and a mailbox, in memory."""

from collections import Counter
from collections.abc import Callable, Sequence

from earshot.domain.email_feedback import Origin
from earshot.domain.sending_quota import SendingPause, SendingQuota


class InMemoryBudgets:
    """What surveys sent, by survey and day."""

    def __init__(self) -> None:
        self.spent: Counter[tuple[str, str]] = Counter()
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def spend(self, survey: str, day: str, most: int) -> bool:
        self.before("spend")
        if self.spent[survey, day] >= most:
            return False
        self.spent[survey, day] += 1
        self.after("spend")
        return True


class InMemorySendingPauses:
    """The latest refusal that holds for every mail."""

    def __init__(self) -> None:
        self.kept: SendingPause | None = None

    def record(self, pause: SendingPause) -> None:
        self.kept = pause

    def latest(self) -> SendingPause | None:
        return self.kept


class InMemoryMailer:
    """A mailer that keeps what went out, as (sender, recipient, MIME)."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, bytes]] = []
        self.origins: list[Origin | None] = []
        self.kinds: list[str] = []
        self.before: Callable[[str], None] = lambda _: None
        self.after: Callable[[str], None] = lambda _: None

    def send(
        self,
        mime: bytes,
        sender: str,
        recipient: str,
        origin: Origin | None = None,
        also: Sequence[str] = (),
        *,
        kind: str = "",
    ) -> str:
        self.before("send")
        self.sent += [(sender, each, mime) for each in (recipient, *also)]
        self.origins.append(origin)
        self.kinds.append(kind)
        self.after("send")
        return f"message-{len(self.sent)}"


class FixedAccount:
    """A mail account whose allowance a test chose; it counts how often it was asked."""

    def __init__(self, rate: float = 14.0, left: int | None = None, note: str = "") -> None:
        self.allowed = SendingQuota(rate, left, note)
        self.asked = 0

    def allowance(self) -> SendingQuota:
        self.asked += 1
        return self.allowed
