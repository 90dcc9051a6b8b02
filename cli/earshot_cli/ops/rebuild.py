"""A rebuild from beginning to end: which days, with progress, and what differed."""

from datetime import date
from uuid import uuid4

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from earshot import bootstrap
from earshot.adapters.dynamodb import table_keys
from earshot.adapters.sqs import SqsTaskQueue
from earshot.domain.errors import BusyError
from earshot_cli.errors import CommandError
from earshot_cli.ops.aws_errors import plain_errors
from earshot_cli.ops.count_items import CountItems
from earshot_cli.ops.rebuild_counts import Difference, Rebuild
from earshot_cli.ops.response_scan import ResponsesByDay
from earshot_cli.ops.stack import Stack
from earshot_cli.ops.surveys import find_survey
from earshot_cli.phrases import counted
from earshot_cli.screen import note, notes, say

Days = tuple[date, date]


def rebuild(stack: Stack, name: str, days: Days | None, *, dry_run: bool) -> None:
    """Set the counts of a survey, or of some of its days, to a recount; exit code 1 if something is left to do."""
    with plain_errors(stack.place):
        survey = find_survey(stack, name)
        client, table = stack.client("dynamodb"), stack.physical("Table")
        run = Rebuild(
            survey,
            ResponsesByDay(client, table, survey),
            CountItems(client, table, survey.id),
            bootstrap.pause,
            None if dry_run else uuid4().hex[:12],
        )
        try:
            differing = _run(run, run.span(days))
        except KeyboardInterrupt:
            note("Stopped: what was said above is set, the rest with the next rebuild.", "yellow")
            raise typer.Exit(130) from None
        except BusyError as busy:
            raise CommandError(
                f"{str(busy).capitalize()}: what was mended is, the rest with the next rebuild."
            ) from busy
        if differing and not dry_run:
            SqsTaskQueue(stack.client("sqs"), stack.physical("ScoreQueue")).send([{"survey": survey.id}])
    _tell(run, survey.id, differing, dry_run=dry_run)
    if run.restless or (differing and dry_run):
        raise typer.Exit(1)


def _run(run: Rebuild, days: Days | None) -> int:
    """Rebuild, and say line by line what differed; gives how many numbers did."""
    if days is None:
        return 0
    differing = 0
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("Recounting")

        def show(day: date, responses: int) -> None:
            progress.update(task, description=f"Recounting {responses:,} responses: {day} of {days[0]} to {days[1]}")

        for difference in run.run(*days, show):
            differing += 1
            say(_line(run, difference), "red")
    return differing


def _line(run: Rebuild, found: Difference) -> str:
    series = found.place.pk.removeprefix(table_keys.counts(run.survey, ""))
    what = found.attribute.replace("h", "score ", 1) if found.attribute[1:].isdecimal() else found.attribute
    return f"{series} {found.place.sk} {what}: counted {found.counted:,}, recounted {found.recounted:,}"


def _tell(run: Rebuild, survey: str, differing: int, *, dry_run: bool) -> None:
    totals = f"{counted(run.responses, 'response')}, {counted(len(run.days), 'day')}"
    if not differing:
        say(f"{survey}: counts equal a recount of {totals}.", "green")
    elif dry_run:
        numbers = counted(differing, "number differs", "numbers differ")
        say(f"{survey}: {numbers} from a recount of {totals}; dry run, none was set.", "bold red")
    else:
        numbers = counted(differing, "number was", "numbers were")
        say(f"{survey}: {numbers} set to a recount of {totals}.", "green")
        note("Scores that are kept follow within a minute.", "dim")
    if run.restless:
        busy = ", ".join(sorted({place.sk for place in run.restless})[:5])
        note(f"Too many answers are arriving for {busy} to be sure: run it again when it is quieter.", "yellow")
