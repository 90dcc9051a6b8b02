"""`earshot doctor`: what is wrong with a stack, and how to fix it."""

from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.connection import where
from earshot_cli.ops.doctor.results import CheckResult
from earshot_cli.ops.stack import Stack, find_stack
from earshot_cli.rendering.checklist import checklist, verdict
from earshot_cli.screen import out, spinner, write, write_json

SendTest = Annotated[
    bool, typer.Option("--send-test", help="Also send one mail to SES's mailbox simulator.", show_default=False)
]


def doctor(
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
    *,
    json: options.Json = False,
    send_test: SendTest = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Check a stack, local or deployed, and print what is wrong and how to fix it. Changes nothing.

    With --send-test it sends one mail, to SES's mailbox simulator.

    [bold]earshot doctor
    earshot doctor --stack earshot --region eu-central-1[/bold]

    Exit code: 0 when all is well, 1 when something needs fixing, 2 when something could not be checked.
    """
    found = find_stack(stack, region, profile)
    results = _run(found, *_address_and_key(found, url, api_key), send_test)
    if json:
        write_json({"stack": str(found.place), "checks": [result.as_json() for result in results]})
    else:
        place = str(found.place)
        write(place[0].upper() + place[1:], "bold")
        out.print(checklist(results, ascii_only=not out.encoding.lower().startswith("utf")))
        write(*verdict(results))
    if code := exit_code(results):
        raise typer.Exit(code)


def exit_code(results: list[CheckResult]) -> int:
    """Return 1 if there is something to fix, else 2 if something could not be checked, else 0."""
    if any(result.findings for result in results):
        return 1
    return 2 if any(result.unchecked for result in results) else 0


def _address_and_key(stack: Stack, url: str | None, api_key: str | None) -> tuple[str, str | None]:
    """Return the given address and key, else those of the stack; a local stack keeps its own in a file."""
    if stack.is_local and not url:
        url, of_stack = where(None, None)
        return where(url, api_key or of_stack)
    url = (url or stack.outputs.get("Url", "")).strip()
    return where(url, api_key) if url and (api_key or "").strip() else (url, None)


def _run(stack: Stack, url: str, api_key: str | None, send_mail: bool) -> list[CheckResult]:
    from earshot_cli.ops.doctor import checks  # noqa: PLC0415 boto3 is dear

    results = []
    with spinner("Reading the template") as show:
        for name, check in checks.checks_of(stack, url, api_key, send_mail=send_mail).items():
            show(f"Checking {name.lower()}")
            results.append(checks.run(stack, name, check))
    return results
