"""`earshot people`: import, list, show, export, suppress, allow and erase people."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from earshot.domain.person_id import is_address
from earshot_cli import options
from earshot_cli.client import Client, check_meant, person_path, read_of_person
from earshot_cli.commands.people_lists import list_people, search_people
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.imports.address_list import read_addresses
from earshot_cli.imports.columns import PERSON_FIELDS, PERSON_REQUIRED, columns_from
from earshot_cli.imports.csv_file import CsvFile
from earshot_cli.imports.file_import import FileImport
from earshot_cli.imports.person_rows import PersonReader
from earshot_cli.imports.rejected_rows import RejectedRows, rejected_rows_reported_to
from earshot_cli.imports.suppress import Suppressed
from earshot_cli.imports.suppress import suppress as suppress_all
from earshot_cli.imports.upload import PeopleUpload
from earshot_cli.naming import person_named
from earshot_cli.ops.stack import Stack, find_stack
from earshot_cli.phrases import counted
from earshot_cli.problems import RefusedError
from earshot_cli.screen import confirmed, note, out, quoted, write, write_json

AGAIN = "It is safe to run the same command again: people are updated, never duplicated."
OUTCOMES = ("created", "updated", "unchanged", "erased")

MAP = "email is required; id, name, account, locale, timezone and suppressed (yes or no) may be mapped too."
# What becomes of what a destination had of an erased person, by the word of the API.
BECOMES = {
    "requested": "is asked to delete what it got of them",
    "deleted": "deleted what it got of them",
    "failed": "did not delete what it got of them",
    "impossible": "keeps what it got of them",
}
STATUS_NOT_FOUND, STATUS_CONFLICT = 404, 409
UNKNOWN = "Also erase a person of whom nothing is stored: later data is recorded without them."
VERIFY = "Then scan the whole table for traces, and list what no scan reaches."
MAILBOX = "Also erase everybody else with the person's address."
SUBTRACT = "Also remove the responses from the counts; otherwise they still count, without a name."

app = typer.Typer(
    cls=CommandGroup,
    help="Import, list, find, show, export, allow and erase people.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

app.command("list")(list_people)
app.command("search")(search_people)

IdOrAddress = Annotated[str, typer.Argument(metavar="ID|ADDRESS", help="Their id or address.", show_default=False)]


@app.command("import")
def import_people(  # noqa: PLR0917 each is an option to type
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, show_default=False)],
    mapping: Annotated[list[str], typer.Option("--map", metavar="FIELD=COLUMN", help=MAP, show_default=False)],
    property_: Annotated[
        list[str] | None, typer.Option("--property", metavar="COLUMN", help="Store this column as a property.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every row, send nothing.")] = False,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Write rejected rows to this CSV file.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Import the people of a CSV file; importing it again changes nothing.

    [bold]earshot people import customers.csv --map email=mail --map id=customer --map name=name
    --property plan[/bold]

    Exit code: 0 when every row was accepted, 1 when some were rejected, 2 when the command itself is wrong.
    """
    columns = columns_from(mapping, property_ or [], PERSON_FIELDS, PERSON_REQUIRED)
    source = CsvFile(file, columns)
    with rejected_rows_reported_to(report, source) as rejected:
        reader = PersonReader(source.header, columns)
        rejected.watch(reader.suppressed)
        run = FileImport(source, reader, rejected)
        if dry_run:
            run.check()
            rows = f"{counted(run.read, 'row')} read, {run.good:,} good, {run.rejected.rows:,} rejected"
            write(f"Dry run, nothing was sent: {rows}.")
        else:
            _send(run, PeopleUpload(connect(url, api_key), columns, rejected, reader))
        _report_refusals(rejected, reader, dry_run)
    if rejected.rows:
        _show(rejected, report)
        raise typer.Exit(1)


