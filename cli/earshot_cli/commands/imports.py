"""`earshot import`: import a file, and list, show and undo imports."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich import box
from rich.table import Table

from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.commands.import_responses import import_responses
from earshot_cli.connection import connect
from earshot_cli.group import GroupWithDefault
from earshot_cli.screen import confirmed, note, out, write, write_json

app = typer.Typer(cls=GroupWithDefault, rich_markup_mode="rich", help="Import the responses of a CSV file.")
app.command("file", hidden=True)(import_responses)

Survey = Annotated[str, typer.Option("--survey", help="The survey's id.", show_default=False)]
Id = Annotated[str, typer.Argument(metavar="ID", help="The import's id.", show_default=False)]


@app.command("list")
def list_imports(
    survey: Survey, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """List the imports into a survey, the newest first."""
    reply = connect(url, api_key).get(survey_path(survey, "imports"))
    if json:
        write_json(reply)
    elif reply["imports"]:
        out.print(_table(reply["imports"]))
    else:
        write(f"There are no imports into {survey}.")


@app.command("show")
def show_import(
    import_id: Id, survey: Survey, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """Show the progress of an import: how many rows were new, known and rejected."""
    found = connect(url, api_key).get(survey_path(survey, "imports", import_id))
    if json:
        write_json(found)
    else:
        out.print(_table([found]))


@app.command("undo")
def undo_import(
    import_id: Id,
    survey: Survey,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Withdraw the responses that an import first recorded; asks first.

    Responses known before stay, and erased ones stay erased. The rows can be imported again.

    [bold]earshot import undo reviews-20261129-1f2e3d --survey demo[/bold]
    """
    client = connect(url, api_key)
    path = survey_path(survey, "imports", import_id)
    found = client.get(path)
    asked = f"Withdraw the {found['new'] - found['withdrawn']:,} responses that {import_id} recorded in {survey}"
    if not yes and found["state"] != "undone" and not confirmed(asked, "undo the import"):
        write("Nothing was withdrawn.")
        raise typer.Exit(1)
    done = _undone(client, path)
    kept = done["new"] - done["withdrawn"]
    erased = f"; {kept:,} were erased since, and stay erased" if kept else ""
    write(
        f"{import_id} is undone: {done['withdrawn']:,} responses are withdrawn{erased}. Its rows can be imported again."
    )


def _undone(client: Client, path: str) -> dict[str, Any]:
    while True:
        try:
            done = client.call("POST", f"{path}/undo")
        except KeyboardInterrupt:
            note("Stopped: run the same command again; it continues.", "yellow")
            raise typer.Exit(130) from None
        if done["state"] == "undone":
            return done
        note(f"{done['withdrawn']:,} withdrawn, {done['remaining']:,} to go …", "dim")


def _table(imports: Sequence[dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("import", no_wrap=True)
    for name in ("started", "state"):
        table.add_column(name, overflow="fold")
    for name in ("new", "known", "refused", "withdrawn"):
        table.add_column(name, justify="right")
    for one in imports:
        numbers = (one["new"], one["known"], one["refused"], one["withdrawn"])
        shown = ("" if number is None else f"{number:,}" for number in numbers)
        table.add_row(one["id"], one["started_at"][:16].replace("T", " "), one["state"], *shown)
    return table
