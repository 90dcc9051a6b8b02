"""`earshot destination`: where alerts are sent, and how each destination does."""

import json as json_format
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import destination_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.phrases import counted
from earshot_cli.rendering.alerts import destination_card, destination_table
from earshot_cli.screen import confirmed, note, out, write, write_json

PATH = "/v1/destinations"
# Settings that hold a list: each value is typed by itself.
LISTS = frozenset({"to", "types"})
# One call delivers so many again at most.

app = typer.Typer(
    cls=CommandGroup,
    help="Make, change and test the destinations of alerts, and deliver again what was parked.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Destination = Annotated[
    str, typer.Argument(metavar="ID", help="The id that `earshot destination list` shows.", show_default=False)
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--setting", metavar="NAME=VALUE", help="Such as url=https://… or to=owner; may be repeated."),
]
Credentials = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help='A file with the credentials as JSON, {"bot_token": "…"}; - for stdin.'),
]
Include = Annotated[
    list[str] | None, typer.Option(help="What of a response it may have: person, comment; may be repeated.")
]
Contact = Annotated[str | None, typer.Option(help="The address that hears of what could not be delivered.")]


@app.command("list")
def list_destinations(json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """List all destinations, with what waits for each and what is parked."""
    reply = connect(url, api_key).get(PATH)
    if json:
        write_json(reply)
    else:
        out.print(destination_table(reply["destinations"]))


@app.command()
def show(
    destination: Destination, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """Show one destination and how it does."""
    found = connect(url, api_key).get(destination_path(destination))
    if json:
        write_json(found)
    else:
        out.print(destination_card(found))


@app.command()
def add(  # noqa: PLR0913, PLR0917 each is an option to type
    kind: Annotated[str, typer.Argument(help="Its kind, such as webhook or email.", show_default=False)],
    name: Annotated[str, typer.Argument(help="What people call it.", show_default=False)],
    setting: Settings = None,
    credentials: Credentials = None,
    include: Include = None,
    contact: Contact = None,
    inbound: Annotated[
        bool, typer.Option("--inbound", help="A webhook may change cases by signed calls; its secret is a second line.")
    ] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Make a destination, and print only the secret on stdout that a webhook signs with: it is never shown again.

    [bold]earshot destination add webhook "Support desk" --setting url=https://hooks.example.com/earshot
    earshot destination add email Team --setting to=owner --setting to=team@example.com[/bold]
    """
    wanted = _fields(setting, credentials, include, contact) | {"kind": kind, "name": name}
    if inbound:
        wanted["inbound"] = True
    # Making one twice makes two, so a call that may have arrived is not repeated.
    made = connect(url, api_key).call("POST", PATH, {"settings": {}} | wanted, repeatable=False)
    note(f"Destination {made['id']} is made. `earshot destination test {made['id']}` tries it.")
    if made["secret"]:
        note("Store its secret now: it is not shown again.")
        typer.echo(made["secret"])
    if made["inbound_secret"]:
        note("The second one is what its own calls are signed with.")
        typer.echo(made["inbound_secret"])


@app.command()
def change(  # noqa: PLR0913, PLR0917 each is an option to type
    destination: Destination,
    name: Annotated[str | None, typer.Option(help="What people call it.")] = None,
    setting: Settings = None,
    credentials: Credentials = None,
    include: Include = None,
    contact: Contact = None,
    enabled: Annotated[
        bool | None, typer.Option("--enable/--disable", help="Send to it, or not.", show_default=False)
    ] = None,
    inbound: Annotated[
        bool | None, typer.Option("--no-inbound", help="Take none of its calls any more.", show_default=False)
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Change a destination; settings are replaced as a whole, and options you leave out stay as they are.

    [bold]earshot destination change to-1f2e3d4c5b6a --disable[/bold]
    """
    changes = _fields(setting, credentials, include, contact) | ({"name": name} if name else {})
    if enabled is not None:
        changes["state"] = "enabled" if enabled else "disabled"
    if inbound:
        changes["inbound"] = False
    if not changes:
        raise CommandError(f"Nothing to change: `earshot destination change {destination} --help` lists the options.")
    out.print(destination_card(connect(url, api_key).call("PATCH", destination_path(destination), changes)))


@app.command()
def delete(
    destination: Destination,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Delete a destination that no rule names; what waits for it is parked. Asks first."""
    if not yes and not confirmed(f"Delete {destination}, and park what waits for it?", "delete it"):
        raise CommandError("Nothing was deleted.")
    connect(url, api_key).call("DELETE", destination_path(destination))
    write(f"Destination {destination} is deleted.")


@app.command("test")
def send_test(destination: Destination, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Send a test to a destination."""
    queued = connect(url, api_key).call("POST", destination_path(destination, "test"), repeatable=False)
    write(f"A test is queued: `earshot deliveries {queued['delivery']}` shows what became of it.")


@app.command("rotate-secret")
def rotate_secret(
    destination: Destination,
    inbound: Annotated[
        bool,
        typer.Option("--inbound", help="The secret that it signs its own calls with, which are taken from then on."),
    ] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Make a new secret to sign with, and print only it on stdout; the former one signs as well for a day."""
    path, body = destination_path(destination, "rotate-secret"), {"inbound": True} if inbound else None
    made = connect(url, api_key).call("POST", path, body, repeatable=False)
    note("Store it now: it is not shown again. The former secret signs as well for a day.")
    typer.echo(made["inbound_secret" if inbound else "secret"])


@app.command()
def redrive(destination: Destination, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Try again what is parked for a destination."""
    found = connect(url, api_key).call("POST", destination_path(destination, "redrive"))
    _again(found, "tried")


@app.command()
def replay(
    destination: Destination,
    since: Annotated[str, typer.Option(metavar="MOMENT", help="A day or a time (UTC), such as 2026-11-20.")],
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Deliver again what was delivered since a moment, under the same ids."""
    found = connect(url, api_key).call("POST", destination_path(destination, "replay"), {"since": since})
    _again(found, "delivered")


def _again(reply: Mapping[str, Any], what: str) -> None:
    write(f"{counted(reply['deliveries'], 'delivery', 'deliveries')} will be {what} again.")


def _fields(
    setting: Sequence[str] | None, credentials: Path | None, include: Sequence[str] | None, contact: str | None
) -> dict[str, Any]:
    """Return the fields that were typed."""
    found: dict[str, Any] = {"settings": _settings(setting), "credentials": _credentials(credentials)}
    found |= {"include": include, "contact": contact}
    return {name: value for name, value in found.items() if value is not None}


def _settings(typed: Sequence[str] | None) -> dict[str, Any] | None:
    if not typed:
        return None
    found: dict[str, Any] = {}
    for each in typed:
        name, sign, value = each.partition("=")
        if not sign:
            raise UsageError(f"--setting takes NAME=VALUE, such as url=https://hooks.example.com, not {each}.")
        if name in LISTS:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def _credentials(file: Path | None) -> dict[str, str] | None:
    """Read credentials from a file or from stdin: on the command line everybody on the machine would see them."""
    if file is None:
        return None
    try:
        found = json_format.loads(sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise UsageError(f"The credentials cannot be read: {type(fault).__name__}.") from None
    if not isinstance(found, dict):
        raise UsageError('The credentials must be a JSON object, such as {"bot_token": "…"}.')
    return found
