"""Made-up submissions, the same ones in every run, as the queue would deliver them."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from earshot.adapters.sqs_submissions import pack
from earshot.domain import ids
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission

WEIGHTS = (3, 1, 2, 2, 2, 6, 4, 10, 20, 25, 25)
WORDS = ("the", "seat", "was", "narrow", "but", "crew", "friendly", "and", "quick", "to", "help", "all", "night")
PLANS = ("free", "team", "business")
COUNTRIES = ("de", "fr", "gb", "us", "nl", "es", "it", "se")
SEGMENTS = ("plan", "country")
# The queue that `prepare` in in_process.py names.
SOURCE = "arn:aws:sqs:us-east-1:000000000000:responses"


@dataclass(frozen=True, slots=True)
class Crowd:
    """The respondents of a survey: with properties or without, known by name or not."""

    survey: str
    properties: bool = False
    known: bool = False

    def submissions(self, moment: int, first: int, count: int) -> Iterator[Submission]:
        """Make submissions number `first` to `first + count`, all made at one moment (Unix milliseconds)."""
        for number in range(first, first + count):
            dice = random.Random(f"{self.survey}/{number}")
            statement = Statement(
                kind=StatementKind.FINAL,
                received_at=moment,
                score=dice.choices(range(11), WEIGHTS)[0],
                comment=" ".join(dice.choices(WORDS, k=dice.randrange(40))) or None,
                properties=self._properties(dice) if self.properties else {},
                person=f"customer-{number}" if self.known else None,
                channel="widget",
            )
            response_id = ids.mint(moment, f"{self.survey}/{number}".encode())
            yield Submission(self.survey, response_id, statement, moment, None, f"request-{number:08d}")

    def _properties(self, dice: random.Random) -> dict[str, str]:
        return {"plan": dice.choice(PLANS), "country": dice.choice(COUNTRIES)}


def batches(submissions: Sequence[Submission], size: int) -> list[dict[str, Any]]:
    """Split submissions into the events of batches of a queue, a message each."""
    records = [message(submission.id, next(pack([submission]))) for submission in submissions]
    return [{"Records": records[start : start + size]} for start in range(0, len(records), size)]


def message(name: str, body: str) -> dict[str, Any]:
    """Make a message as the response queue delivers it."""
    return {"messageId": name, "receiptHandle": name, "body": body, "eventSourceARN": SOURCE}
