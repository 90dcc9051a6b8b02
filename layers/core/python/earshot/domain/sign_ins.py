"""Signing in by mail: what is kept of an asking and of an invitation to the team, by hashes alone."""

from dataclasses import dataclass
from hashlib import scrypt, sha256
from hmac import compare_digest

from earshot.domain.keyed_hash import folded
from earshot.domain.members import Member
from earshot.domain.sessions import hash_of

ASKING_MS = 10 * 60_000
INVITATION_MS = 72 * 3_600_000
# How many codes one asking takes, right or wrong.
MOST_TRIES = 5
# How often may be asked in an hour for an address, and from a network; and how many codes a day an address takes.
ASKED_FOR_AN_ADDRESS, ASKED_FROM_A_NETWORK, CODES_A_DAY = 5, 20, 20
# Behind a CDN its own networks ask for many; what it says of the visitor is then one more limit, and no proof.
ASKED_FROM_A_CDN = 1000
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Given:
    """What a mail brings to a member who asked: the hashes of its link and of its code."""

    member: str
    link_hash: str
    code_hash: str


@dataclass(frozen=True, slots=True)
class Asking:
    """That somebody wants to sign in in a browser, by the hash of a token that only that browser has.

    `address_hash` is of the address that was typed, `next` the page they want. `given` is None until the mail is sent,
    and for good if the address is nobody's. Times are Unix milliseconds.
    """

    hash: str
    address_hash: str
    asked_at: int
    next: str = ""
    given: Given | None = None
    tries: int = 0

    def is_over(self, now: int) -> bool:
        """Return whether it is too old."""
        return now >= self.asked_at + ASKING_MS

    def has_link(self, token: str) -> bool:
        """Return whether the link of its mail has this token."""
        return self.given is not None and compare_digest(self.given.link_hash, hash_of(token))

    def has_code(self, code: str) -> bool:
        """Return whether its mail has this code; it takes as long where there is none."""
        expected = self.given.code_hash if self.given is not None else ""
        return compare_digest(expected, code_hash(code, self.hash))


@dataclass(frozen=True, slots=True)
class TeamInvitation:
    """That a member may sign in once by a link, by the hash of its token; it holds for their present address."""

    hash: str
    member: str
    address_hash: str
    made_at: int

    def is_over(self, now: int) -> bool:
        """Return whether it is too old."""
        return now >= self.made_at + INVITATION_MS


def address_hash(address: str) -> str:
    """Return the hash of an address, the same for each spelling of its mailbox."""
    return sha256(f"earshot sign-in {folded(address)}".encode()).hexdigest()


def code_hash(code: str, asking: str) -> str:
    """Return the hash of a code; it is slow, as there are only a million codes."""
    return scrypt(code.encode(), salt=asking.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def is_addressed_to(hashed: str, member: Member, since: int) -> bool:
    """Return whether what was made for an address at a time is still for this member.

    It is not once they were removed, added again, or have another address.
    """
    is_there = member.removed_at is None and member.made_at <= since
    return is_there and compare_digest(address_hash(member.email), hashed)


def next_page(asked: str) -> str:
    """Return the page to show after signing in: a path of the console, else its first page."""
    is_ours = asked == "/app" or asked.startswith(("/app/", "/app?"))
    is_plain = asked.isascii() and asked.isprintable() and not {" ", "\\", "#"} & set(asked)
    if not is_ours or not is_plain or len(asked) > 500 or asked.startswith(_NOT_AGAIN):
        return "/app"
    return asked


_NOT_AGAIN = ("/app/sign-in", "/app/sign-out", "/app/invitation")
