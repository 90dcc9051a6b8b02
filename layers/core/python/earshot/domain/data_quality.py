"""How far the responses of a window can be trusted: shares with their intervals, and warnings in words."""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot.domain.funnel import Rate
from earshot.domain.proportions import Difference, Proportion, newcombe

# A share is worth a warning once it is surely above one in twenty.
TOLERATED = 0.05


@dataclass(frozen=True, slots=True)
class Shares:
    """How many of how many were remarkable, each as a rate: `Rate.responded` of `Rate.asked`."""

    speeders: Rate
    repeats: Rate
    quarantined: Rate
    excluded: Rate
    cleaned: Rate
    clicked: Rate


@dataclass(frozen=True, slots=True)
class Compared:
    """A window and the one before it: their response rates and their scores (None: no responses)."""

    rate: Rate
    rate_before: Rate | None
    nps: int | None
    nps_before: int | None

    @property
    def change(self) -> Difference | None:
        """Return the change of the response rate; None if no one was invited in one of the windows."""
        return rate_change(self.rate_before, self.rate) if self.rate_before else None


def rate_change(before: Rate, after: Rate) -> Difference | None:
    """Compare two rates by Newcombe's interval; None if no one was invited in one of them."""
    return newcombe(_proportion(before), _proportion(after))


def _proportion(rate: Rate) -> Proportion:
    return Proportion(min(rate.responded, rate.asked), rate.asked)


def warnings(shares: Shares, compared: Compared) -> list[str]:
    """Return the warnings, the gravest first; none if all is well or too little is known."""
    return [*_falling(compared), *_remarkable(shares)]


def _falling(compared: Compared) -> Iterator[str]:
    change, before = compared.change, compared.rate_before
    if change is None or before is None or not change.significant or change.difference > 0:
        return
    fell = f"the response rate fell from {_percent(before)} ({before.asked:,} asked) to {_percent(compared.rate)}"
    fell = f"{fell} ({compared.rate.asked:,} asked)"
    nps, nps_before = compared.nps, compared.nps_before
    if nps is None or nps_before is None or nps <= nps_before:
        yield f"Fewer of the invited people respond: {fell}."
        return
    yield (
        f"The score rose from {nps_before} to {nps} while {fell}: "
        "those who no longer respond may be the less happy ones, so the rise need not be an improvement."
    )


def _remarkable(shares: Shares) -> Iterator[str]:
    described = (
        (shares.speeders, "of the responses with a known duration took less than 2 seconds"),
        (shares.repeats, "of the responses repeat what the same person sent within the day before"),
        (shares.quarantined, "of the mails whose button was clicked look automated"),
        (shares.excluded, "of the responses are excluded from the score"),
        (shares.cleaned, "of the responses had a field that was cut, converted or left out"),
    )
    for share, words in described:
        bounds = share.interval()
        if bounds is not None and bounds.low > TOLERATED:
            yield f"{_percent(share)} {words} ({share.responded:,} of {share.asked:,})."


def _percent(rate: Rate) -> str:
    return f"{rate.share or 0:.1%}"
