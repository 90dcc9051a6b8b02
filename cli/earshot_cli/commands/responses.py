"""`earshot responses`: the responses of a survey, to read, to save, or to erase many at once."""

import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import UsageError
from earshot_cli.group import GroupWithDefault
from earshot_cli.listing import Form, Format, Limit, write_list
from earshot_cli.naming import respondent_named
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.responses import response_lines
from earshot_cli.screen import confirmed, note, out, write

PAGE = 500
# What is shown of the person in addition to their id.
WHO = ("name", "email", "account")
COLUMNS = (
    *("id", "responded_at", "score", "category", "comment", "contact_requested", "person", *WHO, "channel", "state"),
    "properties",
)

Response = Mapping[str, Any]


class Category(StrEnum):
    """The categories of scores."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"


app = typer.Typer(
    cls=GroupWithDefault, rich_markup_mode="rich", help="List the responses of a survey; `erase` erases many."
)

Only = Annotated[Category | None, typer.Option(help="Only these scores.")]
First = Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day.")]
End = Annotated[str | None, typer.Option("--to", metavar="DAY", help="The day after the last.")]
Segment = Annotated[str | None, typer.Option(metavar="NAME=VALUE", help="Only with this property.")]
Person = Annotated[str | None, typer.Option(metavar="ID|ADDRESS", help="Only from this person.")]
Comments = Annotated[bool, typer.Option("--comments", help="Only responses with a comment.")]


@app.command("list", hidden=True)
def responses(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    category: Only = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DAYS", parser=options.window, help="Only the days until today: 7d, 4w or month."),
    ] = None,
    first: First = None,
    end: End = None,
    segment: Segment = None,
    person: Person = None,
    comments: Comments = False,
    limit: Limit = 20,
    form: Form = Format.TEXT,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List responses with their comments, newest first.

    [bold]earshot responses demo --category detractor --since 7d
    earshot responses demo --comments --limit 0 --format csv > comments.csv[/bold]

    `earshot responses erase SURVEY` erases all matching responses for good.
    """
    if since and (first or end):
        raise UsageError("Pass either --since or --from and --to.")
    client = connect(url, api_key)
    who = respondent_named(client, person)
    query = _query(category, first, end, segment, who, comments) | {"window": since}
    found = _listed(client, survey, query, limit)
    write_list(found, form, COLUMNS, _as_text)


@app.command("erase")
def erase_responses(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    first: First = None,
    end: End = None,
    category: Only = None,
    segment: Segment = None,
    person: Person = None,
    comments: Comments = False,
    everything: Annotated[bool, typer.Option("--all", help="All responses of the survey.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first; this cannot be undone.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Erase all matching responses for good; counts them and asks first.

    [bold]earshot responses erase demo --to 2024-01-01
    earshot responses erase demo --from 2026-03-01 --to 2026-03-02 --category detractor --dry-run[/bold]
    """
    query = _query(category, first, end, segment, person, comments)
    if everything == any(query.values()):
        raise UsageError("Choose what to erase with --from, --to or another filter; or pass only --all.")
    client, path = connect(url, api_key), survey_path(survey, "responses")
    query["person"] = respondent_named(client, person)
    count = client.call("DELETE", path, query=query | {"check": "true"})["count"]
    named = f"{count:,} response{'' if count == 1 else 's'} of {survey}"
    if dry_run or not count:
        write(f"{named} {'fits' if count == 1 else 'fit'}: nothing was erased.")
        return
    if not yes and not confirmed(f"Erase {named} for good? This cannot be undone", "erase them"):
        write("Nothing was erased.")
        raise typer.Exit(1)
    _erase(client, path, query | {"confirm": str(count)})
    write(f"{named} {'is' if count == 1 else 'are'} erased for good.")


def _erase(client: Client, path: str, query: Mapping[str, str | None]) -> None:
    while True:
        try:
            done = client.call("DELETE", path, query=query)
        except KeyboardInterrupt:
            note("Stopped: run the same command again; it counts what is left and asks again.", "yellow")
            raise typer.Exit(130) from None
        if not done["remaining"]:
            return
        note(f"{done['erased']:,} erased, {done['remaining']:,} to go …", "dim")


def _query(
    category: Category | None,
    first: str | None,
    end: str | None,
    segment: str | None,
    person: str | None,
    comments: bool,
) -> dict[str, str | None]:
    return {
        "category": category.value if category else None,
        "from": first,
        "to": end,
        "segment": segment,
        "person": person,
        "has_comment": "true" if comments else None,
    }


def _listed(client: Client, survey: str, query: Mapping[str, str | None], limit: int) -> Iterator[Response]:
    """Yield responses page by page, newest first, at most `limit` (0: all), with who gave them."""
    left, cursor, expand = limit or sys.maxsize, None, "person"
    while left > 0:
        asked = {**query, "limit": min(left, PAGE), "cursor": cursor, "expand": expand or None}
        try:
            page = client.get(survey_path(survey, "responses"), asked)
        except RefusedError as refused:
            if refused.status != 403 or not expand:
                raise
            # The key may read responses and no people: their ids have to do.
            expand = ""
            continue
        people = page.get("people", {})
        for response in page["responses"][:left]:
            person = people.get(response["person"], {})
            yield response | {name: person.get(name) for name in WHO}
        left -= len(page["responses"])
        cursor = page["cursor"]
        if cursor is None:
            return


def _as_text(found: Iterator[Response]) -> None:
    count = 0
    for count, response in enumerate(found, 1):  # noqa: B007 - the count is shown below
        out.print(response_lines(response))
    if not count:
        note("No responses match.")
