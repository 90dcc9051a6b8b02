"""`earshot key`: create, list and revoke API keys."""

import re
import time
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from earshot.domain.access import SCOPES
from earshot.domain.api_key import id_within
from earshot.domain.events import iso
from earshot_cli import options
from earshot_cli.access import Access, access_typed
from earshot_cli.bootstrap_key import create_first_key
from earshot_cli.client import key_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.problems import RefusedError
from earshot_cli.screen import note, out, write, write_json

PATH = "/v1/keys"
DAY = 86_400_000
IN_DAYS = re.compile(r"([0-9]{1,5})d", re.ASCII)
SCOPE = f"May be repeated; default: all ({', '.join(SCOPES)}. A key gives only scopes it has."
EXPIRES = "Until when it is valid: a day or time (UTC), or a number of days: 2027-01-31, 90d; default: forever."
FUNCTION = "Create the first key of a deployed stack through its output KeysFunction; needs AWS credentials."

app = typer.Typer(
    cls=CommandGroup, help="Create, list and revoke API keys.", no_args_is_help=True, rich_markup_mode="rich"
)


@app.command()
def create(  # noqa: PLR0913, PLR0917 each is an option to type
    name: Annotated[str, typer.Argument(help="What the key is for, such as crm.", show_default=False)],
    scope: Annotated[list[str] | None, typer.Option(help=SCOPE)] = None,
    role: Annotated[
        str | None, typer.Option(help="The scopes of a role instead: owner, manager, frontline, executive or analyst.")
    ] = None,
    access: Access = None,
    expires: Annotated[str | None, typer.Option(metavar="WHEN", help=EXPIRES)] = None,
    function: Annotated[str | None, typer.Option(metavar="NAME", help=FUNCTION)] = None,
    region: Annotated[str | None, typer.Option(help="With --function: the AWS region.")] = None,
    profile: Annotated[str | None, typer.Option(help="With --function: the AWS profile.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Create a key and print only it on stdout: it is never shown again.

    [bold]EARSHOT_API_KEY=$(earshot key create me --function KEYS_FUNCTION)
    earshot key create dashboard --scope scores:read --expires 90d
    earshot key create bi --role analyst --access surveys=demo[/bold]
    """
    if role and scope:
        raise UsageError("Pass either --scope or --role.")
    wanted: dict[str, Any] = {"name": name} | ({"role": role} if role else {"scopes": scope or list(SCOPES)})
    if access:
        wanted["access"] = access_typed(access)
    if expires is not None:
        wanted["expires_at"] = _moment(expires)
    made = (
        create_first_key(function, wanted, region, profile)
        if function
        # Making a key twice makes two keys, so a call that may have arrived is not repeated.
        else connect(url, api_key).call("POST", PATH, wanted, repeatable=False)
    )
    scopes, until = ", ".join(made["scopes"]), made.get("expires_at")
    good = f", valid until {until}" if until else ""
    note(f"Key {made['id']} for {made['name']}, with {scopes}{good}. Store it now: it is not shown again.")
    typer.echo(made["key"])


@app.command("list")
def list_keys(json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """List the keys; the keys themselves are not stored, only their hashes."""
    reply = connect(url, api_key).get(PATH)
    if json:
        write_json(reply)
    else:
        out.print(_table(reply["keys"]))


@app.command()
def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="The id that `earshot key list` shows.", show_default=False)],
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Revoke a key: it is refused from the next call on. If you pass a whole key, only its id is sent."""
    key_id = id_within(key)
    try:
        connect(url, api_key).call("DELETE", key_path(key_id))
    except RefusedError as refused:
        if refused.status != 404:
            raise
        raise CommandError(f"There is no key {key_id}: `earshot key list` shows them.") from None
    write(f"Key {key_id} is revoked.")


def _table(keys: list[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("id", "name", "scopes", "created", "last used", "expires", "revoked"):
        table.add_column(column, overflow="fold")
    for key in keys:
        used = _day(key.get("last_used_on")) or "never"
        days = _day(key["created_at"]), used, _day(key.get("expires_at")), _day(key["revoked_at"])
        table.add_row(key["id"], key["name"], " ".join(key["scopes"]), *days)
    return table


def _moment(typed: str) -> str:
    """Return when a key expires as the API takes it: `90d` is that many days from now."""
    found = IN_DAYS.fullmatch(typed.strip())
    return iso(time.time_ns() // 1_000_000 + int(found[1]) * DAY) if found else typed


def _day(moment: Any) -> str:
    # `revoked` is null, a time or a plain yes or no.
    return str(moment)[:10] if isinstance(moment, str) else "yes" if moment else ""
