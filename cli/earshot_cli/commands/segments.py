"""`earshot segments`: the values of a segment, compared with the rest and with the window before."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.listing import csv_row
from earshot_cli.rendering.segments import segments_table
from earshot_cli.screen import note, out, write_json, write_line

COLUMNS = ("value", "nps", "responses", "detractor_share")
COMPARED = ("points", "low", "high", "p_value", "p_value_adjusted")


def segments(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    segment: Annotated[str, typer.Argument(metavar="SEGMENT", help="A tracked segment, such as plan.")],
    window: Annotated[
        str, typer.Option(parser=options.window, metavar="WINDOW", help="Whole days, such as 30d; month, quarter; all.")
    ] = "30d",
    as_of: Annotated[str | None, typer.Option(metavar="DATE", help="The last day; default: today.")] = None,
    basis: Annotated[str | None, typer.Option(help="all (default), or latest: only each person's latest.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the values as CSV.")] = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Compare each value of a segment with all other responses, the surest difference first.

    [bold]earshot segments demo plan
    earshot segments demo plan --window quarter --csv > plans.csv[/bold]
    """
    query = {"window": window, "as_of": as_of, "basis": basis}
    found = connect(url, api_key).get(survey_path(survey, "segments", segment), query)
    if json:
        write_json(found)
    elif as_csv:
        write_line(csv_row((*COLUMNS, *COMPARED)))
        for row in found["rows"]:
            difference = row["difference"] or dict.fromkeys(COMPARED)
            write_line(csv_row([*(row[name] for name in COLUMNS), *(difference[name] for name in COMPARED)]))
    else:
        out.print(segments_table(found))
        if not found["complete"]:
            note("Older responses are still being counted by this segment.", "dim")
