"""What a test makes a function die of."""

from collections.abc import Sequence

from tests.fakes.ledger import InMemoryLedger


class CrashError(Exception):
    """The function died here."""


def crash_at(ledger: InMemoryLedger, places: Sequence[int]) -> None:
    """Raise CrashError before or after the commits of a ledger that stand at these places, counted from 0.

    Before and after count as one each; `places` may change meanwhile.
    """
    commits = iter(range(10_000))

    def crash(_: object) -> None:
        if next(commits) in places:
            raise CrashError

    ledger.before = ledger.after = crash
