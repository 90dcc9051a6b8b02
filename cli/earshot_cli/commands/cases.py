"""`earshot cases`: what alerts or people opened, until somebody has helped."""

from enum import Enum
from typing import Annotated, Any

import typer

from earshot.domain.case_measures import GroupBy
from earshot.domain.cases import CaseOutcome, RootCause
from earshot_cli import options
from earshot_cli.client import Client, case_path, survey_path
from earshot_cli.connection import connect
from earshot_cli.errors import CommandError
from earshot_cli.group import CommandGroup
from earshot_cli.problems import RefusedError
from earshot_cli.rendering.case_measures_panel import case_measures_panel
from earshot_cli.rendering.cases import case_card, case_table, fact_in_words
from earshot_cli.screen import note as remark
from earshot_cli.screen import out, write, write_json

PATH, FACTS = "/v1/cases", "/facts"


def one_of(kind: type[Enum]) -> str:
    """Return the words of which an option takes one."""
    *others, last = (each.value for each in kind)
    return f"{', '.join(others)} or {last}"


OUTCOMES, CAUSES = one_of(CaseOutcome), one_of(RootCause)

app = typer.Typer(
    cls=CommandGroup,
    help="List, open, show and measure cases, and note what happens to them.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)

Case = Annotated[str, typer.Argument(metavar="ID", help="The id that `earshot cases list` shows.", show_default=False)]
Note = Annotated[str | None, typer.Option(help="Why, or what was said; up to 1,000 characters.")]
Outcome = Annotated[str, typer.Option(metavar="OUTCOME", help=OUTCOMES, show_default=False)]
Cause = Annotated[str, typer.Option(metavar="CAUSE", help=CAUSES, show_default=False)]


@app.command("list")
def list_cases(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: Annotated[str | None, typer.Option(help="Only those of this survey.")] = None,
    state: Annotated[
        str | None, typer.Option(help="open or contacted; of a survey also resolved, unreachable or no_action.")
    ] = None,
    owner: Annotated[str | None, typer.Option(metavar="MEMBER", help="Only theirs; - for those of nobody.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those whose next due time is over.")] = False,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this person.")] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="Only those of this account.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most this many.")] = 100,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List cases that are not closed, by owner and by which is due first; closed ones with --state.

    [bold]earshot cases list --survey demo --owner - --overdue[/bold]
    """
    asked = {"survey": survey, "state": state, "owner": owner, "person": person, "account": account}
    asked["overdue"] = "true" if overdue else None
    query = {name: value for name, value in asked.items() if value is not None}
    client = connect(url, api_key)
    rows: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None and len(rows) < limit:
        page = client.get(PATH, query | ({"cursor": cursor} if cursor else {}))
        rows += page["cases"]
        cursor = page["cursor"]
    if json:
        write_json({"cases": rows[:limit]})
        return
    if not rows:
        write("There is no such case." if query else "No case is open.")
        return
    out.print(case_table(rows[:limit]))
    if cursor is not None or len(rows) > limit:
        remark(f"These are the first {limit:,}; --limit shows more.")


@app.command()
def show(case: Case, json: options.Json = False, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Show one case, with its facts, and with its responses as they are now."""
    found = connect(url, api_key).get(case_path(case))
    if json:
        write_json(found)
    else:
        out.print(case_card(found))


@app.command()
def measures(  # noqa: PLR0917 each is an option to type
    survey: options.Survey,
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day; default: 90 days before the end.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The day after the last one; default: tomorrow.")
    ] = None,
    by: Annotated[GroupBy | None, typer.Option(help="Also by owner, root_cause or band.")] = None,
    json: options.Json = False,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Show how fast cases are contacted and closed, how often too late, and how many people were won back.

    [bold]earshot cases measures demo --by owner[/bold]
    """
    query = {"from": first, "to": end, "by": by.value if by else None}
    found = connect(url, api_key).get(survey_path(survey, "case-measures"), query)
    if json:
        write_json(found)
    else:
        out.print(case_measures_panel(found, ascii_only=not out.encoding.lower().startswith("utf"), width=out.width))


@app.command("open")
def open_case(  # noqa: PLR0913, PLR0917 each is an option to type
    survey: options.Survey,
    person: Annotated[str | None, typer.Option(metavar="ID", help="Whose case it is.")] = None,
    account: Annotated[str | None, typer.Option(metavar="ID", help="The account whose case it is.")] = None,
    note: Note = None,
    owner: Annotated[str | None, typer.Option(metavar="MEMBER", help="Who is to own it.")] = None,
    priority: Annotated[str | None, typer.Option(help="high or normal.")] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Open a case by hand, of a person or of an account.

    [bold]earshot cases open demo --person ann --note "She rang twice."[/bold]
    """
    given = {"person": person, "account": account, "note": note, "owner": owner, "priority": priority}
    body = {"survey": survey, **{name: value for name, value in given.items() if value is not None}}
    try:
        made = connect(url, api_key).call("POST", PATH, body, repeatable=False)
    except RefusedError as error:
        if error.current is None:
            raise
        raise CommandError(f"A case is open already: earshot cases show {error.current['id']}") from error
    out.print(case_card(made))


@app.command()
def contact(case: Case, note: Note = None, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Note the first contact with the customer, which stops the first clock."""
    _note(connect(url, api_key), case, "contacted", note=note)


@app.command("note")
def note_words(
    case: Case,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="What was said or done.", show_default=False)],
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Write a note on a case, also on a closed one."""
    _note(connect(url, api_key), case, "note", note=words)


@app.command()
def wait(case: Case, note: Note = None, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Note that it waits for the customer: the closing clock pauses."""
    _note(connect(url, api_key), case, "waiting", note=note)


@app.command()
def resume(case: Case, note: Note = None, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Note that it waits for the customer no more: the closing clock goes on."""
    _note(connect(url, api_key), case, "resumed", note=note)


@app.command()
def assign(
    case: Case,
    member: Annotated[str, typer.Argument(metavar="MEMBER", help="Who is to own it.", show_default=False)],
    note: Note = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Assign a case to a member; one that somebody owns needs a note.

    [bold]earshot cases assign ID mia --note "She knows them."[/bold]
    """
    _note(connect(url, api_key), case, "assigned", owner=member, note=note)


@app.command()
def resolve(
    case: Case,
    outcome: Outcome,
    cause: Cause,
    note: Note = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Close a case that was resolved.

    [bold]earshot cases resolve ID --outcome explained --cause price[/bold]
    """
    _note(connect(url, api_key), case, "resolved", outcome=outcome, root_cause=cause, note=note)


@app.command()
def unreachable(
    case: Case,
    cause: Cause,
    note: Annotated[str, typer.Option(help="How it was tried to reach them.", show_default=False)],
    outcome: Annotated[str | None, typer.Option(metavar="OUTCOME", help=OUTCOMES)] = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Close a case whose customer cannot be reached.

    [bold]earshot cases unreachable ID --cause other --note "Rang on three days."[/bold]
    """
    _note(connect(url, api_key), case, "unreachable", outcome=outcome, root_cause=cause, note=note)


@app.command("no-action")
def no_action(
    case: Case,
    outcome: Outcome,
    cause: Cause,
    note: Note = None,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Close a case about which nothing is done.

    [bold]earshot cases no-action ID --outcome test --cause other[/bold]
    """
    _note(connect(url, api_key), case, "no_action", outcome=outcome, root_cause=cause, note=note)


@app.command()
def reopen(case: Case, note: Note = None, url: options.Url = None, api_key: options.ApiKey = None) -> None:
    """Open a closed case again: a new round begins, with a closing clock of its own."""
    _note(connect(url, api_key), case, "reopened", note=note)


def _note(client: Client, case: str, kind: str, **given: str | None) -> None:
    """Note a fact on a case as it is now, and show it; CommandError saying what somebody did who was faster."""
    path = case_path(case)
    fields = {name: value for name, value in given.items() if value is not None}
    body = {"revision": client.get(path)["revision"], "kind": kind, **fields}
    try:
        changed = client.call("POST", path + FACTS, body, repeatable=False)
    except RefusedError as error:
        if error.current is None:
            raise
        raise CommandError(
            f"Somebody was faster: {fact_in_words(error.current['facts'][-1])}. The case is {error.current['state']} "
            f"now; look at it (earshot cases show {error.current['id']}), and say it again if it still holds"
        ) from error
    out.print(case_card(changed))
