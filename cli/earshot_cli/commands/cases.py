"""`earshot cases`: what alerts opened, until it is resolved."""

from typing import Annotated, Any

import typer

from earshot.domain.case_measures import GroupBy
from earshot_cli import options
from earshot_cli.client import case_path, survey_path
from earshot_cli.connection import connect
from earshot_cli.group import CommandGroup
from earshot_cli.rendering.alerts import case_card, case_table
from earshot_cli.rendering.case_measures_panel import case_measures_panel
from earshot_cli.screen import note, out, write_json

PATH = "/v1/cases"

app = typer.Typer(
    cls=CommandGroup,
    help="List, show and measure the cases that alerts opened.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Case = Annotated[str, typer.Argument(metavar="ID", help="The id that `earshot cases list` shows.", show_default=False)]


@app.command("list")
def list_cases(
    survey: Annotated[str | None, typer.Option(help="Only those of this survey.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List open cases, the oldest first.

    [bold]earshot cases list --survey demo[/bold]
    """
    client, query = connect(url, api_key), {} if survey is None else {"survey": survey}
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None and len(rows) < limit:
        page = client.get(PATH, query | ({"cursor": cursor} if cursor else {}))
        rows += page["cases"]
        cursor = page["cursor"]
    if json:
        write_json({"cases": rows[:limit]})
        return
    out.print(case_table(rows[:limit]))
    if cursor is not None or len(rows) > limit:
        note(f"These are the first {limit:,}; --limit shows more.")


@app.command()
def show(case: Case, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Show one case, with its responses as they are now."""
    found = connect(url, api_key).get(case_path(case))
    if json:
        write_json(found)
    else:
        out.print(case_card(found))


@app.command()
def measures(  # noqa: PLR0917 each is an option to type
    survey: options.Survey,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day; default: 90 days before the end.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The day after the last one; default: tomorrow.")
    ] = None,
    by: Annotated[GroupBy | None, typer.Option(help="Also by owner, root_cause or band.")] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show how fast cases are contacted and closed, how often too late, and how many people were won back.

    [bold]earshot cases measures demo --by owner[/bold]
    """
    query = {"from": first, "to": end, "by": by.value if by else None}
    found = connect(url, api_key).get(survey_path(survey, "case-measures"), query)
    if json:
        write_json(found)
    else:
        out.print(case_measures_panel(found, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
