"""Permissions taken from a running stack, and what becomes of messages then: nothing is lost, somebody is notified."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.e2e.conftest import Stack
from tests.e2e.iam_walk import SCHEDULES
from tests.e2e.iam_walk_triggers import ringing, send_ses_event
from tests.e2e.invitation_client import a_survey, an_address, ask, id_of, mail_to
from tests.e2e.permissions import Held, Permission, permissions, without
from tests.e2e.releases import mapping_of
from tests.e2e.survey_client import depth, settle, until

# Each rule's queue, and each schedule's queue with the dead letters of its own.
FILLED_BY_RULES = ("AlertQueue", "TouchpointQueue", "FeedbackQueue")
RUNG = {"Hourly": "Score", "Reconcile": "Feedback", "Retention": "Backfill", "Plan": "Plan", "Campaign": "Campaign"}


def the(holder: str, action: str, resource: str, value: str = "") -> Permission:
    """The one permission that is so; the name of a function's folder means its role."""
    wanted = (holder, action, resource, value)
    (found,) = (each for each in permissions() if (each.holder, each.action, each.resource, each.value) == wanted)
    return found


@contextmanager
def withheld(held: Held, *taken: Permission) -> Iterator[None]:
    """Take permissions away, one a holder, and give them back."""
    before = {each.holder: held.document(each.holder) for each in taken}
    for each in taken:
        held.put(each.holder, without(before[each.holder], each))
    try:
        yield
    finally:
        for holder, document in before.items():
            held.put(holder, document)


def what_cannot_be_delivered(stack: Stack, held: Held) -> None:
    """A message that a queue does not let in waits in the dead-letter queue of its sender."""
    closed = [each for each in permissions() if each.holder in FILLED_BY_RULES]
    silenced = [the(f"{name}ScheduleRole", "sqs:SendMessage", f"{queue}Queue") for name, queue in RUNG.items()]
    undelivered = depth(stack, "UndeliveredEvents")
    dead = {queue: depth(stack, f"{queue}DeadLetters") for queue in RUNG.values()}
    with withheld(held, *closed, *silenced), ringing(stack, *SCHEDULES):
        replayed = {"Source": "earshot", "DetailType": "ResponseRecorded", "Detail": '{"metadata": {"replayed": true}}'}
        touched = {"Source": "shop.orders", "DetailType": "TouchpointReached", "Detail": "{}"}
        stack.client("events").put_events(Entries=[{**each, "EventBusName": "earshot"} for each in (replayed, touched)])
        reported = {"source": "aws.ses", "id": "1", "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        send_ses_event(stack, {**reported, "detail-type": "Email Delivered", "detail": {}})
        until(lambda: depth(stack, "UndeliveredEvents"), lambda number: number >= undelivered + 3)
    for queue, before in dead.items():
        assert depth(stack, f"{queue}DeadLetters") == before + 1, queue


def what_cannot_be_counted(stack: Stack, held: Held) -> None:
    """A stream that gives records up, here after a second instead of 22 hours, reports which."""
    functions = stack.client("lambda")
    mapping = mapping_of(stack, "CountFunnelFunction", "Table")
    before = depth(stack, "UncountedRecords")
    functions.update_event_source_mapping(UUID=mapping, MaximumRecordAgeInSeconds=1)
    with withheld(held, the("CountFunnelRole", "dynamodb:UpdateItem", "Table", "F#*")):
        survey, address = a_survey(stack), an_address("ned")
        ask(stack, survey, {"id": id_of(address), "email": address})
        until(lambda: depth(stack, "UncountedRecords"), lambda number: number > before)
        settle(stack)
    functions.update_event_source_mapping(UUID=mapping, MaximumRecordAgeInSeconds=79_200)
    mail_to(stack, address)


def log_lines(stack: Stack) -> str:
    """Return everything the functions logged so far, as the engine has it."""
    return (stack.local_dir / "engine.log").read_text(errors="replace")
