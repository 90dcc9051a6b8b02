"""`earshot survey`: show, create, change and close surveys."""

from collections.abc import Callable
from json import loads
from typing import Annotated, Any, TextIO

import typer

from earshot.domain.errors import InvalidError
from earshot_cli import options
from earshot_cli.client import Client, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.phrases import counted
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.surveys import survey_card, survey_table
from earshot_cli.screen import confirmed, note, out, write, write_json

app = typer.Typer(
    cls=CommandGroup,
    help="Show, list, create, set, close and delete surveys.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

# The states that cancel what waits, and what is done to get there.
CLOSING = {"closed": "close", "archived": "archive"}

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask first.")]


@app.command()
def show(
    survey: options.Survey,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show one survey."""
    known = connect(url, api_key).get(survey_path(survey))
    if json:
        write_json(known)
    else:
        out.print(survey_card(known))


@app.command("list")
def list_surveys(
    archived: Annotated[bool, typer.Option("--archived", help="Include archived surveys.")] = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List the surveys."""
    reply = connect(url, api_key).get("/v1/surveys", {"archived": "true"} if archived else None)
    if json:
        write_json(reply)
    else:
        out.print(survey_table(reply["surveys"]))


@app.command()
def create(  # noqa: PLR0917 each is an option to type
    survey: options.Survey,
    name: Annotated[str | None, typer.Option(help="Its name; default: its id.")] = None,
    question: Annotated[str | None, typer.Option(help="The question; default: the standard NPS question.")] = None,
    timezone: Annotated[str, typer.Option(help="The time zone of its days; fixed after the first response.")] = "UTC",
    segment: Annotated[list[str] | None, typer.Option(help="A property; each of its values gets a score.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Create a survey; an existing one is not changed.

    [bold]earshot survey create demo --name "Demo airline" --timezone Europe/Berlin --segment cabin[/bold]
    """
    client = connect(url, api_key)
    _must_be_new(client, survey)
    settings = {"name": name or survey, "timezone": timezone, "segments": segment or []}
    client.call("PUT", survey_path(survey), settings | ({"question": question} if question else {}))
    write(f"Survey {survey} is open; its days begin at midnight in {timezone}.")


@app.command("set")
def set_(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    target: Annotated[int | None, typer.Option(help="The score to reach, from -100 to 100.")] = None,
    baseline: Annotated[int | None, typer.Option(help="The score at the start; needs --target.")] = None,
    target_window: Annotated[
        str | None, typer.Option(metavar="DAYS", help="The window it is evaluated over, such as 90d; needs --target.")
    ] = None,
    no_target: Annotated[bool, typer.Option("--no-target", help="Remove the target.")] = False,
    alert_window: Annotated[
        str | None, typer.Option(metavar="DAYS", help="The window that is compared with the one before, 7d to 365d.")
    ] = None,
    alert_level: Annotated[
        float | None, typer.Option(help="The probability of a false alert in a year without change, 0.001 to 0.2.")
    ] = None,
    alert_minimum: Annotated[int | None, typer.Option(help="The minimum responses in each window.")] = None,
    bands: Annotated[
        str | None, typer.Option(help="The labels of scores: account-management, b2b, agency or none.")
    ] = None,
    retention_days: Annotated[
        int | None, typer.Option(help="Anonymise responses after this many days, up to 3650; 0: never.")
    ] = None,
    owner: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Who of your staff hears of its alerts by mail; none: nobody.")
    ] = None,
    case_owner: Annotated[
        str | None, typer.Option(metavar="MEMBER", help="Who owns the cases that nobody else does; none: nobody.")
    ] = None,
    owner_property: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The property of people that names their cases' owner; or none."),
    ] = None,
    case_role: Annotated[
        str | None, typer.Option(metavar="ROLE", help="The members of this role take turns in owning cases; or none.")
    ] = None,
    calendar: Annotated[
        str | None, typer.Option(metavar="ID", help="The calendar of cases whose owner has none; or none.")
    ] = None,
    contact_hours: Annotated[int | None, typer.Option(help="Hours until a case is to be contacted.")] = None,
    close_hours: Annotated[int | None, typer.Option(help="Hours until a case is to be closed.")] = None,
    high_contact_hours: Annotated[int | None, typer.Option(help="The same of urgent cases: until contact.")] = None,
    high_close_hours: Annotated[int | None, typer.Option(help="The same of urgent cases: until closed.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Set a survey's alerts, target, score labels, retention, owner and cases; options you leave out stay as they are.

    [bold]earshot survey set demo --target 50 --baseline 30 --target-window 90d
    earshot survey set demo --alert-level 0.01 --bands agency
    earshot survey set demo --case-role frontline --contact-hours 24[/bold]
    """
    alerts = {"window": alert_window, "level": alert_level, "minimum": alert_minimum}
    goal = _goal({"score": target, "baseline": baseline, "window": target_window}, no_target)
    changes = goal | _named("alerts", alerts) | ({"bands": None if bands == "none" else bands} if bands else {})
    changes |= {} if retention_days is None else {"retention_days": retention_days or None}
    changes |= {"owner": None if owner == "none" else owner} if owner else {}
    owners = {"owner": case_owner, "owner_property": owner_property, "role": case_role, "calendar": calendar}
    normal = _named("normal", {"contact_hours": contact_hours, "close_hours": close_hours})
    high = _named("high", {"contact_hours": high_contact_hours, "close_hours": high_close_hours})
    changes |= _cases(owners, normal | high)
    if not changes:
        raise CommandError(f"Nothing to set: `earshot survey set {survey} --help` lists the options.")
    known = connect(url, api_key).call("PATCH", survey_path(survey), changes)
    out.print(survey_card(known))


@app.command()
def close(survey: options.Survey, yes: Yes = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Close a survey: it keeps its responses, takes no more, and cancels waiting mails."""
    client = connect(url, api_key)
    _ask(yes, "close", lambda: f"{_cancelled(client, survey)} Close it?")
    client.call("PATCH", survey_path(survey), {"state": "closed"})
    write(f"Survey {survey} is closed. `earshot survey reopen {survey}` takes responses again.")


@app.command()
def reopen(survey: options.Survey, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Reopen a closed or archived survey; cancelled mails and campaigns stay cancelled."""
    connect(url, api_key).call("PATCH", survey_path(survey), {"state": "open"})
    write(f"Survey {survey} takes responses again. Mails and campaigns that closing cancelled stay cancelled.")


@app.command()
def archive(survey: options.Survey, yes: Yes = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Close a survey and hide it from the list; its responses can still be read, exported and erased."""
    client = connect(url, api_key)
    _ask(yes, "archive", lambda: f"{_cancelled(client, survey)} Archive it?")
    client.call("PATCH", survey_path(survey), {"state": "archived"})
    write(f"Survey {survey} is archived: `earshot survey list --archived` shows it, `earshot survey reopen` opens it.")


@app.command()
def delete(survey: options.Survey, yes: Yes = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Delete a survey that has no responses, invitations or campaigns."""
    client = connect(url, api_key)
    _ask(yes, "delete", lambda: f"Delete the survey {survey} with its settings, for good?")
    try:
        client.call("DELETE", survey_path(survey))
    except RefusedError as refused:
        if refused.status == 409:
            note(f"`earshot survey archive {survey}` closes it and hides it from the list.", "yellow")
        raise
    write(f"Survey {survey} is deleted.")


@app.command("identity-secret")
def identity_secret(  # noqa: PLR0917 each is an option to type
    survey: options.Survey,
    turn: Annotated[bool, typer.Option("--turn", help="Create the next secret.")] = False,
    former_hours: Annotated[
        int | None,
        typer.Option(help="How many hours the former one stays valid, up to 744; default: 168; 0 ends it now."),
    ] = None,
    yes: Yes = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show the secret with which your server signs identities, or create the next one.

    [bold]earshot survey identity-secret shop
    earshot survey identity-secret shop --turn --former-hours 0[/bold]
    """
    if former_hours is not None and not turn:
        raise UsageError("--former-hours needs --turn.")
    client = connect(url, api_key)
    path = f"{survey_path(survey)}/identity-secret"
    known = client.get(path)
    if turn:
        hours = 168 if former_hours is None else former_hours
        ends = (
            f"is valid for {counted(hours, 'hour')} more"
            if hours
            else "ends now: identities signed with it are rejected"
        )
        _ask(
            yes,
            "turn",
            lambda: f"The identity secret of {survey} will be replaced; the current one {ends}. Replace it?",
        )
        known = client.call("POST", path, {"generation": known["generation"], "former_good_for_hours": hours})
    if json:
        write_json(known)
        return
    write(known["secret"])
    former = known["former_good_until"]
    note(f"Generation {known['generation']}" + (f"; the former one is valid until {former}" if former else "") + ".")


@app.command()
def edit(  # noqa: PLR0917 each is an option to type
    survey: options.Survey,
    changes: Annotated[
        list[str] | None,
        typer.Argument(metavar="SETTING=VALUE", help="Such as question='Would you recommend us?'", show_default=False),
    ] = None,
    file: Annotated[
        typer.FileText | None, typer.Option(help="A file with a JSON object of settings; - reads standard input.")
    ] = None,
    yes: Yes = False,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Change any settings of a survey; others stay as they are. Asks before it closes or archives one.

    `earshot survey show` lists the settings and their paths. Write lists and numbers as JSON, texts as they are.

    [bold]earshot survey edit demo rules.quiet_days=60 brand.color=#1d4ed8
    earshot survey edit demo 'widget.urls=["/pricing*"]' segments='["plan"]' target=null[/bold]
    """
    wanted = _from_file(file) if file else {}
    for change in changes or ():
        _set(wanted, change)
    if not wanted:
        raise UsageError(f"Nothing to change: `earshot survey show {survey}` lists the settings.")
    client = connect(url, api_key)
    if what := CLOSING.get(str(wanted.get("state"))):
        _ask(yes, what, lambda: f"{_cancelled(client, survey)} {what.capitalize()} it?")
    known = client.call("PATCH", survey_path(survey), wanted)
    if json:
        write_json(known)
    else:
        out.print(survey_card(known))


def _from_file(file: TextIO) -> dict[str, Any]:
    try:
        read = loads(file.read())
    except ValueError as error:
        raise UsageError(f"{file.name} is not JSON: {error}.") from error
    if not isinstance(read, dict):
        raise UsageError(f"{file.name} is not a JSON object.")
    return read


def _set(wanted: dict[str, Any], change: str) -> None:
    """Add a `path=value` to the settings that are to be changed; the value is JSON, or else text.

    What looks like a number, true or false is text for a setting that takes nothing but text: a name may be 2024.
    """
    path, sign, text = change.partition("=")
    *parents, name = path.split(".")
    if not sign or not all((*parents, name)):
        raise UsageError(f"{change!r} is not a setting: write NAME=VALUE, such as rules.quiet_days=60.")
    for parent in parents:
        wanted = wanted.setdefault(parent, {})
        if not isinstance(wanted, dict):
            raise UsageError(f"{path}: {parent} was already set as a whole.")
    try:
        value = loads(text)
    except ValueError:
        value = text
    is_plain = isinstance(value, (bool, int, float))
    wanted[name] = text if is_plain and not _fits(path, value) and _fits(path, text) else value


def _fits(path: str, value: object) -> bool:
    """Return whether the API takes such a value for a setting, by its own check."""
    from earshot.api.survey_settings import read_settings  # noqa: PLC0415 only a number needs it

    body: Any = value
    for name in reversed(path.split(".")):
        body = {name: body}
    try:
        read_settings(body, "", partial=True)
    except InvalidError:
        return False
    return True


def _ask(yes: bool, what: str, question: Callable[[], str]) -> None:
    """Ask before something that cannot be taken back; CommandError unless the reply is yes."""
    if not yes and not confirmed(question(), f"{what} it"):
        raise CommandError("Nothing was changed.")


def _cancelled(client: Client, survey: str) -> str:
    """Return a sentence about what closing a survey cancels for good."""
    waves = client.get(survey_path(survey, "funnel"))["waves"]
    mails = sum(wave["waiting"] for wave in waves)
    campaigns = client.get(survey_path(survey, "campaigns"))["campaigns"]
    running = [campaign["id"] for campaign in campaigns if campaign["state"] == "running"]
    found = [f"{counted(mails, 'mail')} not sent yet"] if mails else []
    found += [f"the running campaign {name}" for name in running]
    nothing = "nothing; no mail is waiting and no campaign is running"
    return f"Closing {survey} permanently cancels: {', '.join(found) or nothing}."


def _must_be_new(client: Client, survey: str) -> None:
    try:
        client.get(survey_path(survey))
    except RefusedError as refused:
        if refused.status == 404:
            return
        raise
    raise CommandError(f"There already is a survey {survey}: `earshot survey show {survey}` shows it.")


def _goal(typed: dict[str, Any], none: bool) -> dict[str, Any]:
    target = _named("target", typed)
    if target and (none or typed["score"] is None):
        reason = (
            "--no-target cannot be combined with other target options"
            if none
            else "--baseline and --target-window need --target"
        )
        raise CommandError(f"{reason}: nothing was changed.")
    return {"target": None} if none else target


def _cases(owners: dict[str, str | None], targets: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of cases that were typed; `none` takes one away."""
    given = {name: None if typed == "none" else typed for name, typed in owners.items() if typed is not None}
    cases = given | ({"targets": targets} if targets else {})
    return {"cases": cases} if cases else {}


def _named(name: str, typed: dict[str, Any]) -> dict[str, Any]:
    given = {part: value for part, value in typed.items() if value is not None}
    return {name: given} if given else {}
