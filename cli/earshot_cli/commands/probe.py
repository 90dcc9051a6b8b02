"""`earshot probe`: try on AWS what only the local engine has shown so far."""

import uuid
from typing import Annotated

import typer

from earshot_cli import options
from earshot_cli.connection import where
from earshot_cli.errors import CommandError
from earshot_cli.ops import probe as operation
from earshot_cli.ops.stack import Stack, find_stack
from earshot_cli.screen import confirmed, note, progress_bar, write, write_json

ACCESS_LOG = "AccessLog"
NOTICED = "an alarm must notify you within ten minutes (runbook function-errors)."
REMINDERS = (
    "Restore the table to an earlier moment, and put it into service (docs/runbooks/restore.md).",
    "In a throw-away account: delete the stack and put one up again (docs/deploy.md).",
)

Campaign = Annotated[
    int,
    typer.Option("--campaign", metavar="N", min=0, max=10_000, help="Also mail N mailboxes of the SES simulator."),
]
Alarm = Annotated[bool, typer.Option("--alarm", help="Also make a function fail, so that its alarm fires.")]
Memory = Annotated[
    bool, typer.Option("--memory", help="Also make a function run out of memory, so that the same alarm fires.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


def probe(  # noqa: PLR0913 each is an option to type
    stack: options.Stack = None,
    region: options.Region = None,
    profile: options.Profile = None,
    *,
    campaign: Campaign = 0,
    alarm: Alarm = False,
    memory: Memory = False,
    yes: Yes = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Try a stack after its first deployment: which person a hard id reaches, whether mails and alarms go out.

    [bold]earshot probe --stack earshot --campaign 1500 --alarm[/bold]

    It makes people of its own and erases them; the mails go to SES's mailbox simulator. Needs a key that may read and
    write people, surveys and invitations. Exit code 1 when AWS does something else than the local gateway.
    """
    found = find_stack(stack, region, profile)
    address, key = _address_and_key(found, url, api_key)
    if not yes and not confirmed(f"Make people on {found.place} and send {campaign:,} mails to the simulator", "do it"):
        raise CommandError("Nothing was tried.")
    name = f"probe-{uuid.uuid4().hex[:8]}"
    seen = _paths(found, address, key, f"{name}-")
    mails = _campaign(address, key, name, campaign) if campaign else None
    failed = operation.fail_a_function(found) if alarm else None
    exhausted = operation.exhaust_a_function(found) if memory else None
    if json:
        write_json({"paths": [vars(one) for one in seen], "campaign": mails, "failed": failed, "exhausted": exhausted})
    else:
        _show(seen, mails)
        if failed:
            write(f"{failed} failed on purpose: {NOTICED}")
        if exhausted:
            write(f"{exhausted[0]} ran out of memory on purpose (Lambda: {exhausted[1]}): {NOTICED}")
        for line in REMINDERS:
            write(f"Still to do by hand: {line}", "dim")
    if not all(one.is_as_assumed for one in seen) or (mails and mails["sent"] != campaign):
        raise typer.Exit(1)


def _address_and_key(stack: Stack, url: str | None, api_key: str | None) -> tuple[str, str]:
    if stack.is_local:
        return where(url, api_key)
    return where((url or stack.outputs.get("Url", "")).strip(), api_key)


def _paths(stack: Stack, url: str, key: str, prefix: str) -> list[operation.Seen]:
    note("Sending ids that a path may change …", "dim")
    try:
        seen = operation.probe_paths(url, key, prefix)
    finally:
        operation.remove(url, key, operation.bystanders(prefix))
    if stack.is_local:
        return seen
    note("Waiting for the access log …", "dim")
    return operation.with_matched_routes(stack, seen, stack.physical(ACCESS_LOG))


def _campaign(url: str, key: str, name: str, size: int) -> dict[str, object]:
    try:
        with progress_bar("Mails sent", size) as moved:
            return operation.run_campaign(url, key, name, size, moved)
    finally:
        with progress_bar("People erased", size) as moved:
            operation.remove(url, key, operation.campaign_people(name, size), moved)


def _show(seen: list[operation.Seen], mails: dict[str, object] | None) -> None:
    for one in seen:
        sign, style = ("as assumed", None) if one.is_as_assumed else ("DIFFERS", "bold red")
        route = f", logged as {one.matched}" if one.matched else ""
        write(f"{one.route.partition(' ')[0]} {one.sent}: {one.status}, reached {one.reached}{route} ({sign})", style)
        if not one.is_as_assumed:
            write(f"  assumed: {one.assumed}", "red")
    if mails:
        write(f"Campaign: {mails['asked']} invited, {mails['sent']} mails sent, {mails['state']}.")
