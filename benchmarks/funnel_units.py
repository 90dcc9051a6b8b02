"""Write units of counting the funnel: what it adds to each change of an invitation, in batches and alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.asking import Asker, asking_survey, prepare_asking
from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, handler_of
from benchmarks.index_meter import metered_with_index
from benchmarks.lab import Lab
from benchmarks.mail_units import asked_person
from benchmarks.reminder_units import FIRST, LAST, SENT
from benchmarks.report import Row, Section
from earshot import bootstrap
from earshot.domain.eligibility import Rules
from earshot_cli.local.aws import client as outsider
from earshot_cli.local.endpoint import Endpoint

TITLE = "Mails: write units of counting the funnel"
HOW = (
    "The real `count_funnel` handler in this process gets the changes that people's invitations left in the stream of "
    "the bench's own table, from the wish to ask to the last of three mails, seven a person and in their order. Only "
    "their times are set: those of a batch as at 20 changes a second, those that come alone a minute apart. The "
    "engine charges each transaction, checked against the documented rules over the items before and after. These "
    "units come on top of those of the mails and are promised nowhere; a record that moves nothing costs none."
)
COLUMNS = ("the stream delivers", "records", "transactions", "write units", "units a record", "units a person, 3 mails")
# The changes of an invitation: scheduled, and for each of three mails claimed and sent.
CHANGES = 7
LONG_AGO = SENT // 1000

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """How many records come in a batch, from how many people, and how far apart they are dated (seconds)."""

    name: str
    survey: str
    size: int
    batches: int
    people: int
    apart: float


CASES = (
    Case("batches of 100", "funnel-hundreds", 100, 2, 30, 0.05),
    Case("each record alone", "funnel-alone", 1, 6 * CHANGES, 6, 60.0),
)


def measure(lab: Lab) -> list[Section]:
    """Count the stream's records of some people's invitations, in each case of a survey of its own."""
    client, handler, asker = prepare_asking(lab.stack.endpoint), handler_of("count_funnel"), Asker()
    rows: list[Row] = []
    for place, case in enumerate(CASES):
        lab.steps.step(f"funnel: {case.name}")
        if not bootstrap.surveys().put(asking_survey(case.survey, Rules()), None):
            raise BenchError(f"there is a survey {case.survey} already")
        _mail_thrice(case, asker)
        found = [record for record in _stream(lab.stack.endpoint) if _is_of(record, case.survey)]
        records = dated(found[: case.size * case.batches], LONG_AGO + place * 86_400, case.apart)
        if len(found) != case.people * CHANGES or len(records) != case.size * case.batches:
            raise BenchError(f"{case.survey}: the stream has {len(found)} changes")
        with metered_with_index(client, TABLE) as meter:
            for start in range(0, len(records), case.size):
                handler({"Records": records[start : start + case.size]}, None)
        rows.append(row_of(case.name, len(records), [write.units for write in meter.writes]))
    return [Section(TITLE, COLUMNS, rows, HOW)]


def row_of(name: str, records: int, writes: Sequence[float]) -> Row:
    """Write a case's row from what each transaction was charged, in write units."""
    each = sum(writes) / records
    figures = (f"{records}", f"{len(writes)}", f"{sum(writes):.0f}", f"{each:.2f}", f"{each * CHANGES:.1f}")
    return Row((name, *figures))


def dated(records: Sequence[Record], start: float, apart: float) -> list[Record]:
    """Date records with the given seconds after `start` (Unix seconds)."""
    return [
        {**record, "dynamodb": {**record["dynamodb"], "ApproximateCreationDateTime": start + place * apart}}
        for place, record in enumerate(records)
    ]


def _mail_thrice(case: Case, asker: Asker) -> None:
    """Send each person the invitation and both reminders, wave after wave."""
    tasks = [asker.invite(case.survey, asked_person(case.survey, number), SENT) for number in range(case.people)]
    for wave, now in enumerate((SENT, FIRST, LAST), start=1):
        if any(len(asker.send(task, now).mails) != wave for task in tasks):
            raise BenchError(f"{case.survey}: mail {wave} did not go out")


def _stream(endpoint: Endpoint) -> Iterator[Record]:
    """Read the stream of the bench's table from its beginning, in the shape in which a function gets it."""
    streams = outsider("dynamodbstreams", endpoint)
    (stream,) = streams.list_streams(TableName=TABLE)["Streams"]
    for shard in streams.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
        asked = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = streams.get_shard_iterator(**asked)["ShardIterator"]
        while iterator:
            page = streams.get_records(ShardIterator=iterator, Limit=1000)
            yield from page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None


def _is_of(record: Record, survey: str) -> bool:
    """Return whether the function's filter lets a record of this survey's invitations through."""
    image, key = record["dynamodb"].get("NewImage", {}), record["dynamodb"]["Keys"]["sk"]["S"]
    return bool(key.startswith("I#") and image.get("survey", {}).get("S") == survey)
