"""`earshot deliveries`: what became of alerts on their way to destinations."""

from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import delivery_path
from earshot_cli.connection import connect
from earshot_cli.rendering.alerts import delivery_card, delivery_table
from earshot_cli.screen import note, out, write_json

PATH = "/v1/deliveries"


def deliveries(  # noqa: PLR0913, PLR0917 each is an option to type
    delivery: Annotated[str | None, typer.Argument(metavar="ID", help="Show this one, with its attempts.")] = None,
    destination: Annotated[str | None, typer.Option(metavar="ID", help="Only those to this destination.")] = None,
    survey: Annotated[str | None, typer.Option(help="Only those of this survey.")] = None,
    response: Annotated[str | None, typer.Option(metavar="ID", help="Only those about this response.")] = None,
    state: Annotated[
        str | None, typer.Option(help="pending, trying, waiting, delivered, withdrawn, muted or parked.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List the deliveries of alerts, the newest of each destination first, or show one with its attempts.

    [bold]earshot deliveries --destination crm --state parked[/bold]
    """
    client = connect(url, api_key)
    if delivery is not None:
        found = client.get(delivery_path(delivery))
        if json:
            write_json(found)
        else:
            out.print(delivery_card(found))
        return
    filters = {"destination": destination, "survey": survey, "response": response, "state": state}
    query = {name: value for name, value in filters.items() if value is not None}
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None and len(rows) < limit:
        page = client.get(PATH, query | ({"cursor": cursor} if cursor else {}))
        rows += page["deliveries"]
        cursor = page["cursor"]
    if json:
        write_json({"deliveries": rows[:limit]})
        return
    out.print(delivery_table(rows[:limit]))
    if cursor is not None or len(rows) > limit:
        note(f"These are the first {limit:,}; --limit shows more.")
