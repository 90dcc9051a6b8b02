"""`earshot team`: the members who own cases, and who stands in for them."""

from typing import Annotated, Any
from urllib.parse import quote

import typer

from earshot_cli import options
from earshot_cli.access import Access, access_typed
from earshot_cli.client import Client, member_path
from earshot_cli.connection import connect, where
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.invitation_link import invitation_link
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.team import member_card, member_table, session_table
from earshot_cli.screen import confirmed, note, out, write, write_json

PATH, INVITATIONS = "/v1/team", "/v1/team/invitations"
FUNCTION = "With --print-link, of a deployed stack: its output InvitationsFunction; needs AWS credentials."
NOT_FOUND = 404
NONE = "none"

app = typer.Typer(
    cls=CommandGroup,
    help="List, show, invite, change and remove the members of the team; list and end their sessions.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Member = Annotated[str, typer.Argument(metavar="ID", help="Their id, such as kim.", show_default=False)]


@app.command("list")
def list_members(json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """List the members of the team."""
    reply = connect(url, api_key).get(PATH)
    if json:
        write_json(reply)
    else:
        out.print(member_table(reply["members"]))


@app.command()
def show(member: Member, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Show one member."""
    found = connect(url, api_key).get(member_path(member))
    if json:
        write_json(found)
    else:
        out.print(member_card(found))


@app.command("set")
def set_(  # noqa: PLR0913, PLR0917 each is an option to type
    member: Member,
    email: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Where mail to them goes.")] = None,
    role: Annotated[str | None, typer.Option(help="owner, manager, frontline, executive or analyst.")] = None,
    name: Annotated[str | None, typer.Option(help="Their name; '' removes it.")] = None,
    lead: Annotated[str | None, typer.Option(metavar="ID", help="The member who leads them; '' for none.")] = None,
    deputy: Annotated[
        str | None, typer.Option(metavar="ID", help="The member who stands in while they are away; '' for none.")
    ] = None,
    away: Annotated[
        str | None, typer.Option(metavar="DAY..DAY", help="The first and the last day away; none: they are there.")
    ] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="Their time zone (UTC).")] = None,
    locale: Annotated[str | None, typer.Option(metavar="TAG", help="Their language (en).")] = None,
    calendar: Annotated[str | None, typer.Option(metavar="ID", help="The hours they work; '' for none.")] = None,
    access: Access = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Add a member, or change one; options you leave out stay as they are.

    [bold]earshot team set kim --email kim@example.com --role frontline --lead leo --deputy mia
    earshot team set kim --away 2026-12-24..2026-12-31
    earshot team set nia --access surveys=demo --access segment=region=emea[/bold]
    """
    typed = {"email": email, "role": role, "name": name, "lead": lead, "deputy": deputy}
    typed |= {"timezone": timezone, "locale": locale, "calendar": calendar}
    changes: dict[str, Any] = {field: value for field, value in typed.items() if value is not None}
    if access:
        changes["access"] = access_typed(access)
    if away is not None:
        changes["away"] = _absence(away)
    if not changes:
        raise CommandError("Nothing to change: `earshot team set --help` lists the options.")
    client = connect(url, api_key)
    out.print(member_card(client.call("PUT", member_path(member), _known(client, member) | changes)))


@app.command()
def invite(  # noqa: PLR0913, PLR0917 each is an option to type
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="Where mail to them goes.", show_default=False)],
    role: Annotated[str, typer.Option(help="owner, manager, frontline, executive or analyst.", show_default=False)],
    name: Annotated[str | None, typer.Option(help="Their name.")] = None,
    access: Access = None,
    print_link: Annotated[bool, typer.Option("--print-link", help="Print the link and send no mail.")] = False,
    function: Annotated[str | None, typer.Option(metavar="NAME", help=FUNCTION)] = None,
    region: options.Region = None,
    profile: options.Profile = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Make somebody a member, and send or print the link that signs them in once, within 72 hours.

    [bold]earshot team invite kim@example.com --role frontline --name "Kim Park"
    earshot team invite ann@example.com --role owner --print-link[/bold]
    """
    wanted: dict[str, Any] = {"email": address, "role": role, "mail": not print_link}
    wanted |= {} if name is None else {"name": name}
    wanted |= {"access": access_typed(access)} if access else {}
    member = connect(url, api_key).call("POST", INVITATIONS, wanted)["id"]
    if print_link:
        note(f"{member} is a member. The link signs them in once, within 72 hours:")
        write(invitation_link(member, function, where(url, api_key)[0], region=region, profile=profile))
    else:
        write(f"{member} is a member, and gets a mail with the link to sign in.")


@app.command()
def role(
    member: Member,
    to: Annotated[str, typer.Argument(metavar="ROLE", help="Their new role.", show_default=False)],
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Change the role of a member; the new one holds from their next click on."""
    client = connect(url, api_key)
    found = client.get(member_path(member))
    changed = {field: value for field, value in found.items() if field != "id"} | {"role": to}
    out.print(member_card(client.call("PUT", member_path(member), changed)))


@app.command()
def sessions(
    member: Member,
    end: Annotated[str | None, typer.Option(metavar="SESSION", help="End this one.")] = None,
    end_all: Annotated[bool, typer.Option("--end-all", help="End all of them.")] = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List where a member is signed in, or sign them out."""
    client, path = connect(url, api_key), f"{member_path(member)}/sessions"
    if end_all or end is not None:
        client.call("DELETE", path if end_all else f"{path}/{quote(str(end), safe='')}")
        write(f"{member} is signed out{' everywhere' if end_all else ' there'}.")
        return
    found = client.get(path)
    if json:
        write_json(found)
    else:
        out.print(session_table(found["sessions"]))


@app.command()
def remove(
    member: Member,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Remove a member, with their address and name; asks first."""
    if not yes and not confirmed(f"Remove {member}, with their address and name?", "remove them"):
        raise CommandError("Nobody was removed.")
    connect(url, api_key).call("DELETE", member_path(member))
    write(f"{member} is removed.")


def _known(client: Client, member: str) -> dict[str, Any]:
    """Return the fields of a member as they are, with the revision that a change of them rests on."""
    try:
        found = client.get(member_path(member))
    except RefusedError as refused:
        if refused.status != NOT_FOUND:
            raise
        return {}
    return {field: value for field, value in found.items() if field != "id"}


def _absence(typed: str) -> dict[str, str] | None:
    if typed == NONE:
        return None
    first, dots, last = typed.partition("..")
    if not dots:
        raise UsageError(f"--away takes the first and the last day, such as 2026-12-24..2026-12-31, not {typed}.")
    return {"from": first.strip(), "to": last.strip()}
