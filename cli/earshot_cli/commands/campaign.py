"""`earshot campaign`: invite many people, a number a day, once or regularly."""

import re
import time
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.rendering.campaigns import campaign_in_words, count_in_words, plan_in_words, refusals_in_words
from earshot_cli.screen import confirmed, note, write, write_json

PAUSE_SECONDS = 1.0
DAYS = {"d": 1, "w": 7}

app = typer.Typer(
    cls=CommandGroup, help="Start, show, list and stop campaigns.", no_args_is_help=True, rich_markup_mode="rich"
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The campaign's id, such as spring.", show_default=False)]


@app.command()
def start(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    campaign: Id,
    segment: Annotated[str | None, typer.Option(metavar="NAME=VALUE", help="Who to invite; default: everyone.")] = None,
    budget: Annotated[int | None, typer.Option(metavar="N", help="Invite at most this many a day.")] = None,
    every: Annotated[
        str | None, typer.Option(metavar="DAYS", help="Invite again at this interval, such as 90d.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the people it would invite.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Start without asking first.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Follow it until it ends or pauses.")] = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Count the people a campaign would invite, ask, and start it; a running one is not changed.

    [bold]earshot campaign start demo spring --segment plan=pro --budget 500 --watch[/bold]
    """
    plan = _plan(segment, budget, every)
    client = connect(url, api_key)
    path = survey_path(survey, "campaigns", campaign)
    campaign_now = _counted(client, path, plan, quiet=json)
    if campaign_now["state"] == "counted" and not dry_run:
        _ask(campaign_now, yes)
        campaign_now = client.call("PUT", path, plan)
    if watch:
        campaign_now = _watched(client, survey, campaign_now, quiet=json)
    if json:
        write_json(campaign_now)
        return
    _show(campaign_now)
    if not dry_run:
        write(f"`earshot campaign show {survey} {campaign}` shows what happens next.", "dim")


@app.command()
def show(
    survey: options.Survey,
    campaign: Id,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show how far a campaign has come, and how many were not invited for which reason."""
    found = connect(url, api_key).get(survey_path(survey, "campaigns", campaign))
    if json:
        write_json(found)
    else:
        _show(found)


@app.command("list")
def list_campaigns(
    survey: options.Survey, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """List a survey's campaigns, the oldest first."""
    reply = connect(url, api_key).get(survey_path(survey, "campaigns"))
    if json:
        write_json(reply)
        return
    for campaign in reply["campaigns"]:
        write(f"{campaign_in_words(campaign)} {plan_in_words(campaign).capitalize()}.")
    if not reply["campaigns"]:
        write(f"The survey {survey} has no campaigns yet.")


@app.command()
def stop(
    survey: options.Survey,
    campaign: Id,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Stop a campaign for good: it invites nobody else; decided invitations are still sent. Asks first."""
    asked = f"Stop {campaign} for good? It invites nobody else, and cannot be started again"
    if not yes and not confirmed(asked, "stop it"):
        raise CommandError("Nothing was stopped.")
    write(campaign_in_words(connect(url, api_key).call("POST", survey_path(survey, "campaigns", campaign, "stop"))))


def _plan(segment: str | None, budget: int | None, every: str | None) -> dict[str, Any]:
    if budget is None and every is None:
        raise UsageError("Pass how many a day (--budget 500), or how often (--every 90d).")
    plan = {"segment": segment, "every_days": _days(every) if every else None, "daily_budget": budget}
    return {name: value for name, value in plan.items() if value is not None}


def _days(every: str) -> int:
    found = re.fullmatch(r"(\d{1,6})([dw]?)", every.strip(), re.ASCII)
    if not found:
        raise UsageError(f"--every {every}: write days or weeks, such as 90d or 13w.")
    return int(found[1]) * DAYS.get(found[2], 1)


def _counted(client: Client, path: str, plan: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Count the people a campaign would ask, with progress; one that has begun comes back as it is."""
    campaign = client.call("PUT", path, {**plan, "count": True})
    while campaign["state"] == "counting":
        if not quiet:
            note(f"Counting: {campaign['progress']:.0%} of the people, {campaign['asked']:,} would be invited.", "dim")
        time.sleep(PAUSE_SECONDS)
        campaign = client.get(path)
    return campaign


def _ask(campaign: dict[str, Any], yes: bool) -> None:
    """Show how many people a campaign will ask; CommandError unless that is wanted."""
    note(count_in_words(campaign))
    for line in refusals_in_words(campaign):
        note(f"  {line}")
    if not yes and not confirmed("Start it?", "start it"):
        raise CommandError("Nobody was invited.")


def _watched(client: Client, survey: str, campaign: dict[str, Any], *, quiet: bool) -> dict[str, Any]:
    """Print each step until the campaign ends, or pauses for hours or days."""
    last_line = ""
    while campaign["state"] == "running" and not campaign["waiting_for"]:
        if (line := campaign_in_words(campaign)) != last_line and not quiet:
            write(line, "dim")
            last_line = line
        time.sleep(PAUSE_SECONDS)
        campaign = client.get(survey_path(survey, "campaigns", campaign["id"]))
    return campaign


def _show(campaign: dict[str, Any]) -> None:
    write(campaign_in_words(campaign))
    write(f"  invites {plan_in_words(campaign)}")
    for line in refusals_in_words(campaign):
        write(f"  {line}")
