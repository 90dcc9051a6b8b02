"""`earshot import`: import the responses of a CSV file into a survey."""

import re
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from earshot.api.segment_values import SEGMENTS
from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.imports.cleaning import clean_name
from earshot_cli.imports.columns import Columns, columns_from
from earshot_cli.imports.csv_file import MOST_HEADER_ROWS, CsvFile
from earshot_cli.imports.dates import EXAMPLES, DateReader
from earshot_cli.imports.file_import import FileImport
from earshot_cli.imports.import_run import ImportRun, new_import_id
from earshot_cli.imports.rejected_rows import RejectedRows, rejected_rows_reported_to
from earshot_cli.imports.rows import RowReader
from earshot_cli.imports.scores import ScoreReader
from earshot_cli.imports.upload import ResponseUpload
from earshot_cli.imports.zone_names import NamedZone, offset_zone, zone_named_in
from earshot_cli.phrases import counted
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.segment_values import segment_names
from earshot_cli.screen import note, out, write

AGAIN = "It is safe to run the same command again: each row counts once."

MAP = "score and responded_at are required; comment, contact_requested, person, id and channel may be mapped too."
SEGMENT = "Store this column as a property, and give each of its values a score."
PROPERTY = "Store this column as a property."
PUBLISH = "Also publish events for these responses, as if they arrived now."
UPDATE = "Correct the properties of known rows; properties a row does not have stay."
REPORT = "Write rejected rows to this CSV file, to fix and import again."
DATE_FORMAT = (
    f"How dates are written: {', '.join(EXAMPLES)}, or a pattern such as '%d.%m.%Y %H:%M' (Python's strptime)."
)
ZONE = "The time zone of dates without an offset, of the file or of one column; default: the survey's."
LABEL = 'The score that a label means, such as "Extremely likely=10". Labels with one number need none.'
HEADER_ROWS = "How many rows the header has; the three of Qualtrics are recognised."
YES = "Import a file whose rows cannot be distinguished from equal rows of another file."

IS_UTC = frozenset({"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu", "Etc/Zulu"})


