"""The person that was typed: by an id, or by an address, which is looked up so that it is in no URL."""

from typing import Any

from earshot.domain.person_id import is_address
from earshot_cli.client import Client
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.screen import note, quoted


def person_named(client: Client, typed: str, *, or_made: bool = False) -> str:
    """Return the id of a person as typed, or of the only one with an address; CommandError if there is none or more.

    With `or_made` an address that no person has means the id that is made of it: responses may have come under it.
    """
    if not is_address(typed):
        return typed
    reply = _sought(client, typed)
    found = reply["people"]
    if not found and or_made:
        return str(reply["means"])
    if not found:
        raise CommandError(f"Nobody has the address {quoted(typed)}.")
    if len(found) > 1:
        ids = ", ".join(quoted(person["id"]) for person in found)
        raise UsageError(f"Several people have the address {quoted(typed)}: name one of them by the id: {ids}.")
    return str(found[0]["id"])


def respondent_named(client: Client, typed: str | None) -> str | None:
    """Return the id as typed, or the one that an address means where responses bring it, and say who else has it."""
    if typed is None or not is_address(typed):
        return typed
    reply = _sought(client, typed)
    if others := [quoted(person["id"]) for person in reply["people"] if person["id"] != reply["means"]]:
        note(f"{quoted(typed)} means {reply['means']}; it is also the address of {', '.join(others)}.", "yellow")
    return str(reply["means"])


def _sought(client: Client, address: str) -> dict[str, Any]:
    return client.call("POST", "/v1/people/search", {"email": address.strip()})
