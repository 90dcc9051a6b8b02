"""`earshot rebuild --links`: each person's responses linked to their next one, a page of responses at a time."""

from collections.abc import Iterator
from datetime import date

import typer

from earshot import bootstrap
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.response import Response
from earshot.services.supersession.reconcile_people import TOGETHER, PersonResponses, Reconciliation
from earshot_cli.ops.aws_errors import plain_errors, stoppable
from earshot_cli.ops.response_scan import ResponsesByDay
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import find_survey
from earshot_cli.phrases import counted
from earshot_cli.screen import note, spinner, write


def rebuild_links(stack: Stack, name: str, days: tuple[date, date] | None, *, dry_run: bool) -> None:
    """Link the responses of a survey, or of some of its days; exit code 1 if something is left to do.

    It links like the recorder, so both may run at once, and it may be stopped at any time.
    """
    with plain_errors(stack.place):
        survey = find_survey(stack, name)
        client, table = stack.client("dynamodb"), stack.table
        ledger, people = DynamoDBLedger(client, table), DynamoDBPeople(client, table)
        run = Reconciliation(ledger, people, bootstrap.pause, lambda: True, checks=True, dry=dry_run)
        responses = ResponsesByDay(client, table, survey)
        with stoppable(lambda: f"{run.changed:,} links were set; the next run sets the rest."):
            if (span := days or responses.span()) is not None:
                _link(run, responses, *span)
        if run.changed and not dry_run:
            SqsTaskQueue(stack.client("sqs"), stack.physical("ScoreQueue")).send([{"survey": survey.id}])
    _report(run, survey.id, dry_run=dry_run)
    if run.failed or (run.changed and dry_run):
        raise typer.Exit(1)


def _link(run: Reconciliation, responses: ResponsesByDay, first: date, end: date) -> None:
    seen = 0
    with spinner("Checking links") as show:
        for page in responses.between(first, end):
            for people in _people(page):
                run.reconcile(people)
                seen += sum(len(person.ids) for person in people)
                show(f"Checking the links of {seen:,} responses: {run.changed:,} wrong")


def _people(page: list[Response]) -> Iterator[list[PersonResponses]]:
    """Yield the people who gave the responses of a page, some at a time."""
    found: dict[tuple[str, str], set[str]] = {}
    for response in page:
        if response.person is not None and response.counts:
            found.setdefault((response.person, response.survey), set()).add(response.id)
    everyone = [PersonResponses(*key, ids) for key, ids in found.items()]
    for start in range(0, len(everyone), TOGETHER):
        yield everyone[start : start + TOGETHER]


def _report(run: Reconciliation, survey: str, *, dry_run: bool) -> None:
    if dry_run and run.changed:
        links = counted(run.changed, "link is", "links are")
        write(f"{survey}: {links} missing or wrong; dry run, nothing was changed.", "bold red")
    elif run.changed:
        links = counted(run.changed, "link was", "links were")
        write(f"{survey}: {links} missing or wrong, and set.", "green")
        note("Stored scores follow within a minute.", "dim")
    else:
        write(f"{survey}: every response is linked to its person's next one.", "green")
    if run.failed:
        failed = counted(len(run.failed), "response")
        note(f"{failed} kept changing and could not be checked: run it again when it is quieter.", "yellow")