@app.command()
def show(
    person: IdOrAddress, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """Show what is stored about a person, without their responses."""
    client = connect(url, api_key)
    known = read_of_person(client, person_named(client, person))
    if json:
        write_json(known)
    else:
        out.print(_card(known))


@app.command()
def export(person: IdOrAddress, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Print everything stored about a person, with responses, as JSON."""
    client = connect(url, api_key)
    exported = _exported(client, person_named(client, person, or_made=True))
    write_json({name: value for name, value in exported.items() if name != "cursor"})


def _exported(client: Client, person: str) -> dict[str, Any]:
    exported = page = read_of_person(client, person, "export")
    while page["cursor"]:
        page = read_of_person(client, person, "export", query={"cursor": page["cursor"]})
        exported["responses"] += page["responses"]
    return dict(exported)


@app.command()
def suppress(
    addresses: Annotated[
        list[str] | None, typer.Argument(metavar="ADDRESS…", help="Addresses, known or not.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            exists=True,
            dir_okay=False,
            help="A CSV file with a column of addresses, with or without a header.",
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="The reason: unsubscribed, bounced or complained.")
    ] = "unsubscribed",
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Never send mail to addresses again, known or not: unsubscribes and bounces of another tool, or requests.

    [bold]earshot people suppress ben@example.com[/bold]
    [bold]earshot people suppress --file bounces.csv --reason bounced[/bold]

    Exit code: 0 when every address was accepted, 1 when some were rejected, 2 when the command itself is wrong.
    """
    listed = [(0, address) for address in addresses or ()] + (list(read_addresses(file)) if file else [])
    if not listed:
        raise UsageError("Pass addresses, or a list of them with --file.")
    outcomes, refused = suppress_all(connect(url, api_key), [Suppressed(address, reason) for _, address in listed])
    known = f", {outcomes['known']:,} known before" if outcomes["known"] else ""
    write(f"{counted(outcomes['suppressed'], 'address', 'addresses')} suppressed{known}, {len(refused):,} rejected.")
    for place, why in refused.items():
        line, address = listed[place]
        note(f"{f'line {line:,}: ' if line else ''}{address}: {why}", "yellow")
    if refused:
        raise typer.Exit(1)


@app.command()
def allow(person: IdOrAddress, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Allow mail again to a person whose address is suppressed, for example because they unsubscribed.

    The address may be unknown.

    [bold]earshot people allow customer-1
    earshot people allow ben@example.com[/bold]
    """
    client = connect(url, api_key)
    if is_address(person):
        reply = client.call("POST", "/v1/suppressions", {"suppressions": [{"email": person, "lift": True}]})
        if reply["suppressions"][0]["outcome"] == "erased":
            raise CommandError(f"{quoted(person)} was the address of an erased person, and never gets mail again.")
        write(f"{person} may get mail again: the address is no longer suppressed.")
        return
    client.call("DELETE", person_path(person, "suppression"), query={"id": person})
    write(f"{person} may get mail again: their address is no longer suppressed.")


@app.command()
def erase(  # noqa: PLR0913, PLR0917 each is an option to type
    person: IdOrAddress,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; this cannot be undone.")] = False,
    subtract: Annotated[bool, typer.Option("--subtract", help=SUBTRACT)] = False,
    mailbox: Annotated[bool, typer.Option("--mailbox", help=MAILBOX)] = False,
    unknown: Annotated[bool, typer.Option("--unknown", help=UNKNOWN)] = False,
    verify: Annotated[bool, typer.Option("--verify", help=VERIFY)] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
) -> None:
    """Erase a person for good: their identity and their texts, in every survey. Asks first.

    [bold]earshot people erase customer-1
    earshot people erase customer-1 --verify --stack earshot[/bold]

    With --unknown, an address that no person has stands for what is stored under it alone, also unverified.
    --verify needs AWS credentials. Of a person who was erased before, it can look for the id only.

    Exit code: 0 when they are erased, 1 when you decline, nothing is kept of them, or a trace is found.
    """
    client = connect(url, api_key)
    # Who cannot verify learns it before anything is erased.
    found = find_stack(stack, region, profile) if verify else None
    typed, person = person, person_named(client, person, or_made=True)
    if not yes and not confirmed(f"Erase {person} for good? This cannot be undone", f"erase {person} for good"):
        write("Nobody was erased.")
        raise typer.Exit(1)
    if unknown and is_address(typed):
        # Whose address it is, if anybody's, and what came with it, is found by a person who has it.
        client.call("POST", "/v1/people", {"people": [{"email": typed.strip()}]})
    wanted = {"mailbox": mailbox, "unknown": unknown}
    query = {"subtract": "true" if subtract else "false", **{name: "true" for name in wanted if wanted[name]}}
    before = _known(client, person) if found else None
    done, responses = _erase(client, person, typed, query)
    how = "subtracted" if done["subtract"] else "made anonymous"
    write(f"{person} is erased; {counted(responses, 'response')} {how}. They never get mail again.")
    if not done["known"]:
        note(f"Nothing was stored about {person}: later data will be recorded without them.", "yellow")
    for each in done["elsewhere"]:
        note(f"The destination {named(each)} {BECOMES[each['state']]}{because(each)}.", "yellow")
    if any(each["state"] == "requested" for each in done["elsewhere"]):
        note(f"What became of it there: earshot people erasure {person}", "dim")
    if found is not None:
        _verify(found, person, before)
    if (also := done.get("also")) and not mailbox:
        note(
            f"{', '.join(also)} {'has' if len(also) == 1 else 'have'} the same address, and may be other people.",
            "yellow",
        )


@app.command()
def erasure(
    person: Annotated[str, typer.Argument(metavar="ID", help="The id of an erased person.", show_default=False)],
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show what became of an erased person at the destinations of alerts, for 90 days."""
    found = read_of_person(connect(url, api_key), person, "erasure")
    if json:
        write_json(found)
        return
    write(f"{found['id']} was erased at {found['erased_at']}.")
    if not found["elsewhere"]:
        write("No destination of alerts had anything of them.")
    for each in found["elsewhere"]:
        write(f"{named(each)} {BECOMES[each['state']]}{because(each)}.")


def named(elsewhere: dict[str, Any]) -> str:
    """Return a destination with its kind, if it is still there."""
    kind = elsewhere["kind"]
    return f"{elsewhere['destination']} ({kind})" if kind else str(elsewhere["destination"])


def because(elsewhere: dict[str, Any]) -> str:
    """Return why something is still at a destination, as the rest of a sentence."""
    return f": {elsewhere['why']}" if elsewhere["why"] else ""


def _known(client: Client, person: str) -> dict[str, Any] | None:
    """Return all that is kept of a person; None if nothing is, or nothing may be read."""
    try:
        return _exported(client, person)
    except RefusedError as error:
        # Of the people who responded to an employee survey nothing is exported.
        if error.status not in (STATUS_NOT_FOUND, STATUS_CONFLICT):
            raise
        return None


def _verify(stack: Stack, person: str, before: dict[str, Any] | None) -> None:
    from earshot_cli.ops.erasure_check.scan import verify  # noqa: PLC0415 it is for few
    from earshot_cli.ops.erasure_check.traces import Person, person_of  # noqa: PLC0415 it is for few

    if not verify(stack, person_of(before) if before else Person(person)):
        raise typer.Exit(1)


def _erase(client: Client, person: str, typed: str, query: dict[str, str]) -> tuple[dict[str, Any], int]:
    responses, known = 0, None
    while True:
        try:
            done = client.call("DELETE", person_path(person), query={"id": person, **query})
            check_meant(person, done["id"])
        except KeyboardInterrupt:
            stopped = f"Stopped: {counted(responses, 'response is', 'responses are')} done"
            note(f"{stopped}; run the same command again for the rest.", "yellow")
            raise typer.Exit(130) from None
        except RefusedError as error:
            if error.status != STATUS_NOT_FOUND:
                raise
            sentence = f"Nothing is stored about {quoted(typed)}, so nothing was erased. Is the id right?"
            raise CommandError(f"{sentence} --unknown also covers later data about them.") from error
        responses += done["responses"]
        known = done["known"] if known is None else known
        if not done["remaining"]:
            return {**done, "known": known}, responses
        note(f"{counted(responses, 'response')} done, {done['remaining']:,} or more to go …", "dim")


def _send(run: FileImport, upload: PeopleUpload) -> None:
    try:
        run.send(upload)
        # The rows after the last batch, which were all refused.
        upload.suppress()
    except (CommandError, KeyboardInterrupt) as stop:
        accepted = f"{counted(upload.accepted, 'person', 'people')} accepted"
        note(f"Stopped: {accepted}, up to line {run.last_line_sent:,}. {AGAIN}", "yellow")
        if isinstance(stop, CommandError):
            raise
        raise typer.Exit(130) from None
    totals = [f"{upload.outcomes[name]:,} {name}" for name in OUTCOMES if name != "erased" or upload.outcomes[name]]
    write(f"{counted(run.read, 'row')} read: {', '.join(totals)}, {run.rejected.rows:,} rejected.")
    if upload.outcomes["erased"]:
        note("Erased people stay erased: nothing about them was stored.", "yellow")
    note(AGAIN, "dim")


def _report_refusals(rejected: RejectedRows, reader: PersonReader, dry_run: bool) -> None:
    """Write what becomes of the no of rejected rows: it is kept where the address can be read."""
    if kept := rejected.watched:
        verb, whose, done = ("says", "its address", "is") if kept == 1 else ("say", "their addresses", "are")
        done = "would be" if dry_run else done
        note(f"{counted(kept, 'rejected row')} {verb} no: {whose} {done} suppressed all the same.", "yellow")
    if lost := reader.unread:
        verb, whose = ("says", "its address cannot") if lost == 1 else ("say", "their addresses cannot")
        note(f"{counted(lost, 'rejected row')} {verb} no, but {whose} be read: nothing is suppressed.", "yellow")


def _show(rejected: RejectedRows, report: Path | None) -> None:
    out.print(rejected.table())
    if report:
        one = rejected.rows == 1
        write(f"{'The rejected row is' if one else f'All {rejected.rows:,} rejected rows are'} in {report}.")
    elif rejected.unseen:
        write(f"… and {rejected.unseen:,} more; --report FILE writes all of them.")


def _card(person: dict[str, Any]) -> Table:
    card = Table.grid(padding=(0, 2))
    card.add_column(style="dim")
    card.add_column(overflow="fold")
    for field in ("id", "email", "name", "account", "locale", "timezone"):
        card.add_row(field, str(person.get(field) or ""))
    card.add_row("last invited", str(person.get("last_invited_at") or ""))
    for name, value in person["properties"].items():
        card.add_row("property", f"{name}: {value}")
    if suppression := person.get("suppression"):
        card.add_row("gets no mail", f"{suppression['reason']}, since {suppression['since']}")
    return card
