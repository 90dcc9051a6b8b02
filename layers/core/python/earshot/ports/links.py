"""The links in mails."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Link:
    """The invitation that a link in a mail leads to; one that is expired was signed by us all the same."""

    person: str
    invitation: str
    is_expired: bool = False


@dataclass(frozen=True, slots=True)
class DigestLink:
    """The digest that a link in one of its mails stops, for a recipient by their key; and the language of the mail."""

    digest: str
    recipient: str
    language: str


class LinkReader(Protocol):
    """Reads the tokens in the links of mails."""

    def __call__(self, purpose: str, token: str) -> Link | None:
        """Return where a token leads; None if it is not ours, or was made for another purpose."""


class DigestLinkReader(Protocol):
    """Reads the tokens in the links of digests."""

    def __call__(self, token: str) -> DigestLink | None:
        """Return what a token stops; None if it is not ours, or was made for another purpose."""