def import_responses(  # noqa: PLR0913, PLR0917 each is an option to type
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, show_default=False)],
    survey: Annotated[str, typer.Option("--survey", help="The survey's id.", show_default=False)],
    mapping: Annotated[list[str], typer.Option("--map", metavar="FIELD=COLUMN", help=MAP, show_default=False)],
    segment: Annotated[list[str] | None, typer.Option(metavar="COLUMN", help=SEGMENT)] = None,
    property_: Annotated[list[str] | None, typer.Option("--property", metavar="COLUMN", help=PROPERTY)] = None,
    date_format: Annotated[str, typer.Option(metavar="FORMAT", help=DATE_FORMAT)] = "iso",
    zone: Annotated[list[str] | None, typer.Option(metavar="[COLUMN=]ZONE", help=ZONE)] = None,
    label: Annotated[list[str] | None, typer.Option(metavar="LABEL=SCORE", help=LABEL)] = None,
    header_rows: Annotated[int | None, typer.Option(min=1, max=MOST_HEADER_ROWS, help=HEADER_ROWS)] = None,
    publish: Annotated[bool, typer.Option("--announce", help=PUBLISH)] = False,
    update: Annotated[bool, typer.Option("--update", help=UPDATE)] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, store nothing.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help=REPORT)] = None,
    yes: Annotated[bool, typer.Option("--yes", help=YES)] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Import the responses of a CSV file; importing it again changes nothing.

    [bold]earshot import reviews.csv --survey demo --map score=score --map responded_at=date
    --map comment=comment --segment airline --segment cabin[/bold]

    `earshot import list|show|undo` manages imports.

    Exit code: 0 when every row was accepted, 1 when some were rejected, 2 when the command itself is wrong.
    """
    columns = columns_from(mapping, [*(segment or []), *(property_ or [])])
    source, scores = CsvFile(file, columns, header_rows), ScoreReader(label or [])
    named = _zone_named(zone or [], columns)
    DateReader(date_format, ZoneInfo("UTC"))  # a wrong format is refused before anything is asked
    client = connect(url, api_key)
    known = _survey(client, survey)
    new = _untracked(known, segment or [])
    dates = DateReader(date_format, _zone(named or known["timezone"]))
    reader = RowReader(survey, source.header, columns, dates, scores)
    question = None if named else _zone_question(source, columns.fields["responded_at"], date_format, known["timezone"])
    _look_ahead(source, reader, columns, question, yes=yes or dry_run)
    if report:
        reader.remember_texts()
    with rejected_rows_reported_to(report, source, reader.origin) as rejected:
        run = FileImport(source, reader, rejected)
        if dry_run:
            _check(run, ResponseUpload(client, survey, columns, rejected, publish))
        else:
            _track(client, known, new)
            import_run = ImportRun(client, survey, new_import_id(file), file.name)
            import_run.begin()
            upload = ResponseUpload(client, survey, columns, rejected, publish, import_run.id, update=update)
            _send(run, upload, import_run, survey)
    for name in reader.decimals:
        note(
            f"Every value of {name} ends in .0, as pandas writes whole numbers: 17.0 is another value than 17. "
            "If 17 is meant, write that into the file, and import it again with --update.",
            "yellow",
        )
    if rejected.rows:
        _show(rejected, report)
        _advise(rejected, columns, date_format)
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


def _zone_named(typed: list[str], columns: Columns) -> str | None:
    """Return the zone of the column with the dates, as typed for the file or for that column; None if it is not."""
    column = columns.fields["responded_at"]
    of_file, of_column = None, None
    for one in typed:
        name, equals, zone = one.rpartition("=")
        if equals and name.strip() != column:
            raise UsageError(f"--zone {one}: the dates are those of the column {column}, so name that one.")
        if equals:
            of_column = zone.strip()
        else:
            of_file = zone.strip()
    return of_column or of_file


def _zone(name: str) -> tzinfo:
    if fixed := offset_zone(name):
        return fixed
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise CommandError(
            f"This computer does not know the time zone {name}; zones have names like Europe/Berlin "
            "(`pip install -U tzdata` brings the newest), or are offsets like UTC-05:00."
        ) from None


def _look_ahead(source: CsvFile, reader: RowReader, columns: Columns, zone_question: str | None, *, yes: bool) -> None:
    """Raise UsageError for what the file as a whole leaves open; no row was sent yet."""
    asks_time = not yes and not columns.fields.keys() & {"id", "person"}
    if not zone_question and not asks_time:
        return
    for record in source.records():
        moment = reader.moment(record)
        if moment is None:
            continue
        if zone_question and not moment.has_offset:
            raise UsageError(zone_question)
        asks_time = asks_time and not moment.has_time
        if not zone_question and not asks_time:
            return
    if asks_time:
        raise UsageError(
            "This file has no ids, no persons and no time of day: equal rows of two files cannot be distinguished, and "
            "count once. Map a column with --map id=COLUMN or --map person=COLUMN, or add --yes if no other file "
            "holds further responses like these."
        )


def _zone_question(source: CsvFile, column: str, date_format: str, survey_zone: str) -> str | None:
    """Return what to ask for a row without an offset, if header or pattern name a zone that may not be the survey's."""
    named, where = zone_named_in(column), f"The header of {column}"
    if named is None and (zone := source.zone_of(column)):
        named = NamedZone(zone, zone)
    if named is None and "%" in date_format:
        named, where = zone_named_in(re.sub("%.", " ", date_format)), f"--date-format {date_format}"
    if named is None or (named.zone and _is_same(named.zone, survey_zone)):
        return None
    asked = f'with --zone "{column}={named.zone or "ZONE"}" or --zone "{column}={survey_zone}"'
    if named.zone:
        days = f"the survey's days are those of {survey_zone}"
        return f"{where} names a zone, and {days}: choose the zone of its dates, {asked}."
    return (
        f"{where} names a zone ({named.words}), but not a single one: choose its dates' zone, {asked}; ZONE is a name "
        "such as America/New_York, or an offset such as UTC-05:00."
    )


