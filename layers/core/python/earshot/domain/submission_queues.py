"""The queues of submissions, and what each may carry: what its senders need, and no more."""

from dataclasses import dataclass

from earshot.domain.statement import Rank, StatementKind
from earshot.domain.submission import Submission


class NotCarriedError(ValueError):
    """A message contains what no sender of its queue may send."""


@dataclass(frozen=True, slots=True)
class QueueContract:
    """A queue by the setting that names it, the kinds of statement it may carry, and the ranks of their senders.

    One that `withdraws` may carry statements without a score, which take back what a machine gave.
    """

    setting: str
    kinds: frozenset[StatementKind]
    ranks: frozenset[Rank]
    withdraws: bool = False

    def check(self, submission: Submission) -> None:
        """Raise NotCarriedError if this queue may not carry a submission."""
        statement = submission.statement
        if statement.kind not in self.kinds:
            raise NotCarriedError(f"no {statement.kind.state} statement is allowed in this queue")
        if statement.rank not in self.ranks:
            raise NotCarriedError(f"no {statement.rank.word} submission is allowed in this queue")
        if statement.score is None and not self.withdraws:
            raise NotCarriedError("withdrawals are not allowed in this queue")
        if statement.rank is not Rank.KEYED and _takes_a_key(submission):
            raise NotCarriedError("it has a field that needs a key, and was sent without one")


# submit_response sends here: what a page, a signed person or a key submits.
RESPONSE_QUEUE = QueueContract(
    "EARSHOT_RESPONSE_QUEUE", frozenset({StatementKind.PARTIAL, StatementKind.FINAL}), frozenset(Rank)
)
# serve_pages and request_invitations send here: what is submitted behind a link, and what is released of it.
LINK_QUEUE = QueueContract(
    "EARSHOT_LINK_QUEUE",
    frozenset({StatementKind.PARTIAL, StatementKind.FINAL, StatementKind.CHANGED_BY_RESPONDENT}),
    frozenset({Rank.SIGNED}),
    withdraws=True,
)
# Keys' corrections, withdrawals and erasures travel through none: the functions that take them write themselves.
QUEUE_CONTRACTS = (RESPONSE_QUEUE, LINK_QUEUE)


def queue_named_by(source: str) -> str:
    """Return the name of a queue from its URL or its ARN."""
    return source.replace(":", "/").rpartition("/")[2]


def _takes_a_key(submission: Submission) -> bool:
    statement = submission.statement
    is_of_import = submission.import_id is not None or submission.updates
    return is_of_import or submission.responded_at is not None or statement.by is not None or not statement.emit_events
