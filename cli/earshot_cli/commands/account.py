"""`earshot account`: the companies that people belong to."""

from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import Client
from earshot_cli.connection import connect
from earshot_cli.errors import UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.team import account_card
from earshot_cli.screen import out, write_json

PATH = "/v1/accounts"
NOT_FOUND = 404

app = typer.Typer(
    cls=CommandGroup,
    help="Show and describe the accounts that people belong to.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Account = Annotated[str, typer.Argument(metavar="ID", help="Its id, as people name it.", show_default=False)]


@app.command()
def show(account: Account, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Show one account."""
    found = connect(url, api_key).get(PATH, {"id": account})
    if json:
        write_json(found)
    else:
        out.print(account_card(found))


@app.command("set")
def set_(
    account: Account,
    name: Annotated[str | None, typer.Option(help="What people call it; '' removes it.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="ID", help="The member who looks after it; '' for none.")] = None,
    property_: Annotated[
        list[str] | None,
        typer.Option("--property", metavar="NAME=VALUE", help="A property; NAME= removes it; others stay."),
    ] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Make an account, or change one; options you leave out stay as they are.

    [bold]earshot account set ACME --name "Acme Inc." --owner kim --property region=north[/bold]
    """
    client = connect(url, api_key)
    fields: dict[str, Any] = {"name": name, "owner": owner}
    if property_:
        fields["properties"] = _properties(client, account) | dict(map(_pair, property_))
    given = {field: value for field, value in fields.items() if value is not None}
    saved = client.call("POST", PATH, {"accounts": [{"id": account} | given]})
    out.print(account_card(saved["accounts"][0]))


def _properties(client: Client, account: str) -> dict[str, str]:
    try:
        return dict(client.get(PATH, {"id": account})["properties"])
    except RefusedError as refused:
        if refused.status != NOT_FOUND:
            raise
        return {}


def _pair(typed: str) -> tuple[str, str]:
    name, sign, value = typed.partition("=")
    if not sign:
        raise UsageError(f"--property takes NAME=VALUE, such as region=north, not {typed}.")
    return name, value
