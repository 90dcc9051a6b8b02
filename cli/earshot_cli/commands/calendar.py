"""`earshot calendar`: the hours in which the time of cases is counted."""

import json as json_format
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import calendar_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.hours import EXAMPLE, read_hours
from earshot_cli.rendering.calendars import calendar_card, calendar_table
from earshot_cli.screen import confirmed, out, write, write_json

app = typer.Typer(
    cls=CommandGroup,
    help="List, write and remove the calendars in which the time of cases is counted.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Calendar = Annotated[
    str, typer.Argument(metavar="ID", help="The id of the calendar, such as office.", show_default=False)
]


@app.command("list")
def list_calendars(json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """List all calendars."""
    reply = connect(url, api_key).get("/v1/calendars")
    if json:
        write_json(reply)
    else:
        out.print(calendar_table(reply["calendars"]))


@app.command()
def show(
    calendar: Calendar, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """Show one calendar."""
    found = connect(url, api_key).get(calendar_path(calendar))
    if json:
        write_json(found)
    else:
        out.print(calendar_card(found))


@app.command("set")
def set_calendar(  # noqa: PLR0917 each is an option to type
    calendar: Calendar,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Such as Europe/Berlin.")] = None,
    hours: Annotated[
        list[str] | None, typer.Option(metavar="HOURS", help=f'Such as "{EXAMPLE}"; may be repeated.')
    ] = None,
    holiday: Annotated[
        list[str] | None, typer.Option(metavar="DAY", help="A day without hours, such as 2026-12-25; may be repeated.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The whole calendar as `show --json` prints it; - for stdin."),
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Write a calendar as a whole: its former hours and holidays are replaced.

    [bold]earshot calendar set office --timezone Europe/Berlin --hours "mon-fri 09:00-17:00" --holiday 2026-12-25[/bold]
    """
    if file is not None:
        if timezone or hours or holiday:
            raise UsageError("A file has the whole calendar: type either --file or the other options.")
        wanted = _read(file)
    elif timezone is None or not hours:
        raise UsageError(f'A calendar needs its --timezone and its --hours, such as "{EXAMPLE}", or a --file.')
    else:
        wanted = {"timezone": timezone, "hours": read_hours(hours), "holidays": holiday or []}
    out.print(calendar_card(connect(url, api_key).call("PUT", calendar_path(calendar), wanted)))


@app.command()
def remove(
    calendar: Calendar,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Remove a calendar that no member and no survey names. Asks first."""
    if not yes and not confirmed(f"Remove the calendar {calendar}?", "remove it"):
        raise CommandError("Nothing was removed.")
    connect(url, api_key).call("DELETE", calendar_path(calendar))
    write(f"Calendar {calendar} is removed.")


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json_format.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise UsageError(f"The calendar cannot be read: {type(fault).__name__}.") from None
    if not isinstance(found, dict):
        raise UsageError("The calendar must be a JSON object, as `earshot calendar show ID --json` prints it.")
    return found
