"""Stop a digest by the link in its mail, and take that back: no survey and no other digest is affected.

Its recipient has both buttons at any time: the mails go to their address, and the link to nobody else's.
"""

from enum import Enum

from earshot.ports.digests import DigestSendings
from earshot.ports.links import DigestLink


class Stopping(Enum):
    """Whether the recipient of a link gets the digest: they do, no more, or again."""

    SENT = "sent"
    STOPPED = "stopped"
    RESUMED = "resumed"


def read_stopping(link: DigestLink, sendings: DigestSendings) -> Stopping:
    """Return whether the recipient gets the digest; it changes nothing, since scanners follow links."""
    is_stopped = sendings.is_unsubscribed(link.digest, link.recipient)
    return Stopping.STOPPED if is_stopped else Stopping.SENT


def stop_digest(link: DigestLink, now: int, sendings: DigestSendings) -> Stopping:
    """Stop the digest for the recipient at once, however often."""
    sendings.unsubscribe(link.digest, link.recipient, now)
    return Stopping.STOPPED


def resume_digest(link: DigestLink, sendings: DigestSendings) -> Stopping:
    """Send the digest to the recipient again."""
    sendings.subscribe_again(link.digest, link.recipient)
    return Stopping.RESUMED
