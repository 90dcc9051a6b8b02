"""`earshot doctor`: what is wrong with a stack, and how to mend it."""

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn

from earshot_cli import options
from earshot_cli.connection import where
from earshot_cli.ops.doctor.checks import look, rooms
from earshot_cli.ops.doctor.results import Examined
from earshot_cli.ops.stack import Stack, find_stack
from earshot_cli.rendering.checklist import checklist, verdict
from earshot_cli.screen import notes, out, say, say_json


def doctor(
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Look a stack over, local or deployed, and say what is wrong and how to mend it. Nothing is changed.

    [bold]earshot doctor
    earshot doctor --stack earshot --region eu-central-1[/bold]

    Exit code: 0 when all is well, 1 when something is to be mended, 2 when it could not be looked at.
    """
    patient = find_stack(stack, region, profile)
    examined = _examine(patient, *_where(patient, url, api_key))
    if json:
        say_json({"stack": str(patient.place), "rooms": [room.as_json() for room in examined]})
    else:
        _draw(patient, examined)
    if code := exit_code(examined):
        raise typer.Exit(code)


def exit_code(examined: list[Examined]) -> int:
    """Give 1 if there is something to mend, else 2 if something could not be seen, else 0."""
    if any(room.findings for room in examined):
        return 1
    return 2 if any(room.unseen for room in examined) else 0


def _where(stack: Stack, url: str | None, api_key: str | None) -> tuple[str, str | None]:
    """Give the address and the key: those given, else those of the stack; a local one has told its own."""
    if stack.is_local and not url:
        url, of_stack = where(None, None)
        return where(url, api_key or of_stack)
    url = (url or stack.outputs.get("Url", "")).strip()
    return where(url, api_key) if url and (api_key or "").strip() else (url, None)


def _examine(stack: Stack, url: str, api_key: str | None) -> list[Examined]:
    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False)
    examined = []
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as progress:
        task = progress.add_task("Reading the template")
        for room, examine in rooms(stack, url, api_key):
            progress.update(task, description=f"Looking at {room.lower()}")
            examined.append(look(stack, room, examine))
    return examined


def _draw(stack: Stack, examined: list[Examined]) -> None:
    whose = str(stack.place)
    say(whose[0].upper() + whose[1:], "bold")
    out.print(checklist(examined, ascii_only=not out.encoding.lower().startswith("utf")))
    say(*verdict(examined))
