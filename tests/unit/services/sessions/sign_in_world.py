"""What the tests of signing in have in common: members, what waits, a queue and a mailer."""

from dataclasses import dataclass, field
from itertools import count

from earshot.domain.members import Member
from earshot.services.sessions.ask_to_sign_in import AskDeps, Limiter, Wish
from earshot.services.sessions.send_sign_in import SendSignInDeps
from earshot.services.sessions.sign_in import SignInDeps
from tests.factories import NOON, make_member
from tests.fakes.alerts import DelayedQueue
from tests.fakes.mailing import InMemoryMailer
from tests.fakes.sessions import InMemorySessions
from tests.fakes.sign_ins import InMemorySignIns
from tests.fakes.team import InMemoryMembers
from tests.fakes.widget import InMemoryRateLimits

KIM = make_member("kim")


def written(member: Member, link: str, code: str | None) -> bytes:
    """Write a mail that a test can read at once."""
    return f"{member.id} {link} {code}".encode()


@dataclass
class SigningIn:
    """The ports of signing in; tokens are `token-1`, `token-2` and so on, the code is `012345`."""

    members: InMemoryMembers = field(default_factory=lambda: InMemoryMembers(KIM))
    limits: InMemoryRateLimits = field(default_factory=InMemoryRateLimits)
    queue: DelayedQueue = field(default_factory=DelayedQueue)
    mailer: InMemoryMailer = field(default_factory=InMemoryMailer)
    now: int = NOON

    def __post_init__(self) -> None:
        self.sessions = InMemorySessions(self.members)
        self.sign_ins = InMemorySignIns(self.sessions)
        self._numbers = count(1)

    def new_token(self) -> str:
        """Make the next token."""
        return f"token-{next(self._numbers)}"

    @property
    def limiter(self) -> Limiter:
        """Return what counts at this moment."""
        return Limiter(self.limits, "salt", self.now)

    @property
    def asking(self) -> AskDeps:
        """Return what asking works with."""
        return AskDeps(self.sign_ins, self.limiter, self.queue)

    @property
    def sending(self) -> SendSignInDeps:
        """Return what sending works with."""
        return SendSignInDeps(
            sign_ins=self.sign_ins,
            members=self.members,
            mailer=self.mailer,
            queue=self.queue,
            compose=written,
            url="https://earshot.example.com",
            sender="survey@example.com",
            new_token=self.new_token,
            new_code=lambda: "012345",
            clock=lambda: self.now,
        )

    @property
    def signing_in(self) -> SignInDeps:
        """Return what signing in works with."""
        return SignInDeps(self.sign_ins, self.members, self.limiter, self.new_token, self.now)


def wish(browser: str = "browser", address: str = "kim@example.com", *networks: str) -> Wish:
    """Return who asks for a mail."""
    return Wish(address, "/app/cases", browser, networks or ("192.0.2.1",), "request-1")
