"""`earshot alert-rule`: what about a survey's responses and score somebody wants to hear of."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.client import survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.group import CommandGroup
from earshot_cli.rendering.alerts import rule_card, rule_table, tried_in_words, tried_table
from earshot_cli.screen import out, write, write_json

PART = "alert-rules"
CONDITIONS = (
    "detractor, passive, promoter, score, comment, contact_requested, score_changed, target_reached or target_missed"
)

app = typer.Typer(
    cls=CommandGroup,
    help="Make, change and try the rules by which alerts are raised.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Rule = Annotated[
    str, typer.Argument(metavar="RULE", help="The id that `earshot alert-rule list` shows.", show_default=False)
]
When = Annotated[str, typer.Argument(metavar="WHEN", help=CONDITIONS, show_default=False)]
To = Annotated[list[str] | None, typer.Option(metavar="ID", help="A destination's id, or owner; may be repeated.")]
AtMost = Annotated[int | None, typer.Option(help="The greatest score that it fires on.")]
Word = Annotated[
    list[str] | None, typer.Option(help="A word of the comment; a * at its end is any ending; may be repeated.")
]
Property = Annotated[
    list[str] | None,
    typer.Option("--property", metavar="NAME=VALUE", help="A property that must match; may be repeated."),
]
KeyAccount = Annotated[
    bool | None, typer.Option("--key-account/--no-key-account", help="Only of key accounts, or of others.")
]
Case = Annotated[bool | None, typer.Option("--case/--no-case", help="Open a case, or join the open one.")]
CaseBy = Annotated[str | None, typer.Option(help="Whose case it is: person or account.")]
CaseOwner = Annotated[
    str | None, typer.Option(metavar="MEMBER", help="Who owns the cases that it opens; none: as the survey has it.")
]
CaseRole = Annotated[
    str | None, typer.Option(metavar="ROLE", help="The members of this role take turns in owning its cases; or none.")
]
MutedUntil = Annotated[
    str | None,
    typer.Option(metavar="MOMENT", help="It sends nothing until this day or time (UTC); none: it sends."),
]
MostPerHour = Annotated[int | None, typer.Option(help="How many alerts reach people in an hour.")]
Name = Annotated[str | None, typer.Option(help="What people call it.")]
# What a condition that is cleared is set to.
CLEARED: Mapping[str, Any] = {"at_most": None, "words": [], "where": {}}
Clear = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A condition to take away: at_most, words or where; may be repeated."),
]


@app.command("list")
def list_rules(
    survey: options.Survey, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None
) -> None:
    """List the alert rules of a survey; one without rules of its own has the default one."""
    reply = connect(url, api_key).get(survey_path(survey, PART))
    if json:
        write_json(reply)
    else:
        out.print(rule_table(reply["alert_rules"]))


@app.command()
def show(
    survey: options.Survey,
    rule: Rule,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show one alert rule."""
    found = connect(url, api_key).get(survey_path(survey, PART, rule))
    if json:
        write_json(found)
    else:
        out.print(rule_card(found))


@app.command()
def add(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    when: When,
    to: To = None,
    at_most: AtMost = None,
    word: Word = None,
    property_: Property = None,
    key_account: KeyAccount = None,
    case: Case = None,
    case_by: CaseBy = None,
    case_owner: CaseOwner = None,
    case_role: CaseRole = None,
    muted_until: MutedUntil = None,
    most_per_hour: MostPerHour = None,
    name: Name = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Make an alert rule.

    [bold]earshot alert-rule add demo comment --word refund --word "cancel*" --to owner --case[/bold]
    """
    given = _fields(
        name=name,
        at_most=at_most,
        words=word,
        where=_where(property_, key_account),
        destinations=to,
        case=case,
        case_by=case_by,
        owner=case_owner,
        role=case_role,
        muted_until=muted_until,
        most_per_hour=most_per_hour,
    )
    # Making one twice makes two, so a call that may have arrived is not repeated.
    made = connect(url, api_key).call("POST", survey_path(survey, PART), {"when": when, **given}, repeatable=False)
    out.print(rule_card(made))


@app.command()
def change(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    rule: Rule,
    when: Annotated[str | None, typer.Option(help=CONDITIONS)] = None,
    to: To = None,
    at_most: AtMost = None,
    word: Word = None,
    property_: Property = None,
    key_account: KeyAccount = None,
    case: Case = None,
    case_by: CaseBy = None,
    case_owner: CaseOwner = None,
    case_role: CaseRole = None,
    muted_until: MutedUntil = None,
    most_per_hour: MostPerHour = None,
    name: Name = None,
    clear: Clear = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Change an alert rule; options you leave out stay as they are.

    [bold]earshot alert-rule change demo default --muted-until 2026-12-27
    earshot alert-rule change demo rule-6a5b4c3d2e1f --when detractor --clear at_most[/bold]
    """
    changes = _cleared(clear) | _fields(
        name=name,
        when=when,
        at_most=at_most,
        words=word,
        where=_where(property_, key_account),
        destinations=to,
        case=case,
        case_by=case_by,
        owner=case_owner,
        role=case_role,
        muted_until=muted_until,
        most_per_hour=most_per_hour,
    )
    if not changes:
        raise CommandError("Nothing to change: `earshot alert-rule change --help` lists the options.")
    out.print(rule_card(connect(url, api_key).call("PATCH", survey_path(survey, PART, rule), changes)))


@app.command()
def delete(survey: options.Survey, rule: Rule, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Delete an alert rule, but for the only one."""
    connect(url, api_key).call("DELETE", survey_path(survey, PART, rule))
    write(f"Alert rule {rule} of {survey} is deleted.")


@app.command("try")
def try_(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    when: When,
    at_most: AtMost = None,
    word: Word = None,
    property_: Property = None,
    key_account: KeyAccount = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show what a rule would have fired on in the last 90 days; nothing is stored or sent.

    [bold]earshot alert-rule try demo score --at-most 3[/bold]
    """
    given = _fields(at_most=at_most, words=word, where=_where(property_, key_account))
    body = {"when": when, "destinations": ["owner"], **given}
    tried = connect(url, api_key).call("POST", survey_path(survey, PART, "try"), body)
    if json:
        write_json(tried)
        return
    write(tried_in_words(tried))
    if tried["examples"]:
        out.print(tried_table(tried))


def _fields(**typed: Any) -> dict[str, Any]:
    """Return the fields that were typed; a mute until `none` is over, and an owner or a role `none` is taken away."""
    found = {name: value for name, value in typed.items() if value is not None}
    return found | {name: None for name in ("muted_until", "owner", "role") if found.get(name) == "none"}


def _cleared(names: list[str] | None) -> dict[str, Any]:
    """Return the conditions that are to be taken away, as the API takes them; one that is set all the same stays."""
    for name in names or ():
        if name not in CLEARED:
            raise UsageError(f"--clear takes {', '.join(CLEARED)}, not {name}.")
    return {name: CLEARED[name] for name in names or ()}


def _where(typed: list[str] | None, key_account: bool | None) -> dict[str, Any] | None:
    where: dict[str, Any] = {} if key_account is None else {"key_account": key_account}
    for each in typed or ():
        name, sign, value = each.partition("=")
        if not sign:
            raise UsageError(f"--property takes NAME=VALUE, such as plan=pro, not {each}.")
        where.setdefault("properties", {}).setdefault(name, []).append(value)
    return where or None
