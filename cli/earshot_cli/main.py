"""The `earshot` command: its commands, and how errors are shown."""

from importlib.metadata import version
from typing import Annotated

import typer

from earshot_cli.commands import (
    account,
    alert_rule,
    audit,
    audit_log,
    calendar,
    campaign,
    cases,
    clock,
    deliveries,
    destination,
    digest,
    doctor,
    funnel,
    imports,
    invite,
    key,
    nps,
    open_console,
    outbox,
    people,
    probe,
    quality,
    rebuild,
    redrive,
    replay,
    response,
    responses,
    restore,
    segment,
    segments,
    survey,
    team,
    trend,
    why,
)
from earshot_cli.group import CommandGroup

app = typer.Typer(
    name="earshot",
    cls=CommandGroup,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
    help="Ask one question, trust the score. The same against the local engine and a deployed stack: "
    "EARSHOT_URL and EARSHOT_API_KEY say which; without them, the one that `make run` started "
    "in this directory.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"earshot {version('earshot')}")
        raise typer.Exit


@app.callback()
def earshot(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Take the options that stand before any command."""


app.command("nps")(nps.nps)
app.command("segments")(segments.segments)
app.command("trend")(trend.trend)
app.command("funnel")(funnel.funnel)
app.command("quality")(quality.quality)
app.command("audit")(audit.audit)
app.command("audit-log")(audit_log.audit_log)
app.command("doctor")(doctor.doctor)
app.command("probe")(probe.probe)
app.command("restore")(restore.restore)
app.command("invite")(invite.invite)
app.command("why")(why.why)
app.command("outbox")(outbox.outbox)
app.command("open")(open_console.open_console)
app.command("clock", context_settings={"ignore_unknown_options": True})(clock.clock)
app.command("rebuild")(rebuild.rebuild)
app.command("redrive")(redrive.redrive)
app.command("replay")(replay.replay)
app.command("deliveries")(deliveries.deliveries)
app.add_typer(imports.app, name="import")
app.add_typer(survey.app, name="survey")
app.add_typer(segment.app, name="segment")
app.add_typer(response.app, name="response")
app.add_typer(responses.app, name="responses")
app.add_typer(destination.app, name="destination")
app.add_typer(alert_rule.app, name="alert-rule")
app.add_typer(cases.app, name="cases")
app.add_typer(calendar.app, name="calendar")
app.add_typer(team.app, name="team")
app.add_typer(account.app, name="account")
app.add_typer(digest.app, name="digest")
app.add_typer(campaign.app, name="campaign")
app.add_typer(people.app, name="people")
app.add_typer(key.app, name="key")

if __name__ == "__main__":
    app()
