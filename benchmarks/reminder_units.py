"""Write units of a reminder, from its place in the index until it is noted as sent or stopped."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.asking import Asker, asking_survey, clock_at, moment, prepare_asking
from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE, handler_of
from benchmarks.index_meter import Write, metered_with_index
from benchmarks.lab import Lab
from benchmarks.mail_units import asked_person, put_ahead, stage_of
from benchmarks.report import Row, Section
from benchmarks.submissions import batches
from earshot import bootstrap
from earshot.domain import ids
from earshot.domain.eligibility import Rules
from earshot.domain.statement import Statement, StatementKind
from earshot.domain.submission import Submission

TITLE = "Mails: write units of a reminder"
HOW = (
    "Measured as a first mail is, and after it: the same people, the real `send_emails` handler at the time their "
    "reminder is due, the engine's charge for each write checked against the documented rules. A reminder is charged "
    "the entry in the index that the mail before it put there when it was noted as sent, its claim with the entry's "
    "removal, and that it was sent. What that last write puts into the index is the next reminder's and is counted "
    "with that one, so that nothing is counted twice and nothing left out."
)
STAGES = ("budget", "postponing", "claim", "sent", "stopped")
COLUMNS = ("case", "put before", *STAGES, "in the index", "units a reminder", "the next one's put")
REMARKS = (
    (
        "Where the person is not reminded, as they have responded, nothing is claimed: one write notes why and "
        "takes the entry out of the index. The response's own writes belong to the response."
    ),
    (
        "The item grows with each mail: by the size rule it has about 600 bytes after the first and 800 after the "
        "third, and what SES reports of each (delivered, opened, clicked) adds 11 to 19. With properties of more "
        "than about 150 bytes the writes of a last reminder can take two units each, of which nothing is measured "
        "here."
    ),
)
PEOPLE = 4
LIMIT = 4
HOUR, DAY = 3_600_000, 86_400_000
# The rules remind 3 days after the mail, and 4 days after that reminder.
SENT = moment(24, 12)
FIRST = SENT + 3 * DAY
LAST = FIRST + 4 * DAY
CLOSED, MORNING = FIRST + 8 * HOUR, FIRST + 20 * HOUR


@dataclass(frozen=True, slots=True)
class Case:
    """When the mails before it went out, and when the sender gets the reminder's task; `limit` is in write units."""

    name: str
    survey: str
    before: tuple[int, ...] = (SENT,)
    tried: tuple[int, ...] = (FIRST,)
    rules: Rules = Rules()
    has_responded: bool = False
    limit: int | None = LIMIT


CASES = (
    Case("the first reminder", "reminder-first"),
    Case("the last reminder", "reminder-last", (SENT, FIRST), (LAST,)),
    Case("with a daily budget", "reminder-budget", rules=Rules(daily_budget=PEOPLE), limit=LIMIT + 1),
    Case("put off once, as hours closed", "reminder-put-off", tried=(CLOSED, MORNING), limit=None),
    Case("stopped, as its person responded", "reminder-answered", has_responded=True, limit=None),
)


def measure(lab: Lab) -> list[Section]:
    """Remind some people in each case, in several languages."""
    client = prepare_asking(lab.stack.endpoint)
    asker = Asker()
    rows: list[Row] = []
    for case in CASES:
        lab.steps.step(f"reminder: {case.name}")
        if not bootstrap.surveys().put(asking_survey(case.survey, case.rules), None):
            raise BenchError(f"there is a survey {case.survey} already")
        reminders: list[list[Write]] = []
        for number in range(PEOPLE):
            with metered_with_index(client, TABLE) as before:
                task = _mailed(case, number, asker)
            if case.has_responded:
                _respond(case, number)
            with metered_with_index(client, TABLE) as meter:
                _remind(case, task, asker)
            reminders.append([before.writes[-1], *meter.writes])
        rows.append(row_of(case.name, reminders, case.limit))
    return [Section(TITLE, COLUMNS, rows, HOW, REMARKS)]


def row_of(name: str, reminders: Sequence[Sequence[Write]], limit: int | None) -> Row:
    """Write a case's row, in write units; of each reminder come the mail that put it into the index, and its own."""
    spent = dict.fromkeys(STAGES, 0.0)
    own = [write for _, *writes in reminders for write in writes]
    for write in own:
        spent[_stage_of(write)] += write.units - put_ahead(write)
    puts, ahead = sum(put_ahead(before) for before, *_ in reminders), sum(map(put_ahead, own))
    totals = [units_of(reminder) for reminder in reminders]
    of_index = puts - ahead + sum(write.index for write in own)
    figures = (puts, *(spent[stage] for stage in STAGES), of_index, sum(totals), ahead)
    cells = (name, *(f"{units / len(reminders):.1f}" for units in figures))
    return Row(cells) if limit is None else Row(cells, f"≤ {limit}", max(totals) <= limit)


def units_of(reminder: Sequence[Write]) -> float:
    """Add up a reminder, BenchError unless the mail before put it into the index, as it would look too cheap."""
    before, *own = reminder
    if not put_ahead(before):
        raise BenchError("the mail before it put no reminder into the index")
    return put_ahead(before) + sum(write.units - put_ahead(write) for write in own)


def _stage_of(write: Write) -> str:
    values = write.call.params.get("ExpressionAttributeValues", {})
    if ":scheduled" in values:
        return "postponing"
    is_stop = values.get(":to", {}).get("S") == "sent" and ":reason" in values
    return "stopped" if is_stop else stage_of(write.call)


def _mailed(case: Case, number: int, asker: Asker) -> dict[str, str]:
    """Ask a person and send the mails that go before; give the task of the reminder."""
    task = asker.invite(case.survey, asked_person(case.survey, number), SENT)
    mails = [len(asker.send(task, now).mails) for now in case.before]
    if mails != list(range(1, len(mails) + 1)):
        raise BenchError(f"{case.name}: {mails} mails before the reminder")
    return task


def _respond(case: Case, number: int) -> None:
    """Record a response of the person, a day after the mail."""
    moment, person = SENT + DAY, f"{case.survey}-{number}"
    statement = Statement(kind=StatementKind.FINAL, received_at=moment, score=9, person=person, channel="widget")
    response = ids.mint(moment, person.encode())
    submission = Submission(case.survey, response, statement, moment, None, f"request-{person}")
    (event,) = batches([submission], 1)
    with clock_at(moment):
        if handler_of("record_responses")(event, None)["batchItemFailures"]:
            raise BenchError(f"{case.name}: the response was not recorded")


def _remind(case: Case, task: dict[str, str], asker: Asker) -> None:
    """Run the sender: it sends the last time, and not before, and nothing to a person who has responded."""
    tried = [asker.send(task, now) for now in case.tried]
    mails, stopped = [len(each.mails) for each in tried], tried[-1].stopped
    before = len(case.before)
    expected = [before] * (len(tried) - 1) + [before if case.has_responded else before + 1]
    if mails != expected or stopped != ("answered" if case.has_responded else None):
        raise BenchError(f"{case.name}: {mails} mails after each try, stopped: {stopped}")
