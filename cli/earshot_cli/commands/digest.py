"""`earshot digest`: what each role gets to read about a survey, and when."""

from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import Client, digest_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError
from earshot_cli.group import CommandGroup
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.digests import digest_card, digest_table
from earshot_cli.screen import confirmed, out, write, write_json

PATH = "/v1/digests"
NOT_FOUND = 404
# What a digest is, without its id and what became of it.
SETTINGS = ("role", "survey", "segment", "to", "every", "hour", "weekday", "timezone", "locale", "revision")

app = typer.Typer(
    cls=CommandGroup,
    help="List, show, write and remove digests, see what stands in one, and send it.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Digest = Annotated[
    str, typer.Argument(metavar="ID", help="The id of the digest, such as leads-weekly.", show_default=False)
]


@app.command("list")
def list_digests(json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """List all digests."""
    reply = connect(url, api_key).get(PATH)
    if json:
        write_json(reply)
    else:
        out.print(digest_table(reply["digests"]))


@app.command()
def show(digest: Digest, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Show one digest, and what became of it for each recipient."""
    found = connect(url, api_key).get(digest_path(digest))
    if json:
        write_json(found)
    else:
        out.print(digest_card(found))


@app.command("set")
def set_(  # noqa: PLR0913, PLR0917 each is an option to type
    digest: Digest,
    role: Annotated[str | None, typer.Option(help="frontline, lead, executive or department.")] = None,
    survey: Annotated[str | None, typer.Option(metavar="ID", help="The survey that it is about.")] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE", help="A value of a tracked property; '' for the whole survey.")
    ] = None,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="WHO", help="A member, an address, or a destination in Slack; may be repeated."),
    ] = None,
    every: Annotated[str | None, typer.Option(help="workday, week or month.")] = None,
    hour: Annotated[int | None, typer.Option(help="0 to 23, where the recipient is.")] = None,
    weekday: Annotated[str | None, typer.Option(metavar="DAY", help="mon to sun, of a weekly one (mon).")] = None,
    timezone: Annotated[str | None, typer.Option(metavar="ZONE", help="For all recipients; '' for their own.")] = None,
    locale: Annotated[str | None, typer.Option(metavar="TAG", help="For all recipients; '' for their own.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Make a digest, or change one; options you leave out stay as they are.

    [bold]earshot digest set leads-weekly --role lead --survey demo --to leo --every week --hour 7
    earshot digest set leads-weekly --to leo --to ann@example.com[/bold]
    """
    typed = {"role": role, "survey": survey, "segment": segment, "to": to, "every": every, "hour": hour}
    typed |= {"weekday": weekday, "timezone": timezone, "locale": locale}
    changes: dict[str, Any] = {field: value for field, value in typed.items() if value is not None}
    if not changes:
        raise CommandError("Nothing to change: `earshot digest set --help` lists the options.")
    if every not in (None, "week") and weekday is None:
        changes["weekday"] = None
    client = connect(url, api_key)
    out.print(digest_card(client.call("PUT", digest_path(digest), _known(client, digest) | changes)))


@app.command()
def remove(
    digest: Digest,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Remove a digest; asks first."""
    if not yes and not confirmed(f"Remove the digest {digest}?", "remove it"):
        raise CommandError("Nothing was removed.")
    connect(url, api_key).call("DELETE", digest_path(digest))
    write(f"Digest {digest} is removed.")


@app.command("test")
def send_test(digest: Digest, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Send the digest as it is now to each of its recipients, named as a test."""
    found = connect(url, api_key).call("POST", digest_path(digest, "test"), repeatable=False)
    write(f"A test is on its way to {_recipients(found['queued'])}.")
    for each in found["skipped"]:
        write(f"{each['to']} gets none: {each['why']}.")


@app.command()
def redrive(digest: Digest, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Send again what is not known to have arrived of each recipient's newest period."""
    queued = connect(url, api_key).call("POST", digest_path(digest, "redrive"))["queued"]
    write(f"It is sent again to {_recipients(queued)}." if queued else "Nothing is to be sent again.")


@app.command()
def preview(
    digest: Digest,
    html: Annotated[bool, typer.Option("--html", help="Print the HTML of the mail.")] = False,
    to: Annotated[str | None, typer.Option(metavar="ID", help="A member or a channel among its recipients.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Print the digest as it would be now, for its first recipient or for one that you name.

    [bold]earshot digest preview leads-weekly --html > digest.html[/bold]
    """
    query = {"format": "html" if html else "text", "to": to}
    write(connect(url, api_key).text(digest_path(digest, "preview"), query).rstrip("\n"))


def _known(client: Client, digest: str) -> dict[str, Any]:
    """Return the settings of a digest as they are, with the revision that a change of them rests on."""
    try:
        found = client.get(digest_path(digest))
    except RefusedError as refused:
        if refused.status != NOT_FOUND:
            raise
        return {}
    return {field: found[field] for field in SETTINGS}


def _recipients(number: int) -> str:
    return "1 recipient" if number == 1 else f"{number} recipients"
