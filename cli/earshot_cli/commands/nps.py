"""`earshot nps`: the score of a survey, or of each value of a segment."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import UsageError
from earshot_cli.listing import csv_row
from earshot_cli.rendering.breakdown import breakdown_panel
from earshot_cli.rendering.score_panel import score_panel
from earshot_cli.screen import out, write_json, write_line
from earshot_cli.segment_values import hint_at_values

COLUMNS = ("value", "nps", "score_exact", "responses", "promoters", "passives", "detractors", "low", "high")


def nps(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: Annotated[
        str, typer.Argument(metavar="SURVEY", help="Its id; several, separated by commas, are combined.")
    ],
    window: Annotated[
        str,
        typer.Option(
            parser=options.window,
            metavar="WINDOW",
            help="Whole days that end with --as-of, such as 7d, 4w or 365d; month, quarter; or all.",
        ),
    ] = "30d",
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day of the window; default: today.")
    ] = None,
    segment: Annotated[
        str | None, typer.Option(metavar="NAME=VALUE", help="Only this value of a tracked segment.")
    ] = None,
    basis: Annotated[
        str | None, typer.Option(help="all: every response (default); latest: only each person's latest in the window.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="SEGMENT", help="Show the score of each value of this segment, the largest first."),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the values of --by as CSV.")] = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show the score with its interval, its histogram and its change.

    [bold]earshot nps demo
    earshot nps demo --by plan
    earshot nps demo --window 365d --as-of 2015-08-02 --segment cabin=Economy
    earshot nps shop,support --window quarter[/bold]
    """
    if by is None and as_csv:
        raise UsageError("--csv needs --by SEGMENT.")
    if by is not None and (segment or "," in survey):
        raise UsageError("--by works on one survey, without --segment.")
    query = {"window": window, "as_of": as_of, "basis": basis}
    client = connect(url, api_key)
    if by is not None:
        _broken_down(client.get(survey_path(survey, "breakdown"), {"by": by, **query}), as_csv=as_csv, as_json=json)
        return
    path, which = ("/v1/nps", {"surveys": survey}) if "," in survey else (survey_path(survey, "nps"), {})
    score = client.get(path, {**which, **query, "segment": segment})
    if json:
        write_json(score)
    else:
        out.print(score_panel(score, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))
    if segment and not score["responses"] and "survey" in score:
        hint_at_values(client, survey, segment)


def _broken_down(breakdown: Mapping[str, Any], *, as_csv: bool, as_json: bool) -> None:
    if as_json:
        write_json(breakdown)
    elif as_csv:
        write_line(csv_row(COLUMNS))
        for row in breakdown["rows"]:
            bounds = row["interval"] or {"low": None, "high": None}
            cells = [row[name] for name in COLUMNS[:-2]]
            write_line(csv_row([*cells, bounds["low"], bounds["high"]]))
    else:
        ascii_only = not out.encoding.lower().startswith("utf")
        out.print(breakdown_panel(breakdown, ascii_only=ascii_only, width=out.width))
