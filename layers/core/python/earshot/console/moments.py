"""Moments as the visitor reads them: by the clocks of their zone, in their language."""

from earshot.console.visit import Visit
from earshot.languages.moments import moment_seen_from


def local_time(at: int, visit: Visit) -> str:
    """Return a moment (Unix milliseconds) by the visitor's clock, as short as it can be."""
    member = visit.visitor.member
    return moment_seen_from(at, visit.now, member.timezone, member.locale)
