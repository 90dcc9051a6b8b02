"""The secrets of the stack: there, readable, and keys."""

import json
from typing import Any

from earshot_cli.ops.doctor.results import Examined, Finding, counted
from earshot_cli.ops.stack import Stack

# By resource, what is lost without it.
LOST = {
    "HashSecret": "no suppression is found, and who is known by an address becomes another person",
    "LinkSecret": "no link of a mail can be made or opened",
    "IdentitySecret": "nobody is known by a token any more",
}
ROTATED = frozenset({"LinkSecret"})
SHORTEST_KEY = 16


def examine(stack: Stack) -> Examined:
    """Read the secrets, and show nothing of them."""
    said = {name: _read(stack, name) for name in LOST}
    keys = sum(len(keys_of(text)) for text in said.values())
    found = [finding for name, text in said.items() for finding in judge(name, text)]
    return Examined("Secrets", counted(keys, "key"), found)


def _read(stack: Stack, name: str) -> str | None:
    secrets: Any = stack.client("secretsmanager")
    try:
        return str(secrets.get_secret_value(SecretId=stack.physical(name)).get("SecretString", ""))
    except secrets.exceptions.ResourceNotFoundException:
        return None
    except secrets.exceptions.InvalidRequestException:
        return None  # it is marked for deletion


def judge(name: str, said: str | None) -> list[Finding]:
    """Find a secret that nothing can be made or read with; `said` is what it holds, None if it is not there."""
    if said is None:
        fault = f"it is gone or being deleted, so {LOST[name]}."
        return [Finding(name, fault, "Restore it in Secrets Manager (`aws secretsmanager restore-secret`).")]
    keys = keys_of(said)
    mend = f"Put its earlier version back in Secrets Manager: until then {LOST[name]}."
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        several = ", nor a JSON list of such keys" if name in ROTATED else ""
        return [Finding(name, f"it is no key of {SHORTEST_KEY} characters or more{several}.", mend)]
    if len(keys) > 1 and name not in ROTATED:
        return [Finding(name, "it is a list of keys, and can have only one.", mend)]
    return []


def keys_of(said: str | None) -> list[str]:
    """Return the keys that a secret holds: itself, or those of a JSON list."""
    if not said:
        return []
    if not said.lstrip().startswith("["):
        return [said]
    try:
        several = json.loads(said)
    except ValueError:
        return []
    return several if all(isinstance(key, str) for key in several) else []
