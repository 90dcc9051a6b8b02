"""People who responded before, many in one batch: how many calls each costs, and how many are linked in a second."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, Handler, handler_of, prepare
from benchmarks.lab import Lab
from benchmarks.report import Row, Section
from benchmarks.submissions import Crowd, message
from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.sqs_submissions import pack
from earshot.domain.response import ALL
from earshot.domain.submission import Submission
from earshot.domain.survey import Survey

TITLE = "Returning people: calls to link them"
HOW = (
    "The real `record_responses` handler in this process takes one batch of people's first responses, then one of "
    "their next, a day later. Calls are all that the recorder makes to the table, the writing of the responses "
    "included; a batch that is not through in time comes back, as the queue would bring it, and the rounds are "
    "counted. Seconds are those of the local engine, where a call takes several times what it takes on AWS."
)
COLUMNS = ("people in the batch", "batches", "rounds", "calls a response, first", "next", "responses linked a second")
BATCHES = ((1, 20), (100, 1), (1_000, 1), (10_000, 1))
MOST_CALLS = 2.0
DAY = 86_400_000
# Then a message is a dead letter.
MOST_ROUNDS = 10


def measure(lab: Lab) -> list[Section]:
    """Record and link batches of one person up to 10,000, which is the most that HighVolume takes at once."""
    client, handler, rows = prepare(lab.stack.endpoint), handler_of("record_responses"), []
    for people, batches in BATCHES:
        lab.steps.step(f"{people:,} returning people")
        rows.append(_row(client, handler, people, batches))
    return [Section(TITLE, COLUMNS, rows, HOW)]


def _row(client: Any, handler: Handler, people: int, batches: int) -> Row:
    survey, now = f"returning-{people}", time.time_ns() // 1_000_000
    bootstrap.surveys().put(Survey(survey, "Bench", created_at="now", updated_at="now", zone_is_fixed=True), None)
    first = [_submissions(survey, now - DAY, people, batch) for batch in range(batches)]
    again = [_submissions(survey, now, people, batch) for batch in range(batches)]
    firsts, _, _ = _recorded(client, handler, first)
    calls, seconds, rounds = _recorded(client, handler, again)
    sent = people * batches
    _check(client, survey, sent)
    linked = f"{sent / seconds:,.0f}"
    cells = (
        f"{people:,}",
        f"{batches}",
        f"{rounds}",
        f"{firsts / sent:.2f}",
        f"{calls / sent:.2f}",
        linked,
    )
    return Row(cells, f"≤ {MOST_CALLS:.0f} calls", calls / sent <= MOST_CALLS) if people > 1 else Row(cells)


def _submissions(survey: str, moment: int, people: int, batch: int) -> list[Submission]:
    made = Crowd(survey, known=True).submissions(moment, batch * people, people)
    return [
        replace(one, statement=replace(one.statement, person=f"returning-{survey}-{batch}-{n}"))
        for n, one in enumerate(made)
    ]


def _recorded(client: Any, handler: Handler, submissions: Sequence[Sequence[Submission]]) -> tuple[int, float, int]:
    """Return the calls, the seconds and the most rounds it took until no message came back."""
    most, began = 0, time.perf_counter()
    with _counted(client) as calls:
        for batch in submissions:
            records = [message(str(n), body) for n, body in enumerate(pack(batch))]
            rounds = 0
            while records:
                if (rounds := rounds + 1) > MOST_ROUNDS:
                    raise BenchError("the responses are never recorded")
                failed = {one["itemIdentifier"] for one in handler({"Records": records}, None)["batchItemFailures"]}
                records = [record for record in records if record["messageId"] in failed]
            most = max(most, rounds)
    return len(calls), time.perf_counter() - began, most


@contextmanager
def _counted(client: Any) -> Iterator[list[str]]:
    """Listen to every call of a client, the refused ones too."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    client.meta.events.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        client.meta.events.unregister("before-call.dynamodb", note)


def _check(client: Any, survey: str, sent: int) -> None:
    """Compare the superseded count with what was to be linked."""
    pages = client.get_paginator("query").paginate(
        TableName=TABLE,
        KeyConditionExpression="pk = :pk AND begins_with(sk, :s)",
        ExpressionAttributeValues={":pk": {"S": table_keys.counts(survey, ALL)}, ":s": {"S": table_keys.SUPERSEDED}},
    )
    numbers = [int(n["N"]) for page in pages for item in page["Items"] for name, n in item.items() if name[0] == "h"]
    if sum(numbers) != sent:
        raise BenchError(f"{sum(numbers)} of {sent} responses were linked")
