"""The links between the answers of each person, held against the pointers to them and mended, a page at a time."""

from collections.abc import Iterator
from datetime import date

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from earshot import bootstrap
from earshot.adapters.dynamodb.ledger import DynamoDBLedger
from earshot.adapters.dynamodb.people import DynamoDBPeople
from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.errors import BusyError
from earshot.domain.response import Response
from earshot.services.supersession.reconcile_people import TOGETHER, PersonResponses, Reconciliation
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import told
from earshot_cli.ops.doctor.results import counted
from earshot_cli.ops.responses_by_day import DayResponses
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import the_survey
from earshot_cli.screen import note, notes, say


def relink(stack: Stack, name: str, days: tuple[date, date] | None, *, dry_run: bool) -> None:
    """Link the answers of a survey, or of some of its days, to their person's next; exit code 1 if something is left.

    A person's answers are looked at as a recorder does it, so it is safe beside one, and may be stopped anywhere.
    """
    with told(stack.place):
        survey = the_survey(stack, name)
        client, table = stack.client("dynamodb"), stack.physical("Table")
        ledger, people = DynamoDBLedger(client, table), DynamoDBPeople(client, table)
        run = Reconciliation(ledger, people, bootstrap.pause, lambda: True, checks=True, dry=dry_run)
        responses = DayResponses(client, table, survey)
        try:
            if (span := days or responses.span()) is not None:
                _link(run, responses, *span)
        except KeyboardInterrupt:
            note(f"Stopped: {run.changed:,} links were set, the rest with the next run.", "yellow")
            raise typer.Exit(130) from None
        except BusyError as busy:
            raise CommandError(f"{str(busy).capitalize()}: what was linked is, the rest with the next run.") from busy
        if run.changed and not dry_run:
            SqsTaskQueue(stack.client("sqs"), stack.physical("ScoreQueue")).send([{"survey": survey.id}])
    _tell(run, survey.id, dry_run=dry_run)
    if run.failed or (run.changed and dry_run):
        raise typer.Exit(1)


def _link(run: Reconciliation, responses: DayResponses, first: date, end: date) -> None:
    """Look at the people of each page of answers."""
    columns, seen = (SpinnerColumn(), TextColumn("{task.description}", markup=False)), 0
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("Looking at links")
        for page in responses.between(first, end):
            for group in _people(page):
                run.reconcile(group)
                seen += sum(len(each.ids) for each in group)
                progress.update(task, description=f"Looking at the links of {seen:,} answers: {run.changed:,} wrong")


def _people(page: list[Response]) -> Iterator[list[PersonResponses]]:
    """Give the people who gave the answers of a page, some at a time."""
    found: dict[tuple[str, str], set[str]] = {}
    for answer in page:
        if answer.person is not None and answer.counts:
            found.setdefault((answer.person, answer.survey), set()).add(answer.id)
    everyone = [PersonResponses(person, survey, ids) for (person, survey), ids in found.items()]
    for start in range(0, len(everyone), TOGETHER):
        yield everyone[start : start + TOGETHER]


def _tell(run: Reconciliation, survey: str, *, dry_run: bool) -> None:
    if dry_run and run.changed:
        links = counted(run.changed, "link is", "links are")
        say(f"{survey}: {links} missing or wrong; dry run, none was set.", "bold red")
    elif run.changed:
        links = counted(run.changed, "link was", "links were")
        say(f"{survey}: {links} missing or wrong, and set.", "green")
        note("Scores that are kept follow within a minute.", "dim")
    else:
        say(f"{survey}: every answer is linked to its person's next.", "green")
    if run.failed:
        note(
            f"{len(run.failed):,} answers were being changed all the while: run it again when it is quieter.", "yellow"
        )
