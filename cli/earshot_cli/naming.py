"""Who is meant by what was typed: a person's id, or an address, which is looked up so that it stands in no URL."""

from earshot.domain.person import is_address
from earshot_cli.client import Client
from earshot_cli.errors import CommandError, UsageError
from earshot_cli.screen import quoted


def person_named(client: Client, typed: str) -> str:
    """Return the id of a person as typed, or of the only one with an address; CommandError if there is none or more."""
    if not is_address(typed):
        return typed
    found = client.call("POST", "/v1/people/search", {"email": typed.strip()})["people"]
    if not found:
        raise CommandError(f"Nobody here has the address {quoted(typed)}.")
    if len(found) > 1:
        ids = ", ".join(quoted(person["id"]) for person in found)
        raise UsageError(f"Several people have the address {quoted(typed)}: name one of them by the id: {ids}.")
    return str(found[0]["id"])
