"""`earshot responses`: the responses of a survey with their comments, to read or to save."""

import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.drawing.responses import response_lines
from earshot_cli.errors import UsageError
from earshot_cli.listing import Form, Format, Limit, csv_row, json_line
from earshot_cli.problems import RefusedError
from earshot_cli.screen import note, out

PAGE = 500
# What is shown of the person beside their id.
WHO = ("name", "email", "account")
COLUMNS = ("id", "answered", "score", "category", "comment", "person", *WHO, "channel", "state", "properties")

Response = Mapping[str, Any]


class Category(StrEnum):
    """The categories of scores."""

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"


def responses(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    category: Annotated[Category | None, typer.Option(help="Only these scores.")] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DAYS", parser=options.window, help="Only the last days, such as 7d or 4w.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="DAY", help="The day after the last.")] = None,
    segment: Annotated[str | None, typer.Option(metavar="NAME=VALUE", help="Only with this property.")] = None,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Only of this person.")] = None,
    comments: Annotated[bool, typer.Option("--comments", help="Only responses with a comment.")] = False,
    limit: Limit = 20,
    form: Form = Format.TEXT,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List responses with their comments, newest first.

    [bold]earshot responses demo --category detractor --since 7d
    earshot responses demo --comments --limit 0 --format csv > comments.csv[/bold]
    """
    if since and (first or end):
        raise UsageError("--since stands in place of --from and --to.")
    query = {
        "category": category.value if category else None,
        "from": _day_before(since) if since else first,
        "to": end,
        "segment": segment,
        "person": person,
        "has_comment": "true" if comments else None,
    }
    found = _listed(connect(url, api_key), survey, query, limit)
    WRITERS[form](found)


def _day_before(span: str) -> str:
    """Return the first of the last days, today among them; days are those of UTC."""
    if not span.endswith("d"):
        raise UsageError(f"--since {span}: write days or weeks, such as 7d or 4w.")
    return (datetime.now(UTC).date() - timedelta(days=int(span[:-1]) - 1)).isoformat()


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
    for count, response in enumerate(found, 1):  # noqa: B007 - the count is told below
        out.print(response_lines(response))
    if not count:
        note("No response fits.")


def _as_csv(found: Iterator[Response]) -> None:
    """Write rows for a spreadsheet; the properties are one column, as JSON."""
    typer.echo(csv_row(COLUMNS), nl=False)
    for response in found:
        typer.echo(csv_row([response[name] for name in COLUMNS]), nl=False)


def _as_jsonl(found: Iterator[Response]) -> None:
    for response in found:
        typer.echo(json_line(response))


WRITERS: dict[Format, Callable[[Iterator[Response]], None]] = {
    Format.TEXT: _as_text,
    Format.CSV: _as_csv,
    Format.JSONL: _as_jsonl,
}
