"""`earshot open`: a fresh link that signs a member in to the console."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.connection import connect, where
from earshot_cli.errors import CommandError
from earshot_cli.invitation_link import invitation_link
from earshot_cli.screen import write

MEMBER = "Their id; without it the first owner of the team."
FUNCTION = "The output InvitationsFunction of a deployed stack; needs AWS credentials."


def open_console(
    member: Annotated[str | None, typer.Argument(metavar="ID", help=MEMBER, show_default=False)] = None,
    function: Annotated[str | None, typer.Option(metavar="NAME", help=FUNCTION)] = None,
    region: options.Region = None,
    profile: options.Profile = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Print a link that signs a member in to the console once, within 72 hours.

    [bold]earshot open
    earshot open kim --function earshot-SignInFunction-1X2Y3Z:live[/bold]
    """
    address, _ = where(url, api_key)
    if member is None:
        team = connect(url, api_key).get("/v1/team")["members"]
        member = next((each["id"] for each in team if each["role"] == "owner"), None)
    if member is None:
        raise CommandError("The team has no owner yet: earshot team invite ADDRESS --role owner --print-link")
    write(invitation_link(member, function, address, region=region, profile=profile))
