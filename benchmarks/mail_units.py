"""Write units of a first mail, from the decision to ask until the mail is noted as sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.asking import LANGUAGES, NAMES, Asker, asking_survey, moment, prepare_asking
from benchmarks.errors import BenchError
from benchmarks.in_process import TABLE
from benchmarks.index_meter import Write, key_of, metered_with_index
from benchmarks.lab import Lab
from benchmarks.metering import Call
from benchmarks.report import Row, Section
from earshot import bootstrap
from earshot.domain.eligibility import Rules
from earshot.domain.person import Person
from earshot.ports.people import PersonChange

TITLE = "Mails: write units of a first mail"
HOW = (
    "The real `request_invitations` and `send_emails` handlers in this process, with a clock that is set, against "
    "the engine: its table is a copy of the one deployed from `template.yaml`, with its indexes (sparse, keys "
    "only), and its SES takes the mails. The engine charges both, the table and the index; each charge is checked "
    "against the documented rules over every item as it was before and after the write: in the table a unit a KB "
    "begun, two in a transaction; in the index one for an entry that comes or goes and two for one whose key "
    "changes, in a transaction no more. People were saved before, as an import does; that is no part of a mail. The "
    "update that notes a mail as sent also notes when its reminder is due: the unit that puts the reminder into the "
    "index belongs to the reminder, is shown next to the mail and counted in the next table. An invitation with "
    "properties of more than about half a KB costs more, and so does a mail that is tried again."
)
STAGES = ("person", "decision", "postponing", "budget", "claim", "sent")
COLUMNS = ("case", *STAGES, "in the index", "units a mail", "its reminder's put")
REMARKS = (
    (
        "Asked for outside sending hours, a mail is due when they open, and costs no more. It is put off (nothing is "
        "promised for that) only if hours close between the decision and the sender's turn: one more transaction moves "
        "when it is due and when its person was last asked, and its entry in the index goes and comes."
    ),
    (
        "A person who is new is saved with the wish to ask them, which costs three units, two of them for the "
        "directory of people and the index of mailboxes, and is no part of the mail."
    ),
)
MAILS = 4
LIMIT = 8
NOON, EVENING, CLOSED, NIGHT, MORNING = (
    moment(24, 12),
    moment(24, 19, 59),
    moment(24, 20),
    moment(24, 23),
    moment(25, 8),
)


@dataclass(frozen=True, slots=True)
class Case:
    """When someone is asked and when the sender gets the task, the last time to send it; `limit` is in write units."""

    name: str
    survey: str
    asked: int
    tried: tuple[int, ...]
    rules: Rules = Rules()
    is_known: bool = True
    limit: int | None = LIMIT


CASES = (
    Case("sent at once", "mail-at-once", NOON, (NOON,)),
    Case("asked at night, due in the morning", "mail-night", NIGHT, (MORNING,)),
    Case("with a daily budget", "mail-budget", NOON, (NOON,), Rules(daily_budget=MAILS), limit=LIMIT + 1),
    Case("put off once, as hours closed", "mail-put-off", EVENING, (CLOSED, MORNING), limit=None),
    Case("to a person saved with the wish", "mail-stranger", NOON, (NOON,), is_known=False, limit=None),
)


def measure(lab: Lab) -> list[Section]:
    """Send some mails in each case, in several languages."""
    client = prepare_asking(lab.stack.endpoint)
    asker = Asker()
    rows: list[Row] = []
    for case in CASES:
        lab.steps.step(f"units: {case.name}")
        if not bootstrap.surveys().put(asking_survey(case.survey, case.rules), None):
            raise BenchError(f"there is a survey {case.survey} already")
        mails: list[list[Write]] = []
        for number in range(MAILS):
            person = asked_person(case.survey, number, is_known=case.is_known)
            with metered_with_index(client, TABLE) as meter:
                _ask(case, person, asker)
            mails.append([write for write in meter.writes if not notes_a_key(write)])
        rows.append(row_of(case.name, mails, case.limit))
    return [Section(TITLE, COLUMNS, rows, HOW, REMARKS)]


def row_of(name: str, mails: Sequence[Sequence[Write]], limit: int | None) -> Row:
    """Write a case's row: the means over its mails in write units; each mail must keep the limit."""
    spent = dict.fromkeys(STAGES, 0.0)
    for write in (write for mail in mails for write in mail):
        spent[stage_of(write.call)] += write.units - put_ahead(write)
    totals = [sum(write.units - put_ahead(write) for write in mail) for mail in mails]
    ahead = sum(put_ahead(write) for mail in mails for write in mail)
    of_index = sum(write.index for mail in mails for write in mail) - ahead
    figures = [spent[stage] for stage in STAGES]
    cells = (name, *(f"{units / len(mails):.1f}" for units in (*figures, of_index, sum(totals), ahead)))
    return Row(cells) if limit is None else Row(cells, f"≤ {limit}", max(totals) <= limit)


def notes_a_key(write: Write) -> bool:
    """Return whether a write notes that an API key was used: once a day and container, whatever the key is used for."""
    return all(key_of(action)["pk"]["S"].startswith("KU#") for _, action in write.call.actions)


def stage_of(call: Call) -> str:
    """Return what a write is for; BenchError if a mail should not make it."""
    verbs = [verb for verb, _ in call.actions]
    keys = [key_of(action) for _, action in call.actions]
    if call.operation == "TransactWriteItems":
        return "decision" if "Put" in verbs else "postponing"
    partition, sort = keys[0]["pk"]["S"], keys[0]["sk"]["S"]
    if partition.startswith("B#"):
        return "budget"
    if partition.startswith("P#") and sort == "META":
        return "person"
    values = call.params.get("ExpressionAttributeValues", {})
    if not sort.startswith("I#") or not (values.get(":to", {}).get("S") == "claimed" or ":message" in values):
        raise BenchError(f"{call.operation} of {partition} {sort} is no part of a mail")
    return "sent" if ":message" in values else "claim"


def put_ahead(write: Write) -> float:
    """Return what of a write belongs to the next mail: noting one as sent puts its reminder into the index."""
    return write.index if ":message" in write.call.params.get("ExpressionAttributeValues", {}) else 0


def asked_person(survey: str, number: int, *, is_known: bool = True) -> dict[str, str]:
    """Describe a person; save them, as an import would have, where they are known."""
    language = LANGUAGES[number % len(LANGUAGES)]
    person_id = f"{survey}-{number}"
    email = f"{person_id}@example.com"
    mailbox = bootstrap.suppressions().hash_of(email)
    person = Person(person_id, email, NAMES[language], locale=language, mailbox=mailbox)
    if is_known and not bootstrap.people().put([PersonChange(None, person)]):
        raise BenchError(f"there is a person {person_id} already")
    return {"id": person_id, "email": f"{person_id}@example.com", "name": NAMES[language], "locale": language}


def _ask(case: Case, person: dict[str, str], asker: Asker) -> None:
    """Ask, and let the sender try: it sends the last time, and not before."""
    task = asker.invite(case.survey, person, case.asked)
    mails = [len(asker.send(task, now).mails) for now in case.tried]
    if mails != [0] * (len(mails) - 1) + [1]:
        raise BenchError(f"{case.name}: {mails} mails after each try")
