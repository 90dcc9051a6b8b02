"""What a round of the planner reads, at few people who are asked later and at a million."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.asking import moment
from benchmarks.capacity import item_bytes
from benchmarks.errors import BenchError
from benchmarks.lab import Lab
from benchmarks.many_due import put, scheduled, table_of
from benchmarks.metering import Call, metered
from benchmarks.report import Row, Section
from earshot.adapters.dynamodb.invitations import DynamoDBInvitations
from earshot.domain.invitation import DUE_SHARDS, Invitation
from earshot.domain.sending_quota import SendingQuota
from earshot.domain.turn import Turn
from earshot.services.invitations.plan_reminders import PlanRemindersDeps, begin, plan

TITLE = "Planning: what a round reads"
HOW = (
    "The real tick and the turns that it asks for, in this process, with the real adapter and queues that keep what "
    "they get. Each person has one invitation. Its table is a copy of the one deployed from `template.yaml`; only "
    "the keys of the invitations are in it, all that `DueIndex` projects, and most are due later, over the next "
    "month. They come in as DynamoDB takes a table from elsewhere, by an import from S3, those that are due by "
    "`BatchWriteItem` then. The units are the documented size rule over the entries that each Query evaluated, half "
    "a unit a 4 KB begun, as an index is read eventually consistent; the engine charges half a unit whatever a "
    "Query reads. A longer id of a person adds its bytes to each entry. Every invitation due was handed over once."
)
COLUMNS = ("due later", "due", "queries", "entries read", "bytes", "read units", "units a due", "round")
REMARKS = (
    (
        "How long a round takes is promised nowhere: at each Query the engine sorts the shard and looks at every entry "
        "of it, as DynamoDB, which keeps them sorted, does not. It is shown as it was on the engine."
    ),
)
LATER = (1_000, 1_000_000)
DUE = (0, 800)
NOW = moment(24, 12)
HOUR, MONTH = 3_600_000, 30 * 86_400_000
# A unit must plan so many; a Query that finds nothing costs half a unit.
DUE_A_UNIT = 8
FLOOR = DUE_SHARDS * 0.5
# Numbers of people from here on are due.
FIRST_DUE = 9_000_000


@dataclass(frozen=True, slots=True)
class Round:
    """What one round read: in how many queries how many entries and bytes, for how many units, in how many seconds."""

    queries: int
    entries: int
    size: int
    units: float
    seconds: float


class Kept:
    """A queue that keeps the tasks it gets."""

    def __init__(self, tasks: Sequence[Mapping[str, Any]] = ()) -> None:
        self.tasks = [*tasks]

    def send(self, tasks: Iterable[Mapping[str, Any]], delay: int = 0) -> None:  # noqa: ARG002 - the port's
        """Take tasks."""
        self.tasks += [*tasks]


def measure(lab: Lab) -> list[Section]:
    """Plan a round where none is due and one where some are, with few that are due later and with many."""
    lab.steps.begin("planning", 1 + len(LATER) * (1 + len(DUE)))
    endpoint, rounds = lab.stack.endpoint, dict[tuple[int, int], Round]()
    for later in LATER:
        lab.steps.step(f"{later:,} that are due later come in")
        name = f"earshot-bench-planning-{later}"
        with table_of(endpoint, name, due_later(later)) as table:
            for due in DUE:
                lab.steps.step(f"{due} due next to {later:,}")
                put(table, name, due_now(due))
                rounds[later, due] = _round(table, name, due)
    rows = [row_of(later, due, found) for (later, due), found in rounds.items()]
    growth = [growth_row(due, rounds[min(LATER), due], rounds[max(LATER), due]) for due in DUE]
    return [Section(TITLE, COLUMNS, [*rows, *growth], HOW, REMARKS)]


def due_later(count: int) -> Iterator[Invitation]:
    """Make invitations that are due from in an hour on, evenly over a month."""
    return (scheduled(number, NOW + HOUR + number * MONTH // count) for number in range(count))


def due_now(count: int) -> Iterator[Invitation]:
    """Make invitations that were due within the last seconds, the last one now."""
    return (scheduled(FIRST_DUE + number, NOW - number) for number in range(count))


def row_of(later: int, due: int, found: Round) -> Row:
    """Write what a round read: where none is due no more than looking costs, else a unit for every eight due."""
    limit = due / DUE_A_UNIT or FLOOR
    each = f"{found.units / due:.3f}" if due else ""
    figures = (f"{found.queries}", f"{found.entries}", f"{found.size:,}", f"{found.units:.1f}", each)
    cells = (f"{later:,}", f"{due}", *figures, f"{found.seconds:.2f} s")
    return Row(cells, f"≤ {limit:.0f}", found.units <= limit)


def growth_row(due: int, few: Round, many: Round) -> Row:
    """Compare a round with many that are due later to one with few: it must read the same."""
    more = (many.queries - few.queries, many.entries - few.entries, many.size - few.size)
    units = many.units - few.units
    cells = (f"{max(LATER):,} over {min(LATER):,}", f"{due}", *(f"{figure:+,}" for figure in more), f"{units:+.1f}")
    return Row((*cells, "", f"{many.seconds / few.seconds:,.0f} ×"), "+0", units == 0)


def read(calls: Sequence[Call], seconds: float) -> Round:
    """Add up the calls of a round; BenchError if one was no Query, or evaluated what it did not give."""
    for call in calls:
        if call.operation != "Query" or call.reply["Count"] != call.reply["ScannedCount"]:
            raise BenchError(f"the planner made a {call.operation} whose units its reply does not show")
    items = [item for call in calls for item in call.reply["Items"]]
    units = sum(call.read_units for call in calls)
    return Round(len(calls), len(items), sum(map(item_bytes, items)), units, seconds)


def _round(table: Any, name: str, due: int) -> Round:
    """Take the turn of the tick and those it asks for; BenchError unless each that is due was handed over once."""
    mails, plans = Kept(), Kept()
    invitations = DynamoDBInvitations(table, name)
    # The engine files the entries of an index when it is first asked, be it for a shard that is not there.
    invitations.due(DUE_SHARDS, NOW, 1)
    deps = PlanRemindersDeps(invitations, mails, plans, lambda: 0, NOW)
    with metered(table) as meter:
        start = time.perf_counter()
        begin(deps, SendingQuota(14.0))
        while plans.tasks:
            task = plans.tasks.pop(0)
            plan(task, Turn.of(task, lambda: True), deps)
        seconds = time.perf_counter() - start
    if sorted(task["invitation"] for task in mails.tasks) != sorted(invitation.id for invitation in due_now(due)):
        raise BenchError(f"{len(mails.tasks)} of {due} invitations were planned")
    return read(meter.calls, seconds)
