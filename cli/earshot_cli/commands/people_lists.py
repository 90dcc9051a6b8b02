"""`earshot people list` and `search`: people, to read or to save."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from earshot_cli import options
from earshot_cli.connection import connect
from earshot_cli.errors import UsageError
from earshot_cli.listing import Form, Format, Limit, write_list
from earshot_cli.rendering.people import people_table
from earshot_cli.screen import note, out

PAGE = 100
COLUMNS = ("id", "email", "name", "account", "locale", "timezone", "properties")

Person = Mapping[str, Any]


def list_people(
    limit: Limit = 20,
    form: Form = Format.TEXT,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """List people in the order of their ids.

    [bold]earshot people list --limit 0 --format csv > people.csv[/bold]
    """
    client = connect(url, api_key)
    write_list(_pages(lambda page: client.get("/v1/people", page), limit), form, COLUMNS, _as_text)


def search_people(
    text: Annotated[
        str | None, typer.Argument(metavar="ADDRESS|NAME", help="A whole address, or the beginning of a name.")
    ] = None,
    id_prefix: Annotated[str | None, typer.Option("--id", metavar="START", help="The beginning of the id.")] = None,
    limit: Limit = 20,
    form: Form = Format.TEXT,
    url: options.Url = None,
    api_key: options.ApiKey = None,
) -> None:
    """Find people by address, or by the beginning of their name or id.

    [bold]earshot people search ann@example.com
    earshot people search "ann s"
    earshot people search --id customer-1[/bold]
    """
    if (text is None) == (id_prefix is None):
        raise UsageError("Pass an address or the beginning of a name, or --id with the beginning of an id.")
    sought = {"id_prefix": id_prefix} if text is None else {"email" if "@" in text else "name_prefix": text}
    client = connect(url, api_key)
    # In the body, since URLs are logged on their way.
    found = _pages(lambda page: client.call("POST", "/v1/people/search", {**sought, **page}), limit)
    write_list(found, form, COLUMNS, _as_text)


def _pages(read: Callable[[dict[str, Any]], dict[str, Any]], limit: int) -> Iterator[Person]:
    """Yield people page by page, at most `limit` (0: all)."""
    left, cursor = limit or sys.maxsize, None
    while left > 0:
        page = read({"limit": min(left, PAGE)} | ({"cursor": cursor} if cursor else {}))
        yield from page["people"]
        left -= len(page["people"])
        cursor = page["cursor"]
        if cursor is None:
            return


def _as_text(found: Iterator[Person]) -> None:
    people = list(found)
    if people:
        out.print(people_table(people))
    else:
        note("No people found.")
