"""The secrets of the stack: whether each exists, is readable, and holds usable keys."""

import json
from collections.abc import Iterator
from typing import Any

from earshot_cli.ops.doctor.results import CheckResult, Finding
from earshot_cli.ops.stack import Stack
from earshot_cli.phrases import counted

# Only a stack with a CdnDomain has it.
OF_CDN = "CdnSecret"
# By resource, what fails without it.
FAILS = {
    "HashSecret": "suppressed addresses are not recognised, and people known by an address become other people",
    "LinkSecret": "links in mails can neither be made nor opened",
    "IdentitySecret": "identity tokens are not accepted",
    OF_CDN: "all visitors of an edge of CloudFront share the limits of one network",
}
# Secrets that may hold several keys, and in which form.
ROTATED = {"LinkSecret": "a JSON list of such keys", OF_CDN: "an object that has such a key as `current`"}
SHORTEST_KEY = 16


def check(stack: Stack) -> CheckResult:
    """Read the secrets, and show nothing of them."""
    secrets = {name: _read(stack, name) for name in FAILS if name != OF_CDN or name in stack.resources}
    keys = sum(len(keys_of(value)) for value in secrets.values())
    return CheckResult(
        "Secrets", counted(keys, "key"), [each for pair in secrets.items() for each in findings_of(*pair)]
    )


def findings_of(name: str, value: str | None) -> Iterator[Finding]:
    """Yield a finding if a secret is unusable; None means that it is not there."""
    fix = f"Put its earlier version back in Secrets Manager: until then {FAILS[name]}."
    keys = keys_of(value)
    if value is None:
        fault = f"it is gone or being deleted, so {FAILS[name]}."
        yield Finding(name, fault, "Restore it in Secrets Manager (`aws secretsmanager restore-secret`).")
    elif not keys or any(len(key) < SHORTEST_KEY for key in keys):
        several = f", nor {ROTATED[name]}" if name in ROTATED else ""
        yield Finding(name, f"it is not a key of at least {SHORTEST_KEY} characters{several}.", fix)
    elif len(keys) > 1 and name not in ROTATED:
        yield Finding(name, "it is a list of keys, but must be a single key.", fix)


def keys_of(value: str | None) -> list[str]:
    """Return the keys that a secret holds: itself, those of a JSON list, or `current` and `former` of an object."""
    if not value:
        return []
    is_list, is_object = (value.lstrip().startswith(bracket) for bracket in "[{")
    if not is_list and not is_object:
        return [value]
    try:
        held: Any = json.loads(value)
    except ValueError:
        return []
    several = [held.get("current", ""), *filter(None, [held.get("former")])] if is_object else held
    return several if all(isinstance(key, str) for key in several) else []


def _read(stack: Stack, name: str) -> str | None:
    secrets: Any = stack.client("secretsmanager")
    missing = secrets.exceptions.ResourceNotFoundException, secrets.exceptions.InvalidRequestException
    try:
        return str(secrets.get_secret_value(SecretId=stack.physical(name)).get("SecretString", ""))
    except missing:  # the second if it is marked for deletion
        return None