def _is_same(zone: str, other: str) -> bool:
    return zone == other or (zone in IS_UTC and other in IS_UTC)


def _untracked(survey: dict[str, Any], segments: list[str]) -> list[str]:
    """Return the segments that the survey does not track yet; UsageError if they would be too many."""
    tracked = segment_names(survey)
    new = [name for name in dict.fromkeys(map(clean_name, segments)) if name not in tracked]
    if new and len(tracked) + len(new) > SEGMENTS:
        raise UsageError(
            f"A survey tracks at most {SEGMENTS} segments, and {survey['id']} would track {len(tracked) + len(new)}. "
            "Keep some columns with --property in place of --segment."
        )
    return new


def _track(client: Client, survey: dict[str, Any], new: list[str]) -> None:
    if new:
        client.call("PATCH", survey_path(survey["id"]), {"segments": [*survey.get("segments", []), *new]})
        note(f"The survey now also has a score for each {' and each '.join(new)}.")


def _check(run: FileImport, upload: ResponseUpload) -> None:
    try:
        run.send(upload)
    except KeyboardInterrupt:
        note(f"Stopped: {counted(upload.accepted, 'row')} good, up to line {run.last_line_sent:,}.", "yellow")
        raise typer.Exit(130) from None
    rows = f"{counted(run.read, 'row')} read, {upload.accepted:,} good, {run.rejected.rows:,} rejected"
    write(f"Dry run, nothing was stored: {rows}.")


def _send(run: FileImport, upload: ResponseUpload, import_run: ImportRun, survey: str) -> None:
    try:
        run.send(upload)
        import_run.end(upload.accepted, run.rejected.rows)
        done = import_run.wait(upload.accepted)
    except (CommandError, KeyboardInterrupt) as stop:
        note(
            f"Stopped: {counted(upload.accepted, 'row')} accepted, up to line {run.last_line_sent:,}. {AGAIN}",
            "yellow",
        )
        note(_undoing(import_run, survey), "yellow")
        if isinstance(stop, CommandError):
            raise
        raise typer.Exit(130) from None
    refused = f"{run.rejected.rows:,} rejected"
    if done is None:
        write(f"{counted(run.read, 'row')} read: {upload.accepted:,} accepted, {refused}.")
        note("This key may not read how many of them were new.", "yellow")
    else:
        updated = f" ({done['updated']:,} updated)" if upload.updates else ""
        write(f"{counted(run.read, 'row')} read: {done['new']:,} new, {done['known']:,} known{updated}, {refused}.")
        if (waiting := upload.accepted - done["new"] - done["known"]) > 0:
            note(
                f"{waiting:,} more are still being recorded: `earshot import show {import_run.id} --survey {survey}`.",
                "yellow",
            )
    note(f"{AGAIN} {_undoing(import_run, survey)}", "dim")


def _undoing(import_run: ImportRun, survey: str) -> str:
    return f"`earshot import undo {import_run.id} --survey {survey}` undoes it."


def _show(rejected: RejectedRows, report: Path | None) -> None:
    out.print(rejected.table())
    if report:
        one = rejected.rows == 1
        write(f"{'The rejected row is' if one else f'All {rejected.rows:,} rejected rows are'} in {report}.")
    elif rejected.unseen:
        write(f"… and {rejected.unseen:,} more; --report FILE writes all of them.")


def _advise(rejected: RejectedRows, columns: Columns, date_format: str) -> None:
    if columns.fields["responded_at"] in rejected.columns and date_format == "iso":
        names = ", ".join(name for name in EXAMPLES if name != "iso")
        note(f"For dates in another notation: --date-format {names}, or a pattern such as '%d.%m.%Y %H:%M'.", "yellow")
    if columns.fields["score"] in rejected.columns:
        note('For labels instead of scores: --label "Extremely likely=10" sets the score of each.', "yellow")
