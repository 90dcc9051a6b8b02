"""Sessions of the console: opaque, revocable, and over after a while without use."""

from dataclasses import dataclass
from hashlib import sha256

IDLE_MS = 12 * 3_600_000
LONGEST_MS = 30 * 86_400_000
# The time of the last use is written at most so often.
SEEN_EVERY_MS = 15 * 60_000


@dataclass(frozen=True, slots=True)
class Session:
    """A session as kept, by the hash of its token; times are Unix milliseconds.

    `browser` is a short name of the browser that signed in, for the list of sessions.
    """

    hash: str
    member: str
    made_at: int
    seen_at: int
    browser: str = ""

    @property
    def id(self) -> str:
        """Return what the list of sessions names it by."""
        return self.hash[:16]

    def is_over(self, now: int) -> bool:
        """Return whether it ended by a time: unused for twelve hours, or thirty days old."""
        return now >= min(self.seen_at + IDLE_MS, self.made_at + LONGEST_MS)


def value_of(member: str, token: str) -> str:
    """Return what the cookie of a session holds: the member is read in the same call as the session."""
    return f"{member}.{token}"


def read_value(value: str) -> tuple[str, str]:
    """Return the member and the token of a cookie's value; both are empty if it is none."""
    member, _, token = value.partition(".")
    return (member, token) if member and token else ("", "")


def hash_of(token: str) -> str:
    """Return the hash by which a token is kept; with 32 random bytes inside it needs no slow hash."""
    return sha256(token.encode()).hexdigest()


def form_token(token: str) -> str:
    """Return what the forms of a session carry, so that no other page can send them."""
    return sha256(f"earshot form {token}".encode()).hexdigest()
