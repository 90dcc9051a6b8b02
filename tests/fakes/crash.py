"""What a test makes a function die of."""

from collections.abc import Sequence
from random import Random

from earshot.ports.ledger import Change, Refusal, Verdict
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


def crash_by_chance(ledger: InMemoryLedger, dice: Random) -> None:
    """Make one in twenty commits of a ledger crash before, crash after, or find the table busy."""

    def after(_: Sequence[Change]) -> None:
        if dice.random() < 0.05:
            raise CrashError

    def before(changes: Sequence[Change]) -> list[Refusal] | None:
        after(changes)
        return [Refusal(Verdict.BUSY) for _ in changes] if dice.random() < 0.05 else None

    ledger.before, ledger.after = before, after
