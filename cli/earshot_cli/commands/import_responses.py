"""`earshot import`: the responses of a CSV file into a survey."""

from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError
from earshot_cli.importing.columns import columns_from
from earshot_cli.importing.csv_file import CsvFile
from earshot_cli.importing.delivery import ResponseDelivery
from earshot_cli.importing.file_import import FileImport
from earshot_cli.importing.refusals import Refusals, refusals_reported_to
from earshot_cli.importing.rows import RowReader
from earshot_cli.problems import RefusedError
from earshot_cli.screen import note, out, say

AGAIN = "Running the same command again is safe: a row counts once however often it is imported."

MAP = "score and responded_at are required; comment, person, id and channel may be mapped too."
SEGMENT = "Keep this column as a property and give each of its values a score of its own."
PROPERTY = "Keep this column as a property."
ANNOUNCE = "Send events for these responses too, as if they came in now."
REPORT = "Write each refused row here, as CSV."


def import_responses(  # noqa: PLR0913, PLR0917 each is an option to type
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, show_default=False)],
    survey: Annotated[str, typer.Option("--survey", help="The survey's id.", show_default=False)],
    mapping: Annotated[list[str], typer.Option("--map", metavar="FIELD=COLUMN", help=MAP, show_default=False)],
    segment: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help=SEGMENT)] = None,
    property_: Annotated[list[str] | None, typer.Option("--property", metavar="COLUMN", help=PROPERTY)] = None,
    announce: Annotated[bool, typer.Option("--announce", help=ANNOUNCE)] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, send nothing.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help=REPORT)] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Import the responses of a CSV file; importing it again changes nothing.

    [bold]earshot import reviews.csv --survey demo --map score=score --map responded_at=date
    --map comment=comment --segment airline --segment cabin[/bold]

    Exit code: 0 when every row was accepted, 1 when some were refused, 2 when the command itself is wrong.
    """
    segments = segment or []
    columns = columns_from(mapping, [*segments, *(property_ or [])])
    source = CsvFile(file, columns)
    client = connect(url, api_key)
    known = _survey(client, survey)
    reader = RowReader(survey, _zone(known["timezone"]), source.header, columns)
    with refusals_reported_to(report, file) as refusals:
        run = FileImport(source, reader, refusals)
        if dry_run:
            _check(run)
        else:
            _track(client, known, segments)
            _send(run, ResponseDelivery(client, survey, columns, refusals, announce))
    if refusals.rows:
        _show(refusals, report)
        raise typer.Exit(1)


def _survey(client: Client, survey: str) -> dict[str, Any]:
    try:
        return client.get(survey_path(survey))
    except RefusedError as refused:
        if refused.status != 404:
            raise
        raise CommandError(
            f"There is no survey {survey} at {client.url}; create it with "
            f"`earshot survey create {survey} --timezone Europe/Berlin` (its zone says where days begin)."
        ) from None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise CommandError(
            f"This computer does not know the survey's time zone {name}: `pip install -U tzdata` teaches it."
        ) from None


def _track(client: Client, survey: dict[str, Any], segments: list[str]) -> None:
    tracked = survey.get("segments", [])
    if new := [name for name in dict.fromkeys(segments) if name not in tracked]:
        client.call("PATCH", survey_path(survey["id"]), {"segments": [*tracked, *new]})
        note(f"The survey now also has a score for each {' and each '.join(new)}.")


def _check(run: FileImport) -> None:
    run.check()
    rows = f"{run.read:,} rows read, {run.good:,} good, {run.refusals.rows:,} refused"
    say(f"Dry run, nothing was sent: {rows}.")


def _send(run: FileImport, delivery: ResponseDelivery) -> None:
    try:
        run.send(delivery)
        recorded = delivery.arrivals.wait()
    except (CommandError, KeyboardInterrupt) as stop:
        done = f"{delivery.accepted:,} rows accepted, up to line {run.last_line_sent:,}"
        note(f"Stopped: {done}. {AGAIN}", "yellow")
        if isinstance(stop, CommandError):
            raise
        raise typer.Exit(130) from None
    say(f"{run.read:,} rows read, {delivery.accepted:,} accepted, {run.refusals.rows:,} refused.")
    if not recorded:
        note("They are still being recorded; the score follows in a moment.", "yellow")
    note(AGAIN, "dim")


def _show(refusals: Refusals, report: Path | None) -> None:
    out.print(refusals.table())
    if report:
        say(f"All {refusals.rows:,} refused rows are in {report}.")
    elif refusals.unseen:
        say(f"… and {refusals.unseen:,} more; --report FILE writes all of them.")
