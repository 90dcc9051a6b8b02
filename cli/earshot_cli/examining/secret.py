"""The secret that links are signed with: there, readable, and a key."""

import json

from earshot_cli.examining.findings import Examined, Finding, counted
from earshot_cli.operating.stack import Stack

SECRET = "LinkSecret"  # noqa: S105 - the name of a resource
SHORTEST_KEY = 16


def examine(stack: Stack) -> Examined:
    """Read the secret, and show nothing of it."""
    secrets = stack.client("secretsmanager")
    try:
        said = secrets.get_secret_value(SecretId=stack.physical(SECRET)).get("SecretString", "")
    except secrets.exceptions.ResourceNotFoundException:
        said = None
    except secrets.exceptions.InvalidRequestException:
        said = None  # it is marked for deletion
    keys = keys_of(said)
    return Examined("Link secret", counted(len(keys), "key"), judge(said))


def judge(said: str | None) -> list[Finding]:
    """Find a secret that no link could be signed or read with; `said` is what it holds, None if it is not there."""
    if said is None:
        fault = "it is gone or being deleted, so no link of a mail can be made or opened."
        return [Finding(SECRET, fault, "Restore it in Secrets Manager (`aws secretsmanager restore-secret`).")]
    keys = keys_of(said)
    if not keys or any(len(key) < SHORTEST_KEY for key in keys):
        fault = f"it is no key of {SHORTEST_KEY} characters or more, nor a JSON list of such keys."
        return [Finding(SECRET, fault, "Put its earlier version back in Secrets Manager, or links sent stay dead.")]
    return []


def keys_of(said: str | None) -> list[str]:
    """Give the keys that the secret holds: itself, or those of a JSON list."""
    if not said:
        return []
    if not said.lstrip().startswith("["):
        return [said]
    try:
        several = json.loads(said)
    except ValueError:
        return []
    return several if all(isinstance(key, str) for key in several) else []
