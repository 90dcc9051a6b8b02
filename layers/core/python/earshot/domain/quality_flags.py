"""The quality flags of a response, counted by day: the basis of the quality report."""

from collections.abc import Mapping

from earshot.domain.response import Response
from earshot.domain.statement import StatementKind

# Faster than this nobody reads a question and decides (seconds).
FASTEST = 2.0
# `timed` are those whose time is known, `speeders` those of them that were too fast, `repeats` what their person had
# said within a day before, `cleaned` those of which something did not fit, `clicked` are scores clicked in a mail and
# never sent; these five of what counts. `excluded` is what does not count because a key said so.
QUALITY_FLAGS = ("timed", "speeders", "repeats", "cleaned", "clicked", "excluded")


def quality_flags_of(response: Response | None) -> tuple[str, ...]:
    """Return the quality flags of a response; they depend on stored fields only, so a recount finds the same."""
    if response is None or response.score is None or response.kind is StatementKind.ERASED:
        return ()
    if response.statement.excluded:
        return ("excluded",)
    seconds = response.statement.seconds
    holds = {
        "timed": seconds is not None,
        "speeders": seconds is not None and seconds < FASTEST,
        "repeats": response.is_repeat,
        "cleaned": response.statement.cleaned,
        "clicked": response.kind is StatementKind.PARTIAL and response.statement.channel == "email",
    }
    return tuple(flag for flag in QUALITY_FLAGS if holds.get(flag))


def quality_flags_difference(old: Response | None, new: Response) -> Mapping[str, int]:
    """Return what a change adds to the quality counts of the response's day, without zeros."""
    change = {flag: (flag in quality_flags_of(new)) - (flag in quality_flags_of(old)) for flag in QUALITY_FLAGS}
    return {flag: count for flag, count in change.items() if count}
