"""Submissions as they travel through the queue: packed into messages by the sender, unpacked by the recorder."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from earshot.adapters.sqs import SqsQueue
from earshot.domain import ids
from earshot.domain.iso_time import read_time
from earshot.domain.statement import (
    LONGEST_COMMENT,
    LONGEST_PROPERTY_NAME,
    LONGEST_PROPERTY_VALUE,
    LONGEST_SHOWN,
    MOST_PROPERTIES,
    Rank,
    Statement,
    StatementKind,
)
from earshot.domain.submission import Submission

VERSION = 1
MOST_PER_MESSAGE = 100
# SQS takes 256 KB a message everywhere; the rest is left for its own attributes.
LARGEST_MESSAGE = 240 * 1024
# Characters of an id, an address or a channel.
LONGEST_WORD = 256
# What all properties may have together.
LONGEST_PROPERTIES = MOST_PROPERTIES * (LONGEST_PROPERTY_NAME + LONGEST_PROPERTY_VALUE)
# Far beyond any clock, and still a date in every zone.
LATEST = 250_000_000_000_000


class SqsSubmissionQueue(SqsQueue):
    """The `SubmissionQueue` port."""

    def send(self, submissions: Iterable[Submission], delay: int = 0) -> None:
        """Queue submissions, up to 100 a message."""
        self.put(pack(submissions), delay)


def pack(submissions: Iterable[Submission]) -> Iterator[str]:
    """Cut submissions into message bodies of at most 100 submissions and 240 KB, in their order."""
    lines: list[str] = []
    size = 0
    for line in (json.dumps(_written(s), ensure_ascii=False, separators=(",", ":")) for s in submissions):
        length = len(line.encode())
        if lines and (len(lines) == MOST_PER_MESSAGE or size + length > LARGEST_MESSAGE):
            yield _message(lines)
            lines, size = [], 0
        lines.append(line)
        size += length + 1
    if lines:
        yield _message(lines)


def unpack(body: str) -> list[Submission]:
    """Read a message body back; ValueError, KeyError or TypeError if it is not one of ours."""
    message = json.loads(body)
    if message["version"] != VERSION:
        raise ValueError(f"messages of version {message['version']!r} are not supported")
    return [_read(fields) for fields in message["submissions"]]


def _message(lines: list[str]) -> str:
    return f'{{"version":{VERSION},"submissions":[{",".join(lines)}]}}'


KINDS = {
    StatementKind.PARTIAL: "partial",
    StatementKind.FINAL: "final",
    StatementKind.CHANGED_BY_RESPONDENT: "changed_by_respondent",
    StatementKind.CHANGED_WITH_KEY: "changed_with_key",
    StatementKind.WITHDRAWN: "withdrawn",
    StatementKind.ANONYMISED: "anonymised",
    StatementKind.ERASED: "erased",
}
_KIND_OF = {word: kind for kind, word in KINDS.items()}
_RANK_OF = {rank.word: rank for rank in Rank}
NAMES = ("person", "channel", "unverified_email", "responded_at", "by", "import")


def _written(submission: Submission) -> dict[str, Any]:
    statement = submission.statement
    full = {
        "survey": submission.survey,
        "id": submission.id,
        "kind": KINDS[statement.kind],
        "rank": statement.rank.word if statement.rank is not Rank.ANONYMOUS else None,
        "received": statement.received_at,
        "score": statement.score,
        "comment": statement.comment,
        "comment_score": statement.comment_score,
        "properties": dict(statement.properties),
        "person": statement.person,
        "channel": statement.channel,
        "unverified_email": statement.unverified_email,
        "emit_events": statement.emit_events,
        "seconds": statement.seconds,
        "by": statement.by,
        "cleaned": True if statement.cleaned else None,
        "contact_requested": True if statement.contact_requested else None,
        "responded_at": submission.responded_at,
        "correlation": submission.correlation,
        "import": submission.import_id,
        "updates": True if submission.updates else None,
    }
    return {name: value for name, value in full.items() if value is not None and value != {}}


def _read(fields: dict[str, Any]) -> Submission:
    kind = _KIND_OF[fields["kind"]]
    score, received = fields.get("score"), fields["received"]
    if type(received) is not int or not 0 <= received < LATEST:
        raise ValueError("invalid time of receipt")
    # A respondent's change or a clicked score without a score withdraws the response: a machine gave it.
    is_withdrawn = kind in (StatementKind.CHANGED_BY_RESPONDENT, StatementKind.PARTIAL) and score is None
    if kind is not StatementKind.ERASED and not is_withdrawn and (type(score) is not int or not 0 <= score <= 10):
        raise ValueError("a score is missing")
    if not isinstance(fields["survey"], str) or ids.canonical(fields["id"]) != fields["id"]:
        raise ValueError("invalid response id")
    _check_texts(fields)
    statement = Statement(
        kind=kind,
        received_at=received,
        score=score,
        comment=fields.get("comment"),
        properties=fields.get("properties", {}),
        person=fields.get("person"),
        channel=fields.get("channel"),
        unverified_email=fields.get("unverified_email"),
        emit_events=fields.get("emit_events", True),
        seconds=_seconds(fields),
        comment_score=_comment_score(fields),
        by=fields.get("by"),
        cleaned=fields.get("cleaned") is True,
        contact_requested=fields.get("contact_requested") is True,
        rank=_RANK_OF[fields.get("rank", Rank.ANONYMOUS.word)],
    )
    responded_at, correlation = fields.get("responded_at"), fields.get("correlation", "")
    of_import = fields.get("import"), fields.get("updates") is True
    return Submission(fields["survey"], fields["id"], statement, received, responded_at, correlation, *of_import)


def _comment_score(fields: dict[str, Any]) -> int | None:
    score = fields.get("comment_score")
    if score is None:
        return None
    if type(score) is not int or not 0 <= score <= 10:
        raise ValueError("invalid comment score")
    return score


def _seconds(fields: dict[str, Any]) -> float | None:
    seconds = fields.get("seconds")
    if seconds is not None and (type(seconds) not in (int, float) or not 0 <= seconds <= LONGEST_SHOWN):
        raise ValueError("invalid number of seconds")
    return seconds


def _check_texts(fields: dict[str, Any]) -> None:
    """Refuse what no sender can have sent: it would spoil its neighbours in a transaction."""
    texts = [fields.get(name) for name in ("comment", *NAMES, "correlation")]
    properties = fields.get("properties", {})
    found = [text for text in [fields["survey"], *texts, *properties, *properties.values()] if text is not None]
    if any(not isinstance(text, str) for text in found):
        raise ValueError("a text is expected")
    if (
        any(len(text) > LONGEST_COMMENT for text in found)
        or sum(map(len, [*properties, *properties.values()])) > LONGEST_PROPERTIES
    ):
        raise ValueError("the submission is larger than any accepted one")
    if any(len(fields.get(name) or "") > LONGEST_WORD for name in ("survey", *NAMES)):
        raise ValueError("a name is longer than any accepted one")
    # Half a character fails here (UnicodeEncodeError is a ValueError), and not in a transaction among its neighbours.
    "".join(found).encode()
    if "responded_at" in fields and not 1970 <= read_time(fields["responded_at"]).year <= 9000:
        raise ValueError("invalid time of response")
